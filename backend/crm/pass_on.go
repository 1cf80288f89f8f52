package crm

import (
	"context"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// mostPassedOn bounds what one transaction gives away: far more than anybody can work on, and what one undo takes back within
// seconds.
const mostPassedOn = 5000

// PassOn says to whom the open prospects of a seller go.
type PassOn struct {
	OwnerID string // "" for the tray, unless ByTurn
	ByTurn  bool
	Reason  string // as the history and both sellers read it
}

// PassedOn is what became of them.
type PassedOn struct {
	Given int `json:"given"`
	Tray  int `json:"tray"` // are without a seller: they were put there, or nobody can take a turn now
	Left  int `json:"left"` // are still the seller's, because there were too many for once; at most 10,000
	Change
}

// Open counts the open prospects of a user, attended ones included; at most 10,000. Fault access.admin_only.
func (s *Service) Open(ctx context.Context, v account.Viewer, seller string) (open int, err error) {
	if err := account.AdminOnly(v); err != nil {
		return 0, err
	}
	err = s.store.ReadTx(ctx, func(q dbx.Builder) error {
		open, err = openOf(q, seller, mostCounted)
		return err
	})
	return open, err
}

// PassOn gives all open prospects of a seller away, attended ones included, in one transaction that one undo takes back: who leaves
// is not to leave people behind whom nobody calls any more. What is over stays with who had it. By turn, the longest waiting are
// given first and the seller is passed over; on a computer that is not the host they wait in the tray until the host gives them
// out.
//
// Faults: access.admin_only, user.not_found (field seller_id for whose they are, owner_id for who is to get them and is no active
// seller, or the same), input.required (field owner_reason).
func (s *Service) PassOn(ctx context.Context, v account.Viewer, seller string, p PassOn) (PassedOn, error) {
	if err := account.AdminOnly(v); err != nil {
		return PassedOn{}, err
	}
	reason, err := checkText("owner_reason", p.Reason, longestReason)
	if err == nil && reason == "" {
		err = fault.Invalid("owner_reason", "input.required")
	}
	if err != nil {
		return PassedOn{}, err
	}
	var done PassedOn
	c, err := s.store.WriteMany(ctx, v.Author(), func(tx *store.Tx) (err error) {
		done = PassedOn{}
		if err := checkPassOn(tx, seller, p); err != nil {
			return err
		}
		var rows []trayRow
		err = tx.Query().NewQuery(openLeads + "\n\tORDER BY k.lead_at\n\tLIMIT {:limit}").
			Bind(dbx.Params{"owner": seller, "limit": mostPassedOn}).All(&rows)
		if err != nil {
			return fmt.Errorf("read open prospects: %w", err)
		}
		for _, r := range rows {
			if err := tx.Context().Err(); err != nil {
				return err
			}
			to, err := s.passTo(tx, r, seller, p)
			if err != nil {
				return err
			}
			if err := assign(tx, r.ID, seller, to, reason); err != nil {
				return err
			}
			if err := tellOfHandOver(tx, r.ID, seller, to, reason); err != nil {
				return err
			}
			if to.owner == "" {
				done.Tray++
			} else {
				done.Given++
			}
		}
		done.Left, err = openOf(tx.Query(), seller, mostCounted)
		return err
	})
	if err != nil {
		return PassedOn{}, fmt.Errorf("pass on: %w", err)
	}
	done.Change = Change{TxID: c.TxID}
	return done, nil
}

func checkPassOn(tx *store.Tx, seller string, p PassOn) error {
	known, err := exists(tx, `
		SELECT 1
		FROM user
		WHERE id = {:id}
		AND deleted = 0`, dbx.Params{"id": seller})
	switch {
	case err != nil:
		return fmt.Errorf("look for whose they are: %w", err)
	case !known || seller == "":
		return fault.Invalid("seller_id", "user.not_found")
	case p.ByTurn || p.OwnerID == "":
		return nil
	case p.OwnerID == seller:
		return fault.Invalid("owner_id", "user.not_found")
	}
	return mustSell(tx, p.OwnerID)
}

// passTo finds out who gets one of them.
func (s *Service) passTo(tx *store.Tx, r trayRow, seller string, p PassOn) (assignment, error) {
	switch {
	case p.ByTurn:
		return s.takeTurn(tx, r.lead(), []string{seller})
	case p.OwnerID == "":
		return assignment{why: AssignedWhy{Rule: RuleTray}}, nil
	}
	return assignment{owner: p.OwnerID, why: AssignedWhy{Rule: RuleManual, By: tx.Author().User}}, nil
}
