package graphsim

import (
	"crypto/hmac"
	"net/http"
	"strings"

	"sitegroup.mx/crm/backend/meta"
)

// caller is who makes a call, and the call.
type caller struct {
	*request
	route
	token *token
	app   *App
}

// authenticate finds the token and its app and checks proof and life.
func (s *Sim) authenticate(q *request, rt route) (*caller, *apiError) {
	c := &caller{request: q, route: rt}
	if rt.open {
		return c, nil
	}
	value := q.bearer
	if value == "" {
		value = meta.Token(q.params.Get("access_token"))
	}
	if value == "" {
		if rt.edge == "me" || rt.edge == "accounts" {
			return nil, oauth(http.StatusBadRequest, 2500, 0, "An active access token must be used to query information about the current user.")
		}
		return nil, oauth(http.StatusBadRequest, 104, 0, "An access token is required to request this resource.")
	}
	var problem *apiError
	if c.token, c.app = s.findToken(value); c.token == nil {
		return nil, cannotParseToken()
	}
	if problem = c.token.problem(s.clock.Now()); problem != nil {
		return nil, problem
	}
	return c, s.checkProof(c, value)
}

// findToken returns a token and its app; an app's token is its id and secret and is not kept anywhere.
func (s *Sim) findToken(value meta.Token) (*token, *App) {
	if id, secret, found := strings.Cut(string(value), "|"); found {
		a := s.apps[meta.ID(id)]
		if a == nil || !hmac.Equal([]byte(a.Secret), []byte(secret)) {
			return nil, nil
		}
		return &token{TokenSpec: TokenSpec{Kind: meta.TokenApp, App: a.ID}}, a
	}
	t := s.tokens[value]
	if t == nil {
		return nil, nil
	}
	return t, s.apps[t.App]
}

func (s *Sim) checkProof(c *caller, value meta.Token) *apiError {
	if c.app == nil {
		return nil
	}
	given := c.params.Get("appsecret_proof")
	switch {
	case given == "" && c.app.ProofRequired && c.token.Kind != meta.TokenApp:
		return proofNeeded()
	case given != "" && !hmac.Equal([]byte(given), []byte(value.Proof(c.app.Secret))):
		return proofInvalid()
	}
	return nil
}

// needPage refuses callers whose token was not granted the page, with the same words as for an object that is not there.
func (c *caller) needPage() *apiError {
	if c.page == nil || !c.token.covers(c.page.ID) {
		return goneObject(c.method, c.object)
	}
	return nil
}

// needPageToken refuses everything but the page's own token.
func (c *caller) needPageToken() *apiError {
	if c.token.Kind != meta.TokenPage {
		return needsPageToken()
	}
	return c.needPage()
}

// needLeads refuses callers who may not read the page's leads.
func (c *caller) needLeads() *apiError {
	if err := c.needPage(); err != nil {
		return err
	}
	if err := c.token.require(meta.PermissionLeads); err != nil {
		return err
	}
	if c.page.revoked[c.token.App] {
		return leadAccessRevoked()
	}
	return nil
}

func ok() object { return object{{"success", true}} }
