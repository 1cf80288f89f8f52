package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// fetch asks Meta for the answers of lines that have none, and takes all the lines as far as they go. Failures stay in
// their lines; the error is one of the office's own.
func (s *Service) fetch(ctx context.Context, ids []string) ([]outcome, error) {
	var open []line
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		for _, id := range ids {
			l, ok, err := findLine(q, id)
			if err != nil {
				return err
			}
			if ok && !l.State.settled() && l.Payload == nil {
				open = append(open, l)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	byPage, pages, err := s.groupByPage(ctx, open)
	if err != nil {
		return nil, err
	}
	var all []outcome
	for _, page := range pages {
		done, err := s.fetchPage(ctx, page, byPage[page])
		all = append(all, done...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// groupByPage sorts lines by the page whose token reads them; "" is for those whose page nobody told.
func (s *Service) groupByPage(ctx context.Context, lines []line) (byPage map[string][]line, pages []string, err error) {
	byPage = map[string][]line{}
	for _, l := range lines {
		if l.PageID == "" && l.FormID != "" {
			form, err := findForm(ctx, s.store.Read(), l.FormID)
			if err != nil && !fault.Has(err, CodeFormNotFound) {
				return nil, nil, err
			}
			l.PageID = form.PageID
		}
		if byPage[l.PageID] == nil {
			pages = append(pages, l.PageID)
		}
		byPage[l.PageID] = append(byPage[l.PageID], l)
	}
	return byPage, pages, nil
}

// fetchPage reads the leads of one page, many in a call, and settles those that came.
func (s *Service) fetchPage(ctx context.Context, pageID string, lines []line) ([]outcome, error) {
	var all []outcome
	for start := 0; start < len(lines); start += meta.BatchLimit {
		part := lines[start:min(start+meta.BatchLimit, len(lines))]
		tests := s.newTestFinder()
		asked := tests.ahead(ctx, part)
		results, err := s.readLeads(ctx, pageID, part)
		asked()
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
		if err != nil {
			s.suspect(ctx, err)
		}
		s.doubtGone(ctx, pageID, results)
		done, ids, err := s.takeResults(ctx, part, results)
		all = append(all, done...)
		if err != nil {
			return all, err
		}
		settled, err := s.settleWith(ctx, ids, tests)
		all = append(all, settled...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// readLeads returns one result for each line. err is the failure of the call as a whole, which each of them carries too.
func (s *Service) readLeads(ctx context.Context, pageID string, lines []line) (results []meta.LeadResult, err error) {
	ids := make([]meta.ID, len(lines))
	for i, l := range lines {
		ids[i] = meta.ID(l.LeadID)
	}
	l, err := s.connected(ctx)
	if err == nil && pageID == "" {
		err = fault.New(CodeLeadNotConnected)
	}
	if err == nil {
		err = s.withPage(ctx, l, pageID, func(token meta.Token) (err error) {
			if results, err = l.client.LeadBatch(ctx, token, ids); err == nil {
				err = deadToken(results)
			}
			return err
		})
	}
	if len(results) == len(lines) {
		for i, r := range results {
			var m *meta.Error
			if err != nil && errors.As(r.Err, &m) && m.HTTPStatus == 0 { // never asked
				results[i].Err = err
			}
		}
		return results, err
	}
	results = make([]meta.LeadResult, len(lines))
	for i := range results {
		results[i] = meta.LeadResult{ID: ids[i], Err: err}
	}
	return results, err
}

// deadToken returns the refusal that all items of a batch share when the token has died: a batch itself then succeeds.
func deadToken(results []meta.LeadResult) error {
	for _, r := range results {
		if !wantsNewToken(r.Err) {
			return nil
		}
	}
	if len(results) == 0 {
		return nil
	}
	return results[0].Err
}

// takeResults writes what came into the ledger: answers, or why there are none. It returns the ids whose answers came.
func (s *Service) takeResults(ctx context.Context, lines []line, results []meta.LeadResult) (failed []outcome, fetched []string, err error) {
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		failed, fetched = nil, nil
		for i, l := range lines {
			r := results[i]
			if r.Err != nil {
				o, err := s.recordFailure(tx, l, failureOf(r.Err))
				if err == errSettled { //nolint:errorlint // never wrapped
					continue
				}
				if err != nil {
					return err
				}
				failed = append(failed, o)
				continue
			}
			a := arrivalOf(r.Lead, formRow{ID: first(l.FormID, string(r.Lead.Form)), PageID: l.PageID}, l.Origin, tx.Now(), false)
			a.ref.LeadID = l.LeadID
			if err := s.takeLead(tx, a); err != nil {
				return err
			}
			fetched = append(fetched, l.LeadID)
		}
		return nil
	})
	return failed, fetched, wrap("take fetched leads", err)
}

// takeLead writes fetched answers into their line.
func (s *Service) takeLead(tx *store.Tx, a arrival) error {
	known, ok, err := findLine(tx.Query(), a.ref.LeadID)
	if err != nil || !ok || known.State.settled() {
		return err
	}
	now := tx.Now()
	known.Payload, known.FetchedAt, known.NextTryAt = a.payload, instant(now), instant(now.Add(grace))
	known.FormID, known.PageID = first(known.FormID, a.ref.FormID), first(known.PageID, a.ref.PageID)
	known.LeadAt = first(known.LeadAt, a.ref.LeadAt)
	if known.State == StateFetched {
		return nil // somebody else was faster
	}
	return move(tx, known, StateFetched)
}

// testFinder asks Meta which leads are tests, once for each form. Test leads made with answers of their own look real, so
// this is the only way to know them. When Meta does not answer, leads wait for it a few tries long, and are then taken for
// real: a test that reaches a seller does less harm than a person who waits for hours, and is taken back as soon as Meta names
// it.
type testFinder struct {
	s     *Service
	mu    sync.Mutex // while several forms are asked about at once
	asked map[string]error
	tests map[string]bool
}

const (
	// testTries is how often a lead waits for Meta's list of test leads: some two minutes, by the pauses of retries.
	testTries = 3
	// testThrottle is the longest of these pauses when Meta names a longer one.
	testThrottle = 5 * time.Minute
)

func (s *Service) newTestFinder() *testFinder {
	return &testFinder{s: s, asked: map[string]error{}, tests: map[string]bool{}}
}

// ahead begins to ask about the forms of lines while their answers are on the way; done waits for that.
func (f *testFinder) ahead(ctx context.Context, lines []line) (done func()) {
	forms := map[string]line{}
	for _, l := range lines {
		if l.FormID != "" && l.PageID != "" {
			forms[l.FormID] = l
		}
	}
	jobs := make([]func(context.Context) error, 0, len(forms))
	for _, l := range forms {
		jobs = append(jobs, func(ctx context.Context) error {
			err := f.ask(ctx, l)
			f.mu.Lock()
			defer f.mu.Unlock()
			f.asked[l.FormID] = err
			return nil
		})
	}
	wait := beside(ctx, pagesAtOnce, jobs)
	return func() {
		if err := wait(); err != nil {
			f.s.log.WithError(err).Error("test leads could not be listed")
		}
	}
}

// isTest reports whether Meta lists the lead among its form's test leads. The error is Meta's silence, for a lead that may
// wait for it.
func (f *testFinder) isTest(ctx context.Context, l line) (bool, error) {
	if l.FormID == "" || l.PageID == "" {
		return false, nil
	}
	err, asked := f.asked[l.FormID]
	if !asked {
		err = f.ask(ctx, l)
		f.asked[l.FormID] = err
	}
	if err != nil && l.Attempts < testTries && wrongForNow(err) {
		return false, err
	}
	return f.tests[l.LeadID], nil
}

// wrongForNow reports whether asking again soon may help.
func wrongForNow(err error) bool {
	var m *meta.Error
	return errors.As(err, &m) && (m.Class == meta.ClassRetry || m.Class == meta.ClassThrottle)
}

// silence is the failure of a lead that waits for Meta's word on tests.
func silence(err error) *failure {
	f := failureOf(err)
	if f.class == meta.ClassThrottle {
		f.wait = testThrottle
	}
	return &f
}

func (f *testFinder) ask(ctx context.Context, l line) error {
	live, err := f.s.connected(ctx)
	if err == nil {
		var leads []meta.Lead
		err = f.s.withPage(ctx, live, l.PageID, func(token meta.Token) (err error) {
			leads, err = live.client.TestLeads(ctx, token, meta.ID(l.FormID))
			return err
		})
		ids := make([]string, len(leads))
		f.mu.Lock()
		for i, lead := range leads {
			ids[i] = string(lead.ID)
			f.tests[ids[i]] = true
		}
		f.mu.Unlock()
		if back := f.s.takeBackTests(ctx, ids); back != nil {
			f.s.log.WithError(back).Error("test leads could not be taken back")
		}
	}
	if err != nil {
		f.s.log.WithField("form_id", l.FormID).WithField("problem", fault.Code(err)).Warn("test leads could not be listed")
	}
	return err
}
