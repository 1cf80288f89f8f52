package crm

import (
	"context"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Candidate is somebody an enquiry may be of: they have its phone, its e-mail, or both.
type Candidate struct {
	ContactID  string `json:"contact_id" db:"contact_id"`
	Name       string `json:"name" db:"name"`
	ProspectID string `json:"prospect_id" db:"prospect_id"` // the one the enquiry would join; "" when all are in the bin
	OwnerName  string `json:"owner_name" db:"owner_name"`
	ByPhone    bool   `json:"by_phone" db:"-"`
	ByEmail    bool   `json:"by_email" db:"-"`
}

// Candidates are the people an enquiry that could not be told apart (contact.conflict) may be of, those with its phone first.
// They are of the whole office: for administrators.
func (s *Service) Candidates(ctx context.Context, e Enquiry) ([]Candidate, error) {
	list := []Candidate{}
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		byPhone, byEmail, err := findMatches(q, readPhones(e.Phones), readEmails(e.Emails))
		if err != nil {
			return err
		}
		for _, id := range union(slices.Clone(byPhone), byEmail) {
			var c Candidate
			if err := q.NewQuery(candidateQuery).Bind(dbx.Params{"contact": id}).One(&c); err != nil {
				return fmt.Errorf("read candidate: %w", err)
			}
			c.ByPhone, c.ByEmail = slices.Contains(byPhone, id), slices.Contains(byEmail, id)
			list = append(list, c)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find candidates: %w", err)
	}
	return list, nil
}

const candidateQuery = `
	SELECT c.id AS contact_id, c.name, coalesce(p.id, '') AS prospect_id, coalesce(u.name, '') AS owner_name
	FROM contact c
	LEFT JOIN prospect p ON p.id = (
		SELECT q.id
		FROM prospect q
		WHERE q.contact_id = c.id
		AND q.deleted = 0
		ORDER BY q.status IN ('discarded', 'closed'), q.lead_at DESC, q.n DESC
		LIMIT 1)
	LEFT JOIN user u ON u.id = p.owner_id
	WHERE c.id = {:contact}`

// RegisterAs is Register for an enquiry about which a person has decided: it is of the contact given, or, for "", of somebody
// new. The contact gets the phones and e-mails it lacks, so that the next enquiry with the same two needs no decision.
//
// Faults: submission.duplicate as for Register; contact.not_found for a contact that has neither phone nor e-mail of the
// enquiry, or no longer.
func (s *Service) RegisterAs(tx *store.Tx, e Enquiry, contactID string) (Registration, error) {
	if err := refuseKnownLead(tx, e.LeadID); err != nil {
		return Registration{}, err
	}
	n := s.newRegistrar(tx, e)
	byPhone, byEmail, err := findMatches(tx.Query(), n.phones, n.emails)
	if err != nil {
		return Registration{}, err
	}
	switch {
	case contactID == "":
		err = n.begin()
	case slices.Contains(byPhone, contactID), slices.Contains(byEmail, contactID):
		err = n.join(contactID)
	default:
		return Registration{}, fault.New("contact.not_found")
	}
	if err != nil {
		return Registration{}, fmt.Errorf("register enquiry: %w", err)
	}
	return n.done, nil
}

// findMatches finds the contacts who have one of the phones, and those who have one of the e-mails.
func findMatches(q dbx.Builder, phones []PhoneNumber, emails []EmailAddress) (byPhone, byEmail []string, err error) {
	for _, p := range phones {
		if err := appendMatches(q, &byPhone, matchPhone, p.E164); err != nil {
			return nil, nil, err
		}
	}
	for _, e := range emails {
		if err := appendMatches(q, &byEmail, matchEmail, e.Address); err != nil {
			return nil, nil, err
		}
	}
	return byPhone, byEmail, nil
}
