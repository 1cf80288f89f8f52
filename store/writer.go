package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"
)

const (
	queueLength = 256                   // requests waiting beyond these wait in Write itself
	groupUnits  = 1024                  // transactions of one group at most
	soloGroup   = 32                    // requests with long units that share a transaction at most
	burstUnits  = 8                     // from this many transactions on, a request is tried without savepoints first
	groupTime   = 50 * time.Millisecond // after this a group takes no more, so that the first does not wait for the last
)

// States of a request. It leaves waiting exactly once: the writer starts it or its caller gives up.
const (
	waiting int32 = iota
	started
	abandoned
)

// request is one call of Write, WriteEach or Undo.
type request struct {
	ctx     context.Context
	author  Author
	undoes  []byte // the transaction that this one takes back
	units   []unit
	alone   func() error // runs outside a transaction, instead of units
	solo    bool         // units share a transaction with each other and with nobody else: all or nothing
	long    bool         // begins a group, where it needs no savepoint
	inTurn  bool         // a unit may stand on the one before: after one that fails none runs
	careful bool         // its units put a savepoint around whatever they may have to take back alone
	state   atomic.Int32
	done    chan struct{}
}

// unit is one transaction of a request: its function and its result.
type unit struct {
	fn     func(*Tx) error
	commit Commit
	after  []func()
	err    error
}

// nestedKey marks the context of a running transaction.
type nestedKey struct{ s *Store }

// Write runs fn in the writer's goroutine, in a transaction that is durable when Write returns without an error. It may
// share its commit to disk with others, but never its fate: an error or a panic of fn takes back fn's writes alone. fn
// must not keep the Tx, must not wait for other goroutines that write, and should be quick, because the others wait.
//
// A ctx that is done before fn starts means that fn never runs; later it is fn's business. Besides fn's own errors Write
// answers *RefusedError, *PanicError, ErrDiskFull, ErrConflict, ErrClosed and ErrNested.
func (s *Store) Write(ctx context.Context, a Author, fn func(*Tx) error) (Commit, error) {
	r := &request{ctx: ctx, author: a, units: []unit{{fn: fn}}}
	s.submit(r)
	return r.units[0].commit, r.units[0].err
}

// WriteMany is Write for a fn that changes hundreds of rows: it joins no group that runs already, but begins one, because among
// others each of its statements would take ten times as long; see takeBack.
func (s *Store) WriteMany(ctx context.Context, a Author, fn func(*Tx) error) (Commit, error) {
	r := &request{ctx: ctx, author: a, long: true, units: []unit{{fn: fn}}}
	s.submit(r)
	return r.units[0].commit, r.units[0].err
}

// WriteEach runs each fn as Write would, in order, each with its own commit and its own fate, but with one wait for the
// disk. The answers have the length of fns; a nil error means that this one is durable. A fn may run twice, the first time
// for nothing: many are tried without savepoints, and when one of them fails all of them run again, each in its own.
func (s *Store) WriteEach(ctx context.Context, a Author, fns []func(*Tx) error) ([]Commit, []error) {
	commits, errs := make([]Commit, len(fns)), make([]error, len(fns))
	if len(fns) == 0 {
		return commits, errs
	}
	r := &request{ctx: ctx, author: a, units: make([]unit, len(fns))}
	for i, fn := range fns {
		r.units[i].fn = fn
	}
	s.submit(r)
	for i, u := range r.units {
		commits[i], errs[i] = u.commit, u.err
	}
	return commits, errs
}

// submit hands the request to the writer and waits for its end, or for the caller's if the request has not started.
func (s *Store) submit(r *request) {
	r.done = make(chan struct{})
	if r.author.Device == "" {
		r.author.Device = s.opts.Device
	}
	if r.ctx.Value(nestedKey{s}) != nil {
		r.fail(ErrNested)
		return
	}
	select {
	case s.queue <- r:
	case <-r.ctx.Done():
		r.fail(r.ctx.Err())
		return
	case <-s.closing:
		r.fail(ErrClosed)
		return
	}
	select {
	case <-r.done:
	case <-r.ctx.Done():
		if r.state.CompareAndSwap(waiting, abandoned) {
			r.fail(r.ctx.Err())
			return
		}
		<-r.done
	case <-s.stopped: // the writer ended; it may have answered first, or never have seen the request
		if r.state.CompareAndSwap(waiting, abandoned) {
			r.fail(ErrClosed)
			return
		}
		<-r.done
	}
	for _, u := range r.units {
		for _, fn := range u.after {
			fn()
		}
	}
}

// fail answers err to every unit.
func (r *request) fail(err error) {
	for i := range r.units {
		r.units[i].commit, r.units[i].after, r.units[i].err = Commit{}, nil, err
	}
}

// start starts the goroutines of the writer and of the delivery.
func (s *Store) start() {
	s.done.Add(2)
	s.background("writer", func() {
		defer s.done.Done()
		defer s.delivery.end()
		s.writeLoop()
	})
	s.background("delivery", func() {
		defer s.done.Done()
		s.deliverLoop()
	})
}

