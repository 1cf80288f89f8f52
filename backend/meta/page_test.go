package meta_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

func TestClient_CheckToken(t *testing.T) {
	tests := []struct {
		name, body string
		want       meta.TokenInfo
		problem    string
		missing    []string
	}{
		{
			name: "system user",
			body: `{"data":{"app_id":"1550000000000001","type":"SYSTEM_USER","application":"Example CRM","data_access_expires_at":0,"expires_at":0,"is_valid":true,"issued_at":1793000000,"scopes":["leads_retrieval","pages_show_list","pages_manage_ads","pages_manage_metadata","pages_read_engagement","ads_read","business_management"],"granular_scopes":[{"scope":"leads_retrieval","target_ids":["209876543210987"]},{"scope":"pages_manage_ads"}],"user_id":"122100000000000001"}}`,
			want: meta.TokenInfo{
				App: fixtureApp, AppName: "Example CRM", Kind: meta.TokenSystem, User: "122100000000000001", Valid: true, Issued: unix(1793000000),
				Scopes:  []string{"leads_retrieval", "pages_show_list", "pages_manage_ads", "pages_manage_metadata", "pages_read_engagement", "ads_read", "business_management"},
				Targets: map[string][]meta.ID{"leads_retrieval": {"209876543210987"}},
			},
			missing: []string{"leads_retrieval"},
		},
		{
			name: "dead page token",
			body: `{"data":{"app_id":"1550000000000001","type":"PAGE","application":"Example CRM","profile_id":"109876543210987","error":{"code":190,"message":"Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.","subcode":460},"expires_at":1793631845,"is_valid":false,"scopes":[],"user_id":"10200000000000001"}}`,
			want: meta.TokenInfo{
				App: fixtureApp, AppName: "Example CRM", Kind: meta.TokenPage, User: "10200000000000001", Page: fixturePage, Expires: fixtureTime,
				Scopes: []string{}, Targets: map[string][]meta.ID{},
			},
			problem: meta.AdvicePasswordChanged,
			missing: meta.NeededPermissions(),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := serve(t, 200, nil, tt.body)
			got, err := c.CheckToken(t.Context(), markedToken)
			if err != nil {
				t.Fatal(err)
			}
			problem := ""
			if got.Problem != nil {
				problem = got.Problem.Advice
			}
			if problem != tt.problem {
				t.Errorf("problem %q, want %q", problem, tt.problem)
			}
			got.Problem = nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.missing, got.Missing(fixturePage)); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClient_TokensOfAnOffice(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	info, err := o.CheckToken(ctx, o.token)
	if err != nil || !info.Valid || info.Kind != meta.TokenSystem || len(info.Missing(fixturePage)) != 0 || !info.Expires.IsZero() {
		t.Errorf("system token: %+v, %v", info, err)
	}
	if missing := info.Missing("209876543210987"); len(missing) != len(meta.NeededPermissions()) {
		t.Errorf("a page that was not granted lacks only %v", missing)
	}
	short := o.sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenUser, ExpiresIn: time.Hour})
	long, err := o.ExchangeToken(ctx, short)
	if err != nil || !long.Expires.Equal(fixtureTime.Add(5183944*time.Second)) {
		t.Errorf("exchanged %+v, %v", long, err)
	}
	o.clock.Advance(2 * time.Hour)
	if _, err := o.Me(ctx, short); fault.Code(err) != meta.AdviceTokenExpired {
		t.Errorf("short token after two hours: %v", err)
	}
	if _, err := o.ExchangeToken(ctx, short); fault.Code(err) != meta.AdviceTokenExpired {
		t.Errorf("exchange after two hours: %v", err)
	}
	if who, err := o.Me(ctx, long.Token); err != nil || who.ID != "10200000000000001" {
		t.Errorf("long token: %+v, %v", who, err)
	}
	if err := o.sim.KillToken(o.token, 460); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Form(ctx, o.page, fixtureForm); fault.Code(err) != meta.AdvicePasswordChanged {
		t.Errorf("page token after its parent died: %v", err)
	}
	if info, err := o.CheckToken(ctx, o.page); err != nil || info.Valid || info.Problem.Advice != meta.AdvicePasswordChanged {
		t.Errorf("checked %+v, %v", info, err)
	}
	if info, err := o.CheckToken(ctx, "EAANOBODYKNOWSTHISTOKEN"); err != nil || info.Problem == nil || info.Problem.Class != meta.ClassReauthorise {
		t.Errorf("unknown token: %+v, %v", info, err)
	}
}

