package crm

import (
	"context"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// A person who asked not to be contacted is marked as a person: every prospect of theirs is discarded – by the one who heard it
// those that they may see, by the host the others –, nobody may plan to reach them, their reminders are silent, their new forms alarm no seller and raise nothing.
// Only an administrator takes the mark away, and says why.

// Codes of faults about opposition.
const (
	// CodeOpposed means that the person asked not to be contacted.
	CodeOpposed = "contact.opposed"
	// CodeOppositionAdminOnly means that only an administrator may take an opposition back.
	CodeOppositionAdminOnly = "contact.admin_lifts"
)

// opposedContacts are the ids of contacts who are not to be contacted. They are few, so that SQLite keeps them at hand for the rest of
// a query.
const opposedContacts = "(SELECT o.id FROM contact o WHERE o.opposed_at IS NOT NULL)"

// reachesOut reports whether an activity of this kind gets to the person.
func reachesOut(kind string) bool { return kind != KindNote && kind != KindTask }

// oppose marks the contact and discards what other open prospects of theirs the viewer may see; the one at hand is the
// caller's to write.
func oppose(tx *store.Tx, v account.Viewer, p held, reasonID string) error {
	if !p.Opposed {
		if err := tx.Set("contact", p.ContactID, store.Row{"opposed_at": nowText(tx)}); err != nil {
			return err
		}
	}
	others, err := heldOf(tx, v, p.ContactID)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.ID == p.ID || !isOpen(o.Status) {
			continue
		}
		if err := discardOpposed(tx, o, reasonID); err != nil {
			return err
		}
	}
	return nil
}

// heldOf reads the prospects of a contact that the viewer may see.
func heldOf(tx *store.Tx, v account.Viewer, contactID string) ([]held, error) {
	var list []held
	err := tx.Query().NewQuery(heldColumns + `
		WHERE p.contact_id = {:id}
		AND` + seen + `
		ORDER BY p.id`).Bind(viewerParams(v, contactID)).All(&list)
	if err != nil {
		return nil, fmt.Errorf("read prospects of contact: %w", err)
	}
	return list, nil
}

// LiftOpposition lets a person be contacted again, because they asked for it or because the mark was a mistake: why is kept in
// the history. What was discarded for it goes on being followed. Faults: access.admin_only, contact.not_found, input.required
// without a why, contact.not_opposed.
func (s *Service) LiftOpposition(ctx context.Context, v account.Viewer, contactID, why string) (Change, error) {
	if !v.IsAdmin() {
		return Change{}, fault.New("access.admin_only")
	}
	why, err := checkText("why", why, longestReason)
	if err != nil {
		return Change{}, err
	}
	if why == "" {
		return Change{}, fault.Invalid("why", "input.required")
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		list, err := heldOf(tx, v, contactID)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fault.New("contact.not_found")
		}
		if !list[0].Opposed {
			return fault.New("contact.not_opposed")
		}
		if err := tx.Set("contact", contactID, store.Row{"opposed_at": nil}); err != nil {
			return err
		}
		for _, p := range list {
			if err := liftFrom(tx, p, why); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Change{}, fmt.Errorf("lift opposition: %w", err)
	}
	return c, nil
}

func liftFrom(tx *store.Tx, p held, why string) error {
	if err := addEvent(tx, p.ID, EventOppositionLifted, map[string]any{"reason": why}); err != nil {
		return err
	}
	forIt, err := exists(tx, "SELECT 1 FROM discard_reason WHERE id = {:id} AND opposition = 1", dbx.Params{"id": p.ReasonID})
	if err != nil || !forIt || p.Status != StatusDiscarded {
		return err
	}
	if err := tx.Set("prospect", p.ID, store.Row{"status": StatusFollowing, "reason_id": ""}); err != nil {
		return err
	}
	return addEvent(tx, p.ID, EventReopened, map[string]any{"from": p.Status, "to": StatusFollowing, "reason_id": p.ReasonID})
}

// AroundUndo reverses a transaction, and says why a seller may not take an opposition back: a person's no is not undone by a
// key. Nor does an undo open again what is of somebody who has said no since. Faults contact.admin_lifts, contact.opposed.
func (s *Service) AroundUndo(tx *store.Tx, rows []store.Ref, reverse func() error) error {
	before, err := openOpposed(tx, rows)
	if err != nil {
		return err
	}
	err = reverse()
	var refused *store.RefusedError
	if errors.As(err, &refused) && refused.Entity == "contact" && refused.Field == "opposed_at" {
		return fault.Wrap(err, CodeOppositionAdminOnly)
	}
	if err != nil {
		return err
	}
	after, err := openOpposed(tx, rows)
	if err != nil {
		return err
	}
	for id := range after {
		if !before[id] {
			return fault.New(CodeOpposed)
		}
	}
	return nil
}