// background runs fn in a goroutine. A panic that reaches it is logged; fn guards its own steps so that none does.
func (s *Store) background(name string, fn func()) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				s.log.WithField("goroutine", name).WithField("stack", string(debug.Stack())).Errorf("store stopped: %v", p)
			}
		}()
		fn()
	}()
}

func (s *Store) writeLoop() {
	s.scrubLater(0)
	for {
		var r *request
		if len(s.backlog) > 0 {
			r, s.backlog = s.backlog[0], s.backlog[1:]
		} else {
			select {
			case r = <-s.queue:
			case <-s.scrubTimer:
				s.scrubOverdue()
				continue
			case <-s.restTimer:
				s.rest()
				continue
			case <-s.closing:
				close(s.stopped)
				return
			}
		}
		switch {
		case r.alone != nil:
			s.runAlone(r)
		case r.solo:
			s.writeSoloGroup(r)
		case len(r.units) >= burstUnits:
			s.writeBurst(r)
		default:
			s.writeGroup(r)
		}
		s.deriveIdle()
		s.restLater()
	}
}

// writeGroup runs first and whoever waits by then in one transaction of SQLite, so that each can be taken back alone, and
// answers them once that is on disk. When the whole transaction is lost every one of them gets the reason.
func (s *Store) writeGroup(first *request) {
	group := []*request{first}
	rev := s.rev
	s.kept = false
	err := s.execAlways(s.st.begin)
	if err == nil {
		group, err = s.fillGroup(group)
	}
	if err == nil {
		err = s.derive()
	}
	if err == nil {
		err = s.endGroup(s.rev != rev)
	}
	if err != nil {
		s.rev = rev
		if !s.raw.AutoCommit() {
			if rollback := s.execAlways(s.st.rollback); rollback != nil {
				s.log.WithError(rollback).Error("roll back a group of writes")
			}
		}
	}
	for _, r := range group {
		s.answer(r, err)
	}
}

// runAlone runs what needs no transaction.
func (s *Store) runAlone(r *request) {
	if r.state.CompareAndSwap(waiting, started) {
		r.units[0].err = r.alone()
	}
	s.answer(r, nil)
}

// writeSoloGroup runs first, and whoever else came with long units by then, in one transaction without savepoints: SQLite
// keeps every page that a savepoint has changed and goes through all of them at the end of each statement. Without
// savepoints nobody can be taken back alone, so when one fails each gets a transaction of its own.
func (s *Store) writeSoloGroup(first *request) {
	group := []*request{first}
	for n := len(s.queue); n > 0; n-- {
		s.backlog = append(s.backlog, <-s.queue)
	}
	others := s.backlog[:0]
	for _, r := range s.backlog {
		if r.solo && len(group) < soloGroup {
			group = append(group, r)
			continue
		}
		others = append(others, r)
	}
	s.backlog = others
	group = slices.DeleteFunc(group, func(r *request) bool {
		return !r.state.CompareAndSwap(waiting, started) || r.ctx.Err() != nil && s.giveUp(r)
	})
	err := s.runSolo(group)
	if err == nil {
		for _, r := range group {
			s.answer(r, nil)
		}
		return
	}
	for _, r := range group {
		if len(group) > 1 {
			err = s.runSolo([]*request{r})
		}
		if errors.Is(err, errAgain) {
			r.careful = true
			err = s.runSolo([]*request{r})
		}
		s.answer(r, err)
	}
}

// writeBurst runs a request of many transactions without savepoints, which saves a third of the work, and as a group like
// any other when one of them fails.
func (s *Store) writeBurst(r *request) {
	if r.ctx.Err() == nil && r.state.CompareAndSwap(waiting, started) {
		if s.runSolo([]*request{r}) == nil {
			s.answer(r, nil)
			return
		}
		r.fail(nil)
		r.state.Store(waiting)
	}
	s.writeGroup(r)
}

// giveUp answers a request whose caller has gone before it began.
func (s *Store) giveUp(r *request) bool {
	r.fail(r.ctx.Err())
	s.answer(r, nil)
	return true
}

// runSolo runs the units of requests in one transaction.
func (s *Store) runSolo(group []*request) error {
	rev, standing := s.rev, s.replica
	err := s.execAlways(s.st.begin)
	for _, r := range group {
		for i := 0; i < len(r.units) && err == nil; i++ {
			u := &r.units[i]
			tx := newTx(s, r)
			s.local.tx.Store(tx)
			err = tx.run(u.fn)
			tx.ended = true
			s.local.tx.Store(nil)
			if err = errors.Join(err, s.alive()); err == nil {
				s.derived.waiting = true
				u.commit, u.after = tx.commit, tx.after
				s.rev = max(s.rev, tx.commit.Rev)
			}
		}
	}
	if err == nil {
		err = s.endGroup(s.rev != rev)
	}
	if err != nil {
		s.rev, s.replica = rev, standing
		if !s.raw.AutoCommit() {
			if rollback := s.execAlways(s.st.rollback); rollback != nil {
				s.log.WithError(rollback).Error("roll back a solo write")
			}
		}
	}
	return err
}

