package meta

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"
)

// TokenKind is what a token stands for, as debug_token names it.
type TokenKind string

// The kinds of token.
const (
	TokenUser   TokenKind = "USER"
	TokenPage   TokenKind = "PAGE"
	TokenSystem TokenKind = "SYSTEM_USER"
	TokenApp    TokenKind = "APP"
)

// Permissions the product needs of a token (Meta, Permissions reference). Ad names are read only when AdsRead is there.
const (
	PermissionLeads        = "leads_retrieval"
	PermissionPagesList    = "pages_show_list"
	PermissionPagesRead    = "pages_read_engagement"
	PermissionPagesAds     = "pages_manage_ads"
	PermissionPagesMeta    = "pages_manage_metadata"
	PermissionAdsRead      = "ads_read"
	PermissionAdsManage    = "ads_management"
	PermissionBusinessRead = "business_management"
)

// NeededPermissions are those without which leads cannot be read and announced.
func NeededPermissions() []string {
	return []string{PermissionLeads, PermissionPagesList, PermissionPagesRead, PermissionPagesAds, PermissionPagesMeta}
}

// TokenInfo is what Meta says about a token.
type TokenInfo struct {
	App     ID
	AppName string
	Kind    TokenKind
	// User is the person or system user behind the token; Page is set for page tokens.
	User, Page ID
	Valid      bool
	// Expires and DataAccessExpires are zero when never.
	Issued, Expires, DataAccessExpires time.Time
	Scopes                             []string
	// Targets lists, for each scope, the pages it covers; a scope without an entry covers all.
	Targets map[string][]ID
	// Problem says why the token is not valid; nil when it is.
	Problem *Error
}

// Covers reports whether the token has the permission for the page.
func (t TokenInfo) Covers(permission string, page ID) bool {
	if !slices.Contains(t.Scopes, permission) {
		return false
	}
	targets, limited := t.Targets[permission]
	return !limited || slices.Contains(targets, page)
}

// Missing returns the needed permissions that the token lacks for the page; an empty page asks about any page.
func (t TokenInfo) Missing(page ID) []string {
	var missing []string
	for _, p := range NeededPermissions() {
		if !slices.Contains(t.Scopes, p) || page != "" && !t.Covers(p, page) {
			missing = append(missing, p)
		}
	}
	return missing
}

type wireToken struct {
	App         ID              `json:"app_id"`
	Application string          `json:"application"`
	Kind        TokenKind       `json:"type"`
	User        ID              `json:"user_id"`
	Page        ID              `json:"profile_id"`
	Valid       flag            `json:"is_valid"`
	Issued      instant         `json:"issued_at"`
	Expires     instant         `json:"expires_at"`
	DataAccess  instant         `json:"data_access_expires_at"`
	Scopes      []string        `json:"scopes"`
	Granular    []granularScope `json:"granular_scopes"`
	Error       *wireError      `json:"error"`
}

type granularScope struct {
	Scope   string `json:"scope"`
	Targets []ID   `json:"target_ids"`
}

// CheckToken asks Meta about a token (Meta, debug_token). A dead token is not an error: TokenInfo.Problem says why. It
// needs the app's secret; without one the token is asked about itself, which a dead token cannot answer.
func (c *Client) CheckToken(ctx context.Context, input Token) (TokenInfo, error) {
	asker := c.appToken()
	if asker == "" {
		asker = input
	}
	k := call{
		op: "check token", path: "/debug_token", token: asker,
		query: url.Values{"input_token": {string(input)}}, hide: []string{string(input)},
	}
	var answer struct {
		Data wireToken `json:"data"`
	}
	if err := c.fetch(ctx, k, &answer); err != nil {
		return TokenInfo{}, err
	}
	w := answer.Data
	info := TokenInfo{
		App: w.App, AppName: w.Application, Kind: w.Kind, User: w.User, Page: w.Page, Valid: bool(w.Valid),
		Issued: w.Issued.time(), Expires: w.Expires.time(), DataAccessExpires: w.DataAccess.time(),
		Scopes: w.Scopes, Targets: map[string][]ID{},
	}
	for _, g := range w.Granular {
		if g.Targets != nil {
			info.Targets[g.Scope] = g.Targets
		}
	}
	if w.Error != nil {
		info.Problem = newError(k.op, 0, *w.Error, c.redactor(k))
	} else if !info.Valid {
		info.Problem = failure(k.op, ClassReauthorise, AdviceTokenInvalid, "Meta calls the token not valid")
	}
	return info, nil
}

// Exchanged is a long-lived token.
type Exchanged struct {
	Token Token
	// Expires is zero when Meta did not say.
	Expires time.Time
}

// ExchangeToken turns a short-lived user token into one of some 60 days (Meta, Long-lived tokens). An expired token
// cannot be exchanged. It needs the app's id and secret.
func (c *Client) ExchangeToken(ctx context.Context, short Token) (Exchanged, error) {
	k := call{op: "exchange token", path: "/oauth/access_token", hide: []string{string(short)}, query: url.Values{
		"grant_type":        {"fb_exchange_token"},
		"client_id":         {string(c.appID)},
		"client_secret":     {string(c.secret)},
		"fb_exchange_token": {string(short)},
	}}
	if c.appToken() == "" {
		return Exchanged{}, failure(k.op, ClassPermission, AdviceAppSecretNeeded, "no app secret is configured")
	}
	var answer struct {
		Token   Token      `json:"access_token"`
		Expires lenientInt `json:"expires_in"` // seconds; may be missing
	}
	if err := c.fetch(ctx, k, &answer); err != nil {
		return Exchanged{}, err
	}
	if answer.Token == "" {
		return Exchanged{}, failure(k.op, ClassRetry, AdviceUnexpected, "answer without a token").with("code", 0)
	}
	out := Exchanged{Token: answer.Token}
	if answer.Expires > 0 {
		out.Expires = c.clock.Now().Add(time.Duration(answer.Expires) * time.Second)
	}
	return out, nil
}

// Identity is whom a token stands for: a person, a system user or a page.
type Identity struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// Me returns whom the token stands for.
func (c *Client) Me(ctx context.Context, token Token) (Identity, error) {
	var who Identity
	err := c.fetch(ctx, call{op: "read identity", path: "/me", token: token, query: fields("id,name")}, &who)
	return who, err
}

func fields(list string) url.Values { return url.Values{"fields": {list}} }

// success decodes {"success":true}, also as text, which one of Meta's guides shows.
type success struct {
	OK flag `json:"success"`
}

func (c *Client) expectSuccess(ctx context.Context, k call) error {
	body, err := c.do(ctx, k)
	if err != nil {
		return err
	}
	var s success
	var bare flag
	if json.Unmarshal(body, &s) == nil && bool(s.OK) || json.Unmarshal(body, &bare) == nil && bool(bare) {
		return nil
	}
	return failure(k.op, ClassRetry, AdviceUnexpected, "Meta did not say success").with("code", 0)
}
