package crm

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// What a computer writes under a contact before it hears that the contact is part of another is brought to that one, and
// noted in the merge: when that is taken back, it goes to whom it was written to.

// carryReach brings a phone or an e-mail to the survivor of its contact. One that the survivor has already is removed.
func carryReach(tx *store.Tx, entity, id string) error {
	contact, position, err := strayOf(tx, entity, "position", id)
	if err != nil || contact == "" {
		return err
	}
	into, err := survivorOf(tx.Query(), contact)
	if err != nil || into.Deleted {
		return ignoreGone(err)
	}
	phones, emails, err := reachOf(tx, into.ID)
	if err != nil {
		return err
	}
	have := phones
	if entity == emailKind.entity {
		have = emails
	}
	own, err := readReach(tx, contact, "SELECT id, "+keyOf(entity)+" AS key, raw, position FROM "+entity+" WHERE contact_id = {:contact} AND deleted = 0")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(own.rows, func(r reachRow) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	moved := movedRow{Entity: entity, ID: id, Position: position}
	return tx.As(store.System, func() error {
		if have.has(own.rows[i].Key, own.rows[i].Raw) {
			if err := tx.Remove(entity, id); err != nil {
				return err
			}
			return noteCarried(tx, contact, func(m *mergeMap, from string) {
				if from == contact {
					moved.From = from
					m.Dropped = append(m.Dropped, moved)
				}
			})
		}
		if err := tx.Set(entity, id, store.Row{"contact_id": into.ID, "position": have.next}); err != nil {
			return err
		}
		return noteCarried(tx, contact, func(m *mergeMap, from string) {
			moved.From = from
			m.Moved = append(m.Moved, moved)
		})
	})
}

func keyOf(entity string) string {
	if entity == emailKind.entity {
		return emailKind.keyColumn
	}
	return phoneKind.keyColumn
}

// carryProspect brings a prospect to the survivor of its contact.
func carryProspect(tx *store.Tx, id string) error {
	contact, _, err := strayOf(tx, "prospect", "0", id)
	if err != nil || contact == "" {
		return err
	}
	into, err := survivorOf(tx.Query(), contact)
	if err != nil || into.Deleted {
		return ignoreGone(err)
	}
	return tx.As(store.System, func() error {
		if err := tx.Set("prospect", id, store.Row{"contact_id": into.ID}); err != nil {
			return err
		}
		return noteCarried(tx, contact, func(m *mergeMap, from string) {
			m.Prospects = append(m.Prospects, movedProspect{ID: id, From: from})
		})
	})
}

// strayOf returns the contact of a row that stands under one which was merged away; "" for any other.
func strayOf(tx *store.Tx, entity, position, id string) (contact string, at int, err error) {
	var rows []struct {
		Contact  string `db:"contact_id"`
		Position int    `db:"at"`
	}
	err = tx.Query().NewQuery(`
		SELECT r.contact_id, ` + position + ` AS at
		FROM ` + entity + ` r
		JOIN contact c ON c.id = r.contact_id
		WHERE r.id = {:id}
		AND r.deleted = 0
		AND c.merged_into <> ''`).Bind(dbx.Params{"id": id}).All(&rows)
	if err != nil {
		return "", 0, fmt.Errorf("look whether a contact is part of another: %w", err)
	}
	if len(rows) == 0 {
		return "", 0, nil
	}
	return rows[0].Contact, rows[0].Position, nil
}

func ignoreGone(err error) error {
	if fault.Has(err, "contact.not_found") {
		return nil
	}
	return err
}

// noteCarried writes into each merge from a contact to its survivor what was brought along. add is told whose it was before.
func noteCarried(tx *store.Tx, contact string, add func(m *mergeMap, from string)) error {
	for range mostCarried {
		c, err := readMergeable(tx.Query(), contact)
		if err != nil || c.MergedInto == "" {
			return err
		}
		m, err := mergeOf(tx.Query(), contact, c.MergedInto)
		if err != nil {
			return err
		}
		if m != nil && m.MapText != "{}" {
			add(&m.Map, contact)
			text, err := json.Marshal(m.Map)
			if err != nil {
				return fmt.Errorf("write map of merge: %w", err)
			}
			if err := tx.Set("contact_merge", m.ID, store.Row{"map": string(text)}); err != nil {
				return err
			}
		}
		contact = c.MergedInto
	}
	return nil
}

// mostCarried is through how many merges something is brought.
const mostCarried = 100
