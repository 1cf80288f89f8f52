package natsbox_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/natsbox"
	"sitegroup.mx/crm/backend/relay/relayclient"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

const admission = "operators-token-of-tests"

func silent() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}

// node is one node of a relay.
type node struct {
	url  string
	stop func()
}

func (c *cluster) node(t *testing.T) *node {
	t.Helper()
	h := httptest.NewUnstartedServer(nil)
	n := &node{url: "http://" + h.Listener.Addr().String()}
	in := c.open(t, "nodes", func(cfg *natsbox.Config) { cfg.Advertise = n.url })
	s, err := relay.New(relay.Deps{
		Inbox: in, BaseURL: n.url, Admission: []string{admission}, Limits: relay.DefaultLimits(), Clock: clock.System{}, Log: silent(),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.Config.Handler = s
	h.Start()
	n.stop = sync.OnceFunc(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		h.CloseClientConnections()
		h.Close()
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(n.stop)
	return n
}

// office is an invented office's host.
type office struct {
	root [32]byte
	key  identity.Key
	cert []byte
}

func newOffice(t *testing.T) *office {
	t.Helper()
	random := rand.NewChaCha8(sha256.Sum256([]byte("natsbox")))
	root, err := identity.NewKey(random)
	if err != nil {
		t.Fatal(err)
	}
	key, err := identity.NewKey(random)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := identity.SignHostCertificate(identity.HostCertificate{
		Office: "casas", Serial: 1, Host: key.Public(), Root: root.Public(), At: 1000, SignedBy: identity.SignedByRoot,
	}, root)
	if err != nil {
		t.Fatal(err)
	}
	return &office{identity.Fingerprint(root.Public()), key, cert}
}

// link is the office's host, linked with one node.
type link struct {
	took    chan string
	welcome relaywire.Welcome
	end     func()
}

// link links the host with a node. It answers each line of a member with the line in capitals.
func (o *office) link(t *testing.T, n *node) *link {
	t.Helper()
	l := &link{took: make(chan string, 100)}
	welcomed := make(chan relaywire.Welcome, 10)
	client := relayclient.New(relayclient.Deps{
		Address: n.url, Root: o.root, Key: o.key, Certificate: func() []byte { return o.cert }, Admission: admission,
		Take: func(_ context.Context, events []relaywire.Event) ([]relaywire.Outcome, error) {
			for _, e := range events {
				l.took <- string(e.Body)
			}
			return nil, nil
		},
		Open: func(c net.Conn) {
			go func() {
				defer c.Close() //nolint:errcheck // the member has gone
				lines := bufio.NewReader(c)
				for {
					line, err := lines.ReadString('\n')
					if err != nil {
						return
					}
					if _, err := io.WriteString(c, strings.ToUpper(line)); err != nil {
						return
					}
				}
			}()
		},
		OnWelcome: func(w relaywire.Welcome) { welcomed <- w }, Clock: clock.System{}, Log: silent(), Random: func() float64 { return 0 },
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { client.Run(ctx) })
	l.end = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(l.end)
	select {
	case l.welcome = <-welcomed:
	case <-time.After(20 * time.Second):
		t.Fatalf("the host is not linked: %+v", client.Status())
	}
	return l
}

func (l *link) takes(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-l.took:
		if got != want {
			t.Errorf("%s came, want %s", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("%s never came", want)
	}
}

func post(t *testing.T, n *node, hook, body string) {
	t.Helper()
	answer, err := http.Post(n.url+"/h/"+hook, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close() // it is empty
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the webhook was answered %s", answer.Status)
	}
}

// speak goes through a tunnel and back.
func (o *office) speak(t *testing.T, n *node) {
	t.Helper()
	var c net.Conn
	until(t, "the member reaches its host", func() bool {
		var err error
		c, err = relayclient.Dial(t.Context(), n.url, relaywire.OfficeID(o.root), silent())
		return err == nil
	})
	defer c.Close() //nolint:errcheck // nothing is lost
	lines := bufio.NewReader(c)
	for _, line := range []string{"hola\n", strings.Repeat("x", 1<<20) + "\n"} {
		if _, err := io.WriteString(c, line); err != nil {
			t.Fatal(err)
		}
		got, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if got != strings.ToUpper(line) {
			t.Errorf("%d bytes came back changed", len(line))
		}
	}
}

// Behind a balancer nobody chooses a node: Meta, a seller and the office's host come to different ones.
func (c *cluster) servedByAll(t *testing.T) {
	a, b := c.node(t), c.node(t)
	o := newOffice(t)
	host := o.link(t, a)
	post(t, b, host.welcome.Hook, `{"entry":[1]}`)
	host.takes(t, `{"entry":[1]}`)
	o.speak(t, b)

	a.stop()
	host.end()
	post(t, b, host.welcome.Hook, `{"entry":[2]}`)
	again := o.link(t, b)
	if again.welcome.Hook != host.welcome.Hook {
		t.Error("the office's callback is another one now")
	}
	again.takes(t, `{"entry":[2]}`)
	post(t, b, host.welcome.Hook, `{"entry":[3]}`)
	again.takes(t, `{"entry":[3]}`)
	o.speak(t, b)
}

// A host that links at another node must not leave two of them taking events.
func TestNodes_HostThatMovesIsLinkedOnce(t *testing.T) {
	c := newCluster(t, 1, false)
	a, b := c.node(t), c.node(t)
	o := newOffice(t)
	first := o.link(t, a)
	post(t, a, first.welcome.Hook, `{"entry":[1]}`)
	first.takes(t, `{"entry":[1]}`)
	first.end()
	second := o.link(t, b)
	post(t, a, first.welcome.Hook, `{"entry":[2]}`)
	second.takes(t, `{"entry":[2]}`)
	o.speak(t, a)
	if len(first.took) > 0 {
		t.Error("the link that was left has taken an event")
	}
}
