package office_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

func TestHost_TakeOver(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id := b.of(b.Sellers[0])
	c, revoked := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
	revoked.connect()
	old := b.backup()
	c.connect()
	admin := b.enrol(b.Admin)
	must(t, b.host.Revoke(ctx, b.Admin, revoked.key.DeviceID()))
	admin.connect()
	c.connect()
	papers, err := admin.Papers(ctx)
	must(t, err)

	// The host's computer is gone; the administrator's other computer has the backup and the recovery code.
	first, firstDeps := b.host, b.deps
	key, err := identity.NewKey(chance(6))
	must(t, err)
	b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
	b.restore(old)
	if !b.host.Superseded() {
		t.Fatal("a computer that is not certified serves")
	}
	wrong, err := identity.NewCode(chance(8))
	must(t, err)
	wantCode(t, "another code", b.host.TakeOver(ctx, b.Admin.UserID, wrong), office.CodeRecoveryWrong)
	must(t, b.host.TakeOver(ctx, b.Admin.UserID, b.code, papers...))
	if b.host.Superseded() {
		t.Fatal("after taking over the new host does not serve")
	}
	c.connect()
	if c.bye != "" {
		t.Fatalf("the member does not follow: %s", c.bye)
	}
	c.temperature(id, crm.TemperatureHot)
	c.wake()
	c.same()
	revoked.connect()
	if !revoked.wiped {
		t.Error("who was revoked after the backup is a member of the new host")
	}
	admin.connect()
	admin.same()

	// The first one comes back: the member tells it, and from then on it serves nobody.
	second := b.host
	b.host, b.deps = first, firstDeps
	c.connect()
	if c.bye != office.ByeSupersededHost {
		t.Errorf("the member talks to the old host: farewell %q", c.bye)
	}
	c.connect()
	if b.ended != 1 {
		t.Errorf("the first host was told %d times that it has to stop", b.ended)
	}
	if !first.Superseded() || second.Superseded() {
		t.Errorf("superseded: first %v, second %v", first.Superseded(), second.Superseded())
	}
	_, err = first.Invite(ctx, b.Admin, b.Sellers[0].UserID)
	wantCode(t, "an invitation of the old host", err, office.CodeHostSuperseded)
	_, err = first.Session(c.key.DeviceID()).Open(ctx)
	wantBye(t, "a session of the old host", err, office.ByeSupersededHost)
	again := office.NewHost(firstDeps)
	must(t, again.Start(ctx))
	if !again.Superseded() {
		t.Error("after a restart the old host has forgotten that it is superseded")
	}
}

// TestHost_TellsWhoIsConnectedOfARevocation: a computer that takes over as host knows it from the list alone.
func TestHost_TellsWhoIsConnectedOfARevocation(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	admin, lost := b.enrol(b.Admin), b.enrol(b.Sellers[0])
	old := b.backup()
	admin.connect()
	must(t, b.host.Revoke(ctx, b.Admin, lost.key.DeviceID()))
	admin.wake()
	papers, err := admin.Papers(ctx)
	must(t, err)
	key, err := identity.NewKey(chance(6))
	must(t, err)
	b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
	b.restore(old)
	must(t, b.host.TakeOver(ctx, b.Admin.UserID, b.code, papers...))
	if lost.connect(); !lost.wiped {
		t.Error("who was revoked while the list was read is a member of the new host")
	}
}

// TestHost_RestoredHereKnowsWhoWasRevoked: the same computer, with its file from a backup and new keys, has only what lies
// outside of the file.
func TestHost_RestoredHereKnowsWhoWasRevoked(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	lost, late := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
	lost.connect()
	old := b.backup()
	must(t, b.host.Revoke(ctx, b.Admin, lost.key.DeviceID()))
	later := b.enrol(b.Sellers[1])
	key, err := identity.NewKey(chance(6))
	must(t, err)
	b.deps.Key = key
	b.restore(old)
	must(t, b.host.TakeOver(ctx, b.Admin.UserID, b.code))
	if lost.connect(); !lost.wiped {
		t.Error("who was revoked after the backup is a member again")
	}
	for _, c := range []*computer{late, later} {
		if c.connect(); c.bye != "" {
			t.Errorf("who was let in is told %q", c.bye)
		}
	}
}

