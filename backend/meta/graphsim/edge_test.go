package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// keys returns the keys of a JSON object in the order they come.
func keys(t *testing.T, object string) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var out []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
		out = append(out, key.(string)) //nolint:forcetypeassert // a key is a text
	}
	return out
}

func TestSim_Versions(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		path, version string
		status, code  int
	}{
		{"/v26.0/", "v26.0", 200, 0},
		{"/v25.0/", "v25.0", 200, 0},
		{"/v23.0/", "v23.0", 200, 0},
		{"/v21.0/", "v21.0", 200, 0},
		{"/", "v21.0", 200, 0}, // the oldest that can still be used
		{"/v20.0/", "v20.0", 400, 2635},
		{"/v3.0/", "v3.0", 400, 2635},
		{"/v99.0/", "v99.0", 400, 2500},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			a := w.get(tt.path+string(page), pageTok, "fields", "id")
			code, _ := a.code(t)
			if a.status != tt.status || code != tt.code || a.header.Get("facebook-api-version") != tt.version {
				t.Errorf("got %d, %d, %q", a.status, code, a.header.Get("facebook-api-version"))
			}
		})
	}
}

// A call without a version goes on in the one it was served by.
func TestSim_VersionOfWhatFollows(t *testing.T) {
	w := newWorld(t)
	w.lead(graphsim.LeadSpec{})
	w.lead(graphsim.LeadSpec{})
	for _, tt := range []struct{ path, next string }{{"/", "/v21.0/"}, {"/v25.0/", "/v25.0/"}} {
		a := w.get(tt.path+string(form)+"/leads", pageTok, "limit", "1")
		if !strings.Contains(strings.ReplaceAll(a.body, `\/`, "/"), w.base+tt.next+string(form)+"/leads?") {
			t.Errorf("after %s: %s", tt.path, a.body)
		}
	}
	a := w.call(http.MethodPost, "/", pageTok, url.Values{"batch": {`[{"method":"GET","relative_url":"` + string(page) + `?fields=id"}]`}})
	if a.status != 200 || a.header.Get("facebook-api-version") != "v21.0" {
		t.Errorf("batch: %d %q", a.status, a.header.Get("facebook-api-version"))
	}
}

func TestSim_TokenTransportAndDeath(t *testing.T) {
	w := newWorld(t)
	id := w.lead(graphsim.LeadSpec{})
	path := "/v25.0/" + string(id)
	if a := w.get(path, pageTok); a.status != 200 {
		t.Errorf("bearer: %s", a.body)
	}
	if a := w.get(path, "", "access_token", string(pageTok)); a.status != 200 {
		t.Errorf("query: %s", a.body)
	}
	if a := w.call(http.MethodPost, "/v25.0/"+string(page)+"/subscribed_apps", "", url.Values{
		"access_token": {string(pageTok)}, "subscribed_fields": {"leadgen"},
	}); a.body != `{"success":true}` {
		t.Errorf("body: %s", a.body)
	}
	if code, _ := w.get(path, "").code(t); code != 104 {
		t.Errorf("no token: %d", code)
	}
	if code, _ := w.get("/v25.0/me", "").code(t); code != 2500 {
		t.Errorf("no token for me: %d", code)
	}
	if code, sub := w.get(path, "EAAUNKNOWN").code(t); code != 190 || sub != 0 {
		t.Errorf("unknown token: %d/%d", code, sub)
	}
	for _, sub := range []int{458, 459, 460, 463, 464, 467, 490, 492, 0} {
		if err := w.KillToken(pageTok, sub); err != nil {
			t.Fatal(err)
		}
		a := w.get(path, pageTok)
		if code, got := a.code(t); a.status != 400 || code != 190 || got != sub {
			t.Errorf("killed with %d: %s", sub, a.body)
		}
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), `OAuth "Facebook Platform" "invalid_token" "`) {
			t.Errorf("www-authenticate %q", a.header.Get("WWW-Authenticate"))
		}
	}
	if err := w.ReviveToken(pageTok); err != nil {
		t.Fatal(err)
	}
	if a := w.get(path, pageTok); a.status != 200 {
		t.Errorf("revived: %s", a.body)
	}
}

