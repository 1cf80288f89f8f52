package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/api/apitest"
)

// open are the operations that nobody has to sign in for. Another one is a decision, to be written down here.
var open = []string{
	"create-office", "get-setup", "open-demo", "sign-in", "join-office", "get-join", "cancel-join", "restore-office", "get-restore", "look-at-backup",
}

// bodies are valid inputs of operations that need one; an operation with a body that is missing here fails the walk.
var bodies = map[string]any{
	"create-office":         map[string]any{"office_name": "Otra", "timezone": "America/Mexico_City", "language": "es-MX", "admin": map[string]any{"name": "X", "login": "x", "password": "xxxxxxxxxxxx"}},
	"sign-in":               map[string]any{"login": "nadie", "password": "xxxxxxxxxxxx"},
	"unlock":                map[string]any{"password": "xxxxxxxxxxxx"},
	"change-password":       map[string]any{"current": "xxxxxxxxxxxx", "new": "yyyyyyyyyyyy"},
	"set-preferences":       map[string]any{"language": "es-MX", "theme": "dark", "density": "dense", "lock_minutes": 15, "hide_names": false},
	"create-user":           map[string]any{"login": "otra", "name": "Otra", "role": "seller", "password": "xxxxxxxxxxxx"},
	"update-user":           map[string]any{"name": "Otra"},
	"reset-password":        map[string]any{"password": "xxxxxxxxxxxx"},
	"pass-on-prospects":     map[string]any{"owner_id": "", "by_turn": false, "reason": "Se fue"},
	"create-prospect":       map[string]any{"name": "Alguien", "phones": []string{"55 1234 9876"}, "emails": []string{}},
	"update-prospect":       map[string]any{"temperature": "hot"},
	"create-tag":            map[string]any{"name": "Inversionista"},
	"update-tag":            map[string]any{"name": "Inversionista"},
	"create-view":           map[string]any{"name": "Por llamar", "query": map[string]any{}},
	"update-view":           map[string]any{"name": "Por llamar"},
	"change-prospects":      map[string]any{"ids": []string{}, "temperature": "hot"},
	"set-prospect-tags":     map[string]any{"add": []string{"00000000-0000-7000-8000-000000000000"}},
	"lift-opposition":       map[string]any{"why": "Lo pidió"},
	"add-stage":             map[string]any{"name": "Otra"},
	"order-stages":          map[string]any{"ids": []string{}},
	"update-stage":          map[string]any{"name": "Otra"},
	"archive-stage":         map[string]any{"to": ""},
	"add-reason":            map[string]any{"name": "Otra"},
	"order-reasons":         map[string]any{"ids": []string{}},
	"rename-reason":         map[string]any{"name": "Otra"},
	"undo":                  map[string]any{"tx_id": "00000000-0000-7000-8000-000000000000"},
	"undo-on-host":          map[string]any{"tx_id": "00000000-0000-7000-8000-000000000000"},
	"update-contact":        map[string]any{"name": "Alguien"},
	"add-phone":             map[string]any{"raw": "55 1234 1111"},
	"update-phone":          map[string]any{"raw": "55 1234 2222"},
	"add-email":             map[string]any{"raw": "otra@example.com"},
	"update-email":          map[string]any{"raw": "otro@example.com"},
	"log-activity":          map[string]any{"kind": "note", "body": "hola"},
	"update-activity":       map[string]any{"body": "hola"},
	"finish-activity":       map[string]any{"body": "hola"},
	"snooze-reminder":       map[string]any{"remind_at": "2026-12-01T16:00:00.000Z"},
	"snooze-reminders":      map[string]any{"ids": []string{"00000000-0000-7000-8000-000000000000"}, "remind_at": "2026-12-01T16:00:00.000Z"},
	"create-template":       map[string]any{"channel": "whatsapp", "name": "Saludo", "body": "Hola, {{nombre}}."},
	"update-template":       map[string]any{"body": "Hola."},
	"set-notice":            map[string]any{"url": "https://example.com/aviso"},
	"dismiss-duplicate":     map[string]any{"contacts": []string{"00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"}},
	"ask-merge":             map[string]any{"contacts": []string{"00000000-0000-7000-8000-000000000001"}, "reach": "55 5123 0101"},
	"merge-contacts":        map[string]any{"contacts": []string{"00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"}},
	"answer-merge":          map[string]any{"contacts": []string{"00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002"}},
	"set-office-turns":      map[string]any{"most_hops": 1},
	"set-seller-turns":      map[string]any{"daily_cap": 1},
	"create-group":          map[string]any{"name": "Norte", "members": []string{}},
	"update-group":          map[string]any{"name": "Norte", "members": []string{}},
	"create-rule":           map[string]any{"name": "Norte", "otherwise": "default", "active": true},
	"update-rule":           map[string]any{"name": "Norte", "otherwise": "default", "active": true},
	"order-rules":           map[string]any{"ids": []string{}},
	"create-absence":        map[string]any{"user_id": "1", "from": "2026-12-24", "until": "2026-12-31"},
	"update-absence":        map[string]any{"user_id": "1", "from": "2026-12-24", "until": "2026-12-31"},
	"add-holiday":           map[string]any{"day": "2026-12-25"},
	"add-official-holidays": map[string]any{"year": 2026},
	"read-notices":          map[string]any{"ids": []string{}},
	"resolve-lead":          map[string]any{"contact_id": ""},
	"connect-meta":          map[string]any{"app_id": "1", "app_secret": "x", "token": "x"},
	"add-page":              map[string]any{"id": "1"},
	"update-page":           map[string]any{"active": true},
	"update-form":           map[string]any{"active": true},
	"preview-import":        []byte("a,b\n1,2\n"),
	"dismiss-refusals":      map[string]any{"ids": []string{"00000000-0000-7000-8000-000000000000"}},
	"confirm-recovery-code": map[string]any{"code": "X"},
	"set-backup-folder":     map[string]any{"path": "/respaldos"},
	"map-import":            map[string]any{"columns": map[string]string{"0": "name"}},
	"notify":                map[string]any{"title": "x", "body": "y"},
	"join-office":           map[string]any{"invitation": "SG1", "device_name": "Portátil"},
	"look-at-backup":        map[string]any{"path": "/respaldo", "code": "X"},
	"restore-office":        map[string]any{"path": "/respaldo", "code": "X"},
	"dismiss-changes":       map[string]any{"ids": []string{"00000000-0000-7000-8000-000000000000"}},
	"apply-changes":         map[string]any{"ids": []string{"00000000-0000-7000-8000-000000000000"}},
	"apply-refusals":        map[string]any{"ids": []string{"00000000-0000-7000-8000-000000000000"}},
	"set-network":           map[string]any{"enabled": true, "port": 8766},
	"set-relay":             map[string]any{"address": "https://relevo.example.mx", "admission": ""},
	"publish-relay-texts":   map[string]any{"privacy": "Aviso", "deletion": "Baja"},
	"offer-handover":        map[string]any{"device_id": "1"},
	"begin-handover":        map[string]any{"request": []byte("x")},
	"finish-handover":       map[string]any{"request": []byte("x")},
	"invite-device":         map[string]any{"user_id": "1"},
	"save-file":             map[string]any{"name": "x", "content_base64": ""},
	"begin-export":          map[string]any{"list": "prospects", "form": "csv", "reason": "porque sí", "columns": []any{map[string]any{"key": "name", "title": "Nombre"}}, "filter": map[string]string{}},
	"save-export":           map[string]any{"name": "x.csv"},
	"restore-value":         map[string]any{"seen": "", "reason": ""},
}

