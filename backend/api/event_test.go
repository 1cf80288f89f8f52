package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/api/apitest"
)

// TestEvents_ReachOnlyThoseConcerned changes prospects of ana and beto in every way and listens to all three.
func TestEvents_ReachOnlyThoseConcerned(t *testing.T) {
	o := apitest.New(t, apitest.RealPauses)
	create := func(name, owner, phone string) apitest.Step {
		return apitest.Step{
			Name: "create " + name, As: "admin", Method: "POST", Path: "/api/prospects",
			Body: map[string]any{"name": name, "phones": []string{phone}, "emails": []string{}, "owner_id": o.Viewer(owner).UserID},
			Keep: map[string]string{name: "id"}, Hears: map[string][]string{"admin": {name}, owner: {name}},
		}
	}
	toAna := map[string][]string{"admin": {"rosa"}, "ana": {"rosa"}}
	toBoth := map[string][]string{"admin": {"rosa"}, "ana": {"rosa"}, "beto": {"rosa"}}
	apitest.Run(t, o, []apitest.Step{
		create("rosa", "ana", "55 5123 0103"),
		create("saul", "beto", "55 5123 0104"),
		{
			Name: "see hers", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}",
			Keep: map[string]string{"person": "contact.id", "phone": "contact.phones.0.id"}, Hears: map[string][]string{},
		},
		{Name: "rate hers", As: "ana", Method: "PATCH", Path: "/api/prospects/{rosa}", Body: map[string]any{"temperature": "hot"}, Keep: map[string]string{"change": "tx_id"}, Hears: toAna},
		{Name: "take it back", As: "ana", Method: "POST", Path: "/api/undo", Body: map[string]any{"tx_id": "{change}"}, Hears: toAna},
		{Name: "rename the person", As: "admin", Method: "PATCH", Path: "/api/contacts/{person}", Body: map[string]any{"name": "Rosa Otra"}, Hears: toAna},
		{Name: "add a phone", As: "ana", Method: "POST", Path: "/api/contacts/{person}/phones", Body: map[string]any{"raw": "55 5123 0105"}, Hears: toAna},
		{Name: "remove a phone", As: "ana", Method: "DELETE", Path: "/api/phones/{phone}", Hears: toAna},
		{
			Name: "plan a call", As: "ana", Method: "POST", Path: "/api/prospects/{rosa}/activities",
			Body: map[string]any{"kind": "call", "due_at": "2026-11-05T15:00:00.000Z", "remind_at": "2026-11-05T14:00:00.000Z"},
			Keep: map[string]string{"call": "id"}, Hears: toAna,
		},
		{Name: "make it", As: "ana", Method: "POST", Path: "/api/activities/{call}/done", Body: map[string]any{"result": "answered"}, Hears: toAna},
		{Name: "nothing of hers is his to change", As: "beto", Method: "PATCH", Path: "/api/prospects/{rosa}", Body: map[string]any{"temperature": "cold"}, Status: 404, Code: "prospect.not_found", Hears: map[string][]string{}},
		{Name: "hand it over", As: "admin", Method: "PATCH", Path: "/api/prospects/{rosa}", Body: map[string]any{"owner_id": o.Viewer("beto").UserID, "owner_reason": "porque sí"}, Hears: toBoth},
		{Name: "now it is his", As: "admin", Method: "PATCH", Path: "/api/prospects/{rosa}", Body: map[string]any{"temperature": "cold"}, Hears: map[string][]string{"admin": {"rosa"}, "beto": {"rosa"}}},
	})
}

