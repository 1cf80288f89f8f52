package intake

import (
	"context"
	"errors"
	"sync"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// fetchersAtOnce is how many leads, or bundles of leads, are fetched side by side: one that waits for Meta holds up no other.
const fetchersAtOnce = 4

// listAgainAfter is how often a page's forms are listed at most because a webhook names one that nobody has seen.
const listAgainAfter = 10 * time.Minute

// fresh is what webhooks have told of and nobody has asked Meta for yet. What is lost with the process is taken
// up when the next one starts (takeUpCut), or read by its first polls.
type fresh struct {
	mu       sync.Mutex
	ids      []string
	pages    []string
	discover []string
	wake     chan struct{}
}

func (f *fresh) put(ids, pages, discover []string) {
	if len(ids)+len(pages) == 0 {
		return
	}
	f.mu.Lock()
	f.ids, f.pages, f.discover = append(f.ids, ids...), append(f.pages, pages...), append(f.discover, discover...)
	f.mu.Unlock()
	nudge(f.wake)
}

// take returns some of it: leads that fit into one call, or else one page.
func (f *fresh) take() (ids []string, page string, discover []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	discover, f.discover = f.discover, nil
	switch {
	case len(f.ids) > 0:
		n := min(len(f.ids), meta.BatchLimit)
		ids, f.ids = f.ids[:n:n], f.ids[n:]
	case len(f.pages) > 0:
		page, f.pages = f.pages[0], f.pages[1:]
	}
	if len(f.ids)+len(f.pages) > 0 {
		nudge(f.wake) // the next one takes it
	}
	return ids, page, discover
}

// freshStep asks Meta for what webhooks have told of.
func (s *Service) freshStep(ctx context.Context) (time.Duration, error) {
	ids, page, discover := s.fresh.take()
	for _, p := range discover {
		s.discoverOnce(ctx, p)
	}
	switch {
	case len(ids) > 0:
		_, err := s.fetch(ctx, ids)
		return workNap, err
	case page != "":
		return workNap, s.pullPage(ctx, page)
	}
	return workNap, nil
}

// discoverOnce lists a page's forms, so that a new form's leads have its name and the meaning of its questions.
func (s *Service) discoverOnce(ctx context.Context, page string) {
	now := s.clock.Now()
	if s.listed.within(page, now, listAgainAfter) {
		return
	}
	s.listed.note(page, now)
	if err := s.discoverPageForms(ctx, page); err != nil {
		s.log.WithField("page_id", page).WithField("problem", fault.Code(err)).Warn("forms were not listed for a lead of a new form")
	}
}

// pullPage reads the forms of a page that says no more than that it has something new.
func (s *Service) pullPage(ctx context.Context, page string) error {
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return err
	}
	for _, f := range forms {
		if f.PageID != page || !f.polled() {
			continue
		}
		_, err := s.pull(ctx, f.ID, OriginWebhook)
		var ours *officeError
		if ctx.Err() != nil || errors.As(err, &ours) {
			return errors.Join(err, ctx.Err())
		}
	}
	return nil
}