// writeSolo is Write for long work that shares its transaction with nobody.
func (s *Store) writeSolo(ctx context.Context, a Author, fn func(*Tx) error) error {
	r := &request{ctx: ctx, author: a, solo: true, units: []unit{{fn: fn}}}
	s.submit(r)
	return r.units[0].err
}

// fillGroup runs requests until none waits, the group is large or old enough, or the transaction is lost.
func (s *Store) fillGroup(group []*request) ([]*request, error) {
	begun, units := s.opts.Now(), 0
	for i := 0; ; i++ {
		r := group[i]
		if r.state.CompareAndSwap(waiting, started) {
			units += len(r.units)
			if err := s.runUnits(r); err != nil {
				return group, err
			}
		}
		if units >= groupUnits || s.opts.Now().Sub(begun) > groupTime {
			return group, nil
		}
		select {
		case next := <-s.queue:
			if next.alone != nil || next.solo || next.long {
				s.backlog = append(s.backlog, next)
				return group, nil
			}
			group = append(group, next)
		default:
			return group, nil
		}
	}
}

// runUnits runs a request's transactions. Its error means that SQLite has given up the whole group.
func (s *Store) runUnits(r *request) error {
	for i := range r.units {
		u := &r.units[i]
		if u.err = r.ctx.Err(); u.err != nil {
			continue
		}
		if r.inTurn && i > 0 && r.units[i-1].err != nil {
			u.err = r.units[i-1].err
			continue
		}
		if err := s.runUnit(r, u); err != nil {
			return err
		}
	}
	return nil
}

// runUnit runs one transaction. u.err is its own failure; the returned error is the group's.
func (s *Store) runUnit(r *request, u *unit) error {
	saved := s.kept
	if saved {
		if err := s.exec(s.st.savepoint); err != nil {
			return err
		}
	}
	tx := newTx(s, r)
	s.local.tx.Store(tx)
	u.err = tx.run(u.fn)
	tx.ended = true
	s.local.tx.Store(nil)
	if err := s.alive(); err != nil {
		return errors.Join(u.err, err)
	}
	if errors.Is(u.err, errAgain) && !r.careful {
		r.careful = true
		if err := s.takeBack(saved); err != nil {
			return err
		}
		return s.runUnit(r, u)
	}
	if u.err != nil {
		return s.takeBack(saved)
	}
	if saved {
		if err := s.exec(s.st.release); err != nil {
			return err
		}
	}
	s.kept = true
	u.commit, u.after = tx.commit, tx.after
	if tx.commit.Rev != 0 {
		s.rev = tx.commit.Rev
	}
	return nil
}

// takeBack undoes what a unit has written: to its savepoint or, while the group keeps nothing, with a new beginning. So the
// first of a group, which is nearly always the only one, needs no savepoint. One around many statements is dear: SQLite keeps
// every page that was changed in it in a list, and walks along all of it at the end of each statement with triggers or
// several rows.
func (s *Store) takeBack(saved bool) error {
	if !saved {
		if err := s.exec(s.st.rollback); err != nil {
			return err
		}
		return s.execAlways(s.st.begin)
	}
	if err := s.exec(s.st.rollbackTo); err != nil {
		return err
	}
	return s.exec(s.st.release)
}

// errLost accompanies the reason for which SQLite rolled a whole group back, such as a full disk.
var errLost = errors.New("store: the group of writes was rolled back")

// alive answers errLost once SQLite has rolled the running transaction back by itself, as it does when the disk is full or
// fails. What ran after that would be a transaction of its own.
func (s *Store) alive() error {
	if s.raw.AutoCommit() {
		return errLost
	}
	return nil
}

// endGroup makes the group durable, with the clock that its ops used.
func (s *Store) endGroup(logged bool) error {
	if logged {
		if err := s.exec(s.st.putState, stateClock, int64(s.clock.Last())); err != nil {
			return fmt.Errorf("save the clock: %w", err)
		}
		if s.opts.Member {
			if err := s.exec(s.st.putState, stateLocalRev, s.rev); err != nil {
				return fmt.Errorf("save the revision: %w", err)
			}
		}
	}
	if err := s.exec(s.st.commit); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// answer ends a request of a group whose fate is err, and queues its commits for the subscribers.
func (s *Store) answer(r *request, err error) {
	r.state.CompareAndSwap(waiting, started) // of a group that could not begin
	if r.state.Load() == abandoned {
		return // its caller has gone
	}
	for i := range r.units {
		u := &r.units[i]
		if err != nil && u.err == nil {
			u.commit, u.after, u.err = Commit{}, nil, err
		}
		if u.err == nil && u.commit.Rev != 0 {
			s.delivery.add(u.commit)
		}
	}
	close(r.done)
}
