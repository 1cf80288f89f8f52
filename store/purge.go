package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// DefaultPurge is how long an office keeps what: two years of who wrote what, ninety days more of how it was settled, so
// that a computer that was away all that time doubles nothing, and a month of what was
// removed: that is how long the bin promises to keep it.
var DefaultPurge = PurgePolicy{LogValues: 730 * 24 * time.Hour, LogLines: 820 * 24 * time.Hour, Tombstones: 30 * 24 * time.Hour}

// PurgeLog takes away what is older than the policy says. On the host those are values and lines of the log, removed rows,
// and ended grants; a replica that has not heard of these by then begins again. The audit table is not touched. On a
// member it drops ops that were settled long ago, whatever the policy.
func (s *Store) PurgeLog(ctx context.Context, p PurgePolicy) (r PurgeReport, err error) {
	if s.opts.Member {
		r.Lines, err = s.purgeOutbox(ctx)
		return r, err
	}
	for _, step := range []struct {
		after time.Duration
		count *int64
		st    *sql.Stmt
	}{{p.LogValues, &r.Values, s.st.purge.values}, {p.LogLines, &r.Lines, s.st.purge.lines}} {
		if err := s.purgeLog(ctx, step.after, step.st, step.count); err != nil {
			return r, fmt.Errorf("purge the log: %w", err)
		}
	}
	removed := PurgeReport{}
	_, err = s.Write(ctx, System, func(tx *Tx) error {
		removed = PurgeReport{}
		return tx.purgeRemoved(p, &removed)
	})
	if err != nil {
		return r, fmt.Errorf("purge: %w", err)
	}
	r.Rows, r.Grants = removed.Rows, removed.Grants
	return r, nil
}

// purgeLines is how much of the log goes in one write: after a long time there is much, and others want to write.
var purgeLines int64 = 5000

// purgeLog runs a statement over the lines of commits that are older than age, some at a time, the oldest first.
func (s *Store) purgeLog(ctx context.Context, age time.Duration, st *sql.Stmt, count *int64) error {
	from, done := int64(0), false
	for !done {
		next, n := from, int64(0)
		_, err := s.Write(ctx, System, func(tx *Tx) error {
			next, n, done = from, 0, true
			to, err := tx.revBefore(age)
			if err != nil || to == 0 {
				return err
			}
			var line int64
			if found, err := s.row(s.st.purge.line, []any{from, to}, &line); err != nil || !found {
				return err
			}
			next, done = line-1+purgeLines, false
			n, err = s.execCount(st, line-1, next, to)
			return err
		})
		if err != nil {
			return err
		}
		*count += n
		from = next
	}
	return nil
}

// purgeRemoved takes removed rows and ended grants away, in one write with the note of it that pages look at.
func (tx *Tx) purgeRemoved(p PurgePolicy, r *PurgeReport) error {
	st := &tx.s.st.purge
	to, err := tx.revBefore(p.Tombstones)
	if err != nil || to == 0 {
		return err
	}
	if r.Grants, err = tx.s.execCount(st.grants, to); err != nil {
		return err
	}
	for _, e := range tx.s.feedOrder { // children before their roots
		for _, st := range e.purge {
			if err := tx.s.exec(st.clocks, to); err != nil {
				return err
			}
			n, err := tx.s.execCount(st.rows, to)
			if err != nil {
				return err
			}
			r.Rows += n
		}
	}
	if r.Grants+r.Rows == 0 {
		return nil
	}
	if err := tx.s.exec(tx.s.st.putState, statePurgedTo, to); err != nil {
		return err
	}
	// A commit of its own: a page that was cut before the purge is not to look like one that was read after it.
	tx.touch()
	tx.logged = true
	return tx.s.exec(tx.s.st.putState, statePurgedAt, tx.rev)
}

// revBefore is the last commit that is older than age; 0 for none, and for an age of 0.
func (tx *Tx) revBefore(age time.Duration) (rev int64, err error) {
	if age <= 0 {
		return 0, nil
	}
	_, err = tx.s.row(tx.s.st.purge.revBefore, []any{tx.now.Add(-age).UnixMilli()}, &rev)
	return rev, err
}

// purgeStatements are those of PurgeLog on the host.
type purgeStatements struct {
	revBefore, line, values, lines, grants *sql.Stmt
}

func (p *purgeStatements) add(texts map[**sql.Stmt]string) {
	texts[&p.revBefore] = "SELECT coalesce(max(rev), 0) FROM main.commits WHERE at < ?"
	texts[&p.line] = "SELECT n FROM (SELECT n, rev FROM main.op_log WHERE n > ?1 ORDER BY n LIMIT 1) WHERE rev <= ?2"
	texts[&p.values] = `UPDATE main.op_log SET value = NULL, before = NULL
		WHERE n > ?1 AND n <= ?2 AND rev <= ?3 AND (value IS NOT NULL OR before IS NOT NULL)`
	texts[&p.lines] = "DELETE FROM main.op_log WHERE n > ?1 AND n <= ?2 AND rev <= ?3 AND outcome_rev <= ?3"
	texts[&p.grants] = "DELETE FROM main.scope WHERE active = 0 AND revoked_rev <= ?"
}

// purgeOf takes rows away, and before them the clocks of their fields: a row that is told again starts anew, and what was written
// to the one before is not to win over what its maker did with it.
type purgeOf struct{ clocks, rows *sql.Stmt }

// preparePurge prepares how removed rows go: with a root everything under it.
func (e *entity) preparePurge(s *Store) error {
	table := "main." + quote(e.name)
	wheres := []string{"deleted = 1 AND rev <= ?"}
	for _, root := range s.entities {
		if root.root == "id" && e.root != "id" && e.root != everyRoot && (root.roots == "") == (e.roots == "") {
			wheres = append(wheres, quote(e.root)+" IN (SELECT id FROM main."+quote(root.name)+" WHERE deleted = 1 AND rev <= ?)")
		}
	}
	for _, where := range wheres {
		clocks, err := s.prepare("DELETE FROM main.field_clock WHERE entity = '" + e.name + "' AND row_id IN (SELECT id FROM " + table + " WHERE " + where + ")")
		if err != nil {
			return err
		}
		rows, err := s.prepare("DELETE FROM " + table + " WHERE " + where)
		if err != nil {
			return err
		}
		e.purge = append(e.purge, purgeOf{clocks, rows})
	}
	return nil
}
