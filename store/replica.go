package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sitegroup.mx/crm/store/hlc"
)

// Cursor says how far a replica has read: up to commit Pos, in pages that were read at commit Head, whose random number
// was Nonce. A host that does not know that number at Head has been restored, copied or rolled back. The zero Cursor has
// read nothing.
type Cursor struct {
	Pos, Head, Nonce int64
}

// FeedQuery asks for the next page of a user's rows, for one of their devices.
type FeedQuery struct {
	User, Device string
	From         Cursor
	Limit        int  // rows; 0 means 500. A page ends with a commit, so it may hold more
	Check        bool // add the scope's check sum when the page reaches the head
}

// Page is a stretch of a user's rows as the host has them: what a replica that stands at From needs to stand at To.
type Page struct {
	From, To Cursor
	More     bool     // the host has more than To
	Rest     int64    // rows after this page, roughly; for a progress bar
	Clock    hlc.Time // the host's hybrid clock
	At       int64    // the host's wall clock, milliseconds since 1970
	Forget   []string // roots that are no longer the user's, before Tables
	Whole    []string // what roots refer to that became the user's or were given anew: Tables have everything under it
	Tables   []Table
	Outcomes []OpOutcome // of the device's own ops
	Check    *CheckSum   // of the whole scope; only at the head, and not on every page
}

// Table is rows of one entity. The first column is the id. Values are string, int64, float64 and nil.
type Table struct {
	Entity  string
	Columns []string
	Rows    [][]any
}

// OpOutcome is how the host has settled an op.
type OpOutcome struct {
	ID      [16]byte
	Outcome Outcome
	Reason  string
	ByUser  string // who wrote later, of a superseded op
	ByAt    int64  // when, milliseconds since 1970
}

// CheckSum is the number of rows of a scope and the sum of a hash over each row's entity, id and revision. It finds bugs;
// nothing depends on it.
type CheckSum struct {
	Count, Sum int64
}

// ErrReset is what every *ResetError is.
var ErrReset = errors.New("store: the replica must begin again")

// ResetError says that a replica must read everything again, and why.
type ResetError struct {
	Reason string // a constant ResetXxx
}

// Reasons to begin again.
const (
	ResetUnknownCommit = "unknown_commit" // the host has not made the commit that the replica was read at
	ResetPurged        = "purged"         // what the replica has missed is no longer kept
	ResetRoleChanged   = "role_changed"   // the user sees everything now, or no longer does
	ResetCheckFailed   = "check_failed"   // the check sums differ
)

// Error implements error.
func (e *ResetError) Error() string { return fmt.Sprintf("%v: %s", ErrReset, e.Reason) }

// Is makes errors.Is(err, ErrReset) true.
func (e *ResetError) Is(target error) bool { return target == ErrReset }

// PushedTx is a transaction that was made on a member. Of its ops only ID, HLC, Entity, Row, Field and Value count.
type PushedTx struct {
	ID      [16]byte
	BaseRev int64    // the member's Cursor.Pos when it was made
	Undoes  [16]byte // the transaction it takes back; zero for none
	Ops     []Op
}

// PendingTx is a transaction in a member's outbox.
type PendingTx struct {
	PushedTx
	N int64 // the outbox's number of its last op
}

// ReplicaState is what a member knows of its own standing.
type ReplicaState struct {
	Cursor     Cursor
	Filling    bool  // the first pages, or those after a reset, are still coming
	Rest       int64 // rows still to come while filling, roughly
	Unsettled  int64 // transactions that the host has not settled
	Held       int64 // of these, transactions that the host is too old for
	Refused    int64 // ops to be shown
	Superseded int64 // ops to be shown

	OldestUnsettled time.Time // when the oldest of them was made; zero when there is none
	LastPage        time.Time // when the last page was applied, by this computer's clock
	LastHead        time.Time // when a page last reached the host's head
}

// Unaccepted is an op that did not become what its author meant.
type Unaccepted struct {
	OpID, TxID         string
	Outcome            Outcome // Superseded or Refused
	Reason             string
	Entity, Row, Field string
	Root               string          // "" when the row is gone
	Mine, Theirs       json.RawMessage // what the author wrote, and what stands; nil when Forgotten
	ByUser             string          // who wrote what stands; "" when unknown
	ByAt               time.Time
	At                 time.Time // when the author wrote it
	Forgotten          bool      // the prospect is no longer the user's, and its values are gone
}

// PurgePolicy is how long the host keeps what. Zero durations keep for ever.
type PurgePolicy struct {
	LogValues  time.Duration // values of op_log
	LogLines   time.Duration // lines of op_log, beyond LogValues
	Tombstones time.Duration // removed rows and ended grants
}

// PurgeReport counts what a purge has taken away.
type PurgeReport struct {
	Values, Lines, Rows, Grants int64
}
