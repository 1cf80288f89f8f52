package store

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"sitegroup.mx/crm/store/hlc"
)

// change makes, settles and writes one op for each field that differs from the row's, as the maker of local ops.
func (tx *Tx) change(e *entity, id string, fields Row) error {
	current, err := tx.current(e, id)
	if err != nil {
		return err
	}
	if current == nil {
		return fmt.Errorf("%w: %s %s", ErrNoRow, e.name, id)
	}
	w := &rowWrite{tx: tx, e: e, id: id, values: current, before: slices.Clone(current)}
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
	tx      *Tx
	e       *entity
	id      string
	values  []any // the row as the ops applied so far leave it
	before  []any // the row as it was
	set     uint64
	ops     []settledOp
	looked  bool                  // granted is known
	granted bool                  // the actor is granted the row's root
	clocks  map[string]fieldClock // of the fields changed since creation; read when first needed
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
	if err := w.decide(&op, root, c); err != nil {
		return err
	}
	if op.Outcome == Refused && !c.foreign {
		return refusal(&op)
	}
	if op.Outcome == Applied && !w.tx.s.opts.Member {
		if op.Outcome, err = w.later(&op, c); err != nil {
			return err
		}
	}
	if op.Outcome == Applied && c.overtaken {
		op.Outcome, op.Reason = Refused, ReasonChangedSince
	}
	c.root = root
	if op.Outcome == Applied {
		if w.clocks == nil {
			w.clocks = map[string]fieldClock{}
		}
		w.clocks[op.Field] = fieldClock{op.HLC, c.device}
		w.values[at] = value
		w.set |= w.e.columns[at].bit
	}
	w.ops = append(w.ops, settledOp{op, c})
	return nil
}

// decide asks Options.Decide, with what was read of the row.
func (w *rowWrite) decide(op *Op, root string, c claim) error {
	if w.looked {
		c.granted = &w.granted
	}
	return w.tx.decide(w.e, op, w.values, root, c)
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
	order := hlc.Compare(op.HLC, c.device, last.hlc, last.device)
	if order > 0 {
		return Applied, nil
	}
	if order == 0 && bytes.Equal(op.Value, op.Before) {
		op.Reason = ReasonSame
	}
	return Superseded, nil
}

func (tx *Tx) readClocks(entity, id string) (map[string]fieldClock, error) {
	if err := tx.flush(); err != nil {
		return nil, err
	}
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
		if err := w.tx.keepBase(w.e, w.id, w.before); err != nil {
			return err
		}
		if err := w.update(); err != nil {
			return err
		}
	}
	for i := range w.ops {
		op, c := &w.ops[i].op, w.ops[i].claim
		if op.Outcome == Applied && !w.tx.s.opts.Member {
			w.tx.putClock(w.e.name, w.id, op.Field, int64(op.HLC), c.device)
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
	if err := w.tx.s.exec(st, append(args, w.tx.rowRev(w.e, w.before), w.id)...); err != nil {
		return fmt.Errorf("change %s %s: %w", w.e.name, w.id, err)
	}
	return nil
}
