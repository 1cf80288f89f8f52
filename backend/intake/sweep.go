package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

const (
	// sweepEvery and sweepBack: each night, what came within 48 hours before the high water.
	sweepEvery, sweepBack = 24 * time.Hour, 48 * time.Hour
	// sweepAllEvery: each week, everything Meta keeps.
	sweepAllEvery = 7 * 24 * time.Hour
	// sweepNap is the longest sleep of the sweeps.
	sweepNap = 15 * time.Minute
)

// sweepStep compares Meta's lists of ids with the ledger, for each form whose turn it is, and fetches what is missing.
// Archived forms have their turn too.
func (s *Service) sweepStep(ctx context.Context) (time.Duration, error) {
	if err := s.expire(ctx); err != nil {
		return 0, err
	}
	if _, err := s.connected(ctx); err != nil {
		if fault.Has(err, CodeNotConnected) {
			return sweepNap, nil
		}
		return 0, err
	}
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return 0, err
	}
	for _, f := range forms {
		if !f.swept() || s.pageRest(ctx, f.PageID) > 0 {
			continue
		}
		err := s.sweepForm(ctx, f)
		var ours *officeError
		if ctx.Err() != nil || errors.As(err, &ours) {
			return 0, errors.Join(err, ctx.Err())
		}
	}
	return sweepNap, nil
}

// sweepForm does what is due for one form.
func (s *Service) sweepForm(ctx context.Context, f formRow) error {
	now := s.clock.Now()
	switch {
	case f.PulledAt.IsZero():
		if f.Status == meta.FormArchived { // nobody polls it, so this is its first reading
			_, err := s.pull(ctx, f.ID, OriginSweep)
			return err
		}
		return nil
	case due(f.SweptAllAt, sweepAllEvery, now):
		_, err := s.sweep(ctx, f.ID, true)
		return err
	case due(f.SweptAt, sweepEvery, now):
		_, err := s.sweep(ctx, f.ID, false)
		return err
	}
	return nil
}

// sweep reads a form's ids, of everything Meta keeps or from 48 hours before the high water on, and fetches those that are
// not in the ledger. Neither looks at our own clock.
func (s *Service) sweep(ctx context.Context, formID string, everything bool) (Pull, error) {
	defer s.forms.lock(formID)()
	ctx, cancel := context.WithTimeout(ctx, pullTime)
	defer cancel()
	form, err := findForm(ctx, s.store.Read(), formID)
	if err != nil {
		return Pull{}, err
	}
	var since time.Time
	if !everything && !form.HighWater.IsZero() {
		since = form.HighWater.Add(-sweepBack)
	}
	var refs []Ref
	l, err := s.connected(ctx)
	if err == nil {
		err = s.withPage(ctx, l, form.PageID, func(token meta.Token) error {
			refs = nil
			for stub, err := range l.client.LeadIDs(ctx, token, meta.ID(form.ID), since) {
				if err != nil {
					return err
				}
				if !stub.ID.Valid() {
					continue // a poll has kept it, if it has a time
				}
				refs = append(refs, Ref{LeadID: string(stub.ID), PageID: form.PageID, FormID: form.ID, LeadAt: format(stub.Created)})
			}
			return nil
		})
	}
	if err != nil {
		return Pull{}, errors.Join(err, s.pullFailed(ctx, form, err))
	}
	pull, err := s.fill(ctx, refs)
	if err != nil {
		return pull, own(err)
	}
	_ = s.newTestFinder().ask(ctx, line{FormID: form.ID, PageID: form.PageID}) // it takes back what it names, and logs its failure
	return pull, own(s.sweepDone(ctx, form, everything))
}

// fill enters those of the leads that have no line, and fetches them.
func (s *Service) fill(ctx context.Context, refs []Ref) (Pull, error) {
	ids := make([]string, len(refs))
	for i, r := range refs {
		ids[i] = r.LeadID
	}
	known, err := s.knownLeads(ctx, ids)
	if err != nil {
		return Pull{}, err
	}
	var arrivals []arrival
	for _, r := range refs {
		if _, ok := known[r.LeadID]; !ok {
			arrivals = append(arrivals, arrival{ref: r, origin: OriginSweep})
		}
	}
	if err := s.reappear(ctx, ids); err != nil {
		return Pull{}, err
	}
	pull := Pull{Known: len(refs) - len(arrivals)}
	receipt, err := s.receive(ctx, arrivals)
	if err != nil {
		return pull, err
	}
	pull.Received = len(receipt.New)
	if pull.Received > 0 {
		s.log.WithField("leads", pull.Received).Warn("sweep found leads that no poll had brought")
	}
	done, err := s.fetch(ctx, receipt.New)
	for _, o := range done {
		pull.count(o)
	}
	return pull, err
}

// reappear makes the leads due that did not exist when they were asked for, and that Meta lists now.
func (s *Service) reappear(ctx context.Context, ids []string) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("encode ids: %w", err)
	}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		done, err := tx.Exec(`UPDATE lead
			SET next_try_at = {:now}, attempts = 0
			WHERE state = 'failed'
			AND class = 'gone'
			AND next_try_at IS NULL
			AND dismissed_at IS NULL
			AND lead_id IN (SELECT value FROM json_each({:ids}))`, dbx.Params{"now": format(tx.Now()), "ids": string(list)})
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n > 0 {
			nudge(s.wakes.work)
			return err
		}
		return nil
	})
	return wrap("take up leads that are there again", err)
}

// sweepDone notes a complete sweep. A sweep of everything is one of the last 48 hours too. The high water of an archived
// form, which nobody polls, is left: what lies above it is read again, and known.
func (s *Service) sweepDone(ctx context.Context, form formRow, everything bool) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE meta_form
			SET swept_at = {:now}, swept_all_at = iif({:all}, {:now}, swept_all_at), problem = '', problem_args = '{}'
			WHERE id = {:id}`, dbx.Params{"now": format(tx.Now()), "all": everything, "id": form.ID})
		if err != nil {
			return wrap("note a sweep", err)
		}
		return s.resumeParked(tx, form)
	})
	return err
}
