package graphsim

import (
	"crypto/hmac"
	"net/http"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// longLife is the life of a long-lived user token in seconds, as captured.
const longLife = 5183944

// debugToken answers for any token of the same app.
func (s *Sim) debugToken(c *caller) (any, *apiError) {
	input := meta.Token(c.params.Get("input_token"))
	if input == "" {
		return nil, invalidParameter("The parameter input_token is required")
	}
	t, app := s.findToken(input)
	if t == nil {
		e := cannotParseToken()
		return object{{"data", object{
			{"error", object{{"code", e.code}, {"message", e.message}}}, {"is_valid", false}, {"scopes", []string{}},
		}}}, nil
	}
	if c.token.App != t.App || c.token.Kind != meta.TokenApp && c.token != t {
		return nil, oauth(http.StatusBadRequest, 100, 0, "(#100) You must provide an app access token, or a user access token that is "+
			"an owner or developer of the app")
	}
	return object{{"data", s.describeToken(t, app)}}, nil
}

func (s *Sim) describeToken(t *token, app *App) object {
	name := ""
	if app != nil {
		name = app.Name
	}
	out := object{{"app_id", t.App}, {"type", string(t.Kind)}, {"application", name}}
	if t.Kind == meta.TokenPage {
		out = append(out, pair{"profile_id", t.Page})
	}
	problem := t.problem(s.clock.Now())
	if problem != nil {
		out = append(out, pair{"error", object{{"code", problem.code}, {"message", problem.message}, {"subcode", problem.sub}}})
	}
	out = append(
		out, pair{"data_access_expires_at", unixOrZero(t.dataAccess())}, pair{"expires_at", unixOrZero(t.expires)},
		pair{"is_valid", problem == nil}, pair{"issued_at", unixOrZero(t.issued)},
	)
	if problem != nil {
		return append(out, pair{"scopes", []string{}}, pair{"user_id", t.User})
	}
	granular := []object{}
	for _, scope := range t.Scopes {
		g := object{{"scope", scope}}
		if t.Targets != nil {
			g = append(g, pair{"target_ids", t.Targets})
		}
		granular = append(granular, g)
	}
	return append(out, pair{"scopes", t.Scopes}, pair{"granular_scopes", granular}, pair{"user_id", t.User})
}

// dataAccess is when the person's consent runs out: 90 days for people, never for system users.
func (t *token) dataAccess() time.Time {
	if t.Kind == meta.TokenUser || t.parent != nil && t.parent.Kind == meta.TokenUser {
		return t.issued.AddDate(0, 0, 90)
	}
	return time.Time{}
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// exchange answers for long-lived tokens and for the app's own.
func (s *Sim) exchange(c *caller) (any, *apiError) {
	app := s.apps[meta.ID(c.params.Get("client_id"))]
	if app == nil || !hmac.Equal([]byte(app.Secret), []byte(c.params.Get("client_secret"))) {
		return nil, oauth(http.StatusBadRequest, 101, 0, "Error validating application. Cannot get application info due to a system error.")
	}
	switch c.params.Get("grant_type") {
	case "client_credentials":
		return object{{"access_token", string(app.ID) + "|" + string(app.Secret)}, {"token_type", "bearer"}}, nil
	case "fb_exchange_token":
	default:
		return nil, invalidParameter("The parameter grant_type is required")
	}
	t := s.tokens[meta.Token(c.params.Get("fb_exchange_token"))]
	if t == nil || t.App != app.ID {
		return nil, cannotParseToken()
	}
	if problem := t.problem(s.clock.Now()); problem != nil {
		return nil, problem
	}
	spec := t.TokenSpec
	spec.Value, spec.ExpiresIn = "", longLife*time.Second
	return object{{"access_token", string(s.addToken(spec, nil))}, {"token_type", "bearer"}, {"expires_in", longLife}}, nil
}

func (s *Sim) me(c *caller) (any, *apiError) {
	switch c.token.Kind {
	case meta.TokenPage:
		p := s.pages[c.token.Page]
		if p == nil {
			return nil, goneObject(c.method, c.token.Page)
		}
		return object{{"name", p.Name}, {"id", p.ID}}, nil
	case meta.TokenApp:
		return nil, oauth(http.StatusBadRequest, 2500, 0, "An active access token must be used to query information about the current user.")
	}
	return object{{"name", "Usuario de ejemplo"}, {"id", c.token.User}}, nil
}

// accounts lists the pages the token was granted.
func (s *Sim) accounts(c *caller) (any, *apiError) {
	if c.token.Kind == meta.TokenPage || c.token.Kind == meta.TokenApp {
		return nil, noField("accounts", "Page")
	}
	if err := c.token.require(meta.PermissionPagesList); err != nil {
		return nil, err
	}
	names := splitFields(c.params.Get("fields"))
	if names == nil {
		names = []string{"access_token", "category", "category_list", "name", "id", "tasks"}
	}
	list := []object{}
	for _, id := range s.pageList {
		p := s.pages[id]
		if p.Unlisted || !c.token.covers(id) {
			continue
		}
		node, err := s.pageFields(c, p, names)
		if err != nil {
			return nil, err
		}
		list = append(list, node)
	}
	return s.paged(c, list)
}
