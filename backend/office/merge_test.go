package office_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
)

// people lists everything that a merge moves, as it stands in a file.
func people(t testing.TB, st *store.Store) []string {
	t.Helper()
	list := []string{}
	must(t, st.Read().NewQuery(`
		SELECT 'contact ' || id || ' ' || name || ' ' || city || ' ' || merged_into || ' ' || deleted FROM contact
		UNION ALL SELECT 'phone ' || id || ' ' || contact_id || ' ' || raw || ' ' || position || ' ' || deleted FROM contact_phone
		UNION ALL SELECT 'email ' || id || ' ' || contact_id || ' ' || raw || ' ' || position || ' ' || deleted FROM contact_email
		UNION ALL SELECT 'prospect ' || id || ' ' || contact_id || ' ' || owner_id || ' ' || status || ' ' || deleted FROM prospect
		UNION ALL SELECT 'submission ' || id || ' ' || prospect_id || ' ' || deleted FROM submission
		UNION ALL SELECT 'activity ' || id || ' ' || prospect_id || ' ' || body || ' ' || deleted FROM activity
		ORDER BY 1`).Column(&list))
	return list
}

// contactOf is whose a prospect is.
func contactOf(t testing.TB, st *store.Store, prospect string) string {
	t.Helper()
	var id string
	must(t, st.Read().NewQuery("SELECT contact_id FROM prospect WHERE id = {:id}").Bind(dbx.Params{"id": prospect}).Row(&id))
	return id
}

// phones are the numbers that a contact shows.
func phones(t testing.TB, st *store.Store, contact string) []string {
	t.Helper()
	list := []string{}
	must(t, st.Read().NewQuery("SELECT raw FROM contact_phone WHERE contact_id = {:id} AND deleted = 0 ORDER BY position, id").
		Bind(dbx.Params{"id": contact}).Column(&list))
	return list
}

// pair is two contacts of two sellers, and their prospects.
type pair struct{ a, b, ofA, ofB string }

func newPair(b *base) pair {
	b.t.Helper()
	p := pair{ofA: b.of(b.Sellers[0])}
	b.Clock.Advance(time.Minute)
	p.ofB = b.of(b.Sellers[1])
	p.a, p.b = contactOf(b.t, b.Store, p.ofA), contactOf(b.t, b.Store, p.ofB)
	_, err := b.CRM.LogActivity(b.t.Context(), b.Sellers[1], p.ofB, crm.NewActivity{Kind: crm.KindNote, Body: "nota de B"})
	must(b.t, err)
	return p
}

func (b *base) merge(choice crm.MergeChoice, contacts ...string) string {
	b.t.Helper()
	m, err := b.CRM.MergeContacts(b.t.Context(), b.Admin, crm.Merge{Contacts: contacts, Choice: choice})
	must(b.t, err)
	if m.State != crm.MergeDone {
		b.t.Fatalf("merge = %q", m.State)
	}
	return m.ID
}

func (b *base) part(id string) {
	b.t.Helper()
	m, err := b.CRM.UndoMergeContacts(b.t.Context(), b.Admin, id)
	must(b.t, err)
	if m.State != crm.MergeUndone {
		b.t.Fatalf("undone = %q", m.State)
	}
}

