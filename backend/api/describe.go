package api

import (
	"maps"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/backend/office"
)

// schemaName names a type in the description: as Go does, but for names that only their package makes clear.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[office.Info]() {
		return "OfficeInfo"
	}
	if t == reflect.TypeFor[crm.Notice]() {
		return "UserNotice" // a Notice is the desktop's
	}
	if t.PkgPath() == reflect.TypeFor[history.Page]().PkgPath() {
		return "History" + t.Name()
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// away are reasons why a seller takes no turn, tray those why a prospect waits for an administrator.
var (
	away = []any{"", "office_paused", "paused", "absent", "holiday", "hours", "daily_cap", "backlog_cap", "had"}
	tray = append([]any{"nobody"}, away...)
)

// enums are words of domain types that have a fixed set. Domain packages do not know huma, so the description learns them
// here, and with it the generated client.
var enums = map[string]map[string][]any{
	"User": {"role": {"admin", "seller"}},
	"Preferences": {
		"language": {"es-MX", "en"}, "theme": {"auto", "light", "dark"}, "density": {"dense", "roomy"},
	},
	"AssignedWhy": {"rule": {"turn", "owner", "fixed", "manual", "tray", "wait", "late"}, "reason": tray},
	"Answers":     {"clock": {"lead", "lead_hours", "receipt", "receipt_hours"}},
	"TurnRule":    {"otherwise": {"default", "tray"}},
	"SellerTurns": {"away": away},
	"TurnPlace":   {"away": away},
	"TurnPassed":  {"reason": tray},
	"TurnPreview": {"reason": tray},
	"Shared":      {"reason": tray},
	"UserNotice":  {"kind": {"given", "taken", "late", "tray"}},
	"HistoryLine": {
		"source": {"change", "audit"}, "outcome": {"applied", "superseded", "refused"},
		"change": {"", "created", "changed", "removed", "restored"},
	},
	"TimelineItem": {"type": {"activity", "event", "submission"}},
	"Check":        {"state": {"ok", "missing", "unknown", "warn"}},
	"Lead":         {"state": {"received", "fetched", "registered", "linked", "test", "held", "failed"}},
	"LeadDetail":   {"state": {"received", "fetched", "registered", "linked", "test", "held", "failed"}},
	"Health":       {"level": {"ok", "warn", "bad"}},
	"HealthItem":   {"level": {"ok", "warn", "bad"}},
	"HealthToken":  {"state": {"none", "valid", "expired", "refused"}},
	"Status":       {"token_state": {"none", "valid", "expired", "refused"}},
}

// absent are objects that may be null.
var absent = map[string][]string{"Card": {"next"}, "InboxCard": {"next", "response"}, "InboxPage": {"office"}, "ProspectDetail": {"next", "response"}, "OfficeTurns": {"hours"}, "SellerTurns": {"hours"}}

// describe adds to the description what Go's types do not tell.
func describe(o *huma.OpenAPI) {
	schemas := o.Components.Schemas.Map()
	for name, fields := range enums {
		for field, words := range fields {
			if s := property(schemas, name, field); s != nil {
				s.Enum = words
			}
		}
	}
	for name, fields := range absent {
		for _, field := range fields {
			if s := property(schemas, name, field); s != nil {
				schemas[name].Properties[field] = &huma.Schema{AnyOf: []*huma.Schema{s, {Type: "null"}}}
			}
		}
	}
	describeErrors(o)
}

func property(schemas map[string]*huma.Schema, name, field string) *huma.Schema {
	if s := schemas[name]; s != nil {
		return s.Properties[field]
	}
	return nil
}

// describeErrors says once for all operations that every error is a Problem.
func describeErrors(o *huma.OpenAPI) {
	for _, path := range slices.Sorted(maps.Keys(o.Paths)) {
		p := o.Paths[path]
		for _, operation := range []*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
			if operation == nil {
				continue
			}
			maps.DeleteFunc(operation.Responses, func(status string, _ *huma.Response) bool { return status != "200" })
			operation.Responses["default"] = &huma.Response{
				Description: "Error",
				Content: map[string]*huma.MediaType{
					"application/problem+json": {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
				},
			}
		}
	}
}
