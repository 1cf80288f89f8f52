package crm

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
)

// mergeContact is a contact as merges look at it.
type mergeContact struct {
	ID         string `db:"id"`
	Name       string `db:"name"`
	City       string `db:"city"`
	MergedInto string `db:"merged_into"`
	CreatedAt  string `db:"created_at"`
	Deleted    bool   `db:"deleted"`

	OpposedAt *string `db:"opposed_at"`
}

// readMergeable reads a contact, also one that was removed. Fault contact.not_found.
func readMergeable(q dbx.Builder, id string) (mergeContact, error) {
	var c mergeContact
	err := q.NewQuery(`
		SELECT id, name, city, merged_into, created_at, deleted, opposed_at
		FROM contact
		WHERE id = {:id}`).Bind(dbx.Params{"id": id}).One(&c)
	return c, orNotFound(err, "contact.not_found")
}

// survivorOf follows a contact to the one that it has become part of, which may be itself. Two computers that were apart may
// have merged the same two both ways: the host carries out the first alone, so that there is no circle to follow; a bound keeps
// a damaged file from being one.
func survivorOf(q dbx.Builder, id string) (mergeContact, error) {
	for range 100 {
		c, err := readMergeable(q, id)
		if err != nil || c.MergedInto == "" {
			return c, err
		}
		id = c.MergedInto
	}
	return mergeContact{}, fmt.Errorf("contact %s is merged in a circle", id)
}

// isPart reports whether a merge that stands has made a contact part of another. Of one that a replica no longer keeps, because
// nothing of its own is left, this is all that is known.
func isPart(q dbx.Builder, id string) (is bool, err error) {
	err = q.NewQuery(`
		SELECT EXISTS (
			SELECT 1
			FROM contact_merge m
			WHERE m.state = 'merged'
			AND m.deleted = 0
			AND EXISTS (SELECT 1 FROM json_each(m.merged) j WHERE j.value = {:id}))`).Bind(dbx.Params{"id": id}).Row(&is)
	if err != nil {
		err = fmt.Errorf("look whether a contact is part of another: %w", err)
	}
	return is, err
}

// openSellers are whose the open prospects of contacts are; "" is one of them when some wait in the tray.
func openSellers(q dbx.Builder, contacts []string) ([]string, error) {
	list, err := json.Marshal(contacts)
	if err != nil {
		return nil, err
	}
	var owners []string
	err = q.NewQuery(`
		SELECT DISTINCT owner_id
		FROM prospect
		WHERE contact_id IN (SELECT value FROM json_each({:contacts}))
		AND deleted = 0
		AND status NOT IN ('discarded', 'closed')
		ORDER BY owner_id`).Bind(dbx.Params{"contacts": string(list)}).Column(&owners)
	if err != nil {
		return nil, fmt.Errorf("read sellers of contacts: %w", err)
	}
	return owners, nil
}

// countMerge counts what contacts have between them. A phone or an e-mail that two of them have counts once.
func countMerge(q dbx.Builder, contacts []string) (MergeCounts, error) {
	var n MergeCounts
	list, err := json.Marshal(contacts)
	if err != nil {
		return n, err
	}
	const of = "(SELECT value FROM json_each({:contacts}))"
	const live = " FROM prospect p WHERE p.contact_id IN " + of + " AND p.deleted = 0"
	err = q.NewQuery(`
		SELECT
			(SELECT count(DISTINCT iif(e164 = '', raw, e164)) FROM contact_phone WHERE contact_id IN `+of+` AND deleted = 0),
			(SELECT count(DISTINCT iif(address = '', raw, address)) FROM contact_email WHERE contact_id IN `+of+` AND deleted = 0),
			(SELECT count(*) FROM activity WHERE deleted = 0 AND prospect_id IN (SELECT p.id`+live+`)),
			(SELECT count(*) FROM submission WHERE deleted = 0 AND prospect_id IN (SELECT p.id`+live+`)),
			(SELECT count(*)`+live+`)`).Bind(dbx.Params{"contacts": string(list)}).
		Row(&n.Phones, &n.Emails, &n.Activities, &n.Submissions, &n.Prospects)
	if err != nil {
		return n, fmt.Errorf("count what a merge keeps: %w", err)
	}
	return n, nil
}

// mergeOf finds the merge that made a contact part of another; nil when it is not kept any more.
func mergeOf(q dbx.Builder, contact, survivor string) (*mergeRow, error) {
	var rows []mergeRow
	err := q.NewQuery(`
		SELECT ` + mergeColumns + `
		FROM contact_merge m
		WHERE m.survivor_id = {:survivor}
		AND m.state = 'merged'
		AND m.deleted = 0
		ORDER BY m.merged_at DESC`).Bind(dbx.Params{"survivor": survivor}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("look for the merge of a contact: %w", err)
	}
	for i := range rows {
		if err := rows[i].read(); err != nil {
			return nil, err
		}
		if slices.Contains(rows[i].Merged, contact) {
			return &rows[i], nil
		}
	}
	return nil, nil
}
