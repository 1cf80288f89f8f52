// Package mutant names the rules of replication that the simulation breaks on purpose. A rule whose breach no invariant
// notices is a rule that nobody tests. Without the build tag "mutants" every On is the constant false and costs nothing.
package mutant

// Rule is one rule of replication, named after its breach.
type Rule int

// The breaches.
const (
	None                     Rule = iota
	NoOwnershipCheck              // the host does not ask whose prospect it is
	HostActivityIDs               // the host gives activities ids of its own
	NoTombstones                  // removed rows are not sent
	CursorHighestHLC              // the cursor is the highest hybrid time seen
	RevocationLiveOnly            // who is away when a grant ends never hears of it
	ResetKeepsRows                // a reset leaves the old rows
	ForgetOnceSent                // an op leaves the outbox when it was sent
	NoNonce                       // only "beyond the head" is noticed, no other head
	SettledNotKept                // settled ops are not kept for a restored host
	SettleOnAck                   // an acknowledgement settles ops
	GrantOnlyChanges              // a grant brings only what changes from now on
	PageWithoutFrom               // pages are applied wherever they begin
	CounterOpIDs                  // op ids are counted
	MembershipInDatabaseOnly      // the membership list is only in the file that is backed up
	NonceOfPos                    // the cursor's nonce is that of its position, not of the head
	NoClockCorrection             // neither offset nor clamp
	StrayStaysStray               // what is written under a contact that is part of another stays there
	MoveWithoutRegrant            // who holds a person that gets, or loses, a prospect or a phone is told nothing
	OwnRowsForAll                 // somebody's own template, view or export is everybody's to write
	UndoIsAnEdit                  // an undo made elsewhere writes over what somebody else has written since
)

// Names are the rules as tests and the command line name them.
var Names = map[Rule]string{
	NoOwnershipCheck: "no-ownership-check", HostActivityIDs: "host-activity-ids", NoTombstones: "no-tombstones",
	CursorHighestHLC: "cursor-highest-hlc", RevocationLiveOnly: "revocation-live-only", ResetKeepsRows: "reset-keeps-rows",
	ForgetOnceSent: "forget-once-sent", NoNonce: "no-nonce", SettledNotKept: "settled-not-kept", SettleOnAck: "settle-on-ack",
	GrantOnlyChanges: "grant-only-changes", PageWithoutFrom: "page-without-from", CounterOpIDs: "counter-op-ids",
	MembershipInDatabaseOnly: "membership-in-database-only", NonceOfPos: "nonce-of-pos", NoClockCorrection: "no-clock-correction",
	StrayStaysStray: "stray-stays-stray", MoveWithoutRegrant: "move-without-regrant", OwnRowsForAll: "own-rows-for-all",
	UndoIsAnEdit: "undo-is-an-edit",
}
