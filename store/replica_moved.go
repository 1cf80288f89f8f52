package store

import (
	"database/sql"
	"fmt"
	"slices"
)

// dropMoved takes away what has moved out of the user's sight without its root: a phone that went back to another contact
// when two that had been one were parted. A root that the page both takes and brings comes with all that is under what it
// refers to, so what is there beside that is somebody else's now. Rows that were made here, and that the host has not told
// of, stay.
//
// A root that was changed again after it was taken comes on a later page, and what it refers to on this one: then what it
// referred to here is looked at, if nothing else refers to it and the page brings something of it.
func (a *applier) dropMoved() error {
	if len(a.page.Forget) == 0 || a.s.replica.filling {
		return nil
	}
	referred := a.referredAnew()
	for id := range a.loose {
		if a.brings(id) {
			referred[id] = true
		}
	}
	if len(referred) == 0 {
		return nil
	}
	for _, e := range a.s.feedOrder {
		if e.beneath == nil {
			continue
		}
		brought := a.brought(e)
		for id := range referred {
			if err := a.dropBeside(e, id, brought); err != nil {
				return fmt.Errorf("drop what has moved of %s: %w", e.name, err)
			}
		}
	}
	return nil
}

// referredAnew is what the roots refer to that the page takes and brings again.
func (a *applier) referredAnew() map[string]bool {
	taken := map[string]bool{}
	for _, root := range a.page.Forget {
		taken[root] = true
	}
	referred := map[string]bool{}
	for _, t := range a.page.Tables {
		e := a.s.entities[t.Entity]
		if e == nil || !e.isRoot() {
			continue
		}
		for at, name := range t.Columns {
			if i, ok := e.index[name]; !ok || e.columns[i].refers == nil || e.columns[i].refers.roots == "" {
				continue
			}
			for _, row := range t.Rows {
				id, _ := row[0].(string)
				if to, _ := row[at].(string); taken[id] && to != "" {
					referred[to] = true
				}
			}
		}
	}
	return referred
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

// dropBeside removes the rows under a contact that the page does not bring.
func (a *applier) dropBeside(e *entity, contact string, brought map[string]bool) error {
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
	}, contact)
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

// forgetRoots forgets the roots that the page takes, and notes what nothing refers to any more.
func (a *applier) forgetRoots() error {
	a.loose = map[string]bool{}
	for _, root := range a.page.Forget {
		if err := a.noteReferred(root); err != nil {
			return err
		}
	}
	for _, root := range a.page.Forget {
		if err := a.forget(root); err != nil {
			return err
		}
	}
	for id := range a.loose {
		for _, e := range a.s.feedOrder {
			if e.referred == nil {
				continue
			}
			var referred bool
			if _, err := a.s.row(e.referred, []any{sql.Named("root", id)}, &referred); err != nil {
				return err
			}
			if referred {
				delete(a.loose, id)
			}
		}
	}
	return nil
}

// noteReferred notes what a root refers to here.
func (a *applier) noteReferred(root string) error {
	for _, e := range a.s.feedOrder {
		if !e.isRoot() {
			continue
		}
		values, err := a.tx.current(e, root)
		if err != nil {
			return err
		}
		for i := range values {
			if to := e.columns[i].refers; to != nil && to.roots != "" {
				if id, _ := values[i].(string); id != "" {
					a.loose[id] = true
				}
			}
		}
	}
	return nil
}

// brings reports whether the page has a contact, or something under it.
func (a *applier) brings(contact string) bool {
	for _, t := range a.page.Tables {
		e := a.s.entities[t.Entity]
		if e == nil || e.roots == "" {
			continue
		}
		at := slices.Index(t.Columns, e.root)
		if at < 0 {
			continue
		}
		for _, row := range t.Rows {
			if id, _ := row[at].(string); id == contact {
				return true
			}
		}
	}
	return false
}
