package store

import (
	"encoding/json"
	"time"

	"sitegroup.mx/crm/store/hlc"
)

// Author is who writes: a person on one of their computers, or the program itself.
type Author struct {
	User   string // user id; "" for the program
	Role   string // as Decide understands it: "admin", "seller", "system"
	Device string // installation; "" means this one
	Scoped bool   // may only touch roots in scope
}

// System is the program itself.
var System = Author{Role: "system"}

// Outcome is how an op was settled. The numbers are those of op_log.outcome.
type Outcome int

// The three ways for an op to end.
const (
	Applied    Outcome = 1 // the field has the op's value
	Superseded Outcome = 2 // somebody wrote later; the value is kept in the log only
	Refused    Outcome = 3 // Decide said no
)

// String implements fmt.Stringer.
func (o Outcome) String() string {
	switch o {
	case Applied:
		return "applied"
	case Superseded:
		return "superseded"
	case Refused:
		return "refused"
	}
	return "undecided"
}

// Op is one field written once, or one row created.
type Op struct {
	ID     [16]byte
	TxID   [16]byte
	HLC    hlc.Time
	Entity string // a table of the registry, or EntityScope
	Row    string // its id; for EntityScope the root's id
	Field  string // "" for the creation of the whole row; for EntityScope the user's id
	// Value is JSON: the new value (string, number, null; booleans are 0 and 1; JSON columns are strings), or the object of
	// the columns given at creation.
	Value   json.RawMessage
	Before  json.RawMessage // the value replaced; nil for a creation
	Outcome Outcome
	Reason  string // Decide's code, "" when applied

	by *Author // who has made it in As; nil for the transaction's author
}

// EntityScope is the entity of the ops that Grant and Revoke leave: Row is the root, Field the user, Value 1 or 0.
const EntityScope = "scope"

// fieldDeleted is the field that Remove sets.
const fieldDeleted = "deleted"

// Commit is one durable transaction. Rev is 0 and TxID "" when it wrote nothing replicated.
type Commit struct {
	Rev    int64     // dense: 1, 2, 3 …
	TxID   string    // UUID text, what Undo takes
	At     time.Time // this machine's clock, UTC
	Author Author
	Ops    []Op // in the order in which they were made
}

// Row is the columns of a replicated row. Values are string, int, int64, float64, bool (0 or 1), json.RawMessage (stored
// as text) or nil. Rows that the store hands out hold string, int64, float64 and nil only.
type Row map[string]any

// Decide settles one op. It is pure: the same proposal always has the same verdict.
type Decide func(Proposal) Verdict

// Follow adds to a transaction what one of its applied ops entails: whoever gets a prospect is granted it. It is called
// before the commit, for local ops as for those of other computers, and again for the ops that it makes itself. It may
// Grant, Revoke and Regrant, and write rows, also As another author, who is then the Tx's author when the ops made so are
// followed in turn. Its error fails the whole commit, so it is for what the file itself refuses, never for what a person has
// asked in vain.
type Follow func(*Tx, Op) error

// And returns a Follow that lets g follow after f.
func (f Follow) And(g Follow) Follow {
	return func(tx *Tx, op Op) error {
		if err := f(tx, op); err != nil {
			return err
		}
		return g(tx, op)
	}
}

// Proposal is what Decide sees, inside the transaction.
type Proposal struct {
	Actor Author
	Op    Op
	// Current is the row before the op; nil for a creation. Of an op of another computer it holds the id, the root and the
	// field alone.
	Current Row
	Root    string // the id that decides scope, "*" for rows that everybody holds
	// InScope says that Actor.User is granted Root, or makes it. Who makes a row that only leads to roots, on another computer,
	// has to make a root with it. Computed only for Scoped actors, false for "*".
	InScope bool
	// Added names the entities of which the transaction has added rows under Root so far; computed only for Scoped actors.
	Added []string
	Stray bool // the op refers to a row that is not in the Scoped actor's scope
	// Foreign says, of an undo, that the row leads to a root that is still there and not the Scoped actor's.
	Foreign bool
	// LostAt is when the Scoped actor lost Root, of an op made on another computer while they still had it; else zero.
	LostAt time.Time
	Undo   bool // the op takes back one of a transaction that Undo was asked to reverse
	Now    time.Time
}

// Verdict is Decide's answer. Reason is a stable code for Superseded and Refused.
type Verdict struct {
	Outcome Outcome
	Reason  string
}

// applyAll is the Decide of a store that was given none.
func applyAll(Proposal) Verdict { return Verdict{Outcome: Applied} }
