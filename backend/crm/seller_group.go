package crm

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// SellerGroup are sellers who take turns among themselves.
type SellerGroup struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Members []string `json:"members"` // user ids
}

const (
	longestGroup = 80
	mostMembers  = 500
)

// SaveGroup makes a group, or with an id renames it and says anew who is in it. Faults: access.admin_only, input.required,
// input.too_long, group.name_taken, group.not_found, user.not_found (field members) for somebody who does not sell here.
func (s *Service) SaveGroup(ctx context.Context, v account.Viewer, g SellerGroup) (Created, error) {
	name, err := checkText("name", g.Name, longestGroup)
	if err != nil {
		return Created{}, err
	}
	if name == "" {
		return Created{}, fault.Invalid("name", "input.required")
	}
	if len(g.Members) > mostMembers {
		return Created{}, fault.Invalid("members", "input.too_long", "max", mostMembers)
	}
	id := g.ID
	c, err := s.changeTurns(ctx, v, func(tx *store.Tx) error {
		t, err := s.setup(tx.Query())
		if err != nil {
			return err
		}
		for other, known := range t.groups {
			if other != id && fold(known.name) == fold(name) {
				return fault.Invalid("name", "group.name_taken")
			}
		}
		if id == "" {
			id = tx.NewID()
			err = tx.Create("seller_group", id, store.Row{"name": name, "created_at": nowText(tx)})
		} else if _, known := t.groups[id]; !known {
			return fault.New("group.not_found")
		} else {
			err = tx.Set("seller_group", id, store.Row{"name": name})
		}
		if err != nil {
			return err
		}
		return t.setMembers(tx, id, g.Members)
	})
	if err != nil {
		return Created{}, err
	}
	return Created{ID: id, Change: c}, nil
}

// setMembers adds and removes what differs. Somebody who has left the office may stay in a group; nobody new of that kind comes
// in.
func (t *turnSetup) setMembers(tx *store.Tx, group string, want []string) error {
	var rows []struct {
		ID     string `db:"id"`
		UserID string `db:"user_id"`
	}
	err := tx.Query().NewQuery(`
		SELECT id, user_id
		FROM seller_group_member
		WHERE group_id = {:group}
		AND deleted = 0
		ORDER BY id`).Bind(dbx.Params{"group": group}).All(&rows)
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	in := map[string]bool{}
	for _, r := range rows {
		if in[r.UserID] || !slices.Contains(want, r.UserID) {
			if err := tx.Remove("seller_group_member", r.ID); err != nil {
				return err
			}
			continue
		}
		in[r.UserID] = true
	}
	for _, user := range want {
		if in[user] {
			continue
		}
		if t.seller(user) == nil {
			return fault.Invalid("members", "user.not_found")
		}
		in[user] = true
		if err := tx.Create("seller_group_member", tx.NewID(), store.Row{"group_id": group, "user_id": user}); err != nil {
			return err
		}
	}
	return nil
}

// RemoveGroup removes a group. Faults: access.admin_only, group.not_found, and group.in_use (argument rules) while rules name it.
func (s *Service) RemoveGroup(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.changeTurns(ctx, v, func(tx *store.Tx) error {
		t, err := s.setup(tx.Query())
		if err != nil {
			return err
		}
		if _, known := t.groups[id]; !known {
			return fault.New("group.not_found")
		}
		var rules []string
		err = tx.Query().NewQuery(`
			SELECT name
			FROM turn_rule
			WHERE group_id = {:group}
			AND deleted = 0
			ORDER BY position, id`).Bind(dbx.Params{"group": id}).Column(&rules)
		if err != nil {
			return fmt.Errorf("read rules of a group: %w", err)
		}
		if len(rules) > 0 {
			return fault.New("group.in_use", "rules", strings.Join(rules, ", "))
		}
		return tx.Remove("seller_group", id)
	})
}

const longestCities = 1000

