package meta_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

func TestToken_NeverPrinted(t *testing.T) {
	type holder struct {
		Token  meta.Token
		Secret meta.Secret
		Any    any
		List   []meta.Token
	}
	secret := meta.Secret("MARKEDSECRETDONOTSHOW0123456789a")
	h := holder{markedToken, secret, markedToken, []meta.Token{markedToken}}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+"\n", h)
		fmt.Fprintf(&out, verb+" "+verb+"\n", markedToken, secret)
		fmt.Fprintf(&out, verb+"\n", &h)
	}
	asJSON, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(asJSON)
	for _, format := range []logrus.Formatter{&logrus.JSONFormatter{}, &logrus.TextFormatter{}} {
		log := logrus.New()
		log.SetOutput(&out)
		log.SetFormatter(format)
		log.WithFields(logrus.Fields{"token": markedToken, "secret": secret, "all": h}).Info(markedToken, secret)
	}
	refuseMarks(t, "printed", out.String(), string(secret))
	if !strings.Contains(out.String(), "[token]") || !strings.Contains(out.String(), "[secret]") {
		t.Error("nothing says that a token was there")
	}
	if _, err := markedToken.Value(); err == nil {
		t.Error("a database would take the token")
	}
	if _, err := secret.Value(); err == nil {
		t.Error("a database would take the secret")
	}
	if fmt.Sprint(meta.Token(""), meta.Secret("")) != "" && strings.Contains(fmt.Sprint(meta.Token("")), "token") {
		t.Error("an empty token looks set")
	}
}

func TestRedact(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Error validating access token: Malformed EAAGm0PX4ZCpsBAK_x-9", "Error validating access token: Malformed [token]"},
		{"GET /x?access_token=abc.def&fields=id", "GET /x?access_token=[hidden]&fields=id"},
		{`{"access_token":"abcdef","x":1}`, `{"access_token":"[hidden]","x":1}`},
		{"appsecret_proof=9fd716358b12 client_secret: 0123456789abcdef", "appsecret_proof=[hidden] client_secret: [hidden]"},
		{"next=%3Faccess_token%3Dabcdef&x", "next=%3Faccess_token%3D[hidden]&x"},
		{"Authorization: Bearer abcdefghijklmnopqrst", "Authorization: Bearer [hidden]"},
		{"token 1550000000000001|0123456789abcdef0123456789abcdef was refused", "token [token] was refused"},
		{"(#100) Object with ID '1234567890129999' does not exist", "(#100) Object with ID '1234567890129999' does not exist"},
		{"Session has expired on Monday, 02-Nov-26 07:00:00 PST.", "Session has expired on Monday, 02-Nov-26 07:00:00 PST."},
	}
	for _, tt := range tests {
		if got := meta.Redact(tt.text); got != tt.want {
			t.Errorf("%q became %q", tt.text, got)
		}
	}
}

