package office_test

import (
	"strings"
	"testing"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// intruder is a hostile member of a seller's, who knows a prospect of another seller's and its person by their ids: they were
// theirs once.
type intruder struct {
	*computer
	b                      *base
	mine, myContact        string
	foreign, foreignPerson string
	me, stage              string
}

func newIntruder(t *testing.T) *intruder {
	t.Helper()
	b, c := hostile(t)
	w := &intruder{computer: c, b: b, mine: b.of(b.Sellers[0]), foreign: b.of(b.Sellers[1]), me: b.Sellers[0].UserID}
	for id, into := range map[string]*string{w.mine: &w.myContact, w.foreign: &w.foreignPerson} {
		detail, err := b.CRM.Prospect(t.Context(), b.Admin, id)
		must(t, err)
		*into = detail.Contact.ID
	}
	must(t, b.Store.Read().NewQuery("SELECT id FROM stage ORDER BY position LIMIT 1").Row(&w.stage))
	return w
}

func (w *intruder) contact(id string) store.Op {
	return w.op("contact", id, "", map[string]any{"name": "Intrusa", "created_at": "2026-11-02T15:00:00.000Z"})
}

func (w *intruder) prospect(id, contact string) store.Op {
	return w.op("prospect", id, "", map[string]any{
		"contact_id": contact, "owner_id": w.me, "source": "manual", "status": "new", "stage_id": w.stage, "lead_at": "2026-11-02T15:00:00.000Z",
		"received_at": "2026-11-02T15:00:00.000Z", "created_at": "2026-11-02T15:00:00.000Z",
	})
}

func (w *intruder) phone(contact string) store.Op {
	return w.op("contact_phone", w.clock.NewID(), "", map[string]any{"contact_id": contact, "raw": "55 5555 0199", "created_at": "2026-11-02T15:00:00.000Z"})
}

// known is an op that the host has applied already, under whose id something else is sent.
func (w *intruder) known(op store.Op) store.Op {
	w.t.Helper()
	settled := w.op("prospect", w.mine, "temperature", "warm")
	w.push(w.tx(settled))
	op.ID = settled.ID
	return op
}

func (w *intruder) push(txs ...store.PushedTx) {
	w.t.Helper()
	_, err := w.raw(&wire.Push{Txs: txs}, wire.TypePush)
	must(w.t, err)
}

// office describes what people see of the office, whole.
func (w *intruder) office() string { return w.described("", "") }

// others describes what people see of the foreign prospect and its person.
func (w *intruder) others() string { return w.described(w.foreign, w.foreignPerson) }

func (w *intruder) described(prospect, person string) string {
	var all []string
	for _, query := range []string{
		"SELECT id || ' ' || name || ' ' || city || ' ' || deleted FROM contact WHERE {:c} IN ('', id) ORDER BY id",
		"SELECT id || ' ' || contact_id || ' ' || raw || ' ' || deleted FROM contact_phone WHERE {:c} IN ('', contact_id) ORDER BY id",
		`SELECT id || ' ' || contact_id || ' ' || owner_id || ' ' || status || ' ' || temperature || ' ' || deleted
			FROM prospect WHERE {:p} IN ('', id) OR {:c} = contact_id ORDER BY id`,
		"SELECT id || ' ' || prospect_id || ' ' || body || ' ' || deleted FROM activity WHERE {:p} IN ('', prospect_id) ORDER BY id",
		"SELECT user_id || ' ' || root_id || ' ' || active FROM scope WHERE {:p} IN ('', root_id) OR root_id = '*' ORDER BY user_id, root_id",
	} {
		var rows []string
		must(w.t, w.b.Store.Read().NewQuery(query).Bind(dbx.Params{"p": prospect, "c": person}).Column(&rows))
		all = append(all, rows...)
	}
	return strings.Join(all, "\n")
}

// TestHostile_PersonWithoutAProspect: nobody would see such a person, and nobody's scope would ever hold them.
func TestHostile_PersonWithoutAProspect(t *testing.T) {
	tests := []struct {
		name   string
		ops    func(w *intruder) []store.Op
		reason string // of the first op
	}{
		{"alone", func(w *intruder) []store.Op { return []store.Op{w.contact("c9")} }, office.ReasonNoProspect},
		{"with a phone", func(w *intruder) []store.Op { return []store.Op{w.contact("c9"), w.phone("c9")} }, office.ReasonNoProspect},
		{"with work on one's own", func(w *intruder) []store.Op {
			return []store.Op{w.contact("c9"), w.op("prospect", w.mine, "temperature", "hot")}
		}, office.ReasonNoProspect},
		{"with a prospect of another person", func(w *intruder) []store.Op {
			return []store.Op{w.contact("c9"), w.prospect("p9", w.myContact)}
		}, office.ReasonNoProspect},
		{"two with one prospect", func(w *intruder) []store.Op {
			return []store.Op{w.contact("c8"), w.contact("c9"), w.prospect("p9", "c9")}
		}, office.ReasonNoProspect},
		{"with a prospect that is there already", func(w *intruder) []store.Op {
			return []store.Op{w.contact("c9"), w.prospect(w.mine, "c9")}
		}, office.ReasonNoProspect},
		{"with a prospect that the host takes for another op", func(w *intruder) []store.Op {
			return []store.Op{w.contact("c9"), w.known(w.prospect("p9", "c9"))}
		}, ""},
		{"with a prospect under the same id as itself", func(w *intruder) []store.Op {
			contact, prospect := w.contact("c9"), w.prospect("p9", "c9")
			prospect.ID = contact.ID
			return []store.Op{contact, prospect}
		}, ""},
		{"a phone of a person whom the host takes for another op", func(w *intruder) []store.Op {
			return []store.Op{w.known(w.contact("c9")), w.phone("c9"), w.prospect("p9", "c9")}
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newIntruder(t)
			ops := tt.ops(w)
			before := w.office()
			w.push(w.tx(ops...))
			if after := w.office(); after != before {
				t.Errorf("the office has changed:\n%s\n\n%s", before, after)
			}
			if got, want := w.b.outcome(ops[0]), "refused "+tt.reason+" "+w.me+" "+w.key.DeviceID(); tt.reason != "" && got != want {
				t.Errorf("settled as %q, want %q", got, want)
			}
			w.connect()
			w.same()
		})
	}
}

// TestHostile_IdsOfOthers: whoever makes a row may go on to write under it, but not under a row of another kind that is
// somebody else's and has the same id.
func TestHostile_IdsOfOthers(t *testing.T) {
	tests := []struct {
		name string
		txs  func(w *intruder) []store.PushedTx
		good int // transactions that are as they should be
	}{
		{"a person called as a foreign prospect", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.contact(w.foreign), w.prospect("p9", w.foreign), w.op("prospect", w.foreign, "status", "closed"))}
		}, 0},
		{"and a note on it", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.contact(w.foreign), w.prospect("p9", w.foreign), w.op("activity", "a9", "", map[string]any{
				"prospect_id": w.foreign, "author_id": w.me, "kind": "note", "body": "x", "created_at": "x",
			}))}
		}, 0},
		{"a prospect called as a foreign person", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.prospect(w.foreignPerson, w.myContact), w.op("contact", w.foreignPerson, "name", "x"))}
		}, 0},
		{"and a phone of theirs", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.prospect(w.foreignPerson, w.myContact), w.phone(w.foreignPerson))}
		}, 0},
		{"a prospect called as the foreign person it is of", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.prospect(w.foreignPerson, w.foreignPerson), w.op("prospect", w.mine, "temperature", "hot"))}
		}, 0},
		{"a prospect of a foreign person beside one called so", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.prospect(w.foreignPerson, w.myContact), w.prospect("p9", w.foreignPerson))}
		}, 0},
		{"a prospect called as everything", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.prospect("*", w.myContact))}
		}, 0},
		{"a person and a prospect called as everything", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.contact("c9"), w.prospect("*", "c9"))}
		}, 0},
		{"one after the other in one frame", func(w *intruder) []store.PushedTx {
			return []store.PushedTx{w.tx(w.prospect(w.foreignPerson, w.myContact)), w.tx(w.op("contact", w.foreignPerson, "name", "x"))}
		}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newIntruder(t)
			txs := tt.txs(w)
			before := w.others()
			w.push(txs...)
			if after := w.others(); after != before {
				t.Errorf("what is somebody else's has changed:\n%s\n\n%s", before, after)
			}
			for _, tx := range txs[tt.good:] {
				for _, op := range tx.Ops {
					if got := w.b.outcome(op); !strings.HasPrefix(got, "refused ") {
						t.Errorf("%s of %s is settled as %q", op.Entity, op.Row, got)
					}
				}
			}
			w.connect()
			w.same()
			if n := count(t, w.store, "SELECT count(*) FROM contact WHERE id = {:c}", "c", w.foreignPerson); n != 0 {
				t.Error("the seller's computer was sent a foreign person")
			}
		})
	}
}
