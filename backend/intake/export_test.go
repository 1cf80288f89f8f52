package intake

import (
	"context"
	"time"
)

// What the loops of Run do, one step at a time.

// Pull reads a form as the polls do.
func (s *Service) Pull(ctx context.Context, form string) (Pull, error) {
	return s.pull(ctx, form, OriginPoll)
}

// Sweep compares a form's ids with the ledger.
func (s *Service) Sweep(ctx context.Context, form string, everything bool) (Pull, error) {
	return s.sweep(ctx, form, everything)
}

// WorkStep takes up due lines.
func (s *Service) WorkStep(ctx context.Context) (time.Duration, error) { return s.workStep(ctx) }

// TakeUpCut makes the lines due that were in hand when the program ended.
func (s *Service) TakeUpCut(ctx context.Context) error { return s.takeUpCut(ctx) }

// Postpone leaves a line to whoever works on it.
func (s *Service) Postpone(ctx context.Context, id string) error {
	return s.postpone(ctx, []string{id})
}

// PollStep reads due forms.
func (s *Service) PollStep(ctx context.Context) (time.Duration, error) { return s.pollStep(ctx) }

// FreshStep asks Meta for what webhooks have told of.
func (s *Service) FreshStep(ctx context.Context) (time.Duration, error) { return s.freshStep(ctx) }

// SweepStep sweeps due forms.
func (s *Service) SweepStep(ctx context.Context) (time.Duration, error) { return s.sweepStep(ctx) }

// CheckStep looks at the token and for new forms.
func (s *Service) CheckStep(ctx context.Context) (time.Duration, error) { return s.checkStep(ctx) }

// Loop runs a step under supervision until ctx ends.
func (s *Service) Loop(ctx context.Context, run func(context.Context) (time.Duration, error)) {
	s.loop(ctx, "test", make(chan struct{}), run)
}

// Moves is the state machine.
func Moves() map[State][]State { return moves }
