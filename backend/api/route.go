package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

// access says who may call a route.
type access int

const (
	anybody   access = iota // no session: before sign-in
	locked                  // a session, even a locked one
	user                    // a session
	adminOnly               // an administrator's session
)

// Deadlines of a request: everything is in a local database, but for what waits for Meta or reads a file. The window does not
// cancel requests, so each carries its own.
const (
	localDeadline   = 15 * time.Second
	outsideDeadline = 2 * time.Minute
)

// route is an operation of the API before huma has it.
type route struct {
	id, method, path, summary string
	access                    access
	// passive calls are made by the page itself now and then; they do not keep a session awake.
	passive bool
	// host routes are the host's alone to answer: a member passes them on.
	host bool
	// always routes are answered even where nothing of the office is shown; see barred.
	always bool
	// maxBody in bytes, 0 for the usual limit.
	maxBody int64
}

// caller is who calls, and the office they call into.
type caller struct {
	office *Office
	viewer account.Viewer
	token  string
}

type callerKey struct{}

// body is an answer whose body is T.
type body[T any] struct{ Body T }

// nothing is the answer of what only happens.
type nothing struct{}

// in is a request whose only input is its body.
type in[T any] struct{ Body T }

// byID is a request about one row.
type byID struct {
	ID string `path:"id" maxLength:"64"`
}

// toID is a request with a body about one row.
type toID[T any] struct {
	ID   string `path:"id" maxLength:"64"`
	Body T
}

// handle registers a route. fn's error becomes a problem; what has no code is logged here, once, and told to nobody.
func handle[I, O any](a *API, r route, fn func(ctx context.Context, c caller, input *I) (O, error)) {
	huma.Register(a.huma, a.operation(r), func(ctx context.Context, input *I) (*body[O], error) {
		c, _ := ctx.Value(callerKey{}).(caller)
		ctx, cancel := context.WithTimeout(ctx, r.deadline())
		defer cancel()
		out, err := fn(ctx, c, input)
		if err != nil {
			return nil, problemOf(err)
		}
		return &body[O]{Body: out}, nil
	})
}

// deadline is what the route's own work may take.
func (r route) deadline() time.Duration {
	switch r.noun() {
	case "meta", "imports", "leads", "setup", "recovery", "handover", "relay":
		return outsideDeadline
	}
	return localDeadline
}

// noun is the first word of the route's path.
func (r route) noun() string { return strings.Split(r.path, "/")[2] }

func (a *API) operation(r route) huma.Operation {
	o := huma.Operation{
		OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, DefaultStatus: http.StatusOK,
		MaxBodyBytes: maxBody, Middlewares: huma.Middlewares{a.admit(r)},
		Extensions: map[string]any{"x-access": [...]string{"anybody", "locked", "user", "admin"}[r.access]},
		Tags:       []string{r.noun()},
	}
	if r.maxBody > 0 {
		o.MaxBodyBytes = r.maxBody
	}
	if r.access != anybody {
		o.Security = []map[string][]string{{"session": {}}}
	}
	return o
}

// admit lets a call in whose session may make it, before anything of its input is read.
func (a *API) admit(r route) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		ctx, cancel := context.WithTimeout(hc.Context(), localDeadline)
		defer cancel()
		c, err := a.identify(ctx, r, hc.Header("Authorization"))
		switch {
		case err == nil && r.host && c.office.Member != nil:
			a.forward(hc, c)
			return
		case err == nil:
			next(huma.WithValue(hc, callerKey{}, c))
			return
		}
		p := problemOf(err)
		a.explain(r.id, p)
		_, w := humago.Unwrap(hc)
		sendProblem(w, p)
	}
}

func (a *API) identify(ctx context.Context, r route, header string) (caller, error) {
	c := caller{office: a.deps.Office(), token: bearer(header)}
	if r.access == anybody && r.noun() == "setup" {
		return c, nil
	}
	if c.office == nil {
		return c, fault.New(CodeSetupNeeded)
	}
	if r.access == anybody {
		return c, nil
	}
	if v, remote := remoteViewer(ctx); remote { // another computer of the office asks
		c.viewer = v
		switch {
		case !r.host:
			return c, fault.New(CodeRouteNotFound)
		case r.access == adminOnly && !v.IsAdmin():
			return c, fault.New(account.CodeAdminOnly)
		case r.always:
			return c, nil
		}
		return c, a.barred(c.office)
	}
	var err error
	c.viewer, err = c.office.Accounts.Resume(ctx, c.token, !r.passive && r.access != locked)
	switch {
	case r.access == locked && fault.Has(err, account.CodeSessionLocked):
		return c, nil
	case err != nil:
		return c, err
	case r.access == adminOnly && !c.viewer.IsAdmin():
		return c, fault.New(account.CodeAdminOnly)
	case !r.always && r.access != locked:
		return c, a.barred(c.office)
	}
	return c, nil
}

// bearer is the token of an Authorization header (RFC 6750, section 2.1), "" when there is none.
func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
