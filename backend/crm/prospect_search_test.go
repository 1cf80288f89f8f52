package crm_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
)

// people registers persons by name and returns their prospects' ids by name.
func people(t testing.TB, office *crmtest.Office, enquiries ...crm.Enquiry) map[string]string {
	t.Helper()
	byName := map[string]string{}
	for _, e := range enquiries {
		office.Clock.Advance(time.Minute)
		e.Source, e.Origin = "leads", "poll"
		byName[e.Name] = office.Register(e).ProspectID
	}
	return byName
}

func found(t testing.TB, office *crmtest.Office, byName map[string]string, f crm.ProspectFilter) []string {
	t.Helper()
	got := []string{}
	for _, c := range list(t, office, office.Admin, f).Items {
		got = append(got, c.Name)
		if byName[c.Name] != c.ID {
			t.Errorf("found %s as %s", c.Name, c.ID)
		}
	}
	return got
}

func TestSearch(t *testing.T) {
	office := crmtest.New(t, 2)
	byName := people(t, office,
		crm.Enquiry{
			Name: "Begoña González Núñez", Phones: []string{"222 123 4455"}, Emails: []string{"bego.gn@example.com"},
			City: "Cholula", Answers: []crm.Answer{{Name: "zona", Label: "Zona", Values: []string{"Angelópolis, cerca del lago"}}},
		},
		crm.Enquiry{Name: "Raúl Gonzalez", Phones: []string{"+52 1 55 5555 0147"}},
		crm.Enquiry{Name: "MARÍA LÓPEZ", Phones: []string{"no tengo 4455"}},
		crm.Enquiry{Name: "John Smith", Phones: []string{"+1 415 555 2671"}},
		crm.Enquiry{Name: "Jose\u0301 Pe\u0301rez", Phones: []string{"+34 612 34 56 78"}},
	)
	const bego, raul, maria, john, jose = "Begoña González Núñez", "Raúl Gonzalez", "MARÍA LÓPEZ", "John Smith", "Jose\u0301 Pe\u0301rez"
	tests := []struct {
		name, query string
		want        []string // newest first
	}{
		{"surname without accent and last digits", "gonzalez 4455", []string{bego}},
		{"accents typed, not stored", "gonzález", []string{raul, bego}},
		{"ñ as n", "begona nunez", []string{bego}},
		{"prefix", "gonz", []string{raul, bego}},
		{"two letters", "ma", []string{maria}},
		{"a second word of which one letter is there", "maria x", []string{maria}},
		{"capitals", "LOPEZ maria", []string{maria}},
		{"decomposed letters", "jose perez", []string{jose}},
		{"composed for decomposed", "josé", []string{jose}},
		{"last four digits", "4455", []string{maria, bego}},
		{"first digits", "222123", []string{bego}},
		{"whole number", "2221234455", []string{bego}},
		{"number in groups", "55 5555 0147", []string{raul}},
		{"part of a number in groups", "5555 0147", []string{raul}},
		{"number as dialled before 2019", "044 55 5555 0147", []string{raul}},
		{"international", "+52 1 55 5555 0147", []string{raul}},
		{"three digits from the end", "147", []string{raul}},
		{"foreign number", "415 555 2671", []string{john}},
		{"foreign number's end", "2671", []string{john}},
		{"Spanish number's end", "345678", []string{jose}},
		{"e-mail", "bego.gn@example.com", []string{bego}},
		{"part of an e-mail", "gn@exam", []string{bego}},
		{"city", "cholula", []string{bego}},
		{"answer", "angelopolis lago", []string{bego}},
		{"words of different people", "begona raul", []string{}},
		{"the middle of a word", "onzalez", []string{}},
		{"the middle of a number", "1234", []string{}},
		{"nobody", "zacarías", []string{}},
		{"one letter says nothing yet", "g", []string{jose, john, maria, raul, bego}},
		{"nor does one digit", " 4 ", []string{jose, john, maria, raul, bego}},
		{"a digit of which more are to come", "raul 0", []string{raul}},
		{"nothing to look for", `"* -- !! ()`, []string{}},
		{"an FTS5 expression", `name : maria OR raul NOT gonzalez`, []string{}},
		{"quotes", `"maria" "lopez`, []string{maria}},
		{"an owner's mark", "\ue000", []string{}},
		{"reversed digits are no word", "r5544", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := found(t, office, byName, crm.ProspectFilter{Query: tt.query})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("search %q (-want +got):\n%s", tt.query, diff)
			}
		})
	}
}

