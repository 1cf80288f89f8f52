package officesim

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/google/uuid"

	"sitegroup.mx/crm/store"
)

// noteExport takes a list away: what its author's computer notes reaches the office.
func noteExport(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	c, err := d.store.Write(ctx, d.user.Author(), func(tx *store.Tx) error {
		own, err := uuid.Parse(tx.NewID())
		if err != nil {
			return err
		}
		short := base64.RawURLEncoding.EncodeToString(own[:])
		if d.m != nil && s.chance(8) { // as another program might call it: the host refuses what is longer than its own ids
			short = own.String()
		}
		return tx.Create("export", d.user.UserID+"."+short, store.Row{
			"user_id": d.user.UserID, "list": "prospects", "form": "csv", "reason": s.text(), "rows": s.rng.IntN(500),
			"created_at": start.Format(time.RFC3339),
		})
	})
	return c.TxID, "", err
}

// endExport writes how one of one's own exports ended.
func endExport(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	id, err := s.some(d, "SELECT id FROM export WHERE user_id = '"+d.user.UserID+"' ORDER BY id")
	if id == "" || err != nil {
		return "", "", err
	}
	c, err := d.store.Write(ctx, d.user.Author(), func(tx *store.Tx) error {
		return tx.Set("export", id, store.Row{"state": pick(s, []string{"done", "cancelled"}), "rows": s.rng.IntN(500)})
	})
	return c.TxID, "", err
}
