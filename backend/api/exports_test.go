package api_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sitegroup.mx/crm/backend/api/apitest"
)

// exportColumns are some columns of each list that can be taken away.
var exportColumns = map[string][]string{
	"prospects": {"name", "phone", "email", "stage", "created_at"}, "contacts": {"name", "phone", "seller"}, "activities": {"name", "body", "when"}, "duplicates": {"name", "other_name", "other_phone", "reasons"},
	"bin": {"name", "phone", "seller", "deleted_at", "deleted_by", "purged_at"}, "history": {"at", "user", "field", "to", "prospect"},
}

func exportOf(list, form string, filter object) object {
	columns := []object{}
	for _, key := range exportColumns[list] {
		columns = append(columns, object{"key": key, "title": "T " + key})
	}
	if filter == nil {
		filter = object{}
	}
	return object{"list": list, "form": form, "reason": "para la junta del lunes", "columns": columns, "filter": filter}
}

// take exports a list as somebody and returns the file.
func take(t *testing.T, o *apitest.Office, login string, request object) string {
	t.Helper()
	var job struct {
		ID    string
		Total int
	}
	o.Do(login, "POST", "/api/exports", request).Decode(&job)
	file := o.Do(login, "GET", "/api/exports/"+job.ID+"/file", nil)
	if file.Status != http.StatusOK {
		t.Fatalf("the file: %d %s", file.Status, file.Body)
	}
	return file.Body
}

func allow(t *testing.T, o *apitest.Office, login string) {
	t.Helper()
	if got := o.Do("admin", "PATCH", "/api/users/"+o.Viewer(login).UserID, object{"can_export": true}); got.Status != http.StatusOK {
		t.Fatal(got.Body)
	}
}

func TestExports_NobodyTakesAwayWhatIsNotTheirs(t *testing.T) {
	o := apitest.New(t)
	o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	o.Prospect("beto", "Propio Dos", "55 5123 0202", "propio.dos@example.com")
	for _, list := range []string{"prospects", "contacts", "activities"} {
		if got := o.Do("beto", "POST", "/api/exports", exportOf(list, "csv", nil)); got.Code() != "export.not_allowed" {
			t.Errorf("%s without the right: %d %s", list, got.Status, got.Body)
		}
	}
	allow(t, o, "beto")
	for list := range exportColumns {
		t.Run(list, func(t *testing.T) {
			if list == "history" || list == "bin" {
				if got := o.Do("beto", "POST", "/api/exports", exportOf(list, "csv", nil)); got.Code() != "access.admin_only" {
					t.Fatalf("a seller's %s: %d %s", list, got.Status, got.Body)
				}
				return
			}
			for _, filter := range []object{nil, {"seller": o.Viewer("ana").UserID}, {"q": "marcador"}} {
				if o.Do("beto", "POST", "/api/exports", exportOf(list, "csv", filter)).Code() == "input.invalid" {
					continue // this list is not narrowed so
				}
				file := take(t, o, "beto", exportOf(list, "csv", filter))
				if low := strings.ToLower(file); strings.Contains(low, "marcador") || strings.Contains(low, "0101") {
					t.Errorf("narrowed by %v the file has another's: %s", filter, file)
				}
			}
			if list == "duplicates" {
				return // nobody is one of a pair here; what is, is tested below
			}
			if file := take(t, o, "beto", exportOf(list, "csv", nil)); !strings.Contains(file, "Propio Dos") {
				t.Errorf("their own is missing: %s", file)
			}
			if file := take(t, o, "admin", exportOf(list, "csv", nil)); !strings.Contains(file, "Marcador Uno") || !strings.Contains(file, "Propio Dos") {
				t.Errorf("an administrator's file lacks somebody: %s", file)
			}
		})
	}
	var job struct{ ID string }
	o.Do("admin", "POST", "/api/exports", exportOf("prospects", "csv", nil)).Decode(&job)
	for _, call := range [][2]string{{"GET", ""}, {"GET", "/file"}, {"POST", "/cancel"}} {
		if got := o.Do("beto", call[0], "/api/exports/"+job.ID+call[1], nil); got.Status != http.StatusNotFound {
			t.Errorf("%s of an administrator's export: %d %s", call, got.Status, got.Body)
		}
	}
	o.Do("admin", "PATCH", "/api/users/"+o.Viewer("beto").UserID, object{"can_export": false})
	if got := o.Do("beto", "POST", "/api/exports", exportOf("prospects", "csv", nil)); got.Code() != "export.not_allowed" {
		t.Errorf("after the right was taken back: %d %s", got.Status, got.Body)
	}
}