func TestSim_PageTokenEdges(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/" + string(page) + "/leadgen_forms", "/" + string(page) + "/subscribed_apps", "/" + string(form) + "/test_leads", "/" + string(form)} {
		if code, sub := w.get("/v26.0"+path, system).code(t); code != 190 || sub != 2069032 {
			t.Errorf("%s with a system token: %d/%d", path, code, sub)
		}
		if a := w.get("/v26.0"+path, pageTok); a.status != 200 {
			t.Errorf("%s with the page's token: %s", path, a.body)
		}
	}
	other := w.AddToken(graphsim.TokenSpec{Kind: meta.TokenPage, Page: "209876543210987"})
	if code, sub := w.get("/v26.0/"+string(page)+"/leadgen_forms", other).code(t); code != 100 || sub != 33 {
		t.Errorf("another page's token: %d/%d", code, sub)
	}
}

func TestSim_Scopes(t *testing.T) {
	w := newWorld(t)
	id := w.lead(graphsim.LeadSpec{})
	tests := []struct{ path, scope string }{
		{"/" + string(id), "leads_retrieval"},
		{"/" + string(form) + "/leads", "leads_retrieval"},
		{"/" + string(page) + "/leadgen_forms", "pages_manage_ads"},
		{"/" + string(page) + "/subscribed_apps", "pages_manage_metadata"},
		{"/" + string(form) + "/test_leads", "leads_retrieval"},
	}
	for _, tt := range tests {
		scopes := slices.DeleteFunc(graphsim.AllScopes(), func(s string) bool { return s == tt.scope })
		token := w.AddToken(graphsim.TokenSpec{Kind: meta.TokenPage, Page: page, Scopes: scopes})
		a := w.get("/v26.0"+tt.path, token)
		want := "(#200) Requires " + tt.scope + " permission to manage the object"
		if code, _ := a.code(t); a.status != 403 || code != 200 || !strings.Contains(a.body, want) {
			t.Errorf("%s without %s: %s", tt.path, tt.scope, a.body)
		}
	}
}

func TestSim_Proof(t *testing.T) {
	w := newWorld(t)
	path := "/v26.0/" + string(page)
	const known = "9fd716358b120e117f8b30ddd527f6022010183c1b612a47652c8a7fbac0bc10"
	if a := w.get(path, pageTok, "appsecret_proof", known); a.status != 200 {
		t.Errorf("the published proof: %s", a.body)
	}
	if a := w.get(path, pageTok, "appsecret_proof", strings.Repeat("0", 64)); !strings.Contains(a.body, "Invalid appsecret_proof provided in the API argument") {
		t.Errorf("a wrong proof: %s", a.body)
	}
	if err := w.SetProofRequired(app, true); err != nil {
		t.Fatal(err)
	}
	if a := w.get(path, pageTok); !strings.Contains(a.body, "API calls from the server require an appsecret_proof argument") || a.status != 400 {
		t.Errorf("no proof: %s", a.body)
	}
	if a := w.get(path, pageTok, "appsecret_proof", known); a.status != 200 {
		t.Errorf("the published proof, required: %s", a.body)
	}
}

