package intake_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// got is what a form's lead became.
type got struct {
	Name, City     string
	Phones, Emails []string
}

func (w *world) got(id meta.ID) (got, crm.Submission) {
	w.t.Helper()
	l := w.line(id)
	if l.State != intake.StateRegistered {
		w.t.Fatalf("lead is %s: %s", l.State, l.Problem)
	}
	d := w.detail(l.ProspectID)
	g := got{Name: d.Contact.Name, City: d.Contact.City}
	for _, p := range d.Contact.Phones {
		g.Phones = append(g.Phones, first(p.E164, p.Raw))
	}
	for _, e := range d.Contact.Emails {
		g.Emails = append(g.Emails, first(e.Address, e.Raw))
	}
	return g, d.Submissions[0]
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func TestMapping_ReadsPeopleOutOfForms(t *testing.T) {
	q := func(kind, key, label string) graphsim.Question {
		return graphsim.Question{Type: kind, Key: key, Label: label}
	}
	for _, tt := range []struct {
		name      string
		questions []graphsim.Question
		answers   map[string][]string
		want      got
	}{
		{
			"by type, whatever the key",
			[]graphsim.Question{q("FULL_NAME", "a", ""), q("PHONE", "b", ""), q("EMAIL", "c", ""), q("CITY", "d", "")},
			map[string][]string{"a": {"Ñandú Prueba"}, "b": {"+525555550101"}, "c": {"N@Example.com"}, "d": {"Puebla"}},
			got{"Ñandú Prueba", "Puebla", []string{"+525555550101"}, []string{"n@example.com"}},
		},
		{
			"first and last name, WhatsApp without a phone",
			[]graphsim.Question{q("LAST_NAME", "", ""), q("FIRST_NAME", "", ""), q("WHATSAPP_NUMBER", "", "")},
			map[string][]string{"first_name": {"Ana"}, "last_name": {"Prueba Ejemplo"}, "whatsapp_number": {"55 5555 0102"}},
			got{Name: "Ana Prueba Ejemplo", Phones: []string{"+525555550102"}},
		},
		{
			"several phones and addresses",
			[]graphsim.Question{q("FULL_NAME", "", ""), q("PHONE", "", ""), q("WORK_PHONE_NUMBER", "", ""), q("EMAIL", "", ""), q("WORK_EMAIL", "", "")},
			map[string][]string{
				"full_name": {"Ana"}, "phone_number": {"+525555550103"}, "work_phone_number": {"+525555550104"},
				"email": {"a@example.com"}, "work_email": {"b@example.mx"},
			},
			got{"Ana", "", []string{"+525555550103", "+525555550104"}, []string{"a@example.com", "b@example.mx"}},
		},
		{
			"a custom key that only looks like contact data",
			[]graphsim.Question{q("FULL_NAME", "", ""), q("EMAIL", "", ""), q("CUSTOM", "phone_number", "¿Cuántos teléfonos tienes?")},
			map[string][]string{"full_name": {"Ana"}, "email": {"a@example.com"}, "phone_number": {"3"}},
			got{Name: "Ana", Emails: []string{"a@example.com"}},
		},
		{
			"custom questions with well-known labels",
			[]graphsim.Question{q("CUSTOM", "q1", "Nombre completo"), q("CUSTOM", "q2", "Número de WhatsApp"), q("CUSTOM", "q3", "E-mail-Adresse")},
			map[string][]string{"q1": {"Ana"}, "q2": {"+525555550105"}, "q3": {"a@example.com"}},
			got{Name: "Ana", Phones: []string{"+525555550105"}, Emails: []string{"a@example.com"}},
		},
		{
			"a custom question that asks for a phone, where there is no other",
			[]graphsim.Question{q("FULL_NAME", "", ""), q("CUSTOM", "", "¿A qué WhatsApp te escribimos?")},
			map[string][]string{"full_name": {"Ana"}, "¿a_qué_whatsapp_te_escribimos?": {"55 5555 0106"}},
			got{Name: "Ana", Phones: []string{"+525555550106"}},
		},
		{
			"a phone of somebody else is no phone of theirs",
			[]graphsim.Question{q("PHONE", "", ""), q("CUSTOM", "", "¿Teléfono de un familiar?")},
			map[string][]string{"phone_number": {"+525555550107"}, "¿teléfono_de_un_familiar?": {"+525555550199"}},
			got{Phones: []string{"+525555550107"}},
		},
		{
			"a phone that is none is kept as it was written",
			[]graphsim.Question{q("FULL_NAME", "", ""), q("PHONE", "", "")},
			map[string][]string{"full_name": {"Ana"}, "phone_number": {"luego te digo"}},
			got{Name: "Ana", Phones: []string{"luego te digo"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1)
			form := w.addForm(graphsim.Form{Page: w.page.ID, Name: "Otra", Questions: tt.questions})
			w.connect()
			id := w.lead(1, func(s *graphsim.LeadSpec) { s.Form, s.Answers = form.ID, tt.answers })
			if _, err := w.svc.Pull(ctx, string(form.ID)); err != nil {
				t.Fatal(err)
			}
			person, _ := w.got(id)
			if diff := cmp.Diff(tt.want, person); diff != "" {
				t.Errorf("person (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMapping_LocalisedKeysFindTheirQuestions(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1, func(s *graphsim.LeadSpec) { s.LocalisedKeys = true })
	w.pull()
	person, sub := w.got(id)
	if person.Name == "" || len(person.Phones) != 1 || len(person.Emails) != 1 {
		t.Errorf("person = %+v", person)
	}
	if i := slices.IndexFunc(sub.Answers, func(a crm.Answer) bool { return a.Type == "PHONE" }); i < 0 || sub.Answers[i].Label != "Número de teléfono" {
		t.Errorf("answers = %+v", sub.Answers)
	}
}

// Where the form's labels are in another language than its keys only the table of names says which question an answer has.
func TestMapping_LocalisedKeysOfAFormWithOtherLabels(t *testing.T) {
	english := []graphsim.Question{
		{Type: "FULL_NAME", Label: "Full name"}, {Type: "PHONE", Label: "Phone number"}, {Type: "EMAIL", Label: "Email"}, {Type: "CITY", Label: "City"},
	}
	for _, tt := range []struct{ language, name, phone, email, city string }{ // Meta, Localised forms
		{"Spanish", "nombre_completo", "número_de_teléfono", "correo_electrónico", "ciudad"},
		{"Portuguese", "nome_completo", "número_de_telefone", "e-mail", "cidade"},
		{"German", "vollständiger_name", "telefonnummer", "e-mail-adresse", "stadt"},
	} {
		t.Run(tt.language, func(t *testing.T) {
			w := newWorld(t, 1)
			form := w.addForm(graphsim.Form{Page: w.page.ID, Name: "English", Questions: english})
			w.connect()
			id := w.lead(1, func(s *graphsim.LeadSpec) { s.Form, s.Quiet = form.ID, true })
			answers := ""
			for key, value := range map[string]string{tt.name: "Ana Prueba", tt.phone: "+525555550101", tt.email: "ana@example.com", tt.city: "Puebla"} {
				answers += `,{"name":"` + key + `","values":["` + value + `"]}`
			}
			w.fault(graphsim.Fault{Edge: "leads", Body: `{"data":[{"id":"` + string(id) + `","created_time":"2026-11-02T15:00:00+0000",` +
				`"form_id":"` + string(form.ID) + `","field_data":[` + answers[1:] + `]}]}`})
			if _, err := w.svc.Pull(ctx, string(form.ID)); err != nil {
				t.Fatal(err)
			}
			person, sub := w.got(id)
			want := got{Name: "Ana Prueba", City: "Puebla", Phones: []string{"+525555550101"}, Emails: []string{"ana@example.com"}}
			if diff := cmp.Diff(want, person); diff != "" {
				t.Errorf("person (-want +got):\n%s", diff)
			}
			var labels []string
			for _, a := range sub.Answers {
				labels = append(labels, a.Type+" "+a.Label)
			}
			if diff := cmp.Diff([]string{"FULL_NAME Full name", "PHONE Phone number", "EMAIL Email", "CITY City"}, labels); diff != "" {
				t.Errorf("questions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMapping_AnswersAreShownAsThePersonSawThem(t *testing.T) {
	w := newWorld(t, 1)
	form := w.addForm(graphsim.Form{
		Page: w.page.ID, Name: "Con todo",
		Questions: []graphsim.Question{
			{Key: "servicios", Label: "¿Qué servicios?", Options: []meta.KeyValue{{Key: "solar_panels", Value: "Paneles solares"}, {Key: "heat", Value: "Calor"}}},
			{Key: "hora", Label: "¿A qué hora?"},
			{Key: "nota", Label: "¿Algo más?"},
			{Type: "FULL_NAME"},
			{Type: "PHONE"},
		},
		Tracking:   []meta.KeyValue{{Key: "utm_source", Value: "meta"}, {Key: "hora", Value: "campaña"}},
		Checkboxes: []meta.Checkbox{{Key: "avisos", Text: "Acepto recibir avisos."}, {Key: "otros", Text: "Acepto a terceros."}},
	})
	w.connect()
	id := w.lead(1, func(s *graphsim.LeadSpec) {
		s.Form, s.Skip, s.Blank = form.ID, []string{"hora"}, []string{"nota"}
		s.Answers = map[string][]string{
			"servicios": {"solar_panels", "Calor", "otro"}, "full_name": {"Ana"}, "phone_number": {"+525555550101"},
		}
		s.Consents = map[string]bool{"avisos": true}
		s.Platform, s.Campaign, s.AdSet, s.Ad = "ig", "Otoño", "Puebla", "Video"
	})
	if _, err := w.svc.Pull(ctx, string(form.ID)); err != nil {
		t.Fatal(err)
	}
	_, sub := w.got(id)
	want := []crm.Answer{
		{Name: "servicios", Label: "¿Qué servicios?", Type: "CUSTOM", Values: []string{"Paneles solares", "Calor", "otro"}, Keys: []string{"solar_panels", "heat"}},
		{Name: "hora", Label: "¿A qué hora?", Type: "CUSTOM", Values: []string{}},
		{Name: "nota", Label: "¿Algo más?", Type: "CUSTOM", Values: []string{}},
		{Name: "full_name", Label: "Nombre completo", Type: "FULL_NAME", Values: []string{"Ana"}},
		{Name: "phone_number", Label: "Número de teléfono", Type: "PHONE", Values: []string{"+525555550101"}},
		{Name: "utm_source", Label: "utm_source", Type: "TRACKING", Values: []string{"meta"}},
		{Name: "hora", Label: "hora", Type: "TRACKING", Values: []string{"campaña"}},
	}
	if diff := cmp.Diff(want, sub.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	wantConsent := []crm.Disclaimer{{Key: "avisos", Text: "Acepto recibir avisos.", Checked: true}, {Key: "otros", Text: "Acepto a terceros."}}
	if diff := cmp.Diff(wantConsent, sub.Disclaimers); diff != "" {
		t.Errorf("disclaimers (-want +got):\n%s", diff)
	}
	if sub.FormName != "Con todo" || sub.Platform != "ig" || sub.CampaignName != "Otoño" || sub.AdsetName != "Puebla" || sub.AdName != "Video" ||
		sub.IsOrganic == nil || *sub.IsOrganic {
		t.Errorf("submission = %+v", sub)
	}
}

func TestMapping_OrganicLeadsHaveNoAd(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1, func(s *graphsim.LeadSpec) { s.Organic = true })
	zero := w.lead(2)
	w.fault(graphsim.Fault{Edge: "leads", Body: `{"data":[{"id":"` + string(zero) + `","created_time":"2026-11-02T15:00:00+0000","ad_id":0,"campaign_id":"0",` +
		`"field_data":[{"name":"phone_number","values":["+525555550108"]}]},{"id":"` + string(id) + `","created_time":"2026-11-02T15:00:00+0000",` +
		`"is_organic":true,"retailer_item_id":"77","field_data":[{"name":"phone_number","values":["+525555550109"]}]}]}`})
	w.pull()
	_, organic := w.got(id)
	if organic.IsOrganic == nil || !*organic.IsOrganic || organic.AdName != "" || organic.CampaignName != "" {
		t.Errorf("organic = %+v", organic)
	}
	_, other := w.got(zero)
	if other.IsOrganic != nil || other.CampaignName != "" {
		t.Errorf("ad id 0 = %+v", other)
	}
	if n := one[int](w, "SELECT count(*) FROM submission WHERE ad_id <> '' OR campaign_id <> ''", nil); n != 0 {
		t.Errorf("%d submissions with an ad", n)
	}
}

func TestMapping_SideFieldsOfAnotherTypeLoseNoPerson(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	odd, unreadable := w.lead(1), w.lead(2)
	w.fault(graphsim.Fault{Edge: "leads", Body: `{"data":[{"id":"` + string(odd) + `","created_time":"2026-11-02T15:00:00+0000","ad_id":120210000000000101,"ad_name":5,` +
		`"is_organic":"true","platform":7,"custom_disclaimer_responses":{},"field_data":[{"name":"phone_number","values":["+525555550108"]}]},` +
		`{"id":"` + string(unreadable) + `","created_time":"2026-11-02T15:00:00+0000","ad_id":{"name":"Ana"},"ad_name":["x"],"is_organic":[],` +
		`"field_data":[{"name":"phone_number","values":["+525555550109"]}]}]}`})
	if p := w.pull(); p.Registered != 2 {
		t.Fatalf("pull = %+v", p)
	}
	person, sub := w.got(odd)
	if !slices.Equal(person.Phones, []string{"+525555550108"}) || sub.AdName != "5" || sub.Platform != "7" ||
		sub.IsOrganic == nil || !*sub.IsOrganic || len(sub.Disclaimers) != 0 {
		t.Errorf("%+v asked %+v", person, sub)
	}
	person, sub = w.got(unreadable)
	if !slices.Equal(person.Phones, []string{"+525555550109"}) || sub.AdName != "" || sub.IsOrganic != nil {
		t.Errorf("%+v asked %+v", person, sub)
	}
	if n := one[int](w, "SELECT count(*) FROM submission WHERE ad_id = '120210000000000101'", nil); n != 1 {
		t.Errorf("the ad's id was kept %d times", n)
	}
	if log := w.log.String(); !strings.Contains(log, "ad_id") || strings.Contains(log, "Ana") {
		t.Error("the log has to name the fields that were left out, and nothing of what was in them")
	}
}

func TestMapping_TestLeadsReachNobody(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	dummy := w.lead(1, func(s *graphsim.LeadSpec) { s.Test, s.Answers = true, nil })
	w.pull()
	real := w.lead(2)
	listed := w.lead(3, func(s *graphsim.LeadSpec) { s.Test = true })
	if p := w.pull(); p.Test != 1 || p.Registered != 1 {
		t.Errorf("pull = %+v", p)
	}
	for id, want := range map[meta.ID]intake.State{dummy: intake.StateTest, listed: intake.StateTest, real: intake.StateRegistered} {
		if l := w.line(id); l.State != want || want == intake.StateTest && (l.ProspectID != "" || l.Raw != nil) {
			t.Errorf("lead = %+v, want %s", l, want)
		}
	}
	if n := len(w.prospects()); n != 1 {
		t.Errorf("%d prospects", n)
	}
	for _, n := range w.noticed() {
		if n.State == intake.StateTest && (n.SellerID != "" || n.Name != "") {
			t.Errorf("notice of a test = %+v", n)
		}
	}
}

func TestMapping_TestLeadIsKnownAfterAFailureToo(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	list := `{"data":[{"id":"` + string(id) + `","created_time":"2026-11-02T15:00:00+0000","field_data":[]}]}`
	w.fault(graphsim.Fault{Edge: "test_leads", Body: list, Times: -1})
	w.fault(graphsim.Fault{Edge: "batch", Preset: "temporary"})
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(id), PageID: string(w.page.ID), FormID: string(w.form.ID)}}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	if got := w.line(id); got.State != intake.StateFailed || got.Class != string(meta.ClassRetry) {
		t.Fatalf("line = %+v", got.Lead)
	}
	w.Clock.Advance(time.Minute)
	w.step("work", w.svc.WorkStep)
	if got := w.line(id).State; got != intake.StateTest {
		t.Errorf("state = %s", got)
	}
}

func TestLog_HoldsIDsAndNoPerson(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	w.lead(2, func(s *graphsim.LeadSpec) { s.Broken = true })
	w.lead(3)
	w.pull()
	w.lead(1, func(s *graphsim.LeadSpec) { s.Answers["email"] = []string{"persona.3@example.com"} }) // held
	w.pull()
	log := w.log.String()
	if !strings.Contains(log, `"lead_id":"`+string(id)+`"`) || !strings.Contains(log, `"state":"registered"`) || !strings.Contains(log, w.Sellers[0].UserID) {
		t.Errorf("no line about the lead in:\n%s", log)
	}
	for n := range 3 {
		w.mustNotLog(firstWord(n+1), "persona.", "+52222", "casa_nueva", "Vendedora")
	}
}
