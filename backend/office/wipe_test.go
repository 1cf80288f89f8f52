package office_test

import (
	"testing"

	"sitegroup.mx/crm/backend/office"
)

// TestPair_WipedWhileItSpeaks: what a revoked computer says before it hears of it is no breach, and does not keep the host
// from hearing that nothing is left on it.
func TestPair_WipedWhileItSpeaks(t *testing.T) {
	tests := []struct {
		name      string
		connected bool
	}{
		{"it was away and greets", false},
		{"it is connected and sends", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBase(t)
			id := b.of(b.Sellers[0])
			c := b.enrol(b.Sellers[0])
			c.connect()
			c.temperature(id, "hot")
			if tt.connected {
				must(t, b.host.Revoke(t.Context(), b.Admin, c.key.DeviceID()))
				c.fromHost(c.up.Wake(t.Context()))
				c.fromMember(c.down.Wake(t.Context()))
			} else {
				c.cut()
				must(t, b.host.Revoke(t.Context(), b.Admin, c.key.DeviceID()))
				c.up, c.down = b.host.Session(c.key.DeviceID()), c.Session(b.host.DeviceID())
				c.fromHost(c.up.Open(t.Context()))
				c.fromMember(c.down.Handle(t.Context(), c.dwn[0]))
				c.dwn = c.dwn[1:]
			}
			for c.up != nil && len(c.ups) > 0 { // these arrive first
				f := c.ups[0]
				c.ups = c.ups[1:]
				c.fromHost(c.up.Handle(t.Context(), f))
			}
			c.settle()
			if !c.wiped || c.bye != office.ByeWiped {
				t.Errorf("wiped %v, farewell %q", c.wiped, c.bye)
			}
			if n := b.actions("device.wiped"); n != 1 {
				t.Errorf("the host has noted %d times that nothing is left", n)
			}
			if n := b.actions("device.breach"); n != 0 {
				t.Errorf("%d breaches of an honest program are noted", n)
			}
		})
	}
}
