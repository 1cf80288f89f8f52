package processtest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// wire is a network between computers that each have a namespace of their own: Ethernet frames come out of one computer's
// card, and go into the others'. TCP, its retransmission and its field.Patience are those of the system.
type wire struct {
	mu     sync.Mutex
	rng    *rand.Rand // what is lost
	ports  []*port
	learnt map[[6]byte]*port
}

// port is where a computer is plugged in. What it suffers counts for both directions unless it says otherwise.
type port struct {
	w     *wire
	card  *os.File
	queue chan frame

	// Guarded by w.mu.
	deaf, mute bool // nothing goes in, nothing comes out
	delay      time.Duration
	loss       float64 // of all frames
}

type frame struct {
	due   time.Time
	bytes []byte
}

const (
	longestFrame = 2048
	queueLength  = 4096 // frames; more than that is lost, as in a real switch
)

func newWire(seed uint64) *wire {
	return &wire{rng: rand.New(rand.NewPCG(seed, 1)), learnt: map[[6]byte]*port{}} //nolint:gosec // what is lost
}

// plug gives the calling thread's namespace a card with an address in 10.77.0.0/24 and connects it.
func (w *wire) plug(address [4]byte) (*port, error) {
	card, err := openCard("eth0")
	if err != nil {
		return nil, err
	}
	for _, step := range []func(socket int) error{
		func(s int) error { return raise(s, "lo") },
		func(s int) error { return setAddress(s, "eth0", address) },
		func(s int) error { return raise(s, "eth0") },
	} {
		if err := withSocket(step); err != nil {
			return nil, errors.Join(err, card.Close())
		}
	}
	p := &port{w: w, card: card, queue: make(chan frame, queueLength)}
	w.mu.Lock()
	w.ports = append(w.ports, p)
	w.mu.Unlock()
	go p.send()
	go p.receive()
	return p, nil
}

// openCard makes a network card whose frames this process reads and writes.
func openCard(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/net/tun: %w", err)
	}
	r, err := unix.NewIfreq(name)
	if err == nil {
		r.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, r)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a network card: %w", err), unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), name), nil
}

func withSocket(do func(socket int) error) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return errors.Join(do(s), unix.Close(s))
}

func raise(socket int, name string) error {
	r, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, r); err != nil {
		return fmt.Errorf("raise %s: %w", name, err)
	}
	return nil
}

func setAddress(socket int, name string, address [4]byte) error {
	for _, step := range []struct {
		request uint
		value   [4]byte
	}{{unix.SIOCSIFADDR, address}, {unix.SIOCSIFNETMASK, [4]byte{255, 255, 255, 0}}} {
		r, err := unix.NewIfreq(name)
		if err == nil {
			err = r.SetInet4Addr(step.value[:])
		}
		if err == nil {
			err = unix.IoctlIfreq(socket, step.request, r)
		}
		if err != nil {
			return fmt.Errorf("address of %s: %w", name, err)
		}
	}
	return nil
}

// receive takes what comes out of the computer until its card is closed.
func (p *port) receive() {
	buffer := make([]byte, longestFrame)
	for {
		n, err := p.card.Read(buffer)
		if errors.Is(err, os.ErrClosed) {
			return
		}
		if err != nil || n < 14 {
			continue
		}
		p.w.pass(p, append([]byte(nil), buffer[:n]...))
	}
}

// send puts what has arrived into the computer. Frames keep their order, as on a cable.
func (p *port) send() {
	for f := range p.queue {
		time.Sleep(time.Until(f.due))
		if _, err := p.card.Write(f.bytes); errors.Is(err, os.ErrClosed) {
			return
		}
	}
}

// pass hands a frame to the computer that it is for, or to all of them.
func (w *wire) pass(from *port, bytes []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var to, by [6]byte
	copy(to[:], bytes)
	copy(by[:], bytes[6:])
	w.learnt[by] = from
	if from.mute || w.loses(from) {
		return
	}
	for _, p := range w.ports {
		if known := w.learnt[to]; p == from || known != nil && known != p && to[0]&1 == 0 {
			continue
		}
		if p.deaf || w.loses(p) {
			continue
		}
		select {
		case p.queue <- frame{time.Now().Add(from.delay + p.delay), bytes}:
		default:
		}
	}
}

func (w *wire) loses(p *port) bool { return p.loss > 0 && w.rng.Float64() < p.loss }

// suffer says what a computer's cable is like from now on.
func (p *port) suffer(deaf, mute bool, delay time.Duration, loss float64) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.deaf, p.mute, p.delay, p.loss = deaf, mute, delay, loss
}

// close takes every card out.
func (w *wire) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	for _, p := range w.ports {
		err = errors.Join(err, p.card.Close())
	}
	return err
}

// addressOf is the n-th computer's, from 0.
func addressOf(n int) [4]byte {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 10<<24|77<<16|uint32(n+1)) //nolint:gosec // a handful
	return a
}
