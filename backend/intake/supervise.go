package intake

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"sitegroup.mx/crm/backend/fault"
)

// wakes ends the naps of the loops.
type wakes struct{ poll, work, sweep, files, check chan struct{} }

func (w *wakes) init() {
	for _, ch := range []*chan struct{}{&w.poll, &w.work, &w.sweep, &w.files, &w.check} {
		*ch = make(chan struct{}, 1)
	}
}

// nudge wakes a loop; one that is awake looks once more.
func nudge(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// step is one round of a loop. It returns how long to nap.
type step func(ctx context.Context) (nap time.Duration, err error)

const (
	// firstRest is how long a loop rests after an error; it doubles up to longestRest.
	firstRest   = time.Second
	longestRest = time.Minute
	// shortestNap keeps a loop with a wrong sum from spinning.
	shortestNap = time.Second
)

// Run keeps the polls, the sweeps, the retries, the fetching of what webhooks tell of, the token checks, the discovery of
// forms and the imports going until ctx ends, and waits for them to stop. What was in hand when the program ended comes
// first. A loop that fails or panics is logged and goes on after a rest.
func (s *Service) Run(ctx context.Context) error {
	type work struct {
		name string
		wake <-chan struct{}
		step step
	}
	loops := []work{
		{"retries", s.wakes.work, s.workStep},
		{"polls", s.wakes.poll, s.pollStep},
		{"sweeps", s.wakes.sweep, s.sweepStep},
		{"checks", s.wakes.check, s.checkStep},
		{"imports", s.wakes.files, s.importStep},
	}
	for range fetchersAtOnce {
		loops = append(loops, work{"webhooks", s.fresh.wake, s.freshStep})
	}
	if err := s.takeUpCut(ctx); err != nil {
		s.log.WithError(err).Error("lines that were in hand when the program ended are left to the retries")
	}
	var running sync.WaitGroup
	for _, l := range loops {
		running.Add(1)
		go func() { // loop recovers
			defer running.Done()
			s.loop(ctx, l.name, l.wake, l.step)
		}()
	}
	running.Wait()
	return context.Cause(ctx)
}

// loop runs one step after the other until ctx ends.
func (s *Service) loop(ctx context.Context, name string, wake <-chan struct{}, run step) {
	rest := firstRest
	for ctx.Err() == nil {
		nap, err := guarded(ctx, run)
		switch {
		case err == nil:
			rest = firstRest
		case ctx.Err() != nil:
			return
		default:
			s.log.WithField("loop", name).WithField("problem", fault.Code(err)).WithError(err).Error("background work failed")
			nap, rest = rest, min(rest*2, longestRest)
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-s.clock.After(max(nap, shortestNap)):
		}
	}
}

// guarded runs a step and turns its panic into an error without the panic's value, which could hold anything.
func guarded(ctx context.Context, run step) (nap time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic of type %T\n%s", p, debug.Stack())
		}
	}()
	return run(ctx)
}

// parallel runs jobs, at most width at a time, and joins their errors. A job that panics ends alone.
func parallel(ctx context.Context, width int, jobs []func(context.Context) error) error {
	errs := make([]error, len(jobs))
	gate := make(chan struct{}, width)
	var work sync.WaitGroup
	for i, job := range jobs {
		gate <- struct{}{}
		work.Add(1)
		go func() {
			defer func() { <-gate; work.Done() }()
			_, errs[i] = guarded(ctx, func(ctx context.Context) (time.Duration, error) { return 0, job(ctx) })
		}()
	}
	work.Wait()
	return errors.Join(errs...)
}

// beside runs jobs while the caller goes on; wait returns when they are over.
func beside(ctx context.Context, width int, jobs []func(context.Context) error) (wait func() error) {
	var err error
	over := make(chan struct{})
	go func() { // parallel recovers
		defer close(over)
		err = parallel(ctx, width, jobs)
	}()
	return func() error {
		<-over
		return err
	}
}

// due reports whether something done at last is to be done again after every. A last time in the future was written by a
// clock that was wrong, so it counts as long ago.
func due(last time.Time, every time.Duration, now time.Time) bool {
	return last.IsZero() || last.After(now.Add(time.Minute)) || now.Sub(last) >= every
}

// untilDue is how long it takes until due.
func untilDue(last time.Time, every time.Duration, now time.Time) time.Duration {
	if due(last, every, now) {
		return 0
	}
	return every - now.Sub(last)
}
