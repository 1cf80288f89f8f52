package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// cell is one value that Undo can bring back: a field of a contact, or a grant.
type cell struct{ row, field string }

// layer is one transaction's value of a cell.
type layer struct{ tx, value string }

// past is a commit of the model: a transaction with its layers, or the undo of another commit.
type past struct {
	tx      string
	by      store.Author
	undoes  *past
	origin  *past           // the transaction whose layers this commit pushes (a redo) or pops (an undo); itself for an edit
	cells   []cell          // what it wrote
	guards  []cell          // what must be as it left it, for an undo of it: the cells, and for a creation its whole row
	value   map[cell]string // of an edit's layers
	beneath map[cell]layer  // what its layers lie on
	pops    bool
}

// model says what an office of contacts and grants must hold, and which undos must be refused: every cell is a stack of
// the transactions that stand, and undoing is allowed where one's layers lie on top.
type model struct {
	stacks  map[cell][]layer
	history []*past
}

func (m *model) top(c cell) layer {
	stack := m.stacks[c]
	if len(stack) == 0 {
		return layer{}
	}
	return stack[len(stack)-1]
}

// undone tells whether a commit that stands has undone p.
func (m *model) undone(p *past) bool {
	return slices.ContainsFunc(m.history, func(other *past) bool { return other.undoes == p && !m.undone(other) })
}

func (m *model) mayUndo(p *past) bool {
	if m.undone(p) {
		return false
	}
	for _, c := range p.guards {
		want := layer{p.origin.tx, p.origin.value[c]}
		if p.pops {
			want = p.origin.beneath[c]
		}
		if m.top(c) != want {
			return false
		}
	}
	return true
}

// tangled tells whether commits after p have done again, and undone again, what lies before p: they cancel out, and yet
// Undo may answer that p's values were changed since. It looks no further back than p for what cancels out.
func (m *model) tangled(p *past) bool {
	at := slices.Index(m.history, p)
	return slices.ContainsFunc(m.history[at+1:], func(later *past) bool {
		return later.undoes != nil && slices.Index(m.history, later.undoes) < at &&
			slices.ContainsFunc(later.cells, func(c cell) bool { return slices.Contains(p.guards, c) })
	})
}

// undo does what a commit that undoes p does.
func (m *model) undo(p *past, tx string, by store.Author) {
	u := &past{tx: tx, by: by, undoes: p, origin: p.origin, cells: p.cells, pops: !p.pops}
	if p == p.origin && len(p.guards) > len(p.cells) { // only the removal of a created row is an op
		panic("cells of a creation are its guards")
	}
	if creates := p == p.origin && p.creates(); creates {
		u.cells = slices.DeleteFunc(slices.Clone(p.cells), func(c cell) bool { return p.created(c.row) && c.field != "deleted" })
	}
	u.guards = u.cells
	for _, c := range u.cells {
		if u.pops {
			m.stacks[c] = m.stacks[c][:len(m.stacks[c])-1]
		} else {
			m.stacks[c] = append(m.stacks[c], layer{p.origin.tx, p.origin.value[c]})
		}
	}
	m.history = append(m.history, u)
}

func (p *past) created(row string) bool {
	_, is := p.value[cell{row, "created"}]
	return is
}

func (p *past) creates() bool {
	return slices.ContainsFunc(p.cells, func(c cell) bool { return p.created(c.row) })
}

