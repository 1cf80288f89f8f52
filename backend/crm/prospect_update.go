package crm

import (
	"context"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const longestReason = 500

// UpdateProspect changes stage, status, temperature, reason and owner, and writes each change into the history.
//
// A stage further back needs a reason; one that is not needs what it requires (stage.requirement). Discarding needs a reason,
// and leaving that status clears it. A reason that means opposition marks the contact, see oppose; what was discarded is then
// not reopened (contact.opposed). A prospect that is somebody's goes to another, or to the tray, for a reason.
//
// Faults: prospect.not_found; access.admin_only for a seller who names an owner; input.invalid for a word the office does not
// have, user.not_found for an owner who is no active seller, input.required when the reason is missing.
func (s *Service) UpdateProspect(ctx context.Context, v account.Viewer, id string, patch ProspectPatch) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		p, err := findProspect(tx, v, id)
		if err != nil {
			return err
		}
		if patch.OwnerID != nil && !v.IsAdmin() { // of a prospect that is theirs: what is not theirs does not exist
			return fault.New("access.admin_only")
		}
		return updateProspect(tx, v, p, patch)
	})
	if err != nil {
		return Change{}, fmt.Errorf("update prospect: %w", err)
	}
	return c, nil
}

// updateProspect is UpdateProspect within a transaction, of a prospect that the viewer may see.
func updateProspect(tx *store.Tx, v account.Viewer, p held, patch ProspectPatch) error {
	u := &prospectUpdate{tx: tx, viewer: v, was: p, row: store.Row{}}
	for _, step := range []func(ProspectPatch) error{u.stage, u.status, u.temperature, u.hands, u.write, u.owner} {
		if err := step(patch); err != nil {
			return err
		}
	}
	return nil
}

// prospectUpdate gathers what a patch changes.
type prospectUpdate struct {
	tx     *store.Tx
	viewer account.Viewer
	was    held
	row    store.Row
	events []historyLine
	reason string // for a change of hands
}

type historyLine struct {
	kind string
	data map[string]any
}

func (u *prospectUpdate) note(kind, from, to string, pairs ...string) {
	data := map[string]any{"from": from, "to": to}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			data[pairs[i]] = pairs[i+1]
		}
	}
	u.events = append(u.events, historyLine{kind, data})
}

func (u *prospectUpdate) stage(patch ProspectPatch) error {
	if patch.StageID == nil || *patch.StageID == u.was.StageID {
		return nil
	}
	var found []struct {
		Back     bool   `db:"back"`
		Requires string `db:"requires"`
	}
	err := u.tx.Query().NewQuery(`
		SELECT s.requires, coalesce(s.position < (SELECT w.position FROM stage w WHERE w.id = {:was}), 0) AS back
		FROM stage s
		WHERE s.id = {:id}
		AND s.deleted = 0
		AND s.archived = 0`).Bind(dbx.Params{"id": *patch.StageID, "was": u.was.StageID}).All(&found)
	if err != nil {
		return fmt.Errorf("read stage: %w", err)
	}
	if len(found) == 0 {
		return fault.Invalid("stage_id", "input.invalid")
	}
	reason, err := checkText("stage_reason", deref(patch.StageReason), longestReason)
	if err != nil {
		return err
	}
	if found[0].Back && reason == "" {
		return fault.Invalid("stage_reason", "input.required")
	}
	if !found[0].Back { // who goes back is on the way to mend what is missing
		if err := u.require(patch, found[0].Requires); err != nil {
			return err
		}
	}
	u.row["stage_id"] = *patch.StageID
	u.note(EventStage, u.was.StageID, *patch.StageID, "reason", reason)
	return nil
}

// require refuses a stage whose requirements the prospect does not meet.
func (u *prospectUpdate) require(patch ProspectPatch, text string) error {
	required, err := readRequirements(text)
	if err != nil {
		return err
	}
	temperature := u.was.Temperature
	if patch.Temperature != nil {
		temperature = *patch.Temperature
	}
	lacking, err := missing(u.tx, u.was, temperature, required)
	if err != nil {
		return err
	}
	if len(lacking) > 0 {
		return fault.Invalid("stage_id", CodeStageRequirement, "missing", lacking)
	}
	return nil
}

