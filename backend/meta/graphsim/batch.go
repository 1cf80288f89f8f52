package graphsim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"sitegroup.mx/crm/backend/meta"
)

// maxBatch is how many calls a batch holds (Meta, Batch requests).
const maxBatch = 50

func isBatch(q *request) bool {
	path := strings.Join(q.path, "/")
	return q.method == http.MethodPost && (path == "" || path == "me") && q.params.Has("batch")
}

// batch answers a list of calls one by one. Items without an answer are null; failing items do not hurt the others.
func (s *Sim) batch(q *request) reply {
	a := reply{edge: "batch", version: q.version}
	var calls []struct {
		Method string `json:"method"`
		URL    string `json:"relative_url"`
		Body   string `json:"body"`
	}
	err := json.Unmarshal([]byte(q.params.Get("batch")), &calls)
	s.mu.Lock()
	f := s.fault(route{edge: "batch"}, q)
	caller, refusal := s.authenticate(q, route{edge: "batch"})
	switch {
	case f != nil:
		edge, version := a.edge, a.version
		a = f.reply(s.trace())
		a.edge, a.version = edge, version
	case refusal != nil:
		a = s.refuse(a, refusal)
	case err != nil || len(calls) == 0:
		a = s.refuse(a, invalidParameter("param batch must be an array."))
	case len(calls) > maxBatch:
		a = s.refuse(a, &apiError{
			status: http.StatusBadRequest, typ: graphException, code: 100,
			message: "Too many requests in batch message. Maximum batch size is 50",
		})
	default:
		a.status = http.StatusOK
	}
	s.record(s.describe(q, a))
	s.mu.Unlock()
	if a.status != http.StatusOK || f != nil {
		return a
	}
	items := make([]any, 0, len(calls))
	for _, c := range calls {
		items = append(items, s.batchItem(q, meta.Token(caller.params.Get("access_token")), c.Method, c.URL, c.Body))
	}
	a.body = items
	return a
}

func (s *Sim) batchItem(outer *request, token meta.Token, method, address, body string) any {
	u, err := url.Parse("/" + strings.TrimPrefix(address, "/"))
	if err != nil {
		return object{{"code", 400}, {"body", string(encode(invalidParameter("Invalid relative_url").object("ASimTrace"), false))}}
	}
	params := u.Query()
	if more, err := url.ParseQuery(body); err == nil {
		for name, values := range more {
			params[name] = append(params[name], values...)
		}
	}
	inner := &request{method: method, version: outer.version, params: params, bearer: outer.bearer, base: outer.base}
	if inner.params.Get("access_token") != "" {
		inner.bearer = ""
	} else if inner.bearer == "" {
		inner.params.Set("access_token", string(token))
	}
	inner.raw = inner.params.Encode()
	inner.setPath(u.Path)
	a := s.handle(inner)
	if a.hang || a.cut || a.half {
		return nil
	}
	text := a.raw
	if text == nil {
		text = encode(a.body, false)
	}
	out := object{{"code", a.status}}
	if outer.params.Get("include_headers") != "false" {
		headers := []object{}
		for name := range a.header {
			headers = append(headers, object{{"name", name}, {"value", a.header.Get(name)}})
		}
		out = append(out, pair{"headers", headers})
	}
	return append(out, pair{"body", string(text)})
}
