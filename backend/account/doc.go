// Package account knows the people who use the program: their passwords, their sessions, their preferences, what their role
// lets them be (the Viewer that every query carries), and the audit trail of what they did with accounts.
//
// It refuses to know prospects, screens and HTTP. A user's row is replicated and written through store.Tx; passwords,
// sessions, delays, preferences and the audit trail are tables of the host alone and never leave it.
//
// Invariants, kept by construction and by tests:
//   - a password exists as an argon2id hash only, a session's token as its SHA-256 only, and neither is ever logged;
//   - an attempt at a password is counted before the password is looked at, so that attempts made at the same time, or a
//     program that is killed in between, win nobody a guess;
//   - an unknown login costs as much time as a wrong password and answers alike;
//   - there is always an active administrator;
//   - a full disk keeps nobody from coming in and reading, and wins nobody a guess.
//
// Every method may be called from any goroutine.
package account

import (
	"io"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Codes of this package's faults.
const (
	CodeBadCredentials = "account.bad_credentials" // the login is unknown or the password wrong
	CodeWait           = "account.wait"            // too many failures; argument seconds
	CodePasswordShort  = "account.password_short"  // argument min
	CodeLoginTaken     = "account.login_taken"     //
	CodeLastAdmin      = "account.last_admin"      // there would be no active administrator left
	CodeInactive       = "account.inactive"        // the password is right, the account is switched off

	CodeSessionMissing = "session.missing" // no token, or one nobody knows
	CodeSessionExpired = "session.expired" //
	CodeSessionLocked  = "session.locked"  // the password unlocks it

	CodeUserNotFound = "user.not_found"    //
	CodeAdminOnly    = "access.admin_only" //
)

// Service is the one door to accounts.
type Service struct {
	store *store.Store
	clock clock.Clock
	log   logrus.FieldLogger
	// hashing bounds how many passwords are worked on at once, and with it the memory they take.
	hashing chan struct{}
	// unwritten is what the database would hold if the disk were not full.
	unwritten unwritten
}

// hashers is how many passwords may be worked on at once; see hashMemory.
const hashers = 2

// New returns a Service over an open store. log may be nil; it gets ids, never names.
func New(st *store.Store, clk clock.Clock, log logrus.FieldLogger) *Service {
	if log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		log = silent
	}
	return &Service{store: st, clock: clk, log: log, hashing: make(chan struct{}, hashers)}
}

// AdminOnly answers access.admin_only to everybody but administrators.
func AdminOnly(v Viewer) error {
	if v.IsAdmin() {
		return nil
	}
	return fault.New(CodeAdminOnly)
}

func (s *Service) now() time.Time { return s.clock.Now().UTC().Truncate(time.Millisecond) }