func (u *prospectUpdate) status(patch ProspectPatch) error {
	to := u.was.Status
	if patch.Status != nil {
		to = *patch.Status
	}
	if !slices.Contains(statuses, to) {
		return fault.Invalid("status", "input.invalid")
	}
	reason := deref(patch.ReasonID)
	if to != StatusDiscarded {
		if reason != "" {
			return fault.Invalid("reason_id", "input.invalid")
		}
		if to != u.was.Status {
			kind := EventStatus
			if !isOpen(u.was.Status) && isOpen(to) {
				if u.was.Opposed {
					return fault.Invalid("status", CodeOpposed)
				}
				kind = EventReopened
			}
			u.row["status"], u.row["reason_id"] = to, ""
			u.note(kind, u.was.Status, to, "reason_id", u.was.ReasonID)
		}
		return nil
	}
	return u.discard(reason)
}

func (u *prospectUpdate) discard(reason string) error {
	if u.was.Status == StatusDiscarded && (reason == "" || reason == u.was.ReasonID) {
		return nil
	}
	if reason == "" {
		return fault.Invalid("reason_id", "input.required")
	}
	var found []struct {
		Opposition bool `db:"opposition"`
	}
	err := u.tx.Query().NewQuery(`
		SELECT opposition
		FROM discard_reason
		WHERE id = {:id}
		AND deleted = 0
		AND archived = 0`).Bind(dbx.Params{"id": reason}).All(&found)
	if err != nil {
		return fmt.Errorf("read reason: %w", err)
	}
	if len(found) == 0 {
		return fault.Invalid("reason_id", "input.invalid")
	}
	u.row["status"], u.row["reason_id"] = StatusDiscarded, reason
	u.note(EventStatus, u.was.Status, StatusDiscarded, "reason_id", reason)
	if found[0].Opposition {
		u.events = append(u.events, historyLine{EventOpposition, map[string]any{"reason_id": reason}})
		return oppose(u.tx, u.viewer, u.was, reason)
	}
	return nil
}

func (u *prospectUpdate) temperature(patch ProspectPatch) error {
	if patch.Temperature == nil || *patch.Temperature == u.was.Temperature {
		return nil
	}
	to := *patch.Temperature
	if to != "" && !slices.Contains(temperatures, to) {
		return fault.Invalid("temperature", "input.invalid")
	}
	u.row["temperature"] = to
	u.note(EventTemperature, u.was.Temperature, to)
	return nil
}

func (u *prospectUpdate) write(ProspectPatch) error {
	if len(u.row) == 0 {
		return nil
	}
	if err := u.tx.Set("prospect", u.was.ID, u.row); err != nil {
		return err
	}
	for _, e := range u.events {
		if err := addEvent(u.tx, u.was.ID, e.kind, e.data); err != nil {
			return err
		}
	}
	return nil
}

// moves reports whether a patch changes hands.
func (u *prospectUpdate) moves(patch ProspectPatch) bool {
	return patch.OwnerID != nil && *patch.OwnerID != u.was.OwnerID
}

// hands checks a change of hands. To take a prospect away from somebody needs a reason, to give one out of the tray does not.
func (u *prospectUpdate) hands(patch ProspectPatch) (err error) {
	if !u.moves(patch) {
		return nil
	}
	if *patch.OwnerID != "" {
		if err := mustSell(u.tx, *patch.OwnerID); err != nil {
			return err
		}
	}
	u.reason, err = checkText("owner_reason", deref(patch.OwnerReason), longestReason)
	if err == nil && u.reason == "" && u.was.OwnerID != "" {
		err = fault.Invalid("owner_reason", "input.required")
	}
	return err
}

func (u *prospectUpdate) owner(patch ProspectPatch) error {
	if !u.moves(patch) {
		return nil
	}
	to := assignment{owner: *patch.OwnerID, why: AssignedWhy{Rule: RuleManual, By: u.tx.Author().User}}
	if to.owner == "" {
		to.why.Rule = RuleTray
	}
	if err := assign(u.tx, u.was.ID, u.was.OwnerID, to, u.reason); err != nil {
		return err
	}
	return tellOfHandOver(u.tx, u.was.ID, u.was.OwnerID, to, u.reason)
}

// MustSell is for who names a seller from outside: user.not_found unless it is an active one.
func (*Service) MustSell(tx *store.Tx, id string) error { return mustSell(tx, id) }

// mustSell answers user.not_found unless the user is an active seller.
func mustSell(tx *store.Tx, id string) error {
	sells, err := exists(tx, `
		SELECT 1
		FROM user
		WHERE id = {:id}
		AND role = 'seller'
		AND active = 1
		AND deleted = 0`, dbx.Params{"id": id})
	if err != nil {
		return fmt.Errorf("look for seller: %w", err)
	}
	if !sells {
		return fault.Invalid("owner_id", "user.not_found")
	}
	return nil
}
