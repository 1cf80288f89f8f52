package office_test

import (
	"testing"
	"time"
)

// TestHost_ComingAgainCostsNoWrite: a computer that connects in a loop must not have the host's disk wait for it each time.
func TestHost_ComingAgainCostsNoWrite(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	seen := func() string {
		t.Helper()
		var at string
		must(t, b.Store.Read().NewQuery("SELECT coalesce(seen_at, '') FROM device WHERE id = {:id}").
			Bind(map[string]any{"id": c.key.DeviceID()}).Row(&at))
		return at
	}
	b.advance(time.Hour)
	c.connect()
	first := seen()
	for range 30 {
		b.advance(time.Second)
		c.connect()
	}
	if got := seen(); got != first {
		t.Errorf("seen at %s, and written again at %s", first, got)
	}
	b.advance(time.Minute)
	c.connect()
	if got := seen(); got <= first {
		t.Errorf("after a minute it is still %s", got)
	}
}
