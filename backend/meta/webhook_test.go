package meta_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

const (
	bodyA = `{"object":"page","entry":[{"id":"109876543210987","time":1793631852,"changes":[{"field":"leadgen","value":{"created_time":1793631845,"leadgen_id":"1234567890123456","page_id":"109876543210987","form_id":"812345678901234","ad_id":"120210000000000101","adgroup_id":"120210000000000101"}}]}]}`
	bodyB = `{"object":"page","entry":[{"id":"109876543210987","time":1793631852,"changes":[{"field":"feed","value":{"item":"post","message":"\u00e4\u00f6\u00e5 50\u0025 a\/b \u003C3 me\u0040example.com"}}]}]}`
	// bodyBAgain is B decoded and encoded again as plain UTF-8.
	bodyBAgain = `{"object":"page","entry":[{"id":"109876543210987","time":1793631852,"changes":[{"field":"feed","value":{"item":"post","message":"äöå 50% a/b <3 me@example.com"}}]}]}`

	signatureA = "sha256=cd21ddc0f5d1ed748f6011112ffde2a56d4df4f243b856c27a5d2a4df00c3a92"
	signatureB = "sha256=0028d07250ea892554c76d71e1db38ef0abd70fe5b70e7664004669cb886d5ae"
)

func TestVerifySignature(t *testing.T) {
	if len(bodyA) != 289 || len(bodyB) != 196 {
		t.Fatalf("fixtures changed: %d and %d bytes", len(bodyA), len(bodyB))
	}
	other := meta.Secret("ffffffffffffffffffffffffffffffff")
	tests := []struct {
		name, body, header string
		secrets            []meta.Secret
		want               bool
	}{
		{"ids", bodyA, signatureA, []meta.Secret{fixtureSecret}, true},
		{"escaped text", bodyB, signatureB, []meta.Secret{fixtureSecret}, true},
		{"upper-case digits", bodyA, "sha256=" + strings.ToUpper(signatureA[7:]), []meta.Secret{fixtureSecret}, true},
		{"the second secret while it is being replaced", bodyA, signatureA, []meta.Secret{other, fixtureSecret}, true},
		{"decoded and encoded again", bodyBAgain, signatureB, []meta.Secret{fixtureSecret}, false},
		{"another secret", bodyA, signatureA, []meta.Secret{other}, false},
		{"no secret", bodyA, signatureA, nil, false},
		{"an empty secret", bodyA, "sha256=" + strings.Repeat("0", 64), []meta.Secret{""}, false},
		{"another body", bodyA + " ", signatureA, []meta.Secret{fixtureSecret}, false},
		{"the old signature", bodyA, "sha1=fde16f510de77b5b8c951c01cc849906198a61ac", []meta.Secret{fixtureSecret}, false},
		{"a short signature", bodyA, signatureA[:40], []meta.Secret{fixtureSecret}, false},
		{"no signature", bodyA, "", []meta.Secret{fixtureSecret}, false},
		{"not hexadecimal", bodyA, "sha256=" + strings.Repeat("z", 64), []meta.Secret{fixtureSecret}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := meta.VerifySignature([]byte(tt.body), tt.header, tt.secrets...); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestToken_Proof(t *testing.T) {
	const want = "9fd716358b120e117f8b30ddd527f6022010183c1b612a47652c8a7fbac0bc10"
	if got := meta.Token("EAATESTPAGETOKEN").Proof(fixtureSecret); got != want {
		t.Errorf("got %s", got)
	}
}

func TestVerifySubscription(t *testing.T) {
	tests := []struct {
		name, query, token, want string
	}{
		{"Meta's own request", "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=s3cret", "s3cret", "1158201444"},
		{"wrong token", "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=other", "s3cret", ""},
		{"no token on either side", "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=", "", ""},
		{"wrong mode", "hub.mode=unsubscribe&hub.challenge=1158201444&hub.verify_token=s3cret", "s3cret", ""},
		{"a script for a challenge", "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=s3cret", "s3cret", ""},
		{"no challenge", "hub.mode=subscribe&hub.verify_token=s3cret", "s3cret", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := meta.VerifySubscription(query, tt.token)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
}

func unix(n int64) time.Time { return time.Unix(n, 0).UTC() }

func TestParseWebhook(t *testing.T) {
	const ad meta.ID = "120210000000000101"
	lead := func(id meta.ID, page, form, ad meta.ID, created, sent int64) meta.Event {
		return meta.Event{
			Kind: meta.EventLead, Object: "page", Field: "leadgen", Page: page, Lead: id, Form: form, Ad: ad,
			Created: unix(created), Sent: unix(sent),
		}
	}
	tests := []struct {
		name, body string
		want       []meta.Event
	}{
		{"ids as text", bodyA, []meta.Event{lead(fixtureLead, fixturePage, fixtureForm, ad, 1793631845, 1793631852)}},
		{
			"ids as numbers, one beyond 2^53", string(readFixture(t, "webhook_numbers.json")),
			[]meta.Event{
				lead(fixtureLead, fixturePage, fixtureForm, ad, 1793631845, 1793631852),
				lead("29178540000000011", fixturePage, fixtureForm, ad, 1793631846, 1793631852),
			},
		},
		{
			"two pages, another field, no ad and ad zero", string(readFixture(t, "webhook_pages.json")),
			[]meta.Event{
				lead("1234567890123457", fixturePage, fixtureForm, "", 1793631890, 1793631900),
				{Kind: meta.EventOther, Object: "page", Field: "feed", Page: fixturePage, Sent: unix(1793631900)},
				lead("2234567890123457", "209876543210987", "912345678901234", "", 1793631891, 1793631900),
			},
		},
		{
			"the dashboard's Test button",
			`{"object":"page","entry":[{"id":"0","time":1793631999,"changes":[{"field":"leadgen","value":{"ad_id":"444444444","form_id":"444444444444","leadgen_id":"444444444444","created_time":1793631999,"page_id":"444444444444","adgroup_id":"44444444444"}}]}]}`,
			[]meta.Event{{
				Kind: meta.EventConnectionTest, Object: "page", Field: "leadgen", Page: "444444444444", Lead: "444444444444",
				Form: "444444444444", Ad: "444444444", Created: unix(1793631999), Sent: unix(1793631999),
			}},
		},
		{
			"the ad under its old name alone",
			`{"object":"page","entry":[{"id":"109876543210987","time":1,"changes":[{"field":"leadgen","value":{"leadgen_id":"1234567890123456","ad_id":"","adgroup_id":120210000000000101}}]}]}`,
			[]meta.Event{{Kind: meta.EventLead, Object: "page", Field: "leadgen", Page: fixturePage, Lead: fixtureLead, Ad: ad, Sent: unix(1)}},
		},
		{
			"without values", `{"object":"page","entry":[{"id":"109876543210987","time":1793632000,"changed_fields":["leadgen"]}]}`,
			[]meta.Event{{Kind: meta.EventPoll, Object: "page", Field: "leadgen", Page: fixturePage, Sent: unix(1793632000)}},
		},
		{
			"leadgen_update",
			`{"object":"page","entry":[{"id":"109876543210987","time":1793632010,"changes":[{"field":"leadgen_update","value":{"leadgen_id":1234567890123456,"updated_time":"1793632009","updated_fields":["qualification_status"]}}]}]}`,
			[]meta.Event{{Kind: meta.EventOther, Object: "page", Field: "leadgen_update", Page: fixturePage, Sent: unix(1793632010)}},
		},
		{
			"a broken change beside a good one",
			`{"object":"page","entry":[{"id":"109876543210987","time":1,"changes":[{"field":"leadgen","value":{"leadgen_id":{}}},{"field":"leadgen","value":{"leadgen_id":"1234567890123456"}},{"field":"leadgen"}]}]}`,
			[]meta.Event{
				{Kind: meta.EventBroken, Object: "page", Field: "leadgen", Page: fixturePage, Sent: unix(1)},
				{Kind: meta.EventLead, Object: "page", Field: "leadgen", Page: fixturePage, Lead: fixtureLead, Sent: unix(1)},
				{Kind: meta.EventBroken, Object: "page", Field: "leadgen", Page: fixturePage, Sent: unix(1)},
			},
		},
		{
			"another object", `{"object":"instagram","entry":[{"id":"1","time":1,"changes":[{"field":"leadgen","value":{"leadgen_id":"1"}}]}]}`,
			[]meta.Event{{Kind: meta.EventOther, Object: "instagram", Field: "leadgen", Page: "1", Sent: unix(1)}},
		},
		{"no entries", `{"object":"page","entry":[]}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := meta.ParseWebhook([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseWebhook_NotADelivery(t *testing.T) {
	for _, body := range []string{"", "null", "[]", "{}", `"page"`, `{"object":"page"}`, `{"entry":[]}`, bodyA[:100], "<html>"} {
		if _, err := meta.ParseWebhook([]byte(body)); fault.Code(err) != "meta.bad_delivery" {
			t.Errorf("%q: %v", body, err)
		}
	}
}

const signedRequest = "xX1PdSIZnRQX72ueHB2xtdXBgYTw9dCXcwF9JAkOkss." +
	"eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjE3OTM2MzU0NDUsImlzc3VlZF9hdCI6MTc5MzYzMTg0NSwidXNlcl9pZCI6IjEwMjAwMDAwMDAwMDAwMDAxIn0"

func TestParseSignedRequest(t *testing.T) {
	want := meta.SignedRequest{User: "10200000000000001", Issued: unix(1793631845), Expires: unix(1793635445)}
	signature, payload, _ := strings.Cut(signedRequest, ".")
	for _, text := range []string{signedRequest, signature + "=." + payload} {
		got, err := meta.ParseSignedRequest(text, "ffffffffffffffffffffffffffffffff", fixtureSecret)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	for _, text := range []string{
		"", ".", signature, "." + payload, signature + ".", signature + "." + payload + "x", signature + "." + payload + ".x",
		strings.ToLower(signature) + "." + payload,
	} {
		if _, err := meta.ParseSignedRequest(text, fixtureSecret); fault.Code(err) != "meta.bad_signed_request" {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := meta.ParseSignedRequest(signedRequest, ""); err == nil {
		t.Error("an empty secret was accepted")
	}
}
