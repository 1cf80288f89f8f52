package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sitegroup.mx/crm/store/hlc"
)

// logTables are the tables beside the replicated ones that only the store writes.
var logTables = []string{"commits", "op_log", "field_clock", "scope", "store_state", "entity", "outbox", "base_row", "waiting_row", "filling", "derived", "goose_db_version"}

// statements are the store's own, prepared once on the writer's connection and never reachable by their text.
type statements struct {
	begin, commit, rollback        *sql.Stmt
	savepoint, release, rollbackTo *sql.Stmt
	insertCommit                   *sql.Stmt
	opByID, knownOps, announce     *sql.Stmt
	clocks                         *sql.Stmt
	burst                          burstStatements
	scopeActive, grant, revoke     *sql.Stmt
	regrant, lostAt                *sql.Stmt
	inner, innerEnd, innerUndo     *sql.Stmt
	putState                       *sql.Stmt
	opsOfTx, laterOps, wroteOfTx   *sql.Stmt
	member                         memberStatements
	purge                          purgeStatements
}

const insertOps = `INSERT INTO main.op_log (op_id, tx_id, device_id, user_id, hlc, hlc_claimed, base_rev,
		entity, row_id, field, value, before, rev, outcome, reason, outcome_rev) VALUES `

// hostLaterOps lists what was written to a row after a place of the log. It goes by the row: from an old place on, the log is
// nearly all of the log, and 10,000 changes that are taken back would read it 10,000 times.
const hostLaterOps = `SELECT o.tx_id, c.undoes, c.device_id
		FROM main.op_log o INDEXED BY op_row
		CROSS JOIN main.commits c ON c.rev = o.rev
		WHERE o.entity = ?1
		AND o.row_id = ?2
		AND o.rev >= ?3
		AND o.n > ?4
		AND (?5 IS NULL OR o.field = ?5)
		AND o.outcome = 1
		ORDER BY o.n`

func (s *Store) prepareStatements() (*statements, error) {
	st := &statements{}
	texts := map[**sql.Stmt]string{
		&st.begin:      "BEGIN IMMEDIATE",
		&st.commit:     "COMMIT",
		&st.rollback:   "ROLLBACK",
		&st.savepoint:  "SAVEPOINT one_write",
		&st.release:    "RELEASE one_write",
		&st.rollbackTo: "ROLLBACK TO one_write",
		&st.insertCommit: `INSERT INTO main.commits (rev, nonce, at, tx_id, user_id, device_id, undoes)
			VALUES (?, ?, ?, ?, ?, ?, ?)`,
		&st.opByID: "SELECT outcome FROM main.op_log WHERE op_id = ?",
		&st.knownOps: `WITH RECURSIVE id (at) AS (
				SELECT 1
				WHERE length(:ids) > 0
				UNION ALL
				SELECT at + 16
				FROM id
				WHERE at + 16 < length(:ids))
			SELECT o.op_id
			FROM id
			CROSS JOIN main.op_log o ON o.op_id = substr(:ids, id.at, 16)`,
		&st.announce:    "UPDATE main.op_log SET outcome_rev = ? WHERE op_id = ?",
		&st.clocks:      "SELECT field, hlc, device_id FROM main.field_clock WHERE entity = ? AND row_id = ?",
		&st.scopeActive: "SELECT active FROM main.scope WHERE user_id = ? AND root_id = ?",
		&st.grant: `INSERT INTO main.scope (user_id, root_id, granted_rev, active)
			VALUES (?, ?, ?, 1)
			ON CONFLICT DO UPDATE SET granted_rev = excluded.granted_rev, active = 1`,
		&st.revoke:  "UPDATE main.scope SET active = 0, revoked_rev = ?3 WHERE user_id = ?1 AND root_id = ?2",
		&st.regrant: "UPDATE main.scope SET granted_rev = ?2, revoked_rev = ?2 WHERE root_id = ?1 AND active = 1",
		&st.lostAt: `SELECT c.at
			FROM main.scope s
			JOIN main.commits c ON c.rev = s.revoked_rev
			WHERE s.user_id = ?1
			AND s.root_id = ?2
			AND s.active = 0
			AND s.granted_rev <= ?3
			AND s.revoked_rev > ?3`,
		&st.inner:     "SAVEPOINT one_push",
		&st.innerEnd:  "RELEASE one_push",
		&st.innerUndo: "ROLLBACK TO one_push",
		&st.putState: `INSERT INTO main.store_state (k, v)
			VALUES (?, ?)
			ON CONFLICT DO UPDATE SET v = excluded.v`,
		&st.opsOfTx: `SELECT o.n, o.entity, o.row_id, o.field, o.before, o.value, o.user_id, o.rev
			FROM main.op_log o
			WHERE o.tx_id = ?
			AND o.outcome = 1
			AND o.value IS NOT NULL
			ORDER BY o.n`,
		&st.wroteOfTx: `SELECT n, entity, row_id, field, value, outcome = 1, rev
			FROM main.op_log
			WHERE tx_id = ?
			AND value IS NOT NULL
			ORDER BY n`,
		&st.laterOps: hostLaterOps,
	}
	st.burst.add(texts)
	if s.opts.Member {
		st.member.add(texts)
		texts[&st.opsOfTx], texts[&st.laterOps] = memberOpsOfTx, memberLaterOps
	} else {
		st.purge.add(texts)
	}
	for target, text := range texts {
		var err error
		if *target, err = s.prepare(text); err != nil {
			return nil, fmt.Errorf("prepare %q: %w", text, err)
		}
	}
	return st, nil
}

