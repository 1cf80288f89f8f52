package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/store"
)

// TestLists_ShowTheSamePhoneOnEveryComputer: of phones in the same place and steps for the same time, a list showed the one
// that its own file had been given first.
func TestLists_ShowTheSamePhoneOnEveryComputer(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.sync()
	add := func(s *store.Store, as store.Author, suffix string) {
		write(t, s, as, func(tx *store.Tx) error {
			return errors.Join(
				tx.Create("contact_phone", "h"+suffix, store.Row{"contact_id": "c1", "raw": suffix, "e164": "+5255555501" + suffix, "created_at": at}),
				tx.Create("activity", "step"+suffix, store.Row{
					"prospect_id": "p1", "author_id": as.User, "kind": "task", "body": "x", "due_on": "2026-12-01", "created_at": at,
				}),
			)
		})
	}
	add(p.member, p.as, "91")
	add(p.host, admin, "90")
	add(p.host, admin, "92")
	p.sync()
	shown := "SELECT phone, next_id FROM prospect_card"
	want := [][]string{{"+525555550190", "step90"}}
	if diff := cmp.Diff(want, rows(t, p.host.Read(), shown)); diff != "" {
		t.Errorf("host (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, rows(t, p.member.Read(), shown)); diff != "" {
		t.Errorf("member (-want +got):\n%s", diff)
	}
}
