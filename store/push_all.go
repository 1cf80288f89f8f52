package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ReasonTogether refuses an op because another one of its transaction was refused.
const ReasonTogether = "together"

// ReasonMalformed refuses an op that says nothing a row could hold.
const ReasonMalformed = "malformed"

const (
	commitOps = 200 // ops of other computers in one commit, roughly; pages end with commits
	soloOps   = 50  // from this many on, a frame gets a transaction of its own
	idLength  = 64  // bytes of a row's id
)

// PushAll settles transactions that a made on another computer, in order. Each is settled as a whole: when one of its ops
// is refused all are, but for what was only added under a root that a has lost since, which Decide may let pass. A nil
// answer means that every op of the transaction is settled, whatever the outcome, and on disk; the outcomes are told by
// Feed. ErrUnknown says that this version does not know what the transaction writes; other errors that nothing was settled, of
// it and of what comes after it, which may stand on it and would be refused for good.
func (s *Store) PushAll(ctx context.Context, a Author, txs []PushedTx) []error {
	return s.PushAs(ctx, func(*Tx) (Author, error) { return a, nil }, txs, nil)
}

// PushAs is PushAll for an author who is looked up in each transaction of the file, so that nothing is settled by a right
// that an earlier commit has ended. An error of who fails what shares the transaction, and is answered for all that follow.
// held, which may be nil, is what was answered with ErrUnknown in pushes before this one and is still on its way back.
func (s *Store) PushAs(ctx context.Context, who func(*Tx) (Author, error), txs []PushedTx, held *Held) []error {
	errs := make([]error, len(txs))
	if held == nil {
		held = &Held{}
	}
	if s.opts.Member {
		for i := range errs {
			errs[i] = errors.New("store: a member settles nothing")
		}
		return errs
	}
	ops := 0
	for _, p := range txs {
		ops += len(p.Ops)
	}
	r := &request{ctx: ctx, solo: ops >= soloOps, inTurn: true}
	var groups [][2]int
	for next := 0; next < len(txs); {
		from, to := next, groupEnd(txs, next)
		next = to
		groups = append(groups, [2]int{from, to})
		r.units = append(r.units, unit{fn: func(tx *Tx) error {
			author, err := who(tx)
			if err != nil {
				return err
			}
			if author.Device == "" {
				author.Device = s.opts.Device
			}
			tx.req.author = author
			if err := errors.Join(tx.lookForKnown(txs[from:to]), tx.lookAhead(txs[from:to])); err != nil {
				return err
			}
			for i := from; i < to; i++ {
				if errs[i] = tx.pushUnlessHeld(txs[i], held); errs[i] != nil && !errors.Is(errs[i], ErrUnknown) {
					return errs[i]
				}
			}
			return nil
		}})
	}
	if len(r.units) == 0 {
		return errs
	}
	s.submit(r)
	for u, g := range groups {
		if err := r.units[u].err; err != nil {
			for i := g[0]; i < g[1]; i++ {
				errs[i] = err
			}
		}
	}
	return errs
}

// lookForKnown notes which ops the log does not have, all at once.
func (tx *Tx) lookForKnown(txs []PushedTx) error {
	ids := []byte{}
	tx.fresh = map[[16]byte]bool{}
	for _, p := range txs {
		for _, op := range p.Ops {
			tx.fresh[op.ID] = true
			ids = append(ids, op.ID[:]...)
		}
	}
	tx.s.guard.enter()
	defer tx.s.guard.leave()
	rows, err := tx.s.st.knownOps.QueryContext(context.Background(), sql.Named("ids", ids))
	if err != nil {
		return fmt.Errorf("look for known ops: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var id []byte
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("look for known ops: %w", err)
		}
		delete(tx.fresh, [16]byte(id))
	}
	return explain(rows.Err())
}

// groupEnd is where the transactions end that share a commit with the one at from. One that undoes has its own.
func groupEnd(txs []PushedTx, from int) int {
	ops := 0
	for i := from; i < len(txs); i++ {
		undoes := txs[i].Undoes != [16]byte{}
		if i > from && (undoes || ops+len(txs[i].Ops) > commitOps) {
			return i
		}
		if ops += len(txs[i].Ops); undoes {
			return i + 1
		}
	}
	return len(txs)
}

// errAgain says that a transaction has to be taken back alone, for which there is no savepoint: its unit runs once more, with one
// around each.
var errAgain = errors.New("store: once more, with savepoints")

