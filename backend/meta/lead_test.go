package meta_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

var ignoreRaw = cmpopts.IgnoreFields(meta.Lead{}, "Raw")

func TestParseLead(t *testing.T) {
	const ad = "120210000000000101"
	tests := []struct {
		name, raw string
		want      meta.Lead
	}{
		{"paid, from Instagram", string(readFixture(t, "lead_full.json")), meta.Lead{
			ID: fixtureLead, Created: fixtureTime, Form: fixtureForm, Ad: ad, AdName: "Otoño - video",
			AdSet: "120210000000000102", AdSetName: "CDMX 25-45", Campaign: "120210000000000103", CampaignName: "Otoño 2026",
			Platform: "ig",
			Answers: []meta.Answer{
				{"utm_source", []string{"meta"}},
				{"which_service_are_you_interested_in?", []string{"whole-home_heat_pump", "solar_panels"}},
				{"best_time_to_call", nil},
				{"full_name", []string{"Ana Prueba Ñandú"}},
				{"email", []string{"ana.prueba@example.com"}},
				{"phone_number", []string{"+525555550100"}},
			},
			Consents: []meta.Consent{{"optional_1", true}, {"optional_2", false}},
		}},
		{"test lead", string(readFixture(t, "lead_test.json")), meta.Lead{
			ID: "867443000000678", Created: fixtureTime.Add(55*time.Minute + 55*time.Second), Form: fixtureForm, Organic: true,
			Answers: []meta.Answer{
				{"utm_source", []string{"meta"}},
				{"full_name", []string{"<test lead: dummy data for full_name>"}},
				{"email", []string{"test@meta.com"}},
				{"phone_number", []string{"<test lead: dummy data for phone_number>"}},
			},
		}},
		{
			"the default fields", `{"created_time":"2026-11-02T15:04:05+0000","id":"1234567890123456","field_data":[]}`,
			meta.Lead{ID: fixtureLead, Created: fixtureTime},
		},
		{
			"a number for an id, beyond 2^53", `{"created_time":"2026-11-02T15:04:05+0000","id":29178540000000011}`,
			meta.Lead{ID: "29178540000000011", Created: fixtureTime},
		},
		{
			"answered blank, numbers, a single value", `{"id":"1","created_time":1793631845,"field_data":[{"name":"a","values":[]},{"name":"b","values":[5,true,null,"x"]},{"name":"c","values":"y"}]}`,
			meta.Lead{ID: "1", Created: fixtureTime, Answers: []meta.Answer{{"a", []string{}}, {"b", []string{"5", "true", "x"}}, {"c", []string{"y"}}}},
		},
		{
			"ad ids of zero", `{"id":"1","created_time":"2026-11-02T15:04:05+0000","ad_id":0,"adset_id":"0","campaign_id":""}`,
			meta.Lead{ID: "1", Created: fixtureTime},
		},
		{
			"answers of another shape", `{"id":"1","created_time":"2026-11-02T15:04:05+0000","form_id":"2","field_data":{"a":1}}`,
			meta.Lead{ID: "1", Created: fixtureTime, Form: "2", Defect: meta.DefectAnswers},
		},
		{
			"an answer that is an object", `{"id":"1","created_time":"2026-11-02T15:04:05+0000","field_data":[{"name":"a","values":[{}]}]}`,
			meta.Lead{ID: "1", Created: fixtureTime, Defect: meta.DefectAnswers},
		},
		{
			"side fields of another type, taken as the text they are", `{"id":"1","created_time":"2026-11-02T15:04:05+0000","form_id":2,"ad_id":120210000000000101,
			"ad_name":5,"adset_name":29178540000000011.50,"campaign_name":true,"is_organic":"true","platform":7,"partner_name":null,"retailer_item_id":9007199254740993,
			"field_data":[{"name":"a","values":["x"]}],"custom_disclaimer_responses":{"checkbox_key":"optional_1","is_checked":true}}`,
			meta.Lead{
				ID: "1", Created: fixtureTime, Form: "2", Ad: ad, AdName: "5", AdSetName: "29178540000000011.50", CampaignName: "true",
				Organic: true, Platform: "7", RetailerItem: "9007199254740993",
				Answers: []meta.Answer{{"a", []string{"x"}}}, Consents: []meta.Consent{{"optional_1", true}},
			},
		},
		{
			"side fields that nobody can read", `{"id":"1","created_time":"2026-11-02T15:04:05+0000","form_id":{},"ad_id":1.5,"adset_id":true,
			"ad_name":["x"],"is_organic":{},"platform":["fb"],"field_data":[{"name":"a","values":["x"]}],"custom_disclaimer_responses":{}}`,
			meta.Lead{
				ID: "1", Created: fixtureTime, Answers: []meta.Answer{{"a", []string{"x"}}},
				LeftOut: []string{"form_id", "ad_id", "ad_name", "adset_id", "is_organic", "platform", "custom_disclaimer_responses"},
			},
		},
		{
			"one good consent among bad ones", `{"id":"1","created_time":"2026-11-02T15:04:05+0000","custom_disclaimer_responses":
			[5,{"checkbox_key":"a","is_checked":{"1":1}},{"checkbox_key":"b","is_checked":1},{"is_checked":"1"}]}`,
			meta.Lead{
				ID: "1", Created: fixtureTime, Consents: []meta.Consent{{"b", true}},
				LeftOut: []string{"custom_disclaimer_responses"},
			},
		},
		{"an id nobody can read", `{"id":{},"created_time":"2026-11-02T15:04:05+0000","form_id":"2"}`, meta.Lead{Created: fixtureTime, Form: "2", Defect: meta.DefectID}},
		{"no time", `{"id":"1"}`, meta.Lead{ID: "1", Defect: meta.DefectTime}},
		{"answers under another key", `{"id":"1","created_time":"2026-11-02T15:04:05+0000","form_id":"2","field_data":[{"name":"full_name","value":"Persona"}]}`, meta.Lead{ID: "1", Created: fixtureTime, Form: "2", Defect: meta.DefectAnswers}},
		{"neither answers nor a time", `{"id":"1","form_id":"2","field_data":{"nombre":"Persona"}}`, meta.Lead{ID: "1", Form: "2", Defect: meta.DefectAnswers}},
		{"a time nobody reads", `{"id":"1","created_time":"ayer"}`, meta.Lead{ID: "1", Defect: meta.DefectTime}},
		{"the id of none", `{"id":"0","created_time":"2026-11-02T15:04:05+0000"}`, meta.Lead{ID: "0", Created: fixtureTime, Defect: meta.DefectID}},
		{"no id", `{"created_time":"2026-11-02T15:04:05+0000"}`, meta.Lead{Created: fixtureTime, Defect: meta.DefectID}},
		{"not JSON", `<html>`, meta.Lead{Defect: meta.DefectID}},
		{"nothing", ``, meta.Lead{Defect: meta.DefectID}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := meta.ParseLead([]byte(tt.raw))
			if diff := cmp.Diff(tt.want, got, ignoreRaw); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
			if string(got.Raw) != tt.raw {
				t.Errorf("raw changed: %q", got.Raw)
			}
			if got.LooksLikeTest() != (tt.name == "test lead") {
				t.Errorf("looks like test: %v", got.LooksLikeTest())
			}
		})
	}
}