// Keys of store_state.
const (
	stateClock    = "hlc"
	statePurgedTo = "purged_to" // the last commit of which removed rows and ended grants are no longer told
	statePurgedAt = "purged_at" // the head at that purge
)

// loadState reads where the last run ended.
func (s *Store) loadState(ctx context.Context) error {
	text := "SELECT coalesce(max(rev), 0) FROM main.commits"
	if s.opts.Member {
		text = "SELECT coalesce((SELECT v FROM main.store_state WHERE k = '" + stateLocalRev + "'), 0)"
	}
	if err := s.conn.QueryRowContext(ctx, text).Scan(&s.rev); err != nil {
		return fmt.Errorf("read last revision: %w", err)
	}
	var last int64
	err := s.conn.QueryRowContext(ctx, "SELECT v FROM main.store_state WHERE k = ?", stateClock).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read clock: %w", err)
	}
	s.clock = hlc.NewClock(hlc.Time(last))
	if s.opts.Member {
		return s.loadReplica(ctx)
	}
	return nil
}

// exec runs one of the store's own statements inside the running transaction.
func (s *Store) exec(st *sql.Stmt, args ...any) error {
	if err := s.alive(); err != nil {
		return err
	}
	return s.execAlways(st, args...)
}

// execCount runs one of the store's own statements and returns how many rows it changed.
func (s *Store) execCount(st *sql.Stmt, args ...any) (int64, error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	s.guard.enter()
	defer s.guard.leave()
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, explain(err)
	}
	return res.RowsAffected()
}

// execAlways runs one of the store's own statements, also outside a transaction.
func (s *Store) execAlways(st *sql.Stmt, args ...any) error {
	s.guard.enter()
	defer s.guard.leave()
	_, err := st.ExecContext(context.Background(), args...)
	return explain(err)
}

// prepare prepares one of the store's own statements. It is kept until Close, which must close each: one left open would
// keep the file open behind database/sql's back.
func (s *Store) prepare(text string) (*sql.Stmt, error) {
	s.guard.enter()
	defer s.guard.leave()
	st, err := s.conn.PrepareContext(context.Background(), text)
	if err != nil {
		return nil, explain(err)
	}
	s.prepared = append(s.prepared, st)
	return st, nil
}

// row runs one of the store's own queries that answers at most one row; found tells whether it did.
func (s *Store) row(st *sql.Stmt, args []any, into ...any) (found bool, err error) {
	s.guard.enter()
	defer s.guard.leave()
	err = st.QueryRowContext(context.Background(), args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, explain(err)
}