// TestHost_RestoredFromBeforeItWasTheHost: a copy that was taken on the former host names that one; the keyring knows better.
func TestHost_RestoredFromBeforeItWasTheHost(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id := b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	c.connect()
	key, err := identity.NewKey(chance(6))
	must(t, err)
	first, before, now := b.deps, b.backup(), b.backup()
	b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
	b.restore(now)
	must(t, b.host.TakeOver(ctx, b.Admin.UserID, b.code))
	c.connect()
	b.restore(before)
	if b.host.Superseded() {
		t.Fatal("the host has forgotten that it is the host")
	}
	c.connect()
	c.temperature(id, crm.TemperatureHot)
	c.wake()
	c.same()
	if c.bye != "" {
		t.Errorf("farewell %q", c.bye)
	}
	old := office.NewHost(first)
	must(t, old.Start(ctx))
	if old.Superseded() {
		t.Error("the former host knows what nobody has told it")
	}
}

func TestHost_HandOver(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	c := b.enrol(b.Sellers[0])
	c.connect()
	next, err := identity.NewKey(chance(7))
	must(t, err)
	copied := b.backup()
	cert, err := b.host.HandOver(ctx, b.Admin, next.Public(), []string{"192.0.2.77:47300"})
	must(t, err)
	c.wake()
	if c.bye != office.ByeSupersededHost {
		t.Errorf("a connected member is told %q", c.bye)
	}
	device, addresses, err := c.Host(ctx)
	must(t, err)
	if device != next.DeviceID() || !cmp.Equal(addresses, []string{"192.0.2.77:47300"}) {
		t.Errorf("the member would go to %s at %v", device, addresses)
	}
	_, err = b.host.HandOver(ctx, b.Admin, next.Public(), nil)
	wantCode(t, "handing over twice", err, office.CodeHostSuperseded)
	b.deps.Key = next
	b.restore(copied)
	must(t, b.host.Accept(ctx, b.Admin.UserID, cert))
	c.connect()
	id := b.of(b.Sellers[0])
	c.poke()
	c.temperature(id, crm.TemperatureHot)
	c.wake()
	c.same()
}

func TestCredential_TheLaterPasswordWins(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	accounts := account.New(b.Store, b.Clock, nil)
	must(t, accounts.ResetPassword(t.Context(), b.Admin, ana.UserID, "la primera frase"))
	c := b.enrol(ana)
	there := account.New(c.store, c.clock, nil)
	c.connect()
	var login string
	must(t, b.Store.Read().NewQuery("SELECT login FROM user WHERE id = {:id}").Bind(dbx.Params{"id": ana.UserID}).Row(&login))
	signsIn := func(what string, s *account.Service, password string, want bool) {
		t.Helper()
		_, err := s.SignIn(t.Context(), login, password)
		if (err == nil) != want {
			t.Errorf("%s with %q: %v", what, password, err)
		}
	}
	signsIn("on her computer", there, "la primera frase", true)

	b.advance(time.Hour, c)
	must(t, there.ChangePassword(t.Context(), ana, "x", "la primera frase", "la segunda frase"))
	c.wake()
	signsIn("on the host", accounts, "la segunda frase", true)

	b.advance(time.Hour, c)
	c.cut()
	must(t, accounts.ResetPassword(t.Context(), b.Admin, ana.UserID, "la tercera frase"))
	c.connect()
	signsIn("on her computer", there, "la tercera frase", true)
	b.advance(time.Minute, c)
	signsIn("on her computer", there, "la segunda frase", false)
	if n := count(t, b.Store, "SELECT count(*) FROM op_log WHERE instr(CAST(coalesce(value, '') AS TEXT), 'argon2')"); n != 0 {
		t.Error("a hash is in the log")
	}
}

