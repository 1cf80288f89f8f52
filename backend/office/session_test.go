package office_test

import (
	"context"
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// TestPair_ALifeTogether walks two computers from enrolment to the end: bootstrap, edits on both sides, a conflict, a
// prospect that changes hands, revocation, wiping.
func TestPair_ALifeTogether(t *testing.T) {
	b := newBase(t)
	ana, beto := b.Sellers[0], b.Sellers[1]
	var hers []string
	for range 5 {
		hers = append(hers, b.of(ana))
		b.of(beto)
	}
	c := b.enrol(ana)
	c.connect()
	c.same()
	if n := len(sees(t, c.store, "")); n != 5 {
		t.Fatalf("after joining there are %d prospects, want 5", n)
	}

	// Both sides write while they are connected.
	c.temperature(hers[0], crm.TemperatureHot)
	must(t, b.temperature(b.Admin, hers[1], crm.TemperatureCold))
	c.wake()
	c.poke()
	c.same()

	// Both write the same field while they are not; the later one stands.
	c.cut()
	c.temperature(hers[2], crm.TemperatureHot)
	b.advance(time.Minute, c)
	must(t, b.temperature(b.Admin, hers[2], crm.TemperatureCold))
	b.advance(time.Minute, c)
	c.connect()
	c.same()
	lost, err := c.store.Unaccepted(t.Context(), ana.UserID)
	must(t, err)
	if len(lost) != 1 || lost[0].Outcome != store.Superseded || lost[0].ByUser != b.Admin.UserID {
		t.Errorf("what was not accepted = %+v, want one op that the administrator has superseded", lost)
	}

	// A prospect changes hands while its seller is away and still writes on it.
	d := b.enrol(beto)
	d.connect()
	c.cut()
	c.temperature(hers[3], crm.TemperatureWarm)
	_, err = b.CRM.UpdateProspect(t.Context(), b.Admin, hers[3], crm.ProspectPatch{OwnerID: &beto.UserID, OwnerReason: because()})
	must(t, err)
	d.poke()
	c.connect()
	c.same()
	d.poke() // of what came late: that the temperature was changed is history, the temperature is not
	d.same()
	if n := count(t, c.store, "SELECT count(*) FROM prospect WHERE id = {:id}", "id", hers[3]); n != 0 {
		t.Error("who lost a prospect still has it")
	}

	// The end.
	must(t, b.host.Revoke(t.Context(), b.Admin, c.key.DeviceID()))
	c.wake()
	if !c.wiped || c.bye != office.ByeWiped {
		t.Errorf("after being revoked: wiped %v, farewell %q", c.wiped, c.bye)
	}
	if n := len(sees(t, c.store, "")); n != 0 {
		t.Errorf("a wiped computer still has %d prospects", n)
	}
	devices, err := b.host.Devices(t.Context(), b.Admin)
	must(t, err)
	states := map[string]string{}
	for _, dev := range devices {
		states[dev.ID] = dev.State
	}
	want := map[string]string{
		b.host.DeviceID(): office.DeviceActive, c.key.DeviceID(): office.DeviceWiped, d.key.DeviceID(): office.DeviceActive,
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("states of the computers (-want +got):\n%s", diff)
	}
	d.same()
}

func TestPair_OfflineWorkArrivesOnce(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	id := b.of(ana)
	c := b.enrol(ana)
	c.connect()
	c.cut()
	const edits = 1300 // three frames and a half
	for i := range edits {
		c.clock.Advance(time.Second)
		_, err := c.crm.LogActivity(t.Context(), ana, id, crm.NewActivity{Kind: crm.KindNote, Body: string(rune('a' + i%26))})
		must(t, err)
	}
	b.Clock.Set(c.clock.Now())
	c.connect()
	c.same()
	if n := count(t, b.Store, "SELECT count(*) FROM activity WHERE prospect_id = {:id}", "id", id); n != edits {
		t.Errorf("the host has %d activities, want %d", n, edits)
	}
	r, err := c.store.Replica(t.Context())
	must(t, err)
	if r.Unsettled != 0 {
		t.Errorf("%d transactions are unsettled", r.Unsettled)
	}
}

// TestMember_AckSettlesNothing: what was acknowledged and never told by a page is sent again.
func TestMember_AckSettlesNothing(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	id := b.of(ana)
	c := b.enrol(ana)
	c.connect()
	c.temperature(id, crm.TemperatureHot)
	c.fromMember(c.down.Wake(t.Context()))
	pushed := c.ups
	c.ups = nil
	if len(pushed) != 1 || pushed[0].Type != wire.TypePush {
		t.Fatalf("woken, the member sends %v", pushed)
	}
	c.fromMember(c.down.Handle(t.Context(), wire.Frame{Type: wire.TypeAck, Body: &wire.Ack{At: b.Clock.Now().UnixMilli()}}))
	r, err := c.store.Replica(t.Context())
	must(t, err)
	if r.Unsettled != 1 {
		t.Fatalf("after an acknowledgement %d transactions are unsettled, want 1", r.Unsettled)
	}
	c.ups = nil // the connection is silent from here
	b.advance(29*time.Second, c)
	c.fromMember(c.down.Wake(t.Context()))
	if len(c.ups) != 0 {
		t.Errorf("after 29 s the member sends %v", c.ups)
	}
	b.advance(time.Second, c)
	c.fromMember(c.down.Wake(t.Context()))
	if len(c.ups) != 1 || c.ups[0].Type != wire.TypePush {
		t.Errorf("after 30 s without a settlement the member sends %v, want the push again", c.ups)
	}
}

func TestMember_SetsItsClockByQuickAnswersOnly(t *testing.T) {
	tests := []struct {
		name string
		trip time.Duration
		want time.Duration
	}{
		{"quick", 2 * time.Second, time.Hour + time.Second},
		{"just quick enough", 9 * time.Second, time.Hour + 4500*time.Millisecond},
		{"slow", 10 * time.Second, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBase(t)
			c := b.enrol(b.Sellers[0])
			c.clock.Set(b.Clock.Now().Add(-time.Hour))
			c.up, c.down = b.host.Session(c.key.DeviceID()), c.Session(b.host.DeviceID())
			out, err := c.up.Open(t.Context())
			c.fromHost(out, err)
			hello := c.dwn[0]
			c.dwn = nil
			c.fromMember(c.down.Handle(t.Context(), hello))
			ups := c.ups
			c.ups = nil
			for _, f := range ups {
				c.fromHost(c.up.Handle(t.Context(), f))
			}
			c.clock.Advance(tt.trip)
			for _, f := range c.dwn {
				c.fromMember(c.down.Handle(t.Context(), f))
			}
			s, err := c.Status(t.Context())
			must(t, err)
			want := tt.want
			if want != 0 { // the host's clock stood still on the way
				want = time.Hour - tt.trip + tt.trip/2
			}
			if s.ClockSkew != want {
				t.Errorf("offset = %v, want %v", s.ClockSkew, want)
			}
		})
	}
}

