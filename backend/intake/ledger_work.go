package intake

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const (
	// workNap is how long the retries sleep when nothing falls due before.
	workNap = 5 * time.Minute
	// workBatch is how many due lines are taken up at a time.
	workBatch = 500
	// cutTries is how often a line that was in hand when the program ended is taken up at once, less than testTries: one that
	// ends the program comes after its grace from then on, as in postpone.
	cutTries = 2
)

// workStep takes up the lines that are due: those whose next try has come, and those whose next try lies so far ahead that
// only a wrong clock can have set it.
func (s *Service) workStep(ctx context.Context) (time.Duration, error) {
	for {
		ids, err := s.dueLines(ctx)
		if err != nil || len(ids) == 0 {
			return s.untilNextTry(ctx, err)
		}
		if err := s.take(ctx, ids); err != nil {
			return 0, err
		}
		if len(ids) < workBatch {
			return s.untilNextTry(ctx, nil)
		}
	}
}

// takeUpCut makes the lines due that were in hand when the program ended: nobody works on them.
func (s *Service) takeUpCut(ctx context.Context) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE lead
			SET next_try_at = {:now}, attempts = attempts + 1
			WHERE state IN ('received', 'fetched') AND next_try_at > {:now} AND attempts < {:most}`,
			dbx.Params{"now": format(tx.Now()), "most": cutTries})
		return wrap("take up leads that were in hand", err)
	})
	return err
}

// dueLines returns the ids of due lines, oldest lead first.
func (s *Service) dueLines(ctx context.Context) ([]string, error) {
	var ids []string
	now := s.clock.Now()
	err := s.store.Read().NewQuery(`SELECT lead_id
		FROM lead
		WHERE next_try_at IS NOT NULL AND (next_try_at <= {:now} OR next_try_at > {:far})
		ORDER BY lead_at, lead_id
		LIMIT {:limit}`).
		Bind(dbx.Params{"now": format(now), "far": format(now.Add(farAhead)), "limit": workBatch}).WithContext(ctx).Column(&ids)
	return ids, wrap("list due leads", err)
}

// take takes lines as far as they go: first those whose answers are here, then those that Meta has to be asked for.
func (s *Service) take(ctx context.Context, ids []string) error {
	if err := s.postpone(ctx, ids); err != nil {
		return err
	}
	if _, err := s.settle(ctx, ids); err != nil {
		return err
	}
	_, err := s.fetch(ctx, ids)
	return err
}

// postpone pushes lines that are taken up now past the grace, so that one that ends the program is not taken up at once
// again.
func (s *Service) postpone(ctx context.Context, ids []string) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		next := format(tx.Now().Add(grace))
		for _, id := range ids {
			_, err := tx.Exec(`UPDATE lead SET next_try_at = {:next} WHERE lead_id = {:id} AND next_try_at IS NOT NULL`,
				dbx.Params{"next": next, "id": id})
			if err != nil {
				return wrap("take up a lead", err)
			}
		}
		return nil
	})
	return err
}

// untilNextTry is how long the retries may sleep.
func (s *Service) untilNextTry(ctx context.Context, err error) (time.Duration, error) {
	if err != nil {
		return 0, err
	}
	var next *string
	err = s.store.Read().NewQuery(`SELECT min(next_try_at) FROM lead WHERE next_try_at IS NOT NULL`).WithContext(ctx).Row(&next)
	if err != nil || next == nil {
		return workNap, wrap("find the next try", err)
	}
	return min(max(parse(*next).Sub(s.clock.Now()), shortestNap), workNap), nil
}

// Retry takes a line up at once, whatever its class, and returns where it stands after. Lines that are held are tried again
// too: a person has put right what held them. It answers lead.not_found and lead.settled.
func (s *Service) Retry(ctx context.Context, v account.Viewer, id string) (Lead, error) {
	if err := account.AdminOnly(v); err != nil {
		return Lead{}, err
	}
	_, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		l, err := mustFind(tx, id)
		if err != nil {
			return err
		}
		if l.State.settled() {
			return fault.New(CodeLeadSettled, "state", string(l.State))
		}
		_, err = tx.Exec(`UPDATE lead SET attempts = 0, next_try_at = {:now}, dismissed_at = NULL WHERE lead_id = {:id}`,
			dbx.Params{"now": format(tx.Now()), "id": id})
		return wrap("take up a lead", err)
	})
	if err != nil {
		return Lead{}, err
	}
	if err := s.take(ctx, []string{id}); err != nil {
		return Lead{}, fmt.Errorf("try a lead again: %w", err)
	}
	d, err := s.Lead(ctx, v, id)
	return d.Lead, err
}
