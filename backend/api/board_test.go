package api_test

import (
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

func TestScenario_TheBoard(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Rosa Prueba", "55 5123 0601", "rosa@example.com")
	apitest.Run(t, o, []apitest.Step{
		{
			Name: "the board", As: "ana", Method: "GET", Path: "/api/board?open=true", Has: []string{`"total":1`, `"name":"Prospecto"`},
			Keep: map[string]string{"first": "columns.0.stage_id", "second": "columns.1.stage_id", "third": "columns.2.stage_id"},
		},
		{Name: "nobody of hers", As: "beto", Method: "GET", Path: "/api/board?open=true", HasNot: []string{`"total":1`}},
		{Name: "a column", As: "ana", Method: "GET", Path: "/api/prospects?stage={first}&open=true", Has: []string{id, `"opposed":false`}},
		{Name: "settings", As: "admin", Method: "GET", Path: "/api/pipeline", Has: []string{`"appointment_done"`, `"prospects":1`}},
		{Name: "what it asks for", As: "admin", Method: "PATCH", Path: "/api/stages/{second}", Body: object{"requires": []string{"temperature", "next_action"}}},
		{Name: "refused", As: "ana", Method: "PATCH", Path: "/api/prospects/" + id, Body: object{"stage_id": "{second}", "temperature": "hot"}, Status: 422, Code: "stage.requirement", Has: []string{`"missing":["next_action"]`}},
		{Name: "further on", As: "ana", Method: "PATCH", Path: "/api/prospects/" + id, Body: object{"stage_id": "{third}"}},
		{Name: "back", As: "ana", Method: "PATCH", Path: "/api/prospects/" + id, Body: object{"stage_id": "{first}"}, Status: 422, Code: "input.required"},
		{Name: "in use", As: "admin", Method: "POST", Path: "/api/stages/{third}/archive", Body: object{}, Status: 409, Code: "stage.in_use", Has: []string{`"count":1`}},
		{Name: "archived", As: "admin", Method: "POST", Path: "/api/stages/{third}/archive", Body: object{"to": "{second}"}},
		{Name: "moved", As: "ana", Method: "GET", Path: "/api/prospects/" + id, Has: []string{`"stage_id":"{second}"`}, Keep: map[string]string{"person": "contact.id"}},
		{Name: "history still names it", As: "ana", Method: "GET", Path: "/api/vocabulary", Has: []string{`"retired":[{"id":"{third}"`}, Keep: map[string]string{"no": "reasons.8.id"}},
		{Name: "used again", As: "admin", Method: "POST", Path: "/api/stages/{third}/restore"},
		{Name: "another", As: "admin", Method: "POST", Path: "/api/stages", Body: object{"name": "Firma"}, Keep: map[string]string{"firma": "id"}},
		{Name: "twice", As: "admin", Method: "POST", Path: "/api/stages", Body: object{"name": "firma"}, Status: 409, Code: "word.taken"},
		{Name: "first", As: "admin", Method: "PUT", Path: "/api/stages", Body: object{"ids": []string{"{firma}"}}},
		{Name: "a reason", As: "admin", Method: "POST", Path: "/api/reasons", Body: object{"name": "Se mudó"}, Keep: map[string]string{"moved": "id"}},
		{Name: "called otherwise", As: "admin", Method: "PATCH", Path: "/api/reasons/{moved}", Body: object{"name": "Se mudó de ciudad"}},
		{Name: "first of all", As: "admin", Method: "PUT", Path: "/api/reasons", Body: object{"ids": []string{"{moved}"}}},
		{Name: "put away", As: "admin", Method: "POST", Path: "/api/reasons/{moved}/archive"},
		{Name: "not the no", As: "admin", Method: "POST", Path: "/api/reasons/{no}/archive", Status: 409, Code: "reason.last_opposition"},
		{Name: "and back", As: "admin", Method: "POST", Path: "/api/reasons/{moved}/restore"},
		{Name: "a no", As: "ana", Method: "PATCH", Path: "/api/prospects/" + id, Body: object{"status": "discarded", "reason_id": "{no}"}, Keep: map[string]string{"said": "tx_id"}},
		{Name: "is not taken back", As: "ana", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{said}"}, Status: 403, Code: "contact.admin_lifts"},
		{Name: "nobody calls", As: "ana", Method: "POST", Path: "/api/prospects/" + id + "/activities", Body: object{"kind": "call", "result": "answered"}, Status: 409, Code: "contact.opposed"},
		{Name: "the list says so", As: "ana", Method: "GET", Path: "/api/prospects?open=all", Has: []string{`"opposed":true`}},
		{Name: "an administrator lifts it", As: "admin", Method: "POST", Path: "/api/contacts/{person}/opposition/lift", Body: object{"why": "Mandó otro formulario"}},
		{Name: "followed again", As: "ana", Method: "GET", Path: "/api/prospects/" + id, Has: []string{`"opposed_at":null`, `"status":"following"`}},
	})
}
