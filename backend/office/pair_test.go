package office_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// memoryVault is a keyring that outlives a restored file.
type memoryVault struct {
	mu   sync.Mutex
	kept map[string][]byte
}

func newVault() *memoryVault { return &memoryVault{kept: map[string][]byte{}} }

func (v *memoryVault) Get(name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if b, ok := v.kept[name]; ok {
		return b, nil
	}
	return nil, secret.ErrNotFound
}

func (v *memoryVault) Set(name string, value []byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.kept[name] = append([]byte(nil), value...)
	return nil
}

func (v *memoryVault) Delete(name string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kept, name)
	return nil
}

// chance is a source of bytes that repeats.
func chance(seed uint64) io.Reader {
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// quietLog drops what is said.
func quietLog() logrus.FieldLogger {
	log, _ := logtest.NewNullLogger()
	return log
}

// base is a host with its office: an administrator and two sellers, Ana and Beto.
type base struct {
	*crmtest.Office
	t     *testing.T
	host  *office.Host
	deps  office.HostDeps
	vault *memoryVault
	code  identity.Code
	told  []string // devices that Changed named
	ended int      // how often Ended was told
	calls func(user, role string, c *wire.Call) *wire.Reply

	members uint64
	seed    uint64
}

// bases counts the offices of a test run: each has keys of its own.
var bases uint64

// newBase opens an office whose recovery code is confirmed.
func newBase(t *testing.T) *base {
	t.Helper()
	b := newBareBase(t)
	code, err := b.host.NewCode(t.Context(), b.Admin)
	must(t, err)
	must(t, b.host.ConfirmCode(t.Context(), b.Admin, string(code)))
	b.code = code
	return b
}

func newBareBase(t *testing.T) *base {
	t.Helper()
	bases++
	seed := bases * 1000
	fake := clock.NewFake(storetest.Start, seed)
	key, err := identity.NewKey(chance(seed))
	must(t, err)
	st := storetest.Open(t, storetest.WithClock(fake), storetest.WithDecide(office.Decide), func(o *store.Options) {
		o.Device, o.Follow = key.DeviceID(), store.Follow(office.Follow).And(crm.Follow)
	})
	b := &base{t: t, Office: crmtest.Use(t, st, fake, quietLog(), 2), vault: newVault(), seed: seed}
	_, err = st.Write(t.Context(), store.System, func(tx *store.Tx) error {
		return tx.Create("office", tx.NewID(), store.Row{
			"name": "Casa", "timezone": "America/Mexico_City", "created_at": clock.Format(tx.Now()),
		})
	})
	must(t, err)
	b.deps = office.HostDeps{
		Store: st, Clock: fake, Log: quietLog(), Vault: b.vault, Random: chance(seed + 1), Key: key, Version: "1.0.0",
		Sidecar: filepath.Join(t.TempDir(), "office.members"), Addresses: func() []string { return []string{"192.0.2.10:47300"} },
		Changed: func(device string) { b.told = append(b.told, device) }, Ended: func() { b.ended++ },
		Call: func(_ context.Context, user, role string, c *wire.Call) *wire.Reply {
			if b.calls == nil {
				return nil
			}
			return b.calls(user, role, c)
		},
	}
	b.host = office.NewHost(b.deps)
	must(t, b.host.Start(t.Context()))
	return b
}

// restart starts another Host over a store, as the program does when it starts.
func (b *base) restart(st *store.Store) {
	b.t.Helper()
	b.deps.Store = st
	b.host = office.NewHost(b.deps)
	must(b.t, b.host.Start(b.t.Context()))
}

// computer is a member with its connection, or without.
type computer struct {
	*office.Member
	t     *testing.T
	b     *base
	key   identity.Key
	user  account.Viewer
	store *store.Store
	clock *clock.Fake
	crm   *crm.Service
	wiped bool

	up   *office.HostSession
	down *office.MemberSession
	ups  []wire.Frame // on their way to the host
	dwn  []wire.Frame // on their way to the member
	bye  string       // the last farewell of either
}

// passed is a frame as the other side gets it.
func passed(t testing.TB, f wire.Frame) wire.Frame {
	t.Helper()
	b, err := wire.Encode(f)
	must(t, err)
	if len(b) > wire.MaxFrame {
		t.Fatalf("frame %d has %d bytes", f.Type, len(b))
	}
	got, err := wire.Decode(b)
	must(t, err)
	return got
}

// enrol lets a new computer of a user's in, the whole way.
func (b *base) enrol(v account.Viewer) *computer {
	b.t.Helper()
	c := b.buy(v)
	i, err := b.host.Invite(b.t.Context(), b.Admin, v.UserID)
	must(b.t, err)
	text, err := identity.ParseInvitation(i.Text)
	must(b.t, err)
	state := c.show(text)
	if state.State != office.EnrolWaiting {
		b.t.Fatalf("enrolment = %q", state.State)
	}
	must(b.t, b.host.Admit(b.t.Context(), b.Admin, i.ID))
	c.join(text, c.show(text))
	return c
}

// buy makes an empty replica.
func (b *base) buy(v account.Viewer) *computer {
	b.t.Helper()
	b.members++
	n := b.seed + 100 + b.members
	key, err := identity.NewKey(chance(n))
	must(b.t, err)
	c := &computer{t: b.t, b: b, key: key, user: v, clock: clock.NewFake(b.Clock.Now(), n)}
	c.store = storetest.Open(b.t, storetest.WithClock(c.clock), storetest.WithDecide(office.Decide), func(o *store.Options) {
		o.Member, o.Device = true, key.DeviceID()
	})
	c.crm = crm.New(c.store, c.clock, quietLog())
	c.start()
	return c
}

// start makes the Member anew, as the program does when it starts.
func (c *computer) start() {
	c.Member = office.NewMember(office.MemberDeps{
		Store: c.store, Clock: c.clock, Log: quietLog(), Device: c.key.DeviceID(), Version: "1.0.0", PageLimit: 7,
		Wiped: func() { c.wiped = true },
	})
}

// show shows the token on a connection of its own and returns what the host says.
func (c *computer) show(text identity.Invitation) *wire.EnrolState {
	c.t.Helper()
	return c.showFrom(text, "192.0.2.1")
}

// showFrom is show from another address.
func (c *computer) showFrom(text identity.Invitation, address string) *wire.EnrolState {
	c.t.Helper()
	e := c.b.host.Enrolment(c.key.DeviceID(), "123456")
	e.From(address)
	defer e.Close()
	out, _ := e.Handle(c.t.Context(), passed(c.t, wire.Frame{Type: wire.TypeEnrol, Body: &wire.Enrol{Token: text.Token[:], Name: "Portátil", Version: "1"}}))
	if len(out) != 1 {
		c.t.Fatalf("enrolment answered %d frames", len(out))
	}
	return passed(c.t, out[0]).Body.(*wire.EnrolState)
}

func (c *computer) join(text identity.Invitation, state *wire.EnrolState) {
	c.t.Helper()
	must(c.t, office.Join(c.t.Context(), c.store, text, c.key.DeviceID(), state))
	must(c.t, c.Start(c.t.Context()))
}

// connect opens a connection and has both say what they have to say.
func (c *computer) connect() {
	c.t.Helper()
	c.cut()
	c.up = c.b.host.Session(c.key.DeviceID())
	c.down = c.Session(c.b.deps.Key.DeviceID())
	out, err := c.up.Open(c.t.Context())
	c.fromHost(out, err)
	c.settle()
}

// cut breaks the connection with what is on its way.
func (c *computer) cut() {
	if c.up != nil {
		c.up.Close()
	}
	if c.down != nil {
		c.down.Close()
	}
	c.up, c.down, c.ups, c.dwn = nil, nil, nil, nil
}

func (c *computer) fromHost(out []wire.Frame, err error) {
	c.t.Helper()
	for _, f := range out {
		c.dwn = append(c.dwn, passed(c.t, f))
	}
	if err != nil {
		c.dwn = append(c.dwn, office.Bye(err))
		c.farewell(err)
		c.up = nil
	}
}

func (c *computer) fromMember(out []wire.Frame, err error) {
	c.t.Helper()
	for _, f := range out {
		c.ups = append(c.ups, passed(c.t, f))
	}
	if err != nil {
		c.ups = append(c.ups, office.Bye(err))
		c.farewell(err)
		c.down = nil
	}
}

func (c *computer) farewell(err error) {
	c.t.Helper()
	var f *office.Farewell
	if !errors.As(err, &f) {
		c.t.Fatalf("a session ended by itself: %v", err)
	}
	if c.bye == "" || f.Code != office.ByeClosing {
		c.bye = f.Code
	}
}

// settle passes frames on until nobody says anything.
func (c *computer) settle() {
	c.t.Helper()
	for range 100_000 {
		switch {
		case len(c.dwn) > 0 && c.down != nil:
			f := c.dwn[0]
			c.dwn = c.dwn[1:]
			c.fromMember(c.down.Handle(c.t.Context(), f))
		case len(c.ups) > 0 && c.up != nil:
			f := c.ups[0]
			c.ups = c.ups[1:]
			c.fromHost(c.up.Handle(c.t.Context(), f))
		default:
			return
		}
	}
	c.t.Fatal("the two never stop talking")
}

// wake has both say what they have to say now.
func (c *computer) wake() {
	c.t.Helper()
	if c.up != nil {
		c.fromHost(c.up.Wake(c.t.Context()))
	}
	if c.down != nil {
		c.fromMember(c.down.Wake(c.t.Context()))
	}
	c.settle()
}

// poke tells the member that something has changed.
func (c *computer) poke() {
	c.t.Helper()
	c.fromHost([]wire.Frame{{Type: wire.TypePoke, Body: &wire.Poke{}}}, nil)
	c.settle()
}

// raw gives the host a frame that the member's program did not make, and returns its answers.
func (c *computer) raw(body any, kind wire.Type) ([]wire.Frame, error) {
	return c.up.Handle(c.t.Context(), wire.Frame{Type: kind, Body: body})
}

// count runs a query that returns one number.
func count(t testing.TB, st *store.Store, query string, params ...any) int {
	t.Helper()
	p := dbx.Params{}
	for i := 0; i < len(params); i += 2 {
		p[params[i].(string)] = params[i+1]
	}
	var n int
	must(t, st.Read().NewQuery(query).Bind(p).Row(&n))
	return n
}

// sees lists the prospects of a file, each with what its lists show of it.
func sees(t testing.TB, st *store.Store, owner string) []string {
	t.Helper()
	list := []string{}
	must(t, st.Read().NewQuery(`
		SELECT p.id || ' ' || p.owner_id || ' ' || p.status || ' ' || p.temperature || ' ' || c.name || ' ' || p.rev || ' ' ||
			(SELECT count(*) FROM contact_phone x WHERE x.contact_id = c.id AND x.deleted = 0) || ' ' ||
			(SELECT count(*) FROM submission x WHERE x.prospect_id = p.id) || ' ' ||
			(SELECT count(*) FROM event x WHERE x.prospect_id = p.id) || ' ' ||
			(SELECT count(*) FROM activity x WHERE x.prospect_id = p.id AND x.deleted = 0)
		FROM prospect p
		JOIN contact c ON c.id = p.contact_id
		WHERE p.deleted = 0
		AND ({:owner} = '' OR p.owner_id = {:owner})
		ORDER BY p.id`).Bind(dbx.Params{"owner": owner}).Column(&list))
	return list
}

// same fails unless the member holds exactly what its user may.
func (c *computer) same() {
	c.t.Helper()
	owner := c.user.UserID
	if c.user.IsAdmin() {
		owner = ""
	}
	if diff := cmp.Diff(sees(c.t, c.b.Store, owner), sees(c.t, c.store, "")); diff != "" {
		c.t.Errorf("the replica of %s differs (-host +member):\n%s", c.user.Name, diff)
	}
}

// actions counts the lines of the audit trail of an action.
func (b *base) actions(action string) int {
	b.t.Helper()
	return count(b.t, b.deps.Store, "SELECT count(*) FROM audit WHERE action = {:a}", "a", action)
}

// of registers a prospect of a seller's.
func (b *base) of(v account.Viewer) string {
	b.t.Helper()
	id, _ := b.Prospect(func(e *crm.Enquiry) { e.OwnerID = v.UserID })
	return id
}

func (b *base) temperature(v account.Viewer, id, value string) error {
	_, err := b.CRM.UpdateProspect(b.t.Context(), v, id, crm.ProspectPatch{Temperature: &value})
	return err
}

func (c *computer) temperature(id, value string) {
	c.t.Helper()
	_, err := c.crm.UpdateProspect(c.t.Context(), c.user, id, crm.ProspectPatch{Temperature: &value})
	must(c.t, err)
}

func wantCode(t testing.TB, what string, err error, code string) {
	t.Helper()
	if got := fault.Code(err); got != code {
		t.Errorf("%s: %v, want code %q", what, err, code)
	}
}

func (b *base) advance(d time.Duration, computers ...*computer) {
	b.Clock.Advance(d)
	for _, c := range computers {
		c.clock.Advance(d)
	}
}

// storeOptions opens a copy of the host's file.
func (b *base) storeOptions(path string) store.Options {
	return store.Options{
		Path: path, Key: storetest.Key(), Device: b.deps.Key.DeviceID(), Now: b.Clock.Now, NewID: b.Clock.NewID,
		Decide: office.Decide, Follow: store.Follow(office.Follow).And(crm.Follow),
	}
}
