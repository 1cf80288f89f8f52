package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"sitegroup.mx/crm/store/mutant"
)

// memberStatements are those that only a member runs.
type memberStatements struct {
	post, keepBase, settle, held, heldOn         *sql.Stmt
	release                                      *sql.Stmt
	putBase, base, dropBase                      *sql.Stmt
	pendingOf, overlaid                          *sql.Stmt
	await, waiting, dropWaiting                  *sql.Stmt
	forgetOps, eraseOps, dropOp                  *sql.Stmt
	unsettle, created, clearBase, clearWaiting   *sql.Stmt
	clearOutbox, recallOps                       *sql.Stmt
	purge, purgeMany, dismiss, lastN, anyPending *sql.Stmt
}

func (m *memberStatements) add(texts map[**sql.Stmt]string) {
	texts[&m.post] = `INSERT INTO main.outbox (op_id, tx_id, user_id, at, hlc, base_rev, undoes, entity, row_id, field, root_id, value, before)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	texts[&m.keepBase] = "INSERT INTO main.base_row (entity, row_id, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
	texts[&m.settle] = `UPDATE main.outbox
		SET state = ?2, reason = ?3, by_user = ?4, by_at = ?5, settled_at = iif(settled_at = 0, ?6, settled_at),
			value = iif(forgotten, NULL, value), before = iif(forgotten, NULL, before)
		WHERE op_id = ?1
		RETURNING entity, row_id, forgotten`
	texts[&m.dropOp] = "DELETE FROM main.outbox WHERE op_id = ?"
	texts[&m.held] = "UPDATE main.outbox SET state = 4 WHERE tx_id = ? AND state = 0"
	texts[&m.heldOn] = `UPDATE main.outbox SET state = 4
		WHERE state = 0
		AND tx_id IN (
			SELECT o.tx_id
			FROM main.outbox h
			JOIN main.outbox o ON o.state = 0
				AND (o.undoes = h.tx_id
					OR h.field = '' AND (o.row_id = h.row_id
						OR EXISTS (SELECT 1 FROM json_each(CAST(o.value AS TEXT)) v WHERE v.value = h.row_id)))
			WHERE h.state = 4)`
	texts[&m.release] = "UPDATE main.outbox SET state = 0 WHERE state = 4"
	texts[&m.putBase] = `INSERT INTO main.base_row (entity, row_id, body) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET body = excluded.body`
	texts[&m.base] = "SELECT body FROM main.base_row WHERE entity = ? AND row_id = ?"
	texts[&m.dropBase] = "DELETE FROM main.base_row WHERE entity = ? AND row_id = ?"
	texts[&m.pendingOf] = "SELECT field, value FROM main.outbox WHERE entity = ? AND row_id = ? AND state IN (0, 4) ORDER BY n"
	texts[&m.overlaid] = `SELECT entity, row_id FROM main.base_row
		UNION
		SELECT entity, row_id FROM main.outbox WHERE state IN (0, 4)`
	texts[&m.await] = `INSERT INTO main.waiting_row (entity, row_id, body) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET body = excluded.body`
	texts[&m.waiting] = "SELECT entity, body FROM main.waiting_row ORDER BY entity, row_id"
	texts[&m.dropWaiting] = "DELETE FROM main.waiting_row WHERE entity = ? AND row_id = ?"
	texts[&m.forgetOps] = "UPDATE main.outbox SET forgotten = 1 WHERE root_id = ?"
	texts[&m.recallOps] = "UPDATE main.outbox SET forgotten = 0 WHERE root_id = ? AND forgotten = 1 AND value IS NOT NULL"
	texts[&m.eraseOps] = "UPDATE main.outbox SET value = NULL, before = NULL WHERE root_id = ? AND state NOT IN (0, 4)"
	texts[&m.unsettle] = `UPDATE main.outbox SET state = 0
		WHERE state IN (1, 2, 3)
		AND forgotten = 0
		AND dismissed = 0
		AND n > coalesce((` + beyond + ` ?)), 0)`
	texts[&m.created] = `SELECT DISTINCT entity, row_id FROM main.outbox WHERE state IN (0, 4) AND field = '' AND forgotten = 0`
	texts[&m.clearOutbox] = "DELETE FROM main.outbox"
	texts[&m.clearBase] = "DELETE FROM main.base_row"
	texts[&m.clearWaiting] = "DELETE FROM main.waiting_row"
	const seen = "(state = 1 OR state IN (2, 3) AND dismissed = 1 OR state = 2 AND reason = '" + ReasonSame + "')"
	texts[&m.purge] = "DELETE FROM main.outbox WHERE settled_at < ? AND " + seen
	texts[&m.purgeMany] = `DELETE FROM main.outbox
		WHERE ` + seen + `
		AND n <= (` + beyond + ` ?))`
	texts[&m.dismiss] = "UPDATE main.outbox SET dismissed = 1 WHERE op_id = ? AND state IN (2, 3)"
	texts[&m.lastN] = "SELECT coalesce(max(n), 0) FROM main.outbox"
	texts[&m.anyPending] = "SELECT EXISTS (SELECT 1 FROM main.outbox WHERE state IN (0, 4))"
}

// beyond is the last op of the transaction in which more ops are settled than are kept; a number and a bracket follow. No
// transaction is cut in two.
const beyond = `SELECT max(n) FROM main.outbox WHERE tx_id = (
			SELECT tx_id FROM main.outbox WHERE state NOT IN (0, 4) ORDER BY n DESC LIMIT 1 OFFSET`

// What undo reads of a member's own transactions; the host's statements read op_log and commits.
const (
	memberOpsOfTx = `SELECT n, entity, row_id, field, before, value, user_id, 0
		FROM main.outbox
		WHERE tx_id = ?
		AND state <> 3
		AND forgotten = 0
		ORDER BY n`
	memberLaterOps = `SELECT tx_id, undoes, ''
		FROM main.outbox INDEXED BY outbox_row
		WHERE entity = ?1
		AND row_id = ?2
		AND ?3 IS NOT NULL
		AND n > ?4
		AND (?5 IS NULL OR field = ?5)
		AND state <> 3
		ORDER BY n`
)

// post puts a local op into the outbox.
func (tx *Tx) post(op *Op, c claim) error {
	if op.Outcome != Applied {
		return nil
	}
	err := tx.s.exec(tx.s.st.member.post, op.ID[:], op.TxID[:], tx.req.author.User, tx.now.UnixMilli(), int64(op.HLC), tx.s.replica.cursor.Pos,
		tx.undoes, op.Entity, op.Row, op.Field, c.root, []byte(op.Value), []byte(op.Before))
	if err != nil {
		return tx.spoil(fmt.Errorf("post an op: %w", err))
	}
	tx.ops = append(tx.ops, *op)
	return nil
}

// countedID is an op id as a counter would make it: one that a computer restored from a copy makes again.
func (tx *Tx) countedID() uuid.UUID {
	if tx.counted == 0 {
		_, _ = tx.s.row(tx.s.st.member.lastN, nil, &tx.counted)
	}
	tx.counted++
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(tx.s.opts.Device), uint64(tx.counted))) //nolint:gosec // a count
	return uuid.UUID(sum[:16])
}

// Pending returns transactions that the host has not settled, in the order in which they were made: those after the
// outbox's number n, whole, and of about maxOps ops together, or one alone that is larger.
func (s *Store) Pending(ctx context.Context, after int64, maxOps int) ([]PendingTx, error) {
	rows, err := s.readDB.QueryContext(ctx, `
		SELECT n, op_id, tx_id, hlc, base_rev, undoes, entity, row_id, field, value
		FROM outbox INDEXED BY outbox_unsettled
		WHERE state IN (0, 4)
		AND state = 0
		AND n > ?
		ORDER BY n`, after)
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var txs []PendingTx
	ops := 0
	for rows.Next() {
		var n, base int64
		var id, tx, undoes, value []byte
		op := Op{}
		if err := rows.Scan(&n, &id, &tx, &op.HLC, &base, &undoes, &op.Entity, &op.Row, &op.Field, &value); err != nil {
			return nil, fmt.Errorf("read outbox: %w", err)
		}
		copy(op.ID[:], id)
		copy(op.TxID[:], tx)
		op.Value = value
		last := len(txs) - 1
		if last < 0 || txs[last].ID != op.TxID {
			if ops >= maxOps {
				break
			}
			p := PendingTx{PushedTx: PushedTx{ID: op.TxID, BaseRev: base}}
			copy(p.Undoes[:], undoes)
			txs = append(txs, p)
			last++
		}
		txs[last].Ops, txs[last].N = append(txs[last].Ops, op), n
		ops++
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read outbox: %w", explain(err))
	}
	if len(txs) > 1 && ops > maxOps { // the last one went over
		txs = txs[:len(txs)-1]
	}
	if mutant.On(mutant.ForgetOnceSent) {
		return txs, s.SettleSent(ctx, txs)
	}
	return txs, nil
}

// SettleSent is what a wrong member does: it takes for settled what it has sent. It exists for the rules that the
// simulation breaks, and does nothing otherwise.
func (s *Store) SettleSent(ctx context.Context, txs []PendingTx) error {
	if !mutant.On(mutant.ForgetOnceSent) && !mutant.On(mutant.SettleOnAck) {
		return nil
	}
	var outcomes []OpOutcome
	for _, p := range txs {
		for _, op := range p.Ops {
			outcomes = append(outcomes, OpOutcome{ID: op.ID, Outcome: Applied})
		}
	}
	_, err := s.Write(ctx, System, func(tx *Tx) error {
		a := &applier{tx: tx, s: s}
		if err := a.settle(outcomes); err != nil {
			return err
		}
		return a.rebuildAll()
	})
	return err
}

// Hold sets transactions aside that the host does not know how to settle: it is older than this computer. What undoes one of
// them, or writes to a row that one of them makes, or refers to it, is set aside as well: the host would refuse it for good.
func (s *Store) Hold(ctx context.Context, txIDs [][16]byte) error {
	if len(txIDs) == 0 {
		return nil
	}
	return s.hold(ctx, txIDs)
}

// HoldOn sets aside what was written since on top of what is held.
func (s *Store) HoldOn(ctx context.Context) error { return s.hold(ctx, nil) }

func (s *Store) hold(ctx context.Context, txIDs [][16]byte) error {
	_, err := s.Write(ctx, System, func(tx *Tx) error {
		for _, id := range txIDs {
			if err := tx.s.exec(tx.s.st.member.held, id[:]); err != nil {
				return fmt.Errorf("hold a transaction: %w", err)
			}
		}
		for {
			more, err := tx.s.execCount(tx.s.st.member.heldOn)
			if err != nil {
				return fmt.Errorf("hold what stands on a transaction: %w", err)
			}
			if more == 0 {
				return nil
			}
		}
	})
	return err
}

// ReleaseHeld lets what was set aside be sent again: the host has been updated.
func (s *Store) ReleaseHeld(ctx context.Context) error {
	_, err := s.Write(ctx, System, func(tx *Tx) error { return tx.s.exec(tx.s.st.member.release) })
	if err != nil {
		return fmt.Errorf("release held transactions: %w", err)
	}
	return nil
}

// outboxAge is how long settled ops are kept so that a host that was restored can be told again, and outboxMost how many.
const outboxAge = 45 * 24 * time.Hour

var outboxMost int64 = 50_000

// purgeOutbox drops what was settled long ago, by this computer's own clock and by the host's: one of them may be far ahead
// for an afternoon, and what is dropped then is missing when the host comes back from a copy.
func (s *Store) purgeOutbox(ctx context.Context) (dropped int64, err error) {
	_, err = s.Write(ctx, System, func(tx *Tx) error {
		dropped = 0
		now := tx.now
		if own := s.opts.Now(); own.Before(now) {
			now = own
		}
		for _, step := range []struct {
			st  *sql.Stmt
			arg int64
		}{
			{tx.s.st.member.purge, now.Add(-outboxAge).UnixMilli()},
			{tx.s.st.member.purgeMany, outboxMost},
		} {
			n, err := tx.s.execCount(step.st, step.arg)
			if err != nil {
				return fmt.Errorf("purge outbox: %w", err)
			}
			dropped += n
		}
		return nil
	})
	return dropped, err
}
