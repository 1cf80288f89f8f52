package api_test

import (
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

func TestScenario_AnAdministratorLooksBackAndRestores(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	path := "/api/prospects/" + id
	apitest.Run(t, o, []apitest.Step{
		{Name: "warmer", As: "ana", Method: "PATCH", Path: path, Body: object{"temperature": "hot"}},
		{
			Name: "who was it", As: "admin", Method: "GET", Path: "/api/history?prospect=" + id + "&change=changed&limit=1",
			Has: []string{`"Vendedor ana"`, `"temperature"`, `"restorable":true`, `"Marcador Uno"`}, Keep: map[string]string{"line": "items.0.id"},
		},
		{Name: "not for a seller", As: "ana", Method: "GET", Path: "/api/history", Status: 403, Code: "access.admin_only"},
		{Name: "colder again", As: "ana", Method: "PATCH", Path: path, Body: object{"temperature": "cold"}},
		{
			Name: "too late", As: "admin", Method: "POST", Path: "/api/history/{line}/restore", Body: object{"seen": "{line}"},
			Status: 409, Code: "history.changed_since",
		},
		{Name: "knowingly", As: "admin", Method: "POST", Path: "/api/history/{line}/restore", Body: object{"seen": ""}, Keep: map[string]string{"restored": "tx_id"}},
		{Name: "as it was", As: "ana", Method: "GET", Path: path, Has: []string{`"temperature":""`}},
		{Name: "an edit like any other", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{restored}"}},
		{Name: "undone", As: "ana", Method: "GET", Path: path, Has: []string{`"temperature":"cold"`}},
		{Name: "what travels to the seller", As: "ana", Method: "GET", Path: path + "/events?limit=2", Has: []string{`"kind":"temperature"`, `"type":"event"`}},
		{Name: "no such line", As: "admin", Method: "POST", Path: "/api/history/999999/restore", Body: object{"seen": ""}, Status: 404, Code: "history.not_found"},
		{Name: "sign-ins stand there too", As: "admin", Method: "GET", Path: "/api/history?what=access", Has: []string{`"session.opened"`, `"source":"audit"`}},
		{Name: "no such thing", As: "admin", Method: "GET", Path: "/api/history?prospect=nadie", Status: 404, Code: "prospect.not_found"},
	})
	got := o.Do("beto", "GET", path+"/events", nil)
	if got.Status != 404 || strings.Contains(got.Body, "Marcador") {
		t.Errorf("another seller reads the events: %d %s", got.Status, got.Body)
	}
}