func TestSearch_LastDigitsDoNotEmptyTheListWhileTheyAreTyped(t *testing.T) {
	office := crmtest.New(t, 1)
	byName := people(t, office,
		crm.Enquiry{Name: "Ana Ruiz", Phones: []string{"222 123 4455"}},
		crm.Enquiry{Name: "Eva Gómez", Phones: []string{"222 123 9944"}},
		crm.Enquiry{Name: "Iris Gómez", Phones: []string{"777 123 4455"}},
	)
	everybody := []string{"Iris Gómez", "Eva Gómez", "Ana Ruiz"}
	for _, tt := range []struct {
		query string
		want  []string
	}{
		{"4", everybody},
		{"44", everybody},
		{"445", everybody},
		{"4455", []string{"Iris Gómez", "Ana Ruiz"}},
		{"44559", []string{}},
		{"9999", []string{}},
		{"77", []string{"Iris Gómez"}}, // what begins a phone is found from the second digit on
		{"944", []string{"Eva Gómez"}}, // and what ends one from the third
		{"gomez 4", []string{"Iris Gómez", "Eva Gómez"}},
		{"gomez 44", []string{"Iris Gómez", "Eva Gómez"}},
		{"gomez 445", []string{"Iris Gómez", "Eva Gómez"}},
		{"gomez 4455", []string{"Iris Gómez"}},
		{"nadie 445", []string{}},
		{"445 gomez", []string{}}, // they are no longer being typed
	} {
		if diff := cmp.Diff(tt.want, found(t, office, byName, crm.ProspectFilter{Query: tt.query})); diff != "" {
			t.Errorf("search %q (-want +got):\n%s", tt.query, diff)
		}
	}
	if got := list(t, office, office.Admin, crm.ProspectFilter{Query: "44", Status: crm.StatusClosed}).Items; len(got) != 0 {
		t.Errorf("digits that are being typed took a filter away: %v", got)
	}
}

func TestSearch_PagesOfAListWithoutItsLastDigits(t *testing.T) {
	office, all := mixed(t, 20)
	for _, query := range []string{"99", "pue 99"} {
		seen := map[string]bool{}
		f := crm.ProspectFilter{Query: query, Limit: 7, Open: crm.OpenAll}
		for {
			page := list(t, office, office.Admin, f)
			for _, id := range ids(page) {
				if seen[id] {
					t.Errorf("%q shows %s twice", query, id)
				}
				seen[id] = true
			}
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
		}
		if len(seen) != len(all) {
			t.Errorf("%q shows %d of %d", query, len(seen), len(all))
		}
	}
}

