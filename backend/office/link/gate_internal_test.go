package link

import (
	"net"
	"testing"
)

// TestGate_TheOldestHasToGo: somebody who comes last is let in, at whose cost it may be: of the same address the one that has
// stayed longest without proving a key, and of all only when there are too many.
func TestGate_TheOldestHasToGo(t *testing.T) {
	g := &gate{}
	come := func(address string) (*stranger, *stranger) {
		c, _ := net.Pipe()
		s := &stranger{Conn: c, gate: g, address: address}
		return s, g.enter(s)
	}
	var same []*stranger
	for range mostOfAddress {
		s, out := come("192.0.2.1")
		if same = append(same, s); out != nil {
			t.Fatal("somebody has to go while there is room")
		}
	}
	if _, out := come("192.0.2.1"); out != same[0] {
		t.Errorf("of one address the wrong one has to go: %v", out)
	}
	same[0].leave()
	if _, out := come("192.0.2.2"); out != nil {
		t.Error("another address has to make room")
	}
	for len(g.strangers) < mostStrangers {
		come("198.51.100." + string(rune('a'+len(g.strangers)/32)))
	}
	if _, out := come("203.0.113.1"); out != same[1] {
		t.Errorf("of all the wrong one has to go: %v", out)
	}
	if proved(same[2]); len(g.strangers) != mostStrangers {
		t.Errorf("%d strangers after one has proved its key", len(g.strangers))
	}
}
