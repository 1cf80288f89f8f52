package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/api/apitest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

func TestProblems(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect("ana", "Rosa Prueba", "55 5123 0102", "rosa@example.com")
	tests := []struct {
		name, as, method, path string
		body                   any
		status                 int
		code, field            string
	}{
		{"no such route", "admin", "GET", "/api/nada", nil, 404, "route.not_found", ""},
		{"another method", "admin", "DELETE", "/api/prospects", nil, 404, "route.not_found", ""},
		{"not UTF-8", "admin", "POST", "/api/prospects", "{\"name\":\"\xff\xfe\",\"phones\":[\"5551230109\"],\"emails\":[]}", 422, "input.invalid", ""},
		{"not JSON", "admin", "POST", "/api/prospects", "{", 422, "input.invalid", ""},
		{"another kind of content", "admin", "POST", "/api/prospects", []byte("{}"), 422, "input.invalid", ""},
		{"no body", "admin", "POST", "/api/prospects", nil, 422, "input.invalid", ""},
		{"a field nobody knows", "admin", "PATCH", "/api/prospects/" + id, `{"owner":"x"}`, 422, "input.invalid", "owner"},
		{"a field is missing", "", "POST", "/api/session", `{"login":"ana"}`, 422, "input.required", "password"},
		{"a field inside is missing", "", "POST", "/api/setup", `{"office_name":"x","timezone":"x","language":"en","admin":{"name":"x","login":"x"}}`, 422, "input.required", "admin.password"},
		{"too long", "admin", "POST", "/api/users", `{"login":"` + strings.Repeat("x", 65) + `","name":"x","role":"seller","password":"xxxxxxxxxxxx"}`, 422, "input.too_long", "login"},
		{"an item of a list", "admin", "POST", "/api/prospects", `{"name":"x","emails":[],"phones":["5",5]}`, 422, "input.invalid", "phones"},
		{"a word outside its set", "admin", "GET", "/api/prospects?sort=color", nil, 422, "input.invalid", "sort"},
		{"no number", "admin", "GET", "/api/prospects?limit=x", nil, 422, "input.invalid", "limit"},
		{"a cursor that is none", "admin", "GET", "/api/prospects?cursor=x", nil, 422, "input.invalid", "cursor"},
		{"a number for a text", "admin", "POST", "/api/session", `{"login":1,"password":"x"}`, 422, "input.invalid", "login"},
		{"too large", "admin", "POST", "/api/prospects", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "input.too_large", ""},
		{"missing row", "admin", "GET", "/api/prospects/nada", nil, 404, "prospect.not_found", ""},
		{"foreign row is a missing row", "beto", "GET", "/api/prospects/" + id, nil, 404, "prospect.not_found", ""},
		{"hand over as a seller", "ana", "PATCH", "/api/prospects/" + id, map[string]any{"owner_id": ""}, 403, "access.admin_only", ""},
		{"undo of nothing", "ana", "POST", "/api/undo", map[string]any{"tx_id": "00000000-0000-7000-8000-000000000000"}, 409, "undo.nothing", ""},
		{"undo of no id", "ana", "POST", "/api/undo", map[string]any{"tx_id": "x"}, 409, "undo.nothing", ""},
		{"setup again", "", "POST", "/api/setup/demo", nil, 409, "setup.done", ""},
		{"no window in a browser", "ana", "PUT", "/api/window/session", nil, 404, "window.missing", ""},
		{"wrong password", "", "POST", "/api/session", map[string]any{"login": "ana", "password": "no es la suya"}, 401, "account.bad_credentials", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := o.Do(tt.as, tt.method, tt.path, tt.body)
			if got.Status != tt.status || got.Code() != tt.code {
				t.Errorf("%d %s, want %d %s\n%.300s", got.Status, got.Code(), tt.status, tt.code, got.Body)
			}
			if named := `"field":"` + tt.field + `"`; strings.Contains(got.Body, `"field"`) != (tt.field != "") || tt.field != "" && !strings.Contains(got.Body, named) {
				t.Errorf("field is not %q: %s", tt.field, got.Body)
			}
			if kind, cache := got.Header.Get("Content-Type"), got.Header.Get("Cache-Control"); kind != "application/problem+json" || cache != "no-store" {
				t.Errorf("content type %q, cache %q", kind, cache)
			}
		})
	}
}

