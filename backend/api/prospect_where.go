package api

import (
	"context"
	"net/http"
	"reflect"
	"strconv"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/export"
	"sitegroup.mx/crm/backend/fault"
)

// ProspectWhere says which prospects a list, a count, a chart or a file is about.
type ProspectWhere struct {
	Q            string `query:"q" maxLength:"200" doc:"What was typed: words by prefix, digits from either end of a phone"`
	Stage        string `query:"stage" maxLength:"64"`
	Status       string `query:"status" maxLength:"32"`
	Temperature  string `query:"temperature" maxLength:"32"`
	Seller       string `query:"seller" maxLength:"64" doc:"A user id, or none"`
	Form         string `query:"form" maxLength:"64"`
	Campaign     string `query:"campaign" maxLength:"64"`
	Source       string `query:"source" maxLength:"32"`
	Reason       string `query:"reason" maxLength:"64"`
	Tag          string `query:"tag" maxLength:"64"`
	LeadFrom     string `query:"lead_from" maxLength:"10" doc:"First day of the latest form: YYYY-MM-DD, or -7d for a week ago"`
	LeadTo       string `query:"lead_to" maxLength:"10" doc:"Last day of the latest form, likewise"`
	Open         string `query:"open" enum:"true,false,all"`
	Unattended   bool   `query:"unattended"`
	NoNext       bool   `query:"no_next"`
	AttendedFrom string `query:"attended_from" maxLength:"10" doc:"First day on which it was attended, likewise"`
	AttendedTo   string `query:"attended_to" maxLength:"10"`
	EndedFrom    string `query:"ended_from" maxLength:"10" doc:"First day on which it was discarded or closed, likewise"`
	EndedTo      string `query:"ended_to" maxLength:"10"`
	Attended     bool   `query:"attended" doc:"Its seller has tried to reach the person"`
	Age          string `query:"age" enum:"5,15,60,older" doc:"How old the lead is, in steps of minutes"`
	Answered     string `query:"answered" enum:"5,15,60,older" doc:"Within which step of minutes it was attended"`
	Clock        string `query:"clock" enum:"lead,lead_hours,receipt,receipt_hours" doc:"Since when that is timed, and whether in the office's hours alone; lead where it is empty"`
	Opposed      bool   `query:"opposed" doc:"Those who asked not to be contacted"`
}

// filter is the same as the domain takes it.
func (w ProspectWhere) filter() crm.ProspectFilter {
	return crm.ProspectFilter{
		Query: w.Q, Stage: w.Stage, Status: w.Status, Temperature: w.Temperature, Seller: w.Seller, Form: w.Form,
		Campaign: w.Campaign, Source: w.Source, Reason: w.Reason, Tag: w.Tag, LeadFrom: w.LeadFrom, LeadTo: w.LeadTo,
		Open: w.Open, Unattended: w.Unattended, NoNext: w.NoNext, Opposed: w.Opposed,
		AttendedFrom: w.AttendedFrom, AttendedTo: w.AttendedTo, EndedFrom: w.EndedFrom, EndedTo: w.EndedTo,
		Attended: w.Attended, Age: w.Age, Answered: w.Answered, Clock: w.Clock,
	}
}

// whereOf reads the same from the filter of an export, whose names are those of the query. Fault input.invalid for a switch that is
// neither on nor off.
func whereOf(f export.Filter) (ProspectWhere, error) {
	var w ProspectWhere
	fields := reflect.ValueOf(&w).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Tag.Get("query")
		text := f[name]
		if fields.Field(i).Kind() != reflect.Bool {
			fields.Field(i).SetString(text)
			continue
		}
		if text == "" {
			continue
		}
		on, err := strconv.ParseBool(text)
		if err != nil {
			return w, fault.Invalid(name, CodeInputInvalid)
		}
		fields.Field(i).SetBool(on)
	}
	return w, nil
}

// whereNames are the names of the query but for what was typed.
func whereNames() []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[ProspectWhere]()) {
		if name := f.Tag.Get("query"); name != "q" {
			names = append(names, name)
		}
	}
	return names
}

// prospectIDsInput asks for one page of ids.
type prospectIDsInput struct {
	ProspectWhere
	Cursor string `query:"cursor" maxLength:"2048"`
}

func (a *API) routeProspectLists() {
	handle(a, route{id: "count-prospects", method: http.MethodGet, path: "/api/prospects/count", summary: "How many a list has, however many", access: user, passive: true},
		func(ctx context.Context, c caller, q *ProspectWhere) (Count, error) {
			n, err := c.office.CRM.CountProspects(ctx, c.viewer, q.filter())
			return Count{n}, err
		})
	handle(a, route{id: "list-prospect-ids", method: http.MethodGet, path: "/api/prospects/ids", summary: "All that a list has, by id", access: user, passive: true},
		func(ctx context.Context, c caller, q *prospectIDsInput) (crm.IDPage, error) {
			f := q.filter()
			f.Cursor = q.Cursor
			return c.office.CRM.ProspectIDs(ctx, c.viewer, f)
		})
	handle(a, route{id: "list-origins", method: http.MethodGet, path: "/api/prospects/origins", summary: "Forms and campaigns to narrow lists to", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (crm.Origins, error) {
			return c.office.CRM.ListOrigins(ctx, c.viewer)
		})
}
