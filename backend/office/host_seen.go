package office

import (
	"context"
	"fmt"
	"sync"
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

// sighting is what was last written down of a computer.
type sighting struct {
	version, path, address string
	schema                 int
	at                     time.Time
}

// sightings are kept beside the sessions, so that a computer that comes again and again does not have the disk wait for it
// each time. There is one for each of the office's computers.
type sightings struct {
	mu   sync.Mutex
	last map[string]sighting
}

// seenEvery is how often the same is written down again.
const seenEvery = time.Minute

// news reports whether something about a computer is to be written down, and takes it for written.
func (s *sightings) news(device string, now sighting) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[string]sighting{}
	}
	last, ok := s.last[device]
	since := now.at.Sub(last.at)
	last.at = now.at
	if ok && last == now && since >= 0 && since < seenEvery {
		return false
	}
	s.last[device] = now
	return true
}

// forget has the next sighting of a computer be written down whatever it is.
func (s *sightings) forget(device string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, device)
}

// again reports whether it is time to write down how far a computer has read.
func (s *sightings) again(device string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	last, ok := s.last[device]
	if since := at.Sub(last.at); !ok || since >= 0 && since < seenEvery {
		return false
	}
	last.at = at
	s.last[device] = last
	return true
}

// noteSeen keeps when and how a computer was last here.
func (h *Host) noteSeen(ctx context.Context, s *HostSession, m *wire.Hello) error {
	path, address, pos := s.standing()
	now := sighting{cut(m.Version, longestVersion), path, cut(address, longestAddress), m.Schema, h.now()}
	if !h.limits.sightings.news(s.device, now) {
		return nil
	}
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`
			UPDATE device
			SET seen_at = {:at}, version = {:version}, schema = {:schema}, path = {:path}, address = {:address}, pos = {:pos}
			WHERE id = {:id}`, dbx.Params{
			"at": clock.Format(tx.Now()), "version": now.version, "schema": now.schema, "path": now.path,
			"address": now.address, "pos": pos, "id": s.device,
		})
		return err
	})
	if err != nil {
		h.limits.sightings.forget(s.device)
	}
	return err
}

// notePos keeps, once in a while, how far a computer has read.
func (h *Host) notePos(ctx context.Context, s *HostSession) error {
	if !h.limits.sightings.again(s.device, h.now()) {
		return nil
	}
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

// Knows reports whether a device is one of the office's that has not been revoked.
func (h *Host) Knows(ctx context.Context, device string) (bool, error) {
	var known bool
	err := h.Store.Read().NewQuery("SELECT EXISTS (SELECT 1 FROM device WHERE id = {:id} AND revoked_at IS NULL)").
		Bind(dbx.Params{"id": device}).WithContext(ctx).Row(&known)
	if err != nil {
		return false, fmt.Errorf("look for a device: %w", err)
	}
	return known, nil
}
