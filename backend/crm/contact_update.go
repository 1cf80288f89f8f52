package crm

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Codes of faults about a contact's phones and e-mails; the field is raw.
const (
	// CodePhoneTaken means that another contact has the phone; argument contact_id for administrators only.
	CodePhoneTaken = "contact.phone_taken"
	// CodePhoneRepeated means that the contact has the phone already.
	CodePhoneRepeated = "contact.phone_repeated"
	// CodeEmailTaken and CodeEmailRepeated are the same for e-mails.
	CodeEmailTaken    = "contact.email_taken"
	CodeEmailRepeated = "contact.email_repeated"
)

// seenContact limits a query on contact c to those with a prospect the viewer may see. It wants viewerParams.
const seenContact = ` c.deleted = 0
		AND EXISTS (
			SELECT 1
			FROM prospect p
			WHERE p.contact_id = c.id
			AND` + seen + `)`

// UpdateContact changes name and city. Faults: contact.not_found, input.too_long.
func (s *Service) UpdateContact(ctx context.Context, v account.Viewer, id string, patch ContactPatch) (Change, error) {
	row := store.Row{}
	for _, f := range []struct {
		name    string
		text    *string
		longest int
	}{{"name", patch.Name, longestName}, {"city", patch.City, longestCity}} {
		if f.text == nil {
			continue
		}
		text, err := checkText(f.name, *f.text, f.longest)
		if err != nil {
			return Change{}, err
		}
		row[f.name] = text
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if err := findContact(tx, v, id); err != nil {
			return err
		}
		was := map[string]*string{"name": new(string), "city": new(string)}
		err := tx.Query().NewQuery("SELECT name, city FROM contact WHERE id = {:id}").Bind(dbx.Params{"id": id}).Row(was["name"], was["city"])
		if err != nil {
			return err
		}
		if err := tx.Set("contact", id, row); err != nil {
			return err
		}
		for _, part := range []string{"name", "city"} {
			text, given := row[part].(string)
			if !given {
				continue
			}
			if err := noteContact(tx, v, id, contactEdit{Part: part, Did: didChange, Row: id, From: *was[part], To: text}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Change{}, fmt.Errorf("update contact: %w", err)
	}
	return c, nil
}

// AddPhone adds a phone to a contact, also one that cannot be called: its problem is shown. Faults: contact.not_found,
// input.required, input.too_long, contact.phone_taken, contact.phone_repeated.
func (s *Service) AddPhone(ctx context.Context, v account.Viewer, contactID, raw string) (Created, error) {
	return s.addReach(ctx, v, phoneKind, contactID, raw)
}

// AddEmail adds an e-mail address to a contact. Its faults are AddPhone's.
func (s *Service) AddEmail(ctx context.Context, v account.Viewer, contactID, raw string) (Created, error) {
	return s.addReach(ctx, v, emailKind, contactID, raw)
}

// UpdatePhone changes the text of a phone, which is read anew, puts it first, or notes which prefix worked in WhatsApp. Faults:
// phone.not_found and AddPhone's.
func (s *Service) UpdatePhone(ctx context.Context, v account.Viewer, id string, patch PhonePatch) (Change, error) {
	if w := patch.WAVariant; w != nil && !slices.Contains([]string{"", "52", "521"}, *w) {
		return Change{}, fault.Invalid("wa_variant", "input.invalid")
	}
	return s.updateReach(ctx, v, phoneKind, id, patch.Raw, patch.First, func(row store.Row) {
		if patch.WAVariant != nil {
			row["wa_variant"] = *patch.WAVariant
		}
	})
}

// UpdateEmail changes the text of an e-mail address. Faults: email.not_found and AddEmail's.
func (s *Service) UpdateEmail(ctx context.Context, v account.Viewer, id string, patch EmailPatch) (Change, error) {
	return s.updateReach(ctx, v, emailKind, id, patch.Raw, patch.First, func(store.Row) {})
}

// RemovePhone removes a phone. Fault phone.not_found.
func (s *Service) RemovePhone(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.removeReach(ctx, v, phoneKind, id)
}

// RemoveEmail removes an e-mail address. Fault email.not_found.
func (s *Service) RemoveEmail(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.removeReach(ctx, v, emailKind, id)
}

// reachKind is what phones and e-mails differ in.
type reachKind struct {
	entity, part, keyColumn, notFound, taken, repeated string
	// read returns the columns for a text.
	read  func(raw string) store.Row
	match string
}

var (
	phoneKind = reachKind{
		"contact_phone", "phone", "e164", "phone.not_found", CodePhoneTaken, CodePhoneRepeated,
		func(raw string) store.Row {
			p := Phone(raw)
			return store.Row{"e164": p.E164, "raw": p.Raw, "problem": p.Problem}
		}, matchPhone,
	}
	emailKind = reachKind{
		"contact_email", "email", "address", "email.not_found", CodeEmailTaken, CodeEmailRepeated,
		func(raw string) store.Row {
			e := Email(raw)
			return store.Row{"address": e.Address, "raw": e.Raw, "problem": e.Problem}
		}, matchEmail,
	}
)

func (k reachKind) of(phones, emails reach) reach {
	if k.entity == phoneKind.entity {
		return phones
	}
	return emails
}

func (s *Service) addReach(ctx context.Context, v account.Viewer, k reachKind, contactID, raw string) (Created, error) {
	var id string
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if err := findContact(tx, v, contactID); err != nil {
			return err
		}
		row, have, err := k.check(tx, v, contactID, "", raw)
		if err != nil {
			return err
		}
		id = tx.NewID()
		row["contact_id"], row["position"], row["created_at"] = contactID, have.next, nowText(tx)
		if err := tx.Create(k.entity, id, row); err != nil {
			return err
		}
		return noteContact(tx, v, contactID, contactEdit{Part: k.part, Did: didAdd, Row: id, To: k.text(row)})
	})
	if err != nil {
		return Created{}, fmt.Errorf("add %s: %w", k.entity, err)
	}
	return Created{ID: id, Change: c}, nil
}

