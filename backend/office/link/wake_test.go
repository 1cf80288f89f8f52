package link_test

import (
	"sync/atomic"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/link"
)

// shifted is the system's clock, ahead by so much: as it is found after a sleep.
type shifted struct {
	clock.System
	ahead atomic.Int64
}

// Now implements clock.Clock. The reading has no monotonic part that would hide the shift.
func (s *shifted) Now() time.Time { return s.System.Now().Round(0).Add(time.Duration(s.ahead.Load())) }

// A laptop that wakes up, or comes home, must not say for a minute that all is well over a connection that is dead.
func TestClient_ConnectsAnewAtOnce(t *testing.T) {
	link.LookEvery(t, 5*time.Millisecond)
	for _, tt := range []struct {
		name   string
		happen func(*shifted, *atomic.Bool)
		anew   bool
	}{
		{"nothing has happened", func(*shifted, *atomic.Bool) {}, false},
		{"the clock is corrected a little", func(s *shifted, _ *atomic.Bool) { s.ahead.Store(int64(10 * time.Second)) }, false},
		{"the computer has slept", func(s *shifted, _ *atomic.Bool) { s.ahead.Store(int64(time.Hour)) }, true},
		{"its address is gone", func(_ *shifted, moved *atomic.Bool) { moved.Store(true) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBase(t)
			var clk shifted
			var moved atomic.Bool
			var looked atomic.Int64
			c := b.enrol(b.Sellers[0], func(d *link.ClientDeps) {
				d.Clock = &clk
				d.Networks = func() []string {
					looked.Add(1)
					if moved.Swap(false) { // only for a moment: the next connection has an address again
						return []string{"192.0.2.7"}
					}
					return []string{"127.0.0.1"}
				}
			})
			eventually(t, "it is connected and has looked around", func() bool { return c.client.Status().Connected && looked.Load() > 2 })
			since, from := c.client.Status().Since, looked.Load()
			tt.happen(&clk, &moved)
			if !tt.anew {
				eventually(t, "it has looked several times", func() bool { return looked.Load() > from+10 })
				if now := c.client.Status(); now.Since != since || !now.Connected {
					t.Errorf("connected %v since %v, before since %v", now.Connected, now.Since, since)
				}
				return
			}
			eventually(t, "it connects anew", func() bool {
				now := c.client.Status()
				return now.Connected && now.Since.After(since)
			})
			id := b.of(b.Sellers[0])
			eventually(t, "what is new arrives", func() bool {
				for _, p := range prospects(t, c.store) {
					if p[:len(id)] == id {
						return true
					}
				}
				return false
			})
		})
	}
}

// A host that is restarted now and then must not have its members stay away longer each time.
func TestClient_AConnectionThatHasLastedBeginsItsWaitsAnew(t *testing.T) {
	b := newBase(t)
	var clk shifted
	c := b.enrol(b.Sellers[0], func(d *link.ClientDeps) {
		d.Clock, d.Random = &clk, func() float64 { return 1 }
	})
	var away time.Duration
	for range 5 {
		eventually(t, "it is connected", func() bool { return c.client.Status().Connected })
		clk.ahead.Add(int64(9 * time.Second)) // and has been for a while
		addr := b.server.Addr().String()
		b.stop()
		eventually(t, "it is not connected", func() bool { return !c.client.Status().Connected })
		began := time.Now()
		b.listen(addr)
		eventually(t, "it is connected again", func() bool { return c.client.Status().Connected })
		away = time.Since(began)
	}
	if away > 5*time.Second { // it would be 8 s, and a minute after three more
		t.Errorf("it stayed away for %v", away)
	}
}