func TestSearch_FollowsEveryChange(t *testing.T) {
	office := crmtest.New(t, 2)
	e := office.Enquiry(func(e *crm.Enquiry) {
		e.Name, e.Phones, e.Emails = "Lucía Zárate", []string{"5555550111"}, []string{"lz.correo@example.com"}
	})
	r := office.Register(e)
	id, owner := r.ProspectID, office.Viewer(r.OwnerID)
	finds := func(query string) bool {
		return contains(ids(list(t, office, owner, crm.ProspectFilter{Query: query})), id)
	}
	d := detail(t, office, owner, id)
	var last crm.Change
	steps := []struct {
		name        string
		do          func() (crm.Change, error)
		gone, comes string
	}{
		{"name", func() (crm.Change, error) {
			return office.CRM.UpdateContact(ctx, owner, r.ContactID, crm.ContactPatch{Name: ptr("Regina Ulloa")})
		}, "zarate", "ulloa"},
		{"phone", func() (crm.Change, error) {
			return office.CRM.UpdatePhone(ctx, owner, d.Contact.Phones[0].ID, crm.PhonePatch{Raw: ptr("2225550122")})
		}, "0111", "0122"},
		{"e-mail", func() (crm.Change, error) {
			return office.CRM.UpdateEmail(ctx, owner, d.Contact.Emails[0].ID, crm.EmailPatch{Raw: ptr("regina@example.com")})
		}, "lz.correo@example.com", "regina@example.com"},
		{"note", func() (crm.Change, error) {
			c, err := office.CRM.LogActivity(ctx, owner, id, crm.NewActivity{Kind: "note", Body: "Prefiere jardín"})
			return c.Change, err
		}, "", "jardin"},
	}
	for _, tt := range steps {
		if tt.gone != "" && !finds(tt.gone) || finds(tt.comes) {
			t.Fatalf("%s: before", tt.name)
		}
		var err error
		if last, err = tt.do(); err != nil {
			t.Fatal(err)
		}
		if tt.gone != "" && finds(tt.gone) || !finds(tt.comes) {
			t.Errorf("%s: search has not followed", tt.name)
		}
		undo(t, office, owner, last.TxID)
		if tt.gone != "" && !finds(tt.gone) || finds(tt.comes) {
			t.Errorf("%s: search has not followed the undo", tt.name)
		}
	}
	if _, err := office.CRM.RemovePhone(ctx, owner, d.Contact.Phones[0].ID); err != nil {
		t.Fatal(err)
	}
	if finds("0111") {
		t.Error("finds a removed phone")
	}
	office.Clock.Advance(time.Hour)
	again := office.Enquiry(func(e *crm.Enquiry) {
		e.Emails = []string{"lz.correo@example.com"}
		e.Answers = []crm.Answer{{Name: "nota", Values: []string{"busco terraza"}}}
	})
	office.Register(again)
	if !finds("terraza") {
		t.Error("does not find the answers of a second enquiry")
	}
}

