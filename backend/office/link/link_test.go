package link_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"io"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func quiet() logrus.FieldLogger {
	log, _ := logtest.NewNullLogger()
	return log
}

// base is a host that listens.
type base struct {
	*crmtest.Office
	t      *testing.T
	host   *office.Host
	key    identity.Key
	server *link.Server

	mu     sync.Mutex
	detach func()
}

func newKey(t testing.TB) identity.Key {
	t.Helper()
	key, err := identity.NewKey(rand.Reader)
	must(t, err)
	return key
}

func newBase(t *testing.T) *base {
	t.Helper()
	b := &base{t: t, key: newKey(t)}
	fake := clock.NewFake(storetest.Start, 1)
	st := storetest.Open(t, storetest.WithClock(fake), storetest.WithDecide(office.Decide), func(o *store.Options) {
		o.Device, o.Follow = b.key.DeviceID(), office.Follow
	})
	b.Office = crmtest.Use(t, st, fake, quiet(), 2)
	_, err := st.Write(t.Context(), store.System, func(tx *store.Tx) error {
		return tx.Create("office", tx.NewID(), store.Row{
			"name": "Casa", "timezone": "America/Mexico_City", "created_at": clock.Format(tx.Now()),
		})
	})
	must(t, err)
	b.host = office.NewHost(office.HostDeps{
		Store: st, Clock: fake, Log: quiet(), Random: rand.Reader, Key: b.key, Version: "1",
		Sidecar: filepath.Join(t.TempDir(), "members"),
		Addresses: func() []string {
			b.mu.Lock()
			defer b.mu.Unlock()
			return []string{b.server.Addr().String()}
		},
		Changed: func(device string) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.server.Changed(device)
		},
	})
	must(t, b.host.Start(t.Context()))
	b.listen("127.0.0.1:0")
	t.Cleanup(func() { b.stop() })
	code, err := b.host.NewCode(t.Context(), b.Admin)
	must(t, err)
	must(t, b.host.ConfirmCode(t.Context(), b.Admin, string(code)))
	return b
}

func (b *base) listen(addr string) {
	b.t.Helper()
	server, err := link.Listen(b.t.Context(), addr, link.ServerDeps{Host: b.host, Key: b.key, Clock: clock.System{}, Log: quiet()})
	must(b.t, err)
	b.mu.Lock()
	b.server = server
	b.mu.Unlock()
	b.detach = b.Store.OnCommit(func(c store.Commit) {
		devices, err := b.host.Concerned(context.Background(), []store.Commit{c})
		if err != nil {
			b.t.Errorf("concerned: %v", err)
		}
		server.Poke(devices...)
	})
}

func (b *base) stop() {
	b.detach()
	if err := b.server.Close(); err != nil {
		b.t.Errorf("stop: %v", err)
	}
}

// computer is a member that keeps itself connected.
type computer struct {
	*office.Member
	b      *base
	key    identity.Key
	store  *store.Store
	crm    *crm.Service
	client *link.Client
	user   account.Viewer
	with   []func(*link.ClientDeps)
	stop   func()
	wiped  chan struct{}
}

// enrol lets a new computer in over sockets, with the digits compared.
func (b *base) enrol(v account.Viewer, with ...func(*link.ClientDeps)) *computer {
	b.t.Helper()
	c := &computer{b: b, key: newKey(b.t), user: v, with: with, wiped: make(chan struct{})}
	made, err := b.host.Invite(b.t.Context(), b.Admin, v.UserID)
	must(b.t, err)
	invitation, err := identity.ParseInvitation(made.Text)
	must(b.t, err)
	state, err := link.Join(b.t.Context(), link.JoinDeps{
		Invitation: invitation, Key: c.key, Name: "Portátil", Version: "1", Clock: clock.System{}, Log: quiet(),
		Dialers: []link.Dialer{link.LAN{Addresses: func(context.Context) []string { return invitation.Addresses }, Clock: clock.System{}, Log: quiet()}},
		OnDigits: func(digits string) {
			if digits == "" {
				return
			}
			waiting, err := b.host.Invitations(b.t.Context(), b.Admin)
			if err != nil || waiting[0].Digits != digits {
				b.t.Errorf("the administrator sees %+v (%v), the new computer %s", waiting, err, digits)
			}
			if err := b.host.Admit(b.t.Context(), b.Admin, made.ID); err != nil {
				b.t.Error(err)
			}
		},
	})
	must(b.t, err)
	if state.State != office.EnrolAdmitted {
		b.t.Fatalf("joining ended with %q", state.State)
	}
	c.store = storetest.Open(b.t, storetest.WithClock(clock.NewFake(storetest.Start, uint64(time.Now().UnixNano()))),
		storetest.WithDecide(office.Decide), func(o *store.Options) { o.Member, o.Device = true, c.key.DeviceID() })
	c.crm = crm.New(c.store, b.Clock, quiet())
	must(b.t, office.Join(b.t.Context(), c.store, invitation, c.key.DeviceID(), state))
	c.start()
	return c
}

