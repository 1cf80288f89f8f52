package intake

import (
	"context"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// payloadKept is how long what a person gave is kept in a line that has not become a submission. Meta itself keeps a lead
// for 90 days (reference/meta-lead-ads.md §2.2): after that there is nothing to try again with, and no reason to keep it.
const payloadKept = 90 * 24 * time.Hour

// Dismiss says that nothing more is to come of a failed or held lead: it no longer counts as one that needs a person. What
// came of it stays until it expires, and Retry takes it up again. Faults lead.not_found, lead.settled.
func (s *Service) Dismiss(ctx context.Context, v account.Viewer, id string) (Lead, error) {
	if err := account.AdminOnly(v); err != nil {
		return Lead{}, err
	}
	_, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		l, err := mustFind(tx, id)
		if err != nil {
			return err
		}
		if l.State != StateFailed && l.State != StateHeld {
			return fault.New(CodeLeadSettled, "state", string(l.State))
		}
		_, err = tx.Exec(`UPDATE lead SET dismissed_at = {:now}, next_try_at = NULL WHERE lead_id = {:id}`,
			dbx.Params{"now": format(tx.Now()), "id": id})
		if err != nil {
			return wrap("dismiss a lead", err)
		}
		return account.Audit(tx, v.UserID, "lead.dismissed", id, map[string]any{"problem": l.Problem})
	})
	if err != nil {
		return Lead{}, err
	}
	s.hooks.tellStatus()
	d, err := s.Lead(ctx, v, id)
	return d.Lead, err
}

// expire forgets what people gave in leads and rows of files that came to nothing, once it is older than payloadKept, and in
// leads that a person has decided about, once the decision stands.
func (s *Service) expire(ctx context.Context) error {
	expired := int64(0)
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := forgetDecided(tx); err != nil {
			return err
		}
		params := dbx.Params{"now": format(tx.Now()), "before": format(tx.Now().Add(-payloadKept))}
		done, err := tx.Exec(`UPDATE lead
			SET payload = NULL, problem_args = '{}', next_try_at = NULL, dismissed_at = coalesce(dismissed_at, {:now})
			WHERE state IN ('failed', 'held')
			AND received_at < {:before}
			AND (payload IS NOT NULL OR dismissed_at IS NULL)`, params)
		if err != nil {
			return wrap("expire leads", err)
		}
		if expired, err = done.RowsAffected(); err != nil {
			return wrap("expire leads", err)
		}
		_, err = tx.Exec(`UPDATE import_row
			SET cells = ''
			WHERE cells <> ''
			AND import_id IN (SELECT id FROM import_file WHERE created_at < {:before})`, params)
		if err != nil || expired == 0 {
			return wrap("expire rows of files", err)
		}
		return account.Audit(tx, "", "lead.expired", "", map[string]any{"count": expired})
	})
	if err == nil && expired > 0 {
		s.log.WithField("leads", expired).Info("leads that came to nothing have expired")
		s.hooks.tellStatus()
	}
	return err
}