// planted must not be in any answer, whatever goes wrong.
const planted = "EAAGplantedSecret55512345"

func TestInternalErrors_TellNothing(t *testing.T) {
	tests := []struct {
		name    string
		failure any
		status  int
		code    string
	}{
		{"an error", fmt.Errorf("read %s: %w", planted, errors.New(planted)), 500, fault.CodeInternal},
		{"an error with a code", fault.Wrap(errors.New(planted), "secret.keyring_unavailable"), 503, "secret.keyring_unavailable"},
		{"a code that nobody has thought of", &fault.Error{Code: "strange.thing", Err: errors.New(planted)}, 500, "strange.thing"},
		{"a panic", planted, 500, fault.CodeInternal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := apitest.New(t)
			o.Setup.FailWith(tt.failure)
			got := o.Do("", "GET", "/api/setup", nil)
			if got.Status != tt.status || got.Code() != tt.code {
				t.Errorf("%d %s, want %d %s", got.Status, got.Code(), tt.status, tt.code)
			}
			if strings.Contains(got.Body, planted) {
				t.Errorf("the answer tells what went wrong: %s", got.Body)
			}
			if !strings.Contains(o.Log.String(), planted) {
				t.Errorf("the log does not tell what went wrong: %v", o.Log)
			}
			trace := regexp.MustCompile(`"trace":"([0-9a-f]{8})"`).FindStringSubmatch(got.Body)
			if (trace != nil) != (tt.code == fault.CodeInternal) {
				t.Fatalf("trace %v in %s", trace, got.Body)
			}
			if trace != nil && strings.Count(o.Log.String(), "trace="+trace[1]) != 1 {
				t.Errorf("the log has no line for trace %s, or several: %v", trace[1], o.Log)
			}
		})
	}
}

func TestBadInput_IsNotEchoed(t *testing.T) {
	o := apitest.New(t)
	for _, call := range []struct{ method, path, body string }{
		{"POST", "/api/session", `{"login":"ana","password":"` + planted + `","more":"` + planted + `"}`},
		{"POST", "/api/session", `{"login":"ana","password":["` + planted + `"]}`},
		{"POST", "/api/session", `{"password":"` + planted},
		{"GET", "/api/prospects?sort=" + planted, ""},
		{"GET", "/api/prospects?limit=" + planted, ""},
		{"GET", "/api/prospects?cursor=" + planted, ""},
		{"GET", "/api/" + planted, ""},
		{"POST", "/api/session", `{"login":"ana","password":"` + planted + `"}`},
	} {
		var body any
		if call.body != "" {
			body = call.body
		}
		got := o.Do("admin", call.method, call.path, body)
		if got.Status < 400 || strings.Contains(got.Body, planted) {
			t.Errorf("%s %s: %d %s", call.method, call.path, got.Status, got.Body)
		}
	}
	if log := strings.ReplaceAll(o.Log.String(), "path=/api/"+planted, ""); strings.Contains(log, planted) {
		t.Errorf("the log has it: %s", log)
	}
	if strings.Contains(o.Log.String(), o.Token("admin")) {
		t.Error("the log has a session's token")
	}
}

func TestClosedOffice_IsBusy(t *testing.T) {
	o := apitest.New(t)
	if err := o.Store.Close(); err != nil {
		t.Fatal(err)
	}
	got := o.Do("admin", "GET", "/api/prospects", nil)
	if got.Status < 500 || strings.Contains(got.Body, "sql") || strings.Contains(got.Body, "closed") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// TestEveryCode_HasAStatus looks for codes in the sources: none may end as 500 for want of a thought.
func TestEveryCode_HasAStatus(t *testing.T) {
	codes := map[string]bool{}
	for _, code := range meta.Advices() {
		codes[code] = true
	}
	written := regexp.MustCompile(`(?:fault\.New\(|fault\.Invalid\([^,]+, |fault\.Wrap\(.*, |Code\w*\s+= |Code: |notFound: |orNotFound\(.*, )"([a-z_]+\.[a-z0-9_]+)"`)
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "graphsim") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range written.FindAllStringSubmatch(string(text), -1) {
			codes[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) < 50 {
		t.Fatalf("only %d codes were found: %v", len(codes), codes)
	}
	for code := range codes {
		if status := api.StatusOf(code); status == http.StatusInternalServerError {
			t.Errorf("%s has no status", code)
		}
	}
}
