package store

import (
	"encoding/json"
	"fmt"
)

// Grant lets a user's computers hold a root and everything under it, from this commit on. Granting what is granted
// changes nothing. Decide is not asked: who may hold what follows from ops that it has settled.
func (tx *Tx) Grant(user, root string) error { return tx.setScope(user, root, 1) }

// Revoke takes a grant back: the user's computers are told to forget the root. Revoking what is not granted changes
// nothing.
func (tx *Tx) Revoke(user, root string) error { return tx.setScope(user, root, 0) }

// Regrant has everybody who holds a root forget it and read all of it again: something under it has moved to, or from,
// another root.
func (tx *Tx) Regrant(root string) error {
	if tx.ended {
		return ErrTxDone
	}
	tx.touch()
	if err := tx.s.exec(tx.s.st.regrant, root, tx.rev); err != nil {
		return fmt.Errorf("write scope: %w", err)
	}
	tx.logged = true
	return nil
}

// setScope writes the scope row and logs it as an op, so that a change of hands can be traced and undone.
func (tx *Tx) setScope(user, root string, active int64) error {
	if tx.ended {
		return ErrTxDone
	}
	if tx.s.opts.Member {
		return nil // the host grants what follows from ops
	}
	if user == "" || root == "" {
		return fmt.Errorf("store: a grant needs a user and a root")
	}
	var before int64
	found, err := tx.s.row(tx.s.st.scopeActive, []any{user, root}, &before)
	if err != nil {
		return fmt.Errorf("read scope: %w", err)
	}
	if before == active {
		return nil
	}
	op := tx.newOp(EntityScope, root, user)
	op.Outcome, op.Value = Applied, appendValue(nil, active)
	op.Before = json.RawMessage("null")
	if found {
		op.Before = appendValue(nil, before)
	}
	st := tx.s.st.grant
	if active == 0 {
		st = tx.s.st.revoke
	}
	if err := tx.s.exec(st, user, root, tx.rev); err != nil {
		return fmt.Errorf("write scope: %w", err)
	}
	return tx.log(&op, claim{hlc: op.HLC, device: tx.req.author.Device})
}
