package api_test

import (
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

// TestScenario_ANoIsKeptByEveryWay has somebody ask not to be contacted who has prospects with two sellers and one in the bin, and
// looks for a way round it.
func TestScenario_ANoIsKeptByEveryWay(t *testing.T) {
	o := apitest.New(t)
	before, heard := o.Prospect("ana", "Inés Lara", "55 5123 0701", "ines@example.com"), o.Prospect("ana", "Inés L.", "55 5123 0702", "i2@example.com")
	theirs, binned := o.Prospect("beto", "I. Lara", "55 5123 0703", "i3@example.com"), o.Prospect("ana", "Lara", "55 5123 0704", "i4@example.com")
	other := o.Prospect("beto", "Otra Persona", "55 5123 0705", "otra@example.com")
	contact := func(prospect string) string {
		var p struct{ Contact struct{ ID string } }
		o.Do("admin", "GET", "/api/prospects/"+prospect, nil).Decode(&p)
		return p.Contact.ID
	}
	person, somebody := contact(before), contact(other)
	for _, p := range []string{heard, theirs, binned} {
		o.Do("admin", "POST", "/api/merges", object{"contacts": []string{person, contact(p)}, "seller": "each"}).OK()
	}
	var words struct {
		Reasons []struct {
			ID         string
			Opposition bool
		}
	}
	o.Do("ana", "GET", "/api/vocabulary", nil).Decode(&words)
	no, reason := "", words.Reasons[0].ID
	for _, r := range words.Reasons {
		if r.Opposition {
			no = r.ID
		}
	}
	discarded := []string{`"status":"discarded"`, no}
	apitest.Run(t, o, []apitest.Step{
		{Name: "discarded for another reason", As: "ana", Method: "PATCH", Path: "/api/prospects/" + before, Body: object{"status": "discarded", "reason_id": reason}, Keep: map[string]string{"discard": "tx_id"}},
		{Name: "a call is planned", As: "ana", Method: "POST", Path: "/api/prospects/" + heard + "/activities", Body: object{"kind": "call", "due_at": "2026-11-03T16:00:00.000Z"}, Keep: map[string]string{"call": "id"}},
		{Name: "into the bin", As: "admin", Method: "DELETE", Path: "/api/prospects/" + binned, Keep: map[string]string{"bin": "tx_id"}},
		{Name: "the no", As: "ana", Method: "PATCH", Path: "/api/prospects/" + heard, Body: object{"status": "discarded", "reason_id": no}, Keep: map[string]string{"no": "tx_id"}},
		{Name: "a colleague's is discarded", As: "beto", Method: "GET", Path: "/api/prospects/" + theirs, Has: discarded},
		{Name: "nobody is told to hurry", As: "beto", Method: "GET", Path: "/api/inbox/count", Has: []string{`"count":1`}},
		{Name: "no undo of what was before", As: "ana", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{discard}"}, Status: 409, Code: "contact.opposed"},
		{Name: "still discarded", As: "ana", Method: "GET", Path: "/api/prospects/" + before, Has: []string{`"status":"discarded"`, reason}},
		{Name: "no undo of the bin", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{bin}"}, Status: 409, Code: "contact.opposed"},
		{Name: "out of the bin", As: "admin", Method: "POST", Path: "/api/bin/" + binned + "/restore"},
		{Name: "as discarded", As: "ana", Method: "GET", Path: "/api/prospects/" + binned, Has: discarded},
		{Name: "the call is not put off", As: "ana", Method: "PATCH", Path: "/api/activities/{call}", Body: object{"due_at": "2026-11-04T16:00:00.000Z"}, Status: 409, Code: "contact.opposed"},
		{Name: "nor reminded of", As: "ana", Method: "PATCH", Path: "/api/activities/{call}", Body: object{"remind_at": "2026-11-03T15:00:00.000Z"}, Status: 409, Code: "contact.opposed"},
		{Name: "but may be explained", As: "ana", Method: "PATCH", Path: "/api/activities/{call}", Body: object{"body": "Ya no"}},
		{Name: "nor taken into a calendar", As: "ana", Method: "GET", Path: "/api/activities/{call}/calendar", Status: 409, Code: "contact.opposed"},
		{Name: "taken for somebody else", As: "admin", Method: "POST", Path: "/api/merges", Body: object{"contacts": []string{person, somebody}, "seller": "each"}, Keep: map[string]string{"merge": "id"}},
		{Name: "who is left alone too", As: "beto", Method: "GET", Path: "/api/prospects/" + other, Has: discarded},
		{Name: "told apart", As: "admin", Method: "POST", Path: "/api/merges/{merge}/undo", Has: []string{`"undone"`}},
		{Name: "that one goes on", As: "beto", Method: "GET", Path: "/api/prospects/" + other, Has: []string{`"status":"new"`, `"opposed_at":null`}},
		{Name: "nobody has changed the no", As: "admin", Method: "GET", Path: "/api/prospects/" + theirs, Has: discarded},
		{Name: "lifted", As: "admin", Method: "POST", Path: "/api/contacts/" + person + "/opposition/lift", Body: object{"why": "Lo pidió"}},
		{Name: "a colleague's goes on", As: "beto", Method: "GET", Path: "/api/prospects/" + theirs, Has: []string{`"status":"following"`}},
	})
}
