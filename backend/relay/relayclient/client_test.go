package relayclient_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay/relayclient"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// host is a client with keys of its own that notes what it takes.
func host(t *testing.T, f *fake, change func(*relayclient.Deps)) (c *relayclient.Client, office string) {
	t.Helper()
	root, err := identity.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := identity.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := identity.SignHostCertificate(identity.HostCertificate{
		Office: "o", Serial: 1, Host: key.Public(), Root: root.Public(), SignedBy: identity.SignedByRoot,
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	d := relayclient.Deps{
		Address: f.address(), Root: identity.Fingerprint(root.Public()), Key: key, Certificate: func() []byte { return cert },
		Take:      func(context.Context, []relaywire.Event) ([]relaywire.Outcome, error) { return nil, nil },
		Open:      func(c net.Conn) { _ = c.Close() },
		OnWelcome: func(relaywire.Welcome) {},
		Clock:     clock.System{}, Log: quiet(), Random: func() float64 { return 0 },
	}
	change(&d)
	c = relayclient.New(d)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	return c, relaywire.OfficeID(d.Root)
}

func events(n int) []relaywire.Event {
	all := make([]relaywire.Event, n)
	for i := range all {
		all[i] = relaywire.Event{Seq: int64(i + 1), Kind: relaywire.KindWebhook, At: 1, Body: []byte{byte(i)}}
	}
	return all
}

// TestClient_AcknowledgesNothingThatIsNotKept holds back what fails, comes again after a cut, and takes all in order, once.
func TestClient_AcknowledgesNothingThatIsNotKept(t *testing.T) {
	f := newFake(t)
	f.events = events(5)
	var kept []int64
	full := make(chan struct{})
	failed := 0
	host(t, f, func(d *relayclient.Deps) {
		d.Take = func(_ context.Context, events []relaywire.Event) ([]relaywire.Outcome, error) {
			if events[len(events)-1].Seq >= 3 && failed < 2 {
				if failed++; failed == 1 {
					close(full)
				}
				return nil, errors.New("the disk is full")
			}
			for _, e := range events {
				if !slices.Contains(kept, e.Seq) { // the ledger knows what it has
					kept = append(kept, e.Seq)
				}
			}
			return nil, nil
		}
	})
	<-full
	_ = (<-f.links).Close() // the relay is cut off, perhaps before it has read what was acknowledged: then that comes again
	for through := int64(0); through < 5; {
		got := f.next(t)
		if got.Ack == nil || got.Ack.Through <= through {
			t.Fatalf("said %+v after the acknowledgement of %d", got, through)
		}
		through = got.Ack.Through
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 5}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

// A relay that sends more than was asked for fills nobody's memory, and nothing is passed over.
func TestClient_MoreThanAWindowEndsTheLink(t *testing.T) {
	f := newFake(t)
	f.events = events(2*relaywire.Window + 2)
	ended := make(chan struct{})
	end := sync.OnceFunc(func() { close(ended) })
	host(t, f, func(d *relayclient.Deps) {
		d.Take = func(ctx context.Context, _ []relaywire.Event) ([]relaywire.Outcome, error) {
			<-ctx.Done() // the disk is busy until the link ends
			end()
			return nil, ctx.Err()
		}
	})
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the link goes on")
	}
	if len(f.said) > 0 {
		t.Errorf("the host has said %+v", f.next(t))
	}
}

// What comes while the disk is busy is one commit and one acknowledgement.
func TestClient_TakesTogetherWhatWaits(t *testing.T) {
	f := newFake(t)
	f.events = append(events(7), relaywire.Event{Seq: 8, Body: make([]byte, 300<<10)}, relaywire.Event{Seq: 9, Body: []byte("x")})
	var sizes []int
	busy := make(chan struct{})
	host(t, f, func(d *relayclient.Deps) {
		d.Take = func(_ context.Context, events []relaywire.Event) ([]relaywire.Outcome, error) {
			if len(sizes) == 0 {
				<-busy
			}
			sizes = append(sizes, len(events))
			return nil, nil
		}
	})
	<-f.links                          // everything is sent
	time.Sleep(300 * time.Millisecond) // and received
	close(busy)
	acks := 0
	for through := int64(0); through < 9; acks++ {
		through = f.next(t).Ack.Through
	}
	taken := 0
	for _, n := range sizes {
		taken += n
	}
	if taken != 9 || len(sizes) > 3 || acks != len(sizes) || sizes[len(sizes)-1] != 1 {
		t.Errorf("taken %v with %d acknowledgements, want few, and what comes after a large one apart", sizes, acks)
	}
}

func TestClient_TellsOutcomesBeforeTheAcknowledgement(t *testing.T) {
	f := newFake(t)
	f.events = []relaywire.Event{{Seq: 9, Kind: relaywire.KindDeletion, Code: "C1", Body: []byte("x")}}
	host(t, f, func(d *relayclient.Deps) {
		d.Take = func(_ context.Context, events []relaywire.Event) ([]relaywire.Outcome, error) {
			return []relaywire.Outcome{{Code: events[0].Code, State: relaywire.DeletionDone}}, nil
		}
	})
	if got := f.next(t); got.Outcome == nil || got.Outcome.Code != "C1" {
		t.Errorf("said %+v first, want the outcome", got)
	}
	if got := f.next(t); got.Ack == nil || got.Ack.Through != 9 {
		t.Errorf("said %+v, want the acknowledgement", got)
	}
}

func TestClient_PublishesWhatTheRelayDoesNotHave(t *testing.T) {
	f := newFake(t)
	c, _ := host(t, f, func(*relayclient.Deps) {})
	c.Publish(relaywire.Publish{Version: 3, Privacy: "Aviso"})
	if got := f.next(t); got.Publish == nil || got.Publish.Version != 3 {
		t.Errorf("said %+v, want the texts", got)
	}
	_ = (<-f.links).Close() // the relay that comes back has lost them
	if got := f.next(t); got.Publish == nil || got.Publish.Version != 3 {
		t.Errorf("said %+v, want the texts again", got)
	}
}

func TestClient_SaysWhyItIsRefused(t *testing.T) {
	f := newFake(t)
	f.refuse = &relaywire.Refuse{Code: relaywire.RefusedAdmission}
	changed := make(chan struct{}, 10)
	c, _ := host(t, f, func(d *relayclient.Deps) { d.OnStatus = func() { changed <- struct{}{} } })
	<-changed
	if s := c.Status(); s.State != relayclient.StateRefused || s.Problem != relaywire.RefusedAdmission {
		t.Fatalf("status = %+v", s)
	}
	f.mu.Lock()
	f.refuse = nil
	f.mu.Unlock()
	c.Renew()
	<-changed
	if s := c.Status(); s.State != relayclient.StateLinked || s.Welcome.Hook != f.welcome.Hook {
		t.Errorf("status = %+v, want linked", s)
	}
}

// What a relay says of itself becomes links on the administrator's screen and what Meta is told to call.
func TestClient_TakesNoAddressFromAHostileRelay(t *testing.T) {
	good := relaywire.Welcome{Hook: "hook-of-the-tests", VerifyToken: "token-of-the-tests", Page: "page-of-the-tests"}
	tests := []struct {
		name   string
		change func(*relaywire.Welcome)
		linked bool
	}{
		{"script as its address", func(w *relaywire.Welcome) { w.BaseURL = "javascript:alert(1)" }, true},
		{"another's address", func(w *relaywire.Welcome) { w.BaseURL = "https://relevo.ejemplo.org" }, true},
		{"a hook with a path in it", func(w *relaywire.Welcome) { w.Hook = "../../../../../../v1/host" }, false},
		{"no verify token", func(w *relaywire.Welcome) { w.VerifyToken = "" }, false},
		{"markup as the pages' name", func(w *relaywire.Welcome) { w.Page = "\"><script>alert(1)</script>" }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.welcome = good
			tt.change(&f.welcome)
			heard, changed := make(chan relaywire.Welcome, 10), make(chan struct{}, 100)
			c, _ := host(t, f, func(d *relayclient.Deps) {
				d.OnWelcome = func(w relaywire.Welcome) { heard <- w }
				d.OnStatus = func() { changed <- struct{}{} }
			})
			for c.Status().State == relayclient.StateConnecting {
				<-changed
			}
			if s := c.Status(); (s.State == relayclient.StateLinked) != tt.linked || !tt.linked && s.Problem != relayclient.ProblemNoRelay {
				t.Fatalf("%+v", s)
			}
			if !tt.linked {
				if len(heard) > 0 {
					t.Errorf("it is believed: %+v", <-heard)
				}
				return
			}
			if w := <-heard; w.BaseURL != f.address() {
				t.Errorf("the relay is said to be at %q", w.BaseURL)
			}
		})
	}
}

func TestTunnel_CarriesBytesBothWays(t *testing.T) {
	f := newFake(t)
	opened := make(chan net.Conn, 1)
	_, office := host(t, f, func(d *relayclient.Deps) { d.Open = func(c net.Conn) { opened <- c } })
	member, err := relayclient.Dial(t.Context(), f.address(), office, quiet())
	if err != nil {
		t.Fatal(err)
	}
	inside := <-opened
	if got := inside.RemoteAddr().String(); got != "203.0.113.7:0" {
		t.Errorf("the host sees %s", got)
	}
	sent := make([]byte, 3<<20)
	_, _ = rand.Read(sent)
	go func() { _, _ = member.Write(sent) }()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(inside, got); err != nil || !bytes.Equal(sent, got) {
		t.Fatalf("read: %v, equal %v", err, bytes.Equal(sent, got))
	}
	// net/http stops a read by a deadline in the past and reads on afterwards.
	_ = inside.SetReadDeadline(time.Unix(1, 0))
	if _, err := inside.Read(got[:1]); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read after the deadline: %v", err)
	}
	_ = inside.SetReadDeadline(time.Time{})
	go func() { _, _ = member.Write([]byte("x")) }()
	if n, err := inside.Read(got); err != nil || string(got[:n]) != "x" {
		t.Errorf("read after a deadline that was taken back: %q %v", got[:n], err)
	}
	_ = member.Close()
	if _, err := inside.Read(got); err == nil {
		t.Error("the other end is closed and reading goes on")
	}
	if _, err := member.Read(got); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read of a closed end: %v", err)
	}
}