func TestMerge_UnitesAndItsUndoRestoresAll(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	before := people(t, b.Store)
	if _, err := b.CRM.MergeContacts(t.Context(), b.Admin, crm.Merge{Contacts: []string{p.a, p.b}}); fault.Code(err) != crm.CodeMergeSeller {
		t.Fatalf("two sellers and no choice: %v", err)
	}
	id := b.merge(crm.MergeChoice{NameOf: p.b, Seller: b.Sellers[0].UserID}, p.a, p.b)
	d, err := b.CRM.Contact(t.Context(), b.Sellers[0], p.a)
	must(t, err)
	if d.Name != crmtest.Name(2) || len(d.Phones) != 2 || len(d.Emails) != 2 || len(d.Prospects) != 2 {
		t.Errorf("merged contact = %+v", d)
	}
	line, err := b.CRM.ContactTimeline(t.Context(), b.Sellers[0], p.a, "", 50)
	must(t, err)
	if !slices.ContainsFunc(line.Items, func(i crm.TimelineItem) bool { return i.Body == "nota de B" }) {
		t.Error("the note of the other is not in the united history")
	}
	told := slices.DeleteFunc(line.Items, func(i crm.TimelineItem) bool { return i.Kind != crm.EventMerged })
	if len(told) != 1 {
		t.Errorf("the person's history tells of one merge %d times", len(told))
	}
	if _, err := b.CRM.Prospect(t.Context(), b.Sellers[1], p.ofB); !fault.Has(err, crm.CodeProspectNotFound) {
		t.Errorf("the other seller still sees it: %v", err)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM scope WHERE root_id = {:p} AND active = 1 AND user_id = {:u}", "p", p.ofB, "u", b.Sellers[1].UserID); n != 0 {
		t.Error("the other seller's computers still hold it")
	}
	r, err := b.TryRegister(b.Enquiry(func(e *crm.Enquiry) { e.Phones, e.Emails = []string{crmtest.PhoneText(2)}, nil }))
	must(t, err)
	if r.ContactID != p.a || !r.Linked {
		t.Errorf("a lead with the merged phone went to %s, want the survivor %s", r.ContactID, p.a)
	}
	_, err = b.Store.Undo(t.Context(), store.System, lastTx(t, b.Store))
	must(t, err)
	b.part(id)
	gone := func(list []string) []string {
		return slices.DeleteFunc(list, func(s string) bool { return strings.HasPrefix(s, "submission "+r.SubmissionID) })
	}
	if diff := cmp.Diff(before, gone(people(t, b.Store))); diff != "" {
		t.Errorf("after the undo (-before +after):\n%s", diff)
	}
	if _, err := b.CRM.UndoMergeContacts(t.Context(), b.Admin, id); fault.Code(err) != crm.CodeMergeNothing {
		t.Errorf("undone twice: %v", err)
	}
}

func lastTx(t testing.TB, st *store.Store) (tx string) {
	t.Helper()
	must(t, st.Read().NewQuery(`SELECT lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-' || substr(h, 13, 4) || '-' || substr(h, 17, 4) || '-' || substr(h, 21))
		FROM (SELECT hex(tx_id) AS h FROM commits ORDER BY rev DESC LIMIT 1)`).Row(&tx))
	return tx
}

// TestMerge_UndoLeavesLaterEdits: what others have written since stays where they wrote it.
func TestMerge_UndoLeavesLaterEdits(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	id := b.merge(crm.MergeChoice{NameOf: p.b, Seller: b.Sellers[0].UserID}, p.a, p.b)
	name := "Otro nombre"
	_, err := b.CRM.UpdateContact(t.Context(), b.Sellers[0], p.a, crm.ContactPatch{Name: &name})
	must(t, err)
	_, err = b.CRM.AddPhone(t.Context(), b.Sellers[0], p.a, "55 9999 0000")
	must(t, err)
	_, err = b.CRM.LogActivity(t.Context(), b.Sellers[0], p.ofB, crm.NewActivity{Kind: crm.KindNote, Body: "después"})
	must(t, err)
	third := b.AddSeller()
	_, err = b.CRM.UpdateProspect(t.Context(), b.Admin, p.ofB, crm.ProspectPatch{OwnerID: &third.UserID, OwnerReason: because()})
	must(t, err)
	b.part(id)
	var a, owner string
	must(t, b.Store.Read().NewQuery("SELECT name FROM contact WHERE id = {:id}").Bind(dbx.Params{"id": p.a}).Row(&a))
	must(t, b.Store.Read().NewQuery("SELECT owner_id FROM prospect WHERE id = {:id}").Bind(dbx.Params{"id": p.ofB}).Row(&owner))
	if a != name || owner != third.UserID {
		t.Errorf("name %q, owner %s: what was written since is gone", a, owner)
	}
	if got := phones(t, b.Store, p.a); !slices.Contains(got, "55 9999 0000") || slices.Contains(got, crmtest.PhoneText(2)) {
		t.Errorf("phones of A = %v", got)
	}
	if got := phones(t, b.Store, p.b); !slices.Equal(got, []string{crmtest.PhoneText(2)}) {
		t.Errorf("phones of B = %v", got)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM activity WHERE prospect_id = {:p} AND body = 'después' AND deleted = 0", "p", p.ofB); n != 1 {
		t.Error("the later note is gone")
	}
}

