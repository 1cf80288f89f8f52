package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"
)

// Undo takes back what the transaction txID wrote, as a new transaction of a: rows it created are removed, rows it
// removed come back, fields get their former values, grants are reversed. A Scoped author may only undo their own. The
// result is a transaction like any other, so undoing it does again what was undone.
//
// It is all or nothing. ErrChangedSince says that something it wrote has been changed since, or that something was added
// to a row it created, by a transaction that still stands; ErrNothingToUndo says that there is no such transaction, that
// it is not a's, or that it is undone already. Undos after it of what lies before it count as changes, even where they
// cancel out. Decide sees each inverse op with Undo set. Local tables are not touched.
func (s *Store) Undo(ctx context.Context, a Author, txID string) (Commit, error) {
	return s.UndoAround(ctx, a, txID, func(_ *Tx, _ []Ref, reverse func() error) error { return reverse() })
}

// UndoAround is Undo for a caller that keeps more than the log knows in step with it: around is called in the transaction,
// with the rows that will change back, and calls reverse once. What it returns is the answer of the undo.
func (s *Store) UndoAround(ctx context.Context, a Author, txID string, around func(tx *Tx, rows []Ref, reverse func() error) error) (Commit, error) {
	id, err := uuid.Parse(txID)
	if err != nil {
		return Commit{}, ErrNothingToUndo
	}
	r := &request{ctx: ctx, author: a, undoes: id[:], long: true, units: []unit{{fn: func(tx *Tx) error {
		deeds, err := tx.deedsOf(id)
		if err != nil {
			return err
		}
		rows := make([]Ref, len(deeds))
		for i, d := range deeds {
			rows[i] = Ref{d.entity, d.row}
		}
		return around(tx, rows, func() error { return tx.reverse(id, deeds) })
	}}}}
	s.submit(r)
	return r.units[0].commit, r.units[0].err
}

// CreatedBy names the transaction that created a row: what Undo takes. "" for a row whose beginning the log does not hold.
func (s *Store) CreatedBy(ctx context.Context, r Ref) (txID string, err error) {
	var ids [][]byte
	err = s.Read().NewQuery(`
		SELECT tx_id
		FROM op_log
		WHERE entity = {:entity}
		AND row_id = {:row}
		AND field = ''
		AND outcome = 1
		LIMIT 1`).Bind(dbx.Params{"entity": r.Entity, "row": r.Row}).WithContext(ctx).Column(&ids)
	if err != nil {
		return "", fmt.Errorf("find who created a row: %w", explain(err))
	}
	if len(ids) == 0 {
		return "", nil
	}
	id, err := uuid.FromBytes(ids[0])
	return id.String(), err
}

// Ref names a row of a replicated table.
type Ref struct{ Entity, Row string }

// deed is what a transaction did to one row.
type deed struct {
	entity, row string
	first       int64 // its first op's place in the log
	rev         int64
	created     bool
	fields      []fieldDeed
}

type fieldDeed struct {
	name   string
	before json.RawMessage // as the transaction found it
	after  json.RawMessage // as it left it
	last   int64           // its last op's place in the log
}

// grantedBefore reports whether a change of scope has ended a grant: its inverse grants again.
func (f *fieldDeed) grantedBefore() bool { return bytes.Equal(f.before, []byte("1")) }

func (tx *Tx) reverse(id uuid.UUID, deeds []*deed) error {
	for _, d := range deeds {
		if err := tx.unchanged(id, d); err != nil {
			return err
		}
	}
	for _, d := range slices.Backward(deeds) {
		if err := tx.reverseOne(d); err != nil {
			if errors.Is(err, ErrConflict) {
				return fmt.Errorf("%w: %w", ErrChangedSince, err)
			}
			return err
		}
	}
	if !tx.logged {
		return ErrNothingToUndo
	}
	return nil
}