// edit draws a transaction, runs it and notes its layers.
func (m *model) edit(t *rapid.T, s *store.Store, by store.Author, prefix string) {
	p := &past{by: by, value: map[cell]string{}, beneath: map[cell]layer{}}
	p.origin = p
	note := func(c cell, value string) {
		p.cells, p.guards = append(p.cells, c), append(p.guards, c)
		p.value[c], p.beneath[c] = value, m.top(c)
	}
	var steps []func(*store.Tx) error
	for _, row := range rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 1, 3, rapid.ID[int]).Draw(t, "rows") {
		id := fmt.Sprintf("%s-%d", prefix, row)
		deleted := cell{id, "deleted"}
		switch what := rapid.IntRange(0, 4).Draw(t, "what"); {
		case len(m.stacks[deleted]) == 0: // never created
			name := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "name")
			note(deleted, "0")
			note(cell{id, "name"}, name)
			note(cell{id, "city"}, "")
			p.value[cell{id, "created"}] = ""
			p.beneath[deleted] = layer{"", "1"} // undone, a created row is a removed one
			steps = append(steps, func(tx *store.Tx) error { return createContact(tx, id, name) })
		case what == 0 && m.top(deleted).value == "0":
			note(deleted, "1")
			steps = append(steps, func(tx *store.Tx) error { return tx.Remove("contact", id) })
		case what == 1:
			c := cell{"root-" + id, "granted"}
			active := "1"
			if m.top(c).value == "1" {
				active = "0"
			}
			note(c, active)
			steps = append(steps, func(tx *store.Tx) error {
				if active == "1" {
					return tx.Grant("u1", "root-"+id)
				}
				return tx.Revoke("u1", "root-"+id)
			})
		default:
			fields := store.Row{}
			for _, field := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"name", "city"}), 1, 2, rapid.ID[string]).Draw(t, "fields") {
				fields[field] = rapid.SampledFrom([]string{"x", "y", "z", "'\"\\ñ\n"}).Draw(t, field)
			}
			for _, field := range []string{"name", "city"} {
				if v, ok := fields[field]; ok && v != m.top(cell{id, field}).value {
					note(cell{id, field}, v.(string))
				}
			}
			steps = append(steps, func(tx *store.Tx) error { return tx.Set("contact", id, fields) })
		}
	}
	c, err := s.Write(context.Background(), by, func(tx *store.Tx) error {
		for _, step := range steps {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.cells) == 0 {
		if c.Rev != 0 {
			t.Fatalf("nothing changed in commit %d", c.Rev)
		}
		return
	}
	p.tx = c.TxID
	for _, cell := range p.cells {
		if len(m.stacks[cell]) == 0 && p.created(cell.row) && cell.field == "deleted" {
			m.stacks[cell] = []layer{{"", "1"}}
		}
		m.stacks[cell] = append(m.stacks[cell], layer{p.tx, p.value[cell]})
	}
	m.history = append(m.history, p)
}

// content is every cell's value, as the model has it and as the file has it.
func (m *model) content() map[cell]string {
	content := map[cell]string{}
	for c, stack := range m.stacks {
		content[c] = "0" // a grant that was taken back to where there was none
		if len(stack) > 0 {
			content[c] = m.top(c).value
		}
	}
	return content
}

func fileContent(t *testing.T, s *store.Store, prefix string) map[cell]string {
	content := map[cell]string{}
	for _, line := range rows(t, s.Read(), "SELECT id, name, city, deleted FROM contact WHERE id LIKE '"+prefix+"-%'") {
		content[cell{line[0], "name"}], content[cell{line[0], "city"}], content[cell{line[0], "deleted"}] = line[1], line[2], line[3]
	}
	for _, line := range rows(t, s.Read(), "SELECT root_id, active FROM scope WHERE root_id LIKE 'root-"+prefix+"-%'") {
		content[cell{line[0], "granted"}] = line[1]
	}
	return content
}

func TestUndo_InAnyOrder(t *testing.T) {
	s := storetest.Open(t)
	authors := []store.Author{ana, beto, admin}
	run, allowed, refused := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		prefix := fmt.Sprintf("r%d", run)
		m := &model{stacks: map[cell][]layer{}}
		for range rapid.IntRange(2, 25).Draw(rt, "steps") {
			by := rapid.SampledFrom(authors).Draw(rt, "by")
			if len(m.history) == 0 || rapid.Bool().Draw(rt, "edit") {
				m.edit(rt, s, by, prefix)
			} else {
				p := m.history[len(m.history)-1-rapid.IntRange(0, min(5, len(m.history)-1)).Draw(rt, "undo")]
				may := m.mayUndo(p) && (!by.Scoped || p.by.User == by.User)
				c, err := s.Undo(context.Background(), by, p.tx)
				switch {
				case may && errors.Is(err, store.ErrChangedSince) && m.tangled(p):
					refused++
				case may && err != nil:
					rt.Fatalf("undo of %s was refused: %v", p.tx, err)
				case !may && err == nil:
					rt.Fatalf("undo of %s was allowed", p.tx)
				case err == nil:
					allowed++
					m.undo(p, c.TxID, by)
				case errors.Is(err, store.ErrChangedSince), errors.Is(err, store.ErrNothingToUndo):
					refused++
				default:
					rt.Fatal(err)
				}
			}
			if diff := cmp.Diff(m.content(), fileContent(t, s, prefix), cmp.AllowUnexported(cell{})); diff != "" {
				rt.Fatalf("the file differs from the model (-model +file):\n%s", diff)
			}
		}
	})
	if !t.Failed() && (allowed < 50 || refused < 50) {
		t.Errorf("only %d undos were allowed and %d refused", allowed, refused)
	}
	if got := value(t, s.Read(), "SELECT count(*) - max(rev) FROM commits"); got != "0" {
		t.Errorf("revisions have gaps: %s", got)
	}
}