// pushWhole settles one transaction. Nearly none is taken back, so none has a savepoint until one of the unit has to be.
func (tx *Tx) pushWhole(p PushedTx) error {
	if p.Undoes != [16]byte{} {
		if err := errors.Join(tx.flush(), tx.pushUndo(&p)); err != nil {
			return err
		}
	}
	if len(p.Ops) == 1 && wellFormed(&p.Ops[0]) { // what fails leaves no trace by itself
		_, err := tx.pushOp(p, 0)
		if !isMalformed(err) {
			return err
		}
	}
	if err := tx.flush(); err != nil {
		return err
	}
	tx.ahead = nil
	mark := tx.mark()
	if refused, err := tx.refusedBefore(p); err != nil {
		return err
	} else if refused {
		return tx.pushRefused(p, nil)
	}
	announced, err := tx.announceRoots(p)
	if err != nil {
		return err
	}
	careful := tx.req.careful
	if careful {
		if err := tx.s.exec(tx.s.st.inner); err != nil {
			return err
		}
	}
	reasons, err := tx.tryAll(p)
	if err == nil && reasons == nil {
		reasons, err = tx.unmade(p, announced)
	}
	switch {
	case err == nil && reasons == nil && careful:
		return tx.s.exec(tx.s.st.innerEnd)
	case err == nil && reasons == nil:
		return nil
	}
	if alive := tx.s.alive(); alive != nil {
		return errors.Join(err, alive)
	}
	if !careful {
		return errAgain
	}
	if undo := errors.Join(tx.s.exec(tx.s.st.innerUndo), tx.s.exec(tx.s.st.innerEnd)); undo != nil {
		return undo
	}
	tx.back(mark)
	tx.burst.forget()
	if err != nil {
		return err
	}
	return tx.pushRefused(p, reasons)
}

// refusedBefore reports whether a transaction makes a root that was refused when a part of the transaction came alone. The
// rest of it, which comes now, is refused with it: what was to hang from the root would hang from nothing.
func (tx *Tx) refusedBefore(p PushedTx) (bool, error) {
	if !slices.ContainsFunc(p.Ops, func(op Op) bool { return tx.fresh[op.ID] }) {
		return false, nil
	}
	for i := range p.Ops {
		op := &p.Ops[i]
		if e := tx.s.entities[op.Entity]; e == nil || !e.isRoot() || op.Field != "" || tx.fresh[op.ID] {
			continue
		}
		var outcome Outcome
		found, err := tx.s.row(tx.s.st.opByID, []any{op.ID[:]}, &outcome)
		if err != nil || found && outcome == Refused {
			return found, err
		}
	}
	return false, nil
}

// tryAll settles every op. It answers the reasons, by op, as soon as one is refused, and leaves it to the caller to take
// back the others.
func (tx *Tx) tryAll(p PushedTx) (reasons map[int]string, err error) {
	tx.making = map[rowKey]bool{}
	defer func() { tx.making = nil }()
	for i := range p.Ops {
		if op := &p.Ops[i]; op.Field == "" && tx.fresh[op.ID] {
			tx.making[rowKey{op.Entity, op.Row}] = true
		}
	}
	for i := range p.Ops {
		if !wellFormed(&p.Ops[i]) {
			return map[int]string{i: ReasonMalformed}, nil
		}
		was := len(tx.ops)
		outcome, err := tx.pushOp(p, i)
		switch {
		case isMalformed(err):
			return map[int]string{i: ReasonMalformed}, nil
		case err != nil:
			return nil, err
		case outcome == Refused && len(tx.ops) > was:
			return map[int]string{i: tx.ops[len(tx.ops)-1].Reason}, nil
		}
	}
	return nil, nil
}

// understands answers ErrUnknown for a transaction of which this version does not know a table or a column.
func (s *Store) understands(p PushedTx) error {
	for i := range p.Ops {
		op := &p.Ops[i]
		e := s.entities[op.Entity]
		if e == nil {
			return fmt.Errorf("%w: %s", ErrUnknown, op.Entity)
		}
		if op.Field == "" {
			if _, err := readRow(e, op.Value); errors.Is(err, ErrUnknown) {
				return err
			}
		} else if _, ok := e.index[op.Field]; !ok {
			return fmt.Errorf("%w: %s of %s", ErrUnknown, op.Field, e.name)
		}
	}
	return nil
}

// pushRefused logs a transaction of which an op was refused. Only what Decide lets pass for being late is written. A
// transaction that this version does not know all of waits for one that does, whatever its first ops are about.
func (tx *Tx) pushRefused(p PushedTx, reasons map[int]string) error {
	if err := tx.s.understands(p); err != nil {
		return err
	}
	for i := range p.Ops {
		op := p.Ops[i]
		op.TxID = p.ID
		if known, err := tx.known(op.ID); err != nil {
			return err
		} else if known != 0 {
			continue
		}
		if tx.late = true; op.Field == "" && wellFormed(&op) {
			outcome, err := tx.pushOp(p, i)
			tx.late = false
			if outcome != 0 || err != nil && !isMalformed(err) {
				if err != nil {
					return err
				}
				continue
			}
		}
		tx.late = false
		reason := reasons[i]
		if reason == "" {
			reason = ReasonTogether
		}
		op.Row, op.Before = cutText(op.Row), nil
		if !json.Valid(op.Value) {
			op.Value = json.RawMessage("null")
		}
		c := claim{hlc: op.HLC, device: tx.req.author.Device, baseRev: p.BaseRev, foreign: true}
		op.HLC = tx.s.clock.Admit(op.HLC, tx.now)
		if _, err := tx.dismiss(&op, c, Refused, reason); err != nil {
			return err
		}
	}
	return nil
}