func TestSim_LeadNode(t *testing.T) {
	w := newWorld(t)
	paid := w.lead(graphsim.LeadSpec{
		ID: "1234567890123456", Platform: "ig", Campaign: "Otoño 2026", AdSet: "CDMX 25-45", Ad: "Otoño - video",
		Answers: map[string][]string{
			"which_service_are_you_interested_in?": {"whole-home_heat_pump", "solar_panels"}, "full_name": {"Ana Prueba Ñandú"},
			"email": {"ana.prueba@example.com"}, "phone_number": {"+525555550100"},
		},
		Skip: []string{"best_time_to_call"}, Consents: map[string]bool{"optional_1": true},
	})
	a := w.get("/v26.0/"+string(paid), pageTok, "fields", meta.LeadFields)
	want := meta.Lead{
		ID: paid, Created: now, Form: form, Ad: "120210003088968936", AdName: "Otoño - video", AdSet: "120210005219917687",
		AdSetName: "CDMX 25-45", Campaign: "120210001710747228", CampaignName: "Otoño 2026", Platform: "ig",
		Consents: []meta.Consent{{Key: "optional_1", Checked: true}, {Key: "optional_2"}},
	}
	got := meta.ParseLead([]byte(a.body))
	if got.Answers[0].Name != "utm_source" || got.Answers[0].Values[0] != "meta" {
		t.Errorf("first answer %v", got.Answers[0])
	}
	values := map[string][]string{}
	for _, answer := range got.Answers {
		values[answer.Name] = answer.Values
	}
	if diff := cmp.Diff(map[string][]string{
		"utm_source": {"meta"}, "which_service_are_you_interested_in?": {"whole-home_heat_pump", "solar_panels"},
		"best_time_to_call": nil, "full_name": {"Ana Prueba Ñandú"}, "email": {"ana.prueba@example.com"}, "phone_number": {"+525555550100"},
	}, values); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	got.Answers, got.Raw = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	for _, text := range []string{`ana.prueba\u0040example.com`, `\u00d1and\u00fa`, `{"name":"best_time_to_call"}`, `"created_time":"2026-11-02T15:04:05+0000"`, `"is_checked":""`} {
		if !strings.Contains(a.body, text) {
			t.Errorf("the answer does not hold %s: %s", text, a.body)
		}
	}
	a = w.get("/v26.0/"+string(paid), pageTok)
	if diff := cmp.Diff([]string{"created_time", "id", "field_data"}, keys(t, a.body)); diff != "" {
		t.Errorf("default fields:\n%s", diff)
	}
	a = w.get("/v26.0/"+string(paid), pageTok, "fields", "id,form_name")
	if code, _ := a.code(t); code != 100 || !strings.Contains(a.body, "(#100) Tried accessing nonexisting field (form_name) on node type (LeadGenData)") {
		t.Errorf("unknown field: %s", a.body)
	}
}

func TestSim_AdFieldsAreAbsent(t *testing.T) {
	w := newWorld(t)
	blind := w.AddToken(graphsim.TokenSpec{Kind: meta.TokenPage, Page: page, Scopes: []string{
		meta.PermissionLeads, meta.PermissionPagesList, meta.PermissionPagesRead, meta.PermissionPagesAds,
	}})
	paid, organic := w.lead(graphsim.LeadSpec{}), w.lead(graphsim.LeadSpec{Organic: true})
	tests := []struct {
		name  string
		id    meta.ID
		token meta.Token
		want  bool
	}{
		{"paid", paid, pageTok, true},
		{"organic", organic, pageTok, false},
		{"test", w.lead(graphsim.LeadSpec{Test: true}), pageTok, false},
		{"paid, without ad rights", paid, blind, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := keys(t, w.get("/v26.0/"+string(tt.id), tt.token, "fields", meta.LeadFields).body)
			for _, key := range []string{"ad_id", "ad_name", "adset_id", "campaign_name"} {
				if slices.Contains(got, key) != tt.want {
					t.Errorf("%s is there: %v", key, !tt.want)
				}
			}
		})
	}
}

func TestSim_OrderOfAnswersChanges(t *testing.T) {
	w := newWorld(t)
	orders := map[string]bool{}
	for range 25 {
		l := meta.ParseLead([]byte(w.get("/v26.0/"+string(w.lead(graphsim.LeadSpec{})), pageTok).body))
		names := ""
		for _, a := range l.Answers {
			names += a.Name + " "
		}
		if !strings.HasPrefix(names, "utm_source ") {
			t.Fatalf("tracking parameter is not first: %s", names)
		}
		orders[names] = true
	}
	if len(orders) < 3 {
		t.Errorf("only %d orders in 25 leads", len(orders))
	}
}

