package crm

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// matchContact finds the contact who has one of the phones or one of the e-mails; "" when nobody has. Two contacts are
// told apart only by one of them matching both ways; anything else is contact.conflict and for a person to decide.
func matchContact(tx *store.Tx, phones []PhoneNumber, emails []EmailAddress) (string, error) {
	byPhone, byEmail, err := findMatches(tx.Query(), phones, emails)
	if err != nil {
		return "", err
	}
	all := union(byPhone, byEmail)
	if len(all) == 0 {
		return "", nil
	}
	if len(all) == 1 {
		return all[0], nil
	}
	if both := intersection(byPhone, byEmail); len(both) == 1 {
		return both[0], nil
	}
	return "", fault.New(CodeContactConflict, "contacts", all)
}

const (
	matchPhone = `
		SELECT DISTINCT h.contact_id
		FROM contact_phone h
		JOIN contact c ON c.id = h.contact_id
		WHERE h.e164 = {:key}
		AND h.e164 <> ''
		AND h.deleted = 0
		AND c.deleted = 0
		LIMIT 10`
	matchEmail = `
		SELECT DISTINCT m.contact_id
		FROM contact_email m
		JOIN contact c ON c.id = m.contact_id
		WHERE m.address = {:key}
		AND m.address <> ''
		AND m.deleted = 0
		AND c.deleted = 0
		LIMIT 10`
)

// appendMatches adds whom a key finds; an unusable one ("") finds nobody.
func appendMatches(q dbx.Builder, to *[]string, query, key string) error {
	if key == "" {
		return nil
	}
	var found []string
	if err := q.NewQuery(query).Bind(dbx.Params{"key": key}).Column(&found); err != nil {
		return fmt.Errorf("match contact: %w", err)
	}
	*to = union(*to, found)
	return nil
}

// current is the prospect that a known person's enquiry joins.
type current struct {
	ID          string `db:"id"`
	OwnerID     string `db:"owner_id"`
	Status      string `db:"status"`
	ReasonID    string `db:"reason_id"`
	LeadAt      string `db:"lead_at"`
	OwnerActive bool   `db:"owner_active"`
	Opposed     bool   `db:"opposed"`
}

// join adds the enquiry to what a known person has: their open prospect, else their latest.
func (n *registrar) join(contactID string) error {
	n.done.ContactID = contactID
	var p current
	err := n.tx.Query().NewQuery(`
		SELECT p.id, p.owner_id, p.status, p.reason_id, p.lead_at, coalesce(u.active = 1 AND u.deleted = 0, 0) AS owner_active,
			p.contact_id IN ` + opposedContacts + ` AS opposed
		FROM prospect p
		LEFT JOIN user u ON u.id = p.owner_id
		WHERE p.contact_id = {:contact}
		AND p.deleted = 0
		ORDER BY p.status IN ('discarded', 'closed'), p.lead_at DESC, p.n DESC
		LIMIT 1`).Bind(dbx.Params{"contact": contactID}).One(&p)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read prospect of contact: %w", err)
	}
	if a := n.tx.Author(); a.Role == string(account.RoleSeller) && p.OwnerID != "" && p.OwnerID != a.User {
		n.keepReach() // a colleague's contact: theirs to change
	} else if err := n.completeContact(); err != nil {
		return err
	}
	if p.ID == "" { // all of them are in the bin
		return n.open()
	}
	n.done.ProspectID, n.done.OwnerID, n.done.Linked, n.done.Opposed = p.ID, p.OwnerID, true, p.Opposed
	if err := n.addSubmission(); err != nil {
		return err
	}
	if p.Opposed { // the form is kept; whether it is a new consent, an administrator says
		data := n.words()
		data["opposed"] = true
		return addEvent(n.tx, p.ID, EventEnquiredAgain, data)
	}
	if err := addEvent(n.tx, p.ID, EventEnquiredAgain, n.words()); err != nil {
		return err
	}
	if n.isNews(&p) {
		if err := n.raise(p); err != nil {
			return err
		}
	}
	return n.keepOwner(p)
}

// clockSlack is by how much this computer's clock and Meta's may differ without an enquiry being taken for an old one.
const clockSlack = time.Hour

