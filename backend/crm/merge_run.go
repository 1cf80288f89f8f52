package crm

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/mutant"
)

// Follow carries out, on the host and in the transaction that asks for it, what members wish for: merges, and that they be taken
// back; it brings what is added under a contact that was merged away to the one that it is part of; and it has every prospect of
// a contact tell of the contact's edits. It is the second half of the store's Options.Follow.
func Follow(tx *store.Tx, op store.Op) error {
	if mutant.On(mutant.StrayStaysStray) && op.Entity != "contact_merge" {
		return nil
	}
	switch op.Entity {
	case "contact_merge":
		if op.Field == "" || op.Field == "wish" || op.Field == fieldDeleted {
			return followMerge(tx, op.Row)
		}
	case "contact_phone", "contact_email":
		if op.Field == "" || op.Field == fieldDeleted || op.Field == "contact_id" {
			return carryReach(tx, op.Entity, op.Row)
		}
	case "contact":
		if op.Field == "opposed_at" {
			return followNo(tx, "contact_id", op.Row)
		}
	case "event":
		return followContactEvent(tx, op)
	case "prospect":
		switch op.Field {
		case "", fieldDeleted, "contact_id":
			if err := carryProspect(tx, op.Row); err != nil {
				return err
			}
			return followNo(tx, "id", op.Row)
		case "status":
			return followNo(tx, "id", op.Row)
		}
	}
	return nil
}

// fieldDeleted is the field that removing and restoring a row writes.
const fieldDeleted = "deleted"

// followMerge does what is wished of a merge and not done yet. What cannot be done is a word in its row: the wish may have come
// from a computer that was away, and there is nobody to answer.
func followMerge(tx *store.Tx, id string) error {
	m, err := readMerge(tx.Query(), id)
	if fault.Has(err, CodeMergeNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	author := store.Author{User: m.WishedBy, Role: string(account.RoleAdmin)}
	return tx.As(author, func() error {
		switch {
		case m.Wish == wishMerge && m.State == "":
			return m.run(tx)
		case m.Wish == wishUndo && m.State == MergeDone:
			return m.takeBack(tx)
		case m.Wish == wishUndo && m.State == "": // both came at once
			return tx.Set("contact_merge", m.ID, store.Row{"state": MergeUndone})
		}
		return nil
	})
}

// run merges, or says why not.
func (m *mergeRow) run(tx *store.Tx) error {
	r := &mergeRun{tx: tx, m: m}
	code, err := r.resolve()
	if err != nil {
		return err
	}
	if code != "" {
		return tx.Set("contact_merge", m.ID, store.Row{"state": MergeFailed, "problem": code})
	}
	for _, step := range []func() error{r.count, r.words, r.reach, r.prospects, r.absorb, r.sellers, r.tell} {
		if err := step(); err != nil {
			return fmt.Errorf("merge contacts: %w", err)
		}
	}
	return r.note()
}

// mergeRun is one merge on its way.
type mergeRun struct {
	tx      *store.Tx
	m       *mergeRow
	into    mergeContact
	from    []mergeContact
	problem string
}

// resolve looks up whom the wish is about by now: another computer may have merged some of them meanwhile.
func (r *mergeRun) resolve() (code string, err error) {
	q := r.tx.Query()
	gone := func(err error) bool { return fault.Has(err, "contact.not_found") }
	r.into, err = survivorOf(q, r.m.SurvivorID)
	if gone(err) || err == nil && r.into.Deleted {
		return CodeMergeGone, nil
	}
	if err != nil {
		return "", err
	}
	seen := map[string]bool{r.into.ID: true}
	for _, id := range r.m.Merged {
		c, err := survivorOf(q, id)
		if gone(err) || err == nil && c.Deleted {
			return CodeMergeGone, nil
		}
		if err != nil {
			return "", err
		}
		if !seen[c.ID] {
			seen[c.ID] = true
			r.from = append(r.from, c)
		}
	}
	if len(r.from) == 0 {
		return CodeMergeDone, nil
	}
	r.m.SurvivorID, r.m.Merged = r.into.ID, nil
	for _, c := range r.from {
		r.m.Merged = append(r.m.Merged, c.ID)
		r.m.Map.Names = append(r.m.Map.Names, c.Name)
	}
	return "", nil
}

func (r *mergeRun) all() []string { return append([]string{r.into.ID}, r.m.Merged...) }

func (r *mergeRun) count() (err error) {
	r.m.Map.Counts, err = countMerge(r.tx.Query(), r.all())
	return err
}

// words gives the survivor the name and the city that were chosen, and what it lacks.
func (r *mergeRun) words() error {
	row := store.Row{}
	choose := func(column, of, own string, read func(mergeContact) string) (*replaced, error) {
		text := own
		if of != "" && of != r.into.ID {
			c, err := readMergeable(r.tx.Query(), of)
			if fault.Has(err, "contact.not_found") {
				err = nil
			}
			if err != nil {
				return nil, err
			}
			text = read(c)
		}
		for _, c := range r.from {
			if text == "" {
				text = read(c)
			}
		}
		if text == own || text == "" {
			return nil, nil
		}
		row[column] = text
		return &replaced{Was: own, Now: text}, nil
	}
	var err error
	if r.m.Map.Name, err = choose("name", r.m.Choice.NameOf, r.into.Name, func(c mergeContact) string { return c.Name }); err != nil {
		return err
	}
	if r.m.Map.City, err = choose("city", r.m.Choice.CityOf, r.into.City, func(c mergeContact) string { return c.City }); err != nil {
		return err
	}
	if err := r.keepOpposition(row); err != nil {
		return err
	}
	return r.tx.Set("contact", r.into.ID, row)
}

// keepOpposition has the survivor bear a no that any of them has said. An undo leaves it: that they were told apart takes
// nobody's word back, and an administrator may.
func (r *mergeRun) keepOpposition(row store.Row) error {
	for _, id := range r.m.Merged {
		var at *string
		err := r.tx.Query().NewQuery(`
			SELECT opposed_at
			FROM contact
			WHERE id = {:id}
			AND (SELECT opposed_at FROM contact WHERE id = {:into}) IS NULL`).Bind(dbx.Params{"id": id, "into": r.into.ID}).Row(&at)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read opposition of contact: %w", err)
		}
		if at != nil {
			row["opposed_at"] = *at
			return nil
		}
	}
	return nil
}