// deedsOf reads the applied ops of a transaction, row by row in the order in which it first touched them.
func (tx *Tx) deedsOf(id uuid.UUID) ([]*deed, error) {
	tx.s.guard.enter()
	defer tx.s.guard.leave()
	rows, err := tx.s.st.opsOfTx.QueryContext(context.Background(), id[:])
	if err != nil {
		return nil, fmt.Errorf("read transaction: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var deeds []*deed
	byRow := map[[2]string]*deed{}
	for rows.Next() {
		var n, rev int64
		var entity, row, field, user string
		var before, after []byte
		if err := rows.Scan(&n, &entity, &row, &field, &before, &after, &user, &rev); err != nil {
			return nil, fmt.Errorf("read transaction: %w", err)
		}
		if tx.req.author.Scoped && user != tx.req.author.User {
			return nil, ErrNothingToUndo
		}
		d := byRow[[2]string{entity, row}]
		if d == nil {
			d = &deed{entity: entity, row: row, first: n, rev: rev}
			byRow[[2]string{entity, row}] = d
			deeds = append(deeds, d)
		}
		d.add(field, before, after, n)
	}
	if len(deeds) == 0 && rows.Err() == nil {
		return nil, ErrNothingToUndo
	}
	return deeds, rows.Err()
}

// add notes one op; of several on one field the first knows what was there before.
func (d *deed) add(field string, before, after []byte, n int64) {
	if field == "" {
		d.created = true
		return
	}
	for i := range d.fields {
		if d.fields[i].name == field {
			d.fields[i].last, d.fields[i].after = n, after
			return
		}
	}
	d.fields = append(d.fields, fieldDeed{field, before, after, n})
}

// unchanged checks that nobody has written over what the transaction did to a row.
func (tx *Tx) unchanged(id uuid.UUID, d *deed) error {
	if d.created {
		if err := tx.stands(id, d, d.first, nil); err != nil {
			return err
		}
		return tx.nothingAdded(id, d, "")
	}
	for _, f := range d.fields {
		var field any = f.name
		if d.entity == EntityScope && f.grantedBefore() {
			field = nil // whoever was granted the root since: its former holder's computers are not to get it again
		}
		if err := tx.stands(id, d, f.last, field); err != nil {
			return err
		}
	}
	if tx.s.opts.Member && d.entity != EntityScope {
		return tx.holds(d)
	}
	return nil
}

// holds checks that a row still is as the transaction left it. A member's outbox does not know what others have written since; the
// row does.
func (tx *Tx) holds(d *deed) error {
	e, err := tx.entity(d.entity)
	if err != nil {
		return err
	}
	current, err := tx.current(e, d.row)
	if err != nil || current == nil {
		return err
	}
	for _, f := range d.fields {
		at, ok := e.index[f.name]
		if !ok {
			continue
		}
		after, err := readValue(&e.columns[at], f.after)
		if err != nil {
			return err
		}
		if current[at] != after {
			return fmt.Errorf("%w: %s of %s %s", ErrChangedSince, f.name, d.entity, d.row)
		}
	}
	return nil
}

// stands looks at the transactions that wrote to the row (or one field of it) after op n. Those that were undone, and
// those that undid them, cancel out; what remains has changed it since.
func (tx *Tx) stands(id uuid.UUID, d *deed, n int64, field any) error {
	later, err := tx.later(id, d, n, field)
	if err != nil {
		return err
	}
	left, undone := remaining(id, later)
	if undone {
		return ErrNothingToUndo
	}
	if len(left) > 0 {
		return fmt.Errorf("%w: %s %s", ErrChangedSince, d.entity, d.row)
	}
	return nil
}

// remaining is what is left of later transactions once those that were undone, and those that undid them, have cancelled out: an
// edit, or an undo that brought back what was there before id. It also tells whether id itself is undone.
func remaining(id uuid.UUID, later []laterTx) (left []laterTx, undone bool) {
	over := map[uuid.UUID]bool{}
	for _, l := range slices.Backward(later) {
		switch {
		case over[l.id]: // it has no effect, and neither has what it undid
		case l.undoes == id || slices.ContainsFunc(later, func(o laterTx) bool { return o.id == l.undoes }):
			over[l.undoes] = true
		default:
			left = append(left, l)
		}
	}
	return left, over[id]
}

// laterTx is a transaction and the computer that made it; a member's outbox has only its own.
type laterTx struct {
	id, undoes uuid.UUID
	device     string
}

// later lists other transactions than id, in order, each once.
func (tx *Tx) later(id uuid.UUID, d *deed, n int64, field any) ([]laterTx, error) {
	tx.s.guard.enter()
	defer tx.s.guard.leave()
	rows, err := tx.s.st.laterOps.QueryContext(context.Background(), d.entity, d.row, d.rev, n, field)
	if err != nil {
		return nil, fmt.Errorf("read later changes: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var later []laterTx
	for rows.Next() {
		var by, undoes []byte
		var device string
		if err := rows.Scan(&by, &undoes, &device); err != nil {
			return nil, fmt.Errorf("read later changes: %w", err)
		}
		l := laterTx{id: uuid.UUID(by), device: device}
		if undoes != nil {
			l.undoes = uuid.UUID(undoes)
		}
		if l.id != id && (len(later) == 0 || later[len(later)-1].id != l.id) {
			later = append(later, l)
		}
	}
	return later, rows.Err()
}

// nothingAdded checks that no other transaction has since created a row under one that the transaction created; but names a
// computer whose rows do not count, "" for none.
func (tx *Tx) nothingAdded(id uuid.UUID, d *deed, but string) error {
	for _, e := range tx.s.entities {
		if e.joined == nil {
			continue
		}
		var joined bool
		if _, err := tx.s.row(e.joined, []any{e.name, d.row, id[:], d.first, but}, &joined); err != nil {
			return fmt.Errorf("look for rows of %s: %w", e.name, err)
		}
		if joined {
			return fmt.Errorf("%w: %s added to %s %s", ErrChangedSince, e.name, d.entity, d.row)
		}
	}
	return nil
}

// reverseOne writes the inverse of what was done to one row.
func (tx *Tx) reverseOne(d *deed) error {
	if d.entity == EntityScope {
		for _, f := range slices.Backward(d.fields) {
			active := int64(0)
			if f.grantedBefore() {
				active = 1
			}
			if err := tx.setScope(f.name, d.row, active); err != nil {
				return err
			}
		}
		return nil
	}
	e, err := tx.entity(d.entity)
	if err != nil {
		return err
	}
	if d.created {
		return tx.change(e, d.row, Row{fieldDeleted: 1})
	}
	former := make(Row, len(d.fields))
	for _, f := range d.fields {
		at, ok := e.index[f.name]
		if !ok {
			return fmt.Errorf("%w: %s of %s", ErrUnknown, f.name, e.name)
		}
		if former[f.name], err = readValue(&e.columns[at], f.before); err != nil {
			return err
		}
	}
	return tx.change(e, d.row, former)
}