func TestDial_SaysThatTheHostIsAway(t *testing.T) {
	f := newFake(t)
	f.silent = true
	_, err := relayclient.Dial(t.Context(), f.address(), "00ff", quiet())
	var p *relayclient.Problem
	if !errors.As(err, &p) || p.Code != relayclient.ProblemNoHost {
		t.Errorf("dial: %v", err)
	}
}

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"relay.example.mx": "https://relay.example.mx", " HTTPS://Relay.Example.mx:443/ ": "https://relay.example.mx",
		"https://relay.example.mx:8443": "https://relay.example.mx:8443", "http://127.0.0.1:8090": "http://127.0.0.1:8090",
		"http://localhost:80": "http://localhost:80", "http://[::1]:8090": "http://[::1]:8090", "https://[2001:db8::1]": "https://[2001:db8::1]",
		"http://relay.example.mx": "", "https://a@relay.example.mx": "", "https://relay.example.mx/h": "", "": "", "ftp://x": "", "https://x?y=1": "",
		"https://re lay": "", "https://relay.example.mx:": "",
	} {
		got, err := relayclient.ParseAddress(text)
		if got != want || (want == "") != fault.Has(err, relayclient.CodeBadAddress) {
			t.Errorf("ParseAddress(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

// hasty is a clock that runs ahead when it is told to, notes the client's pauses, and does not wait for them.
type hasty struct {
	clock.System
	ahead  atomic.Int64
	pauses chan time.Duration
}

func (h *hasty) Now() time.Time { return h.System.Now().Add(time.Duration(h.ahead.Load())) }

func (h *hasty) After(d time.Duration) <-chan time.Time {
	if d >= 20*time.Second { // of pings
		return nil
	}
	h.pauses <- d
	return h.System.After(0)
}

// A relay that is restarted now and then must not keep its hosts away longer each time.
func TestClient_ALinkThatHasLastedBeginsItsWaitsAnew(t *testing.T) {
	f := newFake(t)
	clk := &hasty{pauses: make(chan time.Duration, 100)}
	linked := make(chan struct{}, 10)
	host(t, f, func(d *relayclient.Deps) {
		d.Clock, d.Random, d.OnStatus = clk, func() float64 { return 1 }, func() { linked <- struct{}{} }
	})
	for n, c := range []struct{ lasts, pause time.Duration }{
		{5 * time.Second, time.Second / 2},
		{5 * time.Second, time.Second / 2},
		{0, time.Second},
		{0, 2 * time.Second},
		{0, 4 * time.Second},
		{9 * time.Second, time.Second / 2},
	} {
		ws := <-f.links
		<-linked
		clk.ahead.Add(int64(c.lasts))
		_ = ws.Close()
		<-linked // no more
		if got := <-clk.pauses; got != c.pause {
			t.Errorf("pause %d is %v, want %v", n, got, c.pause)
		}
	}
}
