package store

import (
	"fmt"

	"sitegroup.mx/crm/store/hlc"
)

// claim is what the maker of an op says about it.
type claim struct {
	hlc     hlc.Time
	device  string
	baseRev int64 // what the maker had read; 0 for a local op, which has read everything
	foreign bool  // made on another computer: a refusal is an outcome, not an error
	// overtaken says that it takes back what somebody else has written over since.
	overtaken bool
	root      string // the value of the entity's root column
	granted   *bool  // whether the author is granted it, when that is known
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
	c.root = root
	if err := tx.decide(e, op, nil, root, c); err != nil {
		return err
	}
	if tx.late && (op.Outcome != Applied || op.Reason == "") {
		return errNotLate
	}
	if op.Outcome == Refused && !c.foreign {
		return refusal(op)
	}
	if op.Outcome == Applied {
		if err := tx.keepBase(e, op.Row, nil); err != nil {
			return err
		}
		if err := tx.insert(e, op, values, set); err != nil {
			return err
		}
		tx.add(e, op.Row, root)
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
	if err := tx.s.exec(st, append(args, op.Row, int64(op.HLC), tx.rowRev(e, nil))...); err != nil {
		return fmt.Errorf("create %s %s: %w", e.name, op.Row, existing(e, err))
	}
	return nil
}

// decide asks Options.Decide and puts the verdict into op.
func (tx *Tx) decide(e *entity, op *Op, current []any, root string, c claim) error {
	p := Proposal{Actor: tx.req.author, Op: *op, Root: root, Undo: tx.undo, Now: tx.now}
	switch {
	case current == nil:
	case c.granted != nil: // only what settles the op was read
		p.Current = Row{"id": op.Row, op.Field: current[e.index[op.Field]]}
		if e.root != everyRoot {
			p.Current[e.root] = root
		}
	default:
		p.Current = e.row(current)
	}
	if p.Actor.Scoped && root != everyRoot {
		if err := tx.lookUpScope(e, &p, c); err != nil {
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
	tx.touch() // what is refused before anything is tried needs a revision too: its maker hears of it by that
	tx.logged = true
	if tx.s.opts.Member {
		return tx.post(op, c)
	}
	base := c.baseRev
	if !c.foreign {
		base = tx.rev - 1
	}
	var reason any
	if op.Reason != "" {
		reason = op.Reason
	}
	err := tx.logLine(op.ID[:], op.TxID[:], c.device, tx.req.author.User, int64(op.HLC), int64(c.hlc), base,
		op.Entity, op.Row, op.Field, []byte(op.Value), []byte(op.Before), tx.rev, int(op.Outcome), reason)
	if err != nil {
		return tx.spoil(fmt.Errorf("log an op: %w", err))
	}
	op.by = tx.as
	tx.ops = append(tx.ops, *op)
	return nil
}
