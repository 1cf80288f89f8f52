package graphsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"sitegroup.mx/crm/backend/meta"
)

func (s *Sim) formNode(c *caller) (any, *apiError) {
	if err := c.needPageToken(); err != nil {
		return nil, err
	}
	if err := c.token.require(meta.PermissionPagesAds); err != nil {
		return nil, err
	}
	if c.method == http.MethodPost {
		status := meta.FormStatus(c.params.Get("status"))
		if status != meta.FormActive && status != meta.FormArchived {
			return nil, invalidParameter("Invalid parameter")
		}
		c.form.Status = status
		return ok(), nil
	}
	names := splitFields(c.params.Get("fields"))
	if names == nil {
		names = []string{"id", "locale", "name", "status"}
	}
	return s.formFields(c.form, names)
}

// formFields returns the form with the fields asked for.
func (s *Sim) formFields(f *form, names []string) (object, *apiError) {
	out := object{}
	for _, name := range names {
		value, err := s.formField(f, name)
		if err != nil {
			return nil, err
		}
		if value != nil {
			out = append(out, pair{name, value})
		}
	}
	if !slices.Contains(names, "id") {
		out = append(out, pair{"id", f.ID})
	}
	return out, nil
}

func (s *Sim) formField(f *form, name string) (any, *apiError) {
	switch name {
	case "id":
		return f.ID, nil
	case "name":
		return f.Name, nil
	case "status":
		return string(f.Status), nil
	case "locale":
		return f.Locale, nil
	case "created_time":
		return f.Created.UTC().Format(meta.TimeLayout), nil
	case "leads_count", "organic_leads_count", "expired_leads_count":
		return s.countLeads(f, name), nil
	case "page":
		return object{{"name", s.pages[f.Page].Name}, {"id", f.Page}}, nil
	case "page_id":
		return f.Page, nil
	case "privacy_policy_url":
		return f.PolicyURL, nil
	case "questions":
		return f.questions(), nil
	case "tracking_parameters":
		if f.Tracking == nil {
			return nil, nil
		}
		return f.Tracking, nil
	case "legal_content":
		return f.legal(), nil
	case "context_card":
		return object{{"id", f.part(903)}, {"title", f.Name}, {"style", "PARAGRAPH_STYLE"}, {"content", []string{"Déjanos tus datos"}}}, nil
	case "thank_you_page":
		return object{
			{"id", f.part(904)},
			{"title", "Gracias"},
			{"body", "Te llamamos"},
			{"button_type", "VIEW_WEBSITE"},
			{"button_text", "Ver"},
			{"website_url", "https://example.com"},
			{"enable_messenger", false},
		}, nil
	case "follow_up_action_url", "follow_up_action_text", "question_page_custom_headline", "creator":
		return nil, nil
	case "allow_organic_lead":
		return true, nil
	}
	return nil, noField(name, "LeadGenForm")
}

// part is the id of a part of the form.
func (f *form) part(n int) meta.ID {
	return meta.ID(strconv.Itoa(494500000000000 + f.ordinal*1000 + n))
}

func (s *Sim) countLeads(f *form, which string) int {
	n, now := 0, s.clock.Now()
	for _, id := range f.leads {
		l := s.leads[id]
		if which == "leads_count" || which == "organic_leads_count" && l.spec.Organic || which == "expired_leads_count" && l.expired(now) {
			n++
		}
	}
	return n
}

func (f *form) questions() []object {
	list := []object{}
	for i, q := range f.Questions {
		o := object{{"key", q.Key}, {"label", q.Label}, {"type", q.Type}}
		if len(q.Options) > 0 {
			o = append(o, pair{"options", q.Options})
		}
		list = append(list, append(o, pair{"id", f.part(i + 1)}))
	}
	return list
}

func (f *form) legal() object {
	out := object{
		{"id", f.part(901)},
		{"privacy_policy", object{{"url", f.PolicyURL}, {"link_text", "Aviso de privacidad"}}},
	}
	if len(f.Checkboxes) == 0 {
		return out
	}
	boxes := []object{}
	for i, b := range f.Checkboxes {
		boxes = append(boxes, object{
			{"id", f.part(950 + i)}, {"key", b.Key}, {"text", b.Text}, {"is_required", b.Required}, {"is_checked_by_default", false},
		})
	}
	return append(out, pair{"custom_disclaimer", object{
		{"title", "Consentimiento"},
		{"body", object{{"text", "Usamos tus datos para responder a tu solicitud."}, {"url_entities", []string{}}}},
		{"checkboxes", boxes},
	}})
}

// testLeads creates and lists the form's test leads. Meta lets one be made at a time, with answers of its own or with dummy
// data; injected ones are listed beside it. In development mode it is made and not announced.
func (s *Sim) testLeads(c *caller) (any, *apiError) {
	if err := c.needPageToken(); err != nil {
		return nil, err
	}
	if err := c.token.require(meta.PermissionLeads, meta.PermissionPagesAds); err != nil {
		return nil, err
	}
	tests := s.testsOf(c.form)
	if c.method == http.MethodPost {
		if len(tests) > 0 {
			return nil, testLeadExists()
		}
		given, err := givenAnswers(c.params.Get("field_data"))
		if err != nil {
			return nil, err
		}
		l := s.addLead(c.form, LeadSpec{Form: c.form.ID, Test: true, ID: s.newID(867443000000000), Answers: given})
		return object{{"id", l.id}}, nil
	}
	list := []object{}
	for _, l := range tests {
		node, err := l.node(splitFields(c.params.Get("fields")), c.token)
		if err != nil {
			return nil, err
		}
		list = append(list, node)
	}
	return object{{"data", list}}, nil
}

// testsOf are the form's test leads that have not expired.
func (s *Sim) testsOf(f *form) []*lead {
	var tests []*lead
	for _, id := range f.leads {
		if l := s.leads[id]; l.spec.Test && !l.expired(s.clock.Now()) {
			tests = append(tests, l)
		}
	}
	return tests
}

// givenAnswers reads the answers that a test lead is made with.
func givenAnswers(text string) (map[string][]string, *apiError) {
	if text == "" {
		return nil, nil
	}
	var list []struct {
		Name   string   `json:"name"`
		Values []string `json:"values"`
	}
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil, invalidParameter("param field_data must be an array.")
	}
	given := map[string][]string{}
	for _, a := range list {
		given[a.Name] = a.Values
	}
	return given, nil
}

// leadNode reads or deletes a lead. Only test leads can be deleted.
func (s *Sim) leadNode(c *caller) (any, *apiError) {
	l := c.lead
	if l.expired(s.clock.Now()) {
		return nil, goneObject(c.method, l.id)
	}
	if err := c.needLeads(); err != nil {
		return nil, err
	}
	switch c.method {
	case http.MethodGet:
		return l.node(splitFields(c.params.Get("fields")), c.token)
	case http.MethodDelete:
		if !l.spec.Test {
			return nil, goneObject(c.method, l.id)
		}
		s.removeLead(l)
		return ok(), nil
	}
	return nil, goneObject(c.method, l.id)
}

func (s *Sim) removeLead(l *lead) {
	delete(s.leads, l.id)
	l.form.leads = slices.DeleteFunc(l.form.leads, func(id meta.ID) bool { return id == l.id })
}

// DeleteLead makes a lead unreadable, as when a person or Meta removes it.
func (s *Sim) DeleteLead(id meta.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leads[id]
	if l == nil {
		return notFound("lead", id)
	}
	s.removeLead(l)
	return nil
}

// String helps reading test failures.
func (f Form) String() string { return fmt.Sprintf("form %s %q", f.ID, f.Name) }
