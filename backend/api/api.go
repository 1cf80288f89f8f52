// Package api is the one HTTP API of the program: huma operations over the domain packages, problem+json with stable codes,
// and the events that screens follow. The window calls it in process, the browser through serve; neither has a route of its
// own. It decides who may call (sessions and roles), never what a person may see: that is each domain package's, through the
// account.Viewer it is handed. It refuses to know SQL, Meta and the file system.
//
// Invariants, kept by construction and by tests:
//   - no text of an error leaves the program: an answer has a code, and arguments where the code's sentence needs them;
//   - openapi.json is what the routes are, and every answer has the shape that it says;
//   - a page hears of a prospect only while its session's user may see it.
package api

import (
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/export"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/store"
)

// Office is one open office and everything that works on it.
type Office struct {
	Store    *store.Store
	Accounts *account.Service
	CRM      *crm.Service
	History  *history.Service
	Exports  *export.Service
	Intake   *intake.Service
	// Host is there where this computer has the last word, Member where another one has: one of the two.
	Host    *office.Host
	Member  *office.Member
	Backups *recovery.Service // the host's, nil on a member
	Network Network
	Relay   Relay // the host's
	// Handover moves the office to another computer.
	Handover Handover
	// Damaged reports whether the last look at the file, which is daily, has found a page that cannot be read; nil for no look.
	Damaged func() bool
	// Demo tells that it will be thrown away.
	Demo bool
}

// Setup moves the program between no office, its own office and the demo. The program implements it.
type Setup interface {
	// State tells what is open. It needs no session.
	State(ctx context.Context) (SetupState, error)
	// Create makes the office and signs its first administrator in; setup.done when there is one.
	Create(ctx context.Context, n NewOffice) (account.Session, error)
	// OpenDemo opens a demo office and signs its administrator in; setup.done when an office is open.
	OpenDemo(ctx context.Context) (account.Session, error)
	// LeaveDemo closes and deletes the demo office; demo.not_open when none is open.
	LeaveDemo(ctx context.Context) error
	// Join begins to make this computer one of an office's; setup.done when an office is open, and what is wrong with the
	// invitation. JoinState tells how it goes on.
	Join(ctx context.Context, j NewJoin) error
	JoinState(ctx context.Context) (JoinState, error)
	// CancelJoin gives up, unless this computer is let in already.
	CancelJoin(ctx context.Context) error
	// Look tells of when a backup is, and changes nothing; the same faults as Restore, and what is wrong with the backup.
	Look(ctx context.Context, r NewRestore) (BackupFound, error)
	// Restore begins to bring an office back from a backup; setup.done when an office is open. RestoreState tells how it goes
	// on.
	Restore(ctx context.Context, r NewRestore) error
	RestoreState(ctx context.Context) (RestoreState, error)
}

// Window is the desktop around the page, where there is one.
type Window interface {
	// Notify shows a notification.
	Notify(ctx context.Context, n Notice) error
	// Place asks where a file is to be written; "" when the person changed their mind.
	Place(ctx context.Context, name string) (string, error)
	// Save asks where to keep a file; false when the person changed their mind.
	Save(ctx context.Context, name string, content []byte) (bool, error)
	// Announce shows that a lead has come. Name and Phone are empty when the notification is to name nobody.
	Announce(ctx context.Context, e LeadEvent) error
	// Emit hands an event of this package to the page. Calls come one after the other.
	Emit(event any)
}

// Deps is what the API works with. Window is nil in a browser, Log may be nil.
type Deps struct {
	// Office returns the open office, nil before there is one. It may change while the program runs; OfficeChanged tells.
	Office  func() *Office
	Setup   Setup
	Window  Window
	Clock   clock.Clock
	Log     logrus.FieldLogger
	Version string
}

// API answers everything under /api/. It is safe for concurrent use.
type API struct {
	deps Deps
	log  logrus.FieldLogger
	mux  *http.ServeMux
	huma huma.API
	hub  *hub
}

// Limits of a request's body in bytes. A file may be somewhat larger than what intake takes, so that intake says so.
const (
	maxBody = 1 << 20
	maxFile = 64 << 20
)