// TestSeller_KeepsNothingOfAPartedContact: while two were one a seller saw the other's phones; parted, they are gone from the
// seller's computer, and what the other computer wrote meanwhile under the one that was gone is with its own.
func TestSeller_KeepsNothingOfAPartedContact(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	ana, beto := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
	ana.connect()
	beto.connect()
	beto.cut()
	_, err := beto.crm.AddPhone(t.Context(), beto.user, p.b, "55 7777 0001")
	must(t, err)
	name := "Nombre de Beto"
	_, err = beto.crm.UpdateContact(t.Context(), beto.user, p.b, crm.ContactPatch{Name: &name})
	must(t, err)
	_, err = beto.crm.LogActivity(t.Context(), beto.user, p.ofB, crm.NewActivity{Kind: crm.KindNote, Body: "sin red"})
	must(t, err)

	id := b.merge(crm.MergeChoice{Seller: crm.SellersKeep}, p.a, p.b)
	ana.connect()
	if got := phones(t, ana.store, p.a); len(got) != 2 {
		t.Fatalf("phones on Ana's computer = %v", got)
	}
	beto.connect()
	ana.connect()
	if got := phones(t, ana.store, p.a); len(got) != 3 {
		t.Errorf("with what Beto wrote offline = %v", got)
	}
	if refused := count(t, beto.store, "SELECT count(*) FROM outbox WHERE state IN (2, 3)"); refused != 0 {
		t.Errorf("%d ops of Beto's were not accepted", refused)
	}
	beto.same()
	ana.same()

	b.part(id)
	ana.connect()
	beto.connect()
	ana.same()
	beto.same()
	if n := count(t, ana.store, "SELECT count(*) FROM contact_phone WHERE raw <> {:own}", "own", crmtest.PhoneText(1)); n != 0 {
		t.Errorf("Ana's computer keeps %d phones of the other", n)
	}
	if n := count(t, ana.store, "SELECT count(*) FROM contact WHERE id = {:b}", "b", p.b); n != 0 {
		t.Error("Ana's computer keeps the other contact")
	}
	if got := phones(t, b.Store, p.b); !slices.Equal(got, []string{crmtest.PhoneText(2), "55 7777 0001"}) {
		t.Errorf("phones of B = %v", got)
	}
	var now string
	must(t, b.Store.Read().NewQuery("SELECT name FROM contact WHERE id = {:id}").Bind(dbx.Params{"id": p.b}).Row(&now))
	if now != name {
		t.Errorf("name of B = %q, want what Beto wrote", now)
	}
}

// TestMerge_BothWaysOnTwoComputers: the host carries out the first and says of the second that they are one.
func TestMerge_BothWaysOnTwoComputers(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	desk := b.enrol(b.Admin)
	desk.connect()
	desk.cut()
	m, err := desk.crm.MergeContacts(t.Context(), desk.user, crm.Merge{Contacts: []string{p.b, p.a}, Choice: crm.MergeChoice{Seller: crm.SellersKeep}})
	must(t, err)
	if m.State != crm.MergeWaiting {
		t.Errorf("away from the host it is %q", m.State)
	}
	b.merge(crm.MergeChoice{Seller: crm.SellersKeep}, p.a, p.b)
	desk.connect()
	list, err := desk.crm.Merges(t.Context(), desk.user)
	must(t, err)
	if i := slices.IndexFunc(list, func(i crm.MergeItem) bool { return i.ID == m.ID }); i < 0 || list[i].State != crm.MergeFailed || list[i].Problem != crm.CodeMergeDone {
		t.Errorf("merges = %+v", list)
	}
	if got := phones(t, b.Store, p.a); len(got) != 2 {
		t.Errorf("phones = %v", got)
	}
	desk.same()
}

