package store

import (
	"database/sql"
	"errors"
	"fmt"

	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/mutant"
)

// Reasons that the store itself gives to ops of other computers.
const (
	ReasonExists     = "exists"      // superseded: the row is there already
	ReasonNoRow      = "no_row"      // refused: there is no row to change, or to belong to
	ReasonAppendOnly = "append_only" // refused: rows of this entity are not changed
	ReasonConflict   = "conflict"    // refused: a constraint of the schema forbids it
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
	var outcome Outcome
	found, err := tx.s.row(tx.s.st.opByID, []any{id[:]}, &outcome)
	if err != nil || !found {
		return 0, err
	}
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
		return tx.dismiss(op, c, Superseded, ReasonExists)
	}
	if dangles, err := tx.dangles(e, op); err != nil {
		return 0, err
	} else if dangles {
		return tx.dismiss(op, c, Refused, ReasonNoRow)
	}
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
	if err := w.settle(op, c, at, value); err != nil {
		return 0, err
	}
	err = w.write()
	if errors.Is(err, ErrConflict) {
		return tx.dismiss(&op, c, Refused, ReasonConflict)
	}
	return w.ops[0].op.Outcome, err
}

// standing reads what settles an op on one field: the row's root, clock and revision, the field's value and clock, and
// whether the actor is granted the root. One statement instead of four. nil says that there is no such row.
func (tx *Tx) standing(e *entity, id string, at int) (*rowWrite, error) {
	st, err := e.standingOf(tx.s, at)
	if err != nil {
		return nil, err
	}
	w := &rowWrite{tx: tx, e: e, id: id, values: make([]any, len(e.columns)), clocks: map[string]fieldClock{}}
	w.values[e.idAt] = id
	var root, value any
	var created int64
	var clock sql.NullInt64
	var device sql.NullString
	found, err := tx.s.row(st, []any{sql.Named("user", tx.req.author.User), sql.Named("id", id)}, &root, &value, &created, &clock, &device, &w.granted)
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", e.name, id, err)
	}
	if !found {
		return nil, nil
	}
	if e.root != everyRoot {
		w.values[e.index[e.root]] = root
	}
	w.values[at], w.values[e.index["created_hlc"]] = value, created
	w.looked = true
	if clock.Valid {
		w.clocks[e.columns[at].name] = fieldClock{hlc.Time(clock.Int64), device.String}
	}
	return w, nil
}

// standingOf returns the statement of standing for a column.
func (e *entity) standingOf(s *Store, at int) (*sql.Stmt, error) {
	if st := e.standings[at]; st != nil {
		return st, nil
	}
	root, granted := "NULL", "0"
	if e.root != everyRoot {
		root = "e." + quote(e.root)
		roots := e.roots
		if roots == "" {
			roots = "SELECT :root"
		}
		granted = `EXISTS (
				SELECT 1
				FROM main.scope s
				WHERE s.user_id = :user
				AND s.active = 1
				AND s.root_id IN (` + replaceRoot(roots, root) + "))"
	}
	name := e.columns[at].name
	st, err := s.prepare("SELECT " + root + ", e." + quote(name) + ", e.created_hlc, c.hlc, c.device_id, " + granted + `
		FROM main.` + quote(e.name) + ` e
		LEFT JOIN main.field_clock c ON c.entity = '` + e.name + `' AND c.row_id = e.id AND c.field = '` + name + `'
		WHERE e.id = :id
		AND :user IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("prepare standing: %w", err)
	}
	e.standings[at] = st
	return st, nil
}

// dismiss logs an op that the store itself turns down.
func (tx *Tx) dismiss(op *Op, c claim, outcome Outcome, reason string) (Outcome, error) {
	op.Outcome, op.Reason = outcome, reason
	return outcome, tx.log(op, c)
}
