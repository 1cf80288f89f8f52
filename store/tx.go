package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store/mutant"
)

// Tx is a running transaction of Write. It belongs to the function it was handed to and ends with it.
type Tx struct {
	s       *Store
	req     *request
	ctx     context.Context
	now     time.Time
	rev     int64    // of this transaction, 0 until it writes something replicated
	id      [16]byte // likewise
	ops     []Op
	after   []func()
	commit  Commit
	as      *Author // who writes for the moment, in As
	undo    bool
	undoes  []byte              // the transaction that this one takes back
	roots   map[rowKey]bool     // rows made by this transaction that are roots, or lead to some
	added   map[rowKey][]string // entities of the rows that it has added, by root
	fresh   map[[16]byte]bool   // ids of ops that are not in the log
	burst   burst               // lines that wait to be written
	making  map[rowKey]bool     // rows that the pushed transaction which is being tried makes
	ahead   map[standingKey]*standing
	late    bool        // only what Decide lets pass with a reason is written
	inverse []inverseOp // what the undo of another computer may write
	takes   uuid.UUID   // the transaction that it takes back
	taken   map[takenKey]taken
	counted int64     // ops made, by a member that counts them
	family  uuid.UUID // what the ids of its rows have in common
	ids     int       // of rows, so far
	ended   bool
	logged  bool  // op_log was touched
	spoilt  error // why the transaction may not end well, whatever its function says
}

func newTx(s *Store, r *request) *Tx {
	return &Tx{s: s, req: r, now: s.now(), burst: burst{rows: map[rowKey]bool{}}, undo: r.undoes != nil, undoes: r.undoes}
}

// Now returns the transaction's instant in UTC; it does not move while the transaction runs.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID returns a fresh UUIDv7 for a row. Those of one transaction are counted in rand_a behind one random number (RFC 9562,
// section 6.2, method 1): they keep their order in an index, and compress to almost nothing on the way to a replica.
func (tx *Tx) NewID() string {
	const perNumber = 1 << 12
	if tx.ids%perNumber == 0 {
		tx.family = tx.newUUID()
	}
	n := tx.ids % perNumber
	tx.ids++
	id := tx.family
	id[6], id[7] = id[6]&0xf0|byte(n>>8), byte(n) //nolint:gosec // 12 bits
	return id.String()
}

// Author returns who writes.
func (tx *Tx) Author() Author { return tx.req.author }

// Context returns the context that Write was given, marked so that a Write inside this one fails instead of waiting for
// itself.
func (tx *Tx) Context() context.Context {
	if tx.ctx == nil {
		tx.ctx = context.WithValue(tx.req.ctx, nestedKey{tx.s}, true)
	}
	return tx.ctx
}

// Query returns a builder whose statements see this transaction. They may read everything and write local tables; what
// would write a replicated or log table, or change the schema, answers ErrGuarded. Statements stay prepared, so their
// text should be constant.
func (tx *Tx) Query() dbx.Builder {
	return tx.s.local.builder
}

// Exec runs one statement as Query would.
func (tx *Tx) Exec(text string, p dbx.Params) (sql.Result, error) {
	return tx.Query().NewQuery(text).Bind(p).Execute()
}

// Written tells how many ops the transaction has made so far.
func (tx *Tx) Written() int { return len(tx.ops) }

// AfterCommit has fn called in Write's goroutine once the transaction is durable, before Write returns. It is not called
// when the transaction fails.
func (tx *Tx) AfterCommit(fn func()) { tx.after = append(tx.after, fn) }

// Create makes a row: one op with the columns of row as JSON. Columns that row does not name take their defaults; id,
// deleted, extra, rev, created_hlc and integer keys are the store's own. It answers ErrExists when the id is taken, also
// by a removed row, ErrConflict when the schema forbids the row, and *RefusedError.
func (tx *Tx) Create(entity, id string, row Row) error {
	e, err := tx.entity(entity)
	if err != nil {
		return err
	}
	if id == "" {
		return fmt.Errorf("store: create %s: no id", entity)
	}
	values, set, err := e.normalRow(id, row)
	if err != nil {
		return err
	}
	op := tx.newOp(entity, id, "")
	op.Value = e.appendRow(nil, values, set)
	return tx.create(e, &op, claim{hlc: op.HLC, device: tx.req.author.Device}, values, set)
}

// Set writes fields of a row: one op for each that really changes, in the order of the table's columns. It answers
// ErrNoRow when there is no such row, ErrAppendOnly, ErrConflict and *RefusedError. A removed row can be written.
func (tx *Tx) Set(entity, id string, fields Row) error {
	e, err := tx.entity(entity)
	if err != nil {
		return err
	}
	if e.appendOnly {
		return fmt.Errorf("%w: %s", ErrAppendOnly, entity)
	}
	for name := range fields {
		if _, err := e.writable(name); err != nil {
			return err
		}
	}
	return tx.change(e, id, fields)
}

// Redact writes fields of a row of an append-only table: it takes out what may not be told any more. Only the program does; it
// answers ErrAppendOnly to everybody else, and what Set answers.
func (tx *Tx) Redact(entity, id string, fields Row) error {
	e, err := tx.entity(entity)
	if err != nil {
		return err
	}
	if a := tx.req.author; a.Role != System.Role || a.User != System.User {
		return fmt.Errorf("%w: %s", ErrAppendOnly, entity)
	}
	for name := range fields {
		if _, err := e.writable(name); err != nil {
			return err
		}
	}
	return tx.change(e, id, fields)
}

