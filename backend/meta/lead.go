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
	// LeftOut names the fields beside id, time and answers that had no readable shape; the lead is whole without them.
	LeftOut []string
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

// wireLead decodes from any JSON object: what decides nothing is taken where it can be read and left out where not.
type wireLead struct {
	ID           json.RawMessage `json:"id"`
	Created      json.RawMessage `json:"created_time"`
	Form         json.RawMessage `json:"form_id"`
	Ad           json.RawMessage `json:"ad_id"`
	AdName       json.RawMessage `json:"ad_name"`
	AdSet        json.RawMessage `json:"adset_id"`
	AdSetName    json.RawMessage `json:"adset_name"`
	Campaign     json.RawMessage `json:"campaign_id"`
	CampaignName json.RawMessage `json:"campaign_name"`
	Organic      json.RawMessage `json:"is_organic"`
	Platform     json.RawMessage `json:"platform"`
	Partner      json.RawMessage `json:"partner_name"`
	RetailerItem json.RawMessage `json:"retailer_item_id"`
	Answers      json.RawMessage `json:"field_data"`
	Consents     json.RawMessage `json:"custom_disclaimer_responses"`
}

// ParseLead reads one lead in the Graph API's shape. It never fails: a lead that lacks something it is nothing without
// says so in Defect, any other field that cannot be read is named in LeftOut, and Raw keeps it all, because a single bad
// lead must not stop the others, nor a bad field a lead.
func ParseLead(raw []byte) Lead {
	l := Lead{Raw: bytes.Clone(raw)}
	var w wireLead
	if json.Unmarshal(raw, &w) != nil {
		l.Defect = DefectID
		return l
	}
	_ = l.ID.UnmarshalJSON(orNull(w.ID)) // left empty, which is judged below
	l.Form = l.sideID("form_id", w.Form)
	l.Ad, l.AdName = l.sideID("ad_id", w.Ad), l.sideText("ad_name", w.AdName)
	l.AdSet, l.AdSetName = l.sideID("adset_id", w.AdSet), l.sideText("adset_name", w.AdSetName)
	l.Campaign, l.CampaignName = l.sideID("campaign_id", w.Campaign), l.sideText("campaign_name", w.CampaignName)
	l.Organic = l.sideFlag("is_organic", w.Organic)
	l.Platform, l.Partner = l.sideText("platform", w.Platform), l.sideText("partner_name", w.Partner)
	l.RetailerItem = l.sideText("retailer_item_id", w.RetailerItem)
	l.Consents = l.consents("custom_disclaimer_responses", w.Consents)
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

// sideID reads the id of something around the lead.
func (l *Lead) sideID(field string, raw json.RawMessage) ID {
	var id ID
	if id.UnmarshalJSON(orNull(raw)) != nil {
		l.LeftOut = append(l.LeftOut, field)
	}
	return id.orNone()
}

// sideText reads a text; a number or a boolean is the text it was written as.
func (l *Lead) sideText(field string, raw json.RawMessage) string {
	text, ok := scalar(orNull(raw))
	if !ok {
		l.LeftOut = append(l.LeftOut, field)
	}
	return text
}

func (l *Lead) sideFlag(field string, raw json.RawMessage) bool {
	if _, ok := scalar(orNull(raw)); !ok {
		l.LeftOut = append(l.LeftOut, field)
	}
	var f flag
	_ = f.UnmarshalJSON(raw) // never refuses
	return bool(f)
}

// consents reads the boxes of the notice, of which one may stand alone. One whose key or tick cannot be read is left out:
// nothing may count as agreed to that was not.
func (l *Lead) consents(field string, raw json.RawMessage) []Consent {
	var list []json.RawMessage
	if json.Unmarshal(orNull(raw), &list) != nil {
		list = []json.RawMessage{raw}
	}
	var read []Consent
	for _, item := range list {
		var c struct {
			Key     json.RawMessage `json:"checkbox_key"`
			Checked json.RawMessage `json:"is_checked"`
		}
		if json.Unmarshal(item, &c) == nil {
			key, ok := scalar(orNull(c.Key))
			_, ticked := scalar(orNull(c.Checked))
			if ok && ticked && key != "" {
				var checked flag
				_ = checked.UnmarshalJSON(c.Checked) // never refuses
				read = append(read, Consent{key, bool(checked)})
				continue
			}
		}
		if !slices.Contains(l.LeftOut, field) {
			l.LeftOut = append(l.LeftOut, field)
		}
	}
	return read
}

// scalar reads a text, and a number or a boolean as the text it was written as, digit by digit. null is the empty text.
func scalar(raw json.RawMessage) (string, bool) {
	var s string
	switch {
	case json.Unmarshal(raw, &s) == nil: // null too
		return s, true
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || raw[0] == '"':
		return "", false
	}
	return string(raw), true
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
		if string(item) == "null" {
			continue
		}
		text, ok := scalar(item)
		if !ok {
			return nil, false
		}
		values = append(values, text)
	}
	return values, true
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
