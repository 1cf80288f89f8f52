package store_test

import (
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
