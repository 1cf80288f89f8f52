package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// Resolve takes a held line to its end as a person decided: as an enquiry of the contact given, one of LeadDetail.People, or,
// for "", of somebody new. It returns where the line stands after, with the transaction that an undo names, and is noted in the
// audit. It answers lead.not_found, lead.settled, lead.not_held and contact.not_found.
func (s *Service) Resolve(ctx context.Context, v account.Viewer, id, contactID string) (Resolved, error) {
	if err := account.AdminOnly(v); err != nil {
		return Resolved{}, err
	}
	enquiry, err := s.enquiryOf(ctx, id)
	if err != nil {
		return Resolved{}, err
	}
	// In the person's name but for the whole office, like everything the ledger registers.
	commit, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		l, err := heldLine(findLine(tx.Query(), id))
		if err != nil {
			return err
		}
		l.FormID, l.PageID = first(l.FormID, enquiry.FormID), first(l.PageID, enquiry.PageID)
		o, err := s.registerBy(tx, l, enquiry, func() (crm.Registration, error) {
			return s.crm.RegisterAs(tx, enquiry, contactID)
		})
		if err == nil {
			err = keepForUndo(tx, l)
		}
		if err != nil {
			return err
		}
		return account.Audit(tx, v.UserID, "lead.resolved", id, map[string]any{"state": string(o.state), "contact_id": contactID})
	})
	if errors.Is(err, errSettled) {
		return Resolved{}, fault.New(CodeLeadSettled)
	}
	if err != nil {
		return Resolved{}, fmt.Errorf("resolve a lead: %w", err)
	}
	d, err := s.Lead(ctx, v, id)
	return Resolved{Lead: d.Lead, TxID: commit.TxID}, err
}

// Resolved is a line that a person has decided about.
type Resolved struct {
	Lead
	TxID string `json:"tx_id"` // what an undo names
}

// heldLine passes on a line that waits for a person's decision.
func heldLine(l line, ok bool, err error) (line, error) {
	switch {
	case err != nil:
		return line{}, err
	case !ok:
		return line{}, fault.New(CodeLeadNotFound)
	case l.State.settled():
		return line{}, fault.New(CodeLeadSettled, "state", string(l.State))
	case l.State != StateHeld || l.Payload == nil:
		return line{}, fault.New(CodeLeadNotHeld, "state", string(l.State))
	}
	return l, nil
}

// enquiryOf reads what a held line says.
func (s *Service) enquiryOf(ctx context.Context, id string) (crm.Enquiry, error) {
	l, err := heldLine(findLine(s.store.Read(), id))
	if err != nil {
		return crm.Enquiry{}, err
	}
	var file filePayload
	if json.Unmarshal(l.Payload, &file) == nil && file.File != nil {
		return *file.File, nil
	}
	lead := meta.ParseLead(l.Payload)
	form, err := findForm(ctx, s.store.Read(), first(l.FormID, string(lead.Form)))
	if err != nil && !fault.Has(err, CodeFormNotFound) {
		return crm.Enquiry{}, err
	}
	return form.enquiry(lead, l), nil
}
