package apitest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Response is an answer.
type Response struct {
	Status int
	Header http.Header
	Body   string

	t    testing.TB
	call string
}

// Do calls the API as a user, or as nobody when login is "". A body that is neither nil, text nor bytes goes as JSON. An answer
// that has not the shape of the API's description fails the test.
func (o *Office) Do(login, method, path string, body any) Response {
	o.t.Helper()
	var content []byte
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	case []byte:
		content, kind = b, "application/octet-stream"
	default:
		var err error
		content, err = json.Marshal(b)
		o.must(err)
	}
	r := httptest.NewRequestWithContext(o.t.Context(), method, path, bytes.NewReader(content))
	if content != nil {
		r.Header.Set("Content-Type", kind)
	}
	if login != "" {
		r.Header.Set("Authorization", "Bearer "+o.tokens[login])
	}
	w := httptest.NewRecorder()
	o.API.ServeHTTP(w, r)
	answer := Response{Status: w.Code, Header: w.Header(), Body: w.Body.String(), t: o.t, call: method + " " + path + " as " + login}
	o.shapes.check(o.t, method, r.URL.Path, answer)
	return answer
}

// Code is the code of a problem, "" when the answer is none.
func (r Response) Code() string {
	var p struct {
		Code string `json:"code"`
	}
	if r.Status < 400 || json.Unmarshal([]byte(r.Body), &p) != nil {
		return ""
	}
	return p.Code
}

// OK ends the test unless the answer is a good one.
func (r Response) OK() {
	r.t.Helper()
	if r.Status != http.StatusOK {
		r.t.Fatalf("%s: %d %s", r.call, r.Status, r.Body)
	}
}

// Decode reads a good answer into v.
func (r Response) Decode(v any) {
	r.t.Helper()
	r.OK()
	if err := json.Unmarshal([]byte(r.Body), v); err != nil {
		r.t.Fatalf("%s: %v in %s", r.call, err, r.Body)
	}
}
