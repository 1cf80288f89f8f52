package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// officeError is a failure of the office's own machinery during a pull: the database, not Meta.
type officeError struct{ err error }

// Error implements error.
func (e *officeError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *officeError) Unwrap() error { return e.err }

func own(err error) error {
	if err == nil {
		return nil
	}
	return &officeError{err}
}

// pull reads a form's leads from a little before its high water on, and moves the high water once all of them are in the
// ledger. The first pull of a form reads all that Meta keeps.
func (s *Service) pull(ctx context.Context, formID, origin string) (Pull, error) {
	defer s.forms.lock(formID)()
	ctx, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	form, err := findForm(ctx, s.store.Read(), formID)
	if err != nil {
		return Pull{}, err
	}
	var since time.Time
	if !form.HighWater.IsZero() {
		since = form.HighWater.Add(-overlap)
	}
	p := puller{s: s, form: form, origin: origin, high: form.HighWater}
	l, err := s.connected(ctx)
	if err == nil {
		err = s.withPage(ctx, l, form.PageID, func(token meta.Token) error {
			for page, err := range l.client.LeadPages(ctx, token, meta.ID(form.ID), since) {
				if err != nil {
					return err
				}
				if err := p.take(ctx, page); err != nil {
					return own(err)
				}
			}
			return nil
		})
	}
	// What came before a failure is in the ledger, and people are waiting.
	err = errors.Join(err, own(p.settle(ctx)))
	if err != nil {
		return p.pull, errors.Join(err, s.pullFailed(ctx, form, err))
	}
	if origin == OriginPoll {
		s.hook.found(form.PageID, p.told, p.missed)
	}
	return p.pull, own(s.pullDone(ctx, form, p.high))
}

// puller takes the pages of one pull.
type puller struct {
	s      *Service
	form   formRow
	origin string
	high   time.Time
	pull   Pull
	told   int             // leads above the high water that a webhook had told of
	missed int             // and those that nobody had
	open   []meta.LeadStub // entered and to be settled
}

// take enters a page of leads into the ledger. The high water it keeps counts only leads that are there by then.
func (p *puller) take(ctx context.Context, page []meta.Lead) error {
	ids := make([]string, len(page))
	for i, l := range page {
		ids[i] = string(l.ID)
	}
	known, err := p.s.knownLeads(ctx, ids)
	if err != nil {
		return err
	}
	now := p.s.clock.Now()
	var arrivals []arrival
	high, limit := p.high, p.limit(now)
	created := map[string]time.Time{}
	for _, l := range page {
		if l.Created.After(high) && !l.Created.After(limit) {
			high = l.Created
		}
		k, ok := known[string(l.ID)]
		if ok && k.Complete && (k.ours() || !l.Created.After(p.form.HighWater)) {
			p.pull.Known++ // read once more by ourselves: no news
			continue
		}
		p.compare(k, ok, l)
		a := arrivalOf(l, p.form, p.origin, now, p.form.PulledAt.IsZero())
		arrivals, created[a.ref.LeadID] = append(arrivals, a), l.Created
		if a.defect != "" {
			p.pull.Failed++
		}
		if a.payload == nil { // the list could not give it in full
			nudge(p.s.wakes.work)
		}
	}
	receipt, err := p.s.receive(ctx, arrivals)
	if err != nil {
		return err
	}
	p.high = high
	p.pull.Received += len(receipt.New)
	p.pull.Known += receipt.Known
	for _, id := range receipt.open {
		p.open = append(p.open, meta.LeadStub{ID: meta.ID(id), Created: created[id]})
	}
	return nil
}

// compare counts whether a webhook has told of a lead that is new to the polls.
func (p *puller) compare(k knownLine, known bool, l meta.Lead) {
	switch {
	case p.form.PulledAt.IsZero(): // the first reading brings what was there before
	case known && k.Origin == OriginWebhook && l.Created.After(p.form.HighWater):
		p.told++
	case !known:
		p.missed++
	}
}

