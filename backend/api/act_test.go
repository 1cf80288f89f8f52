package api_test

import (
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

// TestScenario_FindAndAct finds prospects and does something to many of them: tags, views, one transaction, the bin.
func TestScenario_FindAndAct(t *testing.T) {
	o := apitest.New(t)
	first := o.Prospect("ana", "Marta Salas", "55 5123 0601", "marta@example.com")
	second := o.Prospect("beto", "Rita Solís", "55 5123 0602", "rita@example.com")
	both := []string{first, second}
	apitest.Run(t, o, []apitest.Step{
		{Name: "words", As: "ana", Method: "GET", Path: "/api/vocabulary", Keep: map[string]string{"stage": "stages.1.id", "reason": "reasons.0.id"}},
		{Name: "no word of a seller's", As: "ana", Method: "POST", Path: "/api/tags", Body: object{"name": "VIP"}, Status: 403, Code: "access.admin_only"},
		{Name: "a word", As: "admin", Method: "POST", Path: "/api/tags", Body: object{"name": "VIP"}, Keep: map[string]string{"tag": "id"}},
		{Name: "the same word", As: "admin", Method: "POST", Path: "/api/tags", Body: object{"name": "vip"}, Status: 409, Code: "tag.exists"},
		{Name: "coloured", As: "admin", Method: "PATCH", Path: "/api/tags/{tag}", Body: object{"color": "teal"}},
		{Name: "put on", As: "ana", Method: "POST", Path: "/api/prospects/" + first + "/tags", Body: object{"add": []string{"{tag}"}}},
		{Name: "not on another's", As: "ana", Method: "POST", Path: "/api/prospects/" + second + "/tags", Body: object{"add": []string{"{tag}"}}, Status: 404, Code: "prospect.not_found"},
		{Name: "by tag", As: "ana", Method: "GET", Path: "/api/prospects?tag={tag}", Has: []string{first, `"total":1`, `"tags":["{tag}"]`}},
		{Name: "not another's", As: "beto", Method: "GET", Path: "/api/prospects/ids?tag={tag}", Has: []string{`"ids":[]`}},
		{Name: "keep a view", As: "ana", Method: "POST", Path: "/api/views", Body: object{"name": "VIP", "pinned": true, "query": object{"tag": "{tag}"}, "columns": []string{"phone"}}, Keep: map[string]string{"view": "id"}},
		{Name: "change it", As: "ana", Method: "PATCH", Path: "/api/views/{view}", Body: object{"name": "Muy importantes"}},
		{Name: "it is there", As: "ana", Method: "GET", Path: "/api/views", Has: []string{"Muy importantes", `"pinned":true`}},
		{Name: "for nobody else", As: "beto", Method: "GET", Path: "/api/views", Has: []string{`"items":[]`}},
		{Name: "nor to change", As: "beto", Method: "PATCH", Path: "/api/views/{view}", Body: object{"name": "x"}, Status: 404, Code: "view.not_found"},
		{Name: "drop it", As: "ana", Method: "DELETE", Path: "/api/views/{view}"},
		{
			Name: "many at once", As: "ana", Method: "POST", Path: "/api/prospects/changes", Body: object{"ids": both, "stage_id": "{stage}", "temperature": "hot"},
			Has: []string{`"changed":1`, `"code":"prospect.not_found"`}, Keep: map[string]string{"many": "tx_id"},
		},
		{Name: "not another's name", As: "ana", Method: "POST", Path: "/api/prospects/changes", Body: object{"ids": both, "temperature": "hot"}, Has: []string{`"changed":0,"same":1`, `"name":""`}},
		{Name: "all of it back", As: "ana", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{many}"}},
		{Name: "count", As: "ana", Method: "GET", Path: "/api/prospects/count?temperature=hot", Has: []string{`"count":0`}},
		{Name: "a seller does not delete", As: "ana", Method: "DELETE", Path: "/api/prospects/" + first, Status: 403, Code: "access.admin_only"},
		{Name: "nor many", As: "ana", Method: "POST", Path: "/api/prospects/changes", Body: object{"ids": both, "delete": true}, Status: 403, Code: "access.admin_only"},
		{Name: "delete", As: "admin", Method: "DELETE", Path: "/api/prospects/" + first},
		{Name: "gone", As: "ana", Method: "GET", Path: "/api/prospects/" + first, Status: 404, Code: "prospect.not_found"},
		{Name: "no bin for sellers", As: "ana", Method: "GET", Path: "/api/bin", Status: 403, Code: "access.admin_only"},
		{Name: "in the bin", As: "admin", Method: "GET", Path: "/api/bin", Has: []string{"Marta Salas", first}},
		{Name: "restore", As: "admin", Method: "POST", Path: "/api/bin/" + first + "/restore"},
		{Name: "back with its tag", As: "ana", Method: "GET", Path: "/api/prospects/" + first, Has: []string{"Marta Salas", "{tag}"}},
		{Name: "not twice", As: "admin", Method: "POST", Path: "/api/bin/" + first + "/restore", Status: 404, Code: "bin.not_found"},
		{Name: "no word any more", As: "admin", Method: "DELETE", Path: "/api/tags/{tag}"},
		{Name: "none", As: "ana", Method: "GET", Path: "/api/tags", Has: []string{`"items":[]`}},
		{Name: "where from", As: "ana", Method: "GET", Path: "/api/prospects/origins", Has: []string{`"forms":[]`}},
	})
}

// TestScenario_WhoLeavesLeavesNobodyBehind: the prospects of somebody who does not work here any more, called or not, go to others
// in one change; what comes out of the bin later waits without a seller.
func TestScenario_WhoLeavesLeavesNobodyBehind(t *testing.T) {
	o := apitest.New(t)
	called := o.Prospect("ana", "Marta Salas", "55 5123 0611", "marta2@example.com")
	binned := o.Prospect("ana", "Rita Solís", "55 5123 0612", "rita2@example.com")
	waiting := o.Prospect("ana", "Inés Lara", "55 5123 0613", "ines2@example.com")
	apitest.Run(t, o, []apitest.Step{
		{Name: "ana", As: "ana", Method: "GET", Path: "/api/me", Keep: map[string]string{"ana": "user.id"}},
		{Name: "beto", As: "beto", Method: "GET", Path: "/api/me", Keep: map[string]string{"beto": "user.id"}},
		{Name: "called", As: "ana", Method: "POST", Path: "/api/prospects/" + called + "/activities", Body: object{"kind": "call", "result": "answered"}},
		{Name: "into the bin", As: "admin", Method: "DELETE", Path: "/api/prospects/" + binned},
		{Name: "ana leaves", As: "admin", Method: "PATCH", Path: "/api/users/{ana}", Body: object{"active": false}},
		{Name: "what she has", As: "admin", Method: "GET", Path: "/api/users/{ana}/prospects", Has: []string{`"open":2`}},
		{Name: "not beto's to know", As: "beto", Method: "GET", Path: "/api/users/{ana}/prospects", Status: 403, Code: "access.admin_only"},
		{Name: "without a reason", As: "admin", Method: "POST", Path: "/api/users/{ana}/prospects/pass-on", Body: object{"owner_id": "{beto}", "by_turn": false, "reason": " "}, Status: 422, Code: "input.required"},
		{Name: "to nobody known", As: "admin", Method: "POST", Path: "/api/users/{ana}/prospects/pass-on", Body: object{"owner_id": "1", "by_turn": false, "reason": "Se fue"}, Status: 404, Code: "user.not_found"},
		{
			Name: "to beto", As: "admin", Method: "POST", Path: "/api/users/{ana}/prospects/pass-on", Body: object{"owner_id": "{beto}", "by_turn": false, "reason": "Se fue"},
			Has: []string{`"given":2`, `"tray":0`, `"left":0`}, Keep: map[string]string{"passed": "tx_id"},
		},
		{Name: "his now", As: "beto", Method: "GET", Path: "/api/prospects/" + called, Has: []string{"Marta Salas"}},
		{Name: "the other too", As: "beto", Method: "GET", Path: "/api/prospects/" + waiting, Has: []string{"Inés Lara"}},
		{Name: "and back", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{passed}"}},
		{Name: "hers again", As: "admin", Method: "GET", Path: "/api/users/{ana}/prospects", Has: []string{`"open":2`}},
		{Name: "out of the bin", As: "admin", Method: "POST", Path: "/api/bin/" + binned + "/restore", Has: []string{`"left":"`}, Keep: map[string]string{"left": "left"}},
		{Name: "to nobody", As: "admin", Method: "GET", Path: "/api/prospects/" + binned, Has: []string{`"owner_id":""`, "Rita Solís"}},
	})
}
