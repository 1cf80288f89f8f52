package crm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
)

// person registers somebody with just these.
func person(o *crmtest.Office, name, phone, email, city, owner string) crm.Registration {
	o.T.Helper()
	reach := func(text string) []string {
		if text == "" {
			return nil
		}
		return []string{text}
	}
	return o.Register(o.Enquiry(func(e *crm.Enquiry) {
		e.Name, e.Phones, e.Emails, e.City, e.OwnerID = name, reach(phone), reach(email), city, owner
	}))
}

func reasonsOf(t *testing.T, o *crmtest.Office, v account.Viewer) []string {
	t.Helper()
	page, err := o.CRM.ListDuplicates(t.Context(), v, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range page.Items {
		if len(p.Contacts) != 2 {
			t.Fatalf("a pair of %d", len(p.Contacts))
		}
		all = append(all, p.Reasons...)
	}
	n, err := o.CRM.CountDuplicates(t.Context(), v)
	if err != nil || n != len(page.Items) {
		t.Errorf("counted %d, %v; listed %d", n, err, len(page.Items))
	}
	slices.Sort(all)
	return all
}

func TestDuplicates_AreFoundForAReason(t *testing.T) {
	type who [4]string // name, phone, e-mail, city
	for _, tt := range []struct {
		name  string
		a, b  who
		apart time.Duration
		want  []string
	}{
		{"dots and tags at Gmail", who{"Ana", "", "ana.perez@gmail.com", ""}, who{"Otra", "", "anaperez+casa@googlemail.com", ""}, 0, []string{crm.DuplicateWeakEmail}},
		{"a tag elsewhere", who{"Ana", "", "ana@example.com", ""}, who{"Otra", "", "ana+casa@example.com", ""}, 0, []string{crm.DuplicateWeakEmail}},
		{"dots elsewhere are another address", who{"Ana", "", "ana.perez@example.com", ""}, who{"Otra", "", "anaperez@example.com", ""}, 0, nil},
		{"one digit and the same name but for accents", who{"José Pérez", "55 1234 5678", "", ""}, who{"JOSE PEREZ", "55 1934 5678", "", ""}, 0, []string{crm.DuplicateDigit}},
		{"the last digit", who{"José Pérez", "55 1234 5678", "", ""}, who{"José Pérez", "55 1234 5679", "", ""}, 0, []string{crm.DuplicateDigit}},
		{"two digits", who{"José Pérez", "55 1234 5678", "", ""}, who{"José Pérez", "55 1934 5679", "", ""}, 0, nil},
		{"one digit and another name", who{"José Pérez", "55 1234 5678", "", ""}, who{"Ana Pérez", "55 1934 5678", "", ""}, 0, nil},
		{"another country", who{"José Pérez", "+1 212 555 0101", "", ""}, who{"José Pérez", "+52 212 555 0102", "", ""}, 0, nil},
		{"name and city within a month", who{"José Pérez", "55 1234 5678", "", "México"}, who{"jose perez", "33 9999 0000", "", "mexico"}, 29 * 24 * time.Hour, []string{crm.DuplicateCity}},
		{"name and city after a month", who{"José Pérez", "55 1234 5678", "", "Puebla"}, who{"José Pérez", "33 9999 0000", "", "Puebla"}, 31 * 24 * time.Hour, nil},
		{"a first name and a city", who{"José", "55 1234 5678", "", "Puebla"}, who{"José", "33 9999 0000", "", "Puebla"}, 0, nil},
		{"nobody's name", who{"", "55 1234 5678", "", "Puebla"}, who{"", "55 1234 5679", "", "Puebla"}, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := crmtest.New(t, 1)
			person(o, tt.a[0], tt.a[1], tt.a[2], tt.a[3], "")
			o.Clock.Advance(tt.apart)
			r := person(o, tt.b[0], tt.b[1], tt.b[2], tt.b[3], "")
			if got := reasonsOf(t, o, o.Admin); !slices.Equal(got, tt.want) {
				t.Errorf("reasons = %v, want %v", got, tt.want)
			}
			list, err := o.CRM.ListProspects(t.Context(), o.Admin, crm.ProspectFilter{})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list.Items {
				if c.PossibleDuplicate != (tt.want != nil) {
					t.Errorf("badge of %s = %v", c.Name, c.PossibleDuplicate)
				}
			}
			if d, err := o.CRM.Contact(t.Context(), o.Admin, r.ContactID); err != nil || (d.Duplicates > 0) != (tt.want != nil) {
				t.Errorf("duplicates of the contact = %d, %v", d.Duplicates, err)
			}
		})
	}
}

