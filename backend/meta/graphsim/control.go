package graphsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// controlAction is one operation of the control side: it gets the request's body and returns the answer.
type controlAction func(s *Sim, r *http.Request, body []byte) (any, error)

// controls are the operations, by method and path below /_control/. Bodies and answers are JSON, but for the export.
var controls = map[string]controlAction{
	"GET state":        controlState,
	"GET calls":        func(s *Sim, _ *http.Request, _ []byte) (any, error) { return s.Calls(), nil },
	"GET deliveries":   func(s *Sim, _ *http.Request, _ []byte) (any, error) { return s.Deliveries(), nil },
	"GET presets":      func(*Sim, *http.Request, []byte) (any, error) { return Presets(), nil },
	"POST apps":        controlApp,
	"POST mode":        controlMode,
	"POST pages":       controlPage,
	"POST subscribe":   controlSubscribe,
	"POST lead-access": controlLeadAccess,
	"POST forms":       controlForm,
	"POST forms/copy":  controlCopy,
	"POST tokens":      controlToken,
	"POST tokens/kill": controlKill,
	"POST leads":       controlLeads,
	"POST faults":      controlFault,
	"DELETE faults":    func(s *Sim, _ *http.Request, _ []byte) (any, error) { s.ClearFaults(); return done, nil },
	"POST budget":      controlBudget,
	"POST limits":      controlLimits,
	"POST webhooks":    controlWebhooks,
	"POST deliver":     func(s *Sim, r *http.Request, _ []byte) (any, error) { return count{s.Deliver(r.Context())}, nil },
	"POST demo":        func(s *Sim, _ *http.Request, _ []byte) (any, error) { return s.SeedDemo().wire(), nil },
	"POST demo/lead":   controlDemoLead,
}

type count struct {
	Count int `json:"count"`
}

var done = map[string]bool{"ok": true}

