package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sitegroup.mx/crm/store/mutant"
)

// EntityReplica is the entity of the op that tells subscribers that all of a replica has been read anew.
const EntityReplica = "replica"

// Keys of store_state on a member.
const (
	stateLocalRev = "local_rev"
	statePos      = "pos"
	stateHead     = "head"
	stateNonce    = "nonce"
	stateFilling  = "filling"
	stateRest     = "rest"
	stateLastPage = "last_page"
	stateLastHead = "last_head"
	stateScrub    = "scrub"
	stateOrphaned = "orphaned"
	stateSchema   = "schema" // the schema with which the rows were read
	stateOffice   = "office."
)

// replica is where a member stands. It belongs to the writer's goroutine.
type replica struct {
	cursor             Cursor
	filling            bool
	scrub              bool // something was forgotten whose traces are still in the file
	rewritten          bool // they are in its log alone
	orphaned           bool // something may have lost its last root
	stretched          bool // the log may grow further than usual
	rest               int64
	lastPage, lastHead int64
	schema             int64
}

func (r *replica) keys() map[string]*int64 {
	return map[string]*int64{
		statePos: &r.cursor.Pos, stateHead: &r.cursor.Head, stateNonce: &r.cursor.Nonce, stateRest: &r.rest,
		stateLastPage: &r.lastPage, stateLastHead: &r.lastHead, stateSchema: &r.schema,
	}
}

// loadReplica reads where the last run ended. A new replica is to be filled; one whose rows were read by an older version
// reads everything once more, on top of what it has.
func (s *Store) loadReplica(ctx context.Context) error {
	r := &s.replica
	for key, into := range r.keys() {
		if err := s.loadInt(ctx, key, into); err != nil {
			return err
		}
	}
	var filling, scrub, orphaned int64
	err := errors.Join(s.loadInt(ctx, stateFilling, &filling), s.loadInt(ctx, stateScrub, &scrub), s.loadInt(ctx, stateOrphaned, &orphaned))
	if err != nil {
		return err
	}
	r.orphaned = orphaned == 1
	r.filling, r.scrub = filling == 1 || r.cursor == Cursor{} && r.lastHead == 0, scrub == 1
	latest, err := latestVersion()
	if err != nil {
		return err
	}
	if r.schema == latest {
		return nil
	}
	r.cursor, r.schema = r.cursor.anew(), latest
	_, err = s.conn.ExecContext(ctx, "INSERT INTO main.store_state (k, v) VALUES (?, ?), (?, ?), (?, ?), (?, ?) ON CONFLICT DO UPDATE SET v = excluded.v",
		statePos, r.cursor.Pos, stateHead, r.cursor.Head, stateNonce, r.cursor.Nonce, stateSchema, latest)
	if err != nil {
		return fmt.Errorf("have everything read once more: %w", explain(err))
	}
	return nil
}

// anew is the cursor of who reads everything once more on top of what it has read up to c. It still says where that was, so
// that the host can tell whether it has dropped since what the replica does not know, or given its user another role. Who
// had not read everything up to the head names no commit, and is told to begin again with nothing.
func (c Cursor) anew() Cursor {
	switch {
	case c.Pos == 0: // nothing yet, or once more already
	case c.Pos < c.Head:
		c.Nonce = 0
	}
	c.Pos = 0
	return c
}

func (s *Store) loadInt(ctx context.Context, key string, into *int64) error {
	err := s.conn.QueryRowContext(ctx, "SELECT v FROM main.store_state WHERE k = ?", key).Scan(into)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read %s: %w", key, explain(err))
	}
	return nil
}

