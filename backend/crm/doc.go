// Package crm keeps what an office does with the people who ask for it: contacts, prospects, their submissions, activities
// and reminders; who each prospect is given to; and the lists and the search over them.
//
// It refuses to know where an enquiry came from beyond the words in Enquiry, how a screen looks, and how changes reach
// other computers: every replicated row is written through store.Tx, every derived row by the triggers of
// store/migrations/0003_create_lists.sql.
//
// What a seller may see is decided here, in SQL: every query takes an account.Viewer, and a seller's carries
// "owner_id = viewer". A prospect that is missing and one that belongs to somebody else answer alike: prospect.not_found.
package crm

import (
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// Service is the one door to prospects. It is safe for concurrent use.
type Service struct {
	store *store.Store
	clock clock.Clock
	log   logrus.FieldLogger
	turns atomic.Pointer[turnSetup] // as last read

	provided func(*store.Tx) error // what has to hold for a change; nil for nothing
}

// New returns a Service over an open store.
func New(st *store.Store, clk clock.Clock, log logrus.FieldLogger) *Service {
	return &Service{store: st, clock: clk, log: log}
}

// Change is what every mutation returns: the transaction that an undo names. TxID is "" when nothing changed.
type Change struct {
	TxID string `json:"tx_id"`
}

// Created is the Change of a mutation that made a row.
type Created struct {
	ID string `json:"id"`
	Change
}

// Codes of this package's faults that callers branch on.
const (
	// CodeProspectNotFound answers for a prospect that does not exist and for one the viewer may not see.
	CodeProspectNotFound = "prospect.not_found"
	// CodeContactConflict means that the phone of an enquiry belongs to one contact and its e-mail to another.
	CodeContactConflict = "contact.conflict"
	// CodeSubmissionDuplicate means that the lead was registered before; argument prospect_id.
	CodeSubmissionDuplicate = "submission.duplicate"
)