func TestSim_LeadOptions(t *testing.T) {
	w := newWorld(t)
	read := func(spec graphsim.LeadSpec) meta.Lead {
		return meta.ParseLead([]byte(w.get("/v26.0/"+string(w.lead(spec)), pageTok, "fields", meta.LeadFields).body))
	}
	if l := read(graphsim.LeadSpec{Wide: true}); len(l.ID) != 17 {
		t.Errorf("wide id %s", l.ID)
	}
	l := read(graphsim.LeadSpec{LocalisedKeys: true})
	for _, key := range []string{"nombre_completo", "correo_electrónico", "número_de_teléfono"} {
		if _, ok := l.Find(key); !ok {
			t.Errorf("no %s in %v", key, l.Answers)
		}
	}
	l = read(graphsim.LeadSpec{Test: true})
	name, _ := l.Find("full_name")
	email, _ := l.Find("email")
	if !l.LooksLikeTest() || !l.Organic || l.Platform != "" || name.Values[0] != "<test lead: dummy data for full_name>" || email.Values[0] != "test@meta.com" {
		t.Errorf("test lead %+v", l)
	}
	l = read(graphsim.LeadSpec{Blank: []string{"*"}})
	if email, _ = l.Find("email"); email.Values == nil || len(email.Values) != 0 {
		t.Errorf("blank answer %#v", email.Values)
	}
	if l = read(graphsim.LeadSpec{Skip: []string{"*"}}); l.Answers[1].Values != nil {
		t.Errorf("skipped answer %#v", l.Answers[1])
	}
	if l = read(graphsim.LeadSpec{Broken: true}); l.Defect != meta.DefectAnswers {
		t.Errorf("broken lead %+v", l)
	}
	if l = read(graphsim.LeadSpec{Padding: 100_000}); len(l.Raw) < 100_000 {
		t.Errorf("padded lead of %d bytes", len(l.Raw))
	}
	created := now.AddDate(0, 0, -3)
	if l = read(graphsim.LeadSpec{Created: created}); !l.Created.Equal(created) {
		t.Errorf("created %v", l.Created)
	}
}

func TestSim_Form(t *testing.T) {
	w := newWorld(t)
	a := w.get("/v26.0/"+string(form), pageTok, "fields", "id,name,status,locale,created_time,page,page_id,privacy_policy_url,questions,tracking_parameters,legal_content,context_card,thank_you_page")
	for _, text := range []string{
		`"name":"Oto\u00f1o 2026 v2"`, `"created_time":"2026-10-01T12:00:00+0000"`, `"page":{"name":"Clima Ejemplo","id":"109876543210987"}`,
		`{"key":"which_service_are_you_interested_in?","label":"Which service are you interested in?","type":"CUSTOM","options":[{"key":"whole-home_heat_pump","value":"Whole-home heat pump"}`,
		`{"key":"phone_number","label":"N\u00famero de tel\u00e9fono","type":"PHONE","id":"`, `"tracking_parameters":[{"key":"utm_source","value":"meta"}]`,
		`"checkboxes":[{"id":"`, `"enable_messenger":false`, `"style":"PARAGRAPH_STYLE"`,
	} {
		if !strings.Contains(a.body, text) {
			t.Errorf("no %s in %s", text, a.body)
		}
	}
	twin, err := w.CopyForm(form)
	if err != nil {
		t.Fatal(err)
	}
	a = w.get("/v26.0/"+string(page)+"/leadgen_forms", pageTok, "fields", "id,status")
	if want := `{"data":[{"id":"` + string(twin.ID) + `","status":"ACTIVE"},{"id":"812345678901234","status":"ARCHIVED"}]`; !strings.HasPrefix(a.body, want) {
		t.Errorf("forms %s", a.body)
	}
	w.lead(graphsim.LeadSpec{})
	if len(w.list().Data) != 1 {
		t.Error("an archived form's leads cannot be read")
	}
	if a = w.call(http.MethodPost, "/v26.0/"+string(form), pageTok, url.Values{"status": {"ACTIVE"}}); a.body != `{"success":true}` {
		t.Errorf("reactivated: %s", a.body)
	}
	if code, sub := w.call(http.MethodDelete, "/v26.0/"+string(form), pageTok, nil).code(t); code != 100 || sub != 33 {
		t.Errorf("deleting a form: %d/%d", code, sub)
	}
}

