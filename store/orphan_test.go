package store_test

import (
	"encoding/json"
	"errors"
	"testing"

	"sitegroup.mx/crm/store"
)

// withTwo is a member with two prospects, of whom each has a contact, and a host with a third that is somebody else's.
func withTwo(t *testing.T) *pair {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.prospectOf(2, "u-ana")
	p.prospectOf(3, "u-beto")
	p.sync()
	return p
}

// lacks checks that a contact and its phone are gone and all else is as the host has it. A replica that begins again fails
// in pull.
func (p *pair) lacks(contact string) {
	p.t.Helper()
	p.same()
	for _, query := range []string{"SELECT count(*) FROM contact WHERE id = '", "SELECT count(*) FROM contact_phone WHERE contact_id = '"} {
		if n := value(p.t, p.member.Read(), query+contact+"'"); n != "0" {
			p.t.Errorf("%s%s': %s, want none", query, contact, n)
		}
	}
}

func TestReplica_ContactOfAMergedProspectIsNotKept(t *testing.T) {
	p := withTwo(t)
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"contact_id": "c2"}) })
	p.pull()
	p.lacks("c1")
}

func TestReplica_ContactThatAnOwnEditLeavesIsNotKept(t *testing.T) {
	p := withTwo(t)
	write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"contact_id": "c2"}) })
	p.sync()
	p.lacks("c1")
}

func TestReplica_ContactLeftUnderAPendingEditIsNotKept(t *testing.T) {
	p := withTwo(t)
	write(t, p.member, ana, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"temperature": "hot"}) })
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"contact_id": "c2"}) })
	p.sync()
	p.lacks("c1")
}

// TestReplica_ContactOfARemovedProspectAndAnothersDoesNotBeginAgain: the contact of a seller's removed prospect is somebody
// else's as well, whose prospect stands. Host and replica have to count alike, or the replica begins again at every check.
func TestReplica_ContactOfARemovedProspectAndAnothersDoesNotBeginAgain(t *testing.T) {
	p := withTwo(t)
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p3", store.Row{"contact_id": "c1"}) })
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Remove("prospect", "p1") })
	p.pull()
	p.same()
}

func TestReplica_ContactWhoseProspectMovedBetweenPagesIsNotKept(t *testing.T) {
	p := withTwo(t)
	p.limit = 1
	set := func(row store.Row) {
		write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p3", row) })
	}
	set(store.Row{"owner_id": "u-ana"})
	set(store.Row{"temperature": "hot"}) // puts the prospect on a later page than its contact
	page, err := p.host.Feed(t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, From: p.cursor(), Limit: p.limit})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.member.ApplyPage(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, p.member.Read(), "SELECT id FROM contact WHERE id = 'c3' AND NOT EXISTS (SELECT 1 FROM prospect WHERE id = 'p3')"); len(got) != 1 || !page.More {
		t.Fatal("the contact has not come before its prospect")
	}
	set(store.Row{"contact_id": "c2"})
	p.pull()
	p.lacks("c3")
}

// TestReplica_PhoneThatLeavesItsContactIsNotKept: the prospect that the host takes and gives anew, so that its seller learns
// of it, was changed again since, and comes on a later page than the contact.
func TestReplica_PhoneThatLeavesItsContactIsNotKept(t *testing.T) {
	p := withTwo(t)
	write(t, p.host, admin, movePhone)
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"temperature": "hot"}) })
	p.limit = 1
	p.pull()
	p.phones("h2")
}

// moveContact gives a prospect another contact, as the office does: whoever holds it is given it anew.
func moveContact(tx *store.Tx, prospect, contact string) error {
	return errors.Join(tx.Set("prospect", prospect, store.Row{"contact_id": contact}), tx.Regrant(prospect))
}

// movePhone moves p1's phone to a contact of somebody else.
func movePhone(tx *store.Tx) error {
	return errors.Join(tx.Set("contact_phone", "h1", store.Row{"contact_id": "c3"}), tx.Regrant("p1"))
}

// phones checks which ones a member has, and that all else is as the host has it.
func (p *pair) phones(want string) {
	p.t.Helper()
	p.same()
	if got := value(p.t, p.member.Read(), "SELECT group_concat(id, ' ' ORDER BY id) FROM contact_phone"); got != want {
		p.t.Errorf("phones %s, want %s", got, want)
	}
}

// TestReplica_PhoneThatLeavesALostContactIsNotKept: the phone went while the prospect was the seller's, who lost it before
// hearing of that, and got another prospect of the same contact while what the first had left was still there.
func TestReplica_PhoneThatLeavesALostContactIsNotKept(t *testing.T) {
	p := withTwo(t)
	p.prospectOf(4, "u-beto")
	for _, fn := range []func(*store.Tx) error{
		movePhone,
		func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"owner_id": "u-beto"}) },
		func(tx *store.Tx) error { return moveContact(tx, "p4", "c1") },
		func(tx *store.Tx) error { return tx.Set("prospect", "p4", store.Row{"owner_id": "u-ana"}) },
	} {
		write(t, p.host, admin, fn)
	}
	p.limit = 1
	p.pull()
	p.phones("h2")
}

