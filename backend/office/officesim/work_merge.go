package officesim

import (
	"context"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// anotherContact draws a contact of which the desk has a prospect, "" when it is the one given.
func (s *sim) anotherContact(d desk, but string) (string, error) {
	id, err := s.some(d, "SELECT DISTINCT contact_id FROM prospect WHERE deleted = 0 ORDER BY contact_id")
	if id == but {
		return "", err
	}
	return id, err
}

// mergeTwo makes two contacts one, with or without a seller for both.
func mergeTwo(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	contact, err := s.contactOf(d, prospect)
	if err != nil {
		return "", "", err
	}
	other, err := s.anotherContact(d, contact)
	if other == "" || err != nil {
		return "", "", err
	}
	seller := pick(s, []string{crm.SellersKeep, s.plan.sellers[0].UserID, s.plan.sellers[1].UserID})
	c, err := d.crm.MergeContacts(ctx, d.user, crm.Merge{
		Contacts: []string{contact, other}, Choice: crm.MergeChoice{NameOf: pick(s, []string{contact, other}), Seller: seller},
	})
	return c.TxID, "", err
}

// partTwo takes one of the merges back.
func partTwo(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	list, err := d.crm.Merges(ctx, d.user)
	if err != nil || len(list) == 0 {
		return "", "", err
	}
	c, err := d.crm.UndoMergeContacts(ctx, d.user, pick(s, list).ID)
	return c.TxID, "", err
}

// askMerge asks for a merge of two contacts of one's own.
func askMerge(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	contact, err := s.contactOf(d, prospect)
	if err != nil {
		return "", "", err
	}
	other, err := s.anotherContact(d, contact)
	if other == "" || err != nil {
		return "", "", err
	}
	c, err := d.crm.AskMerge(ctx, d.user, crm.MergeAsk{Contacts: []string{contact, other}, Note: s.text()})
	return c.TxID, "", err
}

// answerMerge decides about what a seller has asked.
func answerMerge(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	list, err := d.crm.Merges(ctx, d.user)
	asked := slices.DeleteFunc(list, func(m crm.MergeItem) bool { return m.State != crm.MergeAsked || len(m.Contacts) < 2 })
	if err != nil || len(asked) == 0 {
		return "", "", err
	}
	m := pick(s, asked)
	if s.chance(3) {
		c, err := d.crm.DeclineMerge(ctx, d.user, m.ID)
		return c.TxID, "", err
	}
	c, err := d.crm.AnswerMerge(ctx, d.user, m.ID, crm.Merge{
		Contacts: []string{m.Contacts[0].ID, m.Contacts[1].ID}, Choice: crm.MergeChoice{Seller: crm.SellersKeep},
	})
	return c.TxID, "", err
}

// forgetMerged erases what merges keep of a person who is forgotten, on the host: no name is left, in the merges or with those
// who are part of the person, and nothing can be parted any more.
func forgetMerged(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	if d.m != nil {
		return "", "", nil
	}
	contact, err := s.some(d, "SELECT DISTINCT merged_into FROM contact WHERE merged_into <> '' ORDER BY merged_into")
	if contact == "" || err != nil {
		return "", "", err
	}
	c, err := d.store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := d.crm.ForgetMerges(tx, contact)
		return err
	})
	if err != nil {
		return "", "", err
	}
	left, err := texts(d.store, `
		SELECT id FROM contact_merge WHERE survivor_id = {:contact} AND (map <> '{}' OR note <> '' OR reach <> '')
		UNION ALL SELECT id FROM contact WHERE merged_into = {:contact} AND name || city <> ''`, dbx.Params{"contact": contact})
	if err == nil && len(left) > 0 {
		err = violation("I11", "%s is forgotten, and something of it is kept in %v", contact, left)
	}
	return c.TxID, "", err
}

// tellApart says of two that they are not one.
func tellApart(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	contact, err := s.contactOf(d, prospect)
	if err != nil {
		return "", "", err
	}
	other, err := s.anotherContact(d, contact)
	if other == "" || err != nil {
		return "", "", err
	}
	c, err := d.crm.DismissDuplicate(ctx, d.user, contact, other)
	return c.TxID, "", err
}

// united is I11: nothing hangs on a contact that is part of another, no two are part of each other, and a phone that a merge has
// taken away, because the survivor had it too, was the survivor's.
func (s *sim) united() error {
	for _, table := range []string{"contact_phone", "contact_email", "prospect"} {
		stray, err := texts(s.host.store, "SELECT x.id FROM "+table+" x JOIN contact c ON c.id = x.contact_id WHERE c.merged_into <> '' AND x.deleted = 0", nil)
		if err == nil && len(stray) > 0 {
			err = violation("I11", "rows of %s hang on a contact that is part of another: %v", table, stray)
		}
		if err != nil {
			return err
		}
	}
	circle, err := texts(s.host.store, `
		WITH RECURSIVE part (id, at, n) AS (
			SELECT id, merged_into, 1 FROM contact WHERE merged_into <> ''
			UNION ALL
			SELECT p.id, c.merged_into, p.n + 1 FROM part p JOIN contact c ON c.id = p.at WHERE c.merged_into <> '' AND p.n < 200)
		SELECT DISTINCT id FROM part WHERE n >= 200`, nil)
	if err == nil && len(circle) > 0 {
		err = violation("I11", "contacts are part of each other: %v", circle)
	}
	if err != nil {
		return err
	}
	lost, err := texts(s.host.store, `
		SELECT h.id
		FROM contact_merge m
		JOIN json_each(m.map, '$.dropped') j
		JOIN contact_phone h ON h.id = j.value ->> 'id'
		WHERE m.state = 'merged'
		AND h.deleted = 1
		AND NOT EXISTS (SELECT 1 FROM contact_phone k WHERE k.id <> h.id AND k.e164 = h.e164 AND k.contact_id <> h.contact_id)`, nil)
	if err == nil && len(lost) > 0 {
		err = violation("I11", "phones were taken away that nobody else has: %v", lost)
	}
	return err
}
