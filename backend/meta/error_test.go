package meta_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// judged is what a program sees of an error.
type judged struct {
	Class  meta.Class
	Advice string
	Args   map[string]any
}

// judge makes a call that is answered with a status and a body.
func judge(t *testing.T, status int, body string) *meta.Error {
	t.Helper()
	c, _ := serve(t, status, nil, body)
	_, err := c.Form(t.Context(), markedToken, fixtureForm)
	var e *meta.Error
	if !errors.As(err, &e) {
		t.Fatalf("no *meta.Error but %v", err)
	}
	if fault.Code(err) != e.Advice {
		t.Errorf("fault code %q, advice %q", fault.Code(err), e.Advice)
	}
	if e.HTTPStatus != status {
		t.Errorf("status %d, want %d", e.HTTPStatus, status)
	}
	return e
}

func permission(name string) map[string]any { return map[string]any{"permission": name} }

func code(n int) map[string]any { return map[string]any{"code": n} }

func minutes(n int) map[string]any { return map[string]any{"minutes": n} }

// errorRows is Meta's list of codes and what each asks of us.
var errorRows = []struct {
	name      string
	code, sub int
	message   string
	transient bool
	status    int // 400 when 0
	want      judged
}{
	{name: "unknown", code: 1, want: judged{meta.ClassRetry, meta.AdviceTemporary, nil}},
	{name: "unknown 99", code: 1, sub: 99, status: 500, want: judged{meta.ClassRetry, meta.AdviceTemporary, nil}},
	{name: "reduce the data", code: 1, message: "Please reduce the amount of data you're asking for", status: 500, want: judged{meta.ClassRetry, meta.AdviceTemporary, nil}},
	{name: "profile not linked", code: 1, sub: 2853001, want: judged{meta.ClassPermission, meta.AdviceProfileNotLinked, nil}},
	{name: "service down", code: 2, transient: true, want: judged{meta.ClassRetry, meta.AdviceTemporary, nil}},
	{name: "test lead exists", code: 2, sub: 1892058, want: judged{meta.ClassPermission, meta.AdviceTestLeadExists, nil}},
	{name: "capability", code: 3, want: judged{meta.ClassPermission, meta.AdviceAppCapability, nil}},
	{name: "app limit", code: 4, transient: true, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "permission without a name", code: 10, want: judged{meta.ClassPermission, meta.AdvicePermissionUnnamed, nil}},
	{name: "permission with a name", code: 10, message: "(#10) This endpoint requires the 'pages_read_engagement' permission", want: judged{meta.ClassPermission, meta.AdvicePermissionMissing, permission("pages_read_engagement")}},
	{name: "page not assigned", code: 10, sub: 1341012, want: judged{meta.ClassPermission, meta.AdvicePageNotAssigned, nil}},
	{name: "user limit", code: 17, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "old ads limit", code: 17, sub: 2446079, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "page limit", code: 32, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "bad parameter", code: 100, want: judged{meta.ClassBug, meta.AdviceBadRequest, code(100)}},
	{name: "gone", code: 100, sub: 33, message: "Unsupported get request. Object with ID 'X' does not exist, cannot be loaded due to missing permissions", want: judged{meta.ClassGone, meta.AdviceGone, nil}},
	{name: "scope in disguise", code: 100, message: "(#100) Object does not exist, cannot be loaded due to missing permission or reviewable feature. This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature", want: judged{meta.ClassPermission, meta.AdvicePermissionMissing, permission("pages_read_engagement")}},
	{name: "proof needed", code: 100, message: "API calls from the server require an appsecret_proof argument", want: judged{meta.ClassPermission, meta.AdviceAppSecretNeeded, nil}},
	{name: "proof wrong", code: 100, message: "Invalid appsecret_proof provided in the API argument", want: judged{meta.ClassPermission, meta.AdviceAppSecretWrong, nil}},
	{name: "user_id required", code: 100, message: "(#100) The parameter user_id is required", want: judged{meta.ClassBug, meta.AdviceBadRequest, code(100)}},
	{name: "bad app secret", code: 101, want: judged{meta.ClassPermission, meta.AdviceAppSecretWrong, nil}},
	{name: "session", code: 102, want: judged{meta.ClassReauthorise, meta.AdviceTokenInvalid, nil}},
	{name: "session 459 under 102", code: 102, sub: 459, want: judged{meta.ClassReauthorise, meta.AdviceCheckpoint, nil}},
	{name: "lead access 103", code: 103, status: 403, want: judged{meta.ClassPermission, meta.AdviceLeadAccessRevoked, nil}},
	{name: "lead access 200", code: 200, message: "CRM access has been revoked from Lead Access Manager", want: judged{meta.ClassPermission, meta.AdviceLeadAccessRevoked, nil}},
	{name: "token needed", code: 104, want: judged{meta.ClassBug, meta.AdviceBadRequest, code(104)}},
	{name: "too many parameters", code: 105, want: judged{meta.ClassBug, meta.AdviceBadRequest, code(105)}},
	{name: "invalid token", code: 190, want: judged{meta.ClassReauthorise, meta.AdviceTokenInvalid, nil}},
	{name: "invalid token 401", code: 190, status: 401, want: judged{meta.ClassReauthorise, meta.AdviceTokenInvalid, nil}},
	{name: "needs page token", code: 190, message: "(#190) This method must be called with a Page Access Token", want: judged{meta.ClassBug, meta.AdviceNeedsPageToken, nil}},
	{name: "impersonating", code: 190, message: "Any of the pages_read_engagement, pages_manage_metadata permission(s) must be granted before impersonating a user's page.", want: judged{meta.ClassPermission, meta.AdvicePermissionMissing, permission("pages_read_engagement")}},
	{name: "not installed", code: 190, sub: 458, want: judged{meta.ClassReauthorise, meta.AdviceAppNotInstalled, nil}},
	{name: "checkpoint", code: 190, sub: 459, want: judged{meta.ClassReauthorise, meta.AdviceCheckpoint, nil}},
	{name: "password", code: 190, sub: 460, want: judged{meta.ClassReauthorise, meta.AdvicePasswordChanged, nil}},
	{name: "expired with a date", code: 190, sub: 463, message: "Session has expired on Monday, 02-Nov-26 07:00:00 PST. The current time is Monday, 02-Nov-26 07:04:05 PST.", want: judged{meta.ClassReauthorise, meta.AdviceTokenExpired, map[string]any{"date": "2026-11-02"}}},
	{name: "expired without a date", code: 190, sub: 463, message: "La sesión caducó.", want: judged{meta.ClassReauthorise, meta.AdviceTokenUndated, nil}},
	{name: "unconfirmed", code: 190, sub: 464, want: judged{meta.ClassReauthorise, meta.AdviceUserUnconfirmed, nil}},
	{name: "logged out", code: 190, sub: 467, want: judged{meta.ClassReauthorise, meta.AdviceLoggedOut, nil}},
	{name: "blocking checkpoint", code: 190, sub: 490, want: judged{meta.ClassReauthorise, meta.AdviceCheckpoint, nil}},
	{name: "role lost", code: 190, sub: 492, want: judged{meta.ClassReauthorise, meta.AdvicePageRoleLost, nil}},
	{name: "new page token", code: 190, sub: 2069032, want: judged{meta.ClassBug, meta.AdviceNeedsPageToken, nil}},
	{name: "combination", code: 194, want: judged{meta.ClassBug, meta.AdviceBadRequest, code(194)}},
	{name: "leads permission", code: 200, status: 403, message: "(#200) Requires leads_retrieval permission to manage the object", want: judged{meta.ClassPermission, meta.AdvicePermissionMissing, permission("leads_retrieval")}},
	{name: "leads permission 278", code: 278, message: "(#278) Requires leads_retrieval permission", want: judged{meta.ClassPermission, meta.AdvicePermissionMissing, permission("leads_retrieval")}},
	{name: "permission 299", code: 299, want: judged{meta.ClassPermission, meta.AdvicePermissionUnnamed, nil}},
	{name: "app limited for a while", code: 341, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "blocked for policy", code: 368, want: judged{meta.ClassThrottle, meta.AdviceBlockedPolicy, minutes(360)}},
	{name: "duplicate post", code: 506, want: judged{meta.ClassBug, meta.AdviceBadRequest, code(506)}},
	{name: "custom limit", code: 613, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "erratic volume", code: 613, sub: 1996, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "ad account calls", code: 613, sub: 1487742, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "alias of letters", code: 803, status: 404, message: "(#803) Some of the aliases you requested do not exist: leadgen_id", want: judged{meta.ClassBug, meta.AdviceBadID, nil}},
	{name: "alias of digits", code: 803, status: 404, message: "(#803) Some of the aliases you requested do not exist: 1234567890129999", want: judged{meta.ClassGone, meta.AdviceGone, nil}},
	{name: "unknown path", code: 2500, want: judged{meta.ClassBug, meta.AdviceBadRequest, code(2500)}},
	{name: "retired", code: 2635, want: judged{meta.ClassBug, meta.AdviceVersionRetired, nil}},
	{name: "insights limit", code: 80000, sub: 2446079, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "pages limit", code: 80001, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "instagram limit", code: 80002, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "audiences limit", code: 80003, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "ads limit", code: 80004, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "leads limit", code: 80005, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "messenger limit", code: 80006, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "whatsapp limit", code: 80008, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "catalogue limit", code: 80009, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "catalogue batch limit", code: 80014, want: judged{meta.ClassThrottle, meta.AdviceThrottled, minutes(5)}},
	{name: "nobody knows", code: 7777, want: judged{meta.ClassBug, meta.AdviceUnexpected, code(7777)}},
	{name: "nobody knows, transient", code: 7777, transient: true, want: judged{meta.ClassRetry, meta.AdviceTemporary, nil}},
	{name: "nobody knows, server", code: 7777, status: 503, want: judged{meta.ClassRetry, meta.AdviceTemporary, nil}},
	{name: "an error with status 200", code: 190, sub: 460, status: 200, want: judged{meta.ClassReauthorise, meta.AdvicePasswordChanged, nil}},
}