// errNotLate says that an op of a refused transaction is none that may pass.
var errNotLate = errors.New("store: not late")

func (tx *Tx) pushOp(p PushedTx, i int) (Outcome, error) {
	op := p.Ops[i]
	op.TxID = p.ID
	tx.undo = slices.ContainsFunc(tx.inverse, func(in inverseOp) bool { return in.of(&op) })
	outcome, err := tx.Push(op, p.BaseRev)
	tx.undo = false
	if errors.Is(err, errNotLate) {
		return 0, nil
	}
	return outcome, err
}

// announceRoots notes the roots that a transaction is going to make, and what they are going to refer to if it makes that
// too: it may write under them before it makes them. If one of them is refused, so is everything else. It answers which ops
// these are. A contact without a root of its maker's is none of them: nobody's scope would hold it.
func (tx *Tx) announceRoots(p PushedTx) (announced []int, err error) {
	if !tx.req.author.Scoped {
		return nil, nil
	}
	referred := map[rowKey]bool{}
	announce := func(i int, isOne func(*entity, *Op) bool) error {
		op := &p.Ops[i]
		e := tx.s.entities[op.Entity]
		if e == nil || op.Field != "" || !tx.fresh[op.ID] || !isOne(e, op) {
			return nil
		}
		row, err := tx.current(e, op.Row)
		if err != nil || row != nil {
			return err
		}
		tx.made(rowKey{e.name, op.Row})
		announced = append(announced, i)
		for j := range e.columns {
			if c := &e.columns[j]; c.refers != nil {
				if id, err := op.text(c); err == nil { // what is malformed is refused when it is its turn
					referred[rowKey{c.refers.name, id}] = true
				}
			}
		}
		return nil
	}
	for i := range p.Ops {
		if err := announce(i, func(e *entity, _ *Op) bool { return e.isRoot() }); err != nil {
			return nil, err
		}
	}
	for i := range p.Ops {
		leads := func(e *entity, op *Op) bool {
			return e.root == "id" && e.roots != "" && referred[rowKey{e.name, op.Row}]
		}
		if err := announce(i, leads); err != nil {
			return nil, err
		}
	}
	return announced, nil
}

// unmade looks, when every op has been settled, whether what was announced is there, and leads to a root of the actor's: an
// op may have been taken for another one that is known, or come twice. It answers the reason for the first that is not.
func (tx *Tx) unmade(p PushedTx, announced []int) (reasons map[int]string, err error) {
	for _, i := range announced {
		op := &p.Ops[i]
		e := tx.s.entities[op.Entity]
		row, err := tx.current(e, op.Row)
		if err != nil {
			return nil, err
		}
		theirs := row != nil
		if theirs && e.leads != nil {
			if theirs, err = tx.leadsToOwn(e, op.Row); err != nil {
				return nil, err
			}
		}
		if !theirs {
			return map[int]string{i: ReasonNoRow}, nil
		}
	}
	return nil, nil
}

// leadsToOwn reports whether a row leads to a root that the actor has made in this transaction or is granted.
func (tx *Tx) leadsToOwn(e *entity, id string) (bool, error) {
	if granted, err := tx.granted(e, id); err != nil || granted {
		return granted, err
	}
	tx.s.guard.enter()
	defer tx.s.guard.leave()
	rows, err := e.leads.QueryContext(context.Background(), sql.Named("root", id))
	if err != nil {
		return false, fmt.Errorf("look where %s leads: %w", e.name, explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var root string
	for rows.Next() {
		if err := rows.Scan(&root); err != nil {
			return false, fmt.Errorf("look where %s leads: %w", e.name, err)
		}
		for _, of := range tx.s.entities {
			if of.isRoot() && tx.roots[rowKey{of.name, root}] {
				return true, nil
			}
		}
	}
	return false, explain(rows.Err())
}

// mark is where a transaction stands, to come back to.
type mark struct {
	ops    int
	logged bool
	roots  map[rowKey]bool
	added  map[rowKey][]string
}

func (tx *Tx) mark() mark {
	return mark{ops: len(tx.ops), logged: tx.logged, roots: maps.Clone(tx.roots), added: maps.Clone(tx.added)}
}

func (tx *Tx) back(m mark) {
	tx.ops, tx.logged, tx.roots, tx.added = tx.ops[:m.ops], m.logged, m.roots, m.added
}

// malformedError is a value that no row could hold.
type malformedError struct{ err error }

func (e *malformedError) Error() string { return e.err.Error() }
func (e *malformedError) Unwrap() error { return e.err }

func isMalformed(err error) bool {
	var m *malformedError
	return errors.As(err, &m)
}

// wellFormed checks what no table is asked about.
func wellFormed(op *Op) bool {
	return op.Row != "" && len(op.Row) <= idLength && op.ID != [16]byte{} && json.Valid(op.Value) && utf8Valid(op.Row)
}

func cutText(id string) string {
	if len(id) > idLength || !utf8Valid(id) {
		return fmt.Sprintf("malformed-%d", len(id))
	}
	return id
}
