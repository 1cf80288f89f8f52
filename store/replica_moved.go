package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
)

// dropMoved takes away what has moved out of the user's sight while its root stayed, or came back: a phone that went to
// another contact when two that had been one were parted. Of what became the user's, or was given anew, the page has
// everything, so what is here beside that is somebody else's now, or comes again on a later page. Nothing else has to be
// known of how it came about: whoever holds a contact when something leaves it is given it anew, and whoever lost it before
// that is given it anew with the next root that refers to it. Rows that were made here, and that the host has not told of,
// stay.
func (a *applier) dropMoved() error {
	if len(a.page.Whole) == 0 {
		return nil
	}
	whole, err := json.Marshal(a.page.Whole)
	if err != nil {
		return fmt.Errorf("list what has come whole: %w", err)
	}
	for _, e := range a.s.feedOrder {
		if e.beneath == nil {
			continue
		}
		if err := a.dropBeside(e, string(whole)); err != nil {
			return fmt.Errorf("drop what has moved of %s: %w", e.name, err)
		}
	}
	return nil
}

// dropBeside removes the rows of an entity that are under what has come whole and that the page does not bring.
func (a *applier) dropBeside(e *entity, whole string) error {
	brought := a.brought(e)
	var gone []string
	err := a.each(e.beneath, func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if !brought[id] {
			gone = append(gone, id)
		}
		return nil
	}, whole)
	if err != nil {
		return err
	}
	for _, id := range gone {
		a.s.replica.leaveTraces()
		if err := a.s.exec(a.s.st.member.dropBase, e.name, id); err != nil {
			return err
		}
		if err := a.deleteRow(e, id); err != nil {
			return err
		}
		a.touched(rowKey{e.name, id})
	}
	return nil
}

// brought are the rows of an entity in the page.
func (a *applier) brought(e *entity) map[string]bool {
	ids := map[string]bool{}
	for _, t := range a.page.Tables {
		if t.Entity != e.name {
			continue
		}
		for _, row := range t.Rows {
			id, _ := row[0].(string)
			ids[id] = true
		}
	}
	return ids
}
