// Package intake brings every lead into the office, once: it keeps the connection to Meta, asks its forms for leads, reads
// the files that Meta and others export, and takes each lead through one ledger, keyed by Meta's lead id, until it is a
// submission of a prospect or a line that says why not.
//
// It refuses to know how people are matched, who gets a prospect and what a screen looks like: crm.Register decides the
// first two inside intake's transaction. Its answers hold codes, never sentences.
//
// Invariants, kept by construction and by tests:
//   - a lead id has one line in the ledger for ever, and one submission at most: both are written in one transaction;
//   - a form's high water is Meta's time, and passes only over leads whose lines are on disk;
//   - one bad lead holds up no other, and is never passed over: its line stays, with what Meta sent, until somebody
//     or something has settled it;
//   - tokens and the app's secret are in the Vault and in memory, never in the database, a log or an error;
//   - a log line about a lead names its id, its state and its seller, and nothing that the person gave.
//
// Every method may be called from any goroutine. Methods that take an account.Viewer answer access.admin_only to anybody
// but an administrator.
package intake

import (
	"io"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// Vault keeps secrets outside the database: the machine's keyring or a key file (see backend/secret).
type Vault interface {
	Get(name string) ([]byte, error)
	Set(name string, value []byte) error
	Delete(name string) error
}

// Deps is what a Service works with. All but Log, NewClient and Random are compulsory.
type Deps struct {
	Store *store.Store
	CRM   *crm.Service
	Vault Vault
	Clock clock.Clock
	// Log gets one line a lead, with ids only; nil is silent.
	Log logrus.FieldLogger
	// NewClient makes the client of a connection; meta.NewClient when nil.
	NewClient func(meta.Config) *meta.Client
	// Random returns numbers in [0,1) that spread retries; nil spreads nothing.
	Random func() float64
	// Version is the program's, for the health page.
	Version string
	// Machine tells how this computer keeps what comes in, for the health page. nil tells of nothing.
	Machine func() Machine
}

// Machine is how a computer keeps the office's file.
type Machine struct {
	Backup  string // code of why the last backup, or its copy, failed; "" when it did not
	Damaged bool   // the file has pages that cannot be read
}

// Service is the one door to the ledger, the connection and the imports.
type Service struct {
	store     *store.Store
	crm       *crm.Service
	vault     Vault
	clock     clock.Clock
	log       logrus.FieldLogger
	newClient func(meta.Config) *meta.Client
	random    func() float64
	version   string
	machine   func() Machine

	link    link       // the live connection
	forms   keyedMutex // one reading of a form at a time
	pace    pace       // when each form is asked next
	imports running    // imports under way
	wakes   wakes      // ends the loops' naps
	hooks   hooks      // who wants to hear of leads, imports and the connection
	fresh   fresh      // what webhooks have told of
	hook    hook       // whether webhooks come
	trips   trips      // test leads on their way

	probed  instants // when leads that wait for a person were last tried anyway
	cleared instants // when a page answered although leads of its did not
	listed  instants // when a page's forms were listed for a lead of a new form
}

// New returns a Service. It starts nothing; Run does.
func New(d Deps) *Service {
	s := &Service{
		store: d.Store, crm: d.CRM, vault: d.Vault, clock: d.Clock, log: d.Log, newClient: d.NewClient, random: d.Random, version: d.Version,
		machine: d.Machine,
	}
	if s.log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		s.log = silent
	}
	s.log = s.log.WithField("part", "intake")
	if s.newClient == nil {
		s.newClient = meta.NewClient
	}
	if s.random == nil {
		s.random = func() float64 { return 0 }
	}
	s.wakes.init()
	s.fresh.wake = make(chan struct{}, 1)
	return s
}

// Codes of this package's faults. Codes of Meta's are in package meta.
const (
	CodeLeadNotFound      = "lead.not_found"
	CodeLeadSettled       = "lead.settled"             // a retry of a line that is registered, linked or test
	CodeLeadNotHeld       = "lead.not_held"            // a decision about a line that waits for none
	CodeLeadUnreadable    = "lead.unreadable"          // what Meta sent has no shape we know
	CodeLeadWithoutID     = "lead.without_id"          //
	CodeLeadNotConnected  = "lead.not_connected"       // its page is not connected, so it cannot be fetched
	CodePageNotFound      = "page.not_found"           //
	CodeFormNotFound      = "form.not_found"           //
	CodeNotConnected      = "meta.not_connected"       //
	CodeTokenOtherApp     = "meta.token_other_app"     //nolint:gosec // the token was made for another app than the one typed in
	CodeImportNotFound    = "import.not_found"         //
	CodeImportEmpty       = "import.empty"             // no row under the header
	CodeImportTooLarge    = "import.too_large"         // max_mb, or max_rows
	CodeImportUnreadable  = "import.unreadable"        // neither text in columns nor a workbook
	CodeImportState       = "import.state"             // the import is past that; argument state
	CodeImportIDDamaged   = "import.id_damaged"        // a spreadsheet has rounded the ids; arguments column, line
	CodeImportDateAsk     = "import.date_ambiguous"    // every date reads both ways; day_first must be given
	CodeImportDateInvalid = "import.date_invalid"      // a row's date
	CodeImportNoContact   = "import.no_contact"        // a row with neither phone nor e-mail
	CodeImportNoColumns   = "import.no_contact_column" // no column is a phone, an e-mail or a lead id
)

// Codes lists the codes above, for the check that each has its sentence.
func Codes() []string {
	return []string{
		CodeLeadNotFound, CodeLeadSettled, CodeLeadNotHeld, CodeLeadUnreadable, CodeLeadWithoutID, CodeLeadNotConnected, CodePageNotFound,
		CodeFormNotFound, CodeNotConnected, CodeTokenOtherApp, CodeImportNotFound, CodeImportEmpty, CodeImportTooLarge,
		CodeImportUnreadable, CodeImportState, CodeImportIDDamaged, CodeImportDateAsk, CodeImportDateInvalid,
		CodeImportNoContact, CodeImportNoColumns,
	}
}

// format writes an instant for the database and the API; "" for none.
func format(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return clock.Format(t)
}

// parse reads an instant of the database; the zero time for "" and for what is none.
func parse(text string) time.Time {
	t, err := clock.Parse(text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// keyedMutex is one mutex a key.
type keyedMutex struct {
	mu   sync.Mutex
	held map[string]*sync.Mutex
}

func (k *keyedMutex) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.held == nil {
		k.held = map[string]*sync.Mutex{}
	}
	m := k.held[key]
	if m == nil {
		m = &sync.Mutex{}
		k.held[key] = m
	}
	k.mu.Unlock()
	m.Lock()
	return m.Unlock
}
