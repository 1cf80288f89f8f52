package graphsim

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sitegroup.mx/crm/backend/meta"
)

// maxRequest is the largest request body read, in bytes.
const maxRequest = 4 << 20

// The versions that are served. A call without one gets the oldest, as at Meta (Graph API changelog).
const (
	oldestVersion, newestVersion = "v21.0", "v26.0"
	oldestMajor, newestMajor     = 21, 26
)

var versionText = regexp.MustCompile(`^v([0-9]{1,3})\.[0-9]$`)

// request is one call of the API, on its own or inside a batch.
type request struct {
	method  string
	version string
	path    []string
	params  url.Values // query and body together
	bearer  meta.Token
	raw     string // parameters as sent, for matching faults
	base    string // where the API is, for "next"
}

// reply is what a call answers. A nil body with hang or cut set answers nothing at all.
type reply struct {
	status  int
	body    any
	raw     []byte // instead of body
	kind    string // content type; JSON when empty
	header  http.Header
	version string
	hang    bool
	cut     bool
	half    bool // the connection ends in the middle of the body
	edge    string
	object  meta.ID
}

// ServeHTTP answers a call of the Graph API, or of the control side.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_control/") {
		s.serveControl(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "unreadable request", http.StatusBadRequest)
		return
	}
	q := &request{method: r.Method, params: r.Form, raw: r.Form.Encode(), base: "http://" + r.Host}
	if text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		q.bearer = meta.Token(text)
	}
	q.setPath(r.URL.Path)
	if q.version == "" {
		q.version = oldestVersion
	}
	a := s.handle(q)
	s.write(w, r, a)
}

func (q *request) setPath(path string) {
	for _, part := range strings.Split(path, "/") {
		if part != "" {
			q.path = append(q.path, part)
		}
	}
	if len(q.path) > 0 && versionText.MatchString(q.path[0]) {
		q.version, q.path = q.path[0], q.path[1:]
	}
}

// handle finds the edge, looks for a fault, and calls it. It holds the lock, except for the verification of a callback.
func (s *Sim) handle(q *request) reply {
	if isBatch(q) {
		return s.batch(q)
	}
	s.mu.Lock()
	rt, refusal := s.route(q)
	a := reply{edge: rt.edge, object: rt.object}
	switch f := s.fault(rt, q); {
	case f != nil:
		a = f.reply(s.trace())
		a.edge, a.object = rt.edge, rt.object
	case refusal != nil:
		a = s.refuse(a, refusal)
	default:
		a = s.serve(q, rt, a)
	}
	a.version = q.version
	s.record(s.describe(q, a))
	s.mu.Unlock()
	return a
}

// serve checks token and budget and calls the edge.
func (s *Sim) serve(q *request, rt route, a reply) reply {
	c, err := s.authenticate(q, rt)
	if err != nil {
		return s.refuse(a, err)
	}
	a.header = http.Header{}
	if err := s.meter(c, rt, a.header); err != nil {
		return s.refuse(a, err)
	}
	body, err := rt.serve(s, c)
	if err != nil {
		return s.refuse(a, err)
	}
	a.status, a.body = http.StatusOK, body
	return a
}

func (s *Sim) refuse(a reply, e *apiError) reply {
	a.status, a.body = e.status, e.object(s.trace())
	if e.code == 190 {
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set("WWW-Authenticate", `OAuth "Facebook Platform" "invalid_token" "`+strings.ReplaceAll(e.message, `"`, "'")+`"`)
	}
	return a
}

func (s *Sim) trace() string {
	s.serial++
	text := strconv.FormatUint(s.serial, 10)
	return "ASimTrace" + strings.Repeat("0", max(0, 14-len(text))) + text
}