// Remove marks a row as deleted. Removing a removed row changes nothing; ErrNoRow says that there is none.
func (tx *Tx) Remove(entity, id string) error {
	e, err := tx.entity(entity)
	if err != nil {
		return err
	}
	return tx.change(e, id, Row{fieldDeleted: 1})
}

// entity looks up a replicated table for a transaction that is running.
func (tx *Tx) entity(name string) (*entity, error) {
	if tx.ended {
		return nil, ErrTxDone
	}
	if e := tx.s.entities[name]; e != nil {
		return e, nil
	}
	return nil, fmt.Errorf("store: %q is no replicated table", name)
}

// run calls fn, then logs the commit. A panic becomes an error.
func (tx *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	if err = fn(tx); err == nil {
		err = tx.seal()
	}
	if err != nil && tx.spoilt != nil { // what came after it only follows from it
		return errors.Join(tx.spoilt, err)
	}
	return err
}

// touch gives the transaction its revision and id, when the first op needs them.
func (tx *Tx) touch() {
	if tx.rev == 0 {
		tx.rev = tx.s.rev + 1
		tx.id = tx.newUUID()
	}
}

func (tx *Tx) newUUID() uuid.UUID {
	id, err := uuid.Parse(tx.s.opts.NewID())
	if err != nil {
		panic(fmt.Sprintf("store: Options.NewID made no UUID: %v", err))
	}
	return id
}

// now is the store's instant: this computer's clock, on a member corrected to the host's.
func (s *Store) now() time.Time {
	return s.opts.Now().Add(time.Duration(s.offset.Load())).UTC().Truncate(time.Millisecond)
}

// SetClockOffset corrects the instants and hybrid times of a member: d is how far the host's clock is ahead of this
// computer's.
func (s *Store) SetClockOffset(d time.Duration) {
	if !mutant.On(mutant.NoClockCorrection) {
		s.offset.Store(int64(d))
	}
}

// newOp returns an op of this machine, stamped now.
func (tx *Tx) newOp(entity, row, field string) Op {
	tx.touch()
	id := tx.newUUID()
	if mutant.On(mutant.CounterOpIDs) && tx.s.opts.Member {
		id = tx.countedID()
	}
	return Op{ID: id, TxID: tx.id, HLC: tx.s.clock.Stamp(tx.now), Entity: entity, Row: row, Field: field}
}

// seal writes the commit's own line when there was anything to log.
func (tx *Tx) seal() error {
	if tx.spoilt != nil {
		return tx.spoilt
	}
	tx.commit = Commit{At: tx.now, Author: tx.req.author}
	if !tx.logged {
		return nil
	}
	if tx.s.opts.Member {
		tx.commit.Rev, tx.commit.TxID, tx.commit.Ops = tx.rev, uuid.UUID(tx.id).String(), tx.ops
		return nil
	}
	if err := tx.follow(); err != nil {
		return err
	}
	if err := tx.flush(); err != nil {
		return err
	}
	a := tx.req.author
	err := tx.s.exec(tx.s.st.insertCommit, tx.rev, tx.nonce(), tx.now.UnixMilli(), tx.id[:], a.User, a.Device, tx.undoes)
	if err != nil {
		return fmt.Errorf("log the commit: %w", err)
	}
	tx.commit.Rev, tx.commit.TxID, tx.commit.Ops = tx.rev, uuid.UUID(tx.id).String(), tx.ops
	return nil
}

// follow lets Options.Follow add what the applied ops entail, and what that entails in turn.
func (tx *Tx) follow() error {
	if tx.s.opts.Follow == nil {
		return nil
	}
	if err := tx.flush(); err != nil { // it may read the log
		return err
	}
	for i := 0; i < len(tx.ops); i++ { // what an op entails may entail more
		op := tx.ops[i]
		if op.Outcome != Applied || op.Entity == EntityScope {
			continue
		}
		if err := tx.followOne(op); err != nil {
			return fmt.Errorf("follow %s of %s: %w", fieldName(op.Field), op.Entity, err)
		}
	}
	return nil
}

// followOne lets Options.Follow see an op as its author's: what was made in As is not the transaction's author's to answer for.
func (tx *Tx) followOne(op Op) error {
	if op.by == nil {
		return tx.s.opts.Follow(tx, op)
	}
	return tx.As(*op.by, func() error { return tx.s.opts.Follow(tx, op) })
}

// made notes a new root of this transaction: whoever makes it may go on to write under it. Its maker chooses the id, and may
// choose that of somebody else's row of another entity, so the id alone says nothing.
func (tx *Tx) made(k rowKey) {
	if tx.roots == nil {
		tx.roots = map[rowKey]bool{}
	}
	tx.roots[k] = true
}

// add notes a row that this transaction has added, for Decide.
func (tx *Tx) add(e *entity, id, root string) {
	if !tx.req.author.Scoped || root == everyRoot {
		return
	}
	if e.root == "id" {
		tx.made(rowKey{e.name, id})
	}
	if tx.added == nil {
		tx.added = map[rowKey][]string{}
	}
	if k := e.under(root); !slices.Contains(tx.added[k], e.name) {
		tx.added[k] = append(tx.added[k], e.name)
	}
}

// nonce folds the random bits of a UUIDv7 (RFC 9562, section 5.7: 12 in bytes 6 and 7, 62 in bytes 8 to 15) into 64.
func (tx *Tx) nonce() int64 {
	id := tx.newUUID()
	return int64(binary.BigEndian.Uint64(id[8:]) ^ uint64(id[7])<<56) //nolint:gosec // bits, not a number
}