// reach brings phones and e-mails to the survivor, after its own. What it has already is removed, not doubled.
func (r *mergeRun) reach() error {
	phones, emails, err := reachOf(r.tx, r.into.ID)
	if err != nil {
		return err
	}
	for _, c := range r.from {
		theirs, mails, err := reachOf(r.tx, c.ID)
		if err != nil {
			return err
		}
		if err := r.bring(phoneKind.entity, c.ID, theirs, &phones); err != nil {
			return err
		}
		if err := r.bring(emailKind.entity, c.ID, mails, &emails); err != nil {
			return err
		}
	}
	return nil
}

func (r *mergeRun) bring(entity, from string, rows reach, to *reach) error {
	for _, row := range rows.rows {
		moved := movedRow{Entity: entity, ID: row.ID, From: from, Position: row.Position}
		if to.has(row.Key, row.Raw) {
			r.m.Map.Dropped = append(r.m.Map.Dropped, moved)
			if err := r.tx.Remove(entity, row.ID); err != nil {
				return err
			}
			continue
		}
		r.m.Map.Moved = append(r.m.Map.Moved, moved)
		if err := r.tx.Set(entity, row.ID, store.Row{"contact_id": r.into.ID, "position": to.next}); err != nil {
			return err
		}
		to.rows, to.next = append(to.rows, row), to.next+1
	}
	return nil
}