// serveControl answers this machine only, and only requests that a foreign page in a browser cannot make: bodies must be
// JSON, and Origin, when there is one, must be of this machine too.
func (s *Sim) serveControl(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path[len("/_control/"):]
	action := controls[r.Method+" "+path]
	export := r.Method == http.MethodGet && path == "export"
	switch {
	case !s.control || action == nil && !export:
		http.NotFound(w, r)
		return
	case !isLocal(r):
		http.Error(w, "only from this machine", http.StatusForbidden)
		return
	case export:
		s.serveExport(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
		return
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); len(body) > 0 && kind != "application/json" {
		http.Error(w, "JSON only", http.StatusUnsupportedMediaType)
		return
	}
	answer, err := action(s, r, body)
	status := http.StatusOK
	if err != nil {
		status, answer = http.StatusBadRequest, map[string]any{"error": err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the caller has gone away if this fails
}

func isLocal(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	if err != nil || ip == nil || !ip.IsLoopback() || r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return false
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	ip = net.ParseIP(name) // a name that resolves here could belong to anyone
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Sim) serveExport(w http.ResponseWriter, r *http.Request) {
	encoding := Encoding(r.URL.Query().Get("encoding"))
	if encoding == "" {
		encoding = UTF16
	}
	file, err := s.Export(meta.ID(r.URL.Query().Get("form")), encoding)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/csv")
	w.Header().Set("Content-Disposition", `attachment; filename="leads.csv"`)
	_, _ = w.Write(file)
}

// decode reads a body strictly, so that a misspelt option is not taken for a default.
func decode(body []byte, v any) error {
	if len(body) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fault.Wrap(err, "graphsim.bad_request")
	}
	return nil
}

func controlApp(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		ID            meta.ID `json:"id"`
		Name          string  `json:"name"`
		Secret        string  `json:"secret"`
		Development   bool    `json:"development"`
		ProofRequired bool    `json:"proof_required"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	a := s.AddApp(App{
		ID: in.ID, Name: in.Name, Secret: meta.Secret(in.Secret), Live: !in.Development, ProofRequired: in.ProofRequired,
	})
	return map[string]any{"id": a.ID, "secret": string(a.Secret)}, nil
}

func controlMode(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		App           meta.ID `json:"app"`
		Live          *bool   `json:"live"`
		ProofRequired *bool   `json:"proof_required"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var errs []error
	if in.Live != nil {
		errs = append(errs, s.SetLive(in.App, *in.Live))
	}
	if in.ProofRequired != nil {
		errs = append(errs, s.SetProofRequired(in.App, *in.ProofRequired))
	}
	return done, errors.Join(errs...)
}

func controlPage(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		ID           meta.ID  `json:"id"`
		Name         string   `json:"name"`
		Tasks        []string `json:"tasks"`
		Unlisted     bool     `json:"unlisted"`
		TermsRefused bool     `json:"terms_refused"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	p := s.AddPage(Page(in))
	return map[string]any{"id": p.ID}, nil
}

func controlSubscribe(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		App      meta.ID `json:"app"`
		Page     meta.ID `json:"page"`
		Callback string  `json:"callback"`
		Off      bool    `json:"off"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var errs []error
	if in.Callback != "" {
		errs = append(errs, s.SubscribeApp(in.App, in.Callback))
	}
	if in.Page != "" {
		errs = append(errs, s.SubscribePage(in.Page, in.App, !in.Off))
	}
	return done, errors.Join(errs...)
}

func controlLeadAccess(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		App     meta.ID `json:"app"`
		Page    meta.ID `json:"page"`
		Allowed bool    `json:"allowed"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	return done, s.SetLeadAccess(in.Page, in.App, in.Allowed)
}

func controlForm(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in Form
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	return s.AddForm(in)
}

func controlCopy(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		Form meta.ID `json:"form"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	return s.CopyForm(in.Form)
}

func controlToken(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		Kind    meta.TokenKind `json:"kind"`
		App     meta.ID        `json:"app"`
		Page    meta.ID        `json:"page"`
		User    meta.ID        `json:"user"`
		Scopes  []string       `json:"scopes"`
		Targets []meta.ID      `json:"targets"`
		Seconds int            `json:"expires_in"`
		Value   string         `json:"value"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	t := s.AddToken(TokenSpec{
		Kind: in.Kind, App: in.App, Page: in.Page, User: in.User, Scopes: in.Scopes, Targets: in.Targets,
		ExpiresIn: time.Duration(in.Seconds) * time.Second, Value: meta.Token(in.Value),
	})
	return map[string]any{"token": string(t)}, nil
}

func controlKill(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		Token   string `json:"token"`
		Subcode int    `json:"subcode"`
		Revive  bool   `json:"revive"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.Revive {
		return done, s.ReviveToken(meta.Token(in.Token))
	}
	return done, s.KillToken(meta.Token(in.Token), in.Subcode)
}

// controlLeads makes one lead, or "count" of them that differ by id only.
func controlLeads(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		LeadSpec
		Count int `json:"count"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	ids := []meta.ID{}
	for range max(in.Count, 1) {
		id, err := s.InjectLead(in.LeadSpec)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return map[string]any{"ids": ids}, nil
}

func controlFault(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in Fault
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	return done, s.AddFault(in)
}

func controlBudget(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in struct {
		Budget
		Page     meta.ID `json:"page"`
		AppCalls *int    `json:"app_calls"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.AppCalls != nil {
		s.SetAppBudget(*in.AppCalls)
	}
	if in.Page == "" {
		return done, nil
	}
	return done, s.SetBudget(in.Page, in.Budget)
}

func controlLimits(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in Limits
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	s.SetLimits(in)
	return done, nil
}

// controlWebhooks takes delays in milliseconds.
func controlWebhooks(s *Sim, _ *http.Request, body []byte) (any, error) {
	var in DeliveryOptions
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	in.MinDelay *= time.Millisecond
	in.MaxDelay *= time.Millisecond
	s.SetDelivery(in)
	return done, nil
}

func controlDemoLead(s *Sim, _ *http.Request, _ []byte) (any, error) {
	id, err := s.NextDemoLead()
	return map[string]any{"id": id}, err
}

// controlState is an overview: ids, names and counts.
func controlState(s *Sim, _ *http.Request, _ []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	apps, pages, forms := []any{}, []any{}, []any{}
	for _, id := range s.appOrder {
		a := s.apps[id]
		apps = append(apps, map[string]any{"id": id, "name": a.Name, "live": a.Live, "subscribed": a.hook != nil})
	}
	for _, id := range s.pageList {
		pages = append(pages, map[string]any{"id": id, "name": s.pages[id].Name})
	}
	for _, id := range s.formList {
		f := s.forms[id]
		forms = append(forms, map[string]any{"id": id, "page": f.Page, "name": f.Name, "status": f.Status, "leads": len(f.leads)})
	}
	return map[string]any{"apps": apps, "pages": pages, "forms": forms, "faults": len(s.faults), "now": s.clock.Now()}, nil
}