// TestDuplicates_FollowEdits: what makes two alike may come and go.
func TestDuplicates_FollowEdits(t *testing.T) {
	o := crmtest.New(t, 1)
	person(o, "José Pérez", "55 1234 5678", "", "", "")
	b := person(o, "Ana Ruiz", "55 1934 5678", "", "", "")
	rename := func(to string) {
		t.Helper()
		if _, err := o.CRM.UpdateContact(t.Context(), o.Admin, b.ContactID, crm.ContactPatch{Name: &to}); err != nil {
			t.Fatal(err)
		}
	}
	rename("Jose Perez")
	if got := reasonsOf(t, o, o.Admin); !slices.Equal(got, []string{crm.DuplicateDigit}) {
		t.Errorf("renamed: %v", got)
	}
	rename("Ana Ruiz")
	if got := reasonsOf(t, o, o.Admin); got != nil {
		t.Errorf("renamed back: %v", got)
	}
	rename("Jose Perez")
	_, err := o.Store.Write(t.Context(), store.System, func(tx *store.Tx) error { return tx.Remove("prospect", b.ProspectID) })
	if err != nil {
		t.Fatal(err)
	}
	if got := reasonsOf(t, o, o.Admin); got != nil {
		t.Errorf("in the bin: %v", got)
	}
}

