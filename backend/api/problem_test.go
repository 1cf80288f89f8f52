package api_test

import (
	"net/http"
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

func TestProblems(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect(t, "ana", "Rosa Prueba", "55 5123 0102", "rosa@example.com")
	tests := []struct {
		name, as, method, path string
		body                   any
		status                 int
		code, field            string
	}{
		{"no such route", "admin", http.MethodGet, "/api/nada", nil, 404, "route.not_found", ""},
		{"not JSON", "admin", http.MethodPost, "/api/prospects", "{", 422, "input.invalid", ""},
		{"a field nobody knows", "admin", http.MethodPatch, "/api/prospects/" + id, `{"owner":"x"}`, 422, "input.invalid", "owner"},
		{"a word outside its set", "admin", http.MethodGet, "/api/prospects?sort=color", nil, 422, "input.invalid", "sort"},
		{"a number for a text", "admin", http.MethodPost, "/api/session", `{"login":1,"password":"x"}`, 422, "input.invalid", "login"},
		{"too large", "admin", http.MethodPost, "/api/prospects", `{"name":"` + strings.Repeat("x", 2<<20) + `"}`, 413, "input.too_large", ""},
		{"missing row", "admin", http.MethodGet, "/api/prospects/nada", nil, 404, "prospect.not_found", ""},
		{"foreign row is a missing row", "beto", http.MethodGet, "/api/prospects/" + id, nil, 404, "prospect.not_found", ""},
		{"hand over as a seller", "ana", http.MethodPatch, "/api/prospects/" + id, map[string]any{"owner_id": ""}, 403, "access.admin_only", ""},
		{"undo of nothing", "ana", http.MethodPost, "/api/undo", map[string]any{"tx_id": "00000000-0000-7000-8000-000000000000"}, 409, "undo.nothing", ""},
		{"undo of no id", "ana", http.MethodPost, "/api/undo", map[string]any{"tx_id": "x"}, 409, "undo.nothing", ""},
		{"setup again", "", http.MethodPost, "/api/setup/demo", nil, 409, "setup.done", ""},
		{"no window in a browser", "ana", http.MethodPut, "/api/window/session", nil, 409, "window.missing", ""},
		{"wrong password", "", http.MethodPost, "/api/session", map[string]any{"login": "ana", "password": "no es la suya"}, 401, "account.bad_credentials", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := o.Do(t, tt.as, tt.method, tt.path, tt.body)
			if got.Status != tt.status || got.Code() != tt.code {
				t.Errorf("%d %s, want %d %s\n%.300s", got.Status, got.Code(), tt.status, tt.code, got.Body)
			}
			if tt.field != "" && !strings.Contains(got.Body, `"field":"`+tt.field+`"`) {
				t.Errorf("field %s is not named: %s", tt.field, got.Body)
			}
			if kind := got.Header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("content type %q", kind)
			}
		})
	}
}

// TestInternalErrors_TellNothing closes the database under the API: the text of what went wrong must not get out.
func TestInternalErrors_TellNothing(t *testing.T) {
	o := apitest.New(t)
	token := o.Token("admin")
	if err := o.Store.Close(); err != nil {
		t.Fatal(err)
	}
	got := o.Do(t, "admin", http.MethodGet, "/api/prospects", nil)
	if got.Status < 400 {
		t.Fatalf("answered %d from a closed database", got.Status)
	}
	for _, inside := range []string{"sql", "closed", "SELECT", token} {
		if strings.Contains(got.Body, inside) {
			t.Errorf("the answer tells %q: %s", inside, got.Body)
		}
	}
	if strings.Contains(o.Log.String(), token) {
		t.Error("the log holds a session's token")
	}
}
