package officesim

import (
	"errors"
	"fmt"

	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// linger keeps, now and then, the page that a member's session was about to write when its connection broke: it gets to it
// only after the next connection has begun.
func (s *sim) linger(m *member) {
	if m.link.down == nil || len(m.link.toMember) == 0 || !s.chance(2) {
		return
	}
	f, err := wire.Decode(m.link.toMember[0])
	if err != nil {
		return
	}
	if chunk, ok := f.Body.(*wire.PageChunk); ok {
		var whole wire.Assembler
		m.late, _ = whole.Add(*chunk) // nil when there is more to come
	}
}

// arrive writes the page of a former connection. It may fit nowhere.
func (s *sim) arrive(m *member) error {
	if m.late == nil || m.wiped || m.link.down == nil {
		return nil
	}
	page := *m.late
	m.late = nil
	applied, err := m.store.ApplyPage(s.ctx, page)
	s.say("a page of before reaches %s: %v", m.name, applied)
	var reset *store.ResetError
	switch {
	case errors.Is(err, store.ErrDiskFull):
		return nil
	case errors.As(err, &reset):
		return violation("checksum", "the replica of %s differs: %v", m.name, s.explain(m))
	case err != nil:
		return fmt.Errorf("write a late page: %w", err)
	}
	return s.watch(m, wire.Frame{Type: wire.TypePageChunk})
}
