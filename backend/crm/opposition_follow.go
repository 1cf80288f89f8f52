package crm

import (
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
)

// followNo has the host discard what is open of a person who asked not to be contacted, whoever's it is. The seller who heard the
// no writes what they see; a colleague's prospect of the same person, one that comes out of the bin, and one that another computer
// has opened again without knowing are not theirs to write, and nobody would be alarmed by them or share them out.
func followNo(tx *store.Tx, column, id string) error {
	var open []held
	err := tx.Query().NewQuery(heldColumns + `
		JOIN contact c ON c.id = p.contact_id
		WHERE p.` + column + ` = {:id}
		AND p.deleted = 0
		AND p.status NOT IN ('discarded', 'closed')
		AND c.opposed_at IS NOT NULL
		ORDER BY p.n`).Bind(dbx.Params{"id": id}).All(&open)
	if err != nil || len(open) == 0 {
		return err
	}
	var reasons []string
	err = tx.Query().NewQuery(`
		SELECT id
		FROM discard_reason
		WHERE opposition = 1
		ORDER BY deleted, archived, position, id
		LIMIT 1`).Column(&reasons)
	if err != nil {
		return fmt.Errorf("look for opposition: %w", err)
	}
	if len(reasons) == 0 {
		return nil
	}
	return tx.As(store.System, func() error {
		for _, p := range open {
			if err := discardOpposed(tx, p, reasons[0]); err != nil {
				return err
			}
		}
		return nil
	})
}

// discardOpposed discards an open prospect of a person who asked not to be contacted.
func discardOpposed(tx *store.Tx, p held, reasonID string) error {
	if err := tx.Set("prospect", p.ID, store.Row{"status": StatusDiscarded, "reason_id": reasonID}); err != nil {
		return err
	}
	err := addEvent(tx, p.ID, EventStatus, map[string]any{"from": p.Status, "to": StatusDiscarded, "reason_id": reasonID})
	if err != nil {
		return err
	}
	return addEvent(tx, p.ID, EventOpposition, map[string]any{"reason_id": reasonID})
}

// openOpposed are those of the rows that are open prospects of somebody who asked not to be contacted.
func openOpposed(tx *store.Tx, rows []store.Ref) (ids map[string]bool, err error) {
	ids = map[string]bool{}
	for _, r := range rows {
		if r.Entity != "prospect" || ids[r.Row] {
			continue
		}
		open, err := exists(tx, `
			SELECT 1
			FROM prospect p
			JOIN contact c ON c.id = p.contact_id
			WHERE p.id = {:id}
			AND p.deleted = 0
			AND p.status NOT IN ('discarded', 'closed')
			AND c.opposed_at IS NOT NULL`, dbx.Params{"id": r.Row})
		if err != nil {
			return nil, fmt.Errorf("look for opposition: %w", err)
		}
		if open {
			ids[r.Row] = true
		}
	}
	return ids, nil
}
