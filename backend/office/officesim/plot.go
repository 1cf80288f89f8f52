package officesim

import (
	"errors"
	"fmt"
	"time"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office/wire"
)

// Plots are rows of events that chance alone would seldom put in this order.

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

// relapse brings a member's file back from before some of its work, which the host has settled, and has its user do
// something else.
func (s *sim) relapse() error {
	m := s.someone()
	if m == nil {
		return nil
	}
	if err := errors.Join(s.connect(m), s.drain(m)); err != nil {
		return err
	}
	b := s.backup(s.path("copy"))
	if err := m.store.BackupTo(s.ctx, b.path); err != nil {
		return err
	}
	if err := errors.Join(s.work(m.desk()), s.work(m.desk()), s.drain(m), s.wake(m), s.drain(m), s.bringBack(m, b)); err != nil {
		return err
	}
	return errors.Join(s.work(m.desk()), s.work(m.desk()))
}

// rewind brings the host's file back from before some of its work, of which a member has read the first page and not the
// rest: that page has left out what the lost work changed.
func (s *sim) rewind() error {
	m := s.someone()
	if m == nil {
		return nil
	}
	if err := errors.Join(s.work(s.hostDesk()), s.work(s.hostDesk())); err != nil {
		return err
	}
	b := s.backup(s.path("backup"))
	if err := s.host.store.BackupTo(s.ctx, b.path); err != nil {
		return err
	}
	if err := errors.Join(s.work(s.hostDesk()), s.work(s.hostDesk()), s.work(s.hostDesk()), s.connect(m)); err != nil {
		return err
	}
	for m.link.busy() {
		page := s.pageNext(m)
		if err := s.deliver(m, len(m.link.toMember) > 0 && m.link.down != nil); err != nil {
			return err
		}
		if page {
			break
		}
	}
	s.host.copies = append(s.host.copies, b)
	return s.bringHostBack(b)
}
