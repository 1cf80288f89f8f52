package meta

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"sitegroup.mx/crm/backend/clock"
)

// Shares of a budget, in percent, at which background calls slow down and stop. Meta blocks at 100.
const (
	slowAt = 75
	stopAt = 90
	// restAtStop is how long background calls rest at stopAt before one of them looks again.
	restAtStop = 15 * time.Minute
	// slowest is the pause between background calls just under stopAt.
	slowest = time.Minute
)

// pauses are the blocks assumed when Meta does not say how long, by consecutive refusals. Calling while blocked makes
// the block longer (Meta, Rate limits).
var pauses = []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// meter is what is known of one budget.
type meter struct {
	mu      sync.Mutex
	percent float64
	seen    time.Time
	until   time.Time
	strikes int
}

// Pace tells when the next call with a token may be made. A page token stands for one app and one page, which is how Meta
// counts lead calls; the app's own limit is added to it.
type Pace struct {
	clock clock.Clock
	own   *meter
	app   *meter
}

// Pace returns the pace of a token. The token itself is not kept.
func (c *Client) Pace(token Token) *Pace {
	key := sha256.Sum256([]byte(token))
	c.mu.Lock()
	defer c.mu.Unlock()
	own := c.meters[key]
	if own == nil {
		own = &meter{}
		c.meters[key] = own
	}
	return &Pace{clock: c.clock, own: own, app: c.app}
}

// Delay returns how long to wait from now until a call may be made. Background calls are those nobody waits for: they
// slow down from 75 % of a budget on and rest from 90 % on; other calls wait only while Meta refuses them.
func (p *Pace) Delay(now time.Time, background bool) time.Duration {
	return max(p.own.delay(now, background), p.app.delay(now, background))
}

// Usage returns the fuller of the two budgets, in percent as last reported by Meta.
func (p *Pace) Usage() float64 {
	return max(p.own.usage(), p.app.usage())
}

// Wait waits until a call may be made, or until ctx ends.
func (p *Pace) Wait(ctx context.Context, background bool) error {
	for {
		left := p.Delay(p.clock.Now(), background)
		if left <= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for Meta's limit: %w", ctx.Err())
		case <-p.clock.After(left):
		}
	}
}

func (p *Pace) blockedFor(now time.Time) time.Duration { return p.Delay(now, false) }

func (m *meter) usage() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.percent
}

func (m *meter) delay(now time.Time, background bool) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := m.left(now)
	if m.seen.After(now) {
		m.seen = now // noted while the clock was ahead
	}
	if background && m.percent >= slowAt {
		rest := restAtStop
		if m.percent < stopAt {
			rest = time.Duration(float64(slowest) * (m.percent - slowAt + 1) / (stopAt - slowAt))
		}
		left = max(left, m.seen.Add(rest).Sub(now))
	}
	return max(left, 0)
}

// longestBlock is longer than Meta refuses calls (reference: Meta, Rate limits: an hour, a day for an app). A block that
// ends later was noted while the clock was ahead.
const longestBlock = 25 * time.Hour

// left is how long the meter's block still lasts.
func (m *meter) left(now time.Time) time.Duration {
	left := m.until.Sub(now)
	if left > longestBlock {
		m.until, left = time.Time{}, 0
	}
	return left
}

// report records what an answer said about the budget. wait is Meta's own estimate; 0 when it gave none.
func (m *meter) report(now time.Time, percent float64, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.percent, m.seen = percent, now
	m.left(now)
	if wait = min(wait, longestBlock); wait > 0 && now.Add(wait).After(m.until) {
		m.until = now.Add(wait)
	}
}

// refuse records a refused call and returns for how long to stay away.
func (m *meter) refuse(now time.Time, wait time.Duration) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	wait = min(wait, longestBlock)
	if left := m.left(now); wait <= 0 && left > 0 {
		return left // the same block, met by another call that was already on its way
	}
	if wait <= 0 {
		wait = pauses[min(m.strikes, len(pauses)-1)]
	}
	m.strikes++
	if until := now.Add(wait); until.After(m.until) {
		m.until = until
	}
	return m.until.Sub(now)
}

func (m *meter) succeed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.strikes = 0
}

// note takes an answer's usage and outcome into the meters, and completes a throttle error with the time to stay away.
func (c *Client) note(k call, u usage, err error) {
	p := c.Pace(k.token)
	now := c.clock.Now()
	if u.hasOwn {
		p.own.report(now, u.own, u.ownWait)
	}
	if u.hasApp {
		p.app.report(now, u.app, 0)
	}
	var e *Error
	if !errors.As(err, &e) {
		if k.mixed {
			return
		}
		p.own.succeed()
		p.app.succeed()
		return
	}
	if e.Class != ClassThrottle {
		return
	}
	wait := e.RetryAfter
	if wait == 0 {
		wait = max(u.ownWait, u.adWait)
	}
	m := p.own
	if e.appWide {
		m = p.app
	}
	e.RetryAfter = m.refuse(now, wait)
	e.with("minutes", minutes(e.RetryAfter))
}

// throttled is the answer to a call that is not made because Meta would refuse it.
func throttled(op string, left time.Duration) *Error {
	e := failure(op, ClassThrottle, AdviceThrottled, "not called: still blocked")
	e.RetryAfter = left
	return e.with("minutes", minutes(left))
}

func minutes(d time.Duration) int { return int(math.Ceil(d.Minutes())) }
