package natsbox_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sitegroup.mx/crm/build/field"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/inboxtest"
	"sitegroup.mx/crm/backend/relay/natsbox"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// stream asks the servers about the stream of events.
func (c *cluster) stream(t testing.TB, namespace string) *jetstream.StreamInfo {
	t.Helper()
	nc, err := nats.Connect(c.urls())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	var info *jetstream.StreamInfo
	until(t, "the stream of events answers", func() bool {
		s, err := js.Stream(t.Context(), namespace+"-inbox")
		if err == nil {
			info = s.CachedInfo()
		}
		return err == nil && info.Cluster != nil && info.Cluster.Leader != ""
	})
	return info
}

func (c *cluster) leader(t testing.TB, namespace string) int {
	t.Helper()
	name := c.stream(t, namespace).Cluster.Leader
	return slices.IndexFunc(c.of, func(s field.NATSServer) bool { return s.Name == name })
}

// reader is a host that lists and acknowledges all of one office.
type reader struct {
	office  string
	seen    map[string]int64 // number of each body
	through int64
}

// read lists once, checks, and acknowledges. It reports whether there was something.
func (r *reader) read(t *testing.T, in relay.Inbox) bool {
	events, err := in.List(t.Context(), r.office, 0, 20)
	if err != nil {
		t.Errorf("list: %v", err)
		return false
	}
	for _, e := range events {
		body := string(e.Body)
		if e.Seq <= r.through {
			t.Errorf("%s came again: %d was acknowledged up to %d", body, e.Seq, r.through)
		}
		if before, there := r.seen[body]; there && before != e.Seq {
			t.Errorf("%s was kept twice: %d and %d", body, before, e.Seq)
		}
		r.seen[body] = e.Seq
	}
	if !slices.IsSortedFunc(events, func(a, b relaywire.Event) int { return int(a.Seq - b.Seq) }) {
		t.Errorf("events came in another order")
	}
	if len(events) == 0 {
		return false
	}
	last := events[len(events)-1].Seq
	if err := in.AckThrough(t.Context(), r.office, last); err != nil {
		t.Errorf("acknowledge: %v", err)
		return false
	}
	r.through = last
	return true
}

// rounds is how many servers are killed: one, or more where there is time (CONTRIBUTING.md).
func rounds() int {
	seconds, _ := strconv.Atoi(os.Getenv("SITEGROUP_TEST_SECONDS")) // 0 where it is not set
	return 1 + seconds/20
}

// A server that dies must cost nobody a lead: what was answered for is delivered, once and in its order.
func TestInbox_LostServerLosesNothing(t *testing.T) {
	t.Parallel()
	c := newCluster(t, 3, true)
	const offices, writers = 2, 4
	nodes := []*natsbox.Inbox{c.open(t, "lost"), c.open(t, "lost")}
	defer func() {
		for _, in := range nodes {
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		}
	}()
	if n := c.stream(t, "lost").Config.Replicas; n != 3 {
		t.Fatalf("events are on %d servers", n)
	}
	var readers []*reader
	for n := range offices {
		o := inboxtest.Office(n)
		if err := nodes[0].PutOffice(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		readers = append(readers, &reader{office: o.ID, seen: map[string]int64{}})
	}

	// Each writer waits for one answer before it appends the next, as the webhooks of a lead come.
	kept := make([]map[string]int64, offices)
	var mu sync.Mutex
	var answered atomic.Int64
	var enough, over atomic.Bool
	var writing, reading sync.WaitGroup
	for o := range offices {
		kept[o] = map[string]int64{}
		for w := range writers {
			writing.Go(func() {
				before := int64(0)
				for n := 0; !enough.Load(); n++ {
					body := fmt.Sprintf(`{"w":%d,"n":%d,"pad":%q}`, w, n, strings.Repeat("x", 500))
					e := relaywire.Event{Kind: relaywire.KindWebhook, At: int64(n + 1), Signature: "sha256=00", Body: []byte(body)}
					seq, err := nodes[w%2].Append(t.Context(), readers[o].office, e, relay.Quota{Events: 100_000, Bytes: 1 << 30})
					if err != nil {
						t.Errorf("append: %v", err)
						return
					}
					if seq <= before {
						t.Errorf("%d came after %d", seq, before)
					}
					before = seq
					answered.Add(1)
					mu.Lock()
					kept[o][body] = seq
					mu.Unlock()
				}
			})
		}
	}
	for i, r := range readers {
		reading.Go(func() {
			for {
				last := over.Load()
				if some := r.read(t, nodes[(i+1)%2]); t.Failed() || last && !some {
					return
				}
			}
		})
	}
	more := func(what string) {
		t.Helper()
		at := answered.Load() + 50
		until(t, what, func() bool { return answered.Load() >= at || t.Failed() })
	}
	more("events are answered for")
	for round := range rounds() {
		if round > 0 {
			until(t, "the server that was lost has all again", func() bool {
				current := 0
				for _, p := range c.stream(t, "lost").Cluster.Replicas {
					if p.Current && !p.Offline {
						current++
					}
				}
				return current == 2
			})
		}
		leader := c.leader(t, "lost")
		c.stop(leader)
		more("events are answered for without the server")
		c.start(leader)
		more("events are answered for with the server again")
	}
	enough.Store(true)
	writing.Wait()
	over.Store(true)
	reading.Wait()
	t.Logf("%d events were answered for", answered.Load())
	for o, r := range readers {
		for body, seq := range kept[o] {
			if r.seen[body] != seq {
				t.Errorf("%.20s was answered for as %d and came as %d", body, seq, r.seen[body])
			}
		}
		if len(r.seen) != len(kept[o]) {
			t.Errorf("%d events came, want %d", len(r.seen), len(kept[o]))
		}
	}
}