func TestSim_TestLeads(t *testing.T) {
	w := newWorld(t)
	path := "/v26.0/" + string(form) + "/test_leads"
	a := w.call(http.MethodPost, path, pageTok, nil)
	if !regexp.MustCompile(`^\{"id":"[0-9]{15}"\}$`).MatchString(a.body) {
		t.Errorf("created %s", a.body)
	}
	id := meta.ParseLead([]byte(a.body)).ID
	a = w.call(http.MethodPost, path, pageTok, nil)
	if code, sub := a.code(t); code != 2 || sub != 1892058 || !strings.Contains(a.body, `"error_user_title":"Test lead already exists for this form."`) {
		t.Errorf("second one %s", a.body)
	}
	if a = w.call(http.MethodDelete, "/v26.0/"+string(id), pageTok, nil); a.body != `{"success":true}` {
		t.Errorf("deleted %s", a.body)
	}
	if a = w.call(http.MethodPost, path, pageTok, nil); a.status != 200 {
		t.Errorf("after deleting: %s", a.body)
	}
}

func TestSim_TestLeadsWithAnswersOfTheirOwnAreListed(t *testing.T) {
	w := newWorld(t)
	path := "/v26.0/" + string(form) + "/test_leads"
	listed := func() (ids []meta.ID) {
		var got struct{ Data []json.RawMessage }
		if err := json.Unmarshal([]byte(w.get(path, pageTok, "fields", "id,field_data").body), &got); err != nil {
			t.Fatal(err)
		}
		for _, raw := range got.Data {
			l := meta.ParseLead(raw)
			if name, _ := l.Find("full_name"); l.LooksLikeTest() || !slices.Equal(name.Values, []string{"Ana Prueba"}) {
				t.Errorf("test lead %s answers %+v", l.ID, l.Answers)
			}
			ids = append(ids, l.ID)
		}
		return ids
	}
	own := map[string][]string{"full_name": {"Ana Prueba"}, "email": {"ana@example.com"}, "phone_number": {"+525555550100"}, "best_time_to_call": {"tarde"}, "which_service_are_you_interested_in?": {"solar_panels"}}
	w.lead(graphsim.LeadSpec{Answers: own})
	injected := w.lead(graphsim.LeadSpec{Test: true, Answers: own})
	if got := listed(); !slices.Equal(got, []meta.ID{injected}) {
		t.Errorf("listed %v, want %s", got, injected)
	}
	if code, sub := w.call(http.MethodPost, path, pageTok, nil).code(t); code != 2 || sub != 1892058 {
		t.Errorf("one beside the injected one: %d/%d", code, sub)
	}
	if a := w.call(http.MethodDelete, "/v26.0/"+string(injected), pageTok, nil); a.body != `{"success":true}` {
		t.Errorf("deleted %s", a.body)
	}
	var fields []map[string]any
	for name, values := range own {
		fields = append(fields, map[string]any{"name": name, "values": values})
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	a := w.call(http.MethodPost, path, pageTok, url.Values{"field_data": {string(text)}})
	if got := listed(); !slices.Equal(got, []meta.ID{meta.ParseLead([]byte(a.body)).ID}) {
		t.Errorf("listed %v after %s", got, a.body)
	}
	if a = w.call(http.MethodPost, path, pageTok, url.Values{"field_data": {"x"}}); a.status != 400 {
		t.Errorf("answers that are none: %s", a.body)
	}
}

func TestSim_DebugToken(t *testing.T) {
	w := newWorld(t)
	appToken := meta.Token(string(app) + "|" + string(secret))
	a := w.get("/v26.0/debug_token", appToken, "input_token", string(system))
	for _, text := range []string{
		`"app_id":"1550000000000001","type":"SYSTEM_USER","application":"Example CRM"`, `"expires_at":0,"is_valid":true`,
		`{"scope":"leads_retrieval","target_ids":["109876543210987"]}`,
	} {
		if !strings.Contains(a.body, text) {
			t.Errorf("no %s in %s", text, a.body)
		}
	}
	if err := w.KillToken(pageTok, 460); err != nil {
		t.Fatal(err)
	}
	a = w.get("/v26.0/debug_token", appToken, "input_token", string(pageTok))
	for _, text := range []string{`"type":"PAGE"`, `"profile_id":"109876543210987"`, `"subcode":460`, `"is_valid":false`, `"scopes":[]`} {
		if !strings.Contains(a.body, text) {
			t.Errorf("no %s in %s", text, a.body)
		}
	}
	if a = w.get("/v26.0/debug_token", meta.Token(string(app)+"|wrong"), "input_token", string(system)); a.status != 400 {
		t.Errorf("with a wrong secret: %s", a.body)
	}
}

func TestSim_Batch(t *testing.T) {
	w := newWorld(t)
	good, slow := w.lead(graphsim.LeadSpec{}), w.lead(graphsim.LeadSpec{})
	if err := w.AddFault(graphsim.Fault{Edge: "lead", Object: slow, Kind: "timeout"}); err != nil {
		t.Fatal(err)
	}
	post := func(urls ...string) answered {
		calls := []map[string]string{}
		for _, u := range urls {
			calls = append(calls, map[string]string{"method": "GET", "relative_url": u})
		}
		text, err := json.Marshal(calls)
		if err != nil {
			t.Fatal(err)
		}
		return w.call(http.MethodPost, "/v26.0/", "", url.Values{
			"access_token": {string(pageTok)}, "include_headers": {"false"}, "batch": {string(text)},
		})
	}
	a := post("v26.0/"+string(good)+"?fields=id,created_time", "v26.0/1234567890129999", "v26.0/"+string(slow))
	var items []*struct {
		Code int
		Body string
	}
	if err := json.Unmarshal([]byte(a.body), &items); err != nil || len(items) != 3 {
		t.Fatalf("%v: %s", err, a.body)
	}
	if items[0].Code != 200 || items[0].Body != `{"id":"`+string(good)+`","created_time":"2026-11-02T15:04:05+0000"}` {
		t.Errorf("first item %+v", items[0])
	}
	if items[1].Code != 400 || !strings.Contains(items[1].Body, `"error_subcode":33`) || items[2] != nil {
		t.Errorf("other items %+v, %+v", items[1], items[2])
	}
	many := make([]string, 51)
	for i := range many {
		many[i] = string(good)
	}
	if a = post(many...); a.status != 400 {
		t.Errorf("51 items: %d", a.status)
	}
	a = w.get("/v26.0/", pageTok, "ids", string(good))
	if code, _ := a.code(t); a.status != 500 || code != 100 || !strings.Contains(a.body, "The ids query parameter is deprecated in v26.0+") {
		t.Errorf("ids: %s", a.body)
	}
	a = w.get("/v26.0/leadgen_id", pageTok)
	if code, _ := a.code(t); a.status != 404 || code != 803 {
		t.Errorf("alias: %s", a.body)
	}
	a = w.get("/v26.0/"+string(page)+"/leads", pageTok)
	if !strings.Contains(a.body, "(#100) Tried accessing nonexisting field (leads) on node type (Page)") {
		t.Errorf("leads of a page: %s", a.body)
	}
}

func TestSim_Budgets(t *testing.T) {
	w := newWorld(t)
	if err := w.SetBudget(page, graphsim.Budget{LeadCalls: 2}); err != nil {
		t.Fatal(err)
	}
	read := func() answered { return w.get("/v26.0/"+string(form)+"/leads", pageTok) }
	want := []struct {
		status  int
		percent int
		minutes int
	}{{200, 50, 0}, {200, 100, 0}, {400, 100, 19}, {400, 100, 20}, {400, 100, 21}}
	for i, tt := range want {
		a := read()
		header := fmt.Sprintf(`{"109876543210987":[{"type":"leadgen","call_count":%d,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":%d}]}`, tt.percent, tt.minutes)
		if a.status != tt.status || a.header.Get("x-business-use-case-usage") != header {
			t.Errorf("call %d: %d, %s", i, a.status, a.header.Get("x-business-use-case-usage"))
		}
		if a.status == 400 {
			if code, _ := a.code(t); code != 80005 {
				t.Errorf("code %d", code)
			}
		}
	}
	w.clock.Advance(21 * time.Minute)
	if a := read(); a.status != 200 {
		t.Errorf("after the block: %s", a.body)
	}
	w.SetAppBudget(1)
	if a := w.get("/v26.0/me", w.AddToken(graphsim.TokenSpec{Kind: meta.TokenUser})); a.header.Get("x-app-usage") != `{"call_count":100,"total_time":1,"total_cputime":1}` {
		t.Errorf("app usage %q", a.header.Get("x-app-usage"))
	}
	if code, _ := w.get("/v26.0/me", w.AddToken(graphsim.TokenSpec{Kind: meta.TokenUser})).code(t); code != 4 {
		t.Errorf("app limit: code %d", code)
	}
}

func TestSim_LeadAccess(t *testing.T) {
	w := newWorld(t)
	id := w.lead(graphsim.LeadSpec{})
	if err := w.SetLeadAccess(page, app, false); err != nil {
		t.Fatal(err)
	}
	a := w.get("/v26.0/"+string(id), pageTok)
	if code, _ := a.code(t); a.status != 403 || code != 103 || !strings.Contains(a.body, "CRM access has been revoked from Lead Access Manager") {
		t.Errorf("read: %s", a.body)
	}
	a = w.get("/v26.0/"+string(page), pageTok, "fields", "has_lead_access.user_id(10200000000000001).app_id(1550000000000001)")
	want := `{"has_lead_access":{"app_has_leads_permission":false,"user_has_leads_permission":true,"can_access_lead":false,"enabled_lead_access_manager":true,"is_page_admin":true,` +
		`"failure_reason":"The app is not assigned in Leads Access Manager.","failure_resolution":"Ask a business admin to assign the app as CRM.","page_id":"109876543210987","user_id":"10200000000000001"},"id":"109876543210987"}`
	if a.body != want {
		t.Errorf("access: %s", a.body)
	}
	if a = w.get("/v26.0/"+string(page), pageTok, "fields", "has_lead_access"); !strings.Contains(a.body, "The parameter user_id is required") {
		t.Errorf("without user: %s", a.body)
	}
}

func TestSim_Events(t *testing.T) {
	w := newWorld(t)
	set := w.AddDataset()
	event := func(lead string, age time.Duration) string {
		return fmt.Sprintf(`{"event_name":"Qualified","event_time":%d,"action_source":"system_generated","user_data":{"lead_id":%s},"custom_data":{"event_source":"crm","lead_event_source":"Example CRM"}}`,
			now.Add(-age).Unix(), lead)
	}
	post := func(events ...string) answered {
		return w.call(http.MethodPost, "/v26.0/"+string(set)+"/events", system, url.Values{"data": {"[" + strings.Join(events, ",") + "]"}})
	}
	good := event("1234567890123456", time.Hour)
	if a := post(good, good); !strings.HasPrefix(a.body, `{"events_received":2,"messages":[],"fbtrace_id":"`) {
		t.Errorf("two good events: %s", a.body)
	}
	for name, bad := range map[string]string{
		"too old": event("1234567890123456", 8*24*time.Hour), "text for an id": event(`"1234567890123456"`, 0), "short id": event("12", 0),
	} {
		if a := post(good, bad); a.status != 400 {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	if n := w.EventsReceived(set); n != 2 {
		t.Errorf("%d events kept", n)
	}
}
