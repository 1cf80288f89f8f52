package intake_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// TestIntake_FiftyLeads is a bad morning: fifty leads of two forms, among them people who ask twice, tests, broken ones,
// localised ones, a conflict, lists that Meta cuts short, and a token that dies in the middle.
func TestIntake_FiftyLeads(t *testing.T) {
	w := newWorld(t, 4)
	whatsapp := w.addForm(graphsim.Form{
		Page: w.page.ID, Name: "Terrenos - WhatsApp",
		Questions: []graphsim.Question{{Type: "FULL_NAME"}, {Type: "WHATSAPP_NUMBER"}, interest},
	})
	w.sim.SetLimits(graphsim.Limits{MaxPage: 20, EmptyPageEvery: 3})
	w.connect()
	want := map[meta.ID]intake.State{}
	person := 0
	add := func(n int, state intake.State, with ...func(*graphsim.LeadSpec)) {
		for range n {
			w.Clock.Advance(10 * time.Second)
			person++
			want[w.lead(person, with...)] = state
		}
	}
	same := func(n int) func(*graphsim.LeadSpec) {
		return func(s *graphsim.LeadSpec) {
			s.Answers["phone_number"], s.Answers["email"] = []string{"+52222" + phoneOf(n)}, []string{emailOf(n)}
		}
	}
	inWhatsApp := func(s *graphsim.LeadSpec) {
		s.Form = whatsapp.ID
		s.Answers["whatsapp_number"] = s.Answers["phone_number"]
	}
	add(12, intake.StateRegistered)
	add(6, intake.StateRegistered, func(s *graphsim.LeadSpec) { s.LocalisedKeys = true })
	add(8, intake.StateRegistered, inWhatsApp)
	add(4, intake.StateLinked, same(3))
	add(2, intake.StateLinked, same(20), inWhatsApp)
	add(1, intake.StateHeld, same(1), func(s *graphsim.LeadSpec) { s.Answers["email"] = []string{emailOf(2)} })
	add(1, intake.StateTest, func(s *graphsim.LeadSpec) { s.Test, s.Answers = true, nil })
	add(1, intake.StateTest, func(s *graphsim.LeadSpec) { s.Test, s.Answers, s.Form = true, nil, whatsapp.ID })
	add(3, intake.StateFailed, func(s *graphsim.LeadSpec) { s.Broken = true })
	add(6, intake.StateRegistered, func(s *graphsim.LeadSpec) { s.Wide = true })
	add(3, intake.StateRegistered, func(s *graphsim.LeadSpec) { s.Organic = true })
	// Meta refuses lists of 100, 50 and 25; the list of 12 is the last thing it gives before the token dies.
	w.fault(graphsim.Fault{Edge: "leads", Object: w.form.ID, After: 4, Preset: "token_expired"})
	w.step("poll", w.svc.PollStep)
	if c := w.counts(); c.Registered != 9+8 || c.Failed != 3 || c.Linked != 2 || c.Test != 1 {
		t.Errorf("counts when the token died = %+v", c)
	}
	if err := w.sim.KillToken(w.token, 463); err != nil {
		t.Fatal(err)
	}
	announced := w.lead(person+1, inWhatsApp)
	want[announced] = intake.StateRegistered
	for range 2 {
		if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(announced), PageID: string(w.page.ID), FormID: string(whatsapp.ID)}}); err != nil {
			t.Fatal(err)
		}
	}
	for range 6 {
		w.Clock.Advance(10 * time.Minute)
		w.step("work", w.svc.WorkStep)
		w.step("poll", w.svc.PollStep)
		w.step("check", w.svc.CheckStep)
	}
	if l := w.line(announced); l.State != intake.StateFailed || l.Class != string(meta.ClassReauthorise) {
		t.Errorf("announced lead = %+v", l.Lead)
	}
	want[w.lead(person+2, func(s *graphsim.LeadSpec) { s.Skip = []string{"email", "interés"} })] = intake.StateRegistered
	want[w.lead(person+3)] = intake.StateRegistered
	w.token = w.sim.AddToken(graphsim.TokenSpec{App: w.app.ID})
	if _, err := w.svc.Connect(ctx, w.Admin, w.connection()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.Clock.Advance(6 * time.Minute)
		w.step("poll", w.svc.PollStep)
		w.step("work", w.svc.WorkStep)
		w.step("sweep", w.svc.SweepStep)
	}

	if len(want) != 50 {
		t.Fatalf("%d leads", len(want))
	}
	got := map[meta.ID]intake.State{}
	for id := range maps.Keys(want) {
		got[id] = w.line(id).State
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("leads (-want +got):\n%s", diff)
	}
	if c := w.counts(); c != (intake.LeadCounts{Registered: 38, Linked: 6, Test: 2, Held: 1, Failed: 3}) {
		t.Errorf("counts = %+v", c)
	}
	given := map[string]int{}
	for _, c := range w.prospects() {
		given[c.OwnerName]++
	}
	shares := slices.Sorted(maps.Values(given))
	if diff := cmp.Diff([]int{9, 9, 10, 10}, shares); diff != "" {
		t.Errorf("prospects by seller (-want +got):\n%s", diff)
	}
	if l := w.line(announced); l.Origin != intake.OriginWebhook || l.SeenAgain == 0 {
		t.Errorf("announced lead = %+v", l.Lead)
	}
	w.mustNotLog("EAASIM", "@example.com", "+52222")
}

func phoneOf(n int) string { return strconv.Itoa(2_000_000 + n*7919%8_000_000) }
func emailOf(n int) string { return "persona." + strconv.Itoa(n) + "@example.com" }
