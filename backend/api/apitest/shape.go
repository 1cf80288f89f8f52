package apitest

import (
	"encoding/json"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// shapes are the API's operations, to hold answers against.
type shapes struct {
	mux      *http.ServeMux
	byRoute  map[string]*huma.Operation
	registry huma.Registry
}

func shapesOf(description *huma.OpenAPI) shapes {
	s := shapes{http.NewServeMux(), map[string]*huma.Operation{}, description.Components.Schemas}
	for _, o := range Operations(description) {
		route := o.Method + " " + o.Path
		s.byRoute[route] = o
		s.mux.HandleFunc(route, func(http.ResponseWriter, *http.Request) {})
	}
	return s
}

// answered are the operations that have given a good answer to any test of this process.
var answered sync.Map

// Unanswered lists the operations of a description that no test has had a good answer from.
func Unanswered(description *huma.OpenAPI) []string {
	var left []string
	for _, o := range Operations(description) {
		if _, ok := answered.Load(o.OperationID); !ok {
			left = append(left, o.OperationID)
		}
	}
	slices.Sort(left)
	return left
}

// Operations lists every operation of a description.
func Operations(description *huma.OpenAPI) []*huma.Operation {
	var all []*huma.Operation
	for _, p := range description.Paths {
		for _, o := range []*huma.Operation{p.Get, p.Post, p.Put, p.Patch, p.Delete} {
			if o != nil {
				all = append(all, o)
			}
		}
	}
	return all
}

// check fails the test when an answer is not what the description says of its status: another kind of content, a field that
// is missing, of another type, outside its words, or that nobody has described.
func (s shapes) check(t testing.TB, method, path string, r Response) {
	t.Helper()
	_, route := s.mux.Handler(&http.Request{Method: method, URL: mustURL(path)})
	operation, known := s.byRoute[route]
	if !known {
		return
	}
	if r.Status == http.StatusOK {
		answered.Store(operation.OperationID, true)
	}
	described := operation.Responses[strconv.Itoa(r.Status)]
	if described == nil {
		described = operation.Responses["default"]
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	content := described.Content[kind]
	if err != nil || content == nil {
		t.Errorf("%s: content of type %q with status %d is not described", route, kind, r.Status)
		return
	}
	if kind != "application/json" && kind != "application/problem+json" {
		return
	}
	var value any
	if err := json.Unmarshal([]byte(r.Body), &value); err != nil {
		t.Errorf("%s: %v in %s", route, err, r.Body)
		return
	}
	var result huma.ValidateResult
	huma.Validate(s.registry, content.Schema, huma.NewPathBuffer([]byte{}, 0), huma.ModeReadFromServer, value, &result)
	for _, err := range result.Errors {
		t.Errorf("%s: the answer is not what is described: %v", route, err)
	}
}
