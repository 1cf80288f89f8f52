package office

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/mutant"
)

// everything is the root whose grant lets a user's computers hold all prospects.
const everything = "*"

// Follow adds what an applied op entails. It grants and revokes: a prospect's computers are those of its seller, an
// administrator's hold everything, and everybody's hold what its user is told. And it leaves nobody in a stage that is no more.
// It is the store's Options.Follow on the host.
func Follow(tx *store.Tx, op store.Op) error {
	switch op.Entity {
	case "prospect":
		if err := followIntoStage(tx, op); err != nil {
			return err
		}
		return followProspect(tx, op)
	case "stage":
		return followStage(tx, op)
	case "user":
		return followUser(tx, op)
	case "contact_phone", "contact_email":
		return followReach(tx, op)
	}
	return nil
}

// followReach has whoever holds a contact read it anew when a phone or an e-mail of it has moved to another one: their
// computers would keep it.
func followReach(tx *store.Tx, op store.Op) error {
	if op.Field != "contact_id" || mutant.On(mutant.MoveWithoutRegrant) {
		return nil
	}
	var from, to string
	if err := readTexts(op, &from, &to); err != nil {
		return err
	}
	var roots []string
	err := tx.Query().NewQuery("SELECT id FROM prospect WHERE contact_id = {:contact} ORDER BY id").Bind(dbx.Params{"contact": from}).Column(&roots)
	if err != nil {
		return fmt.Errorf("look who holds a contact: %w", err)
	}
	for _, root := range roots {
		if err := tx.Regrant(root); err != nil {
			return err
		}
	}
	return nil
}

func followProspect(tx *store.Tx, op store.Op) error {
	switch op.Field {
	case "":
		owner, err := textMember(op.Value, "owner_id")
		if err != nil || owner == "" {
			return err
		}
		return tx.Grant(owner, op.Row)
	case "owner_id":
		var from, to string
		if err := readTexts(op, &from, &to); err != nil {
			return err
		}
		if from != "" {
			if err := tx.Revoke(from, op.Row); err != nil {
				return err
			}
		}
		if to == "" {
			return nil
		}
		return tx.Grant(to, op.Row)
	case "contact_id": // another person's phones and e-mails
		if mutant.On(mutant.MoveWithoutRegrant) {
			return nil
		}
		return tx.Regrant(op.Row)
	}
	return nil
}

func followUser(tx *store.Tx, op store.Op) error {
	var role string
	switch op.Field {
	case "":
		var err error
		if role, err = textMember(op.Value, "role"); err != nil {
			return err
		}
		if err := tx.Grant(op.Row, op.Row); err != nil { // what they alone are told
			return err
		}
	case "role":
		if err := json.Unmarshal(op.Value, &role); err != nil {
			return fmt.Errorf("read role: %w", err)
		}
	default:
		return nil
	}
	if role == "admin" {
		return tx.Grant(op.Row, everything)
	}
	return tx.Revoke(op.Row, everything)
}

func textMember(object json.RawMessage, name string) (string, error) {
	var members map[string]any
	if err := json.Unmarshal(object, &members); err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	text, _ := members[name].(string)
	return text, nil
}

func readTexts(op store.Op, before, value *string) error {
	if err := json.Unmarshal(op.Before, before); err != nil {
		return fmt.Errorf("read former %s: %w", op.Field, err)
	}
	if err := json.Unmarshal(op.Value, value); err != nil {
		return fmt.Errorf("read %s: %w", op.Field, err)
	}
	return nil
}

// grantAtFirst writes the grants of an office that has none: one that is older than replication.
func grantAtFirst(ctx context.Context, st *store.Store) error {
	var granted bool
	if err := st.Read().NewQuery("SELECT EXISTS (SELECT 1 FROM scope)").WithContext(ctx).Row(&granted); err != nil {
		return fmt.Errorf("look for grants: %w", err)
	}
	if granted {
		return nil
	}
	_, err := EnsureScope(ctx, st)
	return err
}

// EnsureScope compares who is granted what with owners and roles, and mends what differs. Each write keeps the grants true,
// so there is nothing to mend unless a defect is at work; the host looks all the same, once a day, because a wrong grant
// shows a seller what is not theirs. It answers how many it changed. The writer is only taken when something differs.
func EnsureScope(ctx context.Context, st *store.Store) (changed int, err error) {
	differs, err := wrongGrants(ctx, st.Read())
	if err != nil || len(differs) == 0 {
		return 0, err
	}
	_, err = st.Write(ctx, store.System, func(tx *store.Tx) error {
		changed = 0
		wrong, err := wrongGrants(ctx, tx.Query())
		if err != nil {
			return err
		}
		for _, w := range wrong {
			set := tx.Revoke
			if w.Grant {
				set = tx.Grant
			}
			if err := set(w.User, w.Root); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("ensure scope: %w", err)
	}
	return changed, nil
}

type wrongGrant struct {
	User  string `db:"user_id"`
	Root  string `db:"root_id"`
	Grant bool   `db:"wanted"`
}

// wrongGrants are the grants that are missing and those that should not be there.
func wrongGrants(ctx context.Context, q dbx.Builder) (wrong []wrongGrant, err error) {
	err = q.NewQuery(`
		WITH wanted AS (
			SELECT id AS user_id, {:all} AS root_id
			FROM user
			WHERE role = 'admin'
			UNION ALL
			SELECT id, id
			FROM user
			UNION ALL
			SELECT owner_id, id
			FROM prospect
			WHERE owner_id <> ''
			AND deleted = 0)
		SELECT w.user_id, w.root_id, 1 AS wanted
		FROM wanted w
		LEFT JOIN scope s ON s.user_id = w.user_id AND s.root_id = w.root_id AND s.active = 1
		WHERE s.user_id IS NULL
		UNION ALL
		SELECT s.user_id, s.root_id, 0
		FROM scope s
		LEFT JOIN user u ON u.id = s.user_id AND u.role = 'admin'
		LEFT JOIN prospect p ON p.id = s.root_id
		WHERE s.active = 1
		AND s.root_id <> s.user_id
		AND CASE WHEN s.root_id = {:all} THEN u.id IS NULL ELSE coalesce(p.owner_id, '') <> s.user_id END`).
		Bind(dbx.Params{"all": everything}).WithContext(ctx).All(&wrong)
	if err != nil {
		return nil, fmt.Errorf("compare scope: %w", err)
	}
	return wrong, nil
}
