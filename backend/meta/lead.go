package meta

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// Fields asked of a lead (Meta, Retrieving leads; the Lead node of Meta's SDK). The ad fields need rights on the ad
// account; without them Meta usually leaves them out and sometimes refuses the call, which is then repeated without them.
const (
	leadFields   = "id,created_time,form_id,is_organic,platform,partner_name,retailer_item_id,field_data,custom_disclaimer_responses"
	leadAdFields = "ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name"
	// LeadFields is the whole list.
	LeadFields = leadFields + "," + leadAdFields
	stubFields = "id,created_time"
)

// Defect names what is wrong with a lead that could not be read in full. Such a lead is kept and shown, never dropped.
type Defect string

// The defects.
const (
	// DefectAnswers means field_data has no shape we know; Raw holds it.
	DefectAnswers Defect = "answers"
	// DefectTime means created_time is missing or unreadable.
	DefectTime Defect = "time"
	// DefectID means there is no usable id.
	DefectID Defect = "id"
	// DefectUnreadable means the list could give id and time only; reading the lead alone may work.
	DefectUnreadable Defect = "unreadable"
)

// Lead is one submission of a form, as Meta keeps it.
type Lead struct {
	ID      ID
	Created time.Time
	Form    ID
	// Ad, AdSet and Campaign are empty for organic and test leads, and without rights on the ad account.
	Ad, AdSet, Campaign             ID
	AdName, AdSetName, CampaignName string
	// Organic is true for test leads too.
	Organic bool
	// Platform is "fb" or "ig" in what was observed; it can be empty.
	Platform string
	Partner  string
	// RetailerItem is the catalogue item of a catalogue ad.
	RetailerItem string
	// Answers are in Meta's order, which differs from lead to lead: match by name.
	Answers  []Answer
	Consents []Consent
	// WithoutAds is true when the ad fields had to be left out of the question.
	WithoutAds bool
	Defect     Defect
	// Raw is the lead as Meta sent it.
	Raw json.RawMessage
}

// Answer is one entry of field_data. Name is the key of the question, or of a tracking parameter.
type Answer struct {
	Name string
	// Values is nil when the question was skipped, empty when it was answered blank, and has several entries for a
	// multiple choice.
	Values []string
}

// Consent is the answer to one checkbox of the form's notice.
type Consent struct {
	Key     string
	Checked bool
}

// dummyPrefix starts every text Meta's test tool fills in (Meta, Testing lead ads).
const dummyPrefix = "<test lead: dummy data for "

// LooksLikeTest reports whether the lead holds the dummy data of Meta's test tool. Test leads made with answers of their
// own look real; TestLeads lists those.
func (l Lead) LooksLikeTest() bool {
	for _, a := range l.Answers {
		for _, v := range a.Values {
			if strings.HasPrefix(v, dummyPrefix) {
				return true
			}
		}
	}
	return false
}

// Find returns the answer with this name.
func (l Lead) Find(name string) (Answer, bool) {
	i := slices.IndexFunc(l.Answers, func(a Answer) bool { return a.Name == name })
	if i < 0 {
		return Answer{}, false
	}
	return l.Answers[i], true
}

type wireLead struct {
	ID           ID              `json:"id"`
	Created      json.RawMessage `json:"created_time"`
	Form         ID              `json:"form_id"`
	Ad           ID              `json:"ad_id"`
	AdName       string          `json:"ad_name"`
	AdSet        ID              `json:"adset_id"`
	AdSetName    string          `json:"adset_name"`
	Campaign     ID              `json:"campaign_id"`
	CampaignName string          `json:"campaign_name"`
	Organic      flag            `json:"is_organic"`
	Platform     string          `json:"platform"`
	Partner      string          `json:"partner_name"`
	RetailerItem string          `json:"retailer_item_id"`
	Answers      json.RawMessage `json:"field_data"`
	Consents     []struct {
		Key     string `json:"checkbox_key"`
		Checked flag   `json:"is_checked"`
	} `json:"custom_disclaimer_responses"`
}

// ParseLead reads one lead in the Graph API's shape. It never fails: what cannot be read is named in Defect and kept in
// Raw, because a single bad lead must not stop the others.
func ParseLead(raw []byte) Lead {
	l := Lead{Raw: bytes.Clone(raw)}
	var w wireLead
	if err := json.Unmarshal(raw, &w); err != nil {
		// A field of a wrong type spoils the whole decoding; the id and the time are then read alone.
		l.Defect = DefectAnswers
		var stub map[string]json.RawMessage
		if json.Unmarshal(raw, &stub) != nil {
			l.Defect = DefectID
			return l
		}
		w = wireLead{Created: stub["created_time"]}
		_ = w.ID.UnmarshalJSON(stub["id"])
		_ = w.Form.UnmarshalJSON(stub["form_id"])
	}
	l.ID, l.Form = w.ID, w.Form.orNone()
	l.Ad, l.AdSet, l.Campaign = w.Ad.orNone(), w.AdSet.orNone(), w.Campaign.orNone()
	l.AdName, l.AdSetName, l.CampaignName = w.AdName, w.AdSetName, w.CampaignName
	l.Organic, l.Platform, l.Partner, l.RetailerItem = bool(w.Organic), w.Platform, w.Partner, w.RetailerItem
	for _, c := range w.Consents {
		l.Consents = append(l.Consents, Consent{c.Key, bool(c.Checked)})
	}
	if answers, ok := parseAnswers(w.Answers); ok {
		l.Answers = answers
	} else {
		l.Defect = DefectAnswers
	}
	var created instant
	if len(w.Created) == 0 || created.UnmarshalJSON(w.Created) != nil || created.time().IsZero() {
		l.Defect = cmp.Or(l.Defect, DefectTime) // hidden answers are the worse loss
	}
	l.Created = created.time()
	if !l.ID.Valid() {
		l.Defect = DefectID
	}
	return l
}

// parseAnswers reads field_data. Absent is no answers; ok is false for a shape that could hide answers.
func parseAnswers(raw json.RawMessage) (answers []Answer, ok bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	var list []map[string]json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	for _, item := range list {
		var name *string
		if json.Unmarshal(item["name"], &name) != nil || name == nil {
			return nil, false
		}
		given, there := item["values"]
		if !there && len(item) > 1 { // the answer may be under another key
			return nil, false
		}
		values, ok := parseValues(given)
		if !ok {
			return nil, false
		}
		answers = append(answers, Answer{*name, values})
	}
	return answers, true
}

// parseValues reads the list of texts; single values and numbers are taken as the text they would be.
func parseValues(raw json.RawMessage) ([]string, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, true
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	values := []string{}
	for _, item := range list {
		var s string
		switch {
		case json.Unmarshal(item, &s) == nil && item[0] == '"':
			values = append(values, s)
		case string(item) == "null":
		case item[0] == '{' || item[0] == '[':
			return nil, false
		default: // a number or a boolean, digit by digit
			values = append(values, string(item))
		}
	}
	return values, true
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
