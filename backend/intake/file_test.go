package intake_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// preview takes a file in.
func (w *world) preview(body string) intake.Import {
	w.t.Helper()
	i, err := w.svc.Preview(ctx, w.Admin, "archivo.csv", []byte(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// importFile takes a file in and imports it to its end.
func (w *world) importFile(body string) intake.Import {
	w.t.Helper()
	return w.finish(w.preview(body).ID)
}

func (w *world) finish(id string) intake.Import {
	w.t.Helper()
	if _, err := w.svc.RunImport(ctx, w.Admin, id); err != nil {
		w.t.Fatal(err)
	}
	if err := w.svc.FinishImports(ctx); err != nil {
		w.t.Fatal(err)
	}
	i, err := w.svc.Import(ctx, w.Admin, id)
	if err != nil {
		w.t.Fatal(err)
	}
	if i.State != intake.ImportDone {
		w.t.Fatalf("import is %s", i.State)
	}
	return i
}

func targets(i intake.Import) []intake.Target {
	var out []intake.Target
	for _, c := range i.Columns {
		out = append(out, c.Target)
	}
	return out
}

func (w *world) bodyKept(id string) bool {
	return one[int](w, "SELECT body IS NOT NULL FROM import_file WHERE id = {:id}", dbx.Params{"id": id}) == 1
}

func TestImport_SuggestsWhatColumnsAre(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	export, err := w.sim.Export(w.form.ID, graphsim.UTF8)
	if err != nil {
		t.Fatal(err)
	}
	metaHeader := strings.TrimSpace(string(export))
	for _, tt := range []struct {
		name, body string
		want       []intake.Target
		source     string
	}{
		{
			"Meta's export", metaHeader + "\n" + strings.Join([]string{
				"l:1234567890123456", "2026-11-02T09:04:05-06:00", "ag:1", "Video", "as:1", "CDMX", "c:1", "Otoño",
				"f:" + string(w.form.ID), "Otoño 2026", "FALSE", "ig", "casa_nueva", "Ana", "p:+525555550100", "a@example.com", "complete",
			}, "\t"),
			[]intake.Target{
				"lead_id", "created_time", "ad_id", "ad_name", "adset_id", "adset_name", "campaign_id", "campaign_name", "form_id", "form_name",
				"is_organic", "platform", "answer", "name", "phone", "email", "ignore",
			},
			"leads",
		},
		{
			"prefixes win over headers", "uno,dos,tres\nl:1234567890123456,f:812345678900003,p:+525555550100\n",
			[]intake.Target{"lead_id", "form_id", "answer"},
			"leads",
		},
		{
			"an office's own sheet", "No.,Fecha,Nombre,Apellido paterno,Apellido materno,Celular,Teléfono de casa,Correo electrónico,Ciudad,Comentarios\n" +
				"1,13/04/2026,Ana,Prueba,Ejemplo,5555550101,5555550102,a@example.com,Puebla,Llamar\n",
			[]intake.Target{"answer", "created_time", "first_name", "last_name", "last_name", "phone", "phone", "email", "city", "answer"},
			"file",
		},
		{
			"Portuguese and English", "nome completo,número de telefone,e-mail,cidade,platform\nAna,+525555550101,a@example.com,Puebla,fb\n",
			[]intake.Target{"name", "phone", "email", "city", "platform"},
			"file",
		},
		{
			"headers used for other things", "id,date,name\n1,no,Ana\n2,si,Eva\n",
			[]intake.Target{"answer", "answer", "name"},
			"file",
		},
		{
			"by what the cells look like", "quién,contacto 1,¿WhatsApp del cliente?\nAna,a@example.com,55 5555 0101\n",
			[]intake.Target{"answer", "email", "phone"},
			"file",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := w.preview(tt.body)
			if diff := cmp.Diff(tt.want, targets(i)); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
			if i.Source != tt.source || i.State != intake.ImportPreview || i.Total == 0 || len(i.Preview) != i.Total {
				t.Errorf("import = %+v", i)
			}
		})
	}
}

func TestImport_SamePersonByAPIAndByFileIsOneProspect(t *testing.T) {
	w := newWorld(t, 2)
	w.connect()
	byAPI := w.lead(1)
	w.lead(2, func(s *graphsim.LeadSpec) { s.Test, s.Answers = true, nil })
	w.pull()
	onlyFile := w.lead(3)
	for _, encoding := range []graphsim.Encoding{graphsim.UTF16, graphsim.UTF8} {
		export, err := w.sim.Export(w.form.ID, encoding)
		if err != nil {
			t.Fatal(err)
		}
		i := w.importFile(string(export))
		want := intake.ImportProgress{Done: 3, Known: 2, Registered: 1}
		if encoding == graphsim.UTF8 {
			want = intake.ImportProgress{Done: 3, Known: 3}
		}
		if i.Progress != want {
			t.Errorf("%s: progress = %+v, want %+v", encoding, i.Progress, want)
		}
	}
	if got := w.line(byAPI); got.SeenAgain != 2 || got.Origin != intake.OriginPoll {
		t.Errorf("line by API = %+v", got.Lead)
	}
	l := w.line(onlyFile)
	if l.Origin != intake.OriginFile || l.State != intake.StateRegistered {
		t.Errorf("line by file = %+v", l.Lead)
	}
	person, sub := w.got(onlyFile)
	if person.Name == "" || len(person.Phones) != 1 || sub.FormName != w.form.Name || sub.Answers[0].Values[0] != "Casa nueva" || sub.LeadAt != "2026-11-02T15:00:00.000Z" {
		t.Errorf("person = %+v, submission = %+v", person, sub)
	}
	if p := w.pull(); p.Received != 0 {
		t.Errorf("pull after the file = %+v", p)
	}
	// The same person, another lead.
	second := w.lead(1)
	export, err := w.sim.Export(w.form.ID, graphsim.UTF16)
	if err != nil {
		t.Fatal(err)
	}
	if i := w.importFile(string(export)); i.Progress.Linked != 1 {
		t.Errorf("progress = %+v", i.Progress)
	}
	if a, b := w.line(byAPI).ProspectID, w.line(second).ProspectID; a != b {
		t.Errorf("prospects %s and %s", a, b)
	}
	if n := len(w.detail(w.line(byAPI).ProspectID).Submissions); n != 2 {
		t.Errorf("%d submissions", n)
	}
	if n := len(w.prospects()); n != 2 {
		t.Errorf("%d prospects", n)
	}
}

func TestImport_FileHealsALeadTheAPICouldNotRead(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	if err := w.sim.KillToken(w.token, 460); err != nil {
		t.Fatal(err)
	}
	id := w.lead(1)
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(id), PageID: string(w.page.ID)}}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	export, err := w.sim.Export(w.form.ID, graphsim.UTF16)
	if err != nil {
		t.Fatal(err)
	}
	if i := w.importFile(string(export)); i.Progress.Registered != 1 {
		t.Errorf("progress = %+v", i.Progress)
	}
	if l := w.line(id); l.State != intake.StateRegistered || l.Origin != intake.OriginWebhook || l.Problem != "" || l.NextTryAt != nil {
		t.Errorf("line = %+v", l.Lead)
	}
}