// prospects brings those of the others, also removed ones: they may come back.
func (r *mergeRun) prospects() error {
	for _, c := range r.from {
		var ids []string
		err := r.tx.Query().NewQuery("SELECT id FROM prospect WHERE contact_id = {:contact} ORDER BY n").
			Bind(dbx.Params{"contact": c.ID}).Column(&ids)
		if err != nil {
			return fmt.Errorf("read prospects of contact: %w", err)
		}
		for _, id := range ids {
			moved, err := r.moving(id, c)
			if err != nil {
				return err
			}
			r.m.Map.Prospects = append(r.m.Map.Prospects, moved)
			if err := r.tx.Set("prospect", id, store.Row{"contact_id": r.into.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

// moving notes a prospect that goes to the survivor, and how it stood if it is discarded there because of somebody else's no: told
// apart again, the person has not said it.
func (r *mergeRun) moving(id string, from mergeContact) (movedProspect, error) {
	moved := movedProspect{ID: id, From: from.ID}
	if from.OpposedAt != nil {
		return moved, nil
	}
	var open []string
	err := r.tx.Query().NewQuery(`
		SELECT status
		FROM prospect
		WHERE id = {:id}
		AND deleted = 0
		AND status NOT IN ('discarded', 'closed')
		AND EXISTS (SELECT 1 FROM contact WHERE id = {:into} AND opposed_at IS NOT NULL)`).
		Bind(dbx.Params{"id": id, "into": r.into.ID}).Column(&open)
	if err != nil {
		return moved, fmt.Errorf("read prospect: %w", err)
	}
	if len(open) > 0 {
		moved.Status = open[0]
	}
	return moved, nil
}

// absorb turns the others into part of the survivor. Nobody is matched with them any more.
func (r *mergeRun) absorb() error {
	for _, c := range r.from {
		if err := r.tx.Set("contact", c.ID, store.Row{"merged_into": r.into.ID}); err != nil {
			return err
		}
		if err := r.tx.Remove("contact", c.ID); err != nil {
			return err
		}
	}
	return nil
}

// sellers hands every open prospect to the seller who was chosen. One who has left meanwhile gets nothing: each keeps theirs,
// and the merge says so.
func (r *mergeRun) sellers() error {
	to := r.m.Choice.Seller
	if to == "" || to == SellersKeep {
		return nil
	}
	if err := mustSell(r.tx, to); fault.Has(err, "user.not_found") {
		r.problem = "user.not_found"
		return nil
	} else if err != nil {
		return err
	}
	var open []held
	err := r.tx.Query().NewQuery(`
		SELECT p.id, p.owner_id
		FROM prospect p
		WHERE p.contact_id = {:contact}
		AND p.deleted = 0
		AND p.status NOT IN ('discarded', 'closed')
		AND p.owner_id <> {:to}
		ORDER BY p.n`).Bind(dbx.Params{"contact": r.into.ID, "to": to}).All(&open)
	if err != nil {
		return fmt.Errorf("read open prospects: %w", err)
	}
	for _, p := range open {
		r.assigned(p.ID, p.OwnerID, to)
		why := AssignedWhy{Rule: RuleManual, By: r.m.WishedBy}
		if err := assign(r.tx, p.ID, p.OwnerID, assignment{owner: to, why: why}, ""); err != nil {
			return err
		}
	}
	return nil
}

func (r *mergeRun) assigned(id, from, to string) {
	for i := range r.m.Map.Prospects {
		if p := &r.m.Map.Prospects[i]; p.ID == id {
			p.Assigned, p.Owner, p.To = true, from, to
			return
		}
	}
	r.m.Map.Prospects = append(r.m.Map.Prospects, movedProspect{ID: id, Assigned: true, Owner: from, To: to})
}

// tell writes the merge into the history of every prospect of the survivor.
func (r *mergeRun) tell() error {
	return tellOf(r.tx, []string{r.into.ID}, EventMerged, r.m)
}

func tellOf(tx *store.Tx, contacts []string, kind string, m *mergeRow) error {
	for _, contact := range contacts {
		var ids []string
		err := tx.Query().NewQuery("SELECT id FROM prospect WHERE contact_id = {:contact} AND deleted = 0 ORDER BY n").
			Bind(dbx.Params{"contact": contact}).Column(&ids)
		if err != nil {
			return fmt.Errorf("read prospects of contact: %w", err)
		}
		for _, id := range ids {
			if err := addEvent(tx, id, kind, map[string]any{"merge_id": m.ID, "contacts": len(m.Merged) + 1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// note writes down what was done.
func (r *mergeRun) note() error {
	merged, err := jsonList(r.m.Merged)
	if err != nil {
		return err
	}
	text, err := json.Marshal(r.m.Map)
	if err != nil {
		return fmt.Errorf("write map of merge: %w", err)
	}
	return r.tx.Set("contact_merge", r.m.ID, store.Row{
		"state": MergeDone, "problem": r.problem, "survivor_id": r.m.SurvivorID, "merged": merged, "map": string(text),
		"merged_at": clock.Format(r.tx.Now()),
	})
}