func TestEvents_EndWithTheSession(t *testing.T) {
	ways := map[string]func(o *apitest.Office){
		"switched off": func(o *apitest.Office) {
			o.Do("admin", "PATCH", "/api/users/"+o.Viewer("ana").UserID, map[string]any{"active": false}).OK()
		},
		"made an administrator": func(o *apitest.Office) {
			o.Do("admin", "PATCH", "/api/users/"+o.Viewer("ana").UserID, map[string]any{"role": "admin"}).OK()
		},
		"signed out": func(o *apitest.Office) { o.Do("ana", "DELETE", "/api/session", nil).OK() },
		"password reset": func(o *apitest.Office) {
			o.Do("admin", "PUT", "/api/users/"+o.Viewer("ana").UserID+"/password", map[string]any{"password": "otra contraseña"}).OK()
		},
		"another office": func(o *apitest.Office) {
			o.Setup.Open(nil)
			o.API.OfficeChanged()
		},
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			o := apitest.New(t, apitest.RealPauses)
			id := o.Prospect("ana", "Rosa Prueba", "55 5123 0105", "rosa@example.com")
			if err := o.Store.Delivered(t.Context()); err != nil {
				t.Fatal(err)
			}
			page := o.Follow("ana")
			end(o)
			if name != "another office" {
				o.Do("admin", "PATCH", "/api/prospects/"+id, map[string]any{"temperature": "hot"}).OK()
			}
			for _, e := range page.Rest(t) {
				t.Errorf("it still heard %+v", e)
			}
		})
	}
}

func TestEvents_LeadsAreAnnounced(t *testing.T) {
	o := apitest.New(t, apitest.RealPauses)
	o.Do("admin", "PATCH", "/api/users/"+o.Viewer("beto").UserID, map[string]any{"paused": true}).OK()
	if err := o.Store.Delivered(t.Context()); err != nil {
		t.Fatal(err)
	}
	pages := map[string]*apitest.Page{"admin": o.Follow("admin"), "ana": o.Follow("ana"), "beto": o.Follow("beto")}
	m := o.Connect() // reads leads that are old: nobody is alarmed
	o.Lead(m, "Rosa Nueva")
	o.Shared()
	for login, want := range map[string]int{"admin": 1, "ana": 1, "beto": 0} {
		var leads []apitest.Event
		seen := map[string]bool{}
		for range 2 { // the change and the lead come one after the other, in either order
			for _, e := range pages[login].Until(t, func(e apitest.Event) bool { return slices.Contains(e.Entities, "office") }) {
				seen[e.Type] = true
				if e.Type == "lead" {
					leads = append(leads, e)
				}
			}
			o.Shared()
		}
		if len(leads) != want {
			t.Fatalf("%s heard of %d leads, want %d: %+v", login, len(leads), want, leads)
		}
		if want == 1 && (leads[0].Name != "Rosa Nueva" || leads[0].SellerID != o.Viewer("ana").UserID || leads[0].State != "registered" || leads[0].Phone == "") {
			t.Errorf("%s heard of %+v", login, leads[0])
		}
		if admin := login == "admin"; seen["meta"] != admin || seen["health"] != admin {
			t.Errorf("%s heard of %v", login, seen)
		}
	}
}