// TestDuplicates_ToldApartStayApart: that two are not one person is remembered through whatever is edited later, also where it
// gives another reason to take them for one.
func TestDuplicates_ToldApartStayApart(t *testing.T) {
	o := crmtest.New(t, 1)
	a := person(o, "Rosa Luna", "55 2222 5678", "rosa.luna@gmail.com", "Puebla", "")
	b := person(o, "Rosa Luna", "55 2222 5679", "", "", "")
	if _, err := o.CRM.DismissDuplicate(t.Context(), o.Admin, a.ContactID, b.ContactID); err != nil {
		t.Fatal(err)
	}
	for what, edit := range map[string]func() error{
		"the same city": func() error {
			city := "Puebla"
			_, err := o.CRM.UpdateContact(t.Context(), o.Admin, b.ContactID, crm.ContactPatch{City: &city})
			return err
		},
		"a mailbox of one": func() error {
			_, err := o.CRM.AddEmail(t.Context(), o.Admin, b.ContactID, "rosaluna+casa@gmail.com")
			return err
		},
		"a phone with another digit": func() error {
			_, err := o.CRM.AddPhone(t.Context(), o.Admin, b.ContactID, "55 2222 5677")
			return err
		},
	} {
		if err := edit(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := reasonsOf(t, o, o.Admin); got != nil {
			t.Errorf("%s: they are taken for one again: %v", what, got)
		}
	}
	person(o, "Rosa Luna", "55 2222 5670", "", "", "") // somebody else may be either
	if got := reasonsOf(t, o, o.Admin); len(got) == 0 {
		t.Error("a third is compared with nobody")
	}
}

// TestDuplicates_AreTheViewers: a seller hears of a pair only when both are theirs, and what was told apart stays so.
func TestDuplicates_AreTheViewers(t *testing.T) {
	o := crmtest.New(t, 2)
	ana, beto := o.Sellers[0], o.Sellers[1]
	person(o, "José Pérez", "55 1234 5678", "", "", ana.UserID)
	person(o, "José Pérez", "55 1234 5679", "", "", beto.UserID)
	a := person(o, "Rosa Luna", "55 2222 5678", "", "", ana.UserID)
	b := person(o, "Rosa Luna", "55 2222 5679", "", "", ana.UserID)
	for _, tt := range []struct {
		v    account.Viewer
		want int
	}{{o.Admin, 2}, {ana, 1}, {beto, 0}, {account.Viewer{}, 0}} {
		if got := reasonsOf(t, o, tt.v); len(got) != tt.want {
			t.Errorf("%s sees %v, want %d", tt.v.Name, got, tt.want)
		}
	}
	list, err := o.CRM.ListProspects(t.Context(), beto, crm.ProspectFilter{})
	if err != nil || len(list.Items) != 1 || list.Items[0].PossibleDuplicate {
		t.Errorf("Beto's badge tells of somebody else's contact: %+v, %v", list.Items, err)
	}
	c, err := o.CRM.DismissDuplicate(t.Context(), ana, b.ContactID, a.ContactID)
	if err != nil {
		t.Fatal(err)
	}
	if got := reasonsOf(t, o, o.Admin); len(got) != 1 {
		t.Errorf("told apart, the administrator sees %v", got)
	}
	if _, err := o.Store.Undo(t.Context(), ana.Author(), c.TxID); err != nil {
		t.Fatal(err)
	}
	if got := reasonsOf(t, o, ana); len(got) != 1 {
		t.Errorf("taken back: %v", got)
	}
	if _, err := o.CRM.DismissDuplicate(t.Context(), beto, b.ContactID, a.ContactID); err == nil {
		t.Error("somebody else tells them apart")
	}
}

// TestListContacts_HasEachOnce: a person with several prospects is one line, and each viewer's own.
func TestListContacts_HasEachOnce(t *testing.T) {
	o := crmtest.New(t, 2)
	ana, beto := o.Sellers[0], o.Sellers[1]
	r := person(o, "Rosa Luna", "55 2222 5678", "rosa@example.com", "Puebla", ana.UserID)
	person(o, "Berta Sol", "55 3333 5678", "", "", beto.UserID)
	_, err := o.Store.Write(t.Context(), store.System, func(tx *store.Tx) error {
		var stage string
		if err := tx.Query().NewQuery("SELECT stage_id FROM prospect LIMIT 1").Row(&stage); err != nil {
			return err
		}
		return tx.Create("prospect", tx.NewID(), store.Row{
			"contact_id": r.ContactID, "owner_id": beto.UserID, "stage_id": stage, "status": crm.StatusNew, "source": crm.SourceManual,
			"lead_at": "2026-11-02T15:00:00.000Z", "received_at": "2026-11-02T15:00:00.000Z", "created_at": "2026-11-02T15:00:00.000Z",
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		v     account.Viewer
		q     string
		names []string
		rosas int
	}{
		{o.Admin, "", []string{"Berta Sol", "Rosa Luna"}, 2},
		{ana, "", []string{"Rosa Luna"}, 1},
		{beto, "", []string{"Berta Sol", "Rosa Luna"}, 1},
		{o.Admin, "rosa", []string{"Rosa Luna"}, 2},
		{ana, "5678", []string{"Rosa Luna"}, 1},
		{ana, "berta", nil, 0},
	} {
		page, err := o.CRM.ListContacts(t.Context(), tt.v, tt.q, "", "", 0)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, line := range page.Items {
			names = append(names, line.Name)
			if line.Name == "Rosa Luna" && line.Prospects != tt.rosas {
				t.Errorf("%s: prospects of Rosa = %d, want %d", tt.v.Name, line.Prospects, tt.rosas)
			}
		}
		if !slices.Equal(names, tt.names) || page.Total != len(names) {
			t.Errorf("%s, %q: %v (%d), want %v", tt.v.Name, tt.q, names, page.Total, tt.names)
		}
	}
	// However many there are, a page knows the whole number: each viewer's.
	for _, tt := range []struct {
		v    account.Viewer
		want int
	}{{o.Admin, 2}, {ana, 1}, {beto, 2}} {
		page, err := o.CRM.ListContacts(t.Context(), tt.v, "", "", "", 1)
		if err != nil || page.Total != tt.want || len(page.Items) != 1 {
			t.Errorf("%s: a page of %d of %d, %v, want 1 of %d", tt.v.Name, len(page.Items), page.Total, err, tt.want)
		}
	}
}

// TestUpdatePhone_PutsItFirst: the first phone is the one that lists show.
func TestUpdatePhone_PutsItFirst(t *testing.T) {
	o := crmtest.New(t, 1)
	r := person(o, "Rosa Luna", "55 2222 5678", "", "", "")
	c, err := o.CRM.AddPhone(t.Context(), o.Admin, r.ContactID, "33 1234 5678")
	if err == nil {
		_, err = o.CRM.UpdatePhone(t.Context(), o.Admin, c.ID, crm.PhonePatch{First: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := o.CRM.ListProspects(t.Context(), o.Admin, crm.ProspectFilter{})
	if err != nil || list.Items[0].Phone != "+523312345678" {
		t.Errorf("card = %+v, %v", list.Items, err)
	}
}

// TestDuplicates_OfAVeryCommonNameAreBounded: what everybody is called says nothing, and is not compared with everybody.
func TestDuplicates_OfAVeryCommonNameAreBounded(t *testing.T) {
	o := crmtest.New(t, 1)
	for i := range 60 {
		person(o, "María García", fmt.Sprintf("55 2%03d %04d", i*7%1000, i*977%10000), "", "Puebla", "")
	}
	n, err := o.CRM.CountDuplicates(t.Context(), o.Admin)
	if err != nil || n > 30*29/2 {
		t.Errorf("%d pairs, %v", n, err)
	}
}

// TestDerived_ReadsOnlyWhatIsStale: what is derived at each commit must not grow with the office.
func TestDerived_ReadsOnlyWhatIsStale(t *testing.T) {
	o := crmtest.New(t, 1)
	queries, err := crm.DerivedQueries(o.Store.Read())
	if err != nil || len(queries) < 3 {
		t.Fatalf("%d statements, %v", len(queries), err)
	}
	for _, q := range queries {
		for _, step := range plan(t, o.Store.Read(), q) {
			if strings.HasPrefix(step, "MATERIALIZE ") || strings.HasPrefix(step, "SCAN ") && strings.Contains(step, " USING ") {
				t.Errorf("%s\nreads everything: %s", q.Text, step)
			}
		}
	}
	pairs, stretches := queries[len(queries)-1], 0
	for _, step := range plan(t, o.Store.Read(), pairs) {
		if strings.Contains(step, "(kind=? AND key=? AND value>? AND value<?)") {
			stretches++
		}
	}
	if stretches != 2 {
		t.Errorf("of who has a name in a city, all are read: %s", pairs.Text)
	}
}
