package api

import (
	"context"
	"maps"
	"slices"
	"sync"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

// follower is one page that hears of events.
type follower struct {
	caller
	ready chan struct{} // something waits
	ended chan struct{}
	cut   func() // interrupts a write that hangs; nil where none can

	mu      sync.Mutex
	waiting waiting
	done    bool
}

func newFollower(c caller, cut func()) *follower {
	return &follower{caller: c, ready: make(chan struct{}, 1), ended: make(chan struct{}), cut: cut}
}

// give puts something into what waits. A page that falls too far behind is cut off: it comes back and reads everything.
func (f *follower) give(what func(*waiting)) {
	f.mu.Lock()
	what(&f.waiting)
	late := f.waiting.late
	f.mu.Unlock()
	if late && f.cut != nil {
		f.end()
		f.cut()
		return
	}
	nudge(f.ready)
}

// take returns what the page may hear now; false once its session has ended or its user is somebody else than they were.
// Behind the lock it hears only that there are new leads, not whose. The rest waits for the password.
func (f *follower) take(ctx context.Context) ([]any, bool) {
	v, err := f.office.Accounts.Resume(ctx, f.token, false)
	locked := fault.Has(err, account.CodeSessionLocked)
	if err != nil && !locked || v.Role != f.viewer.Role {
		return nil, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if locked {
		return f.waiting.behindLock(), true
	}
	events := f.waiting.events()
	f.waiting = waiting{}
	return events, true
}

// end ends the page's stream.
func (f *follower) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.done {
		f.done = true
		close(f.ended)
	}
}

// mostWaiting is how many prospects, and how many leads, wait for a page before it counts as too late.
var mostWaiting = 1000

// waiting is what a page has not heard yet, put together: a burst of changes is one event.
type waiting struct {
	late      bool // more than it can be told one by one: read everything again
	entities  map[string]bool
	prospects map[string]bool
	leads     []LeadEvent
	imports   map[string]bool
	meta      bool
	health    bool
	sync      bool
}

// hello drops what can be read again.
func (w *waiting) hello() { *w = waiting{late: true, leads: w.leads} }

func (w *waiting) add(to *map[string]bool, names ...string) {
	if *to == nil {
		*to = map[string]bool{}
	}
	for _, name := range names {
		(*to)[name] = true
	}
}

func (w *waiting) changed(entities, prospects []string) {
	if w.late {
		return
	}
	w.add(&w.entities, entities...)
	w.add(&w.prospects, prospects...)
	if len(w.prospects) > mostWaiting {
		w.hello()
	}
}

func (w *waiting) lead(e LeadEvent) {
	w.leads = append(w.leads, e)
	if len(w.leads) > mostWaiting {
		w.leads = nil
		w.hello()
	}
}

// events are what waits, leads first: somebody has to hurry.
func (w *waiting) events() []any {
	var list []any
	for _, lead := range w.leads {
		list = append(list, lead)
	}
	if w.late {
		return append(list, PlainEvent{Type: "hello"})
	}
	if len(w.entities) > 0 {
		list = append(list, ChangedEvent{
			Type: "changed", Entities: slices.Sorted(maps.Keys(w.entities)), Prospects: sorted(w.prospects),
		})
	}
	for _, id := range sorted(w.imports) {
		list = append(list, PlainEvent{Type: "import", ID: id})
	}
	if w.meta {
		list = append(list, PlainEvent{Type: "meta"})
	}
	if w.health {
		list = append(list, PlainEvent{Type: "health"})
	}
	if w.sync {
		list = append(list, PlainEvent{Type: "sync"})
	}
	return list
}

// behindLock takes the leads out, without what they say of the person.
func (w *waiting) behindLock() []any {
	var list []any
	for _, lead := range w.leads {
		lead.Name, lead.Phone = "", ""
		list = append(list, lead)
	}
	w.leads = nil
	return list
}

// sorted are the names of a set in order, never nil: the page gets [].
func sorted(set map[string]bool) []string {
	return append([]string{}, slices.Sorted(maps.Keys(set))...)
}
