package officesim

import "time"

// step lets one thing happen.
func (s *sim) step() error {
	m := pick(s, s.members)
	switch n := s.rng.IntN(112); {
	case n < 12:
		return s.work(s.hostDesk())
	case n < 38:
		if m.gone {
			return nil
		}
		return s.work(m.desk())
	case n < 43:
		s.say("cut %s", m.name)
		s.cut(m)
	case n < 51:
		s.say("connect %s", m.name)
		return s.connect(m)
	case n < 57:
		s.say("wake %s", m.name)
		return s.wake(m)
	case n < 61:
		return s.poke(m)
	case n < 64:
		d := pick(s, []time.Duration{time.Millisecond, time.Second, 31 * time.Second, 2 * time.Minute, time.Hour})
		s.say("%v passes", d)
		s.advance(d)
	case n < 71:
		s.say("drain %s", m.name)
		return s.drain(m)
	case n < 73:
		return s.contest(m)
	case n < 75:
		return s.overtake(m)
	case n < 76:
		return s.arrive(m)
	case n < 84:
		return s.mishap()
	case n < 86:
		return s.partAndMeet(m)
	default:
		return s.deliverSome(m)
	}
	return nil
}

// deliverSome passes a few frames of a link on, of either direction.
func (s *sim) deliverSome(m *member) error {
	for range 1 + s.rng.IntN(4) {
		if !m.link.busy() {
			return nil
		}
		down := len(m.link.toMember) > 0 && m.link.down != nil
		if down && len(m.link.toHost) > 0 && m.link.up != nil {
			down = s.chance(2)
		}
		if err := s.deliver(m, down); err != nil {
			return err
		}
	}
	return nil
}
