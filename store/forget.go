package store

import (
	"context"
	"database/sql"
	"fmt"
)

// forget removes a root and everything under it: rows, what lists and search hold of them, kept rows, and the values of
// settled ops. Ops that are still pending go on to the host, and lose their values when they are settled.
func (a *applier) forget(root string) error {
	a.s.replica.leaveTraces()
	a.s.replica.orphaned = true // what the root referred to may have lost its last one
	for i := len(a.s.feedOrder) - 1; i >= 0; i-- {
		if e := a.s.feedOrder[i]; e.root != everyRoot && e.roots == "" {
			if err := a.forgetUnder(e, root); err != nil {
				return err
			}
		}
	}
	if err := a.forgetOps(root); err != nil {
		return err
	}
	a.tx.ops = append(a.tx.ops, Op{TxID: a.tx.id, Entity: EntityScope, Row: root, Outcome: Applied})
	return nil
}

// forgetUnder removes the rows of one entity under a root.
func (a *applier) forgetUnder(e *entity, root string) error {
	if err := a.s.exec(e.forgetBase, e.name, root); err != nil {
		return fmt.Errorf("forget kept rows of %s: %w", e.name, err)
	}
	if err := a.s.exec(e.forget, root); err != nil {
		return fmt.Errorf("forget %s: %w", e.name, err)
	}
	if e.isRoot() {
		return a.s.exec(a.s.st.member.dropWaiting, e.name, root)
	}
	return nil
}

func (a *applier) forgetOps(root string) error {
	if err := a.s.exec(a.s.st.member.forgetOps, root); err != nil {
		return fmt.Errorf("forget ops: %w", err)
	}
	if err := a.s.exec(a.s.st.member.eraseOps, root); err != nil {
		return fmt.Errorf("erase ops: %w", err)
	}
	return nil
}

// dropUnreferred forgets a contact that no root refers to any more.
func (a *applier) dropUnreferred(id string) error {
	for _, e := range a.s.feedOrder {
		if e.referred == nil {
			continue
		}
		var referred bool
		if _, err := a.s.row(e.referred, []any{sql.Named("root", id)}, &referred); err != nil || referred {
			return err
		}
	}
	for i := len(a.s.feedOrder) - 1; i >= 0; i-- {
		if e := a.s.feedOrder[i]; e.roots != "" {
			if err := a.forgetUnder(e, id); err != nil {
				return err
			}
		}
	}
	return a.forgetOps(id)
}

// leaves notes that a root, as it is about to be written or, with nil, removed, no longer refers to what it refers to now:
// that may have lost its last one.
func (a *applier) leaves(e *entity, id string, values []any) error {
	if !e.isRoot() || a.s.replica.orphaned {
		return nil
	}
	before, err := a.tx.current(e, id)
	if err != nil {
		return err
	}
	a.compare(e, before, values)
	return nil
}

// leavesKept does so for the host's version of a root with pending ops.
func (a *applier) leavesKept(e *entity, id string, values []any) error {
	if !e.isRoot() || a.s.replica.orphaned {
		return nil
	}
	var body *string
	kept, err := a.s.row(a.s.st.member.base, []any{e.name, id}, &body)
	if err != nil || !kept || body == nil {
		return err
	}
	before, err := e.readFull(*body)
	if err != nil {
		return err
	}
	a.compare(e, before, values)
	return nil
}

func (a *applier) compare(e *entity, before, after []any) {
	if before == nil {
		return
	}
	for i := range e.columns {
		if to := e.columns[i].refers; to != nil && to.roots != "" && (after == nil || before[i] != after[i]) {
			a.s.replica.orphaned = true
		}
	}
}

