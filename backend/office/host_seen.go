package office

import (
	"context"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// Bounds of what is believed of a member's frames.
const (
	longestVersion = 64
	longestAddress = 128
)

// noteSeen keeps when and how a computer was last here.
func (h *Host) noteSeen(ctx context.Context, s *HostSession, m *wire.Hello) error {
	s.seen = h.now()
	path, address, pos := s.standing()
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`
			UPDATE device
			SET seen_at = {:at}, version = {:version}, schema = {:schema}, path = {:path}, address = {:address}, pos = {:pos}
			WHERE id = {:id}`, dbx.Params{
			"at": clock.Format(tx.Now()), "version": cut(m.Version, longestVersion), "schema": m.Schema, "path": path,
			"address": cut(address, longestAddress), "pos": pos, "id": s.device,
		})
		return err
	})
	return err
}

// notePos keeps, once in a while, how far a computer has read.
func (h *Host) notePos(ctx context.Context, s *HostSession) error {
	now := h.now()
	if since := now.Sub(s.seen); since >= 0 && since < time.Minute {
		return nil
	}
	s.seen = now
	_, _, pos := s.standing()
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`
			UPDATE device
			SET seen_at = {:at}, pos = {:pos}
			WHERE id = {:id}`, dbx.Params{"at": clock.Format(tx.Now()), "pos": pos, "id": s.device})
		return err
	})
	return err
}
