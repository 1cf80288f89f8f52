package api

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/store"
)

// pause is the shortest time between two pushes of changes: at most 20 a second, whatever the office writes.
const pause = 50 * time.Millisecond

// maxWaiting is how many events wait for a slow page before they become one hello: "read everything again".
const maxWaiting = 64

// hub tells pages what happened in the open office, each only what its viewer may know.
type hub struct {
	log logrus.FieldLogger

	mu        sync.Mutex
	office    *Office
	detach    []func()
	followers map[*follower]struct{}
	window    *follower
	commits   []store.Commit
	wake      chan struct{}
}

// follower is one page.
type follower struct {
	caller
	ended chan struct{}
	ready chan struct{}

	mu      sync.Mutex
	waiting []any
	done    bool
}

func newHub(log logrus.FieldLogger) *hub {
	return &hub{log: log, followers: map[*follower]struct{}{}}
}

// attach listens to an office and ends what followed the one before. nil is no office.
func (h *hub) attach(o *Office) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, stop := range h.detach {
		stop()
	}
	h.detach, h.commits = nil, nil
	for f := range h.followers {
		f.end()
	}
	clear(h.followers)
	h.window, h.office = nil, o
	if h.wake != nil {
		close(h.wake)
		h.wake = nil
	}
	if o == nil {
		return
	}
	wake := make(chan struct{}, 1)
	h.wake = wake
	h.detach = []func(){
		o.Store.OnCommit(func(c store.Commit) { h.changed(o, c) }),
		o.Intake.OnLead(func(n intake.LeadNotice) { h.lead(n) }),
		o.Intake.OnImport(func(id string) { h.push(PlainEvent{Type: "import", ID: id}, admins) }),
		o.Intake.OnStatus(func() { h.push(PlainEvent{Type: "meta"}, admins) }),
	}
	go h.work(o, wake)
}

// work pushes gathered changes until the office is no longer the open one.
func (h *hub) work(o *Office, wake <-chan struct{}) {
	for range wake {
		h.flushSafely(o)
		time.Sleep(pause)
	}
}

func (h *hub) flushSafely(o *Office) {
	defer func() {
		if reason := recover(); reason != nil {
			h.log.WithFields(logrus.Fields{"reason": reason, "stack": string(debug.Stack())}).Error("pushing changes panicked")
		}
	}()
	h.flush(o)
}

func (h *hub) changed(o *Office, c store.Commit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.office != o || h.wake == nil || len(h.followers) == 0 {
		return
	}
	h.commits = append(h.commits, c)
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// flush turns what was committed since the last one into one event a page.
func (h *hub) flush(o *Office) {
	h.mu.Lock()
	commits := h.commits
	h.commits = nil
	followers := h.list()
	h.mu.Unlock()
	if len(commits) == 0 || len(followers) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), localDeadline)
	defer cancel()
	d, err := digestOf(ctx, o.Store, commits)
	if err != nil {
		h.log.WithError(err).Warn("changes were not told apart; pages read everything again")
	}
	for _, f := range followers {
		if err != nil {
			f.give(PlainEvent{Type: "hello"})
		} else if event, ok := d.eventFor(f.viewer); ok {
			f.give(event)
		}
	}
}

// lead announces a settled lead to its seller and to administrators; old ones and test leads alarm nobody.
func (h *hub) lead(n intake.LeadNotice) {
	switch n.State {
	case intake.StateRegistered, intake.StateLinked:
		if n.History {
			return
		}
		h.push(LeadEvent{
			Type: "lead", ProspectID: n.ProspectID, State: string(n.State), Name: n.Name, Phone: n.Phone, FormName: n.FormName, SellerID: n.SellerID,
		}, func(f *follower) bool { return f.viewer.IsAdmin() || f.viewer.UserID == n.SellerID })
	case intake.StateHeld, intake.StateFailed:
		h.push(PlainEvent{Type: "health"}, admins)
	default:
	}
}

func admins(f *follower) bool { return f.viewer.IsAdmin() }

func (h *hub) push(event any, to func(*follower) bool) {
	h.mu.Lock()
	followers := h.list()
	h.mu.Unlock()
	for _, f := range followers {
		if to(f) {
			f.give(event)
		}
	}
}

func (h *hub) list() []*follower {
	all := make([]*follower, 0, len(h.followers))
	for f := range h.followers {
		all = append(all, f)
	}
	return all
}

// follow adds a page of the office that is open. One whose office has gone has ended already.
func (h *hub) follow(c caller) *follower {
	f := &follower{caller: c, ended: make(chan struct{}), ready: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.office == nil || h.office.Store != c.office.Store {
		f.end()
		return f
	}
	h.followers[f] = struct{}{}
	return f
}

func (h *hub) leave(f *follower) {
	h.mu.Lock()
	delete(h.followers, f)
	h.mu.Unlock()
	f.end()
}

// followWindow hands the events of a session to the window, instead of those of the session before.
func (h *hub) followWindow(c caller, w Window) {
	f := h.follow(c)
	h.mu.Lock()
	before := h.window
	h.window = f
	h.mu.Unlock()
	if before != nil {
		h.leave(before)
	}
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				h.log.WithFields(logrus.Fields{"reason": reason, "stack": string(debug.Stack())}).Error("pushing to the window panicked")
			}
			h.leave(f)
		}()
		f.emit(w)
	}()
}

// emit gives the window events until they end or the session does.
func (f *follower) emit(w Window) {
	for {
		select {
		case <-f.ended:
			return
		case <-f.ready:
			for _, event := range f.take() {
				if !f.alive(context.Background()) {
					return
				}
				w.Emit(event)
			}
		}
	}
}

// alive reports whether the session still is: a locked or ended one hears nothing more.
func (f *follower) alive(ctx context.Context) bool {
	_, err := f.office.Accounts.Resume(ctx, f.token, false)
	return err == nil
}

// give queues an event. A page that falls behind is told to read everything again.
func (f *follower) give(event any) {
	f.mu.Lock()
	if len(f.waiting) >= maxWaiting {
		f.waiting = []any{PlainEvent{Type: "hello"}}
	} else {
		f.waiting = append(f.waiting, event)
	}
	f.mu.Unlock()
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

func (f *follower) take() []any {
	f.mu.Lock()
	defer f.mu.Unlock()
	events := f.waiting
	f.waiting = nil
	return events
}

func (f *follower) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.done {
		f.done = true
		close(f.ended)
	}
}
