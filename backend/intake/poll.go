package intake

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

const (
	// overlap is how far behind the high water each poll begins, in Meta's time: leads may appear late.
	overlap = 15 * time.Minute
	// pollEvery is the pause between two polls of a form, unless the setting intake.poll_seconds says otherwise.
	pollEvery = time.Minute
	// fastestPoll and slowestPoll bound the setting.
	fastestPoll, slowestPoll = 15 * time.Second, time.Hour
	// quietPollEvery is for pages that never gave a lead: Meta counts calls by the page's leads (Meta, Rate limits).
	quietPollEvery = 5 * time.Minute
	// pullTime ends a pull that hangs; the next one goes on from the same high water.
	pullTime = 10 * time.Minute
	// pagesAtOnce is how many pages are polled side by side.
	pagesAtOnce = 4
	// settingPollSeconds is the setting of the pause, in seconds.
	settingPollSeconds = "intake.poll_seconds"
)

// pace is when each form is asked next, and how often in a row it has failed. It begins empty: everything is due.
type pace struct {
	mu       sync.Mutex
	next     map[string]time.Time
	failures map[string]int
}

func (p *pace) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.next)
	clear(p.failures)
}

// wait is how long until the form is due. A time that is too far ahead was set by a clock that was wrong.
func (p *pace) wait(form string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.next[form].Sub(now)
	if left > farAhead {
		return 0
	}
	return left
}

// note plans the form's next turn. failed counts up, success resets.
func (p *pace) note(form string, now time.Time, every time.Duration, failed bool) (failures int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next, p.failures = map[string]time.Time{}, map[string]int{}
	}
	if failed {
		p.failures[form]++
	} else {
		delete(p.failures, form)
	}
	p.next[form] = now.Add(every)
	return p.failures[form]
}

func (p *pace) failed(form string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failures[form]
}

// pollStep reads every form that is due, the forms of one page one after the other.
func (s *Service) pollStep(ctx context.Context) (time.Duration, error) {
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return 0, err
	}
	if _, err := s.connected(ctx); err != nil {
		if fault.Has(err, CodeNotConnected) {
			return pollEvery, nil
		}
		return 0, err
	}
	every, err := s.pollPause(ctx)
	if err != nil {
		return 0, err
	}
	byPage, pages := map[string][]formRow{}, []string{}
	for _, f := range forms {
		if !f.polled() || s.pace.wait(f.ID, s.clock.Now()) > 0 {
			continue
		}
		if byPage[f.PageID] == nil {
			pages = append(pages, f.PageID)
		}
		byPage[f.PageID] = append(byPage[f.PageID], f)
	}
	jobs := make([]func(context.Context) error, len(pages))
	for i, page := range pages {
		jobs[i] = func(ctx context.Context) error { return s.pollPage(ctx, page, byPage[page], every) }
	}
	if err := parallel(ctx, pagesAtOnce, jobs); err != nil {
		return 0, err
	}
	return s.untilNextPoll(forms), nil
}

// untilNextPoll is how long the polls may sleep.
func (s *Service) untilNextPoll(forms []formRow) time.Duration {
	nap, now := pollEvery, s.clock.Now()
	for _, f := range forms {
		if f.polled() {
			nap = min(nap, s.pace.wait(f.ID, now))
		}
	}
	return max(nap, shortestNap)
}

// pollPage reads the forms of a page that are due. Failures stay with their forms; the error is one of the office's own.
func (s *Service) pollPage(ctx context.Context, pageID string, forms []formRow, every time.Duration) error {
	quiet, err := s.isQuiet(ctx, pageID)
	if err != nil {
		return err
	}
	if quiet {
		every = max(every, quietPollEvery)
	}
	for _, f := range forms {
		if rest := s.pageRest(ctx, pageID); rest > 0 { // the usage that Meta reports says so
			s.pace.note(f.ID, s.clock.Now(), rest, false)
			continue
		}
		_, err := s.pull(ctx, f.ID, OriginPoll)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var ours *officeError
		if errors.As(err, &ours) {
			return err
		}
		if err == nil {
			s.pace.note(f.ID, s.clock.Now(), s.hook.every(pageID, every), false)
			continue
		}
		failure := failureOf(err)
		wait := failure.pollWait(s.pace.failed(f.ID)+1, s.random())
		s.pace.note(f.ID, s.clock.Now(), wait, true)
	}
	return nil
}

// pageRest is how long background calls with the page's token are to rest.
func (s *Service) pageRest(ctx context.Context, pageID string) time.Duration {
	l, err := s.connected(ctx)
	if err != nil {
		return 0
	}
	token, err := s.pageToken(ctx, l, pageID)
	if err != nil {
		return 0
	}
	return l.client.Pace(token).Delay(s.clock.Now(), true)
}

// pollWait is how long a form that failed rests. What a person has to put right is looked at now and then: it may be put
// right at Meta, where nobody tells us.
func (f failure) pollWait(failures int, random float64) time.Duration {
	switch f.class {
	case meta.ClassThrottle:
		if f.wait > 0 {
			return min(f.wait, 24*time.Hour)
		}
		return throttleWait
	case meta.ClassRetry:
		wait := probeEvery
		if failures < 6 {
			wait = min(pollEvery<<(failures-1), probeEvery)
		}
		return wait + time.Duration(random*float64(wait)/4)
	}
	return probeEvery
}

// pollPause reads the setting.
func (s *Service) pollPause(ctx context.Context) (time.Duration, error) {
	var seconds []float64
	err := s.store.Read().NewQuery(`SELECT CAST(v AS REAL) FROM setting WHERE k = {:k}`).
		Bind(dbx.Params{"k": settingPollSeconds}).WithContext(ctx).Column(&seconds)
	if err != nil || len(seconds) == 0 || !(seconds[0] > 0) {
		return pollEvery, wrap("read setting", err)
	}
	return min(max(time.Duration(seconds[0]*float64(time.Second)), fastestPoll), slowestPoll), nil
}

// isQuiet reports whether the page never gave a lead.
func (s *Service) isQuiet(ctx context.Context, pageID string) (bool, error) {
	var one []int
	err := s.store.Read().NewQuery(`SELECT 1
		FROM meta_form f
		JOIN lead l ON l.form_id = f.id
		WHERE f.page_id = {:page}
		LIMIT 1`).Bind(dbx.Params{"page": pageID}).WithContext(ctx).Column(&one)
	return len(one) == 0, wrap("look for leads of the page", err)
}

// PullNow reads a form's new leads at once. It answers form.not_found, meta.not_connected and Meta's own refusals; what
// came before one of those is in the ledger.
func (s *Service) PullNow(ctx context.Context, v account.Viewer, formID string) (Pull, error) {
	if err := account.AdminOnly(v); err != nil {
		return Pull{}, err
	}
	return s.pull(ctx, formID, OriginPoll)
}
