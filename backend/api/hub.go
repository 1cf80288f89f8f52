package api

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
)

// pause is the shortest time between two pushes of changes, whatever the office writes. Screens have a rest of their own
// between two readings; this one only keeps a burst from being told commit by commit.
const pause = 10 * time.Millisecond

// hub tells pages what happened in the open office, each only what its viewer may know.
type hub struct {
	log   logrus.FieldLogger
	clock clock.Clock

	mu        sync.Mutex
	office    *Office
	over      chan struct{} // closed when office is no longer the open one
	detach    []func()
	followers map[*follower]struct{}
	window    *follower
	commits   []store.Commit // not told yet
	wake      chan struct{}

	emitting sync.Mutex // held while the window is handed an event
}

func newHub(log logrus.FieldLogger, clk clock.Clock) *hub {
	return &hub{log: log, clock: clk, followers: map[*follower]struct{}{}, wake: make(chan struct{}, 1)}
}

// background runs fn beside everything else; its panic ends as a line in the log.
func (h *hub) background(what string, fn func()) {
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				h.log.WithFields(logrus.Fields{"work": what, "reason": reason, "stack": string(debug.Stack())}).Error("background work panicked")
			}
		}()
		fn()
	}()
}

// attach listens to an office and ends what followed the one before. nil is no office.
func (h *hub) attach(o *Office) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, stop := range h.detach {
		stop()
	}
	for f := range h.followers {
		f.end()
	}
	clear(h.followers)
	if h.over != nil {
		close(h.over)
	}
	h.office, h.over, h.detach, h.window, h.commits = o, nil, nil, nil, nil
	if o == nil {
		return
	}
	over := make(chan struct{})
	h.over = over
	h.detach = []func(){
		o.Store.OnCommit(func(c store.Commit) { h.committed(o, c) }),
		o.Intake.OnLead(h.lead),
		o.Intake.OnImport(func(id string) { h.tell(admins, func(w *waiting) { w.add(&w.imports, id) }) }),
		o.Intake.OnStatus(func() { h.tell(admins, func(w *waiting) { w.meta = true }) }),
	}
	h.background("events", func() { h.work(o, over) })
}

// work tells what was committed until the office is no longer the open one.
func (h *hub) work(o *Office, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		case <-h.wake:
			h.flush(o)
		}
		select {
		case <-over:
			return
		case <-h.clock.After(pause):
		}
	}
}

// committed keeps a commit for the next flush. It runs in the store's own goroutine and only takes notes.
func (h *hub) committed(o *Office, c store.Commit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.office != o || len(h.followers) == 0 {
		return
	}
	h.commits = append(h.commits, c)
	nudge(h.wake)
}

// flush tells each page what was committed since the last one.
func (h *hub) flush(o *Office) {
	h.mu.Lock()
	commits := h.commits
	if h.office != o {
		commits = nil
	} else {
		h.commits = nil
	}
	h.mu.Unlock()
	if len(commits) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), localDeadline)
	defer cancel()
	if slices.ContainsFunc(commits, replaced) {
		h.tell(everybody, func(w *waiting) { w.hello() })
		return
	}
	reach, err := office.ReadReach(ctx, o.Store, commits)
	if err != nil {
		h.log.WithError(err).Warn("changes were not told apart; pages read everything again")
		h.tell(everybody, func(w *waiting) { w.hello() })
		return
	}
	for _, f := range h.list() {
		entities, prospects := reach.For(f.viewer.UserID, f.viewer.IsAdmin())
		if len(entities) > 0 {
			f.give(func(w *waiting) { w.changed(entities, prospects) })
		}
	}
	if o.Member != nil {
		h.arrivals(ctx, o, commits)
	}
}

// replaced reports whether a commit says that all of a replica was read anew.
func replaced(c store.Commit) bool {
	return slices.ContainsFunc(c.Ops, func(op store.Op) bool { return op.Entity == store.EntityReplica })
}

// lead announces a settled lead to its seller and to administrators. Old ones and test leads alarm nobody; the ledger's page
// is read again in any case.
func (h *hub) lead(n intake.LeadNotice) {
	h.tell(admins, func(w *waiting) { w.health = true })
	if n.History || n.State != intake.StateRegistered && n.State != intake.StateLinked {
		return
	}
	event := LeadEvent{
		Type: "lead", ProspectID: n.ProspectID, State: string(n.State), Name: n.Name, Phone: n.Phone, FormName: n.FormName,
		SellerID: n.SellerID,
	}
	concerned := func(f *follower) bool { return f.viewer.IsAdmin() || f.viewer.UserID == n.SellerID }
	h.tell(concerned, func(w *waiting) { w.lead(event) })
}

func everybody(*follower) bool { return true }

func admins(f *follower) bool { return f.viewer.IsAdmin() }

// tell puts something into what waits for some of the pages.
func (h *hub) tell(whom func(*follower) bool, what func(*waiting)) {
	for _, f := range h.list() {
		if whom(f) {
			f.give(what)
		}
	}
}

// woken looks again at the pages of a session that was locked or unlocked.
func (h *hub) woken(token string) {
	for _, f := range h.list() {
		if f.token == token {
			nudge(f.ready)
		}
	}
}

func (h *hub) list() []*follower {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*follower, 0, len(h.followers))
	for f := range h.followers {
		all = append(all, f)
	}
	return all
}

// follow adds a page of the office that is open. One whose office has gone has ended already. cut, when given, interrupts a
// write that the page does not take.
func (h *hub) follow(c caller, cut func()) *follower {
	f := newFollower(c, cut)
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

// followWindow hands the events of a session to the window, instead of those of the session before, of which the window hears
// nothing more once it returns.
func (h *hub) followWindow(c caller, w Window) {
	f := h.follow(c, nil)
	h.mu.Lock()
	before := h.window
	h.window = f
	h.mu.Unlock()
	if before != nil {
		h.emitting.Lock() // what is being handed over arrives first
		h.leave(before)
		h.emitting.Unlock()
	}
	h.background("window", func() {
		defer h.leave(f)
		for {
			select {
			case <-f.ended:
				return
			case <-f.ready:
			}
			events, ok := f.take(context.Background())
			if !ok {
				return
			}
			for _, event := range events {
				if !h.emit(f, w, event) {
					return
				}
			}
		}
	})
}

// emit hands the window an event, unless it follows another session by now.
func (h *hub) emit(f *follower, w Window, event any) bool {
	h.emitting.Lock()
	defer h.emitting.Unlock()
	select {
	case <-f.ended:
		return false
	default:
	}
	w.Emit(event)
	if lead, ok := event.(LeadEvent); ok {
		h.announce(f, w, lead)
	}
	return true
}

// announce shows a lead on the desktop, as the person who is signed in wants it: the page may be asleep.
func (h *hub) announce(f *follower, w Window, lead LeadEvent) {
	ctx, cancel := context.WithTimeout(context.Background(), localDeadline)
	defer cancel()
	p, err := f.office.Accounts.Preferences(ctx, f.viewer)
	if err != nil || p.HideNames {
		lead.Name, lead.Phone = "", ""
	}
	if err := errors.Join(err, w.Announce(ctx, lead)); err != nil {
		h.log.WithError(err).Debug("lead was not announced")
	}
}

func nudge(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