func TestClient_Lead(t *testing.T) {
	o := newOffice(t)
	id := o.lead(t, graphsim.LeadSpec{Wide: true, Answers: map[string][]string{"full_name": {"Ana Prueba Ñandú"}}})
	l, err := o.Lead(t.Context(), o.page, id)
	if err != nil {
		t.Fatal(err)
	}
	name, _ := l.Find("full_name")
	if l.ID != id || len(id) != 17 || l.Form != fixtureForm || l.Campaign == "" || !cmp.Equal(name.Values, []string{"Ana Prueba Ñandú"}) {
		t.Errorf("got %+v", l)
	}
	o.fault(t, graphsim.Fault{Edge: "lead", Contains: "ad_name", Preset: "permission_ads"})
	l, err = o.Lead(t.Context(), o.page, id)
	if err != nil || !l.WithoutAds || l.Campaign != "" || len(l.Answers) != 3 {
		t.Errorf("without ad rights: %+v, %v", l, err)
	}
	o.fault(t, graphsim.Fault{Edge: "lead", Preset: "permission_leads"})
	_, err = o.Lead(t.Context(), o.page, id)
	if fault.Code(err) != meta.AdvicePermissionMissing || fault.Find(err).Args["permission"] != "leads_retrieval" {
		t.Errorf("without lead rights: %v", err)
	}
	_, err = o.Lead(t.Context(), o.page, "1234567890129999")
	var e *meta.Error
	if !errors.As(err, &e) || e.Class != meta.ClassGone {
		t.Errorf("a lead that is not: %v", err)
	}
}

