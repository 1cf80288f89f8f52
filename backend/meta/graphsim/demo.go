package graphsim

import (
	"fmt"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// Demo is an invented real-estate office at Meta: everything needed to connect to it.
type Demo struct {
	App       meta.ID
	AppSecret meta.Secret
	// Token is a system user's, without expiry; UserToken is a person's, for an hour.
	Token     meta.Token
	UserToken meta.Token
	Page      meta.ID
	Forms     []meta.ID
}

func (d Demo) wire() map[string]any {
	return map[string]any{
		"app": d.App, "app_secret": string(d.AppSecret), "token": string(d.Token), "user_token": string(d.UserToken),
		"page": d.Page, "forms": d.Forms,
	}
}

// demoState is where the stream of demo leads stands.
type demoState struct {
	Demo
	given  int
	people []person
}

// SeedDemo adds the invented office: an app in live mode, a page with three forms, and tokens. Leads come with
// NextDemoLead. A second call returns the same office.
func (s *Sim) SeedDemo() Demo {
	s.mu.Lock()
	seeded := s.demo
	s.mu.Unlock()
	if seeded != nil {
		return seeded.Demo
	}
	app := s.AddApp(App{Name: "CRM Inmobiliaria Ejemplo", Live: true})
	page := s.AddPage(Page{Name: "Inmobiliaria Punta Clara"})
	d := Demo{App: app.ID, AppSecret: app.Secret, Page: page.ID}
	d.Token = s.AddToken(TokenSpec{Kind: meta.TokenSystem, App: app.ID, Targets: []meta.ID{page.ID}})
	d.UserToken = s.AddToken(TokenSpec{Kind: meta.TokenUser, App: app.ID, Targets: []meta.ID{page.ID}, ExpiresIn: time.Hour})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[page.ID].subscribed[app.ID] = []string{meta.LeadField}
	for _, f := range demoForms(page.ID, s.clock.Now().AddDate(0, 0, -120)) {
		d.Forms = append(d.Forms, s.addForm(f).ID)
	}
	s.hooks.options.MinDelay, s.hooks.options.MaxDelay = time.Second, 4*time.Second
	s.demo = &demoState{Demo: d}
	return d
}

// SeedDemoLeads gives the office a past: n leads spread over the time before now, newest last, none of them announced.
func (s *Sim) SeedDemoLeads(n int, over time.Duration) error {
	for i := range n {
		s.mu.Lock()
		created := s.clock.Now().Add(-over + time.Duration(i)*over/time.Duration(n))
		_, err := s.demoLead(created, true)
		s.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// NextDemoLead makes one more believable, invented lead, announces it, and returns its id. Now and then it is a person
// who asked before, an organic lead, or a test lead.
func (s *Sim) NextDemoLead() (meta.ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.demoLead(s.clock.Now(), false)
}

func (s *Sim) demoLead(created time.Time, quiet bool) (meta.ID, error) {
	d := s.demo
	if d == nil {
		return "", fault.New("graphsim.no_demo")
	}
	d.given++
	f := s.forms[d.Forms[s.random.IntN(len(d.Forms))]]
	spec := LeadSpec{Form: f.ID, Created: created, Quiet: quiet, Wide: s.random.IntN(3) == 0}
	if d.given%19 == 0 { // whoever runs the page tries the form with Meta's test tool
		spec.Test = true
		return s.addLead(f, spec).id, nil
	}
	who := s.demoPerson()
	spec.Answers = s.demoAnswers(f, who)
	spec.Organic = s.random.IntN(8) == 0
	spec.Platform = []string{"fb", "fb", "ig", "ig", "ig"}[s.random.IntN(5)]
	campaign := demoCampaigns[s.random.IntN(len(demoCampaigns))]
	spec.Campaign, spec.AdSet, spec.Ad = campaign[0], campaign[1], campaign[2]
	spec.Consents = map[string]bool{"acepto_promociones": s.random.IntN(4) > 0}
	for _, q := range f.Questions {
		if q.Type == "CUSTOM" && s.random.IntN(12) == 0 {
			spec.Skip = append(spec.Skip, q.Key)
		}
	}
	return s.addLead(f, spec).id, nil
}

// demoPerson is a new person, or one in eight times somebody who has asked before.
func (s *Sim) demoPerson() person {
	d := s.demo
	if len(d.people) > 4 && s.random.IntN(8) == 0 {
		return d.people[s.random.IntN(len(d.people))]
	}
	p := newPerson(s.random, len(d.people))
	d.people = append(d.people, p)
	return p
}

func (s *Sim) demoAnswers(f *form, who person) map[string][]string {
	answers := map[string][]string{}
	for _, q := range f.Questions {
		switch q.Type {
		case "FULL_NAME":
			answers[q.Key] = []string{who.typedName(s.random)}
		case "FIRST_NAME":
			answers[q.Key] = []string{who.first}
		case "CUSTOM":
			if len(q.Options) == 0 {
				answers[q.Key] = []string{demoQuestions[s.random.IntN(len(demoQuestions))]}
			}
		case "LAST_NAME":
			answers[q.Key] = []string{who.last + " " + who.mother}
		case "EMAIL":
			answers[q.Key] = []string{who.typedEmail(s.random)}
		case "PHONE", "WHATSAPP_NUMBER":
			answers[q.Key] = []string{who.typedPhone(s.random)}
		case "CITY":
			answers[q.Key] = []string{who.city}
		default:
			answers[q.Key] = []string{inventAnswer(q, s.random)}
		}
	}
	return answers
}

func options(values ...string) []meta.KeyValue {
	out := make([]meta.KeyValue, 0, len(values))
	for _, v := range values {
		out = append(out, meta.KeyValue{Key: slug(v), Value: v})
	}
	return out
}

var demoConsent = meta.Checkbox{Key: "acepto_promociones", Text: "Acepto recibir información de nuevos desarrollos."}

// demoForms are three forms of the kind Mexican developers use: different questions, one with WhatsApp and no phone.
func demoForms(page meta.ID, created time.Time) []Form {
	budget := Question{
		Key: "presupuesto", Label: "¿Cuál es tu presupuesto?",
		Options: options("Hasta $2 millones", "De $2 a $3.5 millones", "De $3.5 a $5 millones", "Más de $5 millones"),
	}
	when := Question{
		Label:   "¿Cuándo piensas comprar?",
		Options: options("Este mes", "En 3 meses", "En 6 meses", "Solo estoy viendo opciones"),
	}
	bedrooms := Question{Label: "¿Cuántas recámaras buscas?", Options: options("1", "2", "3", "4 o más")}
	credit := Question{Label: "¿Cómo planeas pagar?", Options: options("Crédito bancario", "Infonavit", "Fovissste", "Contado")}
	form := func(name, source string, questions ...Question) Form {
		return Form{
			Page: page, Name: name, Questions: questions, Created: created, PolicyURL: "https://example.com/aviso-de-privacidad",
			Tracking: []meta.KeyValue{{Key: "desarrollo", Value: source}}, Checkboxes: []meta.Checkbox{demoConsent},
		}
	}
	return []Form{
		form("Bosques del Encino - preventa", "bosques_del_encino", bedrooms, budget, when,
			Question{Type: "FULL_NAME"}, Question{Type: "PHONE"}, Question{Type: "EMAIL"}),
		form("Mirador San Ángelo - departamentos", "mirador_san_angelo", budget, credit,
			Question{Type: "FIRST_NAME"}, Question{Type: "LAST_NAME"}, Question{Type: "EMAIL"}, Question{Type: "PHONE"}, Question{Type: "CITY"}),
		form("Terrenos Valle Marfil - WhatsApp", "valle_marfil", when,
			Question{Type: "FULL_NAME"}, Question{Type: "WHATSAPP_NUMBER"},
			Question{Label: "¿Qué te gustaría saber del terreno?"}),
	}
}

// demoCampaigns are campaign, ad set and ad.
var demoCampaigns = [][3]string{
	{"Preventa otoño", "CDMX 28-45", "Video recorrido"},
	{"Preventa otoño", "Guadalajara 30-50", "Carrusel fachadas"},
	{"Inversionistas", "Similares a clientes", "Plano y precio"},
	{"Fin de semana de puertas abiertas", "Querétaro 25-40", "Imagen cita"},
}

// String names the office without its secrets.
func (d Demo) String() string { return fmt.Sprintf("demo app %s, page %s", d.App, d.Page) }
