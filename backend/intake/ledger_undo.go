package intake

import (
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// decisionKept is how long what came with a lead stays in its line after a person has decided whose it is: as long as that
// the decision can be taken back.
const decisionKept = 24 * time.Hour

// keepForUndo leaves in a line that is settled by a person what the decision was made from.
func keepForUndo(tx *store.Tx, l line) error {
	_, err := tx.Exec(`UPDATE lead SET payload = {:payload} WHERE lead_id = {:id}`, dbx.Params{"payload": l.Payload, "id": l.LeadID})
	return wrap("keep a decided lead", err)
}

// forgetDecided empties the lines whose decision stands for good.
func forgetDecided(tx *store.Tx) error {
	_, err := tx.Exec(`UPDATE lead
		SET payload = NULL
		WHERE payload IS NOT NULL
		AND registered_at IS NOT NULL
		AND registered_at < {:before}`, dbx.Params{"before": format(tx.Now().Add(-decisionKept))})
	return wrap("forget decided leads", err)
}

// FollowUndo brings the ledger in step with an undo that has changed rows, in the same transaction: the line of a submission
// that is taken back waits for a decision again, and one whose submission is back is settled again. It answers
// store.ErrChangedSince for a lead that no person has decided about, or too long ago.
func (s *Service) FollowUndo(tx *store.Tx, rows []store.Ref) error {
	for _, r := range rows {
		if r.Entity != "submission" {
			continue
		}
		var sub struct {
			LeadID     string `db:"lead_id"`
			ProspectID string `db:"prospect_id"`
			Deleted    bool   `db:"deleted"`
		}
		err := tx.Query().NewQuery(`SELECT lead_id, prospect_id, deleted FROM submission WHERE id = {:id}`).
			Bind(dbx.Params{"id": r.Row}).One(&sub)
		if err != nil {
			return wrap("read submission", err)
		}
		l, ok, err := findLine(tx.Query(), sub.LeadID)
		if err != nil {
			return err
		}
		if !ok || l.SubmissionID != r.Row {
			continue
		}
		switch {
		case sub.Deleted:
			err = reopen(tx, l)
		case slices.Contains(rows, store.Ref{Entity: "prospect", Row: sub.ProspectID}):
			err = closeAgain(tx, l, StateRegistered)
		default:
			err = closeAgain(tx, l, StateLinked)
		}
		if err != nil {
			return err
		}
		tx.AfterCommit(s.hooks.tellStatus)
	}
	return nil
}

// reopen has a settled line wait for a decision once more: the one way back from a final state.
func reopen(tx *store.Tx, l line) error {
	if l.Payload == nil {
		return fmt.Errorf("%w: lead %s", store.ErrChangedSince, l.LeadID)
	}
	_, err := tx.Exec(`UPDATE lead
		SET state = {:held}, problem = {:problem}, problem_args = '{}', registered_at = NULL
		WHERE lead_id = {:id}`, dbx.Params{"held": string(StateHeld), "problem": crm.CodeContactConflict, "id": l.LeadID})
	return wrap("reopen a line", err)
}

// closeAgain settles a line whose submission has come back.
func closeAgain(tx *store.Tx, l line, to State) error {
	payload := l
	l.RegisteredAt = instant(tx.Now())
	if err := move(tx, l, to); err != nil {
		return err
	}
	return keepForUndo(tx, payload)
}
