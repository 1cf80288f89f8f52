package officesim

import (
	"errors"
	"fmt"
	"time"

	"sitegroup.mx/crm/backend/crm"
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

// overtake has a connection break while a page is being written, something change, and the next connection bring that first.
func (s *sim) overtake(m *member) error {
	if m.gone {
		return nil
	}
	if err := errors.Join(s.connect(m), s.drain(m), s.work(s.hostDesk()), s.poke(m)); err != nil {
		return err
	}
	for m.link.busy() && !s.pageNext(m) {
		if err := s.deliver(m, len(m.link.toMember) > 0 && m.link.down != nil); err != nil {
			return err
		}
	}
	return errors.Join(s.connect(m), s.work(s.hostDesk()), s.poke(m), s.drain(m), s.arrive(m))
}

// pageNext reports whether a page is the next frame to reach a member.
func (s *sim) pageNext(m *member) bool {
	if len(m.link.toMember) == 0 {
		return false
	}
	f, err := wire.Decode(m.link.toMember[0])
	return err == nil && f.Type == wire.TypePageChunk
}

// contest has two computers write the same field, one well after the other, and neither knows of the other: a clock that is
// wrong must not decide.
func (s *sim) contest(m *member) error {
	if m.gone {
		return nil
	}
	if s.chance(2) { // it learns the host's time
		if err := errors.Join(s.connect(m), s.drain(m)); err != nil {
			return err
		}
	}
	id, err := s.some(m.desk(), "SELECT id FROM prospect WHERE deleted = 0 ORDER BY id")
	if err != nil || id == "" {
		return err
	}
	s.cut(m)
	s.advance(time.Duration(1+s.rng.IntN(20)) * time.Minute)
	desks := []desk{s.hostDesk(), m.desk()}
	if s.chance(3) {
		desks[0], desks[1] = desks[1], desks[0]
	}
	for i, value := range []string{pick(s, []string{crm.TemperatureCold, crm.TemperatureWarm}), crm.TemperatureHot} {
		if i > 0 {
			s.advance(tolerance + time.Duration(1+s.rng.IntN(30))*time.Minute)
		}
		d := desks[i]
		c, err := d.crm.UpdateProspect(s.ctx, d.user, id, crm.ProspectPatch{Temperature: &value})
		if err != nil && !tolerable(err) {
			return fmt.Errorf("contest at %s: %w", d.name(), err)
		}
		s.say("%s: contest of %s: %s", d.name(), id, c.TxID)
		if c.TxID == "" || err != nil {
			continue
		}
		if err := s.enter(d, c.TxID, ""); err != nil {
			return err
		}
	}
	return nil
}