// farFuture is how far ahead of everything else a lead's time may lie and still move the high water: a single wrong one
// would hide what comes after it until the next sweep.
const farFuture = 48 * time.Hour

func (p *puller) limit(now time.Time) time.Time {
	if now.Before(p.high) {
		now = p.high
	}
	return now.Add(farFuture)
}

// settle takes the leads that were entered to their end, oldest first, so that a person's first enquiry is registered
// before their second.
func (p *puller) settle(ctx context.Context) error {
	if len(p.open) == 0 {
		return nil
	}
	slices.Reverse(p.open) // Meta's order is newest first as a rule: keep its word about leads of one second
	slices.SortStableFunc(p.open, func(a, b meta.LeadStub) int { return a.Created.Compare(b.Created) })
	ids := make([]string, len(p.open))
	for i, l := range p.open {
		ids[i] = string(l.ID)
	}
	done, err := p.s.settle(ctx, ids)
	for _, o := range done {
		p.pull.count(o)
	}
	return err
}

// pullDone notes a complete pull. A form that works again sets free what waited for it.
func (s *Service) pullDone(ctx context.Context, form formRow, high time.Time) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		now := format(tx.Now())
		_, err := tx.Exec(`UPDATE meta_form
			SET high_water = {:high}, pulled_at = {:now}, problem = '', problem_args = '{}',
				swept_at = iif(swept_at = '', {:now}, swept_at), swept_all_at = iif(swept_all_at = '', {:now}, swept_all_at)
			WHERE id = {:id}`, dbx.Params{"high": format(high), "now": now, "id": form.ID})
		if err != nil {
			return wrap("note a pull", err)
		}
		return s.resumeParked(tx, form)
	})
	if err == nil && form.Problem != "" {
		s.log.WithField("form_id", form.ID).Info("form can be read again")
		nudge(s.wakes.work)
		s.hooks.tellStatus()
	}
	return err
}

// probeParked is how often leads that wait for a person are tried again although nobody has said that anything was
// mended: a permission may come back without the form, which could be read all the time, showing it.
const probeParked = time.Hour

// resumeParked makes the leads due that were parked for want of a token or a permission, when the page can be read again,
// and once an hour while it can.
func (s *Service) resumeParked(tx *store.Tx, form formRow) error {
	now := tx.Now()
	if form.Problem == "" && s.probed.within(form.PageID, now, probeParked) {
		return nil
	}
	done, err := tx.Exec(`UPDATE lead SET next_try_at = {:now}
		WHERE page_id IN ({:page}, '') AND state = 'failed' AND next_try_at IS NULL AND dismissed_at IS NULL AND class IN ('reauthorise', 'permission')`,
		dbx.Params{"now": format(now), "page": form.PageID})
	if err != nil {
		return wrap("resume parked leads", err)
	}
	resumed, err := done.RowsAffected()
	tx.AfterCommit(func() {
		s.probed.note(form.PageID, now)
		if resumed > 0 {
			nudge(s.wakes.work)
		}
	})
	return wrap("resume parked leads", err)
}

// pullFailed notes why a pull ended early. The high water stays.
func (s *Service) pullFailed(ctx context.Context, form formRow, cause error) error {
	var ours *officeError
	if errors.As(cause, &ours) || errors.Is(cause, context.Canceled) || ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil
	}
	s.suspect(ctx, cause)
	f := failureOf(cause)
	// The deadline of the pull may have passed; the note about it must still be written.
	_, err := s.store.Write(context.WithoutCancel(ctx), store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE meta_form SET problem = {:problem}, problem_args = {:args} WHERE id = {:id}`,
			dbx.Params{"problem": f.code, "args": encodeArgs(f.args), "id": form.ID})
		return wrap("note a failed pull", err)
	})
	if f.code != form.Problem {
		s.log.WithField("form_id", form.ID).WithField("problem", f.code).Warn("form cannot be read")
		s.hooks.tellStatus()
	}
	if err != nil {
		return own(fmt.Errorf("note a failed pull: %w", err))
	}
	return nil
}