// humaOnce guards what huma keeps in variables of its own.
var humaOnce sync.Once

// New returns the API. Call OfficeChanged once an office is open.
func New(d Deps) *API {
	humaOnce.Do(func() {
		huma.DefaultArrayNullable = false // Go's empty lists are [] here, never null
		huma.NewError = newProblem
	})
	if d.Log == nil {
		silent := logrus.New()
		silent.SetLevel(logrus.PanicLevel)
		d.Log = silent
	}
	a := &API{deps: d, log: d.Log, mux: http.NewServeMux(), hub: newHub(d.Log, d.Clock)}
	a.huma = humago.New(a.mux, a.config())
	a.routeSetup()
	a.routeSession()
	a.routeUsers()
	a.routeProspects()
	a.routeTags()
	a.routeBoard()
	a.routeBulk()
	a.routeViews()
	a.routeContacts()
	a.routeMerges()
	a.routeActivities()
	a.routeTurns()
	a.routeAgenda()
	a.routeHistory()
	a.routeTemplates()
	a.routeDashboard()
	a.routeExports()
	a.routeMeta()
	a.routeLeads()
	a.routeImports()
	a.routeSync()
	a.routeDevices()
	a.routeRelay()
	a.routeRecovery()
	a.routeHandover()
	a.routeWindow()
	a.routeEvents()
	describe(a.huma.OpenAPI())
	return a
}

func (a *API) config() huma.Config {
	c := huma.DefaultConfig("SITEGROUP CRM", "1")
	c.CreateHooks = nil // they add $schema to every body
	c.Formats = map[string]huma.Format{"application/json": wellFormed(huma.DefaultJSONFormat), "json": wellFormed(huma.DefaultJSONFormat)}
	c.OpenAPIPath = "/api/openapi"
	c.DocsPath, c.SchemasPath = "", ""
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {Type: "http", Scheme: "bearer"}}
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Transformers = []huma.Transformer{a.trace}
	return c
}

// wellFormed refuses what is not UTF-8 (RFC 8259, section 8.1). Go's decoder would put a mark where it cannot read, and a name
// would be kept as two of them.
func wellFormed(f huma.Format) huma.Format {
	decode := f.Unmarshal
	f.Unmarshal = func(data []byte, v any) error {
		if !utf8.Valid(data) {
			return errors.New("not UTF-8")
		}
		return decode(data, v)
	}
	return f
}

// OpenAPI returns the description of every operation, for the generated client and for tests.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// OfficeChanged lets the events follow the office that is open now, and ends the streams of the one before.
func (a *API) OfficeChanged() { a.hub.attach(a.deps.Office()) }

// SyncChanged tells pages to read anew how this computer stands with the others.
func (a *API) SyncChanged() { a.hub.tell(everybody, func(w *waiting) { w.sync = true }) }

// ServeHTTP implements http.Handler. A panic becomes an internal error; the request's line in the log holds no query string
// and no body.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := a.deps.Clock.Now()
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	defer func() {
		if reason := recover(); reason != nil {
			a.panicked(seen, reason)
		}
		a.log.WithFields(logrus.Fields{
			"method": r.Method, "path": r.URL.Path, "status": seen.status, "ms": a.deps.Clock.Now().Sub(started) / time.Millisecond,
		}).Debug("request answered")
	}()
	if _, pattern := a.mux.Handler(r); pattern == "" {
		sendProblem(seen, problemOf(fault.New(CodeRouteNotFound)))
		return
	}
	a.mux.ServeHTTP(seen, r)
}

func (a *API) panicked(w *statusWriter, reason any) {
	if reason == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		panic(reason)
	}
	p := problemOf(fault.New(fault.CodeInternal))
	p.Trace = a.newTrace()
	a.log.WithFields(logrus.Fields{"trace": p.Trace, "reason": reason, "stack": string(debug.Stack())}).Error("request panicked")
	if !w.written {
		sendProblem(w, p)
	}
}

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status  int
	written bool
}

// WriteHeader implements http.ResponseWriter.
func (w *statusWriter) WriteHeader(status int) {
	w.status, w.written = status, true
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *statusWriter) Write(b []byte) (int, error) {
	w.written = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