// saveReplica writes the standing in the transaction that changes it.
func (s *Store) saveReplica() error {
	r := &s.replica
	values := map[string]int64{stateFilling: flag(r.filling), stateScrub: flag(r.scrub), stateOrphaned: flag(r.orphaned)}
	for key, v := range r.keys() {
		values[key] = *v
	}
	for key, v := range values {
		if err := s.exec(s.st.putState, key, v); err != nil {
			return fmt.Errorf("save %s: %w", key, err)
		}
	}
	return nil
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

// Replica reads where a member stands.
func (s *Store) Replica(ctx context.Context) (ReplicaState, error) {
	var r ReplicaState
	var filling, lastPage, lastHead, oldest sql.NullInt64
	err := s.readDB.QueryRowContext(ctx, `SELECT
			coalesce((SELECT v FROM store_state WHERE k = 'pos'), 0),
			coalesce((SELECT v FROM store_state WHERE k = 'head'), 0),
			coalesce((SELECT v FROM store_state WHERE k = 'nonce'), 0),
			(SELECT v FROM store_state WHERE k = 'filling'),
			coalesce((SELECT v FROM store_state WHERE k = 'rest'), 0),
			(SELECT v FROM store_state WHERE k = 'last_page'),
			(SELECT v FROM store_state WHERE k = 'last_head'),
			(SELECT count(DISTINCT tx_id) FROM outbox WHERE state IN (0, 4)),
			(SELECT count(DISTINCT tx_id) FROM outbox WHERE state = 4),
			(SELECT count(*) FROM outbox WHERE state = 3 AND dismissed = 0),
			(SELECT count(*) FROM outbox WHERE state = 2 AND dismissed = 0 AND reason <> '`+ReasonSame+`'),
			(SELECT min(at) FROM outbox WHERE state IN (0, 4))`).Scan(
		&r.Cursor.Pos, &r.Cursor.Head, &r.Cursor.Nonce, &filling, &r.Rest, &lastPage, &lastHead,
		&r.Unsettled, &r.Held, &r.Refused, &r.Superseded, &oldest)
	if err != nil {
		return ReplicaState{}, fmt.Errorf("read the replica's standing: %w", explain(err))
	}
	r.Filling = filling.Int64 == 1 || !filling.Valid
	r.LastPage, r.LastHead, r.OldestUnsettled = millis(lastPage), millis(lastHead), millis(oldest)
	return r, nil
}

// Rows counts the rows of the replicated tables: how much of a replica there is while it is being filled.
func (s *Store) Rows(ctx context.Context) (total int64, err error) {
	for name := range s.entities {
		var n int64
		if err := s.readDB.QueryRowContext(ctx, "SELECT count(*) FROM "+quote(name)).Scan(&n); err != nil {
			return 0, fmt.Errorf("count rows: %w", explain(err))
		}
		total += n
	}
	return total, nil
}

func millis(v sql.NullInt64) time.Time {
	if v.Int64 == 0 {
		return time.Time{}
	}
	return time.UnixMilli(v.Int64).UTC()
}

// Reset empties the replica, so that it is read anew, and has the ops that are still kept sent again, 50,000 at most: the
// host that settled them may be gone. How old they are is not asked, because a clock that is far ahead at this moment would
// lose them; PurgeLog drops them after 45 days. Pending ops stay, and so do the rows that they have made.
func (s *Store) Reset(ctx context.Context) error {
	err := s.writeSolo(ctx, System, func(tx *Tx) error {
		tx.touch()
		tx.logged = true
		a := &applier{tx: tx, s: s}
		r := &s.replica
		r.cursor, r.rest, r.filling = Cursor{}, 0, true
		if !mutant.On(mutant.ResetKeepsRows) {
			if err := a.clear(); err != nil {
				return err
			}
		}
		if err := s.exec(s.st.member.unsettle, outboxMost); err != nil {
			return fmt.Errorf("take up settled ops: %w", err)
		}
		if err := a.remake(); err != nil {
			return err
		}
		tx.ops = append(tx.ops, Op{TxID: tx.id, Entity: EntityReplica, Outcome: Applied})
		return s.saveReplica()
	})
	if err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	return nil
}

// Wipe empties the replica for good, outbox and all, and leaves no trace of it in the file. It is for a computer that was
// revoked, until its file is deleted.
func (s *Store) Wipe(ctx context.Context) error {
	err := s.writeSolo(ctx, System, func(tx *Tx) error {
		tx.touch()
		tx.logged = true
		a := &applier{tx: tx, s: s}
		if err := a.clear(); err != nil {
			return err
		}
		if err := s.exec(s.st.member.clearOutbox); err != nil {
			return fmt.Errorf("empty outbox: %w", err)
		}
		s.replica.cursor, s.replica.rest, s.replica.filling = Cursor{}, 0, true
		s.replica.leaveTraces()
		tx.ops = append(tx.ops, Op{TxID: tx.id, Entity: EntityReplica, Outcome: Applied})
		return s.saveReplica()
	})
	if err == nil {
		_, err = s.scrubWithin(ctx, wipeWait)
	}
	if err != nil {
		return fmt.Errorf("wipe: %w", err)
	}
	return nil
}

// clear removes every row, from the roots down.
func (a *applier) clear() error {
	for i := len(a.s.feedOrder) - 1; i >= 0; i-- {
		if err := a.s.exec(a.s.feedOrder[i].clear); err != nil {
			return fmt.Errorf("empty %s: %w", a.s.feedOrder[i].name, err)
		}
	}
	if err := a.s.exec(a.s.st.member.clearBase); err != nil {
		return err
	}
	return a.s.exec(a.s.st.member.clearWaiting)
}

// remake brings back the rows that pending ops have made.
func (a *applier) remake() error {
	var made []rowKey
	err := a.each(a.s.st.member.created, func(rows *sql.Rows) error {
		var k rowKey
		if err := rows.Scan(&k.entity, &k.id); err != nil {
			return err
		}
		made = append(made, k)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read own rows: %w", err)
	}
	for _, k := range made {
		if err := a.s.exec(a.s.st.member.keepBase, k.entity, k.id, nil); err != nil {
			return err
		}
		a.mark(k)
	}
	return a.rebuildAll()
}

// State reads a small text that travels with the file, "" when there is none.
func (s *Store) State(ctx context.Context, key string) (string, error) {
	var text string
	err := s.readDB.QueryRowContext(ctx, "SELECT v FROM store_state WHERE k = ?", stateOffice+key).Scan(&text)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read %s: %w", key, explain(err))
	}
	return text, nil
}

// PutState keeps a small text with the file. It is part of no history.
func (tx *Tx) PutState(key, value string) error {
	if tx.ended {
		return ErrTxDone
	}
	if err := tx.s.exec(tx.s.st.putState, stateOffice+key, value); err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return nil
}
