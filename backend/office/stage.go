package office

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// One computer archives a stage while another, which has not heard of it, moves a prospect into it. Neither is refused: the
// host moves the prospect on to where those of the stage went, whichever of the two it hears of first, and says so in the
// prospect's history.

// longestSuccession bounds the way from an archived stage over others that were archived since.
const longestSuccession = 32

// followIntoStage moves a prospect on that has just come to a stage that is no more, or come back from the bin in one.
func followIntoStage(tx *store.Tx, op store.Op) error {
	if op.Field != "" && op.Field != "stage_id" && op.Field != fieldDeleted {
		return nil
	}
	var ids []string
	err := tx.Query().NewQuery(`
		SELECT p.stage_id
		FROM prospect p
		JOIN stage s ON s.id = p.stage_id
		WHERE p.id = {:id}
		AND p.deleted = 0
		AND (s.archived = 1 OR s.deleted = 1)`).Bind(dbx.Params{"id": op.Row}).Column(&ids)
	if err != nil {
		return fmt.Errorf("look for the stage of a prospect: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	to, err := successorOf(tx, ids[0])
	if err != nil || to == "" {
		return err
	}
	return moveOn(tx, op.Row, ids[0], to)
}

// followStage moves the prospects on that are in a stage which has just been archived or removed. The last stage stays: an
// office whose administrators archive one each, apart, keeps the one that comes last.
func followStage(tx *store.Tx, op store.Op) error {
	if op.Field != "archived" && op.Field != fieldDeleted {
		return nil
	}
	var gone []bool
	err := tx.Query().NewQuery("SELECT archived = 1 OR deleted = 1 FROM stage WHERE id = {:id}").Bind(dbx.Params{"id": op.Row}).Column(&gone)
	if err != nil {
		return fmt.Errorf("look for a stage: %w", err)
	}
	if len(gone) == 0 || !gone[0] {
		return nil
	}
	to, err := successorOf(tx, op.Row)
	if err != nil {
		return err
	}
	if to == "" {
		if op.Field == "archived" {
			return tx.Set("stage", op.Row, store.Row{"archived": 0})
		}
		return nil
	}
	var prospects []string
	err = tx.Query().NewQuery("SELECT prospect_id FROM prospect_card WHERE stage_id = {:id} ORDER BY n").Bind(dbx.Params{"id": op.Row}).Column(&prospects)
	if err != nil {
		return fmt.Errorf("look for prospects of a stage: %w", err)
	}
	for _, id := range prospects {
		if err := moveOn(tx, id, op.Row, to); err != nil {
			return err
		}
	}
	return nil
}

// successorOf is where the prospects of a stage that is no more go: to the one named when it was archived, or to that one's;
// else to the nearest before it, else to the first. "" when the office has no other.
func successorOf(tx *store.Tx, id string) (string, error) {
	at := id
	for range longestSuccession {
		var s struct {
			Successor string `db:"successor_id"`
			Stands    bool   `db:"stands"`
		}
		err := tx.Query().NewQuery("SELECT successor_id, archived = 0 AND deleted = 0 AS stands FROM stage WHERE id = {:id}").Bind(dbx.Params{"id": at}).One(&s)
		if err != nil {
			break // it is named and not known: the order decides
		}
		if s.Stands {
			return at, nil
		}
		if s.Successor == "" {
			break
		}
		at = s.Successor
	}
	var ids []string
	err := tx.Query().NewQuery(`
		SELECT s.id
		FROM stage s
		WHERE s.archived = 0
		AND s.deleted = 0
		ORDER BY s.position > (SELECT g.position FROM stage g WHERE g.id = {:id}),
			abs(s.position - (SELECT g.position FROM stage g WHERE g.id = {:id})), s.id
		LIMIT 1`).Bind(dbx.Params{"id": id}).Column(&ids)
	if err != nil {
		return "", fmt.Errorf("look for another stage: %w", err)
	}
	if len(ids) == 0 {
		return "", nil
	}
	return ids[0], nil
}

// moveOn writes the stage and the history. Whoever may not write the prospect by now leaves it where it is: the board shows a
// column for what is left in a stage that is no more.
func moveOn(tx *store.Tx, prospect, from, to string) error {
	data, err := json.Marshal(map[string]string{"from": from, "to": to, "why": "archived"})
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	err = tx.Set("prospect", prospect, store.Row{"stage_id": to})
	if err == nil {
		err = tx.Create("event", tx.NewID(), store.Row{
			"prospect_id": prospect, "author_id": tx.Author().User, "kind": "stage", "data": string(data), "at": clock.Format(tx.Now()),
		})
	}
	var refused *store.RefusedError
	if errors.As(err, &refused) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("move a prospect on: %w", err)
	}
	return nil
}
