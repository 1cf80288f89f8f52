package graphsim

import (
	"fmt"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// App is an app of Meta's.
type App struct {
	ID     meta.ID
	Name   string
	Secret meta.Secret
	// Live is false in development mode, in which real leads are never announced.
	Live bool
	// ProofRequired is the app setting "Require App Secret".
	ProofRequired bool

	hook *subscription
}

type subscription struct {
	callback, verify string
	fields           []string
	values, active   bool
}

// Page is a Facebook page.
type Page struct {
	ID    meta.ID
	Name  string
	Tasks []string
	// Unlisted pages are missing from /me/accounts and still answer to their id.
	Unlisted bool
	// TermsRefused means the Lead Ads terms were not accepted.
	TermsRefused bool
}

type page struct {
	Page
	subscribed map[meta.ID][]string // app → fields
	revoked    map[meta.ID]bool     // apps shut out by the Leads Access Manager
	managed    bool
	leadgen    bucket
	calls      bucket
	pageBudget int
	leadBudget int
}

// Question is a field of a form. Key defaults to the usual key of Type, or to the label in lower case with underscores.
type Question struct {
	Key     string          `json:"key"`
	Label   string          `json:"label"`
	Type    string          `json:"type"`
	Options []meta.KeyValue `json:"options,omitempty"`
}

// Form is an instant form.
type Form struct {
	ID         meta.ID         `json:"id"`
	Page       meta.ID         `json:"page"`
	Name       string          `json:"name"`
	Status     meta.FormStatus `json:"status"`
	Locale     string          `json:"locale"`
	Questions  []Question      `json:"questions"`
	Tracking   []meta.KeyValue `json:"tracking"`
	PolicyURL  string          `json:"policy_url"`
	Checkboxes []meta.Checkbox `json:"checkboxes"`
	Created    time.Time       `json:"created"`
}

type form struct {
	Form
	leads   []meta.ID // newest last
	ordinal int
}

// AddApp adds an app. Empty id, name and secret are made up.
func (s *Sim) AddApp(a App) App {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.ID == "" {
		a.ID = s.newID(1550000000000000)
	}
	if a.Name == "" {
		a.Name = "CRM de ejemplo"
	}
	if a.Secret == "" {
		a.Secret = meta.Secret(fmt.Sprintf("%016x%016x", s.random.Uint64(), s.random.Uint64()))
	}
	kept := a
	s.apps[a.ID] = &kept
	s.appOrder = append(s.appOrder, a.ID)
	return a
}

// SetLive switches an app between development and live mode.
func (s *Sim) SetLive(app meta.ID, live bool) error {
	return s.changeApp(app, func(a *App) { a.Live = live })
}

// SetSecret gives the app another secret, as its owner does in the dashboard. Tokens stay good.
func (s *Sim) SetSecret(app meta.ID, secret meta.Secret) error {
	return s.changeApp(app, func(a *App) { a.Secret = secret })
}

// SetProofRequired switches the app setting "Require App Secret".
func (s *Sim) SetProofRequired(app meta.ID, required bool) error {
	return s.changeApp(app, func(a *App) { a.ProofRequired = required })
}

func (s *Sim) changeApp(id meta.ID, change func(*App)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.apps[id]
	if a == nil {
		return notFound("app", id)
	}
	change(a)
	return nil
}

// AddPage adds a page. An empty id is made up; no tasks means all of them.
func (s *Sim) AddPage(p Page) Page {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.ID == "" {
		p.ID = s.newID(109876543210000)
	}
	if p.Tasks == nil {
		p.Tasks = []string{"ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"}
	}
	s.pages[p.ID] = &page{Page: p, subscribed: map[meta.ID][]string{}, revoked: map[meta.ID]bool{}}
	s.pageList = append(s.pageList, p.ID)
	return p
}

// SetLeadAccess lets an app read a page's leads, or shuts it out, in the page's Leads Access Manager.
func (s *Sim) SetLeadAccess(pageID, app meta.ID, allowed bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pages[pageID]
	if p == nil {
		return notFound("page", pageID)
	}
	p.managed = true
	p.revoked[app] = !allowed
	return nil
}

// SubscribePage switches the page's events to an app on or off, as POST and DELETE of subscribed_apps do.
func (s *Sim) SubscribePage(pageID, app meta.ID, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pages[pageID]
	if p == nil {
		return notFound("page", pageID)
	}
	if on {
		p.subscribed[app] = []string{meta.LeadField}
	} else {
		delete(p.subscribed, app)
	}
	return nil
}

// SubscribeApp points an app's lead events at a callback without asking the callback first.
func (s *Sim) SubscribeApp(app meta.ID, callback string) error {
	return s.changeApp(app, func(a *App) {
		a.hook = &subscription{callback: callback, fields: []string{meta.LeadField}, values: true, active: true}
	})
}

// AddForm adds a form to a page. Empty ids, status, locale and questions get usual values.
func (s *Sim) AddForm(f Form) (Form, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages[f.Page] == nil {
		return Form{}, notFound("page", f.Page)
	}
	return s.addForm(f), nil
}

func (s *Sim) addForm(f Form) Form {
	if f.ID == "" {
		f.ID = s.newID(812345678900000)
	}
	if f.Name == "" {
		f.Name = "Formulario de ejemplo"
	}
	if f.Status == "" {
		f.Status = meta.FormActive
	}
	if f.Locale == "" {
		f.Locale = "es_LA"
	}
	if f.PolicyURL == "" {
		f.PolicyURL = "https://example.com/privacidad"
	}
	if f.Created.IsZero() {
		f.Created = s.clock.Now()
	}
	if f.Questions == nil {
		f.Questions = []Question{{Type: "FULL_NAME"}, {Type: "EMAIL"}, {Type: "PHONE"}}
	}
	questions := slices.Clone(f.Questions)
	for i := range questions {
		questions[i].complete()
	}
	f.Questions = questions
	s.forms[f.ID] = &form{Form: f, ordinal: len(s.formList) + 1}
	s.formList = append(s.formList, f.ID)
	return f
}

// CopyForm does what an edit in Meta's tools does: the old form is archived and a copy with a new id takes its place.
func (s *Sim) CopyForm(id meta.ID) (Form, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.forms[id]
	if old == nil {
		return Form{}, notFound("form", id)
	}
	old.Status = meta.FormArchived
	twin := old.Form
	twin.ID, twin.Status, twin.Created = "", meta.FormActive, s.clock.Now()
	twin.Name += " (copia)"
	return s.addForm(twin), nil
}

// SetFormStatus archives, deletes or reactivates a form.
func (s *Sim) SetFormStatus(id meta.ID, status meta.FormStatus) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.forms[id]
	if f == nil {
		return notFound("form", id)
	}
	f.Status = status
	return nil
}

// AddDataset adds a data set for conversion events and returns its id.
func (s *Sim) AddDataset() meta.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.newID(660000000000000)
	s.datasets[id] = 0
	return id
}

// EventsReceived returns how many conversion events a data set got.
func (s *Sim) EventsReceived(dataset meta.ID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.datasets[dataset]
}

func notFound(kind string, id meta.ID) error {
	return fault.New("graphsim.not_found", "kind", kind, "id", string(id))
}