const plainFile = "Nombre,Celular,Correo,Interés\n" +
	"Ana Prueba,55 5555 0101,,Casa\n" + // only a phone
	"Eva Ejemplo,,eva@example.com,Terreno\n" + // only an address
	"Sin Datos,,,Casa\n" + // neither
	"Ana Prueba,55 5555 0101,,Casa\n" + // the same row
	"Ana P.,+52 1 55 5555 0101,,Local\n" + // the same person
	"Choque,55 5555 0101,eva@example.com,Casa\n" // two people

func TestImport_AnOfficesOwnFileTwiceMakesNothingNew(t *testing.T) {
	w := newWorld(t, 2)
	i := w.importFile(plainFile)
	want := intake.ImportProgress{Done: 6, Registered: 2, Linked: 1, Known: 1, Held: 1, Failed: 1}
	if i.Progress != want {
		t.Errorf("progress = %+v, want %+v", i.Progress, want)
	}
	if w.bodyKept(i.ID) || len(i.Preview) != 0 || len(i.Columns[0].Samples) != 0 {
		t.Error("the file was kept")
	}
	shuffled := "Interés;Correo;Celular;Nombre\n" +
		"Casa;;55 5555 0101;Ana Prueba\nTerreno;eva@example.com;;Eva Ejemplo\nLocal;;+52 1 55 5555 0101;Ana P.\n"
	if again := w.importFile(shuffled); again.Progress != (intake.ImportProgress{Done: 3, Known: 3}) {
		t.Errorf("the same rows in another order = %+v", again.Progress)
	}
	if n := len(w.prospects()); n != 2 {
		t.Errorf("%d prospects", n)
	}
	if n := one[int](w, "SELECT count(*) FROM submission", nil); n != 3 {
		t.Errorf("%d submissions", n)
	}
	for _, n := range w.noticed() {
		if !n.History {
			t.Errorf("a row of a file alarms: %+v", n)
		}
	}
	if n := one[int](w, "SELECT count(*) FROM import_row WHERE cells <> '' AND state NOT IN ('failed', 'held')", nil); n != 0 {
		t.Errorf("cells of %d imported rows were kept", n)
	}
	w.mustNotLog("Ana", "Eva", "55 5555", "eva@example.com")
}

