package meta

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// LeadField is the webhook field that announces leads.
const LeadField = "leadgen"

// Page is a Facebook page a token can reach. Leads of Instagram forms belong to the connected page too.
type Page struct {
	ID       ID
	Name     string
	Category string
	// Token is the page's own access token; empty when Meta does not hand one out.
	Token Token
	// Tasks are what the token's owner may do: ADVERTISE, MANAGE, MANAGE_LEADS, PROFILE_PLUS_ADVERTISE …
	Tasks []string
	// TermsAccepted says whether the page accepted the Lead Ads terms; false also when it was not asked.
	TermsAccepted bool
}

// CanAdvertise reports whether the token's owner has the task that lead calls need, in either of its spellings.
func (p Page) CanAdvertise() bool {
	return slices.Contains(p.Tasks, "ADVERTISE") || slices.Contains(p.Tasks, "PROFILE_PLUS_ADVERTISE") ||
		slices.Contains(p.Tasks, "PROFILE_PLUS_FULL_CONTROL")
}

type wirePage struct {
	ID       ID       `json:"id"`
	Name     string   `json:"name"`
	Category string   `json:"category"`
	Token    Token    `json:"access_token"`
	Tasks    []string `json:"tasks"`
	Terms    flag     `json:"leadgen_tos_accepted"`
}

func (w wirePage) page() Page {
	return Page{ID: w.ID, Name: w.Name, Category: w.Category, Token: w.Token, Tasks: w.Tasks, TermsAccepted: bool(w.Terms)}
}

// Pages yields the pages the token was granted, each with its own token. The list can be empty although Page works for a
// known id, so a caller offers to type the id.
func (c *Client) Pages(ctx context.Context, token Token) iter.Seq2[Page, error] {
	k := call{op: "list pages", path: "/me/accounts", token: token, query: fields("id,name,category,tasks,access_token")}
	return collect(ctx, c.walk(k), func(raw json.RawMessage) (Page, error) {
		var w wirePage
		if err := json.Unmarshal(raw, &w); err != nil {
			return Page{}, failure(k.op, ClassRetry, AdviceUnexpected, "page of an unknown shape").with("code", 0)
		}
		return w.page(), nil
	})
}

// Page probes one page and derives its token.
func (c *Client) Page(ctx context.Context, token Token, page ID) (Page, error) {
	k := call{op: "read page", path: "/" + string(page), token: token, query: fields("id,name,access_token,tasks,leadgen_tos_accepted")}
	if err := needIDs(k.op, page); err != nil {
		return Page{}, err
	}
	var w wirePage
	if err := c.fetch(ctx, k, &w); err != nil {
		return Page{}, err
	}
	return w.page(), nil
}

// SubscribedApp is an app that a page sends its events to.
type SubscribedApp struct {
	ID     ID       `json:"id"`
	Name   string   `json:"name"`
	Fields []string `json:"subscribed_fields"`
}

// SubscribePage asks the page to send its lead events to this app (the second of Meta's three switches). Further fields
// may be named; the list replaces an earlier one. It needs the page's token.
func (c *Client) SubscribePage(ctx context.Context, pageToken Token, page ID, more ...string) error {
	k := call{
		op: "subscribe page", method: http.MethodPost, path: "/" + string(page) + "/subscribed_apps", token: pageToken,
		form: url.Values{"subscribed_fields": {strings.Join(append([]string{LeadField}, more...), ",")}},
	}
	if err := needIDs(k.op, page); err != nil {
		return err
	}
	return c.expectSuccess(ctx, k)
}

// PageSubscription returns this app's line among the apps the page sends events to. ok is false when there is none, or
// when it does not hold the lead field. It needs the page's token.
func (c *Client) PageSubscription(ctx context.Context, pageToken Token, page ID) (app SubscribedApp, ok bool, err error) {
	k := call{op: "read page subscription", path: "/" + string(page) + "/subscribed_apps", token: pageToken}
	if err := needIDs(k.op, page); err != nil {
		return SubscribedApp{}, false, err
	}
	var list struct {
		Data []SubscribedApp `json:"data"`
	}
	if err := c.fetch(ctx, k, &list); err != nil {
		return SubscribedApp{}, false, err
	}
	for _, a := range list.Data {
		if c.appID == "" || a.ID == c.appID {
			return a, slices.Contains(a.Fields, LeadField), nil
		}
	}
	return SubscribedApp{}, false, nil
}

