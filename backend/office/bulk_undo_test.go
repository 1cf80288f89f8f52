package office_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// bulkOf is an administrator's computer and a seller's, apart, of which the first has made three prospects of the seller hot, and
// the second has called one of them cold since, and noted why.
type bulkOf struct {
	*base
	desk, ana *computer
	ids       []string
	tx        string // of the bulk
}

func newBulk(t *testing.T) bulkOf {
	b := newBase(t)
	p := bulkOf{base: b}
	for range 3 {
		p.ids = append(p.ids, b.of(b.Sellers[0]))
	}
	p.desk, p.ana = b.enrol(b.Admin), b.enrol(b.Sellers[0])
	p.meet()
	hot := crm.TemperatureHot
	b.advance(time.Minute, p.desk, p.ana)
	r, err := p.desk.crm.ChangeProspects(t.Context(), b.Admin, p.ids, crm.BulkChange{ProspectPatch: crm.ProspectPatch{Temperature: &hot}})
	must(t, err)
	if r.Changed != 3 {
		t.Fatalf("the bulk = %+v", r)
	}
	p.tx = r.TxID
	p.desk.connect()
	p.ana.connect()
	p.desk.cut()
	p.ana.cut()
	b.advance(time.Minute, p.desk, p.ana)
	cold := crm.TemperatureCold
	_, err = p.ana.crm.UpdateProspect(t.Context(), p.ana.user, p.ids[0], crm.ProspectPatch{Temperature: &cold})
	must(t, err)
	_, err = p.ana.crm.LogActivity(t.Context(), p.ana.user, p.ids[0], crm.NewActivity{Kind: crm.KindNote, Body: "Ya compró"})
	must(t, err)
	b.advance(time.Minute, p.desk, p.ana)
	return p
}

// meet has both computers read and write everything.
func (p bulkOf) meet() {
	p.t.Helper()
	for range 2 {
		p.desk.connect()
		p.ana.connect()
	}
}

// temperatures are those of the prospects, on one computer.
func (p bulkOf) temperatures(st *store.Store) (all string) {
	p.t.Helper()
	for _, id := range p.ids {
		var one string
		must(p.t, st.Read().NewQuery("SELECT iif(temperature = '', '-', temperature) FROM prospect WHERE id = {:id}").Bind(dbx.Params{"id": id}).Row(&one))
		all += one + " "
	}
	return all
}

func (p bulkOf) everywhere(want string) {
	p.t.Helper()
	for name, st := range map[string]*store.Store{"the host": p.Store, "the administrator's": p.desk.store, "the seller's": p.ana.store} {
		if got := p.temperatures(st); got != want {
			p.t.Errorf("%s has %q, want %q", name, got, want)
		}
		if n := count(p.t, st, "SELECT count(*) FROM activity WHERE body = 'Ya compró' AND deleted = 0"); n != 1 {
			p.t.Errorf("%s has the note %d times", name, n)
		}
	}
	p.desk.same()
	p.ana.same()
}

// TestBulkUndo_AfterSomebodyElsesChange: an undo of many is all or nothing, on the computer that made them and on the host alike,
// once that computer has heard of the other's change.
func TestBulkUndo_AfterSomebodyElsesChange(t *testing.T) {
	p := newBulk(t)
	p.meet()
	for name, st := range map[string]*store.Store{"the administrator's": p.desk.store, "the host": p.Store} {
		if _, err := st.Undo(t.Context(), p.Admin.Author(), p.tx); !errors.Is(err, store.ErrChangedSince) {
			t.Errorf("the undo on %s = %v, want that it was changed since", name, err)
		}
	}
	p.meet()
	p.everywhere("cold hot hot ")
}