// foreign is everything about one prospect of ana's, by the word in the path before the id.
type foreign map[string]string

func foreignOf(t *testing.T, o *apitest.Office) foreign {
	t.Helper()
	id := o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	var p struct {
		Contact struct {
			ID             string
			Phones, Emails []struct{ ID string }
		}
	}
	o.Do("ana", "GET", "/api/prospects/"+id, nil).Decode(&p)
	var a struct{ ID string }
	o.Do("ana", "POST", "/api/prospects/"+id+"/activities", map[string]any{
		"kind": "call", "due_at": "2026-11-02T15:00:00.000Z", "remind_at": "2026-11-02T16:30:00.000Z", "body": "marcador actividad",
	}).Decode(&a)
	var r struct {
		Items []struct{ ID, Kind string }
	}
	o.Do("ana", "GET", "/api/reminders?until=2026-11-03T00:00:00.000Z", nil).Decode(&r)
	if len(r.Items) == 2 && r.Items[0].Kind == "first_contact" { // nobody has called her yet
		r.Items = r.Items[1:]
	}
	if len(r.Items) != 1 {
		t.Fatalf("reminders of ana = %d, want 1", len(r.Items))
	}
	var own struct{ ID string }
	o.Do("ana", "POST", "/api/templates", map[string]any{"channel": "whatsapp", "name": "marcador plantilla", "body": "Hola."}).Decode(&own)
	return foreign{
		"templates": own.ID,
		"prospects": id, "contacts": p.Contact.ID, "phones": p.Contact.Phones[0].ID, "emails": p.Contact.Emails[0].ID,
		"activities": a.ID, "reminders": r.Items[0].ID,
	}
}

