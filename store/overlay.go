package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// A member shows the host's rows with its own pending ops on top. While a row has pending ops the host's version of it is
// kept in base_row; it becomes the row again when the last of them is settled.

// rowKey names a row of any entity.
type rowKey struct{ entity, id string }

// rowRev is the revision that a row is written with: the commit's, and on a member the one that the host last told.
func (tx *Tx) rowRev(e *entity, before []any) int64 {
	if !tx.s.opts.Member {
		return tx.rev
	}
	if before == nil {
		return 0
	}
	rev, _ := before[e.index["rev"]].(int64)
	return rev
}

// keepBase keeps a row as the host has it before the first local op changes it; nil is a row that the host does not have.
func (tx *Tx) keepBase(e *entity, id string, values []any) error {
	if !tx.s.opts.Member {
		return nil
	}
	var body any
	if values != nil {
		body = string(e.fullRow(values))
	}
	if err := tx.s.exec(tx.s.st.member.keepBase, e.name, id, body); err != nil {
		return tx.spoil(fmt.Errorf("keep the host's row: %w", err))
	}
	return nil
}

// fullRow writes the columns that travel as a JSON object.
func (e *entity) fullRow(values []any) []byte {
	var set uint64
	for _, name := range e.feed.columns {
		set |= e.columns[e.index[name]].bit
	}
	return e.appendRow(nil, values, set)
}

// readFull reads what fullRow writes, values by column.
func (e *entity) readFull(body string) ([]any, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(body)))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, fmt.Errorf("read kept row of %s: %w", e.name, err)
	}
	values := make([]any, len(e.columns))
	for name, v := range object {
		i, ok := e.index[name]
		if !ok {
			continue
		}
		var err error
		if values[i], err = normalJSON(&e.columns[i], v); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// rebuild writes a row anew: the host's version with what is still pending on top.
func (a *applier) rebuild(k rowKey) error {
	e := a.s.entities[k.entity]
	if e == nil {
		return nil
	}
	var body *string
	kept, err := a.s.row(a.s.st.member.base, []any{k.entity, k.id}, &body)
	if err != nil || !kept {
		return err
	}
	pending, err := a.pendingOf(k)
	if err != nil {
		return err
	}
	var values []any
	if body != nil {
		if values, err = e.readFull(*body); err != nil {
			return err
		}
	}
	for _, op := range pending {
		if values, err = e.overlay(k.id, values, op); err != nil {
			return err
		}
	}
	if len(pending) == 0 {
		if err := a.s.exec(a.s.st.member.dropBase, k.entity, k.id); err != nil {
			return fmt.Errorf("drop kept row: %w", err)
		}
	}
	a.touched(k)
	if err := a.leaves(e, k.id, values); err != nil {
		return err
	}
	if values == nil {
		return a.deleteRow(e, k.id)
	}
	if e.isRoot() && a.s.replica.filling && body != nil {
		return a.await(e, k.id, values)
	}
	return a.write(e, values, e.feedSet())
}

// overlay puts one op on top of a row, nil for none.
func (e *entity) overlay(id string, values []any, op Op) ([]any, error) {
	if op.Field == "" {
		if values != nil {
			return values, nil
		}
		row, err := readRow(e, op.Value)
		if err != nil {
			return nil, err
		}
		made, set, err := e.normalRow(id, row)
		if err != nil {
			return nil, err
		}
		made[e.index[fieldDeleted]], made[e.index["extra"]], made[e.index["rev"]] = int64(0), "{}", int64(0)
		for i := range e.columns {
			if c := &e.columns[i]; set&c.bit == 0 && !c.own {
				made[i] = c.fallback
			}
		}
		return made, nil
	}
	at, ok := e.index[op.Field]
	if values == nil || !ok {
		return values, nil
	}
	v, err := readValue(&e.columns[at], op.Value)
	if err != nil {
		return nil, err
	}
	values[at] = v
	return values, nil
}

// pendingOf lists the pending ops of a row in the order in which they were made.
func (a *applier) pendingOf(k rowKey) ([]Op, error) {
	a.s.guard.enter()
	defer a.s.guard.leave()
	rows, err := a.s.st.member.pendingOf.QueryContext(context.Background(), k.entity, k.id)
	if err != nil {
		return nil, fmt.Errorf("read pending ops: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var ops []Op
	for rows.Next() {
		var op Op
		var value []byte
		if err := rows.Scan(&op.Field, &value); err != nil {
			return nil, fmt.Errorf("read pending ops: %w", err)
		}
		op.Value = slices.Clone(value)
		ops = append(ops, op)
	}
	return ops, explain(rows.Err())
}

// feedSet is the set of the columns that travel.
func (e *entity) feedSet() (set uint64) {
	for _, name := range e.feed.columns {
		set |= e.columns[e.index[name]].bit
	}
	return set
}