func TestExports_OfDuplicatesHoldBothOfAPairThatTheirViewerSees(t *testing.T) {
	o := apitest.New(t)
	o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	o.Prospect("ana", "Marcador Uno", "55 5123 0102", "marcador.dos@example.com")
	allow(t, o, "beto")
	if file := take(t, o, "admin", exportOf("duplicates", "csv", nil)); strings.Count(file, "Marcador Uno") != 2 || !strings.Contains(file, "digit") {
		t.Errorf("the pair is missing: %s", file)
	}
	if file := take(t, o, "beto", exportOf("duplicates", "csv", nil)); strings.Contains(file, "Marcador") {
		t.Errorf("a seller's file has another's pair: %s", file)
	}
}

func TestExports_OfTheBinHoldWhatCanBeRestored(t *testing.T) {
	o := apitest.New(t)
	var ids []string
	for i := range 250 { // more than are read at once
		id := o.Prospect("ana", fmt.Sprintf("=Borrada %d", i), fmt.Sprintf("55 5123 %04d", i), fmt.Sprintf("p%d@example.com", i))
		ids = append(ids, id)
		o.Do("admin", "DELETE", "/api/prospects/"+id, nil).OK()
	}
	o.Prospect("ana", "Viva", "55 5124 0101", "v@example.com")
	o.Do("admin", "POST", "/api/bin/"+ids[0]+"/restore", nil).OK()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(take(t, o, "admin", exportOf("bin", "csv", nil)), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 250 {
		t.Fatalf("%d rows, want the heading and 249", len(rows))
	}
	if last := rows[1]; last[0] != "'=Borrada 249" || last[1] != "55 5123 0249" || last[2] != "Vendedor ana" || last[3] == "" || last[4] == "" || last[5] <= last[3] {
		t.Errorf("the latest is %q", last)
	}
	got := o.Do("admin", "GET", "/api/history?what=export", nil)
	for _, want := range []string{`"bin"`, `"para la junta del lunes"`} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the note lacks %s: %s", want, got.Body)
		}
	}
}

func TestExports_LeaveOutWhoAskedNotToBeContacted(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	o.Prospect("ana", "Propio Dos", "55 5123 0202", "propio.dos@example.com")
	var words struct {
		Reasons []struct {
			ID         string
			Opposition bool
		}
	}
	o.Do("ana", "GET", "/api/vocabulary", nil).Decode(&words)
	at := slices.IndexFunc(words.Reasons, func(r struct {
		ID         string
		Opposition bool
	},
	) bool {
		return r.Opposition
	})
	if got := o.Do("ana", "PATCH", "/api/prospects/"+id, object{"status": "discarded", "reason_id": words.Reasons[at].ID}); got.Status != http.StatusOK {
		t.Fatal(got.Body)
	}
	for _, list := range []string{"prospects", "contacts", "activities", "duplicates"} {
		file := take(t, o, "admin", exportOf(list, "csv", nil))
		if strings.Contains(file, "Marcador") || list != "duplicates" && !strings.Contains(file, "Propio Dos") {
			t.Errorf("%s: %s", list, file)
		}
	}
	o.Do("admin", "DELETE", "/api/prospects/"+id, nil).OK()
	if file := take(t, o, "admin", exportOf("bin", "csv", nil)); strings.Contains(file, "Marcador") {
		t.Errorf("bin: %s", file)
	}
}

func TestExports_AreNotedWithoutNames(t *testing.T) {
	o := apitest.New(t)
	o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	allow(t, o, "ana")
	take(t, o, "ana", exportOf("prospects", "xlsx", object{"q": "marcador", "open": "true"}))
	got := o.Do("admin", "GET", "/api/history?what=export", nil)
	for _, want := range []string{`"entity":"export"`, `"Vendedor ana"`, `"para la junta del lunes"`, `\"open\":\"true\"`, `\"q\":\"*\"`, `"done"`} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the note lacks %s: %s", want, got.Body)
		}
	}
	if strings.Contains(strings.ToLower(got.Body), "marcador") {
		t.Errorf("the note tells whom they searched for: %s", got.Body)
	}
}