// TestBulkUndo_BeforeItHearsOfSomebodyElsesChange: who undoes offline cannot know. The host does, and refuses the whole of it, as it
// would had it been asked; whoever undid hears why, and whose value stands. The undo had the later clock, and won without a word.
func TestBulkUndo_BeforeItHearsOfSomebodyElsesChange(t *testing.T) {
	p := newBulk(t)
	p.ana.connect()
	_, err := p.desk.store.Undo(t.Context(), p.Admin.Author(), p.tx)
	must(t, err)
	p.meet()
	p.everywhere("cold hot hot ")
	lost, err := p.desk.store.Unaccepted(t.Context(), p.Admin.UserID)
	must(t, err)
	lost = slices.DeleteFunc(lost, func(u store.Unaccepted) bool { return u.Entity == "event" }) // the history's lines of the bulk stay as well
	if len(lost) != 3 {
		t.Fatalf("told of %d fields that did not change back, want all 3: %+v", len(lost), lost)
	}
	for _, u := range lost {
		want := store.ReasonTogether
		if u.Row == p.ids[0] {
			want = store.ReasonChangedSince
			if u.ByUser != p.Sellers[0].UserID || string(u.Theirs) != `"cold"` || string(u.Mine) != `""` {
				t.Errorf("told of %+v, want whose value stands, and both values", u)
			}
		}
		if u.Outcome != store.Refused || u.Reason != want {
			t.Errorf("%s of %s was %s: %s, want refused: %s", u.Field, u.Row, u.Outcome, u.Reason, want)
		}
	}
	if n := count(t, p.Store, "SELECT count(*) FROM op_log WHERE field = 'temperature' AND (outcome = 1 AND CAST(value AS TEXT) = '\"cold\"' OR outcome = 3 AND reason = 'changed_since')"); n != 2 {
		t.Errorf("the log keeps %d of the change and of the undo, want both", n)
	}
}

// TestUndo_OfWhatTheHostHasTakenBackAlready: nothing is lost when two computers take the same back, so nobody is told anything.
func TestUndo_OfWhatTheHostHasTakenBackAlready(t *testing.T) {
	p := newBulk(t)
	p.ana.connect()
	_, err := p.ana.crm.UpdateProspect(t.Context(), p.ana.user, p.ids[0], crm.ProspectPatch{Temperature: &[]string{""}[0]})
	must(t, err)
	p.ana.connect()
	_, err = p.desk.store.Undo(t.Context(), p.Admin.Author(), p.tx)
	must(t, err)
	p.meet()
	p.everywhere("- - - ")
	lost, err := p.desk.store.Unaccepted(t.Context(), p.Admin.UserID)
	must(t, err)
	if len(lost) != 0 {
		t.Errorf("told of %+v", lost)
	}
}

// TestUndo_OfACreationThatSomebodyElseHasWorkedOn: taking a row back would take with it what others have written into it.
func TestUndo_OfACreationThatSomebodyElseHasWorkedOn(t *testing.T) {
	b := newBase(t)
	of := b.of(b.Sellers[0])
	desk, ana := b.enrol(b.Admin), b.enrol(b.Sellers[0])
	meet := func() {
		for range 2 {
			desk.connect()
			ana.connect()
		}
	}
	meet()
	ana.cut()
	made, err := ana.crm.LogActivity(t.Context(), ana.user, of, crm.NewActivity{Kind: crm.KindNote, Body: "Quiere dos recámaras"})
	must(t, err)
	plain, err := ana.crm.LogActivity(t.Context(), ana.user, of, crm.NewActivity{Kind: crm.KindNote, Body: "Se equivocó de número"})
	must(t, err)
	meet()
	ana.cut()
	b.advance(time.Minute, desk, ana)
	_, err = b.CRM.UpdateActivity(t.Context(), b.Admin, made.ID, crm.ActivityPatch{Body: &[]string{"Quiere dos recámaras y patio"}[0]})
	must(t, err)
	b.advance(time.Minute, desk, ana)
	for _, tx := range []string{made.TxID, plain.TxID} {
		_, err = ana.store.Undo(t.Context(), ana.user.Author(), tx)
		must(t, err)
	}
	meet()
	for name, st := range map[string]*store.Store{"the host": b.Store, "the seller's": ana.store, "the administrator's": desk.store} {
		if n := count(t, st, "SELECT count(*) FROM activity WHERE body = 'Quiere dos recámaras y patio' AND deleted = 0"); n != 1 {
			t.Errorf("%s has the note %d times, want it kept", name, n)
		}
		if n := count(t, st, "SELECT count(*) FROM activity WHERE body = 'Se equivocó de número' AND deleted = 0"); n != 0 {
			t.Errorf("%s still has the note that nobody else touched", name)
		}
	}
	lost, err := ana.store.Unaccepted(t.Context(), ana.user.UserID)
	must(t, err)
	if len(lost) != 1 || lost[0].Row != made.ID || lost[0].Reason != store.ReasonChangedSince {
		t.Errorf("told of %+v, want the undo of the note that the administrator had written to", lost)
	}
}
