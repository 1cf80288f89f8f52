package processtest

import (
	"context"
	"net"
	"runtime"

	"golang.org/x/sys/unix"
)

// place is where a computer's process runs and where it can be spoken to: a network namespace of its own, or this process's.
type place struct {
	jobs chan func()
	port *port // nil where computers share the loopback
}

// here is the network that this process has.
func here() *place { return &place{} }

// apart makes a namespace and plugs it in. A namespace belongs to a thread: one that only this place uses, as long as its
// jobs last.
func apart(w *wire, address [4]byte) (*place, error) {
	p := &place{jobs: make(chan func())}
	made := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(unix.CLONE_NEWNET)
		if err == nil {
			p.port, err = w.plug(address)
		}
		made <- err
		if err != nil {
			return
		}
		for job := range p.jobs {
			job()
		}
	}()
	return p, <-made
}

// do runs something in the place. What it starts lives there.
func (p *place) do(job func()) {
	if p.jobs == nil {
		job()
		return
	}
	done := make(chan struct{})
	p.jobs <- func() {
		defer close(done)
		job()
	}
	<-done
}

// dial connects to something that runs in the place.
func (p *place) dial(ctx context.Context, network, address string) (c net.Conn, err error) {
	p.do(func() { c, err = (&net.Dialer{}).DialContext(ctx, network, address) })
	return c, err
}
