package clock

import (
	"sort"
	"time"
)

// Stretch is working time without a break, in seconds since 1970: Opens belongs to it, Closes does not. Before is how much
// working time there was before it.
type Stretch struct{ Opens, Closes, Before int64 }

// Meter is a calendar written out, from one instant to another, for who times very many things by it: what Calendar.Elapsed
// finds by walking through the days between, a Meter looks up. Before its first instant and after its last one it stands still.
type Meter struct{ stretches []Stretch }

// Meter writes the calendar out. What closes when the next opens, as midnight does for who works through it, is one stretch.
func (c Calendar) Meter(from, to time.Time) Meter {
	var m Meter
	if c.alwaysOpen() {
		return Meter{[]Stretch{{Opens: from.Unix(), Closes: to.Unix()}}}
	}
	var before int64
	c.each(c.date(from), func(opens, closes time.Time) bool {
		s := Stretch{Opens: max(opens.Unix(), from.Unix()), Closes: min(closes.Unix(), to.Unix())}
		if s.Opens >= s.Closes {
			return opens.Before(to)
		}
		length := s.Closes - s.Opens
		if last := len(m.stretches) - 1; last >= 0 && m.stretches[last].Closes == s.Opens {
			m.stretches[last].Closes = s.Closes
		} else {
			s.Before = before
			m.stretches = append(m.stretches, s)
		}
		before += length
		return true
	}, c.daysBetween(from, to))
	return m
}

// Stretches are what the meter consists of, in order.
func (m Meter) Stretches() []Stretch { return m.stretches }

// Elapsed is how many seconds of working time lie between two instants; 0 when to is not after from.
func (m Meter) Elapsed(from, to int64) int64 {
	if to <= from {
		return 0
	}
	return m.worked(to) - m.worked(from)
}

// worked is how much working time there was up to an instant.
func (m Meter) worked(at int64) int64 {
	i := sort.Search(len(m.stretches), func(i int) bool { return m.stretches[i].Opens > at }) - 1
	if i < 0 {
		return 0
	}
	s := m.stretches[i]
	return s.Before + min(at, s.Closes) - s.Opens
}

// State tells whether working time runs at an instant, and until when that stays so; false when it stays so to the end.
func (m Meter) State(at int64) (runs bool, until int64, changes bool) {
	i := sort.Search(len(m.stretches), func(i int) bool { return m.stretches[i].Closes > at })
	if i == len(m.stretches) {
		return false, 0, false
	}
	if s := m.stretches[i]; s.Opens > at {
		return false, s.Opens, true
	}
	return true, m.stretches[i].Closes, true
}
