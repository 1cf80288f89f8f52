package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// fresh is how old a lead may be for its arrival on a member to be an event that somebody has to hurry for. One that was
// waiting while the computer was off is in the list, and nobody is startled by fifty of them.
const fresh = 10 * time.Minute

// arrivals announces leads that have come to a member with the host's rows, as intake does on the host.
func (h *hub) arrivals(ctx context.Context, o *Office, commits []store.Commit) {
	var ids []string
	for _, c := range commits {
		if c.Author.User != "" || c.Author.Role != store.System.Role { // what was written on this computer
			continue
		}
		for _, op := range c.Ops {
			if op.Entity == "submission" {
				ids = append(ids, op.Row)
			}
		}
	}
	if len(ids) == 0 {
		return
	}
	if r, err := o.Store.Replica(ctx); err != nil || r.Filling {
		return
	}
	list, err := json.Marshal(ids)
	if err != nil {
		h.log.WithError(err).Error("new leads were not told")
		return
	}
	var found []struct {
		Prospect string `db:"id"`
		Owner    string `db:"owner_id"`
		Name     string `db:"name"`
		Phone    string `db:"phone"`
		Form     string `db:"form_name"`
		First    bool   `db:"first"`
	}
	err = o.Store.Read().NewQuery(`
		SELECT p.id, p.owner_id, c.name, s.form_name,
			coalesce((SELECT x.e164 FROM contact_phone x WHERE x.contact_id = c.id AND x.deleted = 0 ORDER BY x.position LIMIT 1), '') AS phone,
			(SELECT count(*) FROM submission y WHERE y.prospect_id = p.id) = 1 AS first
		FROM submission s
		JOIN prospect p ON p.id = s.prospect_id
		JOIN contact c ON c.id = p.contact_id
		WHERE s.id IN (SELECT value FROM json_each({:ids}))
		AND s.lead_at >= {:since}
		AND s.origin <> 'manual'
		AND c.opposed_at IS NULL
		AND p.deleted = 0`).
		Bind(dbx.Params{"ids": string(list), "since": clock.Format(h.clock.Now().Add(-fresh))}).WithContext(ctx).All(&found)
	if err != nil {
		h.log.WithError(err).Warn("new leads were not told")
		return
	}
	for _, f := range found {
		state := "linked"
		if f.First {
			state = "registered"
		}
		event := LeadEvent{
			Type: "lead", ProspectID: f.Prospect, State: state, Name: f.Name, Phone: f.Phone, FormName: f.Form, SellerID: f.Owner,
		}
		h.tell(func(t *follower) bool { return t.viewer.IsAdmin() || t.viewer.UserID == f.Owner }, func(w *waiting) { w.lead(event) })
	}
}
