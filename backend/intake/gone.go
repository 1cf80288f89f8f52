package intake

import (
	"context"
	"errors"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// clearedFor is how long a page that answered stands for leads that do not.
const clearedFor = 10 * time.Minute

// doubtGone looks behind "does not exist": Meta says so of a lead that was deleted, of one that is older than 90 days, and
// of all leads when the right to read them was taken away (reference/meta-lead-ads.md §3.2, code 100/33). When the token or
// the page does not answer either, that is the reason, and the leads wait for it to be mended instead of being given up.
func (s *Service) doubtGone(ctx context.Context, pageID string, results []meta.LeadResult) {
	var gone []int
	for i, r := range results {
		var m *meta.Error
		if errors.As(r.Err, &m) && m.Class == meta.ClassGone {
			gone = append(gone, i)
		}
	}
	if len(gone) == 0 || pageID == "" || s.cleared.within(pageID, s.clock.Now(), clearedFor) {
		return
	}
	why := s.whyGone(ctx, pageID)
	if why == nil {
		s.cleared.note(pageID, s.clock.Now())
		return
	}
	s.log.WithField("page_id", pageID).WithField("problem", fault.Code(why)).Warn("leads are not readable, and neither is their page")
	for _, i := range gone {
		results[i].Err = why
	}
}

// whyGone asks Meta about the token and about the page. nil means that both are in order, or that Meta gave no answer.
func (s *Service) whyGone(ctx context.Context, pageID string) error {
	problem, err := s.checkToken(ctx)
	if err != nil {
		return nil //nolint:nilerr // no answer: the lead's own stands
	}
	if problem != "" {
		return &meta.Error{Class: meta.ClassReauthorise, Advice: problem}
	}
	l, err := s.connected(ctx)
	if err != nil {
		return nil //nolint:nilerr // likewise
	}
	_, err = l.client.Page(ctx, l.token, meta.ID(pageID))
	var m *meta.Error
	switch {
	case !errors.As(err, &m):
		return nil
	case m.Class == meta.ClassGone:
		return &meta.Error{Class: meta.ClassPermission, Advice: meta.AdvicePageNotAssigned}
	case m.Class == meta.ClassPermission, m.Class == meta.ClassReauthorise:
		return m
	}
	return nil
}