func (s *Sim) write(w http.ResponseWriter, r *http.Request, a reply) {
	switch {
	case a.hang:
		s.hang(r.Context())
		cut(w)
		return
	case a.cut:
		cut(w)
		return
	}
	body := a.raw
	if body == nil {
		body = encode(a.body, false)
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	kind := a.kind
	if kind == "" {
		kind = "application/json; charset=UTF-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Date", s.clock.Now().UTC().Format(http.TimeFormat))
	w.Header().Set("Facebook-Api-Version", a.version)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if a.half {
		_, _ = w.Write(body[:len(body)/2])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		cut(w)
		return
	}
	_, _ = w.Write(body)
}

// cut ends the connection without an answer.
func cut(http.ResponseWriter) { panic(http.ErrAbortHandler) }

// describe is the call for Calls.
func (s *Sim) describe(q *request, a reply) Call {
	c := Call{
		Edge: a.edge, Method: q.method, Object: a.object, Status: a.status,
		Proof: q.params.Has("appsecret_proof"), Bearer: q.bearer != "", Query: map[string]string{},
	}
	for name := range q.params {
		switch name {
		case "access_token", "appsecret_proof", "input_token", "fb_exchange_token", "client_secret", "verify_token", "batch":
		default:
			c.Query[name] = q.params.Get(name)
		}
	}
	return c
}

// route is what a path means.
type route struct {
	edge   string
	object meta.ID
	page   *page
	form   *form
	lead   *lead
	app    *App
	// leadCall counts against the lead budget, pageCall against the page's; neither against the app's.
	leadCall, pageCall bool
	// open edges need no token.
	open  bool
	serve func(*Sim, *caller) (any, *apiError)
}

// checkVersion refuses versions that are retired or not yet there.
func checkVersion(version string) *apiError {
	n, _ := strconv.Atoi(versionText.FindStringSubmatch(version)[1])
	switch {
	case n < oldestMajor:
		return retiredVersion(version)
	case n > newestMajor:
		return oauth(http.StatusBadRequest, 2500, 0, "Unknown path components: /"+version)
	}
	return nil
}

// route resolves a path. The route is filled in as far as it is known even when a refusal comes with it.
func (s *Sim) route(q *request) (route, *apiError) {
	if err := checkVersion(q.version); err != nil {
		return route{edge: "version"}, err
	}
	if q.params.Has("ids") {
		return route{edge: "ids"}, idsRemoved()
	}
	switch path := strings.Join(q.path, "/"); path {
	case "":
		return route{edge: "root"}, oauth(http.StatusBadRequest, 2500, 0, "An active access token must be used to query information about the current user.")
	case "debug_token":
		return route{edge: "debug_token", serve: (*Sim).debugToken}, nil
	case "oauth/access_token":
		return route{edge: "oauth", open: true, serve: (*Sim).exchange}, nil
	case "me":
		return route{edge: "me", serve: (*Sim).me}, nil
	case "me/accounts":
		return route{edge: "accounts", serve: (*Sim).accounts}, nil
	}
	id := meta.ID(q.path[0])
	if !id.Valid() {
		return route{edge: "alias"}, noAlias(q.path[0])
	}
	if len(q.path) > 2 {
		return route{edge: "unknown", object: id}, oauth(http.StatusBadRequest, 2500, 0, "Unknown path components: /"+strings.Join(q.path[1:], "/"))
	}
	edge := ""
	if len(q.path) == 2 {
		edge = q.path[1]
	}
	return s.routeObject(q.method, id, edge)
}

func (s *Sim) routeObject(method string, id meta.ID, edge string) (route, *apiError) {
	switch {
	case s.pages[id] != nil:
		return s.routePage(method, s.pages[id], edge)
	case s.forms[id] != nil:
		return s.routeForm(method, s.forms[id], edge)
	case s.apps[id] != nil:
		rt := route{edge: "subscriptions", object: id, app: s.apps[id], serve: (*Sim).appSubscriptions}
		if edge != "subscriptions" {
			return rt, noField(edge, "Application")
		}
		return rt, nil
	case s.leads[id] != nil && edge == "":
		l := s.leads[id]
		return route{edge: "lead", object: id, lead: l, form: l.form, page: s.pages[l.form.Page], leadCall: true, serve: (*Sim).leadNode}, nil
	case edge == "events":
		if _, ok := s.datasets[id]; ok {
			return route{edge: "events", object: id, serve: (*Sim).events}, nil
		}
	case edge == "leads":
		if f, ad := s.adForm(id); f != nil {
			return route{edge: "leads", object: ad, form: f, page: s.pages[f.Page], leadCall: true, serve: (*Sim).adLeads}, nil
		}
	case edge == "accounts":
		return route{edge: "accounts", object: id, serve: (*Sim).accounts}, nil
	}
	name := "lead" // an unknown number is most often a lead that is no more
	if edge != "" {
		name = edge
	}
	return route{edge: name, object: id}, goneObject(method, id)
}

func (s *Sim) routePage(method string, p *page, edge string) (route, *apiError) {
	rt := route{edge: edge, object: p.ID, page: p}
	switch edge {
	case "":
		rt.edge, rt.pageCall, rt.serve = "page", true, (*Sim).pageNode
	case "leadgen_forms":
		rt.leadCall, rt.serve = true, (*Sim).pageForms
	case "subscribed_apps":
		rt.pageCall, rt.serve = true, (*Sim).subscribedApps
	default:
		return rt, noField(edge, "Page")
	}
	if edge == "" && method != http.MethodGet {
		return rt, goneObject(method, p.ID)
	}
	return rt, nil
}

func (s *Sim) routeForm(method string, f *form, edge string) (route, *apiError) {
	rt := route{edge: edge, object: f.ID, form: f, page: s.pages[f.Page], leadCall: true}
	switch edge {
	case "":
		rt.edge, rt.serve = "form", (*Sim).formNode
		if method == http.MethodDelete {
			return rt, goneObject(method, f.ID)
		}
	case "leads":
		rt.serve = (*Sim).formLeads
	case "test_leads":
		rt.serve = (*Sim).testLeads
	default:
		return rt, noField(edge, "LeadGenData")
	}
	return rt, nil
}

// adForm finds the form that an ad id belongs to.
func (s *Sim) adForm(id meta.ID) (*form, meta.ID) {
	for _, formID := range s.formList {
		f := s.forms[formID]
		ad, _, _ := (&lead{form: f}).adIDs()
		if ad == id {
			return f, ad
		}
	}
	return nil, ""
}

// splitFields reads a list of fields, leaving commas inside brackets alone. nil means none was asked for.
func splitFields(text string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) {
			switch text[i] {
			case '(', '{':
				depth++
			case ')', '}':
				depth--
			}
		}
		if i == len(text) || text[i] == ',' && depth == 0 {
			if name := strings.TrimSpace(text[start:i]); name != "" && !slices.Contains(out, name) {
				out = append(out, name)
			}
			start = i + 1
		}
	}
	return out
}
