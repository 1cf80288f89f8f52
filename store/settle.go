package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"sitegroup.mx/crm/store/hlc"
)

// claim is what the maker of an op says about it.
type claim struct {
	hlc     hlc.Time
	device  string
	baseRev int64 // what the maker had read; 0 for a local op, which has read everything
	foreign bool  // made on another computer: a refusal is an outcome, not an error
}

// normalRow checks a Row for a creation and returns its values by column and the set of columns given.
func (e *entity) normalRow(id string, row Row) (values []any, set uint64, err error) {
	values = make([]any, len(e.columns))
	values[e.idAt] = id
	found := 0
	for i := range e.columns {
		c := &e.columns[i]
		v, ok := row[c.name]
		if !ok || c.own {
			continue
		}
		if values[i], err = normal(c, v); err != nil {
			return nil, 0, err
		}
		set |= c.bit
		found++
	}
	if found == len(row) {
		return values, set, nil
	}
	for name := range row {
		if _, err := e.writable(name); err != nil {
			return nil, 0, err
		}
	}
	return values, set, nil
}

// appendRow writes the columns of set as a JSON object, in the table's order.
func (e *entity) appendRow(b []byte, values []any, set uint64) []byte {
	b = append(b, '{')
	for i := range e.columns {
		c := &e.columns[i]
		if set&c.bit == 0 {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(appendString(b, c.name), ':')
		b = appendValue(b, values[i])
	}
	return append(b, '}')
}

// create settles the creation of a row and, when it is applied, inserts it.
func (tx *Tx) create(e *entity, op *Op, c claim, values []any, set uint64) error {
	root := everyRoot
	switch e.root {
	case everyRoot:
	case "id":
		root = op.Row
	default:
		root, _ = values[e.index[e.root]].(string)
	}
	if err := tx.decide(e, op, nil, root); err != nil {
		return err
	}
	if op.Outcome == Refused && !c.foreign {
		return refusal(op)
	}
	if op.Outcome == Applied {
		if err := tx.insert(e, op, values, set); err != nil {
			return err
		}
	}
	return tx.log(op, c)
}

func (tx *Tx) insert(e *entity, op *Op, values []any, set uint64) error {
	st, err := e.insertOf(tx.s, set)
	if err != nil {
		return err
	}
	args := make([]any, 0, len(values)+3)
	for i := range e.columns {
		if set&e.columns[i].bit != 0 {
			args = append(args, values[i])
		}
	}
	if err := tx.s.exec(st, append(args, op.Row, int64(op.HLC), tx.rev)...); err != nil {
		return fmt.Errorf("create %s %s: %w", e.name, op.Row, existing(e, err))
	}
	return nil
}

// change makes, settles and writes one op for each field that differs from the row's, as the maker of local ops.
func (tx *Tx) change(e *entity, id string, fields Row) error {
	current, err := tx.current(e, id)
	if err != nil {
		return err
	}
	if current == nil {
		return fmt.Errorf("%w: %s %s", ErrNoRow, e.name, id)
	}
	w := &rowWrite{tx: tx, e: e, id: id, values: current}
	for i := range e.columns {
		c := &e.columns[i]
		v, ok := fields[c.name]
		if !ok {
			continue
		}
		value, err := normal(c, v)
		if err != nil {
			return err
		}
		if value == current[i] {
			continue
		}
		op := tx.newOp(e.name, id, c.name)
		op.Value = appendValue(nil, value)
		if err := w.settle(op, claim{hlc: op.HLC, device: tx.req.author.Device}, i, value); err != nil {
			return err
		}
	}
	return w.write()
}

// current reads a row, nil when there is none.
func (tx *Tx) current(e *entity, id string) ([]any, error) {
	values := make([]any, len(e.columns))
	into := make([]any, len(e.columns))
	for i := range values {
		into[i] = &values[i]
	}
	found, err := tx.s.row(e.sel, []any{id}, into...)
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", e.name, id, err)
	}
	if !found {
		return nil, nil
	}
	return values, nil
}

// rowWrite collects settled ops of one row, so that the row is written once and nothing is logged that was not written.
type rowWrite struct {
	tx     *Tx
	e      *entity
	id     string
	values []any // the row as the ops applied so far leave it
	set    uint64
	ops    []settledOp
	clocks map[string]fieldClock // of the fields changed since creation; read when first needed
}

type settledOp struct {
	op    Op
	claim claim
}

type fieldClock struct {
	hlc    hlc.Time
	device string
}

// settle decides one field's op and notes its value when it is applied.
func (w *rowWrite) settle(op Op, c claim, at int, value any) error {
	root, err := w.root()
	if err != nil {
		return err
	}
	op.Before = appendValue(nil, w.values[at])
	if err := w.tx.decide(w.e, &op, w.values, root); err != nil {
		return err
	}
	if op.Outcome == Refused && !c.foreign {
		return refusal(&op)
	}
	if op.Outcome == Applied {
		if op.Outcome, err = w.later(&op, c); err != nil {
			return err
		}
	}
	if op.Outcome == Applied {
		w.clocks[op.Field] = fieldClock{op.HLC, c.device}
		w.values[at] = value
		w.set |= w.e.columns[at].bit
	}
	w.ops = append(w.ops, settledOp{op, c})
	return nil
}

