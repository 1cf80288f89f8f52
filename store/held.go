package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Held is what transactions make that a host has handed back because it is too old for them. What comes after one of them on
// the same connection, and stands on it, is handed back as well: it would be refused for want of a row, for good. Later
// the member itself holds such transactions, see Hold. The zero value holds nothing.
type Held struct {
	ids map[string]bool // of rows, and of the transactions
}

// heldMost bounds what a connection has its host remember.
const heldMost = 10_000

// pushUnlessHeld settles a transaction that stands on nothing that is held.
func (tx *Tx) pushUnlessHeld(p PushedTx, held *Held) error {
	isNew := func(op Op) bool { return tx.fresh[op.ID] }
	if held.under(&p) && slices.ContainsFunc(p.Ops, isNew) {
		held.add(&p)
		return fmt.Errorf("%w: in a transaction before", ErrUnknown)
	}
	err := tx.pushWhole(p)
	if errors.Is(err, ErrUnknown) {
		held.add(&p)
	}
	return err
}

// add notes a transaction and the rows that it makes.
func (h *Held) add(p *PushedTx) {
	if h.ids == nil {
		h.ids = map[string]bool{}
	}
	ids := []string{string(p.ID[:])}
	for i := range p.Ops {
		if p.Ops[i].Field == "" {
			ids = append(ids, p.Ops[i].Row)
		}
	}
	if len(h.ids)+len(ids) > heldMost {
		return
	}
	for _, id := range ids {
		h.ids[id] = true
	}
}

// under reports whether a transaction undoes one that is held, writes to a row of one, or refers to such a row.
func (h *Held) under(p *PushedTx) bool {
	if len(h.ids) == 0 {
		return false
	}
	if h.ids[string(p.Undoes[:])] {
		return true
	}
	for i := range p.Ops {
		op := &p.Ops[i]
		if h.ids[op.Row] || h.refers(op) {
			return true
		}
	}
	return false
}

// refers reports whether one of an op's values is the id of a held row.
func (h *Held) refers(op *Op) bool {
	if op.Field != "" {
		var id string
		return json.Unmarshal(op.Value, &id) == nil && h.ids[id]
	}
	var row map[string]any
	if json.Unmarshal(op.Value, &row) != nil {
		return false
	}
	for _, v := range row {
		if id, ok := v.(string); ok && h.ids[id] {
			return true
		}
	}
	return false
}