func TestDevices_WhoHoldsWhat(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	ana, beto := b.Sellers[0], b.Sellers[1]
	for range 3 {
		b.of(ana)
	}
	b.of(beto)
	c, gone, boss := b.enrol(ana), b.enrol(beto), b.enrol(b.Admin)
	c.connect()
	c.up.From("lan", "192.0.2.20:5000")
	gone.connect()
	gone.cut()
	must(t, b.host.Revoke(ctx, b.Admin, gone.key.DeviceID()))
	_, err := b.host.Devices(ctx, ana)
	wantCode(t, "a seller looks", err, account.CodeAdminOnly)
	wantCode(t, "revoking the host", b.host.Revoke(ctx, b.Admin, b.host.DeviceID()), office.CodeDeviceIsHost)
	wantCode(t, "revoking nobody", b.host.Revoke(ctx, b.Admin, "x"), office.CodeDeviceMissing)
	wantCode(t, "a seller revokes", b.host.Revoke(ctx, ana, c.key.DeviceID()), account.CodeAdminOnly)
	must(t, b.host.Revoke(ctx, b.Admin, gone.key.DeviceID())) // again
	devices, err := b.host.Devices(ctx, b.Admin)
	must(t, err)
	got := map[string]office.Device{}
	for _, d := range devices {
		got[d.ID] = d
	}
	now := clock.Format(b.Clock.Now())
	want := map[string]office.Device{
		b.host.DeviceID(): {
			ID: b.host.DeviceID(), UserID: b.Admin.UserID, UserName: b.Admin.Name, Role: "admin", State: "active", IsHost: true,
			IsThis: true, Version: "1.0.0", EnrolledAt: now, Holds: 4, HoldsAll: true,
		},
		c.key.DeviceID(): {
			ID: c.key.DeviceID(), Name: "Portátil", UserID: ana.UserID, UserName: ana.Name, Role: "seller", State: "active",
			Connected: true, Path: "lan", Address: "192.0.2.20:5000", Version: "1.0.0", LastSeenAt: &now, EnrolledAt: now, Holds: 3,
		},
		gone.key.DeviceID(): {
			ID: gone.key.DeviceID(), Name: "Portátil", UserID: beto.UserID, UserName: beto.Name, Role: "seller", State: "revoked",
			Version: "1.0.0", LastSeenAt: &now, EnrolledAt: now, RevokedAt: &now, Holds: 1,
		},
		boss.key.DeviceID(): {
			ID: boss.key.DeviceID(), Name: "Portátil", UserID: b.Admin.UserID, UserName: b.Admin.Name, Role: "admin", State: "active",
			EnrolledAt: now, Holds: 4, HoldsAll: true,
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(office.Device{}, "Behind")); diff != "" {
		t.Errorf("computers (-want +got):\n%s", diff)
	}
	if got[boss.key.DeviceID()].Behind == 0 {
		t.Error("a computer that has read nothing is not behind")
	}
}

func TestHost_PokesWhomItConcerns(t *testing.T) {
	b := newBase(t)
	ana, beto := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
	ana.connect()
	beto.connect()
	id := b.of(b.Sellers[0])
	must(t, b.Store.Delivered(t.Context())) // what came before is nobody's news
	var commits []store.Commit
	defer b.Store.OnCommit(func(c store.Commit) { commits = append(commits, c) })()
	devices := func() []string {
		t.Helper()
		must(t, b.Store.Delivered(t.Context()))
		ids, err := b.host.Concerned(t.Context(), commits)
		must(t, err)
		commits = nil
		return ids
	}
	must(t, b.temperature(b.Admin, id, crm.TemperatureHot))
	if diff := cmp.Diff([]string{ana.key.DeviceID()}, devices()); diff != "" {
		t.Errorf("a change of Ana's prospect (-want +got):\n%s", diff)
	}
	_, err := b.CRM.UpdateProspect(t.Context(), b.Admin, id, crm.ProspectPatch{OwnerID: &b.Sellers[1].UserID, OwnerReason: because()})
	must(t, err)
	if got := devices(); len(got) != 2 {
		t.Errorf("a prospect changed hands and %v hear of it", got)
	}
}

func TestRefusals_AppliedWithAClick(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	ana, beto := b.Sellers[0], b.Sellers[1]
	c := b.enrol(ana)
	id := b.of(ana)
	c.connect()
	c.cut()
	c.temperature(id, crm.TemperatureHot)
	_, err := b.CRM.UpdateProspect(ctx, b.Admin, id, crm.ProspectPatch{OwnerID: &beto.UserID, OwnerReason: because()})
	must(t, err)
	c.connect()
	promote := c.op("user", ana.UserID, "role", "admin")
	_, err = c.raw(&wire.Push{Txs: []store.PushedTx{c.tx(promote)}}, wire.TypePush)
	must(t, err)
	list, err := b.host.Refusals(ctx, b.Admin)
	must(t, err)
	byField := map[string]office.Refusal{}
	for _, r := range list {
		byField[r.Entity+"."+r.Field] = r
	}
	r := byField["prospect.temperature"]
	if string(r.Mine) != `"hot"` || string(r.Theirs) != `""` || r.ProspectID != id || r.ProspectName == "" || !r.CanApply || r.UserID != ana.UserID {
		t.Errorf("the refused temperature = %+v", r)
	}
	role := byField["user.role"]
	if role.CanApply || role.ID == "" {
		t.Errorf("the refused role = %+v", role)
	}
	_, err = b.host.ApplyRefusals(ctx, ana, []string{r.ID})
	wantCode(t, "a seller applies", err, account.CodeAdminOnly)
	_, err = b.host.ApplyRefusals(ctx, b.Admin, []string{role.ID})
	wantCode(t, "a role", err, office.CodeRefusalNotPossible)
	_, err = b.host.ApplyRefusals(ctx, b.Admin, []string{"x"})
	wantCode(t, "nothing", err, office.CodeRefusalMissing)
	commit, err := b.host.ApplyRefusals(ctx, b.Admin, []string{r.ID})
	must(t, err)
	if commit.Author.User != b.Admin.UserID {
		t.Errorf("applied by %+v", commit.Author)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM prospect WHERE id = {:id} AND temperature = 'hot'", "id", id); n != 1 {
		t.Error("what was refused is not written")
	}
	_, err = b.host.ApplyRefusals(ctx, b.Admin, []string{r.ID})
	wantCode(t, "applying again", err, office.CodeRefusalMissing)
	must(t, b.host.DismissRefusals(ctx, b.Admin, []string{role.ID}))
	list, err = b.host.Refusals(ctx, b.Admin)
	must(t, err)
	for _, left := range list {
		if left.ID == r.ID || left.ID == role.ID {
			t.Errorf("still listed: %+v", left)
		}
	}
}

// TestRefusals_NothingIsAppliedThatHangsOnNothing: the lines of a refused prospect can be chosen one by one.
func TestRefusals_NothingIsAppliedThatHangsOnNothing(t *testing.T) {
	w := newIntruder(t)
	contact, phone, prospect := w.contact("c9"), w.phone("c9"), w.prospect("p9", "c9")
	w.push(w.tx(contact, phone, prospect, w.op("prospect", w.foreign, "temperature", "hot")))
	id := func(op store.Op) string { return uuid.UUID(op.ID).String() }
	for _, ops := range [][]store.Op{{contact}, {phone}, {prospect}, {contact, phone}, {phone, prospect}} {
		var ids []string
		for _, op := range ops {
			ids = append(ids, id(op))
		}
		before := w.office()
		_, err := w.b.host.ApplyRefusals(t.Context(), w.b.Admin, ids)
		wantCode(t, ops[0].Entity, err, office.CodeRefusalAlone)
		if w.office() != before {
			t.Errorf("%s is written all the same", ops[0].Entity)
		}
	}
	_, err := w.b.host.ApplyRefusals(t.Context(), w.b.Admin, []string{id(contact), id(phone), id(prospect)})
	must(t, err)
	w.connect()
	w.same()
	if n := count(t, w.store, "SELECT count(*) FROM prospect_card WHERE prospect_id = 'p9'"); n != 1 {
		t.Error("the prospect that was applied whole is on nobody's list")
	}
}

// TestHost_TwoTakeOversAgreeOnOne: two computers take over from the same backup and know nothing of each other. Members carry
// the word, and everybody chooses the same one, whichever they meet first.
func TestHost_TwoTakeOversAgreeOnOne(t *testing.T) {
	for _, order := range [][]int{{0, 1, 0, 1}, {1, 0, 1, 0}} {
		b := newBase(t)
		ctx := t.Context()
		c, other := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
		c.connect()
		copies := []string{b.backup(), b.backup()}
		var hosts []*office.Host
		var deps []office.HostDeps
		for i, copied := range copies {
			key, err := identity.NewKey(chance(uint64(60 + i)))
			must(t, err)
			b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
			b.restore(copied)
			must(t, b.host.TakeOver(ctx, b.Admin.UserID, b.code))
			hosts, deps = append(hosts, b.host), append(deps, b.deps)
		}
		for _, i := range append(order, order...) {
			b.host, b.deps = hosts[i], deps[i]
			c.connect()
		}
		if hosts[0].Superseded() == hosts[1].Superseded() {
			t.Fatalf("met in the order %v: the first is superseded %v, the second %v", order, hosts[0].Superseded(), hosts[1].Superseded())
		}
		now, _, err := c.Host(ctx)
		must(t, err)
		for _, i := range order {
			b.host, b.deps = hosts[i], deps[i]
			other.connect()
		}
		if same, _, err := other.Host(ctx); err != nil || same != now {
			t.Errorf("met in the order %v: one member follows %s, another %s, %v", order, now, same, err)
		}
	}
}

// TestHost_TakeOverOnANewComputerKeepsWhoWasRevoked: the backup and the recovery code are all that the next host has, and who
// was revoked after the backup would be let in again. The others know better, also once the next host has signed as many
// lists as the one before, or more.
func TestHost_TakeOverOnANewComputerKeepsWhoWasRevoked(t *testing.T) {
	for _, signed := range []int{0, 1, 3} {
		b := newBase(t)
		ctx := t.Context()
		c, revoked := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
		revoked.connect()
		old := b.backup()
		must(t, b.host.Revoke(ctx, b.Admin, revoked.key.DeviceID()))
		c.connect()

		key, err := identity.NewKey(chance(6))
		must(t, err)
		b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
		b.restore(old)
		must(t, b.host.TakeOver(ctx, b.Admin.UserID, b.code))
		for range signed {
			b.enrol(b.Admin)
		}
		// The connection breaks once the member has heard what the new host knows, before it could say more itself.
		c.cut()
		c.up, c.down = b.host.Session(c.key.DeviceID()), c.Session(b.deps.Key.DeviceID())
		out, err := c.up.Open(ctx)
		c.fromHost(out, err)
		c.fromMember(c.down.Handle(ctx, c.dwn[0]))
		c.dwn = nil
		c.fromHost(c.up.Handle(ctx, c.ups[0]))
		for _, f := range c.dwn {
			c.fromMember(c.down.Handle(ctx, f))
		}
		c.connect()
		revoked.connect()
		if !revoked.wiped {
			t.Errorf("after %d more lists who was revoked is a member of the new host", signed)
		}
		c.same()
	}
}

// TestHost_TakeOverIsNotOverruledByAHostThatIsGone: a member may follow a host whose list it does not have, because that of the
// host before has the same number. Who takes over after that host, with an older backup and what the member knows, has to
// outrank it, or nobody follows.
func TestHost_TakeOverIsNotOverruledByAHostThatIsGone(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id := b.of(b.Sellers[0])
	c, admin := b.enrol(b.Sellers[0]), b.enrol(b.Admin)
	first, second := b.backup(), b.backup()
	b.enrol(b.Sellers[1])
	takeOver := func(seed uint64, copied string, papers ...[]byte) {
		key, err := identity.NewKey(chance(seed))
		must(t, err)
		b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
		b.restore(copied)
		must(t, b.host.TakeOver(ctx, b.Admin.UserID, b.code, papers...))
	}
	for _, m := range []*computer{c, admin} {
		m.connect()
	}
	takeOver(6, first)
	for _, m := range []*computer{c, admin} {
		m.connect()
	}
	papers, err := admin.Papers(ctx)
	must(t, err)
	b.advance(-time.Hour) // the clock of the next one is behind, so that it cannot outrank by its time
	takeOver(7, second, papers...)
	for _, m := range []*computer{c, admin} {
		if m.connect(); m.bye != "" {
			t.Fatalf("a member does not follow: %s", m.bye)
		}
	}
	c.temperature(id, crm.TemperatureHot)
	c.wake()
	c.same()
}

// TestHost_RestoredSettlesWhatItLostBeforeWhatCameAfter: what a member has not sent yet stands on what a restored host has lost.
// Settled first, work on a prospect of which the host does not know is refused for good, and what somebody has taken back
// comes again.
func TestHost_RestoredSettlesWhatItLostBeforeWhatCameAfter(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id := b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	c.connect()
	old := b.backup()
	made, err := c.crm.CreateProspect(ctx, c.user, crm.NewProspect{Name: "Rosa", Phones: []string{"55 5555 0142"}})
	must(t, err)
	hot := crm.TemperatureHot
	mistake, err := c.crm.UpdateProspect(ctx, c.user, id, crm.ProspectPatch{Temperature: &hot})
	must(t, err)
	c.wake()
	c.same()
	c.cut()
	_, err = c.crm.LogActivity(ctx, c.user, made.ID, crm.NewActivity{Kind: crm.KindNote, Body: "Quiere verlo el sábado"})
	must(t, err)
	c.temperature(made.ID, crm.TemperatureWarm)
	_, err = c.store.Undo(ctx, c.user.Author(), mistake.TxID)
	must(t, err)
	b.advance(time.Minute, c)
	b.restore(old)
	c.connect()
	c.same()
	left, err := c.store.Unaccepted(ctx, c.user.UserID)
	must(t, err)
	if len(left) > 0 {
		t.Errorf("%d changes were not accepted: %+v", len(left), left)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM activity WHERE prospect_id = {:p}", "p", made.ID); n != 1 {
		t.Errorf("%d notes on the prospect that the host had lost, want 1", n)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM prospect WHERE id = {:p} AND temperature = ''", "p", id); n != 1 {
		t.Error("what was taken back is there again")
	}
	if r, err := c.store.Replica(ctx); err != nil || r.Unsettled != 0 {
		t.Errorf("%d transactions are not settled, %v", r.Unsettled, err)
	}
}

// TestHost_ANoteThatBothTookAwayStaysAway: of a computer that was off for longer than the office keeps its log, the host has
// dropped what was removed, and how that came. It settled first what had not been sent yet, and then what it was told again:
// the removal was refused, because the note was no longer there, and then the note came back.
func TestHost_ANoteThatBothTookAwayStaysAway(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id := b.of(b.Sellers[0])
	c := b.enrol(b.Sellers[0])
	c.connect()
	note, err := c.crm.LogActivity(ctx, c.user, id, crm.NewActivity{Kind: crm.KindNote, Body: "No es para él"})
	must(t, err)
	c.wake()
	c.same()
	c.cut()
	_, err = c.crm.RemoveActivity(ctx, c.user, note.ID)
	must(t, err)
	b.advance(time.Minute, c)
	_, err = b.CRM.RemoveActivity(ctx, b.Admin, note.ID)
	must(t, err)
	b.advance(821*24*time.Hour, c)
	dropped, err := b.Store.PurgeLog(ctx, store.DefaultPurge)
	must(t, err)
	if dropped.Rows == 0 || dropped.Lines == 0 {
		t.Fatalf("nothing is so old: %+v", dropped)
	}
	c.connect()
	c.same()
	if n := count(t, b.Store, "SELECT count(*) FROM activity WHERE id = {:id} AND deleted = 0", "id", note.ID); n != 0 {
		t.Error("the note is there again")
	}
	if r, err := c.store.Replica(ctx); err != nil || r.Unsettled+r.Refused != 0 {
		t.Errorf("%d transactions are not settled, %d ops refused, %v", r.Unsettled, r.Refused, err)
	}
}
