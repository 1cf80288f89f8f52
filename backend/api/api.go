// Package api is the one HTTP API of the program: huma operations over the domain packages, problem+json with stable codes,
// and the events that screens follow. The window calls it in process, the browser through serve; neither has a route of its
// own. It decides who may call (sessions and roles), never what a person may see: that is each domain package's, through the
// account.Viewer it is handed. It refuses to know SQL, Meta and the file system.
package api

import (
	"context"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/store"
)

// Office is one open office and everything that works on it.
type Office struct {
	Store    *store.Store
	Accounts *account.Service
	CRM      *crm.Service
	Intake   *intake.Service
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
}

// Window is the desktop around the page, where there is one.
type Window interface {
	Notify(ctx context.Context, n Notice) error
	// Save asks where to keep a file; false when the person changed their mind.
	Save(ctx context.Context, name string, content []byte) (bool, error)
	// Emit hands an event of this package to the page.
	Emit(event any)
}

// Deps is what the API works with. Window is nil in a browser.
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

// Deadlines and limits of a request. Calls that wait for Meta or read a file may take long.
const (
	localDeadline   = 15 * time.Second
	outsideDeadline = 2 * time.Minute
	maxBody         = 1 << 20
	maxFile         = 64 << 20
)

// New returns the API. Call OfficeChanged once an office is open.
func New(d Deps) *API {
	huma.DefaultArrayNullable = false
	huma.NewError = newProblem
	if d.Log == nil {
		silent := logrus.New()
		silent.SetLevel(logrus.PanicLevel)
		d.Log = silent
	}
	a := &API{deps: d, log: d.Log, mux: http.NewServeMux()}
	a.hub = newHub(d.Log)
	config := huma.DefaultConfig("SITEGROUP CRM", "1")
	config.CreateHooks = nil
	config.OpenAPIPath = "/api/openapi"
	config.DocsPath, config.SchemasPath = "", ""
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"session": {Type: "http", Scheme: "bearer"}}
	a.huma = humago.New(a.mux, config)
	a.routeSetup()
	a.routeSession()
	a.routeUsers()
	a.routeProspects()
	a.routeContacts()
	a.routeActivities()
	a.routeMeta()
	a.routeLeads()
	a.routeImports()
	a.routeWindow()
	a.routeEvents()
	describe(a.huma.OpenAPI())
	return a
}

// OpenAPI returns the description of every operation, for the generated client and for tests.
func (a *API) OpenAPI() *huma.OpenAPI { return a.huma.OpenAPI() }

// OfficeChanged lets the events follow the office that is open now, and ends the streams of the one before.
func (a *API) OfficeChanged() { a.hub.attach(a.deps.Office()) }

// ServeHTTP implements http.Handler. A panic becomes an internal error; the request's line in the log holds no query string
// and no body.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() {
		if reason := recover(); reason != nil {
			if reason == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(reason)
			}
			a.log.WithFields(logrus.Fields{"reason": reason, "stack": string(debug.Stack())}).Error("request panicked")
			if !seen.written {
				sendProblem(seen, problemOf(fault.New(fault.CodeInternal)))
			}
		}
		a.log.WithFields(logrus.Fields{
			"method": r.Method, "path": r.URL.Path, "status": seen.status, "ms": time.Since(started).Milliseconds(),
		}).Debug("request answered")
	}()
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path != eventsPath {
		ctx, cancel := context.WithTimeout(r.Context(), deadlineOf(r.URL.Path))
		defer cancel()
		r = r.WithContext(ctx)
	}
	if _, pattern := a.mux.Handler(r); pattern == "" {
		sendProblem(seen, problemOf(fault.New("route.not_found")))
		return
	}
	a.mux.ServeHTTP(seen, r)
}

func deadlineOf(path string) time.Duration {
	for _, slow := range []string{"/api/meta", "/api/imports", "/api/leads", "/api/setup"} {
		if strings.HasPrefix(path, slow) {
			return outsideDeadline
		}
	}
	return localDeadline
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
