package crm_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

func createTemplate(t *testing.T, office *crmtest.Office, v account.Viewer, n crm.NewTemplate) crm.Created {
	t.Helper()
	c, err := office.CRM.CreateTemplate(ctx, v, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func templates(t *testing.T, office *crmtest.Office, v account.Viewer) map[string]crm.Template {
	t.Helper()
	list, err := office.CRM.Templates(ctx, v)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]crm.Template{}
	for _, one := range list {
		byName[one.Name] = one
	}
	return byName
}

func TestTemplates_SharedAndOwn(t *testing.T) {
	office := crmtest.New(t, 2)
	ana, beto := office.Sellers[0], office.Sellers[1]
	message := crm.NewTemplate{Channel: "whatsapp", Body: "Hola, {{ Nombre }}.\r\nSoy {{VENDEDOR}} de {{empresa}}, mucho gusto."}
	make := func(v account.Viewer, name string, shared bool) string {
		n := message
		n.Name, n.Shared = name, shared
		return createTemplate(t, office, v, n).ID
	}
	saludo, mine, hers := make(office.Admin, "Saludo", true), make(ana, "De Ana", false), make(beto, "De Beto", false)
	if len(mine) > 64 || len(hers) > 64 {
		t.Errorf("an id of %d characters", len(mine))
	}
	for _, tt := range []struct {
		v    account.Viewer
		want []string
	}{{ana, []string{"De Ana", "Saludo"}}, {beto, []string{"De Beto", "Saludo"}}, {office.Admin, []string{"Saludo"}}, {account.Viewer{Role: account.RoleSeller}, []string{"Saludo"}}} {
		got := []string{}
		for name := range templates(t, office, tt.v) {
			got = append(got, name)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s sees (-want +got):\n%s", tt.v.Name, diff)
		}
	}
	if got := templates(t, office, ana)["Saludo"].Body; got != "Hola, {{nombre}}.\nSoy {{vendedor}} de {{empresa}}, mucho gusto." {
		t.Errorf("body = %q", got)
	}
	text := "Hola."
	for _, tt := range []struct {
		name, id, code string
		v              account.Viewer
	}{
		{"a seller, the office's", saludo, account.CodeAdminOnly, ana},
		{"a seller, a colleague's", mine, "template.not_found", beto},
		{"an administrator, a seller's", mine, "template.not_found", office.Admin},
		{"nobody's", "x", "template.not_found", ana},
	} {
		if _, err := office.CRM.UpdateTemplate(ctx, tt.v, tt.id, crm.TemplatePatch{Body: &text}); !fault.Has(err, tt.code) {
			t.Errorf("%s is changed: %v", tt.name, err)
		}
		if _, err := office.CRM.RemoveTemplate(ctx, tt.v, tt.id); !fault.Has(err, tt.code) {
			t.Errorf("%s is removed: %v", tt.name, err)
		}
	}
	n := message
	n.Name, n.Shared = "Otra", true
	if _, err := office.CRM.CreateTemplate(ctx, ana, n); !fault.Has(err, account.CodeAdminOnly) {
		t.Errorf("a seller makes one for the office: %v", err)
	}
	changed, err := office.CRM.UpdateTemplate(ctx, ana, mine, crm.TemplatePatch{Body: &text})
	if err != nil || templates(t, office, ana)["De Ana"].Body != text {
		t.Errorf("her own: %v", err)
	}
	undo(t, office, ana, changed.TxID)
	removed, err := office.CRM.RemoveTemplate(ctx, ana, mine)
	if err != nil || len(templates(t, office, ana)) != 1 {
		t.Errorf("removed: %v", err)
	}
	undo(t, office, ana, removed.TxID)
	if got := templates(t, office, ana)["De Ana"].Body; !strings.HasPrefix(got, "Hola, {{nombre}}.") {
		t.Errorf("brought back as %q", got)
	}
}

func TestCreateTemplate_Refused(t *testing.T) {
	office := crmtest.New(t, 1)
	good := crm.NewTemplate{Channel: "email", Name: "Saludo", Subject: "Hola {{nombre}}", Body: "Buenas tardes."}
	for name, tt := range map[string]struct {
		spoil       func(*crm.NewTemplate)
		code, field string
	}{
		"no channel":              {func(n *crm.NewTemplate) { n.Channel = "call" }, "input.invalid", "channel"},
		"no name":                 {func(n *crm.NewTemplate) { n.Name = "  " }, "input.required", "name"},
		"long name":               {func(n *crm.NewTemplate) { n.Name = strings.Repeat("ñ", 81) }, "input.too_long", "name"},
		"no body":                 {func(n *crm.NewTemplate) { n.Body = "\n" }, "input.required", "body"},
		"long body":               {func(n *crm.NewTemplate) { n.Body = strings.Repeat("ñ", 1501) }, "input.too_long", "body"},
		"no subject":              {func(n *crm.NewTemplate) { n.Subject = "" }, "input.required", "subject"},
		"a subject for a message": {func(n *crm.NewTemplate) { n.Channel = "whatsapp" }, "input.invalid", "subject"},
		"unknown":                 {func(n *crm.NewTemplate) { n.Body = "Hola, {{nombre}} {{apellido}}." }, "template.unknown_variable", "body"},
		"empty":                   {func(n *crm.NewTemplate) { n.Body = "Hola, {{}}." }, "template.unknown_variable", "body"},
		"unknown in the subject":  {func(n *crm.NewTemplate) { n.Subject = "{{x}}" }, "template.unknown_variable", "subject"},
		"one brace less":          {func(n *crm.NewTemplate) { n.Body = "Hola, {{nombre}." }, "template.braces", "body"},
		"braces in braces":        {func(n *crm.NewTemplate) { n.Body = "Hola, {{{{nombre}}}}." }, "template.braces", "body"},
		"no beginning":            {func(n *crm.NewTemplate) { n.Body = "Hola, nombre}}." }, "template.braces", "body"},
		"a message that ends with one": {
			func(n *crm.NewTemplate) { n.Channel, n.Subject, n.Body = "whatsapp", "", "Hola, {{nombre}} " }, "template.ends_with_variable", "body",
		},
	} {
		n := good
		tt.spoil(&n)
		_, err := office.CRM.CreateTemplate(ctx, office.Admin, n)
		if e := fault.Find(err); e == nil || e.Code != tt.code || e.Field != tt.field {
			t.Errorf("%s: %v, want %s of %s", name, err, tt.code, tt.field)
		}
	}
	_, err := office.CRM.CreateTemplate(ctx, office.Admin, crm.NewTemplate{Channel: "whatsapp", Name: "x", Body: "{{ Apellido }}, hola."})
	if e := fault.Find(err); e == nil || e.Args["variable"] != "Apellido" {
		t.Errorf("the unknown variable is not named: %v", err)
	}
	createTemplate(t, office, office.Admin, crm.NewTemplate{Channel: "email", Name: "x", Subject: "x", Body: "Atentamente, {{vendedor}}"})
}

func TestTemplates_CountOfUse(t *testing.T) {
	office := crmtest.New(t, 2)
	id, seller := office.Prospect()
	other := office.Sellers[0]
	if other.UserID == seller.UserID {
		other = office.Sellers[1]
	}
	shared := createTemplate(t, office, office.Admin, crm.NewTemplate{Channel: "whatsapp", Name: "Saludo", Body: "Hola.", Shared: true}).ID
	private := createTemplate(t, office, other, crm.NewTemplate{Channel: "whatsapp", Name: "Suya", Body: "Hola."}).ID
	sent := crm.NewActivity{Kind: "whatsapp", Result: "sent", TemplateID: shared}
	used := logActivity(t, office, seller, id, sent)
	open := false
	planned := logActivity(t, office, seller, id, crm.NewActivity{Kind: "whatsapp", Due: crm.Due{On: "2026-11-03"}, Done: &open})
	if _, err := office.CRM.FinishActivity(ctx, seller, planned.ID, crm.ActivityDone{Result: "sent", TemplateID: shared}); err != nil {
		t.Fatal(err)
	}
	logActivity(t, office, office.Admin, id, sent)
	for _, tt := range []struct {
		v    account.Viewer
		want int
	}{{seller, 2}, {other, 0}, {office.Admin, 3}} {
		if got := templates(t, office, tt.v)["Saludo"].Uses; got != tt.want {
			t.Errorf("%s counts %d uses, want %d", tt.v.Name, got, tt.want)
		}
	}
	undo(t, office, seller, used.TxID)
	if got := templates(t, office, seller)["Saludo"].Uses; got != 1 {
		t.Errorf("%d after an undo", got)
	}
	for name, n := range map[string]crm.NewActivity{
		"a template nobody has":  {Kind: "whatsapp", Result: "sent", TemplateID: "x"},
		"somebody else's":        {Kind: "whatsapp", Result: "sent", TemplateID: private},
		"another channel's":      {Kind: "email", Result: "sent", TemplateID: shared},
		"of what is still to do": {Kind: "whatsapp", Due: crm.Due{On: "2026-11-03"}, TemplateID: shared},
	} {
		_, err := office.CRM.LogActivity(ctx, seller, id, n)
		if e := fault.Find(err); e == nil || e.Code != "input.invalid" || e.Field != "template_id" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTemplateValues(t *testing.T) {
	office := crmtest.New(t, 2)
	office.SetOffice(store.Row{"name": "Inmobiliaria Prueba", "timezone": "America/Mexico_City"})
	id, seller := office.Prospect(func(e *crm.Enquiry) { e.Name, e.FormName = "MARÍA FERNANDA LÓPEZ", "Bosques del Encino - preventa" })
	other := office.Sellers[0]
	if other.UserID == seller.UserID {
		other = office.Sellers[1]
	}
	values := func(v account.Viewer) crm.TemplateValues {
		t.Helper()
		got, err := office.CRM.TemplateValues(ctx, v, id)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := crm.TemplateValues{FirstName: "María Fernanda", Seller: seller.Name, Office: "Inmobiliaria Prueba", Development: "Bosques del Encino"}
	if diff := cmp.Diff(want, values(seller)); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if got := values(office.Admin); got.Seller != seller.Name {
		t.Errorf("an administrator signs as %q, not as the seller", got.Seller)
	}
	if _, err := office.CRM.TemplateValues(ctx, other, id); !fault.Has(err, crm.CodeProspectNotFound) {
		t.Errorf("another's prospect: %v", err)
	}
	if _, err := office.CRM.SetNoticeURL(ctx, office.Admin, "https://example.com/aviso"); err != nil {
		t.Fatal(err)
	}
	at := func(days int) string { return clock.Format(office.Clock.Now().AddDate(0, 0, days)) }
	planVisit(t, office, seller, id, "", crm.Due{At: at(-2)}) // passed: nobody is invited to it
	if got := values(seller); got.MeetingAt != nil || got.Notice != "https://example.com/aviso" {
		t.Errorf("values = %+v", got)
	}
	planVisit(t, office, seller, id, "", crm.Due{At: at(3)})
	day := office.Clock.Now().AddDate(0, 0, 1).Format(clock.DateLayout)
	planVisit(t, office, seller, id, "", crm.Due{On: day})
	if got := values(seller); got.MeetingOn == nil || *got.MeetingOn != day || got.MeetingAt != nil {
		t.Errorf("the next meeting is %v %v", got.MeetingAt, got.MeetingOn)
	}
}

func TestSetNoticeURL_Refused(t *testing.T) {
	office := crmtest.New(t, 1)
	office.SetOffice(store.Row{"name": "x", "timezone": "America/Mexico_City"})
	for _, address := range []string{"http://example.com", "example.com/aviso", "javascript:alert(1)", "https://", "https://yo:clave@example.com", "https://example.com/a b"} {
		if _, err := office.CRM.SetNoticeURL(ctx, office.Admin, address); !fault.Has(err, "template.notice_url") {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := office.CRM.SetNoticeURL(ctx, office.Sellers[0], "https://example.com"); !fault.Has(err, account.CodeAdminOnly) {
		t.Errorf("a seller: %v", err)
	}
}

func TestGivenNames(t *testing.T) {
	for name, want := range map[string]string{
		"MARÍA FERNANDA":                 "María Fernanda",
		"maría fernanda lópez hernández": "María Fernanda",
		"JOSÉ LUIS MARTÍNEZ":             "José Luis",
		"Juan Pérez":                     "Juan",
		"Juan Pérez López":               "Juan",
		"Xóchitl Pérez":                  "Xóchitl",
		"Citlali Xóchitl Pérez López":    "Citlali Xóchitl",
		"María de los Ángeles Ruiz":      "María de los Ángeles",
		"MARIA DEL CARMEN SOTO VEGA":     "Maria del Carmen", // accents are the person's own
		"Juan de la Cruz":                "Juan",
		"ana":                            "Ana",
		"  ":                             "",
		"Dr. Luis Gómez":                 "Luis",
		"ING. JOSÉ LUIS SOTO":            "José Luis",
		"McArthur O'Neil":                "McArthur",
	} {
		if got := crm.GivenNames(name); got != want {
			t.Errorf("%q is greeted as %q, want %q", name, got, want)
		}
	}
}

func TestTemplateValues_Development(t *testing.T) {
	office := crmtest.New(t, 1)
	for _, tt := range []struct {
		name, value, form, want string
	}{
		{"presupuesto", "Dos millones", "Bosques del Encino - preventa", "Bosques del Encino"},
		{"presupuesto", "Dos millones", "Terrenos, contado", "Terrenos"},
		{"desarrollo", "valle_marfil", "Formulario 3", "Valle Marfil"},
		{"¿Qué fraccionamiento te interesa?", "Lomas del Río", "Formulario 3", "Lomas del Río"},
		{"desarrollo", " ", "Formulario 3", "Formulario 3"},
		{"presupuesto", "Dos millones", "", ""},
	} {
		id, seller := office.Prospect(func(e *crm.Enquiry) {
			e.FormName = tt.form
			e.Answers = []crm.Answer{{Name: tt.name, Type: "CUSTOM", Values: []string{tt.value}}}
		})
		got, err := office.CRM.TemplateValues(ctx, seller, id)
		if err != nil || got.Development != tt.want {
			t.Errorf("%s %q of %q: %q %v, want %q", tt.name, tt.value, tt.form, got.Development, err, tt.want)
		}
	}
}