func TestSearch_PagesAndCounts(t *testing.T) {
	office, all := mixed(t, 60)
	var want, got []string
	for i := len(all) - 1; i >= 0; i-- { // newest first
		want = append(want, all[i].id)
	}
	f := crm.ProspectFilter{Query: "pue", Limit: 7} // the city of everybody
	for {
		page := list(t, office, office.Admin, f)
		got = append(got, ids(page)...)
		if page.Total != len(all) {
			t.Errorf("total = %d", page.Total)
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	open := 0
	for _, k := range all {
		if k.open() && k.form == "form-1" {
			open++
		}
	}
	narrow := crm.ProspectFilter{Query: "puebla", Form: "form-1", Open: crm.OpenOnly, Limit: 200}
	if page := list(t, office, office.Admin, narrow); len(page.Items) != open || page.Total != open {
		t.Errorf("%d found of %d, total %d", len(page.Items), open, page.Total)
	}
}

// FuzzSearch gives any text to a real index: it answers, and never with an error.
func FuzzSearch(f *testing.F) {
	for _, text := range []string{
		`maria`, `"`, `" OR "`, `a* b*`, `name:x`, `(`, `NEAR(a b)`, `-a`, `^a`, "\x00", "\xff", "ñandú", "55 1234", `{a b} : c`,
		"ǅ", "ß", "İ", "㍿", "ꙮ", "ꟿ", "ᏸ", "😀", "\u0345", "\u05bf", "ﷺ", "a\u0301", "\ue000", "𝒜", "١٢٣", "²³", "ªº", "ʰ",
	} {
		f.Add(text)
	}
	office := crmtest.New(f, 1)
	office.Register(office.Enquiry())
	f.Fuzz(func(t *testing.T, text string) {
		for _, v := range []crm.ProspectFilter{{Query: text}, {Query: text, Seller: crm.SellerNone}} {
			if _, err := office.CRM.ListProspects(ctx, office.Admin, v); err != nil {
				t.Fatalf("search %q as %q: %v", text, crm.SearchWords(text), err)
			}
		}
		if _, err := office.CRM.ListProspects(ctx, office.Sellers[0], crm.ProspectFilter{Query: text}); err != nil {
			t.Fatalf("search %q as %q: %v", text, crm.SearchWords(text), err)
		}
	})
}

func TestSearch_SingleLettersAreInitials(t *testing.T) {
	office := crmtest.New(t, 1)
	byName := people(t, office,
		crm.Enquiry{Name: "Jorge Martínez", Phones: []string{"222 123 4455"}},
		crm.Enquiry{Name: "Andrés Martínez", Phones: []string{"222 123 4456"}, City: "Jalapa"},
		crm.Enquiry{Name: "Rosa Elena Reyes", Phones: []string{"222 123 4457"}},
		crm.Enquiry{Name: "Íñigo Ñuño", Phones: []string{"222 123 4458"}},
	)
	tests := []struct {
		typed string
		want  []string
	}{
		{"j martinez", []string{"Jorge Martínez"}},
		{"rosa e reyes", []string{"Rosa Elena Reyes"}},
		{"j r martinez", []string{}},
		{"i 4458", []string{"Íñigo Ñuño"}},
		{"n 4458", []string{"Íñigo Ñuño"}},
		{"martinez j", []string{"Andrés Martínez", "Jorge Martínez"}}, // the last one is being typed
		{"j m", []string{"Íñigo Ñuño", "Rosa Elena Reyes", "Andrés Martínez", "Jorge Martínez"}},
	}
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, found(t, office, byName, crm.ProspectFilter{Query: tt.typed})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestSearch_EveryLetterIsOneWord tries every character that searchWords lets through: what FTS5 took for a separator would
// make a phrase, which the index refuses.
func TestSearch_EveryLetterIsOneWord(t *testing.T) {
	office := crmtest.New(t, 1)
	for r := rune(0x21); r < 0xE100; r++ {
		if r >= 0x4E10 && r < 0x9FC0 || r >= 0xAC10 && r < 0xD790 || r >= 0xD800 && r < 0xE000 {
			continue // the middle of blocks without gaps, and surrogates
		}
		words := crm.SearchWords("aa" + string(r) + "bb")
		if words == "" {
			t.Fatalf("no words in aa%cbb", r)
		}
		var n int
		err := office.Store.Read().NewQuery("SELECT count(*) FROM prospect_search WHERE prospect_search MATCH {:q}").
			Bind(map[string]any{"q": words}).Row(&n)
		if err != nil {
			t.Errorf("U+%04X asks %s: %v", r, words, err)
		}
	}
}

func TestSearch_OfASellerWhoLeft(t *testing.T) {
	office := crmtest.New(t, 1)
	r := office.Register(office.Enquiry(func(e *crm.Enquiry) { e.Name = "Íñigo Yáñez" }))
	office.SetUser(office.Sellers[0].UserID, store.Row{"active": false})
	if got := list(t, office, office.Admin, crm.ProspectFilter{Query: "inigo", Seller: r.OwnerID}); len(got.Items) != 1 {
		t.Error("an administrator does not find the prospects of a seller who left")
	}
}

// Names come with pictures and styled letters, and are looked for without.
func TestSearch_NamesWithPictures(t *testing.T) {
	office := crmtest.New(t, 1)
	for name, typed := range map[string]string{
		"🥰Maria Lopez": "maria", "Juan🙂Perez": "perez", "Ana🏠Ruiz": "ruiz", "𝐉𝐮𝐚𝐧𝐚 Díaz": "juana", "Serafín": "serafin", "Lu🫶🏽Cía": "cia",
	} {
		office.Register(office.Enquiry(func(e *crm.Enquiry) {
			e.Name, e.Phones, e.Emails = name, nil, []string{fmt.Sprintf("x%d@example.com", len(name)*100+len(typed))}
		}))
		if got := list(t, office, office.Sellers[0], crm.ProspectFilter{Query: typed, Open: "all"}); len(got.Items) != 1 {
			t.Errorf("%q finds %d of %q", typed, len(got.Items), name)
		}
	}
}