func TestClient_LeadBatch(t *testing.T) {
	o := newOffice(t)
	ids := make([]meta.ID, 0, 120)
	for range 117 {
		ids = append(ids, o.lead(t, graphsim.LeadSpec{}))
	}
	ids = append(ids, "1234567890129999", o.lead(t, graphsim.LeadSpec{Broken: true}), o.lead(t, graphsim.LeadSpec{}))
	slow, refused := ids[3], ids[60]
	o.fault(t, graphsim.Fault{Edge: "lead", Object: slow, Kind: "timeout"})
	o.fault(t, graphsim.Fault{Edge: "lead", Object: refused, Contains: "ad_name", Preset: "permission_ads"})
	results, err := o.LeadBatch(t.Context(), o.page, ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		want := ""
		if i == 117 {
			want = meta.AdviceGone
		}
		if r.ID != ids[i] || fault.Code(r.Err) != want || r.Err == nil && r.Lead.ID != ids[i] {
			t.Errorf("%d: %s: %v", i, r.ID, r.Err)
		}
		if r.Lead.WithoutAds != (r.ID == refused) {
			t.Errorf("%s: without ads %v", r.ID, r.Lead.WithoutAds)
		}
	}
	if results[118].Lead.Defect != meta.DefectAnswers {
		t.Errorf("broken lead: %+v", results[118].Lead)
	}
	batches, slowReads := 0, 0
	for _, c := range o.sim.Calls() {
		if c.Edge == "batch" {
			batches++
		}
		if c.Edge == "lead" && c.Object == slow {
			slowReads++
		}
	}
	if batches != 5 || slowReads != 2 { // three of up to 50, one without ad fields, one for the item without an answer
		t.Errorf("%d batches, %d reads of the slow lead", batches, slowReads)
	}
}

func TestClient_LeadBatch_ItemThatNeverAnswers(t *testing.T) {
	o := newOffice(t)
	id := o.lead(t, graphsim.LeadSpec{})
	o.fault(t, graphsim.Fault{Edge: "lead", Kind: "timeout", Times: -1})
	results, err := o.LeadBatch(t.Context(), o.page, []meta.ID{id})
	if err != nil {
		t.Fatal(err)
	}
	var e *meta.Error
	if !errors.As(results[0].Err, &e) || e.Class != meta.ClassRetry {
		t.Errorf("got %v", results[0].Err)
	}
}

func TestClient_LeadBatch_WholeCallFails(t *testing.T) {
	o := newOffice(t)
	id := o.lead(t, graphsim.LeadSpec{})
	o.fault(t, graphsim.Fault{Edge: "batch", Preset: "password_changed"})
	results, err := o.LeadBatch(t.Context(), o.page, []meta.ID{id})
	if fault.Code(err) != meta.AdvicePasswordChanged || len(results) != 1 || results[0].Err == nil {
		t.Errorf("got %v and %v", results, err)
	}
}

func TestClient_TestLeads(t *testing.T) {
	o := newOffice(t)
	ctx := t.Context()
	id, err := o.CreateTestLead(ctx, o.page, fixtureForm)
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.CreateTestLead(ctx, o.page, fixtureForm)
	if fault.Code(err) != meta.AdviceTestLeadExists {
		t.Errorf("second one: %v", err)
	}
	leads, err := o.TestLeads(ctx, o.page, fixtureForm)
	if err != nil || len(leads) != 1 || leads[0].ID != id || !leads[0].LooksLikeTest() || !leads[0].Organic {
		t.Errorf("listed %+v, %v", leads, err)
	}
	if err := o.DeleteTestLead(ctx, o.page, id); err != nil {
		t.Fatal(err)
	}
	if leads, err = o.TestLeads(ctx, o.page, fixtureForm); err != nil || len(leads) != 0 {
		t.Errorf("after deleting: %v, %v", leads, err)
	}
	if _, err := o.TestLeads(ctx, o.token, fixtureForm); fault.Code(err) != meta.AdviceNeedsPageToken {
		t.Errorf("with a system token: %v", err)
	}
	real := o.lead(t, graphsim.LeadSpec{})
	if err := o.DeleteTestLead(ctx, o.page, real); fault.Code(err) != meta.AdviceGone {
		t.Errorf("a real lead: %v", err)
	}
}

func TestParseTime(t *testing.T) {
	for _, text := range []string{"2026-11-02T15:04:05+0000", "2026-11-02T09:04:05-06:00", "2026-11-02T15:04:05Z", "1793631845"} {
		got, err := meta.ParseTime(text)
		if err != nil || !got.Equal(fixtureTime) || got.Location() != time.UTC {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "02/11/2026", "2026-11-02", "9999999999999999"} {
		if got, err := meta.ParseTime(text); err == nil {
			t.Errorf("%q became %v", text, got)
		}
	}
}

func TestID_DecodesBothShapes(t *testing.T) {
	var got struct{ A, B, C, D meta.ID }
	if err := json.Unmarshal([]byte(`{"A":29178540000000011,"B":"29178540000000011","C":null}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.A != "29178540000000011" || got.B != got.A || got.C != "" || got.D != "" {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"1.5", "1e15", "-3", "true", "[1]", "{}"} {
		var id meta.ID
		if err := json.Unmarshal([]byte(text), &id); err == nil {
			t.Errorf("%s became %q", text, id)
		}
	}
}

func ExampleLead_Find() {
	l := meta.ParseLead([]byte(`{"id":"1","created_time":"2026-11-02T15:04:05+0000","field_data":[{"name":"city","values":["León"]}]}`))
	city, _ := l.Find("city")
	fmt.Println(city.Values[0])
	// Output: León
}
