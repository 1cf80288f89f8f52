package office_test

import (
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// What people type wrong, or do at the same time on two computers that are apart: they read a sentence that says what happened, and
// nothing that anybody wrote is lost.

// sentences are what a person reads, by code.
func sentences(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../frontend/src/locales/es-MX/errors.json")
	must(t, err)
	all := map[string]string{}
	must(t, json.Unmarshal(text, &all))
	return all
}

var placeholder = regexp.MustCompile(`\{\{(\w+)\}\}`)

// readable fails unless the fault has a sentence and everything that the sentence names.
func readable(t *testing.T, sentence string, err error) {
	t.Helper()
	if sentence == "" {
		t.Errorf("no sentence for %v", err)
	}
	for _, name := range placeholder.FindAllStringSubmatch(sentence, -1) {
		f := fault.Find(err)
		if f == nil || f.Args[name[1]] == nil || f.Args[name[1]] == "" {
			t.Errorf("%q lacks its %s: %v", sentence, name[1], f)
		}
	}
}

// place is where somebody works.
type place struct {
	name  string
	crm   *crm.Service
	store *store.Store
}

// apart is the host and two computers of its administrator, one of a seller's, none of which hears of another.
type apart struct {
	*base
	one, two, ana *computer
}

func newApart(t *testing.T) apart {
	t.Helper()
	b := newBase(t)
	_, err := b.CRM.Vocabulary(t.Context())
	must(t, err)
	return apart{base: b}
}

// part enrols the computers, has them read everything, and cuts them off.
func (a *apart) part() {
	a.one, a.two, a.ana = a.enrol(a.Admin), a.enrol(a.Admin), a.enrol(a.Sellers[0])
	a.meet()
	a.cutAll()
}

func (a *apart) computers() []*computer { return []*computer{a.one, a.two, a.ana} }

func (a *apart) cutAll() {
	for _, c := range a.computers() {
		c.cut()
	}
}

// meet has everybody say and hear everything.
func (a *apart) meet() {
	for range 2 {
		for _, c := range a.computers() {
			c.connect()
		}
	}
}

// later lets a minute pass everywhere.
func (a *apart) later() { a.advance(time.Minute, a.computers()...) }

// places are where an administrator works.
func (a *apart) places() []place {
	return []place{{"the host", a.CRM, a.Store}, {"one computer", a.one.crm, a.one.store}, {"another computer", a.two.crm, a.two.store}}
}

// sameEverywhere fails unless what a query answers is the same at every place of an administrator, and what is wanted.
func (a *apart) sameEverywhere(what, query, want string) {
	a.t.Helper()
	for _, p := range a.places() {
		var got string
		must(a.t, p.store.Read().NewQuery(query).Row(&got))
		if got != want {
			a.t.Errorf("%s on %s: %q, want %q", what, p.name, got, want)
		}
	}
}

// told are the fields of which a computer says that they did not stay, with why.
func (c *computer) told() (list []string) {
	c.t.Helper()
	lost, err := c.store.Unaccepted(c.t.Context(), c.user.UserID)
	must(c.t, err)
	for _, u := range lost {
		list = append(list, strings.TrimSpace(u.Entity+"."+u.Field+" "+u.Outcome.String()+" "+u.Reason))
	}
	return list
}

func day(pairs ...string) *crm.WeekHours {
	w := &crm.WeekHours{}
	for i := 0; i < len(pairs); i += 2 {
		w.Mon = append(w.Mon, crm.HoursSpan{From: pairs[i], To: pairs[i+1]})
	}
	return w
}

func TestBadInput_IsRefusedWithASentenceOnEveryComputer(t *testing.T) {
	a := newApart(t)
	seller := a.Sellers[0].UserID
	mine := a.of(a.Sellers[0])
	words, err := a.CRM.Vocabulary(t.Context())
	must(t, err)
	used := words.Stages[2].ID
	_, err = a.CRM.UpdateProspect(t.Context(), a.Admin, mine, crm.ProspectPatch{StageID: &used})
	must(t, err)
	people := newPair(a.base)
	third := contactOf(t, a.Store, a.of(a.Sellers[1]))
	keep := crm.MergeChoice{Seller: crm.SellersKeep}
	first := a.merge(keep, people.a, people.b)
	a.merge(keep, third, people.a)
	_, err = a.CRM.SaveAbsence(t.Context(), a.Admin, crm.Absence{UserID: seller, From: "2026-12-20", Until: "2026-12-31"})
	must(t, err)
	a.part()

	tests := []struct {
		name, code string
		do         func(s *crm.Service) error
	}{
		{"overlapping hours of the office", "hours.overlap", func(s *crm.Service) error {
			_, err := s.UpdateOfficeTurns(t.Context(), a.Admin, crm.OfficeTurnsPatch{Hours: day("09:00", "14:00", "13:00", "18:00")})
			return err
		}},
		{"overlapping hours of a seller", "hours.overlap", func(s *crm.Service) error {
			_, err := s.UpdateSellerTurns(t.Context(), a.Admin, seller, crm.SellerTurnsPatch{Hours: day("09:00", "14:00", "09:00", "14:00")})
			return err
		}},
		{"hours past midnight", "hours.backwards", func(s *crm.Service) error {
			_, err := s.UpdateOfficeTurns(t.Context(), a.Admin, crm.OfficeTurnsPatch{Hours: day("22:00", "02:00")})
			return err
		}},
		{"an absence on another", "absence.overlap", func(s *crm.Service) error {
			_, err := s.SaveAbsence(t.Context(), a.Admin, crm.Absence{UserID: seller, From: "2026-12-31", Until: "2027-01-02"})
			return err
		}},
		{"a day that is none", "input.invalid", func(s *crm.Service) error {
			_, err := s.SaveAbsence(t.Context(), a.Admin, crm.Absence{UserID: seller, From: "2026-02-30", Until: "2026-03-02"})
			return err
		}},
		{"an appointment on a day that is none", "input.invalid", func(s *crm.Service) error {
			_, err := s.LogActivity(t.Context(), a.Admin, mine, crm.NewActivity{Kind: crm.KindVisit, Due: crm.Due{On: "2022-10-32"}})
			return err
		}},
		{"a stage put away while it is in use", "stage.in_use", func(s *crm.Service) error {
			_, err := s.ArchiveStage(t.Context(), a.Admin, used, "")
			return err
		}},
		{"a prospect moved to a stage that is none", "input.invalid", func(s *crm.Service) error {
			none := "00000000-0000-7000-8000-000000000000"
			_, err := s.UpdateProspect(t.Context(), a.Admin, mine, crm.ProspectPatch{StageID: &none})
			return err
		}},
		{"a template with an unknown variable", "template.unknown_variable", func(s *crm.Service) error {
			_, err := s.CreateTemplate(t.Context(), a.Admin, crm.NewTemplate{Channel: "whatsapp", Name: "Saludo", Body: "Hola, {{apellido}}."})
			return err
		}},
		{"a merge of who is part of another", crm.CodeMergeDone, func(s *crm.Service) error {
			_, err := s.MergeContacts(t.Context(), a.Admin, crm.Merge{Contacts: []string{third, people.b}, Choice: keep})
			return err
		}},
		{"the first merge taken back before the second", crm.CodeMergeLater, func(s *crm.Service) error {
			_, err := s.UndoMergeContacts(t.Context(), a.Admin, first)
			return err
		}},
	}
	sentence := sentences(t)
	for _, tt := range tests {
		for _, p := range a.places() {
			before := count(t, p.store, "SELECT (SELECT count(*) FROM op_log) + (SELECT count(*) FROM outbox)")
			err := tt.do(p.crm)
			if fault.Code(err) != tt.code {
				t.Errorf("%s on %s: %v, want %s", tt.name, p.name, err, tt.code)
				continue
			}
			readable(t, sentence[tt.code], err)
			if after := count(t, p.store, "SELECT (SELECT count(*) FROM op_log) + (SELECT count(*) FROM outbox)"); after != before {
				t.Errorf("%s on %s has written something", tt.name, p.name)
			}
		}
	}
}

// TestBadInput_OfASellerAway: a seller's computer says the same, with no network.
func TestBadInput_OfASellerAway(t *testing.T) {
	a := newApart(t)
	mine := a.of(a.Sellers[0])
	a.part()
	ana, sentence := a.ana, sentences(t)
	_, err := ana.crm.CreateTemplate(t.Context(), ana.user, crm.NewTemplate{Channel: "email", Name: "Saludo", Subject: "{{x}}", Body: "Hola."})
	wantCode(t, "a template with an unknown variable", err, "template.unknown_variable")
	readable(t, sentence["template.unknown_variable"], err)
	_, err = ana.crm.LogActivity(t.Context(), ana.user, mine, crm.NewActivity{Kind: crm.KindVisit, Due: crm.Due{On: "2023-02-29"}})
	wantCode(t, "a day that is none", err, "input.invalid")
	readable(t, sentence["input.invalid"], err)
	warm, cold := crm.TemperatureWarm, crm.TemperatureCold
	done, err := ana.crm.UpdateProspect(t.Context(), ana.user, mine, crm.ProspectPatch{Temperature: &warm})
	must(t, err)
	a.meet()
	a.cutAll()
	a.later()
	must(t, a.temperature(a.Admin, mine, cold))
	a.meet() // Ana has heard of it
	a.cutAll()
	if _, err := ana.store.Undo(t.Context(), ana.user.Author(), done.TxID); !errors.Is(err, store.ErrChangedSince) || sentence["undo.changed_since"] == "" {
		t.Errorf("an undo after somebody else's change = %v", err)
	}
	a.sameEverywhere("the temperature", "SELECT temperature FROM prospect WHERE id = '"+mine+"'", cold)
}

// TestHours_OfTwoComputersApart: each is a whole, so two that overlap never become one week. Who wrote first is told.
func TestHours_OfTwoComputersApart(t *testing.T) {
	a := newApart(t)
	a.part()
	for _, c := range []*computer{a.one, a.two} {
		a.later()
		hours := day("09:00", "14:00")
		if c == a.two {
			hours = day("13:00", "18:00")
		}
		_, err := c.crm.UpdateOfficeTurns(t.Context(), a.Admin, crm.OfficeTurnsPatch{Hours: hours})
		must(t, err)
		_, err = c.crm.UpdateSellerTurns(t.Context(), a.Admin, a.Sellers[0].UserID, crm.SellerTurnsPatch{Hours: hours})
		must(t, err)
	}
	a.two.connect() // what was written last arrives first
	a.meet()
	for _, p := range a.places() {
		all, err := p.crm.TurnSettings(t.Context(), a.Admin)
		must(t, err)
		want := []crm.HoursSpan{{From: "13:00", To: "18:00"}}
		if diff := cmp.Diff(want, all.Office.Hours.Mon); diff != "" {
			t.Errorf("the office's hours on %s (-want +got):\n%s", p.name, diff)
		}
		if diff := cmp.Diff(want, all.Sellers[0].Hours.Mon); diff != "" {
			t.Errorf("the seller's hours on %s (-want +got):\n%s", p.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"user.hours superseded", "office.hours superseded"}, a.one.told()); diff != "" {
		t.Errorf("who wrote first is told (-want +got):\n%s", diff)
	}
	if told := a.two.told(); len(told) > 0 {
		t.Errorf("who wrote last is told %v", told)
	}
}

// TestAbsence_OfTwoComputersApartLeavesNobody: each leaves somebody, both leave nobody. Both stand, and every computer names the days;
// so do two for the same seller that overlap.
func TestAbsence_OfTwoComputersApartLeavesNobody(t *testing.T) {
	a := newApart(t)
	a.part()
	for i, c := range []*computer{a.one, a.two} {
		a.later()
		saved, err := c.crm.SaveAbsence(t.Context(), a.Admin, crm.Absence{UserID: a.Sellers[i].UserID, From: "2026-12-21", Until: "2026-12-23"})
		must(t, err)
		if len(saved.Uncovered) != 0 {
			t.Errorf("alone it leaves nobody: %+v", saved.Uncovered)
		}
		_, err = c.crm.SaveAbsence(t.Context(), a.Admin, crm.Absence{UserID: a.Sellers[0].UserID, From: "2027-01-04", Until: []string{"2027-01-06", "2027-01-08"}[i]})
		must(t, err)
	}
	a.meet()
	for _, p := range a.places() {
		all, err := p.crm.TurnSettings(t.Context(), a.Admin)
		must(t, err)
		if diff := cmp.Diff([]crm.Uncovered{{From: "2026-12-21", Until: "2026-12-23"}}, all.Uncovered); diff != "" {
			t.Errorf("days that leave nobody on %s (-want +got):\n%s", p.name, diff)
		}
		if len(all.Absences) != 4 {
			t.Errorf("%s has %d absences, want all 4", p.name, len(all.Absences))
		}
	}
	if told := append(a.one.told(), a.two.told()...); len(told) > 0 {
		t.Errorf("told of %v", told)
	}
}

// TestTemplate_OfTwoComputersApart: the later text stands, whole, and who wrote first is told and has theirs.
func TestTemplate_OfTwoComputersApart(t *testing.T) {
	a := newApart(t)
	made, err := a.CRM.CreateTemplate(t.Context(), a.Admin, crm.NewTemplate{Channel: "whatsapp", Name: "Saludo", Body: "Hola, {{nombre}}.", Shared: true})
	must(t, err)
	a.part()
	for i, c := range []*computer{a.one, a.two} {
		a.later()
		bad, good := "Hola, {{nombre}} {{mote}}.", []string{"Buenos días, {{nombre}}.", "Buenas tardes, {{nombre}}."}[i]
		_, err := c.crm.UpdateTemplate(t.Context(), a.Admin, made.ID, crm.TemplatePatch{Body: &bad})
		wantCode(t, "an unknown variable", err, "template.unknown_variable")
		_, err = c.crm.UpdateTemplate(t.Context(), a.Admin, made.ID, crm.TemplatePatch{Body: &good})
		must(t, err)
	}
	a.two.connect()
	a.meet()
	a.sameEverywhere("the text", "SELECT body FROM template WHERE id = '"+made.ID+"'", "Buenas tardes, {{nombre}}.")
	lost, err := a.one.store.Unaccepted(t.Context(), a.Admin.UserID)
	must(t, err)
	if len(lost) != 1 || lost[0].Outcome != store.Superseded || string(lost[0].Mine) != `"Buenos días, {{nombre}}."` {
		t.Errorf("who wrote first is told %+v", lost)
	}
}

// TestMerge_OfMergedContactsOnTwoComputersApart: one computer makes A of A and B, the other C of C and B. The host makes A part of C, for B
// is A by then; nobody loses a phone. Taken back out of order it says so everywhere, and in order everything is as it was.
func TestMerge_OfMergedContactsOnTwoComputersApart(t *testing.T) {
	a := newApart(t)
	p := newPair(a.base)
	third := contactOf(t, a.Store, a.of(a.Sellers[0]))
	before := people(t, a.Store)
	a.part()
	keep := crm.MergeChoice{Seller: crm.SellersKeep}
	wish := func(c *computer, contacts ...string) string {
		t.Helper()
		a.later()
		m, err := c.crm.MergeContacts(t.Context(), a.Admin, crm.Merge{Contacts: contacts, Choice: keep})
		must(t, err)
		if m.State != crm.MergeWaiting {
			t.Errorf("away from the host it is %q", m.State)
		}
		return m.ID
	}
	first, second := wish(a.one, p.a, p.b), wish(a.two, third, p.b)
	a.meet()
	sentence := sentences(t)
	for _, at := range a.places() {
		if got := phones(t, at.store, third); len(got) != 3 {
			t.Errorf("phones on %s = %v", at.name, got)
		}
		_, err := at.crm.UndoMergeContacts(t.Context(), a.Admin, first)
		wantCode(t, "the first before the second on "+at.name, err, crm.CodeMergeLater)
		readable(t, sentence[crm.CodeMergeLater], err)
	}
	for _, id := range []string{second, first} {
		a.cutAll()
		m, err := a.two.crm.UndoMergeContacts(t.Context(), a.Admin, id)
		must(t, err)
		if m.State == crm.MergeUndone {
			t.Error("taken back away from the host")
		}
		a.meet()
	}
	if diff := cmp.Diff(before, people(t, a.Store)); diff != "" {
		t.Errorf("taken back (-before +after):\n%s", diff)
	}
	for _, c := range a.computers() {
		c.same()
	}
}

// TestDates_OfTwoComputersInTwoZones: an appointment in the hour that came twice when daylight saving ended for the last time, and a day
// without a time, written and moved on computers of Tijuana and of Mexico City: the instant is one and the day never shifts.
func TestDates_OfTwoComputersInTwoZones(t *testing.T) {
	a := newApart(t)
	mine := a.of(a.Sellers[0])
	a.part()
	open := false
	plan := func(c *computer, v account.Viewer, body string, due crm.Due) string {
		t.Helper()
		made, err := c.crm.LogActivity(t.Context(), v, mine, crm.NewActivity{Kind: crm.KindVisit, Body: body, Due: due, Done: &open})
		must(t, err)
		return made.ID
	}
	plan(a.ana, a.Sellers[0], "hora repetida", crm.Due{At: "2022-10-30T01:30:00-06:00", Minutes: 30}) // the second 1:30 of Mexico City
	on := plan(a.ana, a.Sellers[0], "todo el día", crm.Due{On: "2022-10-30"})
	a.meet()
	a.cutAll()
	for i, c := range []*computer{a.one, a.two} {
		a.later()
		_, err := c.crm.UpdateActivity(t.Context(), a.Admin, on, crm.ActivityPatch{DueOn: &[]string{"2022-10-29", "2022-10-31"}[i]})
		must(t, err)
	}
	a.two.connect()
	a.meet()
	a.sameEverywhere("the day", "SELECT due_on FROM activity WHERE id = '"+on+"'", "2022-10-31")
	if told := a.one.told(); len(told) != 1 || told[0] != "activity.due_on superseded" {
		t.Errorf("who moved it first is told %v", told)
	}
	zones := map[string]crm.AgendaRange{
		"America/Mexico_City":   {From: "2022-10-30", To: "2022-10-31", FromAt: "2022-10-30T05:00:00Z", ToAt: "2022-10-31T06:00:00Z"},
		"America/Tijuana":       {From: "2022-10-30", To: "2022-10-31", FromAt: "2022-10-30T07:00:00Z", ToAt: "2022-10-31T07:00:00Z"},
		"America/Ciudad_Juarez": {From: "2022-10-30", To: "2022-10-31", FromAt: "2022-10-30T06:00:00Z", ToAt: "2022-10-31T06:00:00Z"},
		"America/Cancun":        {From: "2022-10-30", To: "2022-10-31", FromAt: "2022-10-30T05:00:00Z", ToAt: "2022-10-31T05:00:00Z"},
	}
	for zone, r := range zones {
		place, err := time.LoadLocation(zone)
		must(t, err)
		begins := time.Date(2022, 10, 30, 0, 0, 0, 0, place).UTC().Format(time.RFC3339)
		if begins != r.FromAt {
			t.Fatalf("the day begins at %s in %s", begins, zone)
		}
		want := []string{"hora repetida 2022-10-30T07:30:00.000Z"}
		for name, s := range map[string]*crm.Service{"the host": a.CRM, "one": a.one.crm, "two": a.two.crm} {
			agenda, err := s.Agenda(t.Context(), a.Admin, r)
			must(t, err)
			got := []string{}
			for _, item := range agenda.Items {
				at := ""
				if item.DueAt != nil {
					at = *item.DueAt
				}
				got = append(got, item.Body+" "+at)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the 30th of %s on %s (-want +got):\n%s", zone, name, diff)
			}
		}
	}
}
