package crm

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// Kinds of events: what a prospect's history shows beside activities and submissions.
const (
	EventRegistered       = "registered"        // source, form_name, submission_id; and as assigned, for the first seller
	EventEnquiredAgain    = "enquired_again"    // source, form_name, submission_id; opposed: the person is not to be contacted
	EventReopened         = "reopened"          // from, to, reason_id
	EventAssigned         = "assigned"          // from, to, rule, turn, of, reason
	EventStage            = "stage"             // from, to, reason; why: "archived" where the stage itself went
	EventStatus           = "status"            // from, to, reason_id, activity_id
	EventTemperature      = "temperature"       // from, to
	EventAttended         = "attended"          // activity_id, kind
	EventOpposition       = "opposition"        // reason_id: the person asked not to be contacted
	EventOppositionLifted = "opposition_lifted" // reason: an administrator lets the person be contacted again
	EventRescheduled      = "rescheduled"       // activity_id, from, to
	EventContact          = "contact"           // part, did, row, from, to, edit: see contactEdit
	EventDeleted          = "deleted"           // contact_id when the person went with it: it is in the bin
	EventRestored         = "restored"          // taken out of the bin
	EventTestLead         = "test_lead"         // submission_id: Meta says that it was a test
	EventMerged           = "merged"            // merge_id, contacts: how many became one
	EventParted           = "parted"            // merge_id, contacts: the merge was taken back
	EventLate             = "late"              // owner, minutes: its seller has not tried to reach the person in time
)

// MarkTest notes in a prospect's history that one of its enquiries was a test of Meta's, once.
func (s *Service) MarkTest(tx *store.Tx, prospectID, submissionID string) error {
	known, err := exists(tx, `
		SELECT 1
		FROM event
		WHERE prospect_id = {:prospect}
		AND kind = {:kind}
		AND data ->> 'submission_id' = {:submission}
		AND deleted = 0
		LIMIT 1`, dbx.Params{"prospect": prospectID, "kind": EventTestLead, "submission": submissionID})
	if err != nil || known {
		return err
	}
	return addEvent(tx, prospectID, EventTestLead, map[string]any{"submission_id": submissionID})
}

// addEvent appends to a prospect's history. data holds ids, codes and names of the office's own words; only EventContact says
// what was written of a person.
func addEvent(tx *store.Tx, prospectID, kind string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	err = tx.Create("event", tx.NewID(), store.Row{
		"prospect_id": prospectID,
		"author_id":   tx.Author().User,
		"kind":        kind,
		"data":        string(text),
		"at":          clock.Format(tx.Now()),
	})
	if err != nil {
		return fmt.Errorf("add event: %w", err)
	}
	return nil
}
