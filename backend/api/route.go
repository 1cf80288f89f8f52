package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

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

// route is an operation of the API before huma has it.
type route struct {
	id, method, path, summary string
	access                    access
	// passive calls are made by the page itself now and then; they do not keep a session awake.
	passive bool
	// maxBody in bytes, 0 for the usual limit.
	maxBody int64
	// kept is a middleware of the route's own.
	kept func(huma.Context, func(huma.Context))
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
		out, err := fn(ctx, c, input)
		if err != nil {
			return nil, a.explain(r.id, err)
		}
		return &body[O]{Body: out}, nil
	})
}

func (a *API) operation(r route) huma.Operation {
	o := huma.Operation{
		OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, DefaultStatus: http.StatusOK,
		MaxBodyBytes: maxBody, Middlewares: huma.Middlewares{a.admit(r)},
		Extensions: map[string]any{"x-access": [...]string{"anybody", "locked", "user", "admin"}[r.access]},
		Tags:       []string{strings.Split(r.path, "/")[2]},
	}
	if r.maxBody > 0 {
		o.MaxBodyBytes = r.maxBody
	}
	if r.access != anybody {
		o.Security = []map[string][]string{{"session": {}}}
	}
	if r.kept != nil {
		o.Middlewares = append(o.Middlewares, r.kept)
	}
	return o
}

// admit lets a call in whose session may make it, before anything of its input is read.
func (a *API) admit(r route) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		c, err := a.identify(hc.Context(), r, hc.Header("Authorization"))
		if err != nil {
			p := a.explain(r.id, err)
			hc.SetHeader("Content-Type", "application/problem+json")
			hc.SetStatus(p.Status)
			_ = json.NewEncoder(hc.BodyWriter()).Encode(p) // a reader who left is nobody's problem
			return
		}
		next(huma.WithValue(hc, callerKey{}, c))
	}
}

func (a *API) identify(ctx context.Context, r route, header string) (caller, error) {
	c := caller{office: a.deps.Office(), token: bearer(header)}
	if strings.HasPrefix(r.path, "/api/setup") && r.access == anybody {
		return c, nil
	}
	if c.office == nil {
		return c, fault.New("setup.needed")
	}
	if r.access == anybody {
		return c, nil
	}
	if c.token == "" {
		return c, fault.New("session.missing")
	}
	var err error
	c.viewer, err = c.office.Accounts.Resume(ctx, c.token, !r.passive && r.access != locked)
	switch {
	case r.access == locked && fault.Has(err, "session.locked"):
		return c, nil
	case err != nil:
		return c, err
	case r.access == adminOnly && !c.viewer.IsAdmin():
		return c, fault.New("access.admin_only")
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

func (a *API) explain(operation string, err error) *Problem {
	p := problemOf(err)
	if p.Code == fault.CodeInternal {
		a.log.WithError(err).WithField("operation", operation).Error("request failed")
	}
	return p
}
