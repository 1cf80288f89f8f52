package crm

import (
	"context"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// undoable answers the code of why a merge cannot be taken back, "" when it can.
func (m *mergeRow) undoable(tx *store.Tx) (code string, err error) {
	at, err := clock.Parse(m.MergedAt)
	if err != nil {
		return CodeMergeNothing, nil
	}
	if tx.Now().Sub(at) > MergeUndo || m.MapText == "{}" {
		return CodeMergeTooOld, nil
	}
	into, err := readMergeable(tx.Query(), m.SurvivorID)
	switch {
	case fault.Has(err, "contact.not_found"):
		if is, err := isPart(tx.Query(), m.SurvivorID); is || err != nil {
			return CodeMergeLater, err
		}
		return CodeMergeGone, nil
	case err != nil:
		return "", err
	case into.MergedInto != "":
		return CodeMergeLater, nil
	case into.Deleted:
		return CodeMergeGone, nil
	}
	for _, id := range m.Merged {
		c, err := readMergeable(tx.Query(), id)
		if fault.Has(err, "contact.not_found") {
			if tx.Member() { // a replica does not keep a contact without prospects; the host looks again
				continue
			}
			return CodeMergeGone, nil
		}
		if err != nil {
			return "", err
		}
		if c.MergedInto != m.SurvivorID {
			return CodeMergeGone, nil
		}
	}
	return "", nil
}

// takeBack parts what a merge has made one, or says why not. Each contact gets back the rows it had, as they are by now. Where
// a field has been written since by somebody else, theirs stays.
func (m *mergeRow) takeBack(tx *store.Tx) error {
	code, err := m.undoable(tx)
	if err != nil {
		return err
	}
	if code != "" {
		return tx.Set("contact_merge", m.ID, store.Row{"wish": wishMerge, "problem": code})
	}
	for _, step := range []func(*store.Tx) error{m.revive, m.returnReach, m.returnProspects, m.returnWords} {
		if err := step(tx); err != nil {
			return fmt.Errorf("take a merge back: %w", err)
		}
	}
	parted := append([]string{m.SurvivorID}, m.Merged...)
	if err := hideEdits(tx, parted); err != nil {
		return err
	}
	if err := tellOf(tx, parted, EventParted, m); err != nil {
		return err
	}
	return tx.Set("contact_merge", m.ID, store.Row{"state": MergeUndone, "problem": "", "map": "{}"})
}

func (m *mergeRow) revive(tx *store.Tx) error {
	for _, id := range m.Merged {
		if err := tx.Set("contact", id, store.Row{"merged_into": ""}); err != nil {
			return err
		}
		if err := tx.Restore("contact", id); err != nil {
			return err
		}
	}
	return nil
}

// returnReach sends phones and e-mails back, those that were removed since as well: removed. One that the survivor had too comes
// back to life.
func (m *mergeRow) returnReach(tx *store.Tx) error {
	for _, row := range m.Map.Moved {
		there, err := exists(tx, "SELECT 1 FROM "+row.Entity+" WHERE id = {:id} AND contact_id = {:contact}",
			dbx.Params{"id": row.ID, "contact": m.SurvivorID})
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := tx.Set(row.Entity, row.ID, store.Row{"contact_id": row.From, "position": row.Position}); err != nil {
			return err
		}
	}
	for _, row := range m.Map.Dropped {
		there, err := exists(tx, "SELECT 1 FROM "+row.Entity+" WHERE id = {:id} AND contact_id = {:contact}",
			dbx.Params{"id": row.ID, "contact": row.From})
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := tx.Restore(row.Entity, row.ID); err != nil {
			return err
		}
	}
	return nil
}

// returnProspects sends prospects back to their contact, and to the seller whom the merge took them from, unless they changed
// hands again or that seller has left.
func (m *mergeRow) returnProspects(tx *store.Tx) error {
	for _, p := range m.Map.Prospects {
		var now []held
		err := tx.Query().NewQuery("SELECT p.id, p.contact_id, p.owner_id, p.status, p.reason_id FROM prospect p WHERE p.id = {:id}").
			Bind(dbx.Params{"id": p.ID}).All(&now)
		if err != nil {
			return fmt.Errorf("read prospect: %w", err)
		}
		if len(now) == 0 || now[0].ContactID != m.SurvivorID {
			continue
		}
		if p.From != "" {
			if err := tx.Set("prospect", p.ID, store.Row{"contact_id": p.From}); err != nil {
				return err
			}
		}
		if err := reopenParted(tx, now[0], p); err != nil {
			return err
		}
		if !p.Assigned || now[0].OwnerID != p.To {
			continue
		}
		to := assignment{owner: p.Owner, why: AssignedWhy{Rule: RuleManual, By: tx.Author().User}}
		if p.Owner == "" {
			to.why.Rule = RuleTray
		} else if active, err := isActiveUser(tx, p.Owner); err != nil || !active {
			if err != nil {
				return err
			}
			continue
		}
		if err := assign(tx, p.ID, p.To, to, ""); err != nil {
			return err
		}
	}
	return nil
}

// reopenParted goes on with a prospect that was discarded only because its person was taken for one who had said no.
func reopenParted(tx *store.Tx, now held, p movedProspect) error {
	if p.Status == "" || now.Status != StatusDiscarded {
		return nil
	}
	forIt, err := exists(tx, "SELECT 1 FROM discard_reason WHERE id = {:id} AND opposition = 1", dbx.Params{"id": now.ReasonID})
	if err != nil || !forIt {
		return err
	}
	if err := tx.Set("prospect", p.ID, store.Row{"status": p.Status, "reason_id": ""}); err != nil {
		return err
	}
	return addEvent(tx, p.ID, EventReopened, map[string]any{"from": now.Status, "to": p.Status, "reason_id": now.ReasonID})
}

func (m *mergeRow) returnWords(tx *store.Tx) error {
	into, err := readMergeable(tx.Query(), m.SurvivorID)
	if err != nil {
		return err
	}
	row := store.Row{}
	if r := m.Map.Name; r != nil && into.Name == r.Now {
		row["name"] = r.Was
	}
	if r := m.Map.City; r != nil && into.City == r.Now {
		row["city"] = r.Was
	}
	return tx.Set("contact", m.SurvivorID, row)
}

// ExpireMerges erases what merges would be taken back with once nobody may, on the host.
func (s *Service) ExpireMerges(ctx context.Context) error {
	before := clock.Format(s.clock.Now().Add(-MergeUndo))
	const old = `
		SELECT id
		FROM contact_merge
		WHERE (map <> '{}' OR note <> '' OR reach <> '')
		AND wish <> 'ask'
		AND max(merged_at, created_at) < {:before}
		LIMIT 1000`
	var ids []string
	if err := s.store.Read().NewQuery(old).Bind(dbx.Params{"before": before}).WithContext(ctx).Column(&ids); err != nil {
		return fmt.Errorf("look for old merges: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.Set("contact_merge", id, store.Row{"map": "{}", "note": "", "reach": ""}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("erase old merges: %w", err)
	}
	return nil
}

// ForgetMerges erases what merges keep of a contact that is to be forgotten: names, and the words of the contacts that are part
// of it. It answers those contacts and the merges, whose lines in the log are to be erased like the contact's own.
func (s *Service) ForgetMerges(tx *store.Tx, contactID string) ([]store.Ref, error) {
	var refs []store.Ref
	waiting := []string{contactID}
	for i := 0; i < len(waiting); i++ {
		var merged, merges []string
		err := tx.Query().NewQuery("SELECT id FROM contact WHERE merged_into = {:id}").Bind(dbx.Params{"id": waiting[i]}).Column(&merged)
		if err == nil {
			err = tx.Query().NewQuery(`
				SELECT m.id
				FROM contact_merge m
				WHERE m.survivor_id = {:id}
				OR EXISTS (SELECT 1 FROM json_each(m.merged) j WHERE j.value = {:id})`).Bind(dbx.Params{"id": waiting[i]}).Column(&merges)
		}
		if err != nil {
			return nil, fmt.Errorf("look for what is part of a contact: %w", err)
		}
		for _, id := range merges {
			refs = append(refs, store.Ref{Entity: "contact_merge", Row: id})
			if err := tx.Set("contact_merge", id, store.Row{"map": "{}", "note": "", "reach": ""}); err != nil {
				return nil, err
			}
		}
		for _, id := range merged {
			if slices.Contains(waiting, id) {
				continue
			}
			waiting = append(waiting, id)
			refs = append(refs, store.Ref{Entity: "contact", Row: id})
			if err := tx.Set("contact", id, store.Row{"name": "", "city": ""}); err != nil {
				return nil, err
			}
			if refs, err = forgetReach(tx, id, refs); err != nil {
				return nil, err
			}
		}
	}
	return refs, nil
}

// forgetReach erases the phones and e-mails that a merge left with a contact because the survivor had them too.
func forgetReach(tx *store.Tx, contact string, refs []store.Ref) ([]store.Ref, error) {
	for _, k := range []reachKind{phoneKind, emailKind} {
		var ids []string
		err := tx.Query().NewQuery("SELECT id FROM " + k.entity + " WHERE contact_id = {:id}").Bind(dbx.Params{"id": contact}).Column(&ids)
		if err != nil {
			return nil, fmt.Errorf("read what a contact has left: %w", err)
		}
		for _, id := range ids {
			refs = append(refs, store.Ref{Entity: k.entity, Row: id})
			if err := tx.Set(k.entity, id, store.Row{k.keyColumn: "", "raw": ""}); err != nil {
				return nil, err
			}
		}
	}
	return refs, nil
}
