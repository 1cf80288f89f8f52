package api_test

import (
	"testing"
	"time"

	"sitegroup.mx/crm/backend/api/apitest"
)

func init() {
	own["list-notices"], own["read-notices"] = true, true
}

// TestScenario_Turns sets an office's turns as its administrator does, and sees who gets what, and why.
func TestScenario_Turns(t *testing.T) {
	o := apitest.New(t)
	day := []object{{"from": "00:00", "to": "24:00"}}
	week := object{"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day}
	typeIn := func(name, phone string, with object) object {
		body := object{"name": name, "phones": []string{phone}, "emails": []string{}, "city": "Puebla"}
		for k, v := range with {
			body[k] = v
		}
		return body
	}
	ana, beto := o.Viewer("ana").UserID, o.Viewer("beto").UserID
	apitest.Run(t, o, []apitest.Step{
		{Name: "as it begins", As: "admin", Method: "GET", Path: "/api/turns", Has: []string{`"hours":null`, `"remind_after":5`, `"notify_after":15`, `"reassign_after":30`, `"most_hops":2`, `"rules":[]`, `"uncovered":[]`}},
		{Name: "not a seller's", As: "ana", Method: "GET", Path: "/api/turns", Status: 403, Code: "access.admin_only"},
		{Name: "hours that overlap", As: "admin", Method: "PATCH", Path: "/api/turns", Body: object{"hours": object{
			"mon": []object{{"from": "09:00", "to": "14:00"}, {"from": "13:00", "to": "18:00"}},
			"tue": []object{}, "wed": []object{}, "thu": []object{}, "fri": []object{}, "sat": []object{}, "sun": []object{},
		}}, Status: 422, Code: "hours.overlap", Has: []string{"hours.mon", "09:00–14:00"}},
		{Name: "hours", As: "admin", Method: "PATCH", Path: "/api/turns", Body: object{"hours": week}, Keep: map[string]string{"hours": "tx_id"}},
		{Name: "a group", As: "admin", Method: "POST", Path: "/api/turns/groups", Body: object{"name": "Norte", "members": []string{ana, beto}}, Keep: map[string]string{"group": "id"}},
		{Name: "of one", As: "admin", Method: "PUT", Path: "/api/turns/groups/{group}", Body: object{"name": "Norte", "members": []string{beto}}},
		{Name: "a rule", As: "admin", Method: "POST", Path: "/api/turns/rules", Body: object{"name": "Puebla", "cities": "Puebla", "group_id": "{group}", "otherwise": "default", "active": true}, Keep: map[string]string{"rule": "id"}},
		{Name: "the group is needed", As: "admin", Method: "DELETE", Path: "/api/turns/groups/{group}", Status: 409, Code: "group.in_use", Has: []string{"Puebla"}},
		{Name: "the rule changes", As: "admin", Method: "PUT", Path: "/api/turns/rules/{rule}", Body: object{"name": "Puebla capital", "cities": "puebla", "group_id": "{group}", "otherwise": "tray", "active": true}},
		{Name: "order", As: "admin", Method: "PUT", Path: "/api/turns/rules", Body: object{"ids": []string{"{rule}"}}},
		{Name: "sources", As: "admin", Method: "GET", Path: "/api/turns/sources", Has: []string{`"forms"`}},
		{Name: "who is next", As: "admin", Method: "GET", Path: "/api/turns/next?city=PUEBLA", Has: []string{`"rule":"Puebla capital"`, `"group":"Norte"`, beto}, HasNot: []string{`"next":[]`}},
		{Name: "by turn", As: "admin", Method: "POST", Path: "/api/prospects", Body: typeIn("Luz Prueba", "55 5123 0601", nil), Keep: map[string]string{"hers": "id"}},
		{Name: "why", As: "beto", Method: "GET", Path: "/api/prospects/{hers}", Has: []string{`"rule":"turn"`, `"rule_name":"Puebla capital"`, `"turn":1`, `"of":1`}},
		{Name: "he pauses", As: "admin", Method: "PATCH", Path: "/api/turns/sellers/" + beto, Body: object{"paused": true, "daily_cap": 9, "backlog_cap": 90, "no_hours": true}},
		{Name: "nobody", As: "admin", Method: "POST", Path: "/api/prospects", Body: typeIn("Sol Prueba", "55 5123 0602", nil)},
		{Name: "the tray says why", As: "admin", Method: "GET", Path: "/api/tray", Has: []string{`"count":1`, `"paused":1`}},
		{Name: "nobody still", As: "admin", Method: "POST", Path: "/api/tray/share", Has: []string{`"given":0`, `"left":1`, `"reason":"paused"`}},
		{Name: "she may", As: "admin", Method: "DELETE", Path: "/api/turns/rules/{rule}"},
		{Name: "it is shared", As: "admin", Method: "POST", Path: "/api/tray/share", Has: []string{`"given":1`, `"left":0`, `"reason":""`}, Keep: map[string]string{"shared": "tx_id"}},
		{Name: "she is told of it", As: "ana", Method: "GET", Path: "/api/notices", Has: []string{`"kind":"given"`, `"rule":"turn"`, `"prospect_name":"Sol Prueba"`, `"unread":1`}},
		{Name: "and taken back", As: "admin", Method: "POST", Path: "/api/undo/host", Body: object{"tx_id": "{shared}"}},
		{Name: "it waits again", As: "admin", Method: "GET", Path: "/api/tray", Has: []string{`"count":1`}},
		{Name: "and she has nothing to read", As: "ana", Method: "GET", Path: "/api/notices", Has: []string{`"items":[]`, `"unread":0`}},
		{Name: "no group any more", As: "admin", Method: "DELETE", Path: "/api/turns/groups/{group}"},

		{Name: "taken from him, for no reason", As: "admin", Method: "PATCH", Path: "/api/prospects/{hers}", Body: object{"owner_id": ana}, Status: 422, Code: "input.required", Has: []string{"owner_reason"}},
		{Name: "by hand, with a reason", As: "admin", Method: "PATCH", Path: "/api/prospects/{hers}", Body: object{"owner_id": ana, "owner_reason": "habla inglés"}, Keep: map[string]string{"moved": "tx_id"}},
		{Name: "she is told", As: "ana", Method: "GET", Path: "/api/notices", Has: []string{`"kind":"given"`, `"reason":"habla inglés"`, `"unread":1`, `"names":{`}, Keep: map[string]string{"told": "items.0.id"}},
		{Name: "he is told, and not of whom", As: "beto", Method: "GET", Path: "/api/notices", Has: []string{`"kind":"taken"`, `"reason":"habla inglés"`, `"prospect_id":""`}, HasNot: []string{"Luz"}},
		{Name: "it is hers to acknowledge", As: "beto", Method: "POST", Path: "/api/notices/read", Body: object{"ids": []string{"{told}"}}, Status: 404, Code: "notice.not_found"},
		{Name: "she has read it", As: "ana", Method: "POST", Path: "/api/notices/read", Body: object{"ids": []string{}}},
		{Name: "nothing is new", As: "ana", Method: "GET", Path: "/api/notices", Has: []string{`"unread":0`, `"is_read":true`}},

		{Name: "she is away", As: "admin", Method: "POST", Path: "/api/turns/absences", Body: object{"user_id": ana, "from": "2026-11-05", "until": "2026-11-06"}, Has: []string{`"uncovered":[{`, `"from":"2026-11-05"`}, Keep: map[string]string{"absence": "id"}},
		{Name: "for a day", As: "admin", Method: "PUT", Path: "/api/turns/absences/{absence}", Body: object{"user_id": ana, "from": "2026-11-05", "until": "2026-11-05"}, Has: []string{`"until":"2026-11-05"`}},
		{Name: "backwards", As: "admin", Method: "PUT", Path: "/api/turns/absences/{absence}", Body: object{"user_id": ana, "from": "2026-11-05", "until": "2026-11-04"}, Status: 422, Code: "absence.backwards"},
		{Name: "she stays", As: "admin", Method: "DELETE", Path: "/api/turns/absences/{absence}"},
		{Name: "Christmas", As: "admin", Method: "POST", Path: "/api/turns/holidays", Body: object{"day": "2026-12-25", "name": "Navidad"}, Keep: map[string]string{"holiday": "id"}},
		{Name: "the others", As: "admin", Method: "POST", Path: "/api/turns/holidays/official", Body: object{"year": 2026}},
		{Name: "there are seven", As: "admin", Method: "GET", Path: "/api/turns", Has: []string{"Navidad", "2026-11-16"}},
		{Name: "open on Christmas", As: "admin", Method: "DELETE", Path: "/api/turns/holidays/{holiday}"},
	})
}

// TestScenario_NobodyAttends passes a prospect on in working time, and ends in the tray.
func TestScenario_NobodyAttends(t *testing.T) {
	o := apitest.New(t)
	day := []object{{"from": "00:00", "to": "24:00"}}
	week := object{"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": day, "sun": day}
	pass := func(d time.Duration) func() {
		return func() {
			o.Clock.Advance(d)
			o.SignIn("admin") // whose page was locked meanwhile
			if _, err := o.CRM.Escalate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := o.CRM.BeginEscalating(t.Context()); err != nil {
		t.Fatal(err)
	}
	apitest.Run(t, o, []apitest.Step{
		{Name: "hours", As: "admin", Method: "PATCH", Path: "/api/turns", Body: object{"hours": week}},
		{Name: "by turn", As: "admin", Method: "POST", Path: "/api/prospects", Body: object{"name": "Luz Prueba", "phones": []string{"55 5123 0701"}, "emails": []string{}}, Keep: map[string]string{"luz": "id"}},
		{Name: "it is in the inbox with why", As: "admin", Method: "GET", Path: "/api/inbox", Has: []string{`"assigned_why":{"rule":"turn","turn":1,"of":2`}},
		{Name: "a note is no attempt", As: "admin", Method: "POST", Path: "/api/prospects/{luz}/activities", Body: object{"kind": "note", "body": "quiere norte"}},
		{Name: "and the administrator's call is not the seller's", As: "admin", Method: "POST", Path: "/api/prospects/{luz}/activities", Body: object{"kind": "call", "result": "no_answer"}},
		{Name: "administrators are told", Before: pass(16 * time.Minute), As: "admin", Method: "GET", Path: "/api/notices", Has: []string{`"kind":"late"`, `"minutes":16`}},
		{Name: "it is passed on", Before: pass(15 * time.Minute), As: "admin", Method: "GET", Path: "/api/prospects/{luz}", Has: []string{`"rule":"late"`, `"minutes":31`}},
		{Name: "nobody is left: the tray", Before: pass(31 * time.Minute), As: "admin", Method: "GET", Path: "/api/prospects/{luz}", Has: []string{`"owner_id":""`, `"rule":"tray"`, `"reason":"had"`}},
		{Name: "administrators know", As: "admin", Method: "GET", Path: "/api/notices", Has: []string{`"kind":"tray"`}},
		{Name: "the history tells all of it", As: "admin", Method: "GET", Path: "/api/prospects/{luz}/timeline", Has: []string{`"kind":"late"`, `"rule":"late"`, `"rule":"tray"`}},
	})
}
