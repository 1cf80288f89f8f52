package link

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/clock"
)

// network is what happens at each address: an error at once, or "" for silence, or a connection.
type network map[string]error

var errSilence = errors.New("nobody answers")

// attempts are the addresses that were tried, and when.
type attempts struct {
	mu    sync.Mutex
	tried []string
	at    []time.Duration
}

// connect implements LAN.Connect.
func (n network) connect(made *attempts) func(context.Context, string) (net.Conn, error) {
	begun := time.Now()
	return func(ctx context.Context, address string) (net.Conn, error) {
		made.mu.Lock()
		made.tried, made.at = append(made.tried, address), append(made.at, time.Since(begun))
		made.mu.Unlock()
		err := n[address]
		switch {
		case err == nil:
			return memory{in: newStream(1), out: newStream(1)}, nil
		case errors.Is(err, errSilence):
			<-ctx.Done()
			return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
		}
		return nil, &net.OpError{Op: "dial", Err: err}
	}
}

// TestLAN_Dial: at its last addresses, then where the network says; and what the status page may say when neither helps.
func TestLAN_Dial(t *testing.T) {
	const old, now = "192.0.2.1:1", "192.0.2.2:1"
	for _, tt := range []struct {
		name         string
		known, found []string
		network      network
		problem      string
		tried        []string
	}{
		{"where it was", []string{old}, nil, network{}, "", []string{old}},
		{"where the network says", []string{old}, []string{now}, network{old: errSilence}, "", []string{old, now}},
		{"nobody has said where", nil, nil, nil, ProblemNoAddress, nil},
		{"nobody knows it", []string{old}, nil, network{old: errSilence}, ProblemUnreachable, []string{old}},
		{"it is there and drops what comes", []string{old}, []string{now}, network{old: errSilence, now: errSilence}, ProblemFirewall, []string{old, now}},
		{"it is where it was and drops what comes", []string{old}, []string{old}, network{old: errSilence}, ProblemFirewall, []string{old, old}},
		{"nothing listens there any more", []string{old}, []string{now}, network{old: syscall.ECONNREFUSED, now: syscall.ECONNREFUSED}, ProblemUnreachable, []string{old, now}},
		{"one address refuses, another is silent", []string{old}, []string{now, "192.0.2.3:1"}, network{old: errSilence, now: syscall.ECONNREFUSED, "192.0.2.3:1": errSilence}, ProblemUnreachable, []string{old, now, "192.0.2.3:1"}},
		{"it has just left", []string{old}, []string{now}, network{old: errSilence, now: syscall.EHOSTUNREACH}, ProblemUnreachable, []string{old, now}},
		{"another network", []string{old}, nil, network{old: syscall.ENETUNREACH}, ProblemUnreachable, []string{old}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, _ := logtest.NewNullLogger()
				var made attempts
				l := LAN{
					Addresses: func(context.Context) []string { return tt.known },
					Find:      func(context.Context) []string { return tt.found },
					Connect:   tt.network.connect(&made), Clock: clock.System{}, Log: log,
				}
				c, err := l.Dial(t.Context())
				var p *Problem
				switch {
				case tt.problem == "" && (err != nil || c == nil):
					t.Errorf("dial: %v", err)
				case tt.problem != "" && (!errors.As(err, &p) || p.Code != tt.problem):
					t.Errorf("dial: %v, want %s", err, tt.problem)
				}
				made.mu.Lock()
				defer made.mu.Unlock()
				if !slices.Equal(made.tried, tt.tried) {
					t.Errorf("tried %v, want %v", made.tried, tt.tried)
				}
			})
		})
	}
}

// TestLAN_DoesNotWaitForTheDead: addresses are tried a moment after each other.
func TestLAN_DoesNotWaitForTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := logtest.NewNullLogger()
		var made attempts
		addresses := []string{"192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1", "192.0.2.4:1"}
		n := network{addresses[0]: errSilence, addresses[1]: errSilence, addresses[2]: syscall.ECONNREFUSED}
		l := LAN{Addresses: func(context.Context) []string { return addresses }, Connect: n.connect(&made), Clock: clock.System{}, Log: log}
		if _, err := l.Dial(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []time.Duration{0, dialStagger, 2 * dialStagger, 3 * dialStagger}
		made.mu.Lock()
		defer made.mu.Unlock()
		if !slices.Equal(made.at, want) {
			t.Errorf("tried after %v, want %v", made.at, want)
		}
	})
}

// TestAnnouncer_FollowsTheAddresses: after a new lease the network must not be told the old address.
func TestAnnouncer_FollowsTheAddresses(t *testing.T) {
	log, _ := logtest.NewNullLogger()
	var told []string
	stopped := 0
	a := Announcer{Start: func(tag string, port int, ips []net.IP) (func(), error) {
		for _, ip := range ips {
			told = append(told, tag+" "+ip.String())
		}
		if port != 8770 {
			t.Errorf("port %d", port)
		}
		return func() { stopped++ }, nil
	}}
	a.say("office", 8770, []string{"192.168.1.5:8770"}, log)
	a.say("office", 8770, []string{"192.168.1.5:8770"}, log) // nothing new
	a.say("office", 8770, []string{"10.0.0.9:8770"}, log)    // another lease
	a.say("office", 8770, nil, log)                          // the cable is out
	a.say("office", 8770, []string{"10.0.0.9:8770"}, log)
	a.Stop()
	want := []string{"office 192.168.1.5", "office 10.0.0.9", "office 10.0.0.9"}
	if !slices.Equal(told, want) || stopped != 3 {
		t.Errorf("told %v, want %v; stopped %d times", told, want, stopped)
	}
	a.Say([32]byte{}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8770}, log)
	if len(told) != 3 {
		t.Error("the loopback was announced")
	}
}
