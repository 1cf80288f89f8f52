package store

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// delivery hands commits to subscribers, in order, in a goroutine of its own, so that a subscriber may write and a slow
// one holds nobody up but the subscribers.
type delivery struct {
	mu          sync.Mutex
	changed     *sync.Cond
	waiting     []Commit
	ended       bool
	added       uint64 // commits ever added
	delivered   uint64 // commits that every subscriber has seen
	subscribers []*subscriber
}

type subscriber struct {
	fn        func(Commit)
	cancelled atomic.Bool
}

func (d *delivery) init() { d.changed = sync.NewCond(&d.mu) }

func (d *delivery) add(c Commit) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, c)
	d.added++
	d.changed.Broadcast()
}

func (d *delivery) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
	d.changed.Broadcast()
}

// next waits for commits and returns them with who is to see them; nil after the end.
func (d *delivery) next() ([]Commit, []*subscriber) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.waiting) == 0 && !d.ended {
		d.changed.Wait()
	}
	commits := d.waiting
	d.waiting = nil
	return commits, slices.Clone(d.subscribers)
}

func (d *delivery) seen(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.delivered += uint64(n) //nolint:gosec // a length
	d.changed.Broadcast()
}

// OnCommit calls fn after every durable commit that wrote replicated data, in the order of the revisions, one at a time
// and soon after Write has returned. fn must not change the commit's Ops, which all subscribers share. cancel ends it; a
// call that is under way is not waited for.
func (s *Store) OnCommit(fn func(Commit)) (cancel func()) {
	sub := &subscriber{fn: fn}
	d := &s.delivery
	d.mu.Lock()
	defer d.mu.Unlock()
	d.subscribers = append(d.subscribers, sub)
	return func() {
		sub.cancelled.Store(true)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.subscribers = slices.DeleteFunc(d.subscribers, func(other *subscriber) bool { return other == sub })
	}
}

// Delivered waits until the subscribers have seen every commit that Write had answered before the call.
func (s *Store) Delivered(ctx context.Context) error {
	d := &s.delivery
	stop := context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.changed.Broadcast()
	})
	defer stop()
	d.mu.Lock()
	defer d.mu.Unlock()
	for target := d.added; d.delivered < target; d.changed.Wait() {
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) deliverLoop() {
	for {
		commits, subscribers := s.delivery.next()
		if len(commits) == 0 {
			return
		}
		for _, c := range commits {
			for _, sub := range subscribers {
				s.deliver(sub, c)
			}
		}
		s.delivery.seen(len(commits))
	}
}

// deliver calls one subscriber; its panic is logged and stops nobody else.
func (s *Store) deliver(sub *subscriber, c Commit) {
	defer func() {
		if p := recover(); p != nil {
			s.log.WithField("rev", c.Rev).WithField("stack", string(debug.Stack())).Errorf("subscriber panicked: %v", p)
		}
	}()
	if !sub.cancelled.Load() {
		sub.fn(c)
	}
}