// Rows that came in although nobody can be reached with what they say are counted: registered alone would hide them.
func TestImport_CountsWhoCannotBeReached(t *testing.T) {
	w := newWorld(t, 1)
	i := w.importFile("Nombre,Celular,Correo\nAna,5555550101,\nBeto,5.51235E+09,\nCarla,1234 5678,no tiene\nDora,no tiene,dora@example.com\nNadie,,\n")
	want := intake.ImportProgress{Done: 5, Registered: 4, Failed: 1, Unreachable: 2}
	if i.Progress != want {
		t.Errorf("progress = %+v, want %+v", i.Progress, want)
	}
	if n := len(w.prospects()); n != 4 {
		t.Errorf("%d prospects", n)
	}
	var b bytes.Buffer
	if err := w.svc.WriteImportErrors(ctx, w.Admin, i.ID, &b); err != nil || strings.Contains(b.String(), "Carla") {
		t.Errorf("rows that came in are among those that stayed out: %q, %v", b.String(), err)
	}
	export := w.importFile("id,created_time,full_name,phone_number\nl:1234567890999991,2026-11-02T09:00:00-06:00,Eva,no\n" +
		"l:1234567890999992,2026-11-02T09:00:00-06:00,Fito,p:+525555550109\n")
	if want := (intake.ImportProgress{Done: 2, Registered: 2, Unreachable: 1}); export.Progress != want {
		t.Errorf("a file of Meta's: progress = %+v, want %+v", export.Progress, want)
	}
}

