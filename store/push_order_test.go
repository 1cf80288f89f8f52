package store_test

import (
	"errors"
	"fmt"
	"testing"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/storetest"
)

// TestPush_WhoIsTypedInOnAMemberIsNotRefused: what a transaction writes may refer to a row that it makes later, as who types a
// prospect in writes the enquiry before the prospect. The host took such a reference for one to a row that it had lost.
func TestPush_WhoIsTypedInOnAMemberIsNotRefused(t *testing.T) {
	p := newPair(t, nil)
	write(t, p.member, p.as, func(tx *store.Tx) error {
		return errors.Join(
			createContact(tx, "c1", "Persona 1"),
			tx.Grant(p.as.User, "p1"),
			createActivity(tx, "a1", "p1"),
			createProspect(tx, "p1", "c1", p.as.User),
		)
	})
	p.sync()
	p.same()
	if got := value(t, p.host.Read(), "SELECT count(*) FROM activity a JOIN prospect p ON p.id = a.prospect_id"); got != "1" {
		t.Errorf("the host has %s activities of what was typed in, want 1", got)
	}
}

// TestPush_NothingIsSettledAfterWhatFailed: on a full disk what is large fails and what is small may still fit. The undo of an
// edit of a prospect that was typed in just before it was settled so, and refused for good, because the prospect came only
// when there was room again.
func TestPush_NothingIsSettledAfterWhatFailed(t *testing.T) {
	s, _ := pushStore(t)
	made := store.PushedTx{ID: [16]byte{1}, Ops: []store.Op{foreign(1, 1, "contact", "c2", "", `{"name":"Rosa","created_at":"x"}`)}}
	undo := store.PushedTx{ID: [16]byte{2}, Undoes: [16]byte{3}, Ops: []store.Op{foreign(2, 2, "contact", "c2", "name", `"Ana"`)}}
	last := store.PushedTx{ID: [16]byte{4}, Ops: []store.Op{foreign(3, 3, "contact", "c2", "city", `"León"`)}}
	failure, asked := errors.New("no room"), 0
	who := func(*store.Tx) (store.Author, error) {
		if asked++; asked == 1 {
			return store.Author{}, failure
		}
		return admin, nil
	}
	for i, err := range s.PushAs(t.Context(), who, []store.PushedTx{made, undo, last}, nil) {
		if !errors.Is(err, failure) {
			t.Errorf("transaction %d: %v, want the failure of the first", i, err)
		}
	}
	if got := value(t, s.Read(), "SELECT count(*) FROM op_log WHERE row_id = 'c2'"); got != "0" {
		t.Errorf("%s ops are settled", got)
	}
	for i, err := range s.PushAs(t.Context(), who, []store.PushedTx{made, undo, last}, nil) {
		if err != nil {
			t.Errorf("transaction %d, when there is room again: %v", i, err)
		}
	}
	if got := value(t, s.Read(), "SELECT count(*) FROM op_log WHERE row_id = 'c2' AND outcome = 1"); got != "3" {
		t.Errorf("%s of 3 ops are applied", got)
	}
}

// TestPush_WhatWasReadAheadIsForgottenWhenAProspectChangesHands: what many edits of a burst stand on is read before the first of
// them is settled. One of them may end its author's right to what another one is about.
func TestPush_WhatWasReadAheadIsForgottenWhenAProspectChangesHands(t *testing.T) {
	refuse := func(q store.Proposal) store.Verdict {
		if q.Actor.Scoped && !q.InScope {
			return store.Verdict{Outcome: store.Refused, Reason: "out_of_scope"}
		}
		return store.Verdict{Outcome: store.Applied}
	}
	one := func(n byte, entity, row, field, value string) store.PushedTx {
		return store.PushedTx{ID: [16]byte{n}, BaseRev: 1000, Ops: []store.Op{foreign(n, hlc.At(storetest.Start)+hlc.Time(n)<<20, entity, row, field, value)}}
	}
	var edits []store.PushedTx
	for n := range byte(5) {
		edits = append(edits, one(10+n, "contact", fmt.Sprint("c", n+1), "city", `"x"`))
	}
	for _, tt := range []struct {
		name    string
		first   []store.PushedTx
		refused string
	}{
		{"nothing happens", nil, "c5"},
		{"it becomes another person's", []store.PushedTx{one(1, "prospect", "p1", "contact_id", `"c2"`)}, "c1,c5"},
		{"it becomes a colleague's person's", []store.PushedTx{one(1, "prospect", "p4", "contact_id", `"c5"`)}, "c4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPair(t, refuse)
			for n := 1; n < 5; n++ {
				p.prospectOf(n, "u-ana")
			}
			p.prospectOf(5, "u-beto")
			if err := errors.Join(p.host.PushAll(t.Context(), p.as, append(tt.first, edits...))...); err != nil {
				t.Fatal(err)
			}
			if got := value(t, p.host.Read(), "SELECT coalesce(group_concat(row_id), '') FROM op_log WHERE device_id = 'device-ana' AND outcome = 3"); got != tt.refused {
				t.Errorf("%q is refused, want %q", got, tt.refused)
			}
		})
	}
}
