package meta

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// formFields is what is asked of a form (Meta, Page leadgen_forms).
const formFields = "id,name,status,locale,created_time,leads_count,organic_leads_count,expired_leads_count,page_id," +
	"privacy_policy_url,questions,tracking_parameters,legal_content,context_card,thank_you_page,follow_up_action_url"

// FormStatus is a form's state.
type FormStatus string

// The states of a form. Leads of an archived form stay readable.
const (
	FormActive   FormStatus = "ACTIVE"
	FormArchived FormStatus = "ARCHIVED"
	FormDeleted  FormStatus = "DELETED"
	FormDraft    FormStatus = "DRAFT"
)

// Form is an instant form. A published form never changes: an edit makes a copy with another id.
type Form struct {
	ID      ID
	Name    string
	Status  FormStatus
	Locale  string
	Created time.Time
	Page    ID
	// Leads counts all submissions ever, Organic those without an ad, Expired those Meta no longer keeps.
	Leads, Organic, Expired int
	Questions               []Question
	// Tracking holds the fixed parameters that come back as ordinary answers.
	Tracking         []KeyValue
	PrivacyPolicyURL string
	Legal            LegalContent
	// Raw is the form as Meta sent it.
	Raw json.RawMessage
}

// Question is one field of a form. Answers carry Key, which may be in the form's language; Type tells what it means.
type Question struct {
	ID    ID
	Key   string
	Label string
	// Type is FULL_NAME, EMAIL, PHONE, CUSTOM … (Meta, Page leadgen_forms).
	Type    string
	Options []KeyValue
}

// KeyValue is an option of a question (Value is what people see) or a tracking parameter.
type KeyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// LegalContent is the notice and the consents a form shows; answers refer to a checkbox by its key.
type LegalContent struct {
	ID         ID
	PolicyURL  string
	PolicyText string
	Title      string
	Text       string
	Checkboxes []Checkbox
}

// Checkbox is one consent of a form.
type Checkbox struct {
	Key      string `json:"key"`
	Text     string `json:"text"`
	Required bool   `json:"is_required"`
}

type wireForm struct {
	ID        ID              `json:"id"`
	Name      string          `json:"name"`
	Status    FormStatus      `json:"status"`
	Locale    string          `json:"locale"`
	Created   instant         `json:"created_time"`
	Page      ID              `json:"page_id"`
	Leads     lenientInt      `json:"leads_count"`
	Organic   lenientInt      `json:"organic_leads_count"`
	Expired   lenientInt      `json:"expired_leads_count"`
	Policy    string          `json:"privacy_policy_url"`
	Questions []wireQuestion  `json:"questions"`
	Tracking  json.RawMessage `json:"tracking_parameters"`
	Legal     wireLegal       `json:"legal_content"`
}

type wireQuestion struct {
	ID      ID         `json:"id"`
	Key     string     `json:"key"`
	Label   string     `json:"label"`
	Type    string     `json:"type"`
	Options []KeyValue `json:"options"`
}

type wireLegal struct {
	ID     ID `json:"id"`
	Policy struct {
		URL  string `json:"url"`
		Text string `json:"link_text"`
	} `json:"privacy_policy"`
	Custom struct {
		Title string `json:"title"`
		Body  struct {
			Text string `json:"text"`
		} `json:"body"`
		Checkboxes []Checkbox `json:"checkboxes"`
	} `json:"custom_disclaimer"`
}

// Forms yields the page's forms of every status, with questions. It needs the page's token; any other gives
// AdviceNeedsPageToken.
func (c *Client) Forms(ctx context.Context, pageToken Token, page ID) iter.Seq2[Form, error] {
	k := call{op: "list forms", path: "/" + string(page) + "/leadgen_forms", token: pageToken, query: fields(formFields)}
	if err := needIDs(k.op, page); err != nil {
		return func(yield func(Form, error) bool) { yield(Form{}, err) }
	}
	w := c.walk(k)
	w.ceiling, w.limit = 50, 50 // forms are far bigger than leads
	return collect(ctx, w, func(raw json.RawMessage) (Form, error) { return decodeForm(k.op, raw) })
}

// Form reads one form. It needs the page's token.
func (c *Client) Form(ctx context.Context, pageToken Token, form ID) (Form, error) {
	k := call{op: "read form", path: "/" + string(form), token: pageToken, query: fields(formFields)}
	if err := needIDs(k.op, form); err != nil {
		return Form{}, err
	}
	body, err := c.do(ctx, k)
	if err != nil {
		return Form{}, err
	}
	return decodeForm(k.op, body)
}

func decodeForm(op string, raw json.RawMessage) (Form, error) {
	var w wireForm
	if err := json.Unmarshal(raw, &w); err != nil || w.ID == "" {
		return Form{}, failure(op, ClassRetry, AdviceUnexpected, "form of an unknown shape").with("code", 0)
	}
	f := Form{
		ID: w.ID, Name: w.Name, Status: w.Status, Locale: w.Locale, Created: w.Created.time(), Page: w.Page,
		Leads: int(w.Leads), Organic: int(w.Organic), Expired: int(w.Expired), PrivacyPolicyURL: w.Policy,
		Tracking: decodeTracking(w.Tracking), Raw: raw,
		Legal: LegalContent{
			ID: w.Legal.ID, PolicyURL: w.Legal.Policy.URL, PolicyText: w.Legal.Policy.Text,
			Title: w.Legal.Custom.Title, Text: w.Legal.Custom.Body.Text, Checkboxes: w.Legal.Custom.Checkboxes,
		},
	}
	for _, q := range w.Questions {
		f.Questions = append(f.Questions, Question(q))
	}
	return f, nil
}

// decodeTracking reads a list of pairs, which is how parameters are read back, or an object, which is how they are written.
func decodeTracking(raw json.RawMessage) []KeyValue {
	var list []KeyValue
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var object map[string]string
	if json.Unmarshal(raw, &object) != nil {
		return nil
	}
	list = nil
	for _, key := range sortedKeys(object) {
		list = append(list, KeyValue{key, object[key]})
	}
	return list
}
