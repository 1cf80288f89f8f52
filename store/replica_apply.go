package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/mutant"
)

// ApplyPage writes a page of the host into this replica: how own ops were settled, what to forget, and rows, below own ops
// that are still pending. It answers false, and writes nothing, when the page does not begin where the replica stands.
// *ResetError means that the page was applied and that the replica differs from the host all the same.
func (s *Store) ApplyPage(ctx context.Context, p Page) (applied bool, err error) {
	wrong := false
	err = s.writeSolo(ctx, System, func(tx *Tx) error {
		applied, wrong = false, false
		if p.From != s.replica.cursor && !mutant.On(mutant.PageWithoutFrom) {
			return nil
		}
		a := &applier{tx: tx, s: s, page: p}
		if err := a.apply(); err != nil {
			return err
		}
		applied = true
		if p.Check != nil && !p.More {
			wrong, err = a.differs(ctx)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("apply page: %w", err)
	}
	if wrong {
		return true, fmt.Errorf("apply page: %w", &ResetError{ResetCheckFailed})
	}
	if applied && !p.More {
		err = s.tidy(ctx)
	}
	return applied, err
}

// applier writes one page.
type applier struct {
	tx       *Tx
	s        *Store
	page     Page
	overlaid map[rowKey]bool // rows with pending ops, or that had some
	dirty    []rowKey        // of those, in order, to be written anew
	marked   map[rowKey]bool
	shown    map[rowKey]bool // roots that are in their table while the replica is being filled; nil before they are read
}

func (a *applier) apply() error {
	a.tx.touch()
	a.tx.logged = true
	a.s.clock.Observe(a.page.Clock)
	if err := a.s.stretchLog(); err != nil {
		return err
	}
	if err := a.readOverlaid(); err != nil {
		return err
	}
	if err := a.settle(a.page.Outcomes); err != nil {
		return err
	}
	for _, root := range a.page.Forget {
		if err := a.forget(root); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	for _, t := range a.page.Tables {
		if err := a.table(t); err != nil {
			return err
		}
	}
	if err := errors.Join(a.dropMoved(), a.rebuildAll()); err != nil {
		return err
	}
	if !a.page.More && a.s.replica.filling {
		if err := a.filled(); err != nil {
			return err
		}
	}
	if a.s.replica.orphaned && !a.page.More && !a.s.replica.filling {
		if err := a.dropOrphans(); err != nil {
			return err
		}
	}
	return a.stand()
}

// stretchLog lets the write-ahead log grow further while a replica is filled: what goes into it is not read from it soon.
func (s *Store) stretchLog() error {
	r := &s.replica
	if r.filling == r.stretched {
		return nil
	}
	pages := logPages
	if r.filling {
		pages = fillLogPages
	}
	s.guard.enter()
	defer s.guard.leave()
	if _, err := s.conn.ExecContext(context.Background(), "PRAGMA wal_autocheckpoint = "+strconv.Itoa(pages)); err != nil {
		return fmt.Errorf("stretch the log: %w", explain(err))
	}
	r.stretched = r.filling
	return nil
}

// readOverlaid lists the rows with pending ops.
func (a *applier) readOverlaid() error {
	a.overlaid, a.marked = map[rowKey]bool{}, map[rowKey]bool{}
	return a.each(a.s.st.member.overlaid, func(rows *sql.Rows) error {
		var k rowKey
		if err := rows.Scan(&k.entity, &k.id); err != nil {
			return err
		}
		a.overlaid[k] = true
		return nil
	})
}

// each runs one of the store's own queries and fn for each row.
func (a *applier) each(st *sql.Stmt, fn func(*sql.Rows) error, args ...any) error {
	a.s.guard.enter()
	defer a.s.guard.leave()
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return explain(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return explain(rows.Err())
}

// settle notes how own ops were settled. An outcome may come again, and may even have turned: the host was restored.
func (a *applier) settle(outcomes []OpOutcome) error {
	now := a.tx.now.UnixMilli()
	for _, o := range outcomes {
		var k rowKey
		var forgotten bool
		found, err := a.s.row(a.s.st.member.settle, []any{o.ID[:], int(o.Outcome), o.Reason, o.ByUser, o.ByAt, now}, &k.entity, &k.id, &forgotten)
		if err != nil {
			return fmt.Errorf("settle an op: %w", err)
		}
		if !found {
			continue
		}
		a.mark(k)
		if forgotten {
			a.s.replica.leaveTraces()
		}
		if o.Outcome == Applied && mutant.On(mutant.SettledNotKept) {
			if err := a.s.exec(a.s.st.member.dropOp, o.ID[:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// mark has a row written anew at the end.
func (a *applier) mark(k rowKey) {
	if a.marked == nil {
		a.marked = map[rowKey]bool{}
	}
	if !a.marked[k] {
		a.marked[k] = true
		a.dirty = append(a.dirty, k)
	}
}

func (a *applier) rebuildAll() error {
	for _, k := range a.dirty {
		if err := a.rebuild(k); err != nil {
			return fmt.Errorf("put pending ops on top: %w", err)
		}
	}
	a.dirty = nil
	return nil
}

// table writes the rows of one entity. An entity that this version does not know is left out: when a version comes that
// knows it, everything is read once more.
func (a *applier) table(t Table) error {
	e := a.s.entities[t.Entity]
	if e == nil || len(t.Columns) == 0 || t.Columns[0] != "id" {
		return nil
	}
	at := make([]int, len(t.Columns))
	var set uint64
	for i, name := range t.Columns {
		at[i] = -1
		if j, ok := e.index[name]; ok && slices.Contains(e.feed.columns, name) {
			at[i] = j
			set |= e.columns[j].bit
		}
	}
	for _, row := range t.Rows {
		values, err := e.arrange(t.Columns, at, row)
		if err != nil {
			return err
		}
		if err := a.put(e, values, set); err != nil {
			return fmt.Errorf("write %s: %w", e.name, err)
		}
	}
	return nil
}

// arrange puts a row's values where the table has its columns. What the table does not have goes into extra.
func (e *entity) arrange(columns []string, at []int, row []any) ([]any, error) {
	if len(row) != len(columns) {
		return nil, fmt.Errorf("store: a row of %s has %d values for %d columns", e.name, len(row), len(columns))
	}
	values := make([]any, len(e.columns))
	var extra map[string]any
	for i, v := range row {
		if at[i] < 0 {
			if extra == nil {
				extra = map[string]any{}
			}
			extra[columns[i]] = v
			continue
		}
		n, err := normal(&e.columns[at[i]], v)
		if err != nil {
			return nil, err
		}
		values[at[i]] = n
	}
	if extra == nil {
		return values, nil
	}
	i := e.index["extra"]
	if text, ok := values[i].(string); ok && text != "" {
		var had map[string]any
		if json.Unmarshal([]byte(text), &had) == nil {
			for name, v := range had {
				if _, given := extra[name]; !given {
					extra[name] = v
				}
			}
		}
	}
	text, err := json.Marshal(extra)
	if err != nil {
		return nil, fmt.Errorf("keep unknown fields of %s: %w", e.name, err)
	}
	values[i] = string(text)
	return values, nil
}

// put takes in one row of the host.
func (a *applier) put(e *entity, values []any, set uint64) error {
	id, _ := values[e.idAt].(string)
	k := rowKey{e.name, id}
	if e.isRoot() { // it may have been forgotten, and be the user's again
		if err := a.s.exec(a.s.st.member.recallOps, id); err != nil {
			return fmt.Errorf("recall ops: %w", err)
		}
	}
	if e.roots != "" && a.page.More {
		a.s.replica.orphaned = true // its root comes later, and may by then refer to something else
	}
	if a.overlaid[k] {
		if err := a.leavesKept(e, id, values); err != nil {
			return err
		}
		body := string(e.appendRow(nil, values, set))
		if err := a.s.exec(a.s.st.member.putBase, e.name, id, body); err != nil {
			return fmt.Errorf("keep the host's row: %w", err)
		}
		a.mark(k)
		return nil
	}
	a.touched(k)
	if e.isRoot() && a.s.replica.filling {
		return a.await(e, id, values)
	}
	if err := a.leaves(e, id, values); err != nil {
		return err
	}
	return a.write(e, values, set)
}

// await sets a root aside until everything under it is there. One that is on the screen is written at once: its author has
// made it here, goes on to edit it, and what waits would be written over their edit.
func (a *applier) await(e *entity, id string, values []any) error {
	if shown, err := a.isShown(rowKey{e.name, id}); err != nil {
		return err
	} else if shown {
		return a.write(e, values, e.feedSet())
	}
	if err := a.s.exec(a.s.st.member.await, e.name, id, string(e.fullRow(values))); err != nil {
		return fmt.Errorf("set a root aside: %w", err)
	}
	return nil
}

// isShown reports whether a root is in its table while a replica is being filled. Only those are that were made here and
// brought back when the replica began again: few, and read once for a page.
func (a *applier) isShown(k rowKey) (bool, error) {
	if a.shown == nil {
		a.shown = map[rowKey]bool{}
		for _, e := range a.s.feedOrder {
			if !e.isRoot() {
				continue
			}
			err := a.each(e.ids, func(rows *sql.Rows) error {
				shown := rowKey{entity: e.name}
				if err := rows.Scan(&shown.id); err != nil {
					return err
				}
				a.shown[shown] = true
				return nil
			})
			if err != nil {
				return false, fmt.Errorf("read which roots are shown: %w", err)
			}
		}
	}
	return a.shown[k], nil
}

// write inserts or updates a row. Two rows may hold, for the length of a page, what only one may hold; the one that gives
// it up is in the page too.
func (a *applier) write(e *entity, values []any, set uint64) error {
	st, err := e.upsertOf(a.s, set)
	if err != nil {
		return err
	}
	args := make([]any, 0, len(values))
	for i := range e.columns {
		if set&e.columns[i].bit != 0 {
			args = append(args, values[i])
		}
	}
	return a.s.exec(st, args...)
}

// upsertOf returns the statement that writes the columns of set of one row.
func (e *entity) upsertOf(s *Store, set uint64) (*sql.Stmt, error) {
	if st := e.upserts[set]; st != nil {
		return st, nil
	}
	var names, marks, sets []string
	for _, c := range e.columns {
		if set&c.bit == 0 {
			continue
		}
		names, marks = append(names, quote(c.name)), append(marks, "?")
		if c.name != "id" {
			sets = append(sets, quote(c.name)+" = excluded."+quote(c.name))
		}
	}
	st, err := s.prepare("INSERT INTO main." + quote(e.name) + " (" + strings.Join(names, ", ") + ", created_hlc) VALUES (" +
		strings.Join(marks, ", ") + ", 0) ON CONFLICT (id) DO UPDATE SET " + strings.Join(sets, ", "))
	if err != nil {
		return nil, fmt.Errorf("prepare upsert: %w", err)
	}
	e.upserts[set] = st
	return st, nil
}

// touched has subscribers told that a row has changed.
func (a *applier) touched(k rowKey) {
	if a.s.replica.filling {
		return
	}
	a.tx.ops = append(a.tx.ops, Op{TxID: a.tx.id, Entity: k.entity, Row: k.id, Outcome: Applied})
}

// filled lets the roots in that have waited.
func (a *applier) filled() error {
	type waiting struct{ entity, body string }
	var all []waiting
	err := a.each(a.s.st.member.waiting, func(rows *sql.Rows) error {
		var w waiting
		if err := rows.Scan(&w.entity, &w.body); err != nil {
			return err
		}
		all = append(all, w)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read roots that wait: %w", err)
	}
	if err := a.s.exec(a.s.derived.fill); err != nil {
		return fmt.Errorf("begin to let roots in: %w", err)
	}
	for _, w := range all {
		e := a.s.entities[w.entity]
		if e == nil {
			continue
		}
		values, err := e.readFull(w.body)
		if err != nil {
			return err
		}
		if err := a.write(e, values, e.feedSet()); err != nil {
			return fmt.Errorf("let a root in: %w", err)
		}
	}
	for _, st := range a.s.derived.filled {
		if err := a.s.exec(st); err != nil {
			return fmt.Errorf("derive what roots show: %w", err)
		}
	}
	if err := a.s.exec(a.s.st.member.clearWaiting); err != nil {
		return err
	}
	a.s.replica.filling, a.s.replica.orphaned = false, true
	a.tx.ops = append(a.tx.ops, Op{TxID: a.tx.id, Entity: EntityReplica, Outcome: Applied})
	return nil
}

// stand notes how far the replica has come.
func (a *applier) stand() error {
	r := &a.s.replica
	r.cursor, r.rest = a.page.To, a.page.Rest
	now := a.tx.now.UnixMilli()
	r.lastPage = now
	if !a.page.More {
		r.lastHead = now
	}
	return a.s.saveReplica()
}

// differs compares check sums, when nothing of this computer's own is on top.
func (a *applier) differs(ctx context.Context) (bool, error) {
	var pending bool
	if _, err := a.s.row(a.s.st.member.anyPending, nil, &pending); err != nil || pending {
		return false, err
	}
	a.s.guard.enter()
	defer a.s.guard.leave()
	sum, err := a.s.checkSum(context.WithoutCancel(ctx), a.s.conn, nil)
	return err == nil && sum != *a.page.Check, err
}

// Clock returns the greatest hybrid time that the writer has made or seen. For tests and figures; it waits for the writer.
func (s *Store) Clock(ctx context.Context) (last hlc.Time, err error) {
	_, err = s.Write(ctx, System, func(*Tx) error {
		last = s.clock.Last()
		return nil
	})
	return last, err
}