func (f foreign) path(operation *huma.Operation) string {
	id := f[strings.Split(operation.Path, "/")[2]]
	if id == "" {
		id = "1"
	}
	path := strings.ReplaceAll(operation.Path, "{id}", id)
	if operation.OperationID == "preview-import" {
		path += "?name=x.csv"
	}
	return path
}

// The days in which something is planned with the foreign prospect.
const (
	agendaOfTheWalk  = "/api/agenda?from=2026-11-01&to=2026-11-08&from_at=2026-11-01T06:00:00.000Z&to_at=2026-11-08T06:00:00.000Z"
	overdueOfTheWalk = "/api/agenda/overdue?now=2026-11-20T06:00:00.000Z&today=2026-11-20"
)

// own are operations that a seller may call and that name no foreign row: they answer the seller's own things.
var own = map[string]bool{
	"get-board":  true,
	"leave-demo": true, "sign-out": true, "lock": true, "stay-awake": true, "unlock": true, "get-me": true, "change-password": true, "set-preferences": true,
	"list-users": true, "begin-export": true, "list-prospects": true, "create-prospect": true, "list-inbox": true, "count-inbox": true,
	"get-sync": true, "list-changes": true, "dismiss-changes": true, "apply-changes": true,
	"list-contacts": true, "list-duplicates": true, "count-duplicates": true, "dismiss-duplicate": true, "list-merges": true, "ask-merge": true,
	"get-vocabulary": true, "undo": true, "undo-on-host": true, "list-reminders": true, "snooze-reminders": true,
	"list-tags": true, "list-views": true, "create-view": true, "change-prospects": true, "count-prospects": true, "list-prospect-ids": true, "list-origins": true,
	"get-dashboard": true, "get-response": true,
	"list-templates": true, "create-template": true, "get-notice": true, "get-agenda": true, "get-overdue": true, "export-agenda": true, "notify": true, "save-file": true, "follow": true, "follow-events": true,
}

// TestEveryRoute_RefusesStrangers walks the whole description as nobody, with a token nobody has, and as another seller.
func TestEveryRoute_RefusesStrangers(t *testing.T) {
	o := apitest.New(t)
	f := foreignOf(t, o)
	before := state(t, o, f)
	all := apitest.Operations(o.API.OpenAPI())
	if len(all) < 60 {
		t.Fatalf("only %d operations", len(all))
	}
	for _, operation := range all {
		input, known := bodies[operation.OperationID]
		if operation.RequestBody != nil && !known {
			t.Errorf("%s takes a body and the walk has none for it", operation.OperationID)
			continue
		}
		t.Run(operation.OperationID, func(t *testing.T) {
			if slices.Contains(open, operation.OperationID) {
				return
			}
			for _, stranger := range []string{"", "nobody knows this token"} {
				got := o.Do(stranger, operation.Method, f.path(operation), input)
				if got.Status != http.StatusUnauthorized || got.Code() != "session.missing" {
					t.Errorf("as nobody: %d %s, want 401 session.missing", got.Status, got.Body)
				}
			}
			asAnotherSeller(t, o, f, operation, input)
		})
	}
	if diff := cmp.Diff(before, state(t, o, f)); diff != "" {
		t.Errorf("strangers have changed something (-before +after):\n%s", diff)
	}
}