func TestError_EveryCode(t *testing.T) {
	for _, tt := range errorRows {
		t.Run(tt.name, func(t *testing.T) {
			body, err := json.Marshal(map[string]any{"error": map[string]any{
				"message": tt.message, "type": "OAuthException", "code": tt.code, "error_subcode": tt.sub, "is_transient": tt.transient,
				"fbtrace_id": "ATestTrace", "error_user_title": "Título",
			}})
			if err != nil {
				t.Fatal(err)
			}
			if tt.status == 0 {
				tt.status = http.StatusBadRequest
			}
			e := judge(t, tt.status, string(body))
			if diff := cmp.Diff(tt.want, judged{e.Class, e.Advice, e.Args}); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
			if e.Code != tt.code || e.Subcode != tt.sub || e.TraceID != "ATestTrace" || e.UserTitle != "Título" {
				t.Errorf("lost a detail: %+v", e)
			}
			if e.Class == meta.ClassThrottle && e.RetryAfter == 0 {
				t.Error("throttled without a time to stay away")
			}
		})
	}
}

// TestError_Captured goes through published answers of Meta, one a line: status and body.
func TestError_Captured(t *testing.T) {
	want := []string{
		"reauthorise meta.token_expired", "reauthorise meta.password_changed", "reauthorise meta.checkpoint",
		"reauthorise meta.token_invalid", "bug meta.needs_page_token", "bug meta.needs_page_token", "gone meta.gone",
		"permission meta.permission_missing leads_retrieval", "permission meta.permission_missing pages_manage_ads",
		"permission meta.lead_access_revoked", "throttle meta.throttled", "throttle meta.throttled", "throttle meta.throttled",
		"retry meta.temporary", "retry meta.temporary", "permission meta.app_secret_needed", "bug meta.bad_id",
		"bug meta.bad_request", "bug meta.bad_request",
	}
	lines := strings.Split(strings.TrimSpace(string(readFixture(t, "errors.txt"))), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d", len(lines), len(want))
	}
	for i, line := range lines {
		t.Run(want[i], func(t *testing.T) {
			var status int
			head, body, _ := strings.Cut(line, " ")
			if _, err := fmt.Sscan(head, &status); err != nil {
				t.Fatal(err)
			}
			e := judge(t, status, body)
			got := string(e.Class) + " " + e.Advice
			if name, ok := e.Args["permission"].(string); ok {
				got += " " + name
			}
			if got != want[i] {
				t.Errorf("got %s for %s", got, line)
			}
		})
	}
}

