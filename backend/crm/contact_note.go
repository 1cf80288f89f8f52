package crm

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

// What an edit of a contact did, in the data of EventContact.
const (
	didAdd    = "added"
	didChange = "changed"
	didRemove = "removed"
)

// contactEdit is the data of an EventContact.
type contactEdit struct {
	Part string `json:"part"` // name, city, phone, email
	Did  string `json:"did"`
	Row  string `json:"row"` // the contact, or the phone or e-mail of it
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	Edit string `json:"edit"` // the same in every prospect of the contact
}

// noteContact writes an edit of a contact into the history of each of its prospects that the viewer may see: the log itself
// never leaves the host. What others have with the same person is noted there, see followContactEvent.
func noteContact(tx *store.Tx, v account.Viewer, contactID string, n contactEdit) error {
	if n.From == n.To {
		return nil
	}
	n.Edit = tx.NewID()
	p := viewerParams(v, contactID)
	var prospects []string
	err := tx.Query().NewQuery("SELECT p.id FROM prospect p WHERE p.contact_id = {:id} AND" + seen + " ORDER BY p.id").Bind(p).Column(&prospects)
	if err != nil {
		return fmt.Errorf("read prospects of a contact: %w", err)
	}
	for _, id := range prospects {
		if err := addEvent(tx, id, EventContact, n); err != nil {
			return err
		}
	}
	return nil
}

// followContactEvent has the other prospects of a contact tell of its edit as well, and forget it where the edit is taken back:
// whoever made it may hold only some of them.
func followContactEvent(tx *store.Tx, op store.Op) error {
	if op.Field != "" && op.Field != fieldDeleted {
		return nil
	}
	var e struct {
		ProspectID string `db:"prospect_id"`
		AuthorID   string `db:"author_id"`
		At         string `db:"at"`
		Kind       string `db:"kind"`
		Data       string `db:"data"`
		Deleted    bool   `db:"deleted"`
	}
	err := tx.Query().NewQuery("SELECT prospect_id, author_id, at, kind, data, deleted FROM event WHERE id = {:id}").
		Bind(dbx.Params{"id": op.Row}).One(&e)
	if err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	var data contactEdit
	if e.Kind != EventContact || json.Unmarshal([]byte(e.Data), &data) != nil || data.Edit == "" {
		return nil
	}
	var others []struct {
		Prospect string  `db:"prospect_id"`
		Event    *string `db:"event_id"`
	}
	err = tx.Query().NewQuery(`
		SELECT o.id AS prospect_id, (
			SELECT e.id
			FROM event e
			WHERE e.prospect_id = o.id
			AND e.kind = {:kind}
			AND e.data ->> 'edit' = {:edit}
			LIMIT 1) AS event_id
		FROM prospect p
		JOIN prospect o ON o.contact_id = p.contact_id
		WHERE p.id = {:id}
		AND o.id <> p.id
		AND o.deleted = 0
		ORDER BY o.id`).Bind(dbx.Params{"id": e.ProspectID, "kind": EventContact, "edit": data.Edit}).All(&others)
	if err != nil {
		return fmt.Errorf("read prospects of a contact: %w", err)
	}
	return tx.As(store.System, func() error {
		for _, o := range others {
			switch {
			case op.Field == "" && o.Event == nil:
				err = tx.Create("event", tx.NewID(), store.Row{
					"prospect_id": o.Prospect, "author_id": e.AuthorID, "kind": e.Kind, "data": e.Data, "at": e.At,
				})
			case op.Field == "" || o.Event == nil:
				err = nil
			case e.Deleted:
				err = tx.Remove("event", *o.Event)
			default:
				err = tx.Restore("event", *o.Event)
			}
			if err != nil {
				return fmt.Errorf("tell of an edit: %w", err)
			}
		}
		return nil
	})
}

// hideEdits takes the words out of what the prospects of contacts tell of edits that were of another one: while they were one
// each told of what the others had, and parted their sellers may not know it any more. That there was an edit stays.
func hideEdits(tx *store.Tx, contacts []string) error {
	list, err := json.Marshal(contacts)
	if err != nil {
		return err
	}
	var foreign []struct {
		ID   string `db:"id"`
		Data string `db:"data"`
	}
	err = tx.Query().NewQuery(`
		SELECT e.id, e.data
		FROM json_each({:contacts}) w
		CROSS JOIN prospect p ON p.contact_id = w.value
		JOIN event e ON e.prospect_id = p.id
		WHERE e.kind = {:kind}
		AND coalesce(
			(SELECT h.contact_id FROM contact_phone h WHERE h.id = e.data ->> 'row'),
			(SELECT m.contact_id FROM contact_email m WHERE m.id = e.data ->> 'row'),
			e.data ->> 'row') <> p.contact_id
		ORDER BY e.id`).Bind(dbx.Params{"contacts": string(list), "kind": EventContact}).All(&foreign)
	if err != nil {
		return fmt.Errorf("read edits of parted contacts: %w", err)
	}
	return tx.As(store.System, func() error {
		for _, e := range foreign {
			var data contactEdit
			if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
				return fmt.Errorf("read event: %w", err)
			}
			data.From, data.To = "", ""
			text, err := json.Marshal(data)
			if err != nil {
				return err
			}
			if err := tx.Redact("event", e.ID, store.Row{"data": string(text)}); err != nil {
				return err
			}
		}
		return nil
	})
}