// AppSubscription is where Meta sends an app's events.
type AppSubscription struct {
	Object      string
	CallbackURL string
	Active      bool
	Fields      []string
}

type wireAppSubscription struct {
	Object      string `json:"object"`
	CallbackURL string `json:"callback_url"`
	Active      flag   `json:"active"`
	Fields      []struct {
		Name string `json:"name"`
	} `json:"fields"`
}

// AppSubscriptions lists the app's webhook subscriptions (the first switch). It needs the app's secret.
func (c *Client) AppSubscriptions(ctx context.Context) ([]AppSubscription, error) {
	k := call{op: "list app subscriptions", path: "/" + string(c.appID) + "/subscriptions", token: c.appToken()}
	if err := c.needApp(k.op); err != nil {
		return nil, err
	}
	var list struct {
		Data []wireAppSubscription `json:"data"`
	}
	if err := c.fetch(ctx, k, &list); err != nil {
		return nil, err
	}
	out := make([]AppSubscription, 0, len(list.Data))
	for _, w := range list.Data {
		s := AppSubscription{Object: w.Object, CallbackURL: w.CallbackURL, Active: bool(w.Active)}
		for _, f := range w.Fields {
			s.Fields = append(s.Fields, f.Name)
		}
		out = append(out, s)
	}
	return out, nil
}

// SubscribeApp points the app's page events at a callback, or revives a subscription Meta switched off. Meta calls the
// callback with the verify token before it answers, so the callback must be up.
func (c *Client) SubscribeApp(ctx context.Context, callbackURL, verifyToken string) error {
	k := call{
		op: "subscribe app", method: http.MethodPost, path: "/" + string(c.appID) + "/subscriptions", token: c.appToken(),
		hide: []string{verifyToken},
		form: url.Values{
			"object": {"page"}, "callback_url": {callbackURL}, "verify_token": {verifyToken},
			"fields": {LeadField}, "include_values": {"true"},
		},
	}
	if err := c.needApp(k.op); err != nil {
		return err
	}
	return c.expectSuccess(ctx, k)
}

func (c *Client) needApp(op string) error {
	if c.appToken() == "" {
		return failure(op, ClassPermission, AdviceAppSecretNeeded, "no app id or secret is configured")
	}
	return needIDs(op, c.appID)
}

// LeadAccess is Meta's own word on who may read a page's leads.
type LeadAccess struct {
	CanAccess bool
	AppHas    bool
	UserHas   bool
	PageAdmin bool
	// Managed is true when the page customised its Leads Access Manager.
	Managed bool
	// Reason and Resolution are Meta's sentences, in no fixed language.
	Reason, Resolution string
}

// LeadAccess asks whether the user and this app may read the page's leads (Meta, has_lead_access). Meta cannot answer for
// system users; then the error is ClassBug or ClassGone and a real read is the only test.
func (c *Client) LeadAccess(ctx context.Context, token Token, page, user ID) (LeadAccess, error) {
	k := call{op: "check lead access", path: "/" + string(page), token: token}
	if err := needIDs(k.op, page, user, c.appID); err != nil {
		return LeadAccess{}, err
	}
	k.query = fields(fmt.Sprintf("has_lead_access.user_id(%s).app_id(%s)", user, c.appID))
	var answer struct {
		Access struct {
			Can     flag   `json:"can_access_lead"`
			App     flag   `json:"app_has_leads_permission"`
			User    flag   `json:"user_has_leads_permission"`
			Admin   flag   `json:"is_page_admin"`
			Managed flag   `json:"enabled_lead_access_manager"`
			Reason  string `json:"failure_reason"`
			Fix     string `json:"failure_resolution"`
		} `json:"has_lead_access"`
	}
	if err := c.fetch(ctx, k, &answer); err != nil {
		return LeadAccess{}, err
	}
	a := answer.Access
	return LeadAccess{
		CanAccess: bool(a.Can), AppHas: bool(a.App), UserHas: bool(a.User), PageAdmin: bool(a.Admin), Managed: bool(a.Managed),
		Reason: a.Reason, Resolution: a.Fix,
	}, nil
}

// RetentionDays is how long Meta keeps a lead, counted from its submission (Meta Business Help, download leads).
const RetentionDays = 90

// Retained returns the oldest submission time that Meta still keeps at now.
func Retained(now time.Time) time.Time { return now.AddDate(0, 0, -RetentionDays) }
