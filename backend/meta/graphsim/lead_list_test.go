package graphsim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

type leadList struct {
	Data   []struct{ ID meta.ID }
	Paging struct {
		Cursors struct{ Before, After string }
		Next    string
	}
}

func (w *world) list(pairs ...string) leadList {
	w.t.Helper()
	a := w.get("/v26.0/"+string(form)+"/leads", pageTok, pairs...)
	var l leadList
	if err := json.Unmarshal([]byte(a.body), &l); err != nil || a.status != 200 {
		w.t.Fatalf("%v in %s", err, a.body)
	}
	return l
}

func TestSim_LeadList(t *testing.T) {
	w := newWorld(t)
	if a := w.get("/v26.0/"+string(form)+"/leads", pageTok); a.body != `{"data":[]}` {
		t.Errorf("empty list: %s", a.body)
	}
	for i := range 60 {
		w.lead(graphsim.LeadSpec{Created: now.Add(-time.Duration(i) * time.Hour)})
	}
	l := w.list()
	if len(l.Data) != 25 || l.Paging.Next == "" || l.Paging.Cursors.After == "" {
		t.Fatalf("first page: %d leads, next %q", len(l.Data), l.Paging.Next)
	}
	next, err := url.Parse(l.Paging.Next)
	if err != nil || next.Query().Get("access_token") != string(pageTok) || next.Query().Get("after") != l.Paging.Cursors.After {
		t.Errorf("next is %q", l.Paging.Next)
	}
	seen := len(l.Data)
	for l.Paging.Next != "" {
		w.lead(graphsim.LeadSpec{}) // a newer lead must not shift the pages
		l = w.list("after", l.Paging.Cursors.After)
		seen += len(l.Data)
	}
	if seen != 60 {
		t.Errorf("walked over %d leads, want 60", seen)
	}
	if a := w.get("/v26.0/"+string(form)+"/leads", pageTok, "limit", "15000"); a.status != 500 {
		t.Errorf("huge limit: %d", a.status)
	} else if code, _ := a.code(t); code != 1 {
		t.Errorf("huge limit: code %d", code)
	}
	w.SetLimits(graphsim.Limits{EmptyPageEvery: 1})
	if l = w.list(); len(l.Data) != 0 || l.Paging.Next == "" {
		t.Errorf("empty page: %+v", l)
	}
}

func TestSim_Filtering(t *testing.T) {
	w := newWorld(t)
	for i := range 10 {
		w.lead(graphsim.LeadSpec{Created: now.Add(-time.Duration(i) * time.Hour)})
	}
	at := now.Add(-5 * time.Hour).Unix()
	clause := func(field, operator, value string) string {
		return fmt.Sprintf(`[{"field":%q,"operator":%q,"value":%s}]`, field, operator, value)
	}
	unix := fmt.Sprint(at)
	tests := []struct {
		name, filtering string
		want            int
	}{
		{"newer", clause("time_created", "GREATER_THAN", unix), 5},
		{"newer or then", clause("time_created", "GREATER_THAN_OR_EQUAL", unix), 6},
		{"older", clause("time_created", "LESS_THAN", unix), 4},
		{"quoted number", clause("time_created", "GREATER_THAN", `"`+unix+`"`), 5},
		{"both ends", `[{"field":"time_created","operator":"GREATER_THAN","value":` + unix + `},{"field":"time_created","operator":"LESS_THAN","value":` + fmt.Sprint(now.Unix()) + `}]`, 4},
		{"the name of the returned field is ignored", clause("created_time", "GREATER_THAN", unix), 10},
		{"a date is ignored", clause("time_created", "GREATER_THAN", `"2026-11-02T10:04:05+0000"`), 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := len(w.list("filtering", tt.filtering).Data); got != tt.want {
				t.Errorf("%d leads, want %d", got, tt.want)
			}
		})
	}
	if got := len(w.list("since", unix, "until", unix).Data); got != 10 {
		t.Errorf("since and until left %d leads", got)
	}
	a := w.get("/v26.0/"+string(form)+"/leads", pageTok, "filtering", clause("id", "EQUAL", "1"))
	if !strings.Contains(a.body, "An unknown error occurred") {
		t.Errorf("filter by id: %s", a.body)
	}
}

func TestSim_NinetyDays(t *testing.T) {
	w := newWorld(t)
	old := w.lead(graphsim.LeadSpec{Created: now.AddDate(0, 0, -89)})
	w.lead(graphsim.LeadSpec{})
	counts := func() string {
		return w.get("/v26.0/"+string(form), pageTok, "fields", "leads_count,organic_leads_count,expired_leads_count").body
	}
	if a := w.get("/v26.0/"+string(old), pageTok); a.status != 200 {
		t.Errorf("on day 89: %s", a.body)
	}
	w.clock.Advance(48 * time.Hour)
	a := w.get("/v26.0/"+string(old), pageTok)
	if code, sub := a.code(t); code != 100 || sub != 33 || !strings.Contains(a.body, "Object with ID '"+string(old)+"' does not exist") {
		t.Errorf("on day 91: %s", a.body)
	}
	if n := len(w.list().Data); n != 1 {
		t.Errorf("%d leads listed", n)
	}
	want := `{"leads_count":2,"organic_leads_count":0,"expired_leads_count":1,"id":"812345678901234"}`
	if got := counts(); got != want {
		t.Errorf("counts %s", got)
	}
}
