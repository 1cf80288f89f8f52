package apitest

import (
	"context"
	"math/rand/v2"
	"sync"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/export"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// Member is a member of an Office, with an API of its own. Frames pass when Exchange is called, and while the member asks
// the host something.
type Member struct {
	*Office
	host   *Office
	device string

	mu   sync.Mutex
	up   *office.HostSession
	down *office.MemberSession
	ups  []wire.Frame
}

// Prepare gives the office its recovery code, which comes before the first invitation.
func (o *Office) Prepare() {
	o.t.Helper()
	if o.Host.Prepared() {
		return
	}
	code, err := o.Host.NewCode(context.Background(), o.Viewer("admin"))
	o.must(err)
	o.must(o.Host.ConfirmCode(context.Background(), o.Viewer("admin"), string(code)))
}

// Join lets a new computer of a user's in, connects it and signs its user in on it.
func (o *Office) Join(login string, options ...Option) *Member {
	o.t.Helper()
	o.Prepare()
	ctx := context.Background()
	key, err := identity.NewKey(rand.NewChaCha8([32]byte{3, byte(len(o.users[login].ID)), login[0]}))
	o.must(err)
	made, err := o.Host.Invite(ctx, o.Viewer("admin"), o.users[login].ID)
	o.must(err)
	invitation, err := identity.ParseInvitation(made.Text)
	o.must(err)
	show := func() *wire.EnrolState {
		e := o.Host.Enrolment(key.DeviceID(), "123456")
		defer e.Close()
		out, err := e.Handle(ctx, wire.Frame{Type: wire.TypeEnrol, Body: &wire.Enrol{Token: invitation.Token[:], Name: "Portátil", Version: "test"}})
		o.must(err)
		return out[0].Body.(*wire.EnrolState)
	}
	show()
	if got := o.Do("admin", "POST", "/api/devices/invitations/"+made.ID+"/admit", nil); got.Status >= 300 {
		o.t.Fatalf("admit: %d %s", got.Status, got.Code())
	}
	admitted := show()

	m := &Member{host: o, device: key.DeviceID(), Office: &Office{
		Clock: o.Clock, Log: &Text{}, Setup: &Setup{}, t: o.t, tokens: map[string]string{}, users: map[string]account.User{login: o.users[login]},
	}}
	log := logrus.New()
	log.SetOutput(m.Log)
	st := storetest.Open(o.t, storetest.WithClock(o.Clock), storetest.WithDecide(office.Decide), func(options *store.Options) {
		options.Member, options.Device = true, key.DeviceID()
	})
	o.must(office.Join(ctx, st, invitation, key.DeviceID(), admitted))
	people := crm.New(st, o.Clock, log)
	m.Office.Office = &api.Office{
		Store: st, Accounts: account.New(st, o.Clock, log), CRM: people, Network: &Network{}, Handover: &Handover{},
		History: history.New(st, people), Exports: export.New(st, o.Clock, log),
		Intake: intake.New(intake.Deps{Store: st, CRM: people, Clock: o.Clock, Log: log, Version: "test"}),
		Member: office.NewMember(office.MemberDeps{
			Store: st, Clock: o.Clock, Log: log, Device: key.DeviceID(), Version: "test", Wake: func() { go m.Exchange() },
		}),
	}
	m.Setup.Open(m.Office.Office)
	m.serve(options)
	o.t.Cleanup(m.Cut) // before the files are closed: a write may have woken it
	m.Connect()
	m.SignIn(login)
	return m
}

// Connect opens a connection and has both say what they have to say.
func (m *Member) Connect() {
	m.t.Helper()
	m.mu.Lock()
	m.up, m.down = m.host.Host.Session(m.device), m.Office.Member.Session(m.host.Host.DeviceID())
	out, err := m.up.Open(context.Background())
	m.must(err)
	m.pass(out)
	m.mu.Unlock()
	m.Exchange()
}

// Cut breaks the connection, where there is one, once both have said what they are saying.
func (m *Member) Cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down == nil {
		return
	}
	m.up.Close()
	m.down.Close()
	m.up, m.down = nil, nil
}

// Exchange has both sides say what they have to say.
func (m *Member) Exchange() {
	m.t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down == nil {
		return
	}
	ctx := context.Background()
	m.pass([]wire.Frame{{Type: wire.TypePoke, Body: &wire.Poke{}}})
	out, err := m.down.Wake(ctx)
	m.must(err)
	m.ups = append(m.ups, out...)
	for len(m.ups) > 0 {
		f := m.ups[0]
		m.ups = m.ups[1:]
		out, err := m.up.Handle(ctx, f)
		m.must(err)
		m.pass(out)
	}
}

// pass hands the host's frames to the member.
func (m *Member) pass(frames []wire.Frame) {
	m.t.Helper()
	for _, f := range frames {
		out, err := m.down.Handle(context.Background(), f)
		m.must(err)
		m.ups = append(m.ups, out...)
	}
}
