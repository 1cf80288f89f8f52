package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/fault"
)

// SignatureHeader carries the signature of a webhook (Meta, Webhooks: getting started).
const SignatureHeader = "X-Hub-Signature-256"

// VerifySignature reports whether header is the signature of body under one of the secrets, in constant time. body must be
// the bytes as received: Meta signs its own escaping, so JSON that was decoded and encoded again no longer matches. Two
// secrets are passed while one replaces the other. No secrets, or an empty one, never match.
func VerifySignature(body []byte, header string, secrets ...Secret) bool {
	text, found := strings.CutPrefix(strings.TrimSpace(header), "sha256=")
	given, err := hex.DecodeString(text)
	if !found || err != nil || len(given) != sha256.Size {
		return false
	}
	matched := false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		if hmac.Equal(given, mac.Sum(nil)) {
			matched = true
		}
	}
	return matched
}

// VerifySubscription answers the request Meta makes before it trusts a callback. The challenge is to be sent back as the
// whole body, text/plain. ok is false for a wrong token and for a challenge that is not a number, since the address is
// public and would otherwise reflect whatever it is given.
func VerifySubscription(query url.Values, verifyToken string) (challenge string, ok bool) {
	given := query.Get("hub.verify_token")
	same := subtle.ConstantTimeCompare([]byte(given), []byte(verifyToken)) == 1
	challenge = query.Get("hub.challenge")
	if verifyToken == "" || !same || query.Get("hub.mode") != "subscribe" || !digits(challenge) || len(challenge) > 32 {
		return "", false
	}
	return challenge, true
}

// EventKind is what an event asks for.
type EventKind string

// The kinds of event.
const (
	// EventLead names a new lead to be read.
	EventLead EventKind = "lead"
	// EventPoll says only that the page has something new ("Include Values" is off): poll its forms.
	EventPoll EventKind = "poll"
	// EventConnectionTest comes from the Test button of Meta's dashboard; its lead does not exist.
	EventConnectionTest EventKind = "connection_test"
	// EventOther is a field we do not use. It is answered with 200 like the rest.
	EventOther EventKind = "other"
	// EventBroken is a lead event without a readable lead or page id.
	EventBroken EventKind = "broken"
)

// Event is one change of one page. It holds ids and times, never answers.
type Event struct {
	Kind EventKind
	// Object is "page" for everything we use; Field is "leadgen", "leadgen_update", "feed" …
	Object, Field  string
	Page           ID
	Lead, Form, Ad ID
	// Created is when the form was submitted, Sent when Meta sent the notification; zero when not given.
	Created, Sent time.Time
}

// dashboardTestLead is the lead of the dashboard's Test button: a run of fours.
const dashboardTestLead ID = "444444444444"

type wireDelivery struct {
	Object string      `json:"object"`
	Entry  []wireEntry `json:"entry"`
}

type wireEntry struct {
	Page    json.RawMessage `json:"id"`
	Time    json.RawMessage `json:"time"`
	Changes []struct {
		Field string          `json:"field"`
		Value json.RawMessage `json:"value"`
	} `json:"changes"`
	ChangedFields []string `json:"changed_fields"`
}

type wireChange struct {
	Lead    ID      `json:"leadgen_id"`
	Page    ID      `json:"page_id"`
	Form    ID      `json:"form_id"`
	Ad      ID      `json:"ad_id"`
	AdGroup ID      `json:"adgroup_id"`
	Created instant `json:"created_time"`
}

// ParseWebhook reads a delivery: up to 1000 changes over any number of pages, ids as text or numbers. An error means the
// body is no delivery at all; single changes that cannot be read become EventBroken and do not hurt the others. The
// caller checks the signature first.
func ParseWebhook(body []byte) ([]Event, error) {
	var d wireDelivery
	if err := json.Unmarshal(body, &d); err != nil {
		return nil, fault.New("meta.bad_delivery", "reason", "not the JSON of a delivery")
	}
	if d.Object == "" || d.Entry == nil {
		return nil, fault.New("meta.bad_delivery", "reason", "no object or no entries")
	}
	var events []Event
	for _, entry := range d.Entry {
		var page ID
		var sent instant
		_ = page.UnmarshalJSON(orNull(entry.Page)) // a page that cannot be read leaves the changes broken, below
		_ = sent.UnmarshalJSON(orNull(entry.Time))
		base := Event{Object: d.Object, Page: page, Sent: sent.time()}
		for _, change := range entry.Changes {
			events = append(events, readChange(base, change.Field, change.Value))
		}
		for _, field := range entry.ChangedFields {
			e := base
			e.Field, e.Kind = field, EventOther
			if field == LeadField && d.Object == "page" {
				e.Kind = EventPoll
				if !page.Valid() {
					e.Kind = EventBroken
				}
			}
			events = append(events, e)
		}
	}
	return events, nil
}

func readChange(e Event, field string, value json.RawMessage) Event {
	e.Field, e.Kind = field, EventOther
	if e.Object != "page" || field != LeadField {
		return e
	}
	var w wireChange
	if json.Unmarshal(value, &w) != nil {
		e.Kind = EventBroken
		return e
	}
	e.Lead, e.Form, e.Created = w.Lead, w.Form.orNone(), w.Created.time()
	e.Ad = w.Ad.orNone()
	if e.Ad == "" {
		e.Ad = w.AdGroup.orNone() // the old name of the ad
	}
	if w.Page.Valid() && e.Page.orNone() == "" {
		e.Page = w.Page
	}
	switch {
	case e.Lead == dashboardTestLead:
		e.Kind = EventConnectionTest
	case e.Lead.Valid() && e.Page.orNone().Valid():
		e.Kind = EventLead
	default:
		e.Kind = EventBroken
	}
	return e
}

func orNull(raw json.RawMessage) []byte {
	if len(raw) == 0 {
		return []byte("null")
	}
	return raw
}