func TestExports_RefuseWhatMakesNoSense(t *testing.T) {
	o := apitest.New(t)
	for name, c := range map[string]struct {
		change object
		code   string
		field  string
	}{
		"no reason":         {object{"reason": "  "}, "input.required", "reason"},
		"hardly a reason":   {object{"reason": "ya"}, "input.too_short", "reason"},
		"a long reason":     {object{"reason": strings.Repeat("x", 501)}, "input.too_long", "reason"},
		"no such column":    {object{"columns": []object{{"key": "secret", "title": "x"}}}, "input.invalid", "columns"},
		"no such status":    {object{"filter": object{"status": "x"}}, "input.invalid", "status"},
		"no such filter":    {object{"filter": object{"sttus": "new"}}, "input.invalid", "filter"},
		"no such list":      {object{"list": "users"}, "input.invalid", "list"},
		"no such form":      {object{"form": "pdf"}, "input.invalid", "form"},
		"no such separator": {object{"separator": "|"}, "input.invalid", "separator"},
	} {
		request := exportOf("prospects", "csv", nil)
		for k, v := range c.change {
			request[k] = v
		}
		got := o.Do("admin", "POST", "/api/exports", request)
		if got.Status != http.StatusUnprocessableEntity || got.Code() != c.code || !strings.Contains(got.Body, `"field":"`+c.field+`"`) {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

// A file holds what the list on the screen does, however a number of the dashboard has narrowed it.
func TestExports_AreNarrowedAsTheListIs(t *testing.T) {
	o := apitest.New(t)
	tried := o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	o.Do("ana", "POST", "/api/prospects/"+tried+"/activities", object{"kind": "call", "result": "no_answer"}).OK()
	lost := o.Prospect("ana", "Marcador Dos", "55 5123 0202", "marcador.dos@example.com")
	var words struct{ Reasons []struct{ ID string } }
	o.Do("ana", "GET", "/api/vocabulary", nil).Decode(&words)
	o.Do("ana", "PATCH", "/api/prospects/"+lost, object{"status": "discarded", "reason_id": words.Reasons[0].ID}).OK()
	o.Prospect("beto", "Marcador Tres", "55 5123 0303", "marcador.tres@example.com")
	for _, filter := range []map[string]string{
		{"attended": "true"},
		{"attended_from": "-0d", "open": "all"},
		{"attended_from": "-0d", "attended_to": "-1d", "open": "all"},
		{"ended_from": "-0d", "status": "discarded"},
		{"ended_to": "-1d", "open": "all"},
		{"answered": "5"},
		{"answered": "older", "clock": "receipt"},
		{"age": "5"},
		{"age": "older"},
		{"seller": o.Viewer("beto").UserID},
		{"q": "dos", "open": "all"},
		{"unattended": "true"},
		{},
	} {
		query := url.Values{}
		for name, value := range filter {
			query.Set(name, value)
		}
		var list struct{ Items []struct{ Name string } }
		o.Do("admin", "GET", "/api/prospects?"+query.Encode(), nil).Decode(&list)
		request := exportOf("prospects", "csv", nil)
		request["filter"] = filter
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(take(t, o, "admin", request), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want, got := []string{}, []string{}
		for _, i := range list.Items {
			want = append(want, i.Name)
		}
		for _, row := range rows[1:] {
			got = append(got, row[0])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-list +file):\n%s", filter, diff)
		}
	}
}

func TestExports_TheFileIsTakenOnce(t *testing.T) {
	o := apitest.New(t)
	o.Prospect("ana", "Núñez; García", "55 5123 0101", "n@example.com")
	var job struct{ ID, State string }
	request := exportOf("prospects", "csv", nil)
	request["separator"] = ";"
	o.Do("admin", "POST", "/api/exports", request).Decode(&job)
	file := o.Do("admin", "GET", "/api/exports/"+job.ID+"/file", nil).Body
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff")))
	r.Comma = ';'
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Núñez; García", "55 5123 0101", "n@example.com"}, records[1][:3]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := o.Do("admin", "GET", "/api/exports/"+job.ID+"/file", nil); got.Code() != "export.state" {
		t.Errorf("taken twice: %d %s", got.Status, got.Body)
	}
	if o.Do("admin", "GET", "/api/exports/"+job.ID, nil).Decode(&job); job.State != "done" {
		t.Errorf("it is %s", job.State)
	}
}

// ended waits until an export is over.
func ended(t *testing.T, o *apitest.Office, id string) (job struct {
	ID, State, Problem string
	Rows               int
},
) {
	t.Helper()
	for range 500 {
		if o.Do("admin", "GET", "/api/exports/"+id, nil).Decode(&job); !slices.Contains([]string{"waiting", "choosing", "running"}, job.State) {
			return job
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the export does not end: %+v", job)
	return job
}

func TestExports_InTheWindowAreWrittenWhereThePersonSays(t *testing.T) {
	window := apitest.NewWindow()
	window.Folder = t.TempDir()
	o := apitest.New(t, apitest.WithWindow(window))
	for i := range 250 {
		o.Prospect("ana", fmt.Sprintf("Persona %d", i), fmt.Sprintf("55 5123 %04d", i), fmt.Sprintf("p%d@example.com", i))
	}
	begin := func() string {
		var job struct {
			ID    string
			Total int
		}
		o.Do("admin", "POST", "/api/exports", exportOf("prospects", "xlsx", nil)).Decode(&job)
		if job.Total != 250 {
			t.Fatalf("%d rows are expected, want 250", job.Total)
		}
		return job.ID
	}
	save := func(id, name string) { o.Do("admin", "POST", "/api/exports/"+id+"/save", object{"name": name}) }
	files := func() (names []string) {
		entries, err := os.ReadDir(window.Folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}

	id := begin()
	save(id, "prospectos.xlsx")
	if job := ended(t, o, id); job.State != "done" || job.Rows != 250 {
		t.Fatalf("%+v", job)
	}
	book, err := excelize.OpenFile(filepath.Join(window.Folder, "prospectos.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // it was only read
	if rows, err := book.GetRows(book.GetSheetName(0)); err != nil || len(rows) != 251 {
		t.Errorf("%d rows, %v", len(rows), err)
	}

	id = begin()
	save(id, "no/existe/../../../../../otra.xlsx")
	if job := ended(t, o, id); job.State != "done" || !slices.Contains(files(), "otra.xlsx") {
		t.Errorf("a name with a path: %+v, %v", job, files())
	}
	before := files()

	window.Folder = filepath.Join(window.Folder, "falta")
	id = begin()
	save(id, "x.xlsx")
	if job := ended(t, o, id); job.State != "failed" || job.Problem != "export.folder" {
		t.Errorf("a folder that is not there: %+v", job)
	}
	window.Folder = filepath.Dir(window.Folder)

	window.Refuse = true
	id = begin()
	save(id, "x.xlsx")
	if job := ended(t, o, id); job.State != "cancelled" {
		t.Errorf("a change of mind: %+v", job)
	}
	id = begin()
	o.Do("admin", "POST", "/api/exports/"+id+"/cancel", nil)
	if job := ended(t, o, id); job.State != "cancelled" {
		t.Errorf("cancelled before it began: %+v", job)
	}
	if diff := cmp.Diff(before, files()); diff != "" {
		t.Errorf("files were left (-before +after):\n%s", diff)
	}
}

func TestExports_BreakOffRatherThanEndEarly(t *testing.T) {
	o := apitest.New(t)
	for i := range 30 {
		o.Prospect("ana", fmt.Sprintf("Persona %d", i), fmt.Sprintf("55 5123 %04d", i), fmt.Sprintf("p%d@example.com", i))
	}
	var job struct{ ID, State string }
	o.Do("admin", "POST", "/api/exports", exportOf("prospects", "csv", nil)).Decode(&job)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/api/exports/"+job.ID+"/file", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.Token("admin"))
	aborted := func() (reason any) {
		defer func() { reason = recover() }()
		o.API.ServeHTTP(&full{header: http.Header{}}, r)
		return nil
	}()
	if err, _ := aborted.(error); !errors.Is(err, http.ErrAbortHandler) {
		t.Fatalf("the answer ended with %v", aborted)
	}
	if job := ended(t, o, job.ID); job.State != "failed" {
		t.Errorf("it is %+v", job)
	}
}

// full is a reader that takes some bytes and no more.
type full struct {
	header http.Header
	taken  int
}

func (w *full) Header() http.Header { return w.header }

func (w *full) WriteHeader(int) {}

func (w *full) Write(b []byte) (int, error) {
	if w.taken += len(b); w.taken > 100 {
		return 0, errors.New("no more")
	}
	return len(b), nil
}