// dropOrphans forgets every contact that no root refers to and that the host has told of, also one of which only a phone has
// come: the contact was changed again, and its root was lost before that page. The ops of one that was made here go as well,
// or they would be sent again without their root when the host comes back from a copy; but not those of one that the host has
// refused with its root, which stay with their author, and are sent again as they were made: together. Only at the head: before that the root may be
// on a later page than what it refers to, because it was changed again.
func (a *applier) dropOrphans() error {
	a.s.replica.orphaned = false
	for _, e := range a.s.feedOrder {
		if e.orphans == nil {
			continue
		}
		var ids []string
		err := a.each(e.orphans, func(rows *sql.Rows) error {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
			return nil
		})
		if err != nil {
			return fmt.Errorf("look for orphans of %s: %w", e.name, err)
		}
		for _, id := range ids {
			a.s.replica.leaveTraces()
			if err := a.dropUnreferred(id); err != nil {
				return err
			}
		}
	}
	return nil
}

// deleteRow removes a row that the host does not have. It is marked as removed first: lists and search follow from that.
func (a *applier) deleteRow(e *entity, id string) error {
	for _, st := range []*sql.Stmt{e.retire, e.remove} {
		if err := a.s.exec(st, id); err != nil {
			return fmt.Errorf("remove %s: %w", e.name, err)
		}
	}
	return nil
}

// prepareForget prepares what only a member does to rows: they go for good.
func (e *entity) prepareForget(s *Store) error {
	table := "main." + quote(e.name)
	texts := map[**sql.Stmt]string{
		&e.clear:  "DELETE FROM " + table,
		&e.retire: "UPDATE " + table + " SET deleted = 1 WHERE id = ? AND deleted = 0",
		&e.remove: "DELETE FROM " + table + " WHERE id = ?",
	}
	if e.root != everyRoot {
		texts[&e.forget] = "DELETE FROM " + table + " WHERE " + quote(e.root) + " = ?"
		texts[&e.forgetBase] = "DELETE FROM main.base_row WHERE entity = ? AND row_id IN (SELECT id FROM " + table + " WHERE " + quote(e.root) + " = ?)"
	}
	if e.isRoot() {
		texts[&e.ids] = "SELECT id FROM " + table
	}
	if e.roots != "" && e.root != "id" {
		texts[&e.beneath] = "SELECT id FROM " + table + " WHERE " + quote(e.root) + " IN (SELECT value FROM json_each(?)) AND rev > 0"
	}
	if e.roots != "" && e.root == "id" {
		texts[&e.referred] = "SELECT EXISTS (" + e.roots + ")"
	}
	if e.roots != "" {
		root := "e." + quote(e.root)
		texts[&e.orphans] = "SELECT DISTINCT " + root + " FROM " + table + " e WHERE e.rev > 0 AND NOT EXISTS (" + replaceRoot(e.roots, root) + ")"
		if s.opts.Member { // of one that was made here and lost before it came back from the host, the ops alone are left
			texts[&e.orphans] += " UNION SELECT o.root_id FROM main.outbox o WHERE o.entity = '" + e.name +
				"' AND o.state IN (1, 2, 3) AND o.forgotten = 0 AND NOT EXISTS (" + replaceRoot(e.roots, "o.root_id") + ")" +
				" AND NOT EXISTS (SELECT 1 FROM main.outbox r WHERE r.root_id = o.root_id AND r.entity = '" + e.name + "' AND r.row_id = o.root_id AND r.field = '' AND r.state = 3)"
		}
	}
	for target, text := range texts {
		var err error
		if *target, err = s.prepare(text); err != nil {
			return err
		}
	}
	return nil
}

// loadIndexes finds the full-text indexes, which keep words of deleted rows until their segments are merged.
func (s *Store) loadIndexes(ctx context.Context) error {
	rows, err := s.conn.QueryContext(ctx, "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'")
	if err != nil {
		return fmt.Errorf("list indexes: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return fmt.Errorf("list indexes: %w", err)
		}
		s.optimizeIndexes = append(s.optimizeIndexes, "INSERT INTO main."+quote(name)+" ("+quote(name)+") VALUES ('optimize')")
	}
	return explain(rows.Err())
}