// isNews reports whether the enquiry is later than what the prospect has; a file may bring an older one. The prospect's
// time may have been written by a clock that was ahead: it counts as now at most, and is set right.
func (n *registrar) isNews(p *current) bool {
	if now := clock.Format(n.tx.Now()); p.LeadAt > now {
		p.LeadAt = now
	}
	return clock.Format(n.e.LeadAt.Add(clockSlack)) > p.LeadAt
}

// raise puts the prospect back on top of its seller's inbox, and reopens it when it was over.
func (n *registrar) raise(p current) error {
	row := store.Row{"lead_at": max(p.LeadAt, clock.Format(n.e.LeadAt)), "received_at": clock.Format(n.e.ReceivedAt), "attended_at": nil}
	if n.e.FormID != "" || n.e.FormName != "" {
		row["form_id"], row["form_name"] = n.e.FormID, n.e.FormName
		row["campaign_id"], row["campaign_name"] = n.e.CampaignID, n.e.CampaignName
	}
	if !isOpen(p.Status) {
		row["status"], row["reason_id"] = StatusNew, ""
	}
	if err := n.tx.Set("prospect", p.ID, row); err != nil {
		return err
	}
	if isOpen(p.Status) {
		return nil
	}
	return addEvent(n.tx, p.ID, EventReopened, map[string]any{"from": p.Status, "to": StatusNew, "reason_id": p.ReasonID})
}

// keepOwner leaves a known person with the seller they have, unless that one no longer works here.
func (n *registrar) keepOwner(p current) error {
	if p.OwnerID != "" && p.OwnerActive {
		return nil
	}
	to, err := n.owner()
	if err != nil || to.owner == p.OwnerID {
		return err
	}
	n.done.OwnerID, n.done.Turn, n.done.Of = to.owner, to.why.Turn, to.why.Of
	return assign(n.tx, p.ID, p.OwnerID, to, "")
}

// keepReach keeps in the enquiry what the contact's seller may want to add to the contact, or to know.
func (n *registrar) keepReach() {
	for _, p := range n.phones {
		n.e.Answers = append(n.e.Answers, Answer{Name: "phone_number", Type: "PHONE", Values: []string{p.Raw}})
	}
	for _, m := range n.emails {
		n.e.Answers = append(n.e.Answers, Answer{Name: "email", Type: "EMAIL", Values: []string{m.Raw}})
	}
	n.keepWords("", "")
}

// keepWords keeps in an enquiry made by hand a name and a city that are not the contact's own. Those of forms and files are
// among their answers; these would be gone.
func (n *registrar) keepWords(name, city string) {
	if n.e.Source != SourceManual {
		return
	}
	if n.e.Name != "" && n.e.Name != name {
		n.e.Answers = append(n.e.Answers, Answer{Name: "full_name", Type: "FULL_NAME", Values: []string{n.e.Name}})
	}
	if n.e.City != "" && n.e.City != city {
		n.e.Answers = append(n.e.Answers, Answer{Name: "city", Type: "CITY", Values: []string{n.e.City}})
	}
}

// completeContact adds what the enquiry knows and the contact does not: reach, and a name or city where there is none. A name
// or city where there is another stays with the enquiry.
func (n *registrar) completeContact() error {
	phones, emails, err := reachOf(n.tx, n.done.ContactID)
	if err != nil {
		return err
	}
	n.phones = without(n.phones, func(p PhoneNumber) bool { return phones.has(p.E164, p.Raw) })
	n.emails = without(n.emails, func(e EmailAddress) bool { return emails.has(e.Address, e.Raw) })
	if err := n.addReach(phones.next, emails.next); err != nil {
		return err
	}
	var name, city string
	err = n.tx.Query().NewQuery(`
		SELECT name, city
		FROM contact
		WHERE id = {:id}`).Bind(dbx.Params{"id": n.done.ContactID}).Row(&name, &city)
	if err != nil {
		return fmt.Errorf("read contact: %w", err)
	}
	row := store.Row{}
	if name == "" && n.e.Name != "" {
		row["name"] = n.e.Name
	}
	if city == "" && n.e.City != "" {
		row["city"] = n.e.City
	}
	n.keepWords(cmp.Or(name, n.e.Name), cmp.Or(city, n.e.City))
	if len(row) == 0 {
		return nil
	}
	return n.tx.Set("contact", n.done.ContactID, row)
}
