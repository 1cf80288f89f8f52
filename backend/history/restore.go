package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Codes of this package's faults.
const (
	// CodeLineNotFound answers for a line that the log does not have, or does not have any more.
	CodeLineNotFound = "history.not_found"
	// CodeChangedSince means that somebody has written the field since the page was read; the history is to be read anew.
	CodeChangedSince = "history.changed_since"
	// CodeNotRestorable means that the line's value follows from others, was never accepted, or is no longer kept.
	CodeNotRestorable = "history.not_restorable"
)

// restorable are the fields whose former value a person may put back, by table.
var restorable = map[string][]string{
	"prospect":      {"stage_id", "status", "temperature", "owner_id", "reason_id"},
	"contact":       {"name", "city"},
	"contact_phone": {"raw"},
	"contact_email": {"raw"},
	"activity":      {"body", "result", "due_at", "due_on", "minutes"},
}

func (row opRow) restorable() bool {
	fields, known := restorable[row.Entity]
	switch {
	case !known || row.Outcome != int(store.Applied) || row.Field == "":
		return false
	case row.Field == fieldDeleted:
		return row.change() == ChangeRemoved
	}
	return slices.Contains(fields, row.Field) && row.Before != nil
}

// Restoration says what to put back.
type Restoration struct {
	// Line is the ID of a line: the field gets the value that it had before.
	Line string
	// Seen is the ID of the newest line that the person had before them; what came after it forbids the restoration when it is
	// about the same field. "" does not ask.
	Seen string
	// Reason is what the rules ask for: of a stage further back, of a new seller.
	Reason string
	// Undo takes a transaction back, with everything that is to be kept in step with it. It is how a removed row comes back.
	Undo func(ctx context.Context, txID string) (store.Commit, error)
}

// Restore writes the value that a field had before a line, as the viewer's own edit and through the rules of one: it can be
// refused as any edit, and undone. A removed row comes back with whatever went with it. Faults: access.admin_only,
// history.not_found, history.not_restorable, history.changed_since, and those of the edit.
func (s *Service) Restore(ctx context.Context, v account.Viewer, r Restoration) (crm.Change, error) {
	if err := account.AdminOnly(v); err != nil {
		return crm.Change{}, err
	}
	seen := int64(1) << 62
	if r.Seen != "" {
		var err error
		if seen, err = strconv.ParseInt(r.Seen, 10, 64); err != nil {
			return crm.Change{}, fault.Invalid("seen", "input.invalid")
		}
	}
	row, err := s.restored(ctx, r)
	if err != nil {
		return crm.Change{}, err
	}
	edits := s.crm.Provided(func(tx *store.Tx) error { return row.unchangedSince(tx.Query(), seen) })
	if row.Field == fieldDeleted { // an undo has its own look, in its transaction; this one is for the clearer word
		if err := row.unchangedSince(s.store.Read(), seen); err != nil {
			return crm.Change{}, fmt.Errorf("restore a row: %w", err)
		}
	}
	c, err := s.putBack(ctx, v, edits, row, r)
	if err != nil {
		return crm.Change{}, fmt.Errorf("restore a value: %w", err)
	}
	return c, nil
}

// restored reads the line and looks whether it is one that can be restored.
func (s *Service) restored(ctx context.Context, r Restoration) (opRow, error) {
	n, err := strconv.ParseInt(r.Line, 10, 64)
	if err != nil {
		return opRow{}, fault.New(CodeLineNotFound)
	}
	var row opRow
	err = s.store.Read().NewQuery(`
		SELECT ` + opColumns + `
		FROM op_log o
		LEFT JOIN commits c ON c.rev = o.rev
		WHERE o.n = {:n}`).Bind(dbx.Params{"n": n}).WithContext(ctx).One(&row)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return opRow{}, fault.New(CodeLineNotFound)
	case err != nil:
		return opRow{}, fmt.Errorf("read the line: %w", err)
	case !row.restorable():
		return opRow{}, fault.New(CodeNotRestorable)
	}
	return row, nil
}

