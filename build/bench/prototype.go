package main

import (
	"context"
	"database/sql"
	"fmt"
)

// The prototype is the bare minimum of settling an edit, as SQL: recognise it, ask whose the row is, compare clocks, write,
// note the clock, log. No undo, no lists, no full text, no encryption, no other rules.

const prototypeSchema = `
	CREATE TABLE doc (id TEXT PRIMARY KEY, owner TEXT NOT NULL, a TEXT, b TEXT, rev INTEGER NOT NULL);
	CREATE TABLE scope (user_id TEXT, root_id TEXT, PRIMARY KEY (user_id, root_id)) WITHOUT ROWID;
	CREATE TABLE field_clock (row_id TEXT, field TEXT, hlc INTEGER NOT NULL, PRIMARY KEY (row_id, field)) WITHOUT ROWID;
	CREATE TABLE op_log (n INTEGER PRIMARY KEY, op_id BLOB NOT NULL UNIQUE, device TEXT NOT NULL, hlc INTEGER NOT NULL, row_id TEXT NOT NULL,
		field TEXT NOT NULL, value BLOB, rev INTEGER NOT NULL, outcome INTEGER NOT NULL, outcome_rev INTEGER NOT NULL);
	CREATE INDEX op_outcome ON op_log (device, outcome_rev);
	CREATE INDEX op_row ON op_log (row_id, rev);`

// prototype is a host of the bare kind.
type prototype struct {
	db                                          *sql.DB
	known, scope, clock, update, putClock, note *sql.Stmt
	rev                                         int64
}

func openPrototype(ctx context.Context, path string) (*prototype, error) {
	db, err := sql.Open("sqlite3", "file:"+path+"?mode=rwc&_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	p := &prototype{db: db}
	if _, err := db.ExecContext(ctx, prototypeSchema); err != nil {
		return nil, err
	}
	for target, text := range map[**sql.Stmt]string{
		&p.known:    "SELECT outcome FROM op_log WHERE op_id = ?",
		&p.scope:    "SELECT 1 FROM scope WHERE user_id = ? AND root_id = ?",
		&p.clock:    "SELECT hlc FROM field_clock WHERE row_id = ? AND field = ?",
		&p.update:   "UPDATE doc SET a = ?, rev = ? WHERE id = ?",
		&p.putClock: "INSERT INTO field_clock (row_id, field, hlc) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET hlc = excluded.hlc",
		&p.note:     "INSERT INTO op_log (op_id, device, hlc, row_id, field, value, rev, outcome, outcome_rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	} {
		if *target, err = db.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add makes a row that a user may write.
func (p *prototype) add(ctx context.Context, tx *sql.Tx, user, row string) error {
	if _, err := tx.ExecContext(ctx, "INSERT INTO doc (id, owner, rev) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", row, user); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO scope (user_id, root_id) VALUES (?, ?) ON CONFLICT DO NOTHING", user, row)
	return err
}

// protoOp is an edit as the prototype knows it.
type protoOp struct {
	id         []byte
	hlc        int64
	row, field string
	value      []byte
}

// frame is what a member pushes at once.
type frame struct {
	user, device string
	ops          []protoOp
}

// push settles the frames that have come in one transaction.
func (p *prototype) push(ctx context.Context, frames []frame) (err error) {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
	p.rev++
	for _, f := range frames {
		if err := p.settle(ctx, tx, f.user, f.device, f.ops); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (p *prototype) settle(ctx context.Context, tx *sql.Tx, user, device string, ops []protoOp) error {
	stmt := func(s *sql.Stmt) *sql.Stmt { return tx.StmtContext(ctx, s) }
	known, scope, clock, update, putClock, note := stmt(p.known), stmt(p.scope), stmt(p.clock), stmt(p.update), stmt(p.putClock), stmt(p.note)
	for _, op := range ops {
		var outcome, last int64
		if err := known.QueryRowContext(ctx, op.id).Scan(&outcome); err == nil {
			continue
		}
		outcome = 1
		if err := scope.QueryRowContext(ctx, user, op.row).Scan(&last); err != nil {
			outcome = 3
		} else if err := clock.QueryRowContext(ctx, op.row, op.field).Scan(&last); err == nil && last >= op.hlc {
			outcome = 2
		}
		if outcome == 1 {
			if _, err := update.ExecContext(ctx, op.value, p.rev, op.row); err != nil {
				return err
			}
			if _, err := putClock.ExecContext(ctx, op.row, op.field, op.hlc); err != nil {
				return err
			}
		}
		if _, err := note.ExecContext(ctx, op.id, device, op.hlc, op.row, op.field, op.value, p.rev, outcome, p.rev); err != nil {
			return err
		}
	}
	return nil
}

// fill makes the rows that edits are about.
func (p *prototype) fill(ctx context.Context, all [][]edit) error {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it has nothing to do
	for s, edits := range all {
		for _, e := range edits {
			if err := p.add(ctx, tx, fmt.Sprint("u", s), e.row); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

func protoOps(edits []edit) []protoOp {
	txs := pushed(edits)
	ops := make([]protoOp, len(txs))
	for i, tx := range txs {
		op := tx.Ops[0]
		ops[i] = protoOp{op.ID[:], int64(op.HLC), op.Row, op.Field, op.Value}
	}
	return ops
}

// prototypeEdits measures the prototype with the same edits in the same frames, all sellers' frames at once.
func prototypeEdits(ctx context.Context, path string, all [][]edit) (float64, error) {
	p, err := openPrototype(ctx, path)
	if err != nil {
		return 0, err
	}
	defer p.db.Close()
	if err := p.fill(ctx, all); err != nil {
		return 0, err
	}
	var took sample
	for from := 0; from < editsEach; from += editsFrame {
		var frames []frame
		for s, edits := range all {
			frames = append(frames, frame{fmt.Sprint("u", s), fmt.Sprint("d", s), protoOps(edits)[from : from+editsFrame]})
		}
		if err := took.measure(func() error { return p.push(ctx, frames) }); err != nil {
			return 0, err
		}
	}
	return editors * editsEach / took.sum().Seconds(), nil
}