func asAnotherSeller(t *testing.T, o *apitest.Office, f foreign, operation *huma.Operation, input any) {
	t.Helper()
	access, _ := operation.Extensions["x-access"].(string)
	switch {
	case own[operation.OperationID]:
	case access == "admin":
		got := o.Do("beto", operation.Method, f.path(operation), input)
		if got.Status != http.StatusForbidden || got.Code() != "access.admin_only" {
			t.Errorf("as a seller: %d %s, want 403 access.admin_only", got.Status, got.Body)
		}
	case strings.Contains(operation.Path, "{id}"):
		for _, id := range []string{f.path(operation), strings.ReplaceAll(operation.Path, "{id}", "00000000-0000-7000-8000-000000000000")} {
			got := o.Do("beto", operation.Method, id, input)
			if got.Status != http.StatusNotFound {
				t.Errorf("as another seller, %s: %d %s, want 404", id, got.Status, got.Body)
			}
			if low := strings.ToLower(got.Body); strings.Contains(low, "marcador") || strings.Contains(low, "0101") {
				t.Errorf("as another seller: the answer tells of the prospect: %s", got.Body)
			}
		}
	default:
		t.Errorf("no rule for %s %s: say in this test what a seller may do with it", operation.Method, operation.Path)
	}
}

// state is everything that may be read about the foreign prospect.
func state(t *testing.T, o *apitest.Office, f foreign) []string {
	t.Helper()
	var all []string
	for _, path := range []string{"/api/prospects/" + f["prospects"], "/api/prospects/" + f["prospects"] + "/timeline", "/api/prospects", "/api/users"} {
		all = append(all, o.Do("admin", "GET", path, nil).Body)
	}
	return append(all, o.Do("ana", "GET", "/api/reminders?until=2026-11-03T00:00:00.000Z", nil).Body)
}

// TestSeller_TakesNoCalendarOfOthers: a calendar of the days on which only another seller has planned something is none.
func TestSeller_TakesNoCalendarOfOthers(t *testing.T) {
	o := apitest.New(t)
	foreignOf(t, o)
	path := strings.Replace(agendaOfTheWalk, "?", "/calendar?", 1)
	o.Do("ana", "GET", path, nil).OK()
	if got := o.Do("beto", "GET", path, nil); got.Code() != "agenda.empty" {
		t.Errorf("beto takes %d %s", got.Status, got.Body)
	}
}

// TestSeller_FindsNothingOfOthers reads every list as another seller.
func TestSeller_FindsNothingOfOthers(t *testing.T) {
	o := apitest.New(t)
	f := foreignOf(t, o)
	for _, path := range []string{
		"/api/prospects", "/api/prospects?q=marcador", "/api/prospects?q=0101", "/api/prospects?open=all&sort=name",
		"/api/prospects?sort=next&no_next=false", "/api/prospects?sort=activity&open=all", "/api/prospects?source=manual",
		"/api/prospects?unattended=true", "/api/inbox", "/api/inbox/count", "/api/reminders?until=2026-11-05T00:00:00.000Z", "/api/users",
		"/api/templates", agendaOfTheWalk, agendaOfTheWalk + "&seller=" + o.Viewer("ana").UserID, overdueOfTheWalk,
		"/api/contacts", "/api/contacts?q=marcador", "/api/contacts?q=0101", "/api/contacts?sort=recent", "/api/duplicates", "/api/duplicates/count", "/api/merges",
		"/api/prospects?seller=" + o.Viewer("ana").UserID, "/api/prospects?seller=none", "/api/me", "/api/vocabulary",
		"/api/board?open=all", "/api/board?q=marcador", "/api/board?seller=" + o.Viewer("ana").UserID,
		"/api/dashboard", "/api/dashboard?period=7d", "/api/response", "/api/response?period=week", "/api/prospects?open=all&answered=5&clock=receipt_hours",
	} {
		got := o.Do("beto", "GET", path, nil)
		got.OK()
		low := strings.ToLower(got.Body)
		for _, secret := range append(slices.Collect(maps.Values(f)), "marcador", "0101", o.Viewer("ana").UserID) {
			if strings.Contains(low, secret) {
				t.Errorf("%s tells beto %q: %s", path, secret, got.Body)
			}
		}
		var counted struct{ Count, Total int }
		if err := json.Unmarshal([]byte(got.Body), &counted); err != nil || counted.Count != 0 || counted.Total != 0 {
			t.Errorf("%s counts what beto may not see: %s", path, got.Body)
		}
	}
}