// later answers Applied when the op is later than the field's last change, else Superseded.
func (w *rowWrite) later(op *Op, c claim) (Outcome, error) {
	if w.clocks == nil {
		clocks, err := w.tx.readClocks(w.e.name, w.id)
		if err != nil {
			return 0, err
		}
		w.clocks = clocks
	}
	last, ok := w.clocks[op.Field]
	if !ok {
		created, _ := w.values[w.e.index["created_hlc"]].(int64)
		last = fieldClock{hlc: hlc.Time(created)}
	}
	if hlc.Compare(op.HLC, c.device, last.hlc, last.device) > 0 {
		return Applied, nil
	}
	return Superseded, nil
}

func (tx *Tx) readClocks(entity, id string) (map[string]fieldClock, error) {
	tx.s.guard.enter()
	defer tx.s.guard.leave()
	rows, err := tx.s.st.clocks.QueryContext(context.Background(), entity, id)
	if err != nil {
		return nil, fmt.Errorf("read clocks: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	clocks := map[string]fieldClock{}
	for rows.Next() {
		var field string
		var c fieldClock
		if err := rows.Scan(&field, &c.hlc, &c.device); err != nil {
			return nil, fmt.Errorf("read clocks: %w", err)
		}
		clocks[field] = c
	}
	return clocks, rows.Err()
}

// root returns the id that decides scope.
func (w *rowWrite) root() (string, error) {
	if w.e.root == everyRoot {
		return everyRoot, nil
	}
	root, ok := w.values[w.e.index[w.e.root]].(string)
	if !ok {
		return "", fmt.Errorf("store: %s %s has no root", w.e.name, w.id)
	}
	return root, nil
}

// write updates the row with what was applied, then logs every op. An update that the schema forbids leaves no trace.
func (w *rowWrite) write() error {
	if w.set != 0 {
		if err := w.update(); err != nil {
			return err
		}
	}
	for i := range w.ops {
		op, c := &w.ops[i].op, w.ops[i].claim
		if op.Outcome == Applied {
			err := w.tx.s.exec(w.tx.s.st.putClock, w.e.name, w.id, op.Field, int64(op.HLC), c.device)
			if err != nil {
				return w.tx.spoil(fmt.Errorf("note the clock of %s: %w", op.Field, err))
			}
		}
		if err := w.tx.log(op, c); err != nil {
			return err
		}
	}
	return nil
}

func (w *rowWrite) update() error {
	st, err := w.e.updateOf(w.tx.s, w.set)
	if err != nil {
		return err
	}
	args := make([]any, 0, len(w.values)+2)
	for i := range w.e.columns {
		if w.set&w.e.columns[i].bit != 0 {
			args = append(args, w.values[i])
		}
	}
	if err := w.tx.s.exec(st, append(args, w.tx.rev, w.id)...); err != nil {
		return fmt.Errorf("change %s %s: %w", w.e.name, w.id, err)
	}
	return nil
}

// decide asks Options.Decide and puts the verdict into op.
func (tx *Tx) decide(e *entity, op *Op, current []any, root string) error {
	p := Proposal{Actor: tx.req.author, Op: *op, Root: root, Undo: tx.undo, Now: tx.now}
	if current != nil {
		p.Current = e.row(current)
	}
	if p.Actor.Scoped && root != everyRoot {
		if _, err := tx.s.row(e.inScope, []any{sql.Named("user", p.Actor.User), sql.Named("root", root)}, &p.InScope); err != nil {
			return fmt.Errorf("look up scope: %w", err)
		}
	}
	v := tx.s.opts.Decide(p)
	if v.Outcome < Applied || v.Outcome > Refused {
		return fmt.Errorf("store: no verdict on %s of %s", fieldName(op.Field), e.name)
	}
	op.Outcome, op.Reason = v.Outcome, v.Reason
	return nil
}

func refusal(op *Op) error {
	return &RefusedError{Entity: op.Entity, Row: op.Row, Field: op.Field, Reason: op.Reason}
}

// spoil makes the transaction fail whatever its function does with the error: the log and the rows may differ by now.
func (tx *Tx) spoil(err error) error {
	if tx.spoilt == nil {
		tx.spoilt = err
	}
	return err
}

// log writes the op as it was settled.
func (tx *Tx) log(op *Op, c claim) error {
	tx.logged = true
	base := c.baseRev
	if !c.foreign {
		base = tx.rev - 1
	}
	var reason any
	if op.Reason != "" {
		reason = op.Reason
	}
	err := tx.s.exec(tx.s.st.insertOp, op.ID[:], op.TxID[:], c.device, tx.req.author.User, int64(op.HLC), int64(c.hlc), base,
		op.Entity, op.Row, op.Field, blob(op.Value), blob(op.Before), tx.rev, int(op.Outcome), reason)
	if err != nil {
		return tx.spoil(fmt.Errorf("log an op: %w", err))
	}
	tx.ops = append(tx.ops, *op)
	return nil
}

// blob is nil for nothing: an empty slice would be stored as an empty blob.
func blob(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return nil
	}
	return bytes.Clone(raw)
}
