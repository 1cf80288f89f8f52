package officesim

import (
	"errors"
	"slices"

	"github.com/pocketbase/dbx"
)

// twoHosts makes a new computer the host while the former one is still on: from a copy of its file and the recovery code
// alone. Members tell the new host who was revoked since the copy, and the former one that it is none any more.
func (s *sim) twoHosts() (err error) {
	b, ok := s.recentCopy()
	if !ok {
		return s.copyHost()
	}
	if err := s.makeRoom(); err != nil {
		return err
	}
	var witness *member
	for _, m := range s.living() {
		if err := errors.Join(s.connect(m), s.drain(m)); err != nil {
			return err
		}
		if m.link.up != nil && m.link.down != nil {
			witness = m
		}
	}
	if witness == nil {
		return nil
	}
	s.cutAll()
	old, told := s.host, 0
	old.Ended = func() { told++ }
	defer func() { err = errors.Join(err, old.store.Close()) }()
	next := *old
	s.host = &next
	if err := s.newHost(); err != nil {
		return err
	}
	s.lose(nil, b.edits)
	s.rewound = s.now
	if err := errors.Join(s.openCopy(b), s.host.TakeOver(s.ctx, s.plan.admin.UserID, s.plan.code)); err != nil {
		return err
	}
	if err := errors.Join(s.connect(witness), s.drain(witness)); err != nil {
		return err
	}
	if s.host.Superseded() { // the copy is from before another change of host; the person does it once more
		err := errors.Join(s.host.TakeOver(s.ctx, s.plan.admin.UserID, s.plan.code), s.connect(witness), s.drain(witness))
		if err != nil {
			return err
		}
	}
	if err := s.remembered(); err != nil {
		return err
	}
	s.host = old
	err = errors.Join(s.connect(witness), s.drain(witness))
	s.cut(witness)
	s.host = &next
	if err == nil && (!old.Superseded() || told != 1) {
		err = violation("two hosts", "the former host was told %d times that it is none any more by %s", told, witness.name)
	}
	return err
}

// recentCopy draws a copy of the host's that knows every computer: who came later has to be invited again.
func (s *sim) recentCopy() (backup, bool) {
	list := slices.DeleteFunc(slices.Clone(s.host.copies), func(b backup) bool { return b.known < len(s.members) })
	if len(list) == 0 {
		return backup{}, false
	}
	return pick(s, list), true
}

// remembered is I10 on a host that has begun anew: who was revoked is so, or not known at all.
func (s *sim) remembered() error {
	for _, m := range s.members {
		if !m.gone {
			continue
		}
		found, err := texts(s.host.store, "SELECT id FROM device WHERE id = {:id} AND revoked_at IS NULL", dbx.Params{"id": m.key.DeviceID()})
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return violation("I10", "the new host has not heard that %s was revoked", m.name)
		}
	}
	return nil
}