func (s *Service) updateReach(
	ctx context.Context, v account.Viewer, k reachKind, id string, raw *string, first bool, also func(store.Row),
) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		contactID, key, was, err := k.find(tx, v, id)
		if err != nil {
			return err
		}
		row := store.Row{}
		if raw != nil {
			if row, _, err = k.check(tx, v, contactID, id, *raw); err != nil {
				return err
			}
			if k.entity == phoneKind.entity && row[k.keyColumn] != key {
				row["wa_variant"] = "" // it was another number's
			}
		}
		also(row)
		if err := k.putFirst(tx, contactID, id, first, row); err != nil {
			return err
		}
		if err := tx.Set(k.entity, id, row); err != nil || raw == nil {
			return err
		}
		return noteContact(tx, v, contactID, contactEdit{Part: k.part, Did: didChange, Row: id, From: was, To: k.text(row)})
	})
	if err != nil {
		return Change{}, fmt.Errorf("update %s: %w", k.entity, err)
	}
	return c, nil
}

func (s *Service) removeReach(ctx context.Context, v account.Viewer, k reachKind, id string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		contactID, _, was, err := k.find(tx, v, id)
		if err != nil {
			return err
		}
		if err := tx.Remove(k.entity, id); err != nil {
			return err
		}
		return noteContact(tx, v, contactID, contactEdit{Part: k.part, Did: didRemove, Row: id, From: was})
	})
	if err != nil {
		return Change{}, fmt.Errorf("remove %s: %w", k.entity, err)
	}
	return c, nil
}

// putFirst gives a phone or an e-mail the place before all others of its contact.
func (k reachKind) putFirst(tx *store.Tx, contactID, id string, first bool, row store.Row) error {
	if !first {
		return nil
	}
	phones, emails, err := reachOf(tx, contactID)
	if err != nil {
		return err
	}
	if rows := k.of(phones, emails).rows; len(rows) > 0 && rows[0].ID != id {
		row["position"] = rows[0].Position - 1
	}
	return nil
}

// text is how a phone or an e-mail is told of: as it is dialled or addressed, or as it was typed where it cannot be.
func (k reachKind) text(row store.Row) string {
	key, _ := row[k.keyColumn].(string)
	raw, _ := row["raw"].(string)
	return cmp.Or(key, raw)
}

// find returns the contact, the identity and the text of a phone or e-mail on a contact the viewer may see.
func (k reachKind) find(tx *store.Tx, v account.Viewer, id string) (contactID, key, text string, err error) {
	var raw string
	err = tx.Query().NewQuery(`
		SELECT r.contact_id, r.raw, r.`+k.keyColumn+`
		FROM `+k.entity+` r
		JOIN contact c ON c.id = r.contact_id
		WHERE r.id = {:id}
		AND r.deleted = 0
		AND`+seenContact).Bind(viewerParams(v, id)).Row(&contactID, &raw, &key)
	return contactID, key, cmp.Or(key, raw), orNotFound(err, k.notFound)
}

// check reads a text for a contact and refuses what it has already, except as the row except, and what another has.
func (k reachKind) check(tx *store.Tx, v account.Viewer, contactID, except, raw string) (store.Row, reach, error) {
	text, err := checkText("raw", raw, longestRaw)
	if err != nil {
		return nil, reach{}, err
	}
	if text == "" {
		return nil, reach{}, fault.Invalid("raw", "input.required")
	}
	row := k.read(text)
	phones, emails, err := reachOf(tx, contactID)
	if err != nil {
		return nil, reach{}, err
	}
	have := k.of(phones, emails)
	key, _ := row[k.keyColumn].(string)
	others := reach{rows: slices.DeleteFunc(slices.Clone(have.rows), func(r reachRow) bool { return r.ID == except })}
	if others.has(key, text) {
		return nil, reach{}, fault.Invalid("raw", k.repeated)
	}
	return row, have, k.refuseTaken(tx, v, contactID, key)
}

// refuseTaken keeps an identity on one contact, so that the next enquiry knows whom it is from.
func (k reachKind) refuseTaken(tx *store.Tx, v account.Viewer, contactID, key string) error {
	if key == "" {
		return nil
	}
	var holders []string
	if err := appendMatches(tx.Query(), &holders, k.match, key); err != nil {
		return err
	}
	for _, holder := range holders {
		switch {
		case holder == contactID:
		case v.IsAdmin():
			return fault.Invalid("raw", k.taken, "contact_id", holder)
		default:
			return fault.Invalid("raw", k.taken)
		}
	}
	return nil
}

func findContact(tx *store.Tx, v account.Viewer, id string) error {
	found, err := exists(tx, `
		SELECT 1
		FROM contact c
		WHERE c.id = {:id}
		AND`+seenContact, viewerParams(v, id))
	if err == nil && !found {
		return fault.New("contact.not_found")
	}
	return err
}