// TestMerge_OfMergedContacts: taken back in order, refused out of it.
func TestMerge_OfMergedContacts(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	b.Clock.Advance(time.Minute)
	third := b.of(b.Sellers[0])
	c := contactOf(t, b.Store, third)
	before := people(t, b.Store)
	keep := crm.MergeChoice{Seller: crm.SellersKeep}
	first := b.merge(keep, p.a, p.b)
	if _, err := b.CRM.MergeContacts(t.Context(), b.Admin, crm.Merge{Contacts: []string{c, p.b}, Choice: keep}); fault.Code(err) != crm.CodeMergeDone {
		t.Errorf("merging what is part of another: %v", err)
	}
	second := b.merge(keep, c, p.a)
	if got := phones(t, b.Store, c); len(got) != 3 {
		t.Errorf("phones = %v", got)
	}
	if _, err := b.CRM.UndoMergeContacts(t.Context(), b.Admin, first); fault.Code(err) != crm.CodeMergeLater {
		t.Errorf("the first before the second: %v", err)
	}
	b.part(second)
	b.part(first)
	if diff := cmp.Diff(before, people(t, b.Store)); diff != "" {
		t.Errorf("after both undos (-before +after):\n%s", diff)
	}
	three := b.merge(keep, p.a, p.b, c)
	if got := phones(t, b.Store, p.a); len(got) != 3 {
		t.Errorf("phones of three = %v", got)
	}
	b.Clock.Advance(crm.MergeUndo + time.Hour)
	if _, err := b.CRM.UndoMergeContacts(t.Context(), b.Admin, three); fault.Code(err) != crm.CodeMergeTooOld {
		t.Errorf("after a month: %v", err)
	}
	must(t, b.CRM.ExpireMerges(t.Context()))
	if n := count(t, b.Store, "SELECT count(*) FROM contact_merge WHERE map <> '{}'"); n != 0 {
		t.Errorf("%d maps are kept for nothing", n)
	}
}

// TestDuplicates_ToldApartOnAMemberHoldsEverywhere: a seller tells two of theirs apart away from the office; afterwards nobody is
// shown them as one again, whatever is edited on whichever computer.
func TestDuplicates_ToldApartOnAMemberHoldsEverywhere(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	twin := func(phone string) string {
		r := b.Register(b.Enquiry(func(e *crm.Enquiry) {
			e.Name, e.Phones, e.Emails, e.City, e.OwnerID = "Rosa Luna", []string{phone}, nil, "", ana.UserID
		}))
		return r.ContactID
	}
	one, other := twin("55 2222 5678"), twin("55 2222 5679")
	laptop := b.enrol(ana)
	laptop.connect()
	pairs := func(s *crm.Service, v account.Viewer) int {
		t.Helper()
		n, err := s.CountDuplicates(t.Context(), v)
		must(t, err)
		return n
	}
	if here, there := pairs(laptop.crm, laptop.user), pairs(b.CRM, b.Admin); here != 1 || there != 1 {
		t.Fatalf("%d pairs on the laptop, %d on the host, want 1 and 1", here, there)
	}
	laptop.cut()
	_, err := laptop.crm.DismissDuplicate(t.Context(), laptop.user, one, other)
	must(t, err)
	city := "Puebla"
	for _, id := range []string{one, other} { // meanwhile another reason comes up on the host
		_, err := b.CRM.UpdateContact(t.Context(), b.Admin, id, crm.ContactPatch{City: &city})
		must(t, err)
	}
	if n := pairs(b.CRM, b.Admin); n != 1 {
		t.Errorf("%d pairs on the host before it has heard", n)
	}
	laptop.connect()
	_, err = laptop.crm.AddPhone(t.Context(), laptop.user, other, "55 2222 5677")
	must(t, err)
	laptop.wake()
	if here, there := pairs(laptop.crm, laptop.user), pairs(b.CRM, b.Admin); here != 0 || there != 0 {
		t.Errorf("told apart, %d pairs on the laptop, %d on the host", here, there)
	}
	laptop.same()
}