func TestClient_ExchangeToken_WrongSecret(t *testing.T) {
	sim, clk, base := newSim(t)
	short := sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenUser, ExpiresIn: time.Hour})
	wrong := meta.NewClient(meta.Config{BaseURL: base, AppID: fixtureApp, AppSecret: "ffffffffffffffffffffffffffffffff", Clock: clk})
	if _, err := wrong.ExchangeToken(t.Context(), short); fault.Code(err) != meta.AdviceAppSecretWrong {
		t.Errorf("wrong secret: %v", err)
	}
	if _, err := wrong.Me(t.Context(), short); fault.Code(err) != meta.AdviceAppSecretWrong {
		t.Errorf("wrong proof: %v", err)
	}
	none := meta.NewClient(meta.Config{BaseURL: base, AppID: fixtureApp, Clock: clk})
	if _, err := none.ExchangeToken(t.Context(), short); fault.Code(err) != meta.AdviceAppSecretNeeded {
		t.Errorf("no secret: %v", err)
	}
	if err := sim.SetProofRequired(fixtureApp, true); err != nil {
		t.Fatal(err)
	}
	if _, err := none.Me(t.Context(), short); fault.Code(err) != meta.AdviceAppSecretNeeded {
		t.Errorf("no proof: %v", err)
	}
}

func TestClient_Pages(t *testing.T) {
	o := newOffice(t)
	for range 130 {
		o.sim.AddPage(graphsim.Page{Name: "Otra"})
	}
	hidden := o.sim.AddPage(graphsim.Page{Name: "Escondida", Unlisted: true, TermsRefused: true, Tasks: []string{"ANALYZE"}})
	all := o.sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenUser})
	pages, err := gather(o.Pages(t.Context(), all))
	if err != nil || len(pages) != 131 || pages[0].ID != fixturePage || pages[0].Token == "" || !pages[0].CanAdvertise() {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	pages, err = gather(o.Pages(t.Context(), o.token))
	if err != nil || len(pages) != 1 || pages[0].Token != o.page {
		t.Errorf("granted one page, listed %v, %v", pages, err)
	}
	p, err := o.Page(t.Context(), all, hidden.ID)
	if err != nil || p.Name != "Escondida" || p.Token == "" || p.TermsAccepted || p.CanAdvertise() {
		t.Errorf("probed %+v, %v", p, err)
	}
	if _, err := o.Page(t.Context(), o.token, hidden.ID); fault.Code(err) != meta.AdviceGone {
		t.Errorf("a page that was not granted: %v", err)
	}
}

