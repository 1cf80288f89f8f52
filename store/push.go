package store

import (
	"errors"
	"fmt"

	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/mutant"
)

// Reasons that the store itself gives to ops of other computers.
const (
	ReasonExists     = "exists"      // superseded: the row is there already
	ReasonSame       = "same"        // superseded: by itself, which came before and is in the log no more
	ReasonNoRow      = "no_row"      // refused: there is no row to change, or to belong to
	ReasonAppendOnly = "append_only" // refused: rows of this entity are not changed
	ReasonConflict   = "conflict"    // refused: a constraint of the schema forbids it
	// ReasonChangedSince refuses to take back what somebody else has written over since, unknown to the computer that undid it.
	ReasonChangedSince = "changed_since"
)

// ErrUnknown says that an op names an entity or a field that this version does not know. The op is not settled: its maker
// keeps it until this computer is newer.
var ErrUnknown = errors.New("store: unknown entity or field")

// Push settles an op that the transaction's author made earlier on their own computer; baseRev is what they had read. It
// goes the way of local ops with three differences: an op id that is known is recognised and its outcome announced again,
// a clock ahead of ours is re-stamped, and a refusal or a defeat is an outcome to report, not an error.
func (tx *Tx) Push(op Op, baseRev int64) (Outcome, error) {
	if tx.ended {
		return 0, ErrTxDone
	}
	e := tx.s.entities[op.Entity]
	if e == nil {
		return 0, fmt.Errorf("%w: %s", ErrUnknown, op.Entity)
	}
	tx.touch()
	if !tx.fresh[op.ID] {
		outcome, err := tx.known(op.ID)
		if outcome != 0 || err != nil {
			return outcome, err
		}
	}
	delete(tx.fresh, op.ID) // the same id twice in one transaction is the same op twice
	c := claim{hlc: op.HLC, device: tx.req.author.Device, baseRev: baseRev, foreign: true}
	if mutant.On(mutant.NoClockCorrection) {
		tx.s.clock.Observe(op.HLC)
	} else {
		op.HLC = tx.s.clock.Admit(op.HLC, tx.now)
	}
	op.Before, op.Outcome, op.Reason = nil, 0, ""
	if op.Field == "" {
		return tx.pushRow(e, &op, c)
	}
	return tx.pushField(e, op, c)
}

// known recognises an op that was settled before, and has its outcome announced again.
func (tx *Tx) known(id [16]byte) (Outcome, error) {
	if err := tx.flush(); err != nil {
		return 0, err
	}
	var outcome Outcome
	found, err := tx.s.row(tx.s.st.opByID, []any{id[:]}, &outcome)
	if err != nil || !found {
		return 0, err
	}
	tx.touch()
	if err := tx.s.exec(tx.s.st.announce, tx.rev, id[:]); err != nil {
		return 0, fmt.Errorf("announce an outcome: %w", err)
	}
	tx.logged = true
	return outcome, nil
}

func (tx *Tx) pushRow(e *entity, op *Op, c claim) (Outcome, error) {
	if mutant.On(mutant.HostActivityIDs) && e.root != "id" && e.root != everyRoot {
		op.Row = tx.NewID()
	}
	row, err := readRow(e, op.Value)
	if err != nil {
		return 0, err
	}
	values, set, err := e.normalRow(op.Row, row)
	if err != nil {
		return 0, &malformedError{err}
	}
	current, err := tx.current(e, op.Row)
	if err != nil {
		return 0, err
	}
	if current != nil {
		// What was written is there, so its author has nothing to hear of. It is not applied once more: an undo would take it
		// for the beginning of the row, and what others have done with that since for nothing.
		if created, _ := current[e.index["created_hlc"]].(int64); hlc.Time(created) == op.HLC {
			return tx.dismiss(op, c, Superseded, ReasonSame)
		}
		return tx.dismiss(op, c, Superseded, ReasonExists)
	}
	if dangles, err := tx.dangles(e, op); err != nil {
		return 0, err
	} else if dangles {
		return tx.dismiss(op, c, Refused, ReasonNoRow)
	}
	tx.unsettle(e, "")
	err = tx.create(e, op, c, values, set)
	if errors.Is(err, errNotLate) {
		return 0, err
	}
	if errors.Is(err, ErrConflict) {
		return tx.dismiss(op, c, Refused, ReasonConflict)
	}
	return op.Outcome, err
}

func (tx *Tx) pushField(e *entity, op Op, c claim) (Outcome, error) {
	at, ok := e.index[op.Field]
	switch {
	case !ok:
		return 0, fmt.Errorf("%w: %s of %s", ErrUnknown, op.Field, e.name)
	case e.columns[at].own && op.Field != fieldDeleted:
		return 0, &malformedError{fmt.Errorf("store: column %q of %s is the store's own", op.Field, e.name)}
	}
	value, err := readValue(&e.columns[at], op.Value)
	if err != nil {
		return 0, &malformedError{err}
	}
	w, err := tx.standing(e, op.Row, at)
	switch {
	case err != nil:
		return 0, err
	case w == nil:
		return tx.dismiss(&op, c, Refused, ReasonNoRow)
	case e.appendOnly && op.Field != fieldDeleted:
		return tx.dismiss(&op, c, Refused, ReasonAppendOnly)
	}
	if dangles, err := tx.dangles(e, &op); err != nil {
		return 0, err
	} else if dangles {
		return tx.dismiss(&op, c, Refused, ReasonNoRow)
	}
	if c.overtaken, err = tx.overtaken(e, &op, w.values[at], value); err != nil {
		return 0, err
	}
	if c.overtaken {
		tx.undo = true // whether it is theirs to take back comes first
	}
	if err := w.settle(op, c, at, value); err != nil {
		return 0, err
	}
	tx.unsettle(e, op.Field)
	err = w.write()
	if errors.Is(err, ErrConflict) {
		return tx.dismiss(&op, c, Refused, ReasonConflict)
	}
	return w.ops[0].op.Outcome, err
}

// dismiss logs an op that the store itself turns down.
func (tx *Tx) dismiss(op *Op, c claim, outcome Outcome, reason string) (Outcome, error) {
	op.Outcome, op.Reason = outcome, reason
	return outcome, tx.log(op, c)
}
