package crm

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

// Tray is what waits for an administrator: open prospects without a seller.
type Tray struct {
	Count int `json:"count"` // at most 10,000
	// Reasons is how many of the newest 500 wait for which reason: one of the Away constants, or "" for one that was put there.
	Reasons map[string]int `json:"reasons"`
}

// Shared is what became of the tray.
type Shared struct {
	Given int `json:"given"`
	Left  int `json:"left"` // at most 10,000
	// Reason is why what is left was not given: one of the Away constants, "" when nothing is left.
	Reason string `json:"reason"`
	Change
}

// trayQuery reads unattended prospects first, then those that were tried before they came here; the oldest lead first.
var trayQuery = strings.ReplaceAll(openLeads, "{:owner}", "''")

// openLeads reads the open prospects of :owner, with what decides whose turn they are.
const openLeads = `
	SELECT p.id, p.form_id, p.campaign_id, c.city, p.assigned_why, coalesce((
		SELECT s.page_id
		FROM submission s
		WHERE s.prospect_id = p.id
		AND s.deleted = 0
		ORDER BY s.lead_at DESC
		LIMIT 1), '') AS page_id
	FROM prospect_card k INDEXED BY card_owner_lead
	JOIN prospect p ON p.n = k.n
	JOIN contact c ON c.id = p.contact_id
	WHERE k.owner_id = {:owner}
	AND k.is_open = 1`

type trayRow struct {
	ID         string `db:"id"`
	FormID     string `db:"form_id"`
	CampaignID string `db:"campaign_id"`
	PageID     string `db:"page_id"`
	City       string `db:"city"`
	Why        string `db:"assigned_why"`
}

func (r trayRow) lead() turnLead { return turnLead{r.FormID, r.CampaignID, r.PageID, r.City} }

// Tray tells what waits for an administrator, and why. Fault access.admin_only.
func (s *Service) Tray(ctx context.Context, v account.Viewer) (Tray, error) {
	if err := account.AdminOnly(v); err != nil {
		return Tray{}, err
	}
	t := Tray{Reasons: map[string]int{}}
	err := s.store.ReadTx(ctx, func(q dbx.Builder) (err error) {
		if t.Count, err = openOf(q, "", mostCounted); err != nil {
			return err
		}
		var rows []trayRow
		err = q.NewQuery(trayQuery + "\n\tORDER BY k.lead_at DESC\n\tLIMIT {:limit}").Bind(dbx.Params{"limit": sharedAtOnce}).All(&rows)
		for _, r := range rows {
			var why AssignedWhy
			if json.Unmarshal([]byte(r.Why), &why) == nil && why.Rule == RuleWait {
				why.Reason = RuleWait
			}
			t.Reasons[why.Reason]++
		}
		return err
	})
	if err != nil {
		return Tray{}, fmt.Errorf("look into the tray: %w", err)
	}
	return t, nil
}

// ShareTray gives the tray's prospects to whose turn it is, the longest waiting first, at most 500 at once, and leaves those that
// nobody can take. It is the host's. Fault access.admin_only.
func (s *Service) ShareTray(ctx context.Context, v account.Viewer) (Shared, error) {
	if err := account.AdminOnly(v); err != nil {
		return Shared{}, err
	}
	return s.share(ctx, v.Author(), trayQuery)
}

// shareByItself gives out what came while nobody was in their hours, once somebody is, where the office wants that; and
// what was typed in on another computer to be shared by turn.
func (s *Service) shareByItself(ctx context.Context) (int, error) {
	t, err := s.setup(s.store.Read())
	if err != nil {
		return 0, err
	}
	which := `
		AND p.assigned_why ->> 'rule' = 'wait'`
	if t.policy.SharesAtOpening {
		which = `
		AND (p.assigned_why ->> 'rule' = 'wait' OR p.assigned_why ->> 'reason' IN ('hours', 'holiday'))`
	}
	var waiting bool
	if err := s.store.Read().NewQuery("SELECT EXISTS (" + trayQuery + which + ")").WithContext(ctx).Row(&waiting); err != nil || !waiting {
		return 0, err
	}
	done, err := s.share(ctx, store.System, trayQuery+which)
	return done.Given, err
}

func (s *Service) share(ctx context.Context, author store.Author, query string) (Shared, error) {
	var done Shared
	commit, err := s.store.Write(ctx, author, func(tx *store.Tx) error {
		done = Shared{}
		var rows []trayRow
		err := tx.Query().NewQuery(query + "\n\tORDER BY k.lead_at\n\tLIMIT {:limit}").Bind(dbx.Params{"limit": sharedAtOnce}).All(&rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			to, err := s.takeTurn(tx, r.lead(), nil)
			if err != nil {
				return err
			}
			if to.owner == "" {
				done.Reason = to.why.Reason
				if err := keepReason(tx, r, to.why); err != nil {
					return err
				}
				continue
			}
			if err := assign(tx, r.ID, "", to, ""); err != nil {
				return err
			}
			if err := tellOfHandOver(tx, r.ID, "", to, ""); err != nil { // nothing else tells the seller of it
				return err
			}
			done.Given++
		}
		done.Left, err = openOf(tx.Query(), "", mostCounted)
		return err
	})
	if err != nil {
		return Shared{}, fmt.Errorf("share: %w", err)
	}
	done.TxID = commit.TxID
	if done.Left == 0 {
		done.Reason = ""
	}
	return done, nil
}

// keepReason notes why what was waiting for the host could not be given: from then on it waits in the tray like any other.
func keepReason(tx *store.Tx, r trayRow, why AssignedWhy) error {
	var was AssignedWhy
	if err := json.Unmarshal([]byte(r.Why), &was); err != nil || was.Rule != RuleWait {
		return nil //nolint:nilerr // what a later version wrote is left as it is
	}
	return tx.Set("prospect", r.ID, store.Row{"assigned_why": why.text()})
}
