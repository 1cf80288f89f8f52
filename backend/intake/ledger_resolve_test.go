package intake_test

import (
	"slices"
	"testing"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// crossed is a world with two people and a held lead that has the phone of the first and the e-mail of the second.
func crossed(t *testing.T) (w *world, held meta.ID, byPhone, byEmail crm.Candidate) {
	t.Helper()
	w = newWorld(t, 2)
	w.connect()
	w.lead(1)
	w.lead(2)
	w.pull()
	held = w.lead(1, func(s *graphsim.LeadSpec) {
		s.Answers["full_name"], s.Answers["email"] = []string{"Prueba Cruzada"}, []string{crmtest.EmailText(2)}
	})
	if p := w.pull(); p.Held != 1 {
		t.Fatalf("pull = %+v", p)
	}
	people := w.line(held).People
	if len(people) != 2 || !people[0].ByPhone || people[0].ByEmail || people[1].ByPhone || !people[1].ByEmail {
		t.Fatalf("people = %+v", people)
	}
	return w, held, people[0], people[1]
}

func TestResolve_PeopleAreNamedWithTheirProspects(t *testing.T) {
	w, _, byPhone, byEmail := crossed(t)
	for n, c := range []crm.Candidate{byPhone, byEmail} {
		d := w.detail(c.ProspectID)
		if c.Name != crmtest.Name(n+1) || d.Contact.ID != c.ContactID || d.OwnerName != c.OwnerName || c.OwnerName == "" {
			t.Errorf("person %d = %+v, prospect %+v", n+1, c, d.Contact)
		}
	}
}

// TestHeldLead_MakesAPairOfWhoseDataItHas: the phone of one person and the e-mail of another make them perhaps one, for this
// reason and through edits, until somebody tells them apart or the lead has been decided.
func TestHeldLead_MakesAPairOfWhoseDataItHas(t *testing.T) {
	reasons := func(w *world) (all []string) {
		t.Helper()
		page, err := w.CRM.ListDuplicates(ctx, w.Admin, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range page.Items {
			all = append(all, pair.Reasons...)
		}
		return all
	}
	w, held, byPhone, byEmail := crossed(t)
	if got := reasons(w); !slices.Equal(got, []string{crm.DuplicateConflict}) {
		t.Fatalf("reasons = %v, want the conflict", got)
	}
	city := "Puebla"
	if _, err := w.CRM.UpdateContact(ctx, w.Admin, byPhone.ContactID, crm.ContactPatch{City: &city}); err != nil {
		t.Fatal(err)
	}
	if got := reasons(w); !slices.Equal(got, []string{crm.DuplicateConflict}) {
		t.Errorf("after an edit: %v", got)
	}
	if _, err := w.svc.Resolve(ctx, w.Admin, string(held), byPhone.ContactID); err != nil {
		t.Fatal(err)
	}
	if got := reasons(w); !slices.Equal(got, []string{crm.DuplicateEmail}) { // the one has the other's address from now on
		t.Errorf("decided: %v", got)
	}
	w, _, byPhone, byEmail = crossed(t)
	if _, err := w.CRM.DismissDuplicate(ctx, w.Admin, byEmail.ContactID, byPhone.ContactID); err != nil {
		t.Fatal(err)
	}
	if got := reasons(w); got != nil {
		t.Errorf("told apart: %v", got)
	}
}

func TestResolve_HeldLeadJoinsWhomThePersonChose(t *testing.T) {
	for _, second := range []bool{false, true} {
		w, id, chosen, other := crossed(t)
		if second {
			chosen, other = other, chosen
		}
		l, err := w.svc.Resolve(ctx, w.Admin, string(id), chosen.ContactID)
		if err != nil || l.State != intake.StateLinked || l.ProspectID != chosen.ProspectID || l.Problem != "" {
			t.Fatalf("second %v: resolve = %+v, %v", second, l, err)
		}
		if raw := w.line(id).Raw; raw != nil {
			t.Errorf("second %v: the ledger still holds %v", second, raw)
		}
		has := func(prospect string) bool {
			return slices.ContainsFunc(w.detail(prospect).Submissions, func(s crm.Submission) bool { return s.LeadID == string(id) })
		}
		if !has(chosen.ProspectID) || has(other.ProspectID) {
			t.Errorf("second %v: the enquiry is not with the chosen one alone", second)
		}
		if n := len(w.noticed()); n == 0 || w.noticed()[n-1].ProspectID != chosen.ProspectID {
			t.Errorf("second %v: the seller was not told: %+v", second, w.noticed())
		}
		// The same phone and e-mail once more ask nobody again.
		again := w.lead(1, func(s *graphsim.LeadSpec) { s.Answers["email"] = []string{crmtest.EmailText(2)} })
		w.pull()
		if l := w.line(again); l.State != intake.StateLinked || l.ProspectID != chosen.ProspectID {
			t.Errorf("second %v: the next one = %+v", second, l.Lead)
		}
	}
}

func TestResolve_HeldLeadBecomesSomebodyNew(t *testing.T) {
	w, id, a, b := crossed(t)
	l, err := w.svc.Resolve(ctx, w.Admin, string(id), "")
	if err != nil || l.State != intake.StateRegistered || l.ProspectID == a.ProspectID || l.ProspectID == b.ProspectID {
		t.Fatalf("resolve = %+v, %v", l, err)
	}
	d := w.detail(l.ProspectID)
	if d.Contact.Name != "Prueba Cruzada" || d.OwnerID == "" || len(d.Contact.Phones) != 1 || len(d.Contact.Emails) != 1 {
		t.Errorf("prospect = %+v", d)
	}
	if c := w.counts(); c.Held != 0 || c.Registered != 3 {
		t.Errorf("counts = %+v", c)
	}
}

func TestResolve_DecisionIsAnAdministratorsNotedAndMadeOnce(t *testing.T) {
	w, id, a, _ := crossed(t)
	if _, err := w.svc.Resolve(ctx, w.Sellers[0], string(id), a.ContactID); !fault.Has(err, "access.admin_only") {
		t.Errorf("as a seller: %v", err)
	}
	if _, err := w.svc.Resolve(ctx, w.Admin, "no-such-lead", a.ContactID); !fault.Has(err, intake.CodeLeadNotFound) {
		t.Errorf("a lead that is not: %v", err)
	}
	if _, err := w.svc.Resolve(ctx, w.Admin, string(id), "somebody-else"); !fault.Has(err, "contact.not_found") {
		t.Errorf("of somebody else: %v", err)
	}
	if l := w.line(id); l.State != intake.StateHeld || len(l.People) != 2 {
		t.Errorf("after refusals the line is %+v", l)
	}
	if _, err := w.svc.Resolve(ctx, w.Admin, string(id), a.ContactID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.svc.Resolve(ctx, w.Admin, string(id), ""); !fault.Has(err, intake.CodeLeadSettled) {
		t.Errorf("twice: %v", err)
	}
	n := one[int](w, "SELECT count(*) FROM audit WHERE action = 'lead.resolved' AND subject = {:id} AND user_id = {:user}",
		dbx.Params{"id": string(id), "user": w.Admin.UserID})
	if n != 1 {
		t.Errorf("noted %d times", n)
	}
	broken := w.lead(5, func(s *graphsim.LeadSpec) { s.Broken = true })
	w.pull()
	if _, err := w.svc.Resolve(ctx, w.Admin, string(broken), ""); !fault.Has(err, intake.CodeLeadNotHeld) {
		t.Errorf("a lead that waits for no decision: %v", err)
	}
}

func TestResolve_HeldLeadOfAFile(t *testing.T) {
	w := newWorld(t, 1)
	w.importFile("Celular,Correo\n5555550101,\n,eva@example.com\n")
	w.importFile("id,phone,email,Interés\nl:1234567890123456,5555550101,eva@example.com,Casa\n")
	l := w.line("1234567890123456")
	if len(l.People) != 2 || !slices.ContainsFunc(l.Raw, func(a intake.RawAnswer) bool { return a.Name == "email" }) {
		t.Fatalf("line = %+v", l)
	}
	done, err := w.svc.Resolve(ctx, w.Admin, l.LeadID, l.People[1].ContactID)
	if err != nil || done.State != intake.StateLinked || done.ProspectID != l.People[1].ProspectID {
		t.Errorf("resolve = %+v, %v", done, err)
	}
}
