package graphsim

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"sitegroup.mx/crm/backend/meta"
)

func (s *Sim) pageNode(c *caller) (any, *apiError) {
	if err := c.needPage(); err != nil {
		return nil, err
	}
	names := splitFields(c.params.Get("fields"))
	if names == nil {
		names = []string{"name", "id"}
	}
	return s.pageFields(c, c.page, names)
}

// pageFields returns the page with the fields asked for.
func (s *Sim) pageFields(c *caller, p *page, names []string) (object, *apiError) {
	out := object{}
	for _, name := range names {
		switch {
		case name == "id":
			out = append(out, pair{name, p.ID})
		case name == "name":
			out = append(out, pair{name, p.Name})
		case name == "category":
			out = append(out, pair{name, "Real Estate"})
		case name == "category_list":
			out = append(out, pair{name, []object{{{"id", "2500"}, {"name", "Real Estate"}}}})
		case name == "tasks":
			out = append(out, pair{name, p.Tasks})
		case name == "access_token":
			if c.token.require(meta.PermissionPagesList) == nil {
				out = append(out, pair{name, string(s.pageToken(c.token, p))})
			}
		case name == "leadgen_tos_accepted":
			out = append(out, pair{name, !p.TermsRefused})
		case name == "leadgen_tos_acceptance_time":
			if !p.TermsRefused {
				out = append(out, pair{name, "2026-01-15T16:00:00+0000"})
			}
		case strings.HasPrefix(name, "has_lead_access"):
			access, err := s.leadAccess(c, p, name)
			if err != nil {
				return nil, err
			}
			out = append(out, pair{"has_lead_access", access})
		default:
			return nil, noField(name, "Page")
		}
	}
	if !slices.Contains(names, "id") {
		out = append(out, pair{"id", p.ID})
	}
	return out, nil
}

var accessArgument = regexp.MustCompile(`\.(user_id|app_id)\(([0-9]*)\)`)

// leadAccess answers has_lead_access.user_id(U).app_id(A).
func (s *Sim) leadAccess(c *caller, p *page, field string) (object, *apiError) {
	args := map[string]meta.ID{}
	for _, m := range accessArgument.FindAllStringSubmatch(field, -1) {
		args[m[1]] = meta.ID(m[2])
	}
	user, app := args["user_id"], args["app_id"]
	if user == "" {
		return nil, invalidParameter("The parameter user_id is required")
	}
	if app == "" {
		app = c.token.App
	}
	for _, t := range s.tokens {
		if t.User == user && t.Kind == meta.TokenSystem {
			return nil, invalidParameter("This API is not available.")
		}
	}
	has := !p.revoked[app]
	out := object{
		{"app_has_leads_permission", has},
		{"user_has_leads_permission", true},
		{"can_access_lead", has},
		{"enabled_lead_access_manager", p.managed},
		{"is_page_admin", slices.Contains(p.Tasks, "MANAGE")},
	}
	if !has {
		out = append(
			out, pair{"failure_reason", "The app is not assigned in Leads Access Manager."},
			pair{"failure_resolution", "Ask a business admin to assign the app as CRM."},
		)
	}
	return append(out, pair{"page_id", p.ID}, pair{"user_id", user}), nil
}

// subscribedApps is the second switch: the page's own list of apps.
func (s *Sim) subscribedApps(c *caller) (any, *apiError) {
	if err := c.needPageToken(); err != nil {
		return nil, err
	}
	if err := c.token.require(meta.PermissionPagesMeta); err != nil {
		return nil, err
	}
	switch c.method {
	case http.MethodPost:
		fields := splitFields(c.params.Get("subscribed_fields"))
		if fields == nil {
			return nil, invalidParameter("The parameter subscribed_fields is required.")
		}
		c.page.subscribed[c.token.App] = fields
		return ok(), nil
	case http.MethodDelete:
		delete(c.page.subscribed, c.token.App)
		return ok(), nil
	}
	list := []object{}
	for _, id := range s.appOrder {
		if fields, found := c.page.subscribed[id]; found {
			list = append(list, object{
				{"category", "Business"},
				{"link", "https://crm.example.com/"},
				{"name", s.apps[id].Name},
				{"id", id},
				{"subscribed_fields", fields},
			})
		}
	}
	return object{{"data", list}}, nil
}

// pageForms lists the page's forms, newest first. Creating forms is not simulated.
func (s *Sim) pageForms(c *caller) (any, *apiError) {
	if c.method != http.MethodGet {
		return nil, goneObject(c.method, c.object)
	}
	if err := c.needPageToken(); err != nil {
		return nil, err
	}
	if err := c.token.require(meta.PermissionPagesAds, meta.PermissionPagesRead); err != nil {
		return nil, err
	}
	names := splitFields(c.params.Get("fields"))
	if names == nil {
		names = []string{"id", "locale", "name", "status"}
	}
	list := []object{}
	for _, id := range slices.Backward(s.formList) {
		f := s.forms[id]
		if f.Page != c.page.ID {
			continue
		}
		node, err := s.formFields(f, names)
		if err != nil {
			return nil, err
		}
		list = append(list, node)
	}
	return s.paged(c, list)
}
