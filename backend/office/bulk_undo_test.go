package office_test

import (
	"errors"
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

// TestBulkUndo_BeforeItHearsOfSomebodyElsesChange: who undoes offline cannot know. The undo is the later edit then, of what it is
// about and of nothing else, everywhere the same.
func TestBulkUndo_BeforeItHearsOfSomebodyElsesChange(t *testing.T) {
	p := newBulk(t)
	p.ana.connect()
	_, err := p.desk.store.Undo(t.Context(), p.Admin.Author(), p.tx)
	must(t, err)
	p.meet()
	p.everywhere("- - - ")
}