func TestError_WithoutJSON(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		want   judged
	}{
		{"a gateway's page", 502, "<html>Bad gateway</html>", judged{meta.ClassRetry, meta.AdviceNotJSON, nil}},
		{"a page with status 200", 200, "<html>Log in</html>", judged{meta.ClassRetry, meta.AdviceNotJSON, nil}},
		{"nothing", 200, "", judged{meta.ClassRetry, meta.AdviceNotJSON, nil}},
		{"half an answer", 200, `{"id":"8123456`, judged{meta.ClassRetry, meta.AdviceNotJSON, nil}},
		{"401 without an error", 401, `{}`, judged{meta.ClassReauthorise, meta.AdviceTokenInvalid, nil}},
		{"429 without an error", 429, `{}`, judged{meta.ClassThrottle, meta.AdviceThrottled, map[string]any{"minutes": 5}}},
		{"503 without an error", 503, `{}`, judged{meta.ClassRetry, meta.AdviceTemporary, nil}},
		{"404 without an error", 404, `[]`, judged{meta.ClassBug, meta.AdviceUnexpected, map[string]any{"code": 0}}},
		{"an error that is a text", 400, `{"error":"invalid"}`, judged{meta.ClassBug, meta.AdviceUnexpected, map[string]any{"code": 0}}},
		{"an answer of another shape", 200, `[1,2]`, judged{meta.ClassRetry, meta.AdviceUnexpected, map[string]any{"code": 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, tt.status, nil, tt.body)
			_, err := c.Form(t.Context(), markedToken, fixtureForm)
			var e *meta.Error
			if !errors.As(err, &e) {
				t.Fatalf("no *meta.Error but %v", err)
			}
			if diff := cmp.Diff(tt.want, judged{e.Class, e.Advice, e.Args}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestError_NoConnection(t *testing.T) {
	o := newOffice(t)
	for _, kind := range []string{"cut", "half"} {
		o.sim.ClearFaults()
		o.fault(t, graphsim.Fault{Edge: "form", Kind: kind, Times: -1})
		_, err := o.Form(t.Context(), o.page, fixtureForm)
		var e *meta.Error
		if !errors.As(err, &e) || e.Class != meta.ClassRetry || e.Advice != meta.AdviceNotReachable {
			t.Errorf("%s: got %v", kind, err)
		}
	}
	if err := o.sim.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := o.Form(t.Context(), o.page, fixtureForm)
	if fault.Code(err) != meta.AdviceNotReachable {
		t.Errorf("server gone: %v", err)
	}
}

func TestError_Timeout(t *testing.T) {
	sim, clk, base := newSim(t)
	if err := sim.AddFault(graphsim.Fault{Kind: "timeout"}); err != nil {
		t.Fatal(err)
	}
	c := meta.NewClient(meta.Config{BaseURL: base, Clock: clk, HTTP: &http.Client{Timeout: 50 * time.Millisecond}})
	_, err := c.Me(t.Context(), markedToken)
	if fault.Code(err) != meta.AdviceNotReachable {
		t.Errorf("got %v", err)
	}
}

func TestClient_RefusesToSendInTheClear(t *testing.T) {
	for _, base := range []string{"http://graph.facebook.com", "http://10.0.0.4:8080", "ftp://graph.facebook.com", "graph.facebook.com", "://"} {
		c := meta.NewClient(meta.Config{BaseURL: base, Clock: clock.NewFake(fixtureTime, 1)})
		if _, err := c.Me(t.Context(), markedToken); fault.Code(err) != meta.AdviceBadAddress {
			t.Errorf("%s: %v", base, err)
		}
	}
}

func TestClient_RefusesIDsThatAreNot(t *testing.T) {
	c, _ := serve(t, 200, nil, `{}`)
	for _, id := range []meta.ID{"", "me", "1/../2", "12?x=1", "1 2", "١٢٣", "123456789012345678901"} {
		if _, err := c.Lead(t.Context(), markedToken, id); fault.Code(err) != meta.AdviceBadID {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestClient_DoesNotFollowRedirects(t *testing.T) {
	o := newOffice(t)
	o.fault(t, graphsim.Fault{Edge: "form", Kind: "redirect"})
	if _, err := o.Form(t.Context(), o.page, fixtureForm); fault.Code(err) != meta.AdviceNotJSON {
		t.Errorf("got %v", err)
	}
}

// TestAdvices_HaveSentences holds the locales against the codes.
func TestAdvices_HaveSentences(t *testing.T) {
	codes := append(meta.Advices(), "meta.bad_delivery", "meta.bad_signed_request")
	for _, locale := range []string{"es-MX", "en"} {
		b, err := os.ReadFile("../../frontend/src/locales/" + locale + "/meta.json")
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Errors map[string]string `json:"errors"`
		}
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			if file.Errors[code] == "" {
				t.Errorf("%s has no sentence for %s", locale, code)
			}
		}
		for code := range file.Errors {
			if !slices.Contains(codes, code) {
				t.Errorf("%s has a sentence for %s, which nothing returns", locale, code)
			}
		}
	}
}