// TestMerge_SellersAsk: a seller asks and learns nothing; an administrator sees who is meant, and decides.
func TestMerge_SellersAsk(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	ana := b.enrol(b.Sellers[0])
	ana.connect()
	if _, err := ana.crm.MergeContacts(t.Context(), ana.user, crm.Merge{Contacts: []string{p.a, p.b}}); fault.Code(err) != account.CodeAdminOnly {
		t.Errorf("a seller merges: %v", err)
	}
	if _, err := b.CRM.AskMerge(t.Context(), b.Sellers[0], crm.MergeAsk{Contacts: []string{p.a, p.b}}); fault.Code(err) != "contact.not_found" {
		t.Errorf("a seller names somebody else's contact: %v", err)
	}
	ask, err := ana.crm.AskMerge(t.Context(), ana.user, crm.MergeAsk{Contacts: []string{p.a}, Reach: crmtest.PhoneText(2), Note: "Es la misma"})
	must(t, err)
	ana.connect()
	list, err := b.CRM.Merges(t.Context(), b.Admin)
	must(t, err)
	if len(list) != 1 || list[0].State != crm.MergeAsked || len(list[0].Others) != 1 || list[0].Others[0].ID != p.b {
		t.Fatalf("what the administrator sees = %+v", list)
	}
	if mine, err := b.CRM.Merges(t.Context(), b.Sellers[0]); err != nil || len(mine) != 1 || len(mine[0].Others) != 0 {
		t.Errorf("what the seller sees = %+v, %v", mine, err)
	}
	if others, err := b.CRM.Merges(t.Context(), b.Sellers[1]); err != nil || len(others) != 0 {
		t.Errorf("what another seller sees = %+v, %v", others, err)
	}
	done, err := b.CRM.AnswerMerge(t.Context(), b.Admin, ask.ID, crm.Merge{Contacts: []string{p.a, p.b}, Choice: crm.MergeChoice{Seller: b.Sellers[0].UserID}})
	must(t, err)
	if done.State != crm.MergeDone {
		t.Errorf("answered = %q", done.State)
	}
	ana.connect()
	ana.same()
	if mine, err := ana.crm.Merges(t.Context(), ana.user); err != nil || len(mine) != 1 || mine[0].State != crm.MergeDone {
		t.Errorf("what Ana hears = %+v, %v", mine, err)
	}
}

// TestMerge_ForgettingTakesTheMapAlong: a person who is forgotten leaves no name in what merges keep.
func TestMerge_ForgettingTakesTheMapAlong(t *testing.T) {
	b := newBase(t)
	p := newPair(b)
	b.merge(crm.MergeChoice{NameOf: p.b, Seller: crm.SellersKeep}, p.a, p.b)
	var refs []store.Ref
	_, err := b.Store.Write(t.Context(), store.System, func(tx *store.Tx) (err error) {
		refs, err = b.CRM.ForgetMerges(tx, p.a)
		return err
	})
	must(t, err)
	if len(refs) < 2 {
		t.Errorf("refs = %v", refs)
	}
	if n := count(t, b.Store, "SELECT count(*) FROM contact_merge WHERE map <> '{}'") + count(t, b.Store, "SELECT count(*) FROM contact WHERE id = {:b} AND name <> ''", "b", p.b); n != 0 {
		t.Error("the map, or the contact that is part of the one forgotten, still has a name")
	}
}

// TestMerge_RandomWorkConverges draws edits, merges and undos on three computers that are mostly apart. In the end each holds
// what the host says, nothing is under a contact that is part of another, and no phone, activity or submission is lost.
func TestMerge_RandomWorkConverges(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { randomMerges(t, rand.New(rand.NewPCG(seed, 7))) }) //nolint:gosec // it repeats
	}
}