// SaveRule makes a rule, which is asked last but for the default one, or changes one. Faults: access.admin_only, input.required,
// input.too_long, input.invalid, group.not_found (field group_id), rule.not_found, and rule.default_taken for a second rule
// without conditions.
func (s *Service) SaveRule(ctx context.Context, v account.Viewer, r TurnRule) (Created, error) {
	row, err := r.row()
	if err != nil {
		return Created{}, err
	}
	id := r.ID
	c, err := s.changeTurns(ctx, v, func(tx *store.Tx) error {
		t, err := s.setup(tx.Query())
		if err != nil {
			return err
		}
		if _, known := t.groups[r.GroupID]; r.GroupID != "" && !known {
			return fault.Invalid("group_id", "group.not_found")
		}
		var rules []TurnRule
		if err := tx.Query().NewQuery(rulesQuery).All(&rules); err != nil {
			return fmt.Errorf("read rules: %w", err)
		}
		known := slices.ContainsFunc(rules, func(other TurnRule) bool { return other.ID == id })
		if id != "" && !known {
			return fault.New("rule.not_found")
		}
		if readyRule(r).isDefault() && slices.ContainsFunc(rules, func(other TurnRule) bool { return other.ID != id && readyRule(other).isDefault() }) {
			return fault.New("rule.default_taken")
		}
		if id != "" {
			return tx.Set("turn_rule", id, row)
		}
		id = tx.NewID()
		row["created_at"], row["position"] = nowText(tx), len(rules)+1
		return tx.Create("turn_rule", id, row)
	})
	if err != nil {
		return Created{}, err
	}
	return Created{ID: id, Change: c}, nil
}

func (r TurnRule) row() (store.Row, error) {
	row := store.Row{"group_id": r.GroupID, "active": r.Active}
	for _, f := range []struct {
		name, text string
		most       int
	}{
		{"name", r.Name, longestGroup},
		{"form_id", r.FormID, 64},
		{"form_name", r.FormName, longestName},
		{"campaign_id", r.CampaignID, 64},
		{"campaign_name", r.CampaignName, longestName},
		{"page_id", r.PageID, 64},
		{"page_name", r.PageName, longestName},
		{"cities", r.Cities, longestCities},
	} {
		text, err := checkText(f.name, f.text, f.most)
		if err != nil {
			return nil, err
		}
		row[f.name] = text
	}
	if row["name"] == "" {
		return nil, fault.Invalid("name", "input.required")
	}
	if r.Otherwise != OtherwiseDefault && r.Otherwise != OtherwiseTray {
		return nil, fault.Invalid("otherwise", "input.invalid")
	}
	row["otherwise"] = r.Otherwise
	return row, nil
}

// RemoveRule removes a rule. Faults: access.admin_only, rule.not_found.
func (s *Service) RemoveRule(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.removeTurns(ctx, v, "turn_rule", id, "rule.not_found")
}

// OrderRules puts rules into the order in which they are asked; those not named come after them. Faults: access.admin_only,
// rule.not_found.
func (s *Service) OrderRules(ctx context.Context, v account.Viewer, ids []string) (Change, error) {
	return s.changeTurns(ctx, v, func(tx *store.Tx) error {
		var rules []TurnRule
		if err := tx.Query().NewQuery(rulesQuery).All(&rules); err != nil {
			return fmt.Errorf("read rules: %w", err)
		}
		var order []string
		for _, id := range ids {
			if !slices.ContainsFunc(rules, func(r TurnRule) bool { return r.ID == id }) {
				return fault.New("rule.not_found")
			}
			if !slices.Contains(order, id) {
				order = append(order, id)
			}
		}
		for _, r := range rules {
			if !slices.Contains(order, r.ID) {
				order = append(order, r.ID)
			}
		}
		for i, id := range order {
			if err := tx.Set("turn_rule", id, store.Row{"position": i + 1}); err != nil {
				return err
			}
		}
		return nil
	})
}

// removeTurns removes a row of settings that is there.
func (s *Service) removeTurns(ctx context.Context, v account.Viewer, entity, id, missing string) (Change, error) {
	return s.changeTurns(ctx, v, func(tx *store.Tx) error {
		known, err := exists(tx, "SELECT 1 FROM "+entity+" WHERE id = {:id} AND deleted = 0", dbx.Params{"id": id})
		if err != nil {
			return err
		}
		if !known {
			return fault.New(missing)
		}
		return tx.Remove(entity, id)
	})
}
