package crm

import (
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
)

// reach is the phones, or the e-mails, that a contact has.
type reach struct {
	rows []reachRow
	next int // the position after the last
}

type reachRow struct {
	ID       string `db:"id"`
	Key      string `db:"key"` // E.164 or address, "" when unusable
	Raw      string `db:"raw"`
	Position int    `db:"position"`
}

// has reports whether the identity is there, or, for a text without one, the text.
func (r reach) has(key, raw string) bool {
	return slices.ContainsFunc(r.rows, func(row reachRow) bool { return row.Key == key && (key != "" || row.Raw == raw) })
}

// reachOf reads a contact's phones and e-mails.
func reachOf(tx *store.Tx, contactID string) (phones, emails reach, err error) {
	if phones, err = readReach(tx, contactID, `
		SELECT id, e164 AS key, raw, position
		FROM contact_phone
		WHERE contact_id = {:contact}
		AND deleted = 0
		ORDER BY position, id`); err != nil {
		return reach{}, reach{}, err
	}
	emails, err = readReach(tx, contactID, `
		SELECT id, address AS key, raw, position
		FROM contact_email
		WHERE contact_id = {:contact}
		AND deleted = 0
		ORDER BY position, id`)
	return phones, emails, err
}

func readReach(tx *store.Tx, contactID, query string) (reach, error) {
	var r reach
	if err := tx.Query().NewQuery(query).Bind(dbx.Params{"contact": contactID}).All(&r.rows); err != nil {
		return reach{}, fmt.Errorf("read reach of contact: %w", err)
	}
	for _, row := range r.rows {
		r.next = max(r.next, row.Position+1)
	}
	return r, nil
}

func without[T any](list []T, drop func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), drop)
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

func intersection(a, b []string) []string {
	var both []string
	for _, s := range a {
		if slices.Contains(b, s) {
			both = append(both, s)
		}
	}
	return both
}