func TestImport_ListOfErrorsComesBackPutRight(t *testing.T) {
	w := newWorld(t, 1)
	i := w.importFile("Nombre,Celular,Correo,Nota\n=HYPERLINK(1),,,-1\nAna,+525555550101,,\nEva,,eva@example.com,\nChoque,+525555550101,eva@example.com,\n")
	var b bytes.Buffer
	if err := w.svc.WriteImportErrors(ctx, w.Admin, i.ID, &b); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked {
		t.Fatalf("errors = %q, %v", b.String(), err)
	}
	want := [][]string{
		{"Nombre", "Celular", "Correo", "Nota", "motivo (SITEGROUP)", "código (SITEGROUP)"},
		{"'=HYPERLINK(1)", "", "", "'-1", "Falta un teléfono o un correo.", "import.no_contact"},
		{"Choque", "'+525555550101", "eva@example.com", "", "El teléfono es de una persona y el correo de otra. Deja solo el dato correcto.", "contact.conflict"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	again := w.preview(b.String())
	if got := targets(again); !slices.Equal(got, []intake.Target{"first_name", "phone", "email", "answer", "ignore", "ignore"}) {
		t.Errorf("targets = %v", got)
	}
	if got := again.Preview[1][1]; got != "+525555550101" {
		t.Errorf("a phone came back as %q", got)
	}
	fixed := strings.Replace(b.String(), "Choque,'+525555550101,", "Choque,,", 1)
	if p := w.importFile(fixed).Progress; p.Linked != 1 || p.Failed != 1 {
		t.Errorf("progress = %+v", p)
	}
}

func TestImport_DatesAreNotGuessed(t *testing.T) {
	w := newWorld(t, 1)
	i := w.preview("Fecha,Celular\n03/04/2026,5555550101\n05/06/2026 10:00,5555550102\n")
	if i.Ask != intake.CodeImportDateAsk {
		t.Errorf("ask = %q", i.Ask)
	}
	if _, err := w.svc.RunImport(ctx, w.Admin, i.ID); fault.Code(err) != intake.CodeImportDateAsk || fault.Find(err).Field != "day_first" {
		t.Errorf("RunImport = %v", err)
	}
	yes := true
	i, err := w.svc.SetMapping(ctx, w.Admin, i.ID, intake.ImportPatch{DayFirst: &yes})
	if err != nil || i.Ask != "" || i.DayFirst == nil || !*i.DayFirst {
		t.Fatalf("SetMapping = %+v, %v", i, err)
	}
	w.finish(i.ID)
	if n := one[int](w, "SELECT count(*) FROM submission WHERE lead_at LIKE '2026-04-03%' OR lead_at LIKE '2026-06-05%'", nil); n != 2 {
		t.Errorf("%d of 2 dates were read with the day first", n)
	}
	settled := w.preview("Fecha,Celular\n03/04/2026,5555550103\n25/06/2026,5555550104\n31/04/2026,5555550105\n")
	if settled.Ask != "" {
		t.Errorf("ask = %q where one date settles it", settled.Ask)
	}
	if p := w.finish(settled.ID).Progress; p.Failed != 1 || p.Registered != 2 {
		t.Errorf("progress = %+v", p)
	}
	if got := one[string](w, "SELECT problem || ' ' || field FROM import_row WHERE state = 'failed'", nil); got != "import.date_invalid Fecha" {
		t.Errorf("problem = %q", got)
	}
	mixed := w.preview("Fecha,Celular\n13/04/2026,5555550106\n04/13/2026,5555550107\n")
	if mixed.Ask != intake.CodeImportDateAsk {
		t.Errorf("both orders in one file: ask = %q", mixed.Ask)
	}
}

func TestImport_RefusesWhatWouldDoHarm(t *testing.T) {
	w := newWorld(t, 1)
	for _, tt := range []struct {
		name, body, code string
	}{
		{"ids with an exponent", "id,phone\n1.23457E+15,5555550101\n1234567890123456,5555550102\n", intake.CodeImportIDDamaged},
		{"ids rounded to noughts", "id,phone\n1234567890123450,5555550101\n1234567890123460,5555550102\n", intake.CodeImportIDDamaged},
		{"nobody to call", "Nombre,Ciudad\nAna,Puebla\n", intake.CodeImportNoColumns},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := w.preview(tt.body)
			if _, err := w.svc.RunImport(ctx, w.Admin, i.ID); fault.Code(err) != tt.code {
				t.Errorf("RunImport = %v", err)
			}
		})
	}
	i := w.preview("id,phone\n1.23457E+15,5555550101\n")
	if _, err := w.svc.SetMapping(ctx, w.Admin, i.ID, intake.ImportPatch{Columns: map[string]intake.Target{"0": intake.TargetIgnore}}); err != nil {
		t.Fatal(err)
	}
	if p := w.finish(i.ID).Progress; p.Registered != 1 {
		t.Errorf("without the ids: %+v", p)
	}
	for name, patch := range map[string]map[string]intake.Target{
		"no such column": {"9": intake.TargetName}, "no number": {"x": intake.TargetName}, "no target": {"0": "boss"},
	} {
		j := w.preview("a,b\n1,5555550101\n")
		if _, err := w.svc.SetMapping(ctx, w.Admin, j.ID, intake.ImportPatch{Columns: patch}); fault.Code(err) != "input.invalid" {
			t.Errorf("%s = %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"too large":  second(w.svc.Preview(ctx, w.Admin, "x", make([]byte, 33<<20))),
		"empty":      second(w.svc.Preview(ctx, w.Admin, "x", []byte("a,b\n"))),
		"unreadable": second(w.svc.Preview(ctx, w.Admin, "x", []byte("PK\x03\x04"))),
		"not_found":  second(w.svc.Import(ctx, w.Admin, "x")),
		"state":      second(w.svc.RunImport(ctx, w.Admin, i.ID)),
	} {
		if want := "import." + strings.ReplaceAll(name, " ", "_"); fault.Code(err) != want {
			t.Errorf("%s = %v", want, err)
		}
	}
	if _, err := w.svc.SetMapping(ctx, w.Admin, "x", intake.ImportPatch{}); !fault.Has(err, intake.CodeImportNotFound) {
		t.Errorf("SetMapping of nothing = %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestImport_CancelForgetsTheFile(t *testing.T) {
	w := newWorld(t, 1)
	var body strings.Builder
	body.WriteString("Celular\n")
	for n := range 450 {
		fmt.Fprintf(&body, "55%08d\n", 55550000+n)
	}
	i := w.preview(body.String())
	if _, err := w.svc.RunImport(ctx, w.Admin, i.ID); err != nil {
		t.Fatal(err)
	}
	told := 0
	w.svc.OnImport(func(id string) {
		if told++; id == i.ID && told == 2 {
			if _, err := w.svc.CancelImport(ctx, w.Admin, id); err != nil {
				t.Error(err)
			}
		}
	})
	if err := w.svc.FinishImports(ctx); err != nil {
		t.Fatal(err)
	}
	got, err := w.svc.Import(ctx, w.Admin, i.ID)
	if err != nil || got.State != intake.ImportCancelled || got.Progress.Done != 200 || w.bodyKept(i.ID) {
		t.Errorf("import = %+v, %v", got.Progress, err)
	}
	if _, err := w.svc.CancelImport(ctx, w.Admin, i.ID); !fault.Has(err, intake.CodeImportState) {
		t.Errorf("second cancel = %v", err)
	}
	list, err := w.svc.ListImports(ctx, w.Admin)
	if err != nil || len(list) != 1 || list[0].ID != i.ID {
		t.Errorf("list = %+v, %v", list, err)
	}
}

func TestImport_GoesOnWhereItWasStopped(t *testing.T) {
	w := newWorld(t, 1)
	var body strings.Builder
	body.WriteString("Nombre,Celular\n")
	for n := range 350 {
		fmt.Fprintf(&body, "Persona %d,55%08d\n", n, 55550000+n)
	}
	i := w.preview(body.String())
	if _, err := w.svc.RunImport(ctx, w.Admin, i.ID); err != nil {
		t.Fatal(err)
	}
	run, stop := context.WithCancel(ctx)
	w.svc.OnImport(func(string) { stop() })
	if err := w.svc.FinishImports(run); !errors.Is(err, context.Canceled) {
		t.Fatalf("FinishImports = %v", err)
	}
	w.svc = w.newService()
	if got, _ := w.svc.Import(ctx, w.Admin, i.ID); got.Progress.Done != 100 || got.State != intake.ImportRunning || !w.bodyKept(i.ID) {
		t.Fatalf("stopped at %+v", got.Progress)
	}
	if err := w.svc.FinishImports(ctx); err != nil {
		t.Fatal(err)
	}
	got, err := w.svc.Import(ctx, w.Admin, i.ID)
	if err != nil || got.Progress != (intake.ImportProgress{Done: 350, Registered: 350}) || got.State != intake.ImportDone {
		t.Errorf("import = %+v, %v", got.Progress, err)
	}
	if n := len(w.prospects()); n != 350 {
		t.Errorf("%d prospects", n)
	}
}

func TestImport_TestRowsReachNobody(t *testing.T) {
	w := newWorld(t, 1)
	i := w.importFile("id\tphone_number\tfull_name\nl:867443000000678\tp:<test lead: dummy data for phone_number>\t<test lead: dummy data for full_name>\n" +
		"\tp:<test lead: dummy data for phone_number>\tx\n")
	if i.Progress != (intake.ImportProgress{Done: 2, Test: 2}) {
		t.Errorf("progress = %+v", i.Progress)
	}
	if got := w.line("867443000000678").State; got != intake.StateTest || len(w.prospects()) != 0 {
		t.Errorf("state = %s", got)
	}
}

func TestImport_FreshLeadsOfAFileAreNews(t *testing.T) {
	w := newWorld(t, 1)
	now := w.Clock.Now()
	w.importFile("id,created_time,phone\nl:1234567890123456," + now.Add(-time.Hour).Format(time.RFC3339) + ",5555550101\n" +
		"l:1234567890123457," + now.Add(-48*time.Hour).Format(time.RFC3339) + ",5555550102\n")
	got := map[string]bool{}
	for _, n := range w.noticed() {
		got[n.LeadID] = n.History
	}
	if diff := cmp.Diff(map[string]bool{"1234567890123456": false, "1234567890123457": true}, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestImport_HeldLeadOfAFileCanBeRetried(t *testing.T) {
	w := newWorld(t, 1)
	w.importFile("Celular,Correo\n5555550101,\n,eva@example.com\n")
	i := w.importFile("id,phone,email,Interés\nl:1234567890123456,5555550101,eva@example.com,Casa\n")
	if i.Progress.Held != 1 {
		t.Fatalf("progress = %+v", i.Progress)
	}
	l := w.line("1234567890123456")
	if l.State != intake.StateHeld || len(l.Raw) == 0 {
		t.Fatalf("line = %+v", l)
	}
	second := slices.IndexFunc(w.prospects(), func(c crm.Card) bool { return c.Phone == "" })
	d := w.detail(w.prospects()[second].ID)
	if _, err := w.CRM.RemoveEmail(ctx, w.Admin, d.Contact.Emails[0].ID); err != nil {
		t.Fatal(err)
	}
	again, err := w.svc.Retry(ctx, w.Admin, "1234567890123456")
	if err != nil || again.State != intake.StateLinked {
		t.Errorf("retry = %+v, %v", again, err)
	}
	subs := w.detail(again.ProspectID).Submissions
	mine := slices.IndexFunc(subs, func(s crm.Submission) bool { return s.LeadID == "1234567890123456" })
	if got := subs[mine].Answers[0].Values; !slices.Equal(got, []string{"Casa"}) {
		t.Errorf("answers = %v", got)
	}
}