// refuseMarks fails when a text holds one of the marked secrets or anything made from them.
func refuseMarks(t *testing.T, what, text string, more ...string) {
	t.Helper()
	marks := append([]string{
		string(markedToken), "MARKEDSYSTEM", "EAASIM", string(fixtureSecret), "EAASHORT", "s3cret-verify",
		markedToken.Proof(fixtureSecret), meta.Token(string(fixtureApp) + "|" + string(fixtureSecret)).Proof(fixtureSecret),
	}, more...)
	for _, mark := range marks {
		if i := strings.Index(text, mark); i >= 0 {
			t.Errorf("%s holds %s: …%s…", what, mark, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// everyCall makes each kind of call once and returns the errors, by name.
func everyCall(t *testing.T, c *meta.Client, token, page meta.Token) map[string]error {
	ctx := t.Context()
	out := map[string]error{}
	_, out["check"] = c.CheckToken(ctx, token)
	_, out["exchange"] = c.ExchangeToken(ctx, "EAASHORTLIVED")
	_, out["me"] = c.Me(ctx, token)
	_, out["pages"] = gather(c.Pages(ctx, token))
	_, out["page"] = c.Page(ctx, token, fixturePage)
	out["subscribe"] = c.SubscribePage(ctx, page, fixturePage)
	_, _, out["subscription"] = c.PageSubscription(ctx, page, fixturePage)
	_, out["app"] = c.AppSubscriptions(ctx)
	out["subscribe app"] = c.SubscribeApp(ctx, "http://127.0.0.1:1/hook", "s3cret-verify")
	_, out["access"] = c.LeadAccess(ctx, page, fixturePage, "10200000000000001")
	_, out["forms"] = gather(c.Forms(ctx, page, fixturePage))
	_, out["form"] = c.Form(ctx, page, fixtureForm)
	_, out["leads"] = gather(c.Leads(ctx, page, fixtureForm, time.Time{}))
	_, out["ids"] = gather(c.LeadIDs(ctx, page, fixtureForm, time.Time{}))
	_, out["lead"] = c.Lead(ctx, page, "1234567890129999")
	results, err := c.LeadBatch(ctx, page, []meta.ID{"1234567890129999"})
	out["batch"] = err
	if err == nil {
		out["batch"] = results[0].Err
	}
	_, out["test leads"] = c.TestLeads(ctx, page, fixtureForm)
	_, out["create test lead"] = c.CreateTestLead(ctx, page, fixtureForm)
	out["delete test lead"] = c.DeleteTestLead(ctx, page, "1234567890129999")
	return out
}

// TestClient_NothingLeaks makes every call meet every fault with marked tokens, and searches what comes out.
func TestClient_NothingLeaks(t *testing.T) {
	sim, clk, base := newSim(t)
	sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenSystem, Value: markedToken})
	page := sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenPage, Page: fixturePage, Value: "EAASIMMARKEDPAGETOKEN"})
	echo := "Malformed access token " + string(markedToken) + " at /x?access_token=" + string(page) + "&appsecret_proof=" +
		markedToken.Proof(fixtureSecret) + " and " + string(fixtureApp) + "|" + string(fixtureSecret) + " EAASHORTLIVED verify_token=s3cret-verify client_secret=" + string(fixtureSecret)
	faults := []graphsim.Fault{
		{Kind: "cut"},
		{Kind: "half"},
		{Kind: "html"},
		{Kind: "empty"},
		{Kind: "redirect"},
		{Code: 190, Message: echo},
		{Code: 100, Message: echo},
		{Code: 4, Message: echo},
		{Status: 500, Code: 1, Message: echo},
		{Code: 1e6, Message: echo},
		{Body: `{"error":"` + echo + `"}`},
		{Body: `{"data":[{"id":{"` + echo + `":1}}]}`, Status: 200},
		{Body: `{"error":{"message":"x","type":"` + echo + `","error_user_title":"` + echo + `","fbtrace_id":"` + echo + `"}}`, Status: 400},
		{Body: "<html>" + echo + "</html>", Status: 200},
	}
	for _, name := range graphsim.Presets() {
		faults = append(faults, graphsim.Fault{Preset: name})
	}
	var log bytes.Buffer
	logger := logrus.New()
	logger.SetOutput(&log)
	logger.SetLevel(logrus.TraceLevel)
	logger.SetFormatter(&logrus.JSONFormatter{})
	failures := 0
	for i, f := range faults {
		f.Times = -1
		sim.ClearFaults()
		if err := sim.AddFault(f); err != nil {
			t.Fatal(err)
		}
		// A client of its own, since a throttled one does not call.
		for name, err := range everyCall(t, meta.NewClient(meta.Config{
			BaseURL: base, AppID: fixtureApp, AppSecret: fixtureSecret, Clock: clk, Log: logger,
		}), markedToken, page) {
			if err == nil {
				continue // an answer of the wrong shape can be a valid empty one
			}
			failures++
			var e *meta.Error
			if !errors.As(err, &e) || e.Class == "" || !strings.HasPrefix(e.Advice, "meta.") {
				t.Errorf("fault %d, %s: not an error of ours: %v", i, name, err)
				continue
			}
			text := fmt.Sprintf("%v %+v %#v %s %#v %v", err, err, err, e.Message, *e, fault.Find(err))
			for inner := err; inner != nil; inner = errors.Unwrap(inner) {
				text += fmt.Sprintf(" %v %#v", inner, inner)
			}
			refuseMarks(t, fmt.Sprintf("fault %d, %s", i, name), text)
		}
	}
	if failures < 19*(len(faults)-2) {
		t.Errorf("only %d failures: faults did not reach the calls", failures)
	}
	if log.Len() == 0 {
		t.Error("nothing was logged")
	}
	refuseMarks(t, "log", log.String())
	for _, c := range sim.Calls() {
		refuseMarks(t, "call list", fmt.Sprintf("%+v", c))
	}
}

// TestClient_UnreachableAddressIsNotPrinted: net/http puts the address, and so the proof, into its errors.
func TestClient_UnreachableAddressIsNotPrinted(t *testing.T) {
	c := meta.NewClient(meta.Config{
		BaseURL: "http://127.0.0.1:1", AppID: fixtureApp, AppSecret: fixtureSecret, Clock: clock.NewFake(fixtureTime, 1),
	})
	for name, err := range everyCall(t, c, markedToken, markedToken) {
		if fault.Code(err) != meta.AdviceNotReachable {
			t.Errorf("%s: %v", name, err)
		}
		refuseMarks(t, name, fmt.Sprintf("%v %+v %#v", err, err, err), "/v25.0", "appsecret_proof", "fields=")
	}
}
