package meta_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/meta"
)

func FuzzParseWebhook(f *testing.F) {
	for _, seed := range []string{
		bodyA, bodyB, string(readFixture(f, "webhook_numbers.json")), string(readFixture(f, "webhook_pages.json")),
		`{"object":"page","entry":[{"id":"109876543210987","time":1793632000,"changed_fields":["leadgen"]}]}`,
		`{"object":"page","entry":[{"id":0,"time":"x","changes":[{"field":"leadgen","value":null}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := meta.ParseWebhook(body)
		if err != nil && events != nil {
			t.Error("events beside an error")
		}
		for _, e := range events {
			if e.Kind == "" {
				t.Error("event without a kind")
			}
			if e.Kind == meta.EventLead && (!e.Lead.Valid() || !e.Page.Valid()) {
				t.Errorf("lead event without ids: %+v", e)
			}
		}
	})
}

func FuzzParseLead(f *testing.F) {
	for _, name := range []string{"lead_full.json", "lead_test.json"} {
		f.Add(readFixture(f, name))
	}
	f.Add([]byte(`{"id":29178540000000011,"created_time":1793631845,"field_data":[{"name":"a"},{"name":"b","values":[]},{"name":"c","values":[1,null]}]}`))
	f.Add([]byte(`{"id":"1","created_time":1793631845,"ad_id":120210000000000101,"ad_name":5,"platform":7,"is_organic":"true","custom_disclaimer_responses":{}}`))
	f.Add([]byte(`{"id":"1","created_time":1793631845,"form_id":{},"ad_id":1.5,"ad_name":["x"],"is_organic":[],"custom_disclaimer_responses":[5,{"checkbox_key":1,"is_checked":1}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l := meta.ParseLead(raw)
		if l.Defect == "" && (!l.ID.Valid() || l.Created.IsZero()) {
			t.Errorf("a good lead without id or time: %+v", l)
		}
		if string(l.Raw) != string(raw) {
			t.Error("raw changed")
		}
		var needed struct {
			ID      json.RawMessage `json:"id,omitempty"`
			Created json.RawMessage `json:"created_time,omitempty"`
			Answers json.RawMessage `json:"field_data,omitempty"`
		}
		if json.Unmarshal(raw, &needed) == nil {
			alone, err := json.Marshal(needed)
			if err != nil {
				t.Fatal(err)
			}
			if got := meta.ParseLead(alone).Defect; got != l.Defect {
				t.Errorf("its side fields made %q of a lead that is %q", l.Defect, got)
			}
		}
		if _, err := json.Marshal(l.Answers); err != nil {
			t.Error(err)
		}
	})
}

func FuzzSignedRequest(f *testing.F) {
	f.Add(signedRequest)
	f.Add(strings.ReplaceAll(signedRequest, ".", "=="))
	f.Add(".")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := meta.ParseSignedRequest(text, fixtureSecret)
		if err == nil && !got.User.Valid() {
			t.Errorf("accepted %q as %+v", text, got)
		}
	})
}
