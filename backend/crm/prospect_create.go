package crm

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const (
	longestCity = 200
	mostReach   = 10 // phones, and e-mails, of one form
)

// CreateProspect registers somebody who called, walked in or was recommended. A seller's go to the seller, an
// administrator's to whom they name or whose turn it is. A known person keeps their seller; a seller then learns that the
// person is known, not whose.
//
// Faults: input.required without a name, phone and e-mail; access.admin_only for a seller who names another;
// user.not_found for an owner who is no active seller; contact.conflict.
func (s *Service) CreateProspect(ctx context.Context, v account.Viewer, n NewProspect) (CreatedProspect, error) {
	e, err := n.enquiry(v)
	if err != nil {
		return CreatedProspect{}, err
	}
	note, err := checkText("note", n.Note, longestBody)
	if err != nil {
		return CreatedProspect{}, err
	}
	var done CreatedProspect
	// In the viewer's name but not held to their scope: the person may be known to others.
	author := store.Author{User: v.UserID, Role: string(v.Role)}
	commit, err := s.store.Write(ctx, author, func(tx *store.Tx) error {
		if e.OwnerID != "" && e.OwnerID != v.UserID {
			if err := mustSell(tx, e.OwnerID); err != nil {
				return err
			}
		}
		r, err := s.Register(tx, e)
		if err != nil {
			return err
		}
		done = CreatedProspect{ID: r.ProspectID, Linked: r.Linked}
		if !v.IsAdmin() && r.OwnerID != v.UserID {
			done.ID = ""
		}
		if note == "" {
			return nil
		}
		_, err = addActivity(tx, held{ID: r.ProspectID, OwnerID: r.OwnerID}, NewActivity{Kind: KindNote, Body: note})
		return err
	})
	if fault.Has(err, CodeContactConflict) && !v.IsAdmin() {
		return CreatedProspect{}, fault.New(CodeContactConflict) // whose contacts they are is not a seller's business
	}
	if err != nil {
		return CreatedProspect{}, fmt.Errorf("create prospect: %w", err)
	}
	done.TxID = commit.TxID
	return done, nil
}

func (n NewProspect) enquiry(v account.Viewer) (e Enquiry, err error) {
	blank := func(text string) bool { return strings.TrimSpace(text) == "" }
	e = Enquiry{
		Origin: SourceManual, Source: SourceManual, OwnerID: n.OwnerID,
		Phones: slices.DeleteFunc(slices.Clone(n.Phones), blank), Emails: slices.DeleteFunc(slices.Clone(n.Emails), blank),
	}
	if e.Name, err = checkText("name", n.Name, longestName); err != nil {
		return Enquiry{}, err
	}
	if e.City, err = checkText("city", n.City, longestCity); err != nil {
		return Enquiry{}, err
	}
	for field, texts := range map[string][]string{"phones": e.Phones, "emails": e.Emails} {
		if len(texts) > mostReach {
			return Enquiry{}, fault.Invalid(field, "input.too_long", "max", mostReach)
		}
		for _, text := range texts {
			if _, err := checkText(field, text, longestRaw); err != nil {
				return Enquiry{}, err
			}
		}
	}
	if e.Name == "" && len(e.Phones) == 0 && len(e.Emails) == 0 {
		return Enquiry{}, fault.Invalid("name", "input.required")
	}
	if !v.IsAdmin() {
		if n.OwnerID != "" && n.OwnerID != v.UserID {
			return Enquiry{}, fault.New("access.admin_only")
		}
		e.OwnerID = v.UserID
	}
	return e, nil
}