func randomMerges(t *testing.T, rng *rand.Rand) {
	b := newBase(t)
	var contacts []string
	for i := range 5 {
		contacts = append(contacts, contactOf(t, b.Store, b.of(b.Sellers[i%2])))
		b.Clock.Advance(time.Second)
	}
	desk, ana, beto := b.enrol(b.Admin), b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
	all := []*computer{desk, ana, beto}
	for _, c := range all {
		c.connect()
		c.cut()
	}
	type place struct {
		crm  *crm.Service
		st   *store.Store
		user account.Viewer
	}
	places := []place{{b.CRM, b.Store, b.Admin}, {desk.crm, desk.store, b.Admin}, {ana.crm, ana.store, ana.user}, {beto.crm, beto.store, beto.user}}
	added := map[string]bool{}
	notes := map[string]bool{}
	for step := range 60 {
		b.advance(time.Second, all...)
		w := places[rng.IntN(len(places))]
		contact := contacts[rng.IntN(len(contacts))]
		other := contacts[rng.IntN(len(contacts))]
		switch rng.IntN(7) {
		case 0, 1:
			if !w.user.IsAdmin() {
				continue
			}
			seller := []string{crm.SellersKeep, b.Sellers[0].UserID, b.Sellers[1].UserID}[rng.IntN(3)]
			_, _ = w.crm.MergeContacts(t.Context(), w.user, crm.Merge{Contacts: []string{contact, other}, Choice: crm.MergeChoice{NameOf: other, Seller: seller}})
		case 2:
			if !w.user.IsAdmin() {
				continue
			}
			list, err := w.crm.Merges(t.Context(), w.user)
			must(t, err)
			if len(list) > 0 {
				_, _ = w.crm.UndoMergeContacts(t.Context(), w.user, list[rng.IntN(len(list))].ID)
			}
		case 3:
			raw := fmt.Sprintf("55 6%03d %04d", step, rng.IntN(10_000))
			if _, err := w.crm.AddPhone(t.Context(), w.user, contact, raw); err == nil {
				added[raw] = true
			}
		case 4:
			var prospect string
			if w.st.Read().NewQuery("SELECT id FROM prospect WHERE contact_id = {:c} AND deleted = 0 LIMIT 1").Bind(dbx.Params{"c": contact}).Row(&prospect) != nil {
				continue
			}
			body := fmt.Sprintf("nota %d", step)
			if _, err := w.crm.LogActivity(t.Context(), w.user, prospect, crm.NewActivity{Kind: crm.KindNote, Body: body}); err == nil {
				notes[body] = true
			}
		case 5:
			name := fmt.Sprintf("Nombre %d", step)
			_, _ = w.crm.UpdateContact(t.Context(), w.user, contact, crm.ContactPatch{Name: &name})
		case 6:
			c := all[rng.IntN(len(all))]
			c.connect()
			c.cut()
		}
	}
	for range 2 {
		for _, c := range all {
			c.connect()
		}
	}
	for _, c := range all {
		c.same()
	}
	const stray = ` x JOIN contact c ON c.id = x.contact_id WHERE c.merged_into <> '' AND x.deleted = 0`
	for _, table := range []string{"contact_phone", "contact_email", "prospect"} {
		if n := count(t, b.Store, "SELECT count(*) FROM "+table+stray); n != 0 {
			t.Errorf("%d rows of %s are under a contact that is part of another", n, table)
		}
	}
	refused := map[string]bool{}
	for _, c := range all {
		var values []string
		must(t, c.store.Read().NewQuery("SELECT CAST(coalesce(value, '') AS TEXT) FROM outbox WHERE state IN (2, 3)").Column(&values))
		for _, v := range values {
			refused[v] = true
		}
	}
	lost := func(what string, texts map[string]bool, query string) {
		for text := range texts {
			shown := count(t, b.Store, query, "text", text)
			told := slices.ContainsFunc(mapKeys(refused), func(v string) bool { return strings.Contains(v, text) || v == "" })
			if shown != 1 && !told {
				t.Errorf("%s %q is there %d times, and its author heard nothing", what, text, shown)
			}
		}
	}
	lost("phone", added, "SELECT count(*) FROM contact_phone h JOIN contact c ON c.id = h.contact_id WHERE h.raw = {:text} AND h.deleted = 0 AND c.deleted = 0")
	lost("note", notes, "SELECT count(*) FROM activity a JOIN prospect p ON p.id = a.prospect_id JOIN contact c ON c.id = p.contact_id WHERE a.body = {:text} AND a.deleted = 0 AND p.deleted = 0 AND c.deleted = 0")
	for i := range 5 { // the first phones
		lost("phone", map[string]bool{crmtest.PhoneText(i + 1): true}, "SELECT count(*) FROM contact_phone h JOIN contact c ON c.id = h.contact_id WHERE h.raw = {:text} AND h.deleted = 0 AND c.deleted = 0")
	}
	if _, err := office.EnsureScope(t.Context(), b.Store); err != nil {
		t.Error(err)
	}
}

func mapKeys(m map[string]bool) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}
