package natsbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sitegroup.mx/crm/build/field"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/inboxtest"
	"sitegroup.mx/crm/backend/relay/natsbox"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// logged is a log that a test may read while it is written.
type logged struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *logged) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.all.String(), text)
}

func (c *cluster) config(namespace string, change ...func(*natsbox.Config)) (natsbox.Config, *logged) {
	out := &logged{}
	log := logrus.New()
	log.SetOutput(out)
	cfg := natsbox.Config{URLs: c.urls(), Namespace: namespace, Advertise: "http://127.0.0.1:8090", Clock: clock.System{}, Log: log}
	for _, ch := range change {
		ch(&cfg)
	}
	return cfg, out
}

func (c *cluster) open(t testing.TB, namespace string, change ...func(*natsbox.Config)) *natsbox.Inbox {
	t.Helper()
	cfg, _ := c.config(namespace, change...)
	in, err := natsbox.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Three servers take some seconds to agree on who leads: all tests of a whole cluster share it.
func TestInbox(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 3, false)
	t.Run("conforms", c.conforms)
	t.Run("an office is served by every node", c.servedByAll)
}

func (c *cluster) conforms(t *testing.T) {
	namespaces := map[relay.Inbox]string{}
	inboxtest.Run(t, inboxtest.Subject{
		Open: func(t *testing.T, dir string) relay.Inbox {
			sum := sha256.Sum256([]byte(dir))
			in := c.open(t, hex.EncodeToString(sum[:8]))
			namespaces[in] = hex.EncodeToString(sum[:8])
			return in
		},
		Second: func(t *testing.T, first relay.Inbox) relay.Inbox { return c.open(t, namespaces[first]) },
	})
}

// A server with the usual max_payload would refuse the largest of Meta's deliveries, for ever.
func TestOpen_ServerThatTakesNoLargeEventIsRefused(t *testing.T) {
	c := newCluster(t, 1, false, func(s *field.NATSServer) { s.MaxPayload = 1 << 20 })
	cfg, _ := c.config("small")
	if in, err := natsbox.Open(t.Context(), cfg); !errors.Is(err, natsbox.ErrConfig) {
		t.Errorf("%v %v, want ErrConfig", in, err)
	}
}

func TestOpen_OneServer(t *testing.T) {
	c := newCluster(t, 1, false)
	cfg, log := c.config("one")
	in, err := natsbox.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if n := c.stream(t, "one").Config.Replicas; n != 1 {
		t.Errorf("%d replicas", n)
	}
	if !log.has("fewer than three servers") {
		t.Error("nobody was told that events are on one server")
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
}

// A count that one node makes by itself would let every node fill the inbox.
func TestAppend_QuotaIsOfAllNodes(t *testing.T) {
	c := newCluster(t, 1, false)
	few := func(cfg *natsbox.Config) { cfg.Events = 6 }
	one, two := c.open(t, "quota", few), c.open(t, "quota", few)
	defer one.Close() //nolint:errcheck // another test's
	defer two.Close() //nolint:errcheck // another test's
	o := inboxtest.Office(1)
	if err := one.PutOffice(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	e := relaywire.Event{Kind: relaywire.KindWebhook, At: 1, Body: []byte(`{"entry":[]}`)}
	var seq int64
	for range 3 {
		for _, in := range []relay.Inbox{one, two} {
			var err error
			if seq, err = in.Append(t.Context(), o.ID, e, relay.Quota{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	// By the stream's own bound, which needs no count; and by that of the node, once it has heard of the other's.
	if _, err := one.Append(t.Context(), o.ID, e, relay.Quota{}); !errors.Is(err, relay.ErrFull) {
		t.Errorf("the seventh: %v", err)
	}
	until(t, "the other node's events count", func() bool {
		_, err := one.Append(t.Context(), o.ID, e, relay.Quota{Bytes: int64(6 * len(e.Body))})
		return errors.Is(err, relay.ErrFull)
	})
	if err := two.AckThrough(t.Context(), o.ID, seq); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Append(t.Context(), o.ID, e, relay.Quota{Events: 1, Bytes: int64(len(e.Body))}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// Two hosts that link at once on two nodes must not both be told to go, nor both stay.
func TestAttend_OneStays(t *testing.T) {
	c := newCluster(t, 1, false)
	one, two := c.open(t, "stays"), c.open(t, "stays")
	defer one.Close() //nolint:errcheck // another test's
	defer two.Close() //nolint:errcheck // another test's
	o := inboxtest.Office(1)
	if err := one.PutOffice(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	const links = 20
	var gone atomic.Int32
	var all sync.WaitGroup
	for n := range links {
		all.Go(func() {
			in := []relay.Inbox{one, two}[n%2]
			if _, err := in.Attend(t.Context(), o.ID, func(s relay.Signal) {
				if s.Replaced {
					gone.Add(1)
				}
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	until(t, "all but one are gone", func() bool { return gone.Load() >= links-1 })
	if err := one.Signal(t.Context(), o.ID, relay.Signal{Event: true}); err != nil {
		t.Errorf("who stays is not reached: %v", err)
	}
	if n := gone.Load(); n != links-1 {
		t.Errorf("%d of %d are gone", n, links)
	}
}

// Of two offices that want one name at once, on two nodes, one gets it.
func TestPutOffice_NameIsOnesOnEveryNode(t *testing.T) {
	c := newCluster(t, 1, false)
	one, two := c.open(t, "names"), c.open(t, "names")
	defer one.Close() //nolint:errcheck // another test's
	defer two.Close() //nolint:errcheck // another test's
	var got atomic.Int32
	var all sync.WaitGroup
	for n := range 10 {
		all.Go(func() {
			o := inboxtest.Office(n)
			o.Hook = "the-same-hook-0000"
			switch err := []relay.Inbox{one, two}[n%2].PutOffice(t.Context(), o); {
			case err == nil:
				got.Add(1)
			case !errors.Is(err, relay.ErrTaken):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got.Load() != 1 {
		t.Errorf("%d offices have the name", got.Load())
	}
	if _, err := two.OfficeByHook(t.Context(), "the-same-hook-0000"); err != nil {
		t.Error(err)
	}
}

// A host's link outlives the loss of NATS, and an event that came meanwhile is not left lying.
func TestInbox_ComesBack(t *testing.T) {
	c := newCluster(t, 1, false)
	in := c.open(t, "back")
	defer in.Close() //nolint:errcheck // another test's
	o := inboxtest.Office(1)
	if err := in.PutOffice(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	woken := make(chan struct{}, 100)
	if _, err := in.Attend(t.Context(), o.ID, func(s relay.Signal) {
		if s.Event {
			woken <- struct{}{}
		}
	}); err != nil {
		t.Fatal(err)
	}
	c.stop(0)
	kept := make(chan error)
	go func() {
		_, err := in.Append(context.Background(), o.ID, relaywire.Event{Kind: relaywire.KindWebhook, At: 1, Body: []byte("{}")}, relay.Quota{Events: 1})
		kept <- err
	}()
	c.start(0)
	if err := <-kept; err != nil {
		t.Fatal(err)
	}
	<-woken
	until(t, "it is there", func() bool {
		events, err := in.List(t.Context(), o.ID, 0, 10)
		return err == nil && len(events) == 1
	})
	if err := in.Signal(t.Context(), o.ID, relay.Signal{Event: true}); err != nil {
		t.Error(err)
	}
}
