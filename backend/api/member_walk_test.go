package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/api/apitest"
)

// ofThisComputer are reading operations whose answer is about the computer that is asked.
var ofThisComputer = []string{"get-sync", "list-changes", "get-setup", "get-join", "get-restore", "handover-part", "follow", "follow-events"}

// TestEveryRoute_AMemberAnswersAsTheHost reads everything on a seller's and on an administrator's computer: whatever a screen
// shows on the host it shows on a member, to whom it shows it.
func TestEveryRoute_AMemberAnswersAsTheHost(t *testing.T) {
	o := apitest.New(t)
	f := foreignOf(t, o)
	o.Prospect("beto", "Marcador Dos", "55 5123 0202", "marcador.dos@example.com")
	o.Do("admin", "PATCH", "/api/prospects/"+f["prospects"], map[string]string{"temperature": "hot", "status": "following"}).OK()
	// A login that begins as no other: the key of its computer follows from that.
	o.Do("admin", "POST", "/api/users", map[string]string{"login": "zoe", "name": "Zoe", "role": "admin", "password": apitest.Password}).OK()
	o.Adopt("zoe")
	paths := []string{
		"/api/prospects?q=marcador", "/api/prospects?q=0101", "/api/prospects?sort=next", "/api/prospects?temperature=hot",
		"/api/prospects?sort=activity&open=all", "/api/reminders?until=2026-11-05T00:00:00.000Z",
		agendaOfTheWalk, overdueOfTheWalk, strings.Replace(agendaOfTheWalk, "?", "/calendar?", 1),
	}
	for _, operation := range apitest.Operations(o.API.OpenAPI()) {
		if operation.Method == http.MethodGet && !slices.Contains(ofThisComputer, operation.OperationID) {
			paths = append(paths, f.path(operation))
		}
	}
	if len(paths) < 30 {
		t.Fatalf("only %d paths", len(paths))
	}
	for _, login := range []string{"ana", "zoe"} {
		m := o.Join(login)
		for _, path := range paths {
			here, there := m.Do(login, "GET", path, nil), o.Do(login, "GET", path, nil)
			if here.Status != there.Status || here.Code() != there.Code() {
				t.Errorf("%s as %s: a member answers %d %s, the host %d %s", path, login, here.Status, here.Code(), there.Status, there.Code())
				continue
			}
			if diff := cmp.Diff(said(there.Body), said(here.Body)); diff != "" {
				t.Errorf("%s as %s (-host +member):\n%s", path, login, diff)
			}
		}
	}
}

// said is an answer without what is never twice the same: where the next page begins, and the room on the disk.
func said(body string) any {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	if o, ok := v.(map[string]any); ok {
		maps.DeleteFunc(o, func(name string, _ any) bool { return name == "next" })
		if file, ok := o["database"].(map[string]any); ok {
			delete(file, "path_bytes_free")
		}
	}
	return v
}
