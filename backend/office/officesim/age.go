package officesim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
)

const day = 24 * time.Hour

// ages are just beyond what an office keeps: settled ops on a member, what was removed, and lines of the log.
var ages = []time.Duration{46 * day, 46 * day, 91 * day, 181 * day, 181 * day, 731 * day, 821 * day}

// growOld lets a long time pass, in which some computers are on and drop what has been kept long enough, and others are away.
func (s *sim) growOld() error {
	d := pick(s, ages)
	s.say("%v days pass", int(d/day))
	s.advance(d)
	if err := s.purgeHost(); err != nil {
		return err
	}
	for _, m := range s.living() {
		switch s.rng.IntN(3) {
		case 0: // it was on all the time
			if err := s.purgeMember(m); err != nil {
				return err
			}
		case 1: // it was off, and connects before it comes to that
			s.cut(m)
			if err := s.connect(m); err != nil {
				return err
			}
			if err := s.drain(m); err != nil {
				return err
			}
			if err := s.purgeMember(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// purgeHost drops what the host has kept long enough, and holds that it was nothing that a screen shows.
func (s *sim) purgeHost() error {
	lines, err := s.stored(s.host.store, "SELECT hex(op_id) FROM op_log")
	if err != nil {
		return err
	}
	rows, err := s.stored(s.host.store, allRows())
	if err != nil {
		return err
	}
	if err := s.purge(s.host.store, "the host"); err != nil {
		return err
	}
	linesAfter, err := s.stored(s.host.store, "SELECT hex(op_id) FROM op_log")
	if err != nil {
		return err
	}
	rowsAfter, err := s.stored(s.host.store, allRows())
	if err != nil {
		return err
	}
	for id := range lines {
		if !linesAfter[id] {
			s.old.lines[id] = true
		}
	}
	for id := range rows {
		if !rowsAfter[id] {
			s.old.rows[id] = true
		}
	}
	return nil
}

// purgeMember has a member's user put away some of what was not accepted and drops what is settled long enough. It is I2:
// what is not settled stays, and so does what its author has not been told.
func (s *sim) purgeMember(m *member) error {
	if m.wiped {
		return nil
	}
	if s.chance(2) {
		list, err := m.store.Unaccepted(s.ctx, m.user.UserID)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			if err := m.store.Dismiss(s.ctx, []string{pick(s, list).OpID}); err != nil {
				return err
			}
		}
	}
	const query = "SELECT hex(op_id) || ' ' || state || iif(dismissed, ' dismissed', iif(reason = 'same', ' same', '')) FROM outbox ORDER BY n"
	before, err := texts(m.store, query, nil)
	if err != nil {
		return err
	}
	if err := s.purge(m.store, m.name); err != nil {
		return err
	}
	after, err := texts(m.store, query, nil)
	if err != nil {
		return err
	}
	for _, line := range before {
		if slices.Contains(after, line) {
			continue
		}
		var id, state, settled string // dismissed, or of no interest to anybody
		_, _ = fmt.Sscan(line, &id, &state, &settled)
		if state != "1" && settled == "" {
			return violation("I2", "%s has dropped op %s, which its author was not told of", m.name, line)
		}
		s.old.ops[id] = state
	}
	return nil
}

// purge drops what a computer has kept long enough, and holds that its screens show what they showed.
func (s *sim) purge(st *store.Store, name string) error {
	before, err := s.shown(st)
	if err != nil {
		return err
	}
	r, err := st.PurgeLog(s.ctx, store.DefaultPurge)
	s.say("%s drops what is old: %+v", name, r)
	s.report.Dropped += r.Values + r.Lines + r.Rows + r.Grants
	if err != nil {
		return err
	}
	after, err := s.shown(st)
	if err != nil {
		return err
	}
	if diff := differ(before, after); diff != "" {
		return violation("purge", "%s shows something else after it has dropped what is old:%s", name, diff)
	}
	return nil
}

// shown are the rows that screens show.
func (s *sim) shown(st *store.Store) ([]string, error) {
	var all []string
	for _, t := range tables {
		where := "deleted = 0"
		if t.own != "" {
			where += " AND " + alive(t)
		}
		rows, err := s.dump(st, t.name, where, "")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			all = append(all, t.name+" "+row)
		}
	}
	return all, nil
}

// stored is a set of texts.
func (s *sim) stored(st *store.Store, query string) (map[string]bool, error) {
	list, err := texts(st, query, dbx.Params{})
	if err != nil {
		return nil, err
	}
	set := make(map[string]bool, len(list))
	for _, text := range list {
		set[text] = true
	}
	return set, nil
}

// allRows names every row that computers share, the removed ones too.
func allRows() string {
	queries := make([]string, len(tables))
	for i, t := range tables {
		queries[i] = "SELECT id FROM " + t.name
	}
	return strings.Join(queries, " UNION ALL ")
}

// old is what was dropped because it was old.
type old struct {
	lines map[string]bool   // of the host's log, by the op's id
	rows  map[string]bool   // of the host that had been removed
	ops   map[string]string // of members' outboxes, with how they were settled
}

func newOld() old { return old{map[string]bool{}, map[string]bool{}, map[string]string{}} }
