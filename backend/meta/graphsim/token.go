package graphsim

import (
	"fmt"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// AllScopes are the permissions of a token that may do everything the product asks.
func AllScopes() []string {
	return []string{
		meta.PermissionLeads, meta.PermissionPagesList, meta.PermissionPagesRead, meta.PermissionPagesAds,
		meta.PermissionPagesMeta, meta.PermissionAdsRead, meta.PermissionAdsManage, meta.PermissionBusinessRead,
	}
}

// TokenSpec describes a token to be made.
type TokenSpec struct {
	Kind meta.TokenKind
	App  meta.ID
	// Page is compulsory for page tokens.
	Page meta.ID
	// User defaults to an id of the kind.
	User meta.ID
	// Scopes nil is AllScopes.
	Scopes []string
	// Targets are the pages the token covers; nil is all.
	Targets []meta.ID
	// ExpiresIn 0 is never. Short-lived user tokens live for an hour or two.
	ExpiresIn time.Duration
	// Value fixes the token's text; empty makes one up.
	Value meta.Token
}

type token struct {
	TokenSpec
	issued, expires time.Time
	parent          *token
	dead            int // subcode, −1 without one
}

// AddToken makes a token.
func (s *Sim) AddToken(spec TokenSpec) meta.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addToken(spec, nil)
}

func (s *Sim) addToken(spec TokenSpec, parent *token) meta.Token {
	if spec.Kind == "" {
		spec.Kind = meta.TokenSystem
	}
	if spec.App == "" && len(s.appOrder) > 0 {
		spec.App = s.appOrder[0]
	}
	if spec.Scopes == nil {
		spec.Scopes = AllScopes()
	}
	if spec.User == "" {
		spec.User = "122100000000000001"
		if spec.Kind == meta.TokenUser {
			spec.User = "10200000000000001"
		}
	}
	if spec.Value == "" {
		spec.Value = meta.Token(fmt.Sprintf("EAASIM%016x%016x", s.random.Uint64(), s.random.Uint64()))
	}
	t := &token{TokenSpec: spec, issued: s.clock.Now(), parent: parent}
	if spec.ExpiresIn > 0 {
		t.expires = t.issued.Add(spec.ExpiresIn)
	}
	s.tokens[spec.Value] = t
	return spec.Value
}

// KillToken ends a token with one of Meta's subcodes; 0 stands for none. Page tokens made from it die with it.
func (s *Sim) KillToken(value meta.Token, subcode int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[value]
	if t == nil {
		return notFound("token", "")
	}
	t.dead = subcode
	if subcode == 0 {
		t.dead = -1
	}
	return nil
}

// ReviveToken undoes KillToken.
func (s *Sim) ReviveToken(value meta.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[value]
	if t == nil {
		return notFound("token", "")
	}
	t.dead = 0
	return nil
}

// SetScopes replaces what a token may do; tokens made from it follow.
func (s *Sim) SetScopes(value meta.Token, scopes ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[value]
	if t == nil {
		return notFound("token", "")
	}
	t.Scopes = scopes
	for _, child := range s.tokens {
		if child.parent == t {
			child.Scopes = scopes
		}
	}
	return nil
}

// pageToken derives the page's token from another one, always the same for the same pair.
func (s *Sim) pageToken(from *token, p *page) meta.Token {
	if from.Kind == meta.TokenPage {
		return from.Value
	}
	for value, t := range s.tokens {
		if t.parent == from && t.Page == p.ID {
			return value
		}
	}
	spec := TokenSpec{Kind: meta.TokenPage, App: from.App, Page: p.ID, User: from.User, Scopes: from.Scopes, Targets: from.Targets}
	value := s.addToken(spec, from)
	// Pages' tokens outlive the user token they came from, unless that one is short-lived.
	if from.Kind == meta.TokenUser && from.ExpiresIn > 0 && from.ExpiresIn <= 24*time.Hour {
		s.tokens[value].expires = from.expires
	}
	return value
}

// problem returns why the token does not work now, or nil.
func (t *token) problem(now time.Time) *apiError {
	if t.dead != 0 {
		return deadToken(t.dead)
	}
	if !t.expires.IsZero() && !now.Before(t.expires) {
		return expiredToken(t.expires, now)
	}
	if t.parent != nil && t.parent.dead != 0 {
		return deadToken(t.parent.dead)
	}
	return nil
}

// covers reports whether the token was granted the page.
func (t *token) covers(pageID meta.ID) bool {
	if t.Kind == meta.TokenPage {
		return t.Page == pageID
	}
	return t.Kind != meta.TokenApp && (t.Targets == nil || slices.Contains(t.Targets, pageID))
}

// require returns Meta's refusal for the first missing permission.
func (t *token) require(permissions ...string) *apiError {
	for _, p := range permissions {
		if !slices.Contains(t.Scopes, p) {
			return missingPermission(p)
		}
	}
	return nil
}

func (t *token) canSeeAds() bool {
	return slices.Contains(t.Scopes, meta.PermissionAdsManage) || slices.Contains(t.Scopes, meta.PermissionAdsRead)
}