// TestMember_AsksForTheNextPageFirst: the host reads on while the member writes.
func TestMember_AsksForTheNextPageFirst(t *testing.T) {
	b := newBase(t)
	for range 20 {
		b.of(b.Sellers[0])
	}
	c := b.enrol(b.Sellers[0])
	c.up, c.down = b.host.Session(c.key.DeviceID()), c.Session(b.host.DeviceID())
	var order []string
	c.down.SendEarly(func(frames ...wire.Frame) {
		pos := count(t, c.store, "SELECT coalesce((SELECT v FROM store_state WHERE k = 'pos'), 0)")
		for _, f := range frames {
			if pull, ok := f.Body.(*wire.Pull); ok && pull.Cursor.Pos > int64(pos) {
				order = append(order, "before")
			}
			c.ups = append(c.ups, passed(t, f))
		}
	})
	out, err := c.up.Open(t.Context())
	c.fromHost(out, err)
	c.settle()
	c.same()
	if len(order) < 3 {
		t.Errorf("%d pages were asked for before the last one was written", len(order))
	}
}

// TestPair_LargeTransactionsTravelAlone: what was written together is decided together, whatever its size.
func TestPair_LargeTransactionsTravelAlone(t *testing.T) {
	b := newBase(t)
	id := b.of(b.Sellers[0])
	c := b.enrol(b.Admin)
	c.connect()
	const many = 1200
	_, err := c.store.Write(t.Context(), b.Admin.Author(), func(tx *store.Tx) error {
		for range many {
			err := tx.Create("activity", tx.NewID(), store.Row{
				"prospect_id": id, "author_id": b.Admin.UserID, "kind": "note", "body": "x", "created_at": "2026-11-02T15:00:00.000Z",
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	c.wake()
	c.same()
	if n := count(t, b.Store, "SELECT count(*) FROM activity"); n != many || c.bye != "" {
		t.Errorf("%d of %d activities arrived; farewell %q", n, many, c.bye)
	}
}

// TestPair_ARestoredHostIsToldAgain: nobody announces it; what members did after the backup comes back.
func TestPair_ARestoredHostIsToldAgain(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	id, lost := b.of(ana), b.of(ana)
	c := b.enrol(ana)
	c.connect()
	old := b.backup()
	c.temperature(id, crm.TemperatureHot)
	c.wake()
	must(t, b.temperature(b.Admin, lost, crm.TemperatureHot)) // typed on the host itself: gone with its disk
	gone := b.of(ana)
	c.poke()
	c.same()
	b.restore(old)
	c.connect()
	c.same()
	if s, err := c.Status(t.Context()); err != nil || s.BegunAnew.Count != 1 || s.BegunAnew.Reason != store.ResetUnknownCommit {
		t.Errorf("begun anew: %+v, %v", s.BegunAnew, err)
	}
	for prospect, want := range map[string]int{id: 1, lost: 0, gone: 0} {
		if n := count(t, b.Store, "SELECT count(*) FROM prospect WHERE id = {:id} AND temperature = 'hot'", "id", prospect); n != want {
			t.Errorf("%s: hot %d times, want %d", prospect, n, want)
		}
	}
	r, err := c.store.Replica(t.Context())
	must(t, err)
	if r.Unsettled != 0 || c.bye != "" {
		t.Errorf("%d transactions are unsettled, farewell %q", r.Unsettled, c.bye)
	}
}

// TestPair_AReplicaThatDiffersIsReadAnew: whatever the defect was that made it so. It is counted, for who looks for that defect.
func TestPair_AReplicaThatDiffersIsReadAnew(t *testing.T) {
	b := newBase(t)
	b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	c.connect()
	c.same()
	begun := func() office.BegunAnew {
		t.Helper()
		s, err := c.Status(t.Context())
		must(t, err)
		return s.BegunAnew
	}
	storetest.Tamper(t, c.store, "UPDATE prospect SET temperature = 'hot', rev = rev - 1")
	b.of(b.Sellers[0])
	c.poke()
	if got := begun(); got.Count != 0 {
		t.Errorf("less than an hour after the last check sum the replica begins anew: %+v", got)
	}
	b.advance(time.Hour, c)
	b.of(b.Sellers[0])
	c.poke()
	c.same()
	want := office.BegunAnew{Count: 1, At: c.clock.Now().UnixMilli(), Reason: store.ResetCheckFailed}
	if diff := cmp.Diff(want, begun()); diff != "" {
		t.Errorf("begun anew (-want +got):\n%s", diff)
	}
	c.start()
	must(t, c.Start(t.Context()))
	if diff := cmp.Diff(want, begun()); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
}

func TestPair_ARoleChangesWhatIsHeld(t *testing.T) {
	b := newBase(t)
	for range 4 {
		b.of(b.Sellers[0])
		b.of(b.Sellers[1])
	}
	c := b.enrol(b.Sellers[0])
	c.connect()
	c.same()
	for _, role := range []account.Role{account.RoleAdmin, account.RoleSeller} {
		b.SetUser(c.user.UserID, store.Row{"role": string(role)})
		c.user.Role = role
		c.poke()
		c.same()
	}
}

// TestPair_OneConnectionOfAComputer: the newer one takes over, on both sides.
func TestPair_OneConnectionOfAComputer(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	c.connect()
	up, down := c.up, c.down
	c.up, c.down = nil, nil
	c.connect()
	_, err := up.Handle(t.Context(), wire.Frame{Type: wire.TypePull, Body: &wire.Pull{}})
	wantBye(t, "the host's older session", err, office.ByeBusy)
	_, err = down.Wake(t.Context())
	wantBye(t, "the member's older session", err, office.ByeBusy)
	c.poke()
	c.same()
	if got := b.host.Connected(); len(got) != 1 {
		t.Errorf("connected: %v", got)
	}
}

// TestHost_HandsBackWhatItDoesNotKnow: an op of a newer program is not settled, and holds up nothing.
func TestHost_HandsBackWhatItDoesNotKnow(t *testing.T) {
	b := newBase(t)
	id := b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	c.connect()
	table, column := c.tx(c.op("payment", "p1", "", map[string]any{"amount": 1})), c.tx(c.op("prospect", id, "budget", 1))
	fine := c.tx(c.op("prospect", id, "temperature", "hot"))
	out, err := c.raw(&wire.Push{Txs: []store.PushedTx{table, fine, column}}, wire.TypePush)
	must(t, err)
	want := [][16]byte{table.ID, column.ID}
	if diff := cmp.Diff(want, out[0].Body.(*wire.Ack).Held); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
	if got := b.outcome(fine.Ops[0]); !strings.HasPrefix(got, "applied") {
		t.Errorf("what the host knows: %s", got)
	}
}

// TestMember_SetsAsideWhatCannotTravel: one impossible value does not hold up what comes after it, nor does a transaction
// that no frame takes.
func TestMember_SetsAsideWhatCannotTravel(t *testing.T) {
	for name, notes := range map[string][]string{"a value": {strings.Repeat("x", wire.MaxValue+1)}, "a transaction": noise(40)} {
		t.Run(name, func(t *testing.T) { setsAside(t, notes) })
	}
}

// noise is what does not deflate: 60 KB each.
func noise(n int) []string {
	source := rand.NewChaCha8([32]byte{1})
	texts := make([]string, n)
	for i := range texts {
		b := make([]byte, 45_000)
		_, _ = source.Read(b)
		texts[i] = base64.StdEncoding.EncodeToString(b)
	}
	return texts
}

func setsAside(t *testing.T, notes []string) {
	b := newBase(t)
	ana := b.Sellers[0]
	id := b.of(ana)
	c := b.enrol(ana)
	c.connect()
	_, err := c.store.Write(t.Context(), ana.Author(), func(tx *store.Tx) error {
		for _, text := range notes {
			err := tx.Create("activity", tx.NewID(), store.Row{
				"prospect_id": id, "author_id": ana.UserID, "kind": "note", "body": text, "created_at": "2026-11-02T15:00:00.000Z",
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	c.temperature(id, crm.TemperatureHot)
	c.wake()
	if n := count(t, b.Store, "SELECT count(*) FROM prospect WHERE id = {:id} AND temperature = 'hot'", "id", id); n != 1 || c.bye != "" {
		t.Errorf("what came after did not arrive; farewell %q", c.bye)
	}
	r, err := c.store.Replica(t.Context())
	must(t, err)
	if r.Held != 1 {
		t.Errorf("%d transactions are held, want 1", r.Held)
	}
}

func TestPair_Versions(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	s := b.host.Session(c.key.DeviceID())
	_, err := s.Open(t.Context())
	must(t, err)
	_, err = s.Handle(t.Context(), wire.Frame{Type: wire.TypeHello, Body: &wire.Hello{ProtoMin: 90, ProtoMax: 92}})
	wantBye(t, "a member from the future", err, office.ByeVersion)

	m := c.Session(b.host.DeviceID())
	_, err = m.Handle(t.Context(), wire.Frame{Type: wire.TypeBye, Body: &wire.Bye{Code: office.ByeVersion}})
	wantBye(t, "told so", err, office.ByeVersion)
	status, err := c.Status(t.Context())
	must(t, err)
	if !status.UpdateNeeded {
		t.Error("the member does not say that it needs an update")
	}
	id := b.of(b.Sellers[0])
	c.connect()
	c.temperature(id, crm.TemperatureHot) // it works on
	c.wake()
	c.same()
	if status, err = c.Status(t.Context()); err != nil || status.UpdateNeeded {
		t.Errorf("after a good hello: update needed %v, %v", status.UpdateNeeded, err)
	}
}

// TestPair_HoldsWhatAnOlderHostDoesNotKnow: nothing is dropped, and the rest goes on.
func TestPair_HoldsWhatAnOlderHostDoesNotKnow(t *testing.T) {
	b := newBase(t)
	id := b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	b.deps.Schema = 3
	b.restart(b.Store)
	c.connect()
	c.temperature(id, crm.TemperatureHot)
	c.fromMember(c.down.Wake(t.Context()))
	push := c.ups[0].Body.(*wire.Push)
	c.ups = nil
	c.fromMember(c.down.Handle(t.Context(), wire.Frame{Type: wire.TypeAck, Body: &wire.Ack{Held: [][16]byte{push.Txs[0].ID}}}))
	held := func(want int64) {
		t.Helper()
		r, err := c.store.Replica(t.Context())
		must(t, err)
		if r.Held != want {
			t.Errorf("%d transactions are held, want %d", r.Held, want)
		}
	}
	held(1)
	c.connect() // the same old host: nothing is sent
	held(1)
	b.deps.Schema = 0
	b.restart(b.Store)
	c.connect()
	held(0)
	c.same()
}

func TestMember_CallsTheHost(t *testing.T) {
	b := newBase(t)
	b.calls = func(user, role string, c *wire.Call) *wire.Reply {
		if _, err := b.host.Devices(context.Background(), b.Admin); err != nil { // the API may ask the host
			return nil
		}
		return &wire.Reply{Status: 201, ContentType: "text/plain", Body: append([]byte(user+" "+role+" "+c.Method+" "+c.Path+" "), c.Body...)}
	}
	large := make([]byte, 3<<20)
	for i := range large {
		large[i] = byte('a' + i%26)
	}
	admin, seller := b.enrol(b.Admin), b.enrol(b.Sellers[0])
	if _, err := admin.Call(t.Context(), &wire.Call{}); err == nil {
		t.Error("a call without a connection was answered")
	}
	admin.connect()
	seller.connect()
	tests := []struct {
		name   string
		c      *computer
		body   []byte
		status int
		want   string
	}{
		{"an administrator", admin, []byte("x"), 201, b.Admin.UserID + " admin POST /api/users x"},
		{"in many parts", admin, large, 201, b.Admin.UserID + " admin POST /api/users " + string(large)},
		{"a seller", seller, []byte("x"), 403, `{"status":403,"code":"access.admin_only"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			type answer struct {
				r   *wire.Reply
				err error
			}
			got := make(chan answer, 1)
			asked := make(chan struct{}, 1)
			tt.c.MemberDeps.Wake = func() { asked <- struct{}{} }
			go func() {
				r, err := tt.c.Call(t.Context(), &wire.Call{Method: "POST", Path: "/api/users", Body: tt.body})
				got <- answer{r, err}
			}()
			<-asked
			tt.c.wake()
			a := <-got
			must(t, a.err)
			if a.r.Status != tt.status || string(a.r.Body) != tt.want {
				t.Errorf("answer %d with %d bytes, want %d with %d", a.r.Status, len(a.r.Body), tt.status, len(tt.want))
			}
		})
	}
}

func wantBye(t testing.TB, what string, err error, code string) {
	t.Helper()
	var got string
	if f, ok := err.(*office.Farewell); ok { //nolint:errorlint // sessions return it as it is
		got = f.Code
	}
	if got != code {
		t.Errorf("%s: %v, want farewell %q", what, err, code)
	}
}
