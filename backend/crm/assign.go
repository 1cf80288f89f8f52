package crm

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// assignment is a seller and how they were found.
type assignment struct {
	owner string // "" for the tray
	why   AssignedWhy
	rota  string // the circle whose turn it was, for an undo
}

// assign puts an existing prospect into other hands: the row, the scope of both sellers' computers, the reminders that
// are still open on some seller's name, and the history. from is the owner it has.
func assign(tx *store.Tx, prospectID, from string, to assignment, reason string) error {
	if err := handOver(tx, prospectID, from, to.owner); err != nil {
		return err
	}
	err := tx.Set("prospect", prospectID, store.Row{
		"owner_id": to.owner, "assigned_at": clock.Format(tx.Now()), "assigned_why": to.why.text(),
	})
	if err != nil {
		return fmt.Errorf("assign prospect: %w", err)
	}
	return addEvent(tx, prospectID, EventAssigned, to.event(from, reason))
}

func handOver(tx *store.Tx, prospectID, from, to string) error {
	if from != "" {
		if err := tx.Revoke(from, prospectID); err != nil {
			return err
		}
	}
	if to == "" {
		return nil
	}
	if err := tx.Grant(to, prospectID); err != nil {
		return err
	}
	var reminders []string
	err := tx.Query().NewQuery(`
		SELECT r.id
		FROM activity a
		JOIN reminder r ON r.activity_id = a.id
		JOIN user u ON u.id = r.user_id
		WHERE a.prospect_id = {:prospect}
		AND r.deleted = 0
		AND r.done_at IS NULL
		AND u.role = 'seller'`).Bind(dbx.Params{"prospect": prospectID}).Column(&reminders)
	if err != nil {
		return fmt.Errorf("read reminders: %w", err)
	}
	for _, id := range reminders {
		if err := tx.Set("reminder", id, store.Row{"user_id": to}); err != nil {
			return fmt.Errorf("hand over reminder: %w", err)
		}
	}
	return nil
}

// text is the column assigned_why.
func (w AssignedWhy) text() string {
	text, err := json.Marshal(w)
	if err != nil {
		return "{}"
	}
	return string(text)
}

func (a assignment) event(from, reason string) map[string]any {
	data := map[string]any{"to": a.owner, "rule": a.why.Rule}
	if from != "" {
		data["from"] = from
	}
	if a.why.Of > 0 {
		data["turn"], data["of"] = a.why.Turn, a.why.Of
	}
	if a.rota != "" {
		data["rota"] = a.rota
	}
	for name, text := range map[string]string{"rule_name": a.why.Name, "tray_reason": a.why.Reason} {
		if text != "" {
			data[name] = text
		}
	}
	if a.why.Minutes > 0 {
		data["minutes"] = a.why.Minutes
	}
	if reason != "" {
		data["reason"] = reason
	}
	return data
}