// TestEvents_BehindTheLock: a locked page hears that there is a lead, not whose, and of what else has happened once it is
// unlocked.
func TestEvents_BehindTheLock(t *testing.T) {
	o := apitest.New(t, apitest.RealPauses)
	o.Do("admin", "PATCH", "/api/users/"+o.Viewer("beto").UserID, map[string]any{"paused": true}).OK()
	m := o.Connect()
	if err := o.Store.Delivered(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := o.Follow("ana")
	o.Do("ana", "POST", "/api/session/lock", nil).OK()
	o.Lead(m, "Rosa Nueva")
	e := page.Next(t)
	if e.Type != "lead" || e.Name != "" || e.Phone != "" || e.ProspectID == "" {
		t.Errorf("behind the lock is heard %+v", e)
	}
	late := o.Follow("ana") // a page that comes back meanwhile
	o.Lead(m, "Saúl Nuevo")
	for _, p := range []*apitest.Page{page, late} {
		if e := p.Next(t); e.Type != "lead" || e.Name != "" || e.Phone != "" {
			t.Errorf("behind the lock is heard %+v", e)
		}
	}
	if err := o.Store.Delivered(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Do("ana", "POST", "/api/session/unlock", map[string]any{"password": apitest.Password}).OK()
	if got := page.Until(t, func(x apitest.Event) bool { return slices.Contains(x.Prospects, e.ProspectID) }); got[0].Type != "changed" {
		t.Errorf("after unlocking is heard %+v", got)
	}
}

func TestEvents_ASlowPageIsCutOff(t *testing.T) {
	api.SetMostWaiting(t, 5)
	o := apitest.New(t, apitest.RealPauses)
	w := &stuckWriter{header: http.Header{}, stuck: make(chan struct{}), freed: make(chan struct{})}
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/events", nil)
	r.Header.Set("Authorization", "Bearer "+o.Token("admin"))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.API.ServeHTTP(w, r)
	}()
	<-w.stuck // it does not take the hello
	watch := o.Follow("admin")
	for i := range 12 {
		id := o.Prospect("ana", "Persona "+strconv.Itoa(i), "55 5123 02"+strconv.Itoa(10+i), "p"+strconv.Itoa(i)+"@example.com")
		watch.Until(t, func(e apitest.Event) bool { return slices.Contains(e.Prospects, id) })
	}
	<-ended
	o.Shared()
	watch.Prospects(t) // the others go on
}

// stuckWriter is a page that takes nothing until its connection is cut.
type stuckWriter struct {
	header       http.Header
	stuck, freed chan struct{}
	once, again  sync.Once
}

func (w *stuckWriter) Header() http.Header { return w.header }
func (w *stuckWriter) WriteHeader(int)     {}
func (w *stuckWriter) Flush()              {}

func (w *stuckWriter) Write([]byte) (int, error) {
	w.once.Do(func() { close(w.stuck) })
	<-w.freed
	return 0, http.ErrHandlerTimeout
}

func (w *stuckWriter) SetWriteDeadline(at time.Time) error {
	if at.Before(time.Now()) {
		w.again.Do(func() { close(w.freed) })
	}
	return nil
}

func TestEvents_SignOfLife(t *testing.T) {
	o := apitest.New(t)
	page := o.Follow("ana")
	for range 2 {
		o.PassTime(1, 20*time.Second)
		<-page.Beats
	}
	o.PassTime(1, time.Hour) // left alone, the session locks; the stream stays
	<-page.Beats
	o.PassTime(1, 13*time.Hour)
	if rest := page.Rest(t); len(rest) != 0 {
		t.Errorf("an expired session heard %+v", rest)
	}
}

func TestEvents_ManyChangesAreOne(t *testing.T) {
	o := apitest.New(t)
	page := o.Follow("ana")
	var want []string
	first := o.Prospect("ana", "Primera", "55 5123 0300", "primera@example.com")
	page.Until(t, func(e apitest.Event) bool { return slices.Contains(e.Prospects, first) })
	for i := range 20 { // while the pause lasts
		want = append(want, o.Prospect("ana", "Persona "+strconv.Itoa(i), "55 5123 03"+strconv.Itoa(10+i), "q"+strconv.Itoa(i)+"@example.com"))
	}
	if err := o.Store.Delivered(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.PassTime(2, 50*time.Millisecond)
	slices.Sort(want)
	if diff := cmp.Diff(want, page.Next(t).Prospects); diff != "" {
		t.Errorf("one event (-want +got):\n%s", diff)
	}
}

func TestWindow(t *testing.T) {
	w := apitest.NewWindow()
	o := apitest.New(t, apitest.RealPauses, apitest.WithWindow(w))
	o.Do("ana", "POST", "/api/window/notification", map[string]any{"title": "Hola", "body": "Algo", "prospect_id": "p1"}).OK()
	if got := <-w.Notices; got != (api.Notice{Title: "Hola", Body: "Algo", ProspectID: "p1"}) {
		t.Errorf("notice %+v", got)
	}
	var saved struct{ Saved bool }
	o.Do("ana", "POST", "/api/window/save", map[string]any{"name": "a.csv", "content_base64": "aG9sYQ=="}).Decode(&saved)
	if !saved.Saved || string(w.Files["a.csv"]) != "hola" {
		t.Errorf("saved %v: %q", saved, w.Files)
	}
	w.Refuse = true
	o.Do("ana", "POST", "/api/window/save", map[string]any{"name": "b.csv", "content_base64": ""}).Decode(&saved)
	if saved.Saved {
		t.Error("a dialog that was closed saved something")
	}
	if got := o.Do("ana", "POST", "/api/window/save", map[string]any{"name": "b.csv", "content_base64": "*"}); got.Code() != "input.invalid" {
		t.Errorf("no base64: %s", got.Body)
	}
}

// TestWindow_NamesNobodyOnRequest: what stands on the desktop is seen by whoever passes.
func TestWindow_NamesNobodyOnRequest(t *testing.T) {
	w := apitest.NewWindow()
	o := apitest.New(t, apitest.RealPauses, apitest.WithWindow(w))
	m := o.Connect()
	o.Do("admin", "PUT", "/api/window/session", nil).OK()
	for _, hide := range []bool{false, true} {
		o.Do("admin", "PATCH", "/api/me/preferences", map[string]any{"hide_names": hide}).OK()
		o.Lead(m, "Rosa Nueva")
		got := <-w.Leads
		if (got.Name == "Rosa Nueva") == hide || (got.Phone == "") != hide || got.ProspectID == "" || got.FormName == "" {
			t.Errorf("hide_names %v: announced %+v", hide, got)
		}
	}
}

// TestWindow_FollowsOneSession: the window hears what the page that asked last may hear, also after it was locked.
func TestWindow_FollowsOneSession(t *testing.T) {
	w := apitest.NewWindow()
	o := apitest.New(t, apitest.RealPauses, apitest.WithWindow(w))
	hers := o.Prospect("ana", "Rosa Prueba", "55 5123 0103", "rosa@example.com")
	his := o.Prospect("beto", "Saúl Prueba", "55 5123 0104", "saul@example.com")
	if err := o.Store.Delivered(t.Context()); err != nil {
		t.Fatal(err)
	}
	change := func(id, temperature string) {
		o.Do("admin", "PATCH", "/api/prospects/"+id, map[string]any{"temperature": temperature}).OK()
	}
	hear := func(id string) {
		t.Helper()
		e, ok := (<-w.Events).(api.ChangedEvent)
		if !ok || !slices.Equal(e.Prospects, []string{id}) {
			t.Errorf("the window heard %+v, want a change of %s", e, id)
		}
	}
	o.Do("ana", "PUT", "/api/window/session", nil).OK()
	change(his, "hot")
	change(hers, "hot")
	hear(hers)
	o.Do("beto", "PUT", "/api/window/session", nil).OK()
	change(hers, "cold")
	change(his, "cold")
	hear(his)
	o.Do("beto", "POST", "/api/session/lock", nil).OK()
	change(his, "warm")
	if err := o.Store.Delivered(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Do("beto", "POST", "/api/session/unlock", map[string]any{"password": apitest.Password}).OK()
	hear(his)
}

func TestOffice_Changes(t *testing.T) {
	o := apitest.New(t)
	office := o.Office
	o.Setup.Open(nil)
	o.API.OfficeChanged()
	for _, path := range []string{"/api/me", "/api/prospects", "/api/events"} {
		if got := o.Do("ana", "GET", path, nil); got.Code() != "setup.needed" || got.Status != 409 {
			t.Errorf("%s without an office: %d %s", path, got.Status, got.Body)
		}
	}
	if got := o.Do("", "GET", "/api/setup", nil); !strings.Contains(got.Body, `"state":"new"`) {
		t.Errorf("setup: %s", got.Body)
	}
	o.Setup.Open(office)
	o.API.OfficeChanged()
	o.Do("ana", "GET", "/api/me", nil).OK()
}