// TestReplica_PhoneThatLeavesItsContactDuringAFillIsNotKept: what came on the first pages is not true any more on the last.
func TestReplica_PhoneThatLeavesItsContactDuringAFillIsNotKept(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.prospectOf(2, "u-ana")
	p.prospectOf(3, "u-beto")
	p.limit = 1
	p.pullUntil("SELECT count(*) FROM contact_phone", "1")
	write(t, p.host, admin, movePhone)
	p.pull()
	p.phones("h2")
}

// TestReplica_PhoneOfAContactThatStaysIsKept: the seller gets a second prospect of a contact, which comes later because it
// was changed again, and loses the first one when the contact gets another phone.
func TestReplica_PhoneOfAContactThatStaysIsKept(t *testing.T) {
	p := withTwo(t)
	for _, fn := range []func(*store.Tx) error{
		func(tx *store.Tx) error { return moveContact(tx, "p3", "c1") },
		func(tx *store.Tx) error { return tx.Set("prospect", "p3", store.Row{"owner_id": "u-ana"}) },
		func(tx *store.Tx) error {
			return errors.Join(tx.Set("prospect", "p1", store.Row{"owner_id": "u-beto"}),
				tx.Create("contact_phone", "h9", store.Row{"contact_id": "c1", "raw": "55 5555 0109", "created_at": at}))
		},
		func(tx *store.Tx) error { return tx.Set("prospect", "p3", store.Row{"temperature": "hot"}) },
	} {
		write(t, p.host, admin, fn)
	}
	p.limit = 1
	p.pull()
	p.phones("h1 h2 h9")
}

// refusesProspects is a host that lets no member make a prospect.
func refusesProspects(p store.Proposal) store.Verdict {
	if p.Actor.Device == "device-ana" && p.Op.Entity == "prospect" && p.Op.Field == "" {
		return store.Verdict{Outcome: store.Refused, Reason: "no"}
	}
	return store.Verdict{Outcome: store.Applied}
}

// TestReplica_RefusedContactIsKeptWithItsProspect: else its author cannot see what was not accepted, and the rest of it is
// sent to a restored host in part.
func TestReplica_RefusedContactIsKeptWithItsProspect(t *testing.T) {
	p := newPair(t, refusesProspects)
	p.prospectOf(1, "u-ana")
	write(t, p.member, ana, func(tx *store.Tx) error {
		return errors.Join(createContact(tx, "c9", "Persona 9"), createProspect(tx, "p9", "c9", "u-ana"), createActivity(tx, "a9", "p9"))
	})
	p.sync()
	if got := value(t, p.member.Read(), "SELECT count(*) FROM outbox WHERE state = 3 AND forgotten = 0 AND value IS NOT NULL"); got != "3" {
		t.Errorf("%s ops of the three are kept", got)
	}
	if err := p.member.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	txs, err := p.member.Pending(t.Context(), 0, 500)
	if err != nil || len(txs) != 1 || len(txs[0].Ops) != 3 {
		t.Errorf("what goes out again is %+v, %v, want one transaction of three ops", txs, err)
	}
}

// TestPush_RestOfARefusedProspectMakesNoOrphan: a part of a transaction may come before all of it, from a computer that had
// forgotten the rest and was brought back from a copy that has it.
func TestPush_RestOfARefusedProspectMakesNoOrphan(t *testing.T) {
	p := newPair(t, refusesProspects)
	op := func(n byte, entity, row string, value map[string]any) store.Op {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return store.Op{ID: [16]byte{n}, Entity: entity, Row: row, HLC: 1, Value: text}
	}
	contact := op(1, "contact", "c9", map[string]any{"name": "Persona 9", "created_at": at})
	phone := op(2, "contact_phone", "h9", map[string]any{"contact_id": "c9", "raw": "55 5555 0199", "created_at": at})
	prospect := op(3, "prospect", "p9", map[string]any{"contact_id": "c9", "owner_id": "u-ana"})
	for _, ops := range [][]store.Op{{prospect}, {contact, phone, prospect}} {
		for _, err := range p.host.PushAll(t.Context(), p.as, []store.PushedTx{{ID: [16]byte{9}, Ops: ops}}) {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := value(t, p.host.Read(), "SELECT (SELECT count(*) FROM contact) || ' ' || (SELECT count(*) FROM contact_phone)"); got != "0 0" {
		t.Errorf("the host has %s contacts and phones of nobody", got)
	}
	if got := value(t, p.host.Read(), "SELECT count(*) FROM op_log WHERE outcome = 3"); got != "3" {
		t.Errorf("the host has logged %s refusals, want 3", got)
	}
}
