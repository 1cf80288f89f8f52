package api_test

import (
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

// TestScenario_OnePersonTwice: two contacts of two sellers are one person. A seller asks, an administrator decides, and takes it
// back both ways.
func TestScenario_OnePersonTwice(t *testing.T) {
	o := apitest.New(t)
	ana, beto := o.Viewer("ana").UserID, o.Viewer("beto").UserID
	pair := []string{"{a}", "{b}"}
	apitest.Run(t, o, []apitest.Step{
		{
			Name: "hers", As: "ana", Method: "POST", Path: "/api/prospects",
			Body: object{"name": "José Marcador", "phones": []string{"55 5123 0401"}, "emails": []string{"jose.marcador@gmail.com"}}, Keep: map[string]string{"hers": "id"},
		},
		{
			Name: "his", As: "beto", Method: "POST", Path: "/api/prospects",
			Body: object{"name": "Jose Marcador", "phones": []string{"55 5123 0402"}, "emails": []string{"josemarcador@gmail.com"}}, Keep: map[string]string{"his": "id"},
		},
		{Name: "her contact", As: "ana", Method: "GET", Path: "/api/prospects/{hers}", Keep: map[string]string{"a": "contact.id"}},
		{Name: "his contact", As: "beto", Method: "GET", Path: "/api/prospects/{his}", Keep: map[string]string{"b": "contact.id"}},
		{Name: "who may be one", As: "admin", Method: "GET", Path: "/api/duplicates", Has: []string{`"digit"`, `"weak_email"`, "{a}", "{b}"}},
		{Name: "badge", As: "admin", Method: "GET", Path: "/api/contacts", Has: []string{`"possible_duplicate":true`, `"total":2`}},
		{Name: "not for her", As: "ana", Method: "GET", Path: "/api/duplicates/count", Has: []string{`"count":0`}},
		{Name: "of one", As: "admin", Method: "GET", Path: "/api/contacts/{a}/duplicates", Has: []string{"{b}"}},
		{Name: "side by side", As: "admin", Method: "GET", Path: "/api/merges/preview?contacts={b},{a}", Has: []string{`"phones":2`, `"prospects":2`, ana, beto}},
		{Name: "side by side with nobody", As: "admin", Method: "GET", Path: "/api/merges/preview?contacts={a}", Status: 422, Code: "merge.same"},
		{Name: "whose is it", As: "admin", Method: "POST", Path: "/api/merges", Body: object{"contacts": pair}, Status: 422, Code: "merge.seller_needed"},
		{Name: "not by a seller", As: "ana", Method: "POST", Path: "/api/merges", Body: object{"contacts": pair}, Status: 403, Code: "access.admin_only"},
		{Name: "hers", As: "admin", Method: "POST", Path: "/api/merges", Body: object{"contacts": pair, "name_of": "{b}", "seller": ana}, Has: []string{`"state":"merged"`}, Keep: map[string]string{"tx": "tx_id", "merge": "id"}},
		{Name: "one person", As: "ana", Method: "GET", Path: "/api/contacts/{a}", Has: []string{"Jose Marcador", "0401", "0402", "{hers}", "{his}"}},
		{Name: "one history", As: "ana", Method: "GET", Path: "/api/contacts/{a}/timeline", Has: []string{`"merged"`, `"registered"`}},
		{Name: "not his", As: "beto", Method: "GET", Path: "/api/contacts/{a}", Status: 404, Code: "contact.not_found"},
		{Name: "nor there", As: "admin", Method: "GET", Path: "/api/contacts/{b}", Status: 404, Code: "contact.not_found"},
		{Name: "recent", As: "admin", Method: "GET", Path: "/api/merges", Has: []string{`"state":"merged"`, `"undo_until":"2026-12-02`}},
		{Name: "again", As: "admin", Method: "POST", Path: "/api/merges", Body: object{"contacts": pair, "seller": "each"}, Status: 409, Code: "merge.already"},
		{Name: "sorry", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{tx}"}},
		{Name: "his again", As: "beto", Method: "GET", Path: "/api/contacts/{b}", Has: []string{"Jose Marcador", "0402"}, HasNot: []string{"0401"}},
		{Name: "undone once", As: "admin", Method: "POST", Path: "/api/merges/{merge}/undo", Status: 409, Code: "merge.nothing"},
		{Name: "ask", As: "ana", Method: "POST", Path: "/api/merges/ask", Body: object{"contacts": []string{"{a}"}, "reach": "5551230402"}, Keep: map[string]string{"asked": "id"}},
		{Name: "ask about somebody else's", As: "ana", Method: "POST", Path: "/api/merges/ask", Body: object{"contacts": pair}, Status: 404, Code: "contact.not_found"},
		{Name: "ask about nobody", As: "ana", Method: "POST", Path: "/api/merges/ask", Body: object{"contacts": []string{"{a}"}}, Status: 422, Code: "merge.same"},
		{Name: "what she knows", As: "ana", Method: "GET", Path: "/api/merges", Has: []string{`"asked"`}, HasNot: []string{"{b}"}},
		{Name: "what he knows", As: "beto", Method: "GET", Path: "/api/merges", HasNot: []string{`"asked"`}},
		{Name: "who is meant", As: "admin", Method: "GET", Path: "/api/merges", Has: []string{`"asked"`, "{b}"}},
		{Name: "no", As: "admin", Method: "POST", Path: "/api/merges/{asked}/decline"},
		{Name: "no twice", As: "admin", Method: "POST", Path: "/api/merges/{asked}/decline", Status: 409, Code: "merge.not_asked"},
		{Name: "ask again", As: "ana", Method: "POST", Path: "/api/merges/ask", Body: object{"contacts": []string{"{a}"}, "reach": "josemarcador@gmail.com"}, Keep: map[string]string{"asked": "id"}},
		{Name: "yes", As: "admin", Method: "POST", Path: "/api/merges/{asked}/answer", Body: object{"contacts": pair, "seller": "each"}, Has: []string{`"state":"merged"`}},
		{Name: "no after all", As: "admin", Method: "POST", Path: "/api/merges/{asked}/undo", Has: []string{`"state":"undone"`}},
		{Name: "two people", As: "admin", Method: "POST", Path: "/api/duplicates/dismiss", Body: object{"contacts": pair}, Keep: map[string]string{"apart": "tx_id"}},
		{Name: "nobody else", As: "admin", Method: "GET", Path: "/api/duplicates/count", Has: []string{`"count":0`}},
		{Name: "or are they", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{apart}"}},
		{Name: "they may be", As: "admin", Method: "GET", Path: "/api/duplicates/count", Has: []string{`"count":1`}},
	})
}