func (c *computer) start() {
	t := c.b.t
	t.Helper()
	c.Member = office.NewMember(office.MemberDeps{
		Store: c.store, Clock: c.b.Clock, Log: quiet(), Device: c.key.DeviceID(), Version: "1",
		Wake: func() { c.client.Wake() }, Wiped: func() { close(c.wiped) },
	})
	must(t, c.Start(t.Context()))
	deps := link.ClientDeps{
		Member: c.Member, Key: c.key, Clock: clock.System{}, Log: quiet(), Random: func() float64 { return 0.1 },
		Dialers: []link.Dialer{link.LAN{Clock: clock.System{}, Log: quiet(), Addresses: func(ctx context.Context) []string {
			_, addresses, err := c.Host(ctx)
			if err != nil {
				t.Errorf("host: %v", err)
			}
			return addresses
		}}},
	}
	for _, change := range c.with {
		change(&deps)
	}
	c.client = link.NewClient(deps)
	detach := c.store.OnCommit(func(store.Commit) { c.client.Wake() })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.client.Run(ctx)
	}()
	c.stop = sync.OnceFunc(func() {
		detach()
		cancel()
		<-ended
	})
	t.Cleanup(c.stop)
}

// eventually waits for what two programs do by themselves.
func eventually(t testing.TB, what string, true_ func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if true_() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func prospects(t testing.TB, st *store.Store) []string {
	t.Helper()
	var list []string
	must(t, st.Read().NewQuery("SELECT id || ' ' || temperature FROM prospect WHERE deleted = 0 ORDER BY id").Column(&list))
	return list
}

func (b *base) of(v account.Viewer) string {
	b.t.Helper()
	id, _ := b.Prospect(func(e *crm.Enquiry) { e.OwnerID = v.UserID })
	return id
}

func temperature(t testing.TB, service *crm.Service, v account.Viewer, id, value string) {
	t.Helper()
	_, err := service.UpdateProspect(t.Context(), v, id, crm.ProspectPatch{Temperature: &value})
	must(t, err)
}

func TestLink_EditsTravelBothWays(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	mine, other := b.of(ana), b.of(b.Sellers[1])
	c := b.enrol(ana)
	eventually(t, "the seller's prospect arrives", func() bool { return len(prospects(t, c.store)) == 1 })

	temperature(t, c.crm, ana, mine, "hot")
	eventually(t, "the seller's edit reaches the host", func() bool { return slices.Contains(prospects(t, b.Store), mine+" hot") })
	eventually(t, "the edit is settled", func() bool {
		r, err := c.store.Replica(t.Context())
		must(t, err)
		return r.Unsettled == 0
	})
	temperature(t, b.CRM, b.Admin, mine, "cold")
	eventually(t, "the host's edit reaches the seller", func() bool { return slices.Contains(prospects(t, c.store), mine+" cold") })
	if got := prospects(t, c.store); len(got) != 1 {
		t.Errorf("the seller holds %v, not theirs: %s", got, other)
	}
	if s := c.client.Status(); !s.Connected || s.Path != "lan" || s.Address != b.server.Addr().String() {
		t.Errorf("status = %+v", s)
	}
}

func TestLink_WhatWasWrittenOfflineIsSentWhenTheHostIsBack(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	mine := b.of(ana)
	c := b.enrol(ana)
	eventually(t, "the seller's prospect arrives", func() bool { return len(prospects(t, c.store)) == 1 })
	addr := b.server.Addr().String()
	b.stop()
	eventually(t, "the member notices", func() bool { return !c.client.Status().Connected })
	temperature(t, c.crm, ana, mine, "hot")
	eventually(t, "the member says why", func() bool { return c.client.Status().Problem == link.ProblemUnreachable })
	b.listen(addr)
	c.client.Retry()
	eventually(t, "the edit arrives", func() bool { return slices.Contains(prospects(t, b.Store), mine+" hot") })
}

func TestLink_RevokedIsWipedAndNeverComesBack(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	b.of(b.Sellers[0])
	eventually(t, "the seller's prospect arrives", func() bool { return len(prospects(t, c.store)) == 1 })
	must(t, b.host.Revoke(t.Context(), b.Admin, c.key.DeviceID()))
	select {
	case <-c.wiped:
	case <-time.After(20 * time.Second):
		t.Fatal("the computer was not wiped")
	}
	if got := prospects(t, c.store); len(got) != 0 {
		t.Errorf("the wiped computer holds %v", got)
	}
	eventually(t, "the host knows that nothing is left", func() bool {
		devices, err := b.host.Devices(t.Context(), b.Admin)
		must(t, err)
		return slices.ContainsFunc(devices, func(d office.Device) bool { return d.ID == c.key.DeviceID() && d.State == office.DeviceWiped })
	})
	c.stop()
}

func TestJoin_AnswersOfTheHost(t *testing.T) {
	b := newBase(t)
	made, err := b.host.Invite(t.Context(), b.Admin, b.Sellers[0].UserID)
	must(t, err)
	invitation, err := identity.ParseInvitation(made.Text)
	must(t, err)
	lan := func(addr string) link.Dialer {
		return link.LAN{Addresses: func(context.Context) []string { return []string{addr} }, Clock: clock.System{}, Log: quiet()}
	}
	join := func(i identity.Invitation, d link.Dialer, onDigits func(string)) (*wire.EnrolState, error) {
		return link.Join(t.Context(), link.JoinDeps{
			Invitation: i, Key: newKey(t), Name: "x", Version: "1", Dialers: []link.Dialer{d}, Clock: clock.System{}, Log: quiet(), OnDigits: onDigits,
		})
	}
	ignore := func(string) {}
	t.Run("nobody there", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		addr := l.Addr().String()
		must(t, l.Close())
		if _, err := join(invitation, lan(addr), ignore); fault.Code(err) != office.CodeHostUnreachable {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("another computer answers", func(t *testing.T) {
		other := invitation
		other.Host = newKey(t).DeviceID()
		if _, err := join(other, lan(b.server.Addr().String()), ignore); fault.Code(err) != office.CodeInvitationForeign {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("a token that nobody has given", func(t *testing.T) {
		wrong := invitation
		wrong.Token = [16]byte{1}
		state, err := join(wrong, lan(b.server.Addr().String()), ignore)
		if err != nil || state.State != office.EnrolRefused {
			t.Errorf("state = %+v, err = %v", state, err)
		}
	})
	t.Run("the administrator refuses", func(t *testing.T) {
		state, err := join(invitation, lan(b.server.Addr().String()), func(digits string) {
			if digits != "" {
				must(t, b.host.Refuse(t.Context(), b.Admin, made.ID))
			}
		})
		if err != nil || state.State != office.EnrolRefused {
			t.Errorf("state = %+v, err = %v", state, err)
		}
	})
}

// TestServer_Strangers sends what no program of ours sends. Nothing of it may cost the host more than the connection.
func TestServer_Strangers(t *testing.T) {
	b := newBase(t)
	addr := b.server.Addr().String()
	certificate := func() tls.Certificate {
		c, err := newKey(t).Certificate(time.Now())
		must(t, err)
		return c
	}
	dial := func(config *tls.Config) (net.Conn, error) {
		config.InsecureSkipVerify = true
		c, err := tls.Dial("tcp", addr, config)
		if err != nil {
			return nil, err
		}
		must(t, c.SetDeadline(time.Now().Add(10*time.Second)))
		return c, nil
	}
	refused := func(name string, config *tls.Config) {
		t.Run(name, func(t *testing.T) {
			c, err := dial(config)
			if err == nil { // TLS 1.3: the client learns of a refusal when it reads
				_, err = c.Write([]byte("GET /v1/session HTTP/1.1\r\nHost: host\r\n\r\n"))
				if err == nil {
					_, err = io.ReadAll(c)
				}
			}
			if err == nil {
				t.Error("the host has answered")
			}
		})
	}
	refused("without a key", &tls.Config{MinVersion: tls.VersionTLS13})
	refused("with TLS 1.2", &tls.Config{MaxVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate()}})

	t.Run("twice in one session", func(t *testing.T) { // which would prove no key the second time
		config := &tls.Config{Certificates: []tls.Certificate{certificate()}, ClientSessionCache: tls.NewLRUClientSessionCache(1), ServerName: "host"}
		for range 2 {
			c, err := dial(config)
			must(t, err)
			_, err = c.Write([]byte("GET / HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n"))
			must(t, err)
			_, _ = io.ReadAll(c) // a ticket comes before the answer
			if c.(*tls.Conn).ConnectionState().DidResume {
				t.Error("the host has resumed a session")
			}
			must(t, c.Close())
		}
	})

	stranger := func(path string) *websocket.Conn {
		d := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{certificate()}}}
		ws, _, err := d.Dial("wss://"+addr+path, nil)
		must(t, err)
		must(t, ws.SetReadDeadline(time.Now().Add(10*time.Second)))
		t.Cleanup(func() { _ = ws.Close() })
		return ws
	}
	lastWord := func(t *testing.T, ws *websocket.Conn) string {
		t.Helper()
		said := ""
		for {
			_, m, err := ws.ReadMessage()
			if err != nil {
				return said
			}
			if f, err := wire.Decode(m); err == nil && f.Type == wire.TypeBye {
				said = f.Body.(*wire.Bye).Code
			}
		}
	}
	t.Run("an unknown computer", func(t *testing.T) {
		if got := lastWord(t, stranger("/v1/session")); got != office.ByeUnknownDevice {
			t.Errorf("bye = %q", got)
		}
	})
	for name, message := range map[string][]byte{"rubbish": []byte("not a frame"), "empty": {}, "a frame of another kind": {1, 0, 0xa0}} {
		t.Run(name, func(t *testing.T) {
			ws := stranger("/v1/enrol")
			must(t, ws.WriteMessage(websocket.BinaryMessage, message))
			if got := lastWord(t, ws); got != office.ByeProtocol {
				t.Errorf("bye = %q", got)
			}
		})
	}
	t.Run("too much", func(t *testing.T) {
		ws := stranger("/v1/enrol")
		_ = ws.WriteMessage(websocket.BinaryMessage, make([]byte, wire.MaxFrame+1)) // the host may have hung up before the end
		if got := lastWord(t, ws); got != "" {
			t.Errorf("bye = %q", got)
		}
	})
	t.Run("a web page", func(t *testing.T) {
		d := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{certificate()}}}
		_, answer, err := d.Dial("wss://"+addr+"/v1/session", map[string][]string{"Origin": {"https://example.com"}})
		if err == nil || answer == nil || answer.StatusCode != 403 {
			t.Errorf("a page was let in: %v", err)
		}
	})
}

func TestLocalAddresses(t *testing.T) {
	tests := []struct {
		name string
		addr net.Addr
		want func([]string) bool
	}{
		{"a certain address", &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8766}, func(a []string) bool { return slices.Equal(a, []string{"192.0.2.1:8766"}) }},
		{"all, without the loopback", &net.TCPAddr{IP: net.IPv4zero, Port: 8766}, func(a []string) bool {
			return !slices.ContainsFunc(a, func(s string) bool { return s == "127.0.0.1:8766" })
		}},
		{"no TCP", &net.UnixAddr{}, func(a []string) bool { return a == nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := link.LocalAddresses(tt.addr); !tt.want(got) {
				t.Errorf("addresses = %v", got)
			}
		})
	}
}