func TestClient_Subscriptions(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	if _, ok, err := o.PageSubscription(ctx, o.page, fixturePage); ok || err != nil {
		t.Errorf("before: %v, %v", ok, err)
	}
	if err := o.SubscribePage(ctx, o.token, fixturePage); fault.Code(err) != meta.AdviceNeedsPageToken {
		t.Errorf("with a system token: %v", err)
	}
	if err := o.SubscribePage(ctx, o.page, fixturePage, "feed"); err != nil {
		t.Fatal(err)
	}
	app, ok, err := o.PageSubscription(ctx, o.page, fixturePage)
	if !ok || err != nil || app.ID != fixtureApp || !slices.Equal(app.Fields, []string{"leadgen", "feed"}) {
		t.Errorf("after: %+v, %v, %v", app, ok, err)
	}
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		challenge, ok := meta.VerifySubscription(r.URL.Query(), "s3cret")
		if !ok {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(challenge))
	}))
	defer callback.Close()
	if err := o.SubscribeApp(ctx, callback.URL+"/hooks/meta", "wrong"); err == nil {
		t.Error("subscribed although the callback refused")
	}
	if list, err := o.AppSubscriptions(ctx); err != nil || len(list) != 0 {
		t.Errorf("listed %v, %v", list, err)
	}
	if err := o.SubscribeApp(ctx, callback.URL+"/hooks/meta", "s3cret"); err != nil {
		t.Fatal(err)
	}
	list, err := o.AppSubscriptions(ctx)
	want := []meta.AppSubscription{{Object: "page", CallbackURL: callback.URL + "/hooks/meta", Active: true, Fields: []string{"leadgen"}}}
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestClient_Success_Spellings(t *testing.T) {
	for body, want := range map[string]bool{`{"success":true}`: true, `{"success":"true"}`: true, `"true"`: true, `true`: true, `{"success":false}`: false, `{}`: false} {
		c, _ := serve(t, 200, nil, body)
		if err := c.SubscribePage(t.Context(), markedToken, fixturePage); (err == nil) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestClient_LeadAccess(t *testing.T) {
	o := newOffice(t)
	const person meta.ID = "10200000000000001"
	got, err := o.LeadAccess(t.Context(), o.page, fixturePage, person)
	if err != nil || !got.CanAccess || got.Managed {
		t.Errorf("before: %+v, %v", got, err)
	}
	if err := o.sim.SetLeadAccess(fixturePage, fixtureApp, false); err != nil {
		t.Fatal(err)
	}
	got, err = o.LeadAccess(t.Context(), o.page, fixturePage, person)
	if err != nil || got.CanAccess || got.AppHas || !got.UserHas || !got.Managed || got.Reason == "" {
		t.Errorf("revoked: %+v, %v", got, err)
	}
	if _, err := gather(o.Leads(t.Context(), o.page, fixtureForm, time.Time{})); fault.Code(err) != meta.AdviceLeadAccessRevoked {
		t.Errorf("reading leads: %v", err)
	}
	if _, err := o.LeadAccess(t.Context(), o.page, fixturePage, "122100000000000001"); err == nil {
		t.Error("a system user was answered")
	}
}

func TestClient_Form(t *testing.T) {
	c, _ := serve(t, 200, nil, string(readFixture(t, "form.json")))
	got, err := c.Form(t.Context(), markedToken, fixtureForm)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Raw) == 0 {
		t.Error("raw form lost")
	}
	got.Raw = nil
	want := meta.Form{
		ID: fixtureForm, Name: "Otoño 2026 v2", Status: meta.FormActive, Locale: "es_LA", Created: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC),
		Page: fixturePage, Leads: 118, Organic: 3, PrivacyPolicyURL: "https://example.com/privacidad",
		Questions: []meta.Question{
			{ID: "494523000000001", Key: "which_service_are_you_interested_in?", Label: "Which service are you interested in?", Type: "CUSTOM", Options: []meta.KeyValue{
				{Key: "whole-home_heat_pump", Value: "Whole-home heat pump"}, {Key: "solar_panels", Value: "Solar panels"},
			}},
			{ID: "494523000000002", Key: "best_time_to_call", Label: "Best time to call", Type: "CUSTOM"},
			{ID: "494523000000003", Key: "full_name", Label: "Nombre completo", Type: "FULL_NAME"},
			{ID: "494523000000004", Key: "email", Label: "Correo electrónico", Type: "EMAIL"},
			{ID: "494523000000005", Key: "phone_number", Label: "Número de teléfono", Type: "PHONE"},
		},
		Tracking: []meta.KeyValue{{Key: "utm_source", Value: "meta"}},
		Legal: meta.LegalContent{
			ID: "700000000000001", PolicyURL: "https://example.com/privacidad", PolicyText: "Aviso de privacidad", Title: "Consentimiento",
			Text: "Texto", Checkboxes: []meta.Checkbox{{Key: "optional_1", Text: "Acepto recibir ofertas"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestClient_Forms(t *testing.T) {
	o := newOffice(t)
	for range 60 {
		if _, err := o.sim.AddForm(graphsim.Form{Page: fixturePage, Tracking: []meta.KeyValue{{Key: "utm", Value: "x"}}}); err != nil {
			t.Fatal(err)
		}
	}
	twin, err := o.sim.CopyForm(fixtureForm)
	if err != nil {
		t.Fatal(err)
	}
	forms, err := gather(o.Forms(t.Context(), o.page, fixturePage))
	if err != nil || len(forms) != 62 {
		t.Fatalf("%d forms, %v", len(forms), err)
	}
	if forms[0].ID != twin.ID || forms[0].Status != meta.FormActive || len(forms[0].Questions) != 3 {
		t.Errorf("newest form: %+v", forms[0])
	}
	if last := forms[61]; last.ID != fixtureForm || last.Status != meta.FormArchived {
		t.Errorf("oldest form: %+v", last)
	}
	if _, err := gather(o.Forms(t.Context(), o.token, fixturePage)); fault.Code(err) != meta.AdviceNeedsPageToken {
		t.Errorf("with a system token: %v", err)
	}
	if _, err := gather(o.Forms(t.Context(), o.page, "not-an-id")); fault.Code(err) != meta.AdviceBadID {
		t.Errorf("with a bad id: %v", err)
	}
}
