package office_test

import (
	"testing"
	"time"
)

// Who knows where the host can be reached holds a lock of its own while it asks the host who it is. A host that asked it
// under its lock stood still for good: no session, no end of the program, nothing told of what is committed.
func TestHost_AsksForItsAddressesWithoutItsLock(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	asked := false
	b.deps.Addresses = func() []string {
		asked = true
		_, _ = b.host.Root()
		return []string{"192.0.2.10:47300"}
	}
	b.restart(b.deps.Store)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = b.host.Session(c.key.DeviceID()).Open(t.Context())
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the host stands still")
	}
	if !asked {
		t.Error("nobody has asked where the host is")
	}
}