// unchangedSince answers history.changed_since when somebody has written the line's field, or removed its row, after line seen.
func (row opRow) unchangedSince(q dbx.Builder, seen int64) error {
	var since bool
	err := q.NewQuery(`
		SELECT EXISTS (
			SELECT 1
			FROM op_log
			WHERE entity = {:entity}
			AND row_id = {:row}
			AND field IN ({:field}, 'deleted')
			AND outcome = 1
			AND n > {:seen})`).
		Bind(dbx.Params{"entity": row.Entity, "row": row.Row, "field": row.Field, "seen": seen}).Row(&since)
	if err == nil && since {
		err = fault.New(CodeChangedSince)
	}
	return err
}

// fieldDeleted is the field that removing and restoring a row writes.
const fieldDeleted = "deleted"

// putBack makes the edit that writes the former value.
func (s *Service) putBack(ctx context.Context, v account.Viewer, edits *crm.Service, row opRow, r Restoration) (crm.Change, error) {
	if row.Field == fieldDeleted {
		line, err := row.line()
		if err != nil {
			return crm.Change{}, err
		}
		c, err := r.Undo(ctx, line.TxID)
		return crm.Change{TxID: c.TxID}, err
	}
	if row.Entity == "activity" && row.Field == "minutes" {
		var minutes int // 0 for none
		if err := json.Unmarshal(row.Before, &minutes); err != nil {
			return crm.Change{}, fmt.Errorf("read the former value: %w", err)
		}
		return edits.UpdateActivity(ctx, v, row.Row, crm.ActivityPatch{Minutes: &minutes})
	}
	var value string // a field that was empty is ""
	if err := json.Unmarshal(row.Before, &value); err != nil {
		return crm.Change{}, fmt.Errorf("read the former value: %w", err)
	}
	switch row.Entity {
	case "prospect":
		patch, err := s.prospectPatch(ctx, row, value, r.Reason)
		if err != nil {
			return crm.Change{}, err
		}
		return edits.UpdateProspect(ctx, v, row.Row, patch)
	case "contact":
		patch := crm.ContactPatch{}
		if row.Field == "name" {
			patch.Name = &value
		} else {
			patch.City = &value
		}
		return edits.UpdateContact(ctx, v, row.Row, patch)
	case "contact_phone":
		return edits.UpdatePhone(ctx, v, row.Row, crm.PhonePatch{Raw: &value})
	case "contact_email":
		return edits.UpdateEmail(ctx, v, row.Row, crm.EmailPatch{Raw: &value})
	case "activity":
		patch := crm.ActivityPatch{}
		*map[string]**string{"body": &patch.Body, "result": &patch.Result, "due_at": &patch.DueAt, "due_on": &patch.DueOn}[row.Field] = &value
		return edits.UpdateActivity(ctx, v, row.Row, patch)
	}
	return crm.Change{}, fault.New(CodeNotRestorable)
}

func (s *Service) prospectPatch(ctx context.Context, row opRow, value, reason string) (crm.ProspectPatch, error) {
	switch row.Field {
	case "stage_id":
		return crm.ProspectPatch{StageID: &value, StageReason: &reason}, nil
	case "temperature":
		return crm.ProspectPatch{Temperature: &value}, nil
	case "owner_id":
		return crm.ProspectPatch{OwnerID: &value, OwnerReason: &reason}, nil
	case "reason_id":
		return crm.ProspectPatch{ReasonID: &value}, nil
	}
	patch := crm.ProspectPatch{Status: &value}
	if value != crm.StatusDiscarded {
		return patch, nil
	}
	// The reason it was discarded for was cleared with the status.
	var before []string
	err := s.store.Read().NewQuery(`
		SELECT before ->> '$'
		FROM op_log
		WHERE tx_id = {:tx}
		AND entity = 'prospect'
		AND row_id = {:row}
		AND field = 'reason_id'
		AND before IS NOT NULL
		ORDER BY n
		LIMIT 1`).Bind(dbx.Params{"tx": row.TxID, "row": row.Row}).WithContext(ctx).Column(&before)
	if err != nil {
		return crm.ProspectPatch{}, fmt.Errorf("read the former reason: %w", err)
	}
	if len(before) > 0 {
		patch.ReasonID = &before[0]
	}
	return patch, nil
}
