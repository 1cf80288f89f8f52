package crm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// The tables tally_* hold how many cards there are of each kind, day by day of the office's. Triggers keep them; see
// store/migrations/0018_tally_prospects.sql. What SQLite cannot know is the office's zone: CountAnew writes it down, and counts
// everything anew when it is another than the one counted in.

// zoneShift is how far a zone is from UTC since an instant.
type zoneShift struct{ since, shift string }

// The years whose changes of the clock are written down. Days before and after follow the nearest of them.
const (
	firstZoneYear = 2000
	lastZoneYear  = 2060
)

// zoneShifts lists every change of a zone's distance from UTC.
func zoneShifts(zone *time.Location) []zoneShift {
	at := time.Date(firstZoneYear, 1, 1, 0, 0, 0, 0, time.UTC).In(zone)
	end := time.Date(lastZoneYear, 1, 1, 0, 0, 0, 0, time.UTC)
	shifts := []zoneShift{{"", shiftAt(at)}}
	for at.Before(end) {
		_, next := at.ZoneBounds()
		if next.IsZero() {
			break
		}
		if !next.After(at) { // what follows from a rule is cut at the end of the 365th day, also in a year that has one more
			next = at.Add(24 * time.Hour)
		}
		at = next
		if shift := shiftAt(at); shift != shifts[len(shifts)-1].shift {
			shifts = append(shifts, zoneShift{clock.Format(at), shift})
		}
	}
	return shifts
}

// shiftAt is the modifier that makes a local time of an instant in SQLite.
func shiftAt(at time.Time) string {
	_, seconds := at.Zone()
	return fmt.Sprintf("%+d seconds", seconds)
}

// zoneMark names a zone and what is known of it: rules change with the program's version.
func zoneMark(zone *time.Location, shifts []zoneShift) string {
	sum := sha256.New()
	for _, s := range shifts {
		fmt.Fprintln(sum, s.since, s.shift)
	}
	return zone.String() + " " + hex.EncodeToString(sum.Sum(nil)[:8])
}

// allCounted is the last card that is counted when every one is.
const allCounted = math.MaxInt64

// How many cards a step counts. It begins with few and grows or shrinks until a step takes about as long as stepTime, until it is
// durable: for so long everybody else waits.
const (
	firstStep = 500
	leastStep = 100
	mostStep  = 10_000
	stepTime  = 80 * time.Millisecond
)

// tally is a table of counts, and the view that says what is counted in it.
type tally struct{ table, source, columns string }

// tallies count cards, each by itself.
var tallies = []tally{
	{"tally_open", "open_of_card", "owner_id, stage_id, attended, planned"},
	{"tally_lead", "lead_of_card", "owner_id, day, source, campaign_id, form_id, status, attended"},
	{"tally_attended", "attended_of_card", "owner_id, day"},
	{"tally_ended", "ended_of_card", "owner_id, day, status, reason_id"},
	{"tally_answer", "answer_of_card", "owner_id, day, clock, upto"},
}

// contactTally counts people, whatever the zone; its triggers alone keep it (store/migrations/0027_total_contacts.sql).
var contactTally = tally{"tally_contact", "contact_of_card", "owner_id"}

// CountAnew counts all prospects for the dashboard where the days of the office have changed since they were counted: in a
// new office, in a file of an older version, on a computer that has learnt its office's zone. Otherwise it does nothing.
// With a million prospects it takes some twenty seconds, in steps between which others write; the dashboard waits for it. Who calls it while
// somebody else does, or after a program that ended half way, goes on where the counts are.
func (s *Service) CountAnew(ctx context.Context) error {
	for step, done := firstStep, false; !done; {
		zone, err := s.zone(ctx)
		if err != nil {
			return err
		}
		shifts := zoneShifts(zone)
		mark := zoneMark(zone, shifts)
		if done, err = isCounted(s.store.Read(), mark); err != nil || done {
			return err
		}
		begun := s.clock.Now()
		_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
			done, err = countOn(tx, mark, shifts, step)
			return err
		})
		if err != nil {
			return fmt.Errorf("count prospects anew: %w", err)
		}
		step = nextStep(step, s.clock.Now().Sub(begun))
	}
	return nil
}

func nextStep(step int, took time.Duration) int {
	switch {
	case took > stepTime:
		return max(step/2, leastStep)
	case took < stepTime/2:
		return min(step*2, mostStep)
	}
	return step
}

// countState is in which zone cards are counted, and up to which.
type countState struct {
	Zone string `db:"zone"`
	Upto int64  `db:"upto"`
}

func readCount(q dbx.Builder) (p countState, err error) {
	if err := q.NewQuery("SELECT zone, upto FROM day_zone_counted").One(&p); err != nil {
		return p, fmt.Errorf("read what is counted: %w", err)
	}
	return p, nil
}

// isCounted reports whether every card is counted in a zone.
func isCounted(q dbx.Builder, mark string) (bool, error) {
	p, err := readCount(q)
	return p == countState{mark, allCounted}, err
}

// countOn does the next step: it begins anew, or counts the next few cards. done says that none is left.
func countOn(tx *store.Tx, mark string, shifts []zoneShift, most int) (done bool, err error) {
	p, err := readCount(tx.Query())
	switch {
	case err != nil:
		return false, err
	case p == countState{mark, allCounted}:
		return true, nil
	case p.Zone != mark:
		return false, beginCount(tx, mark, shifts)
	}
	var last *int64
	err = tx.Query().NewQuery(`
		SELECT max(n)
		FROM (SELECT n FROM prospect_card WHERE n > {:after} ORDER BY n LIMIT {:most})`).
		Bind(dbx.Params{"after": p.Upto, "most": most}).Row(&last)
	if err != nil {
		return false, err
	}
	if last == nil {
		return true, setCounted(tx, mark, allCounted)
	}
	for _, t := range tallies {
		add := "INSERT INTO " + t.table + " (" + t.columns + ", n) " + t.counted() + " ON CONFLICT DO UPDATE SET n = n + excluded.n"
		if _, err := tx.Exec(add, dbx.Params{"after": p.Upto, "last": *last}); err != nil {
			return false, err
		}
	}
	return false, setCounted(tx, mark, *last)
}

// counted counts the cards of a step.
func (t tally) counted() string {
	return "SELECT " + t.columns + ", count(*) FROM " + t.source + " WHERE card > {:after} AND card <= {:last} GROUP BY " + t.columns
}

// beginCount forgets every count and writes a zone down.
func beginCount(tx *store.Tx, mark string, shifts []zoneShift) error {
	if _, err := tx.Exec("DELETE FROM day_zone", nil); err != nil {
		return err
	}
	for _, z := range shifts {
		if _, err := tx.Exec("INSERT INTO day_zone (since, shift) VALUES ({:since}, {:shift})", dbx.Params{"since": z.since, "shift": z.shift}); err != nil {
			return err
		}
	}
	for _, t := range tallies {
		if _, err := tx.Exec("DELETE FROM "+t.table, nil); err != nil {
			return err
		}
	}
	return setCounted(tx, mark, 0)
}

func setCounted(tx *store.Tx, mark string, upto int64) error {
	_, err := tx.Exec("UPDATE day_zone_counted SET zone = {:zone}, upto = {:upto}", dbx.Params{"zone": mark, "upto": upto})
	return err
}

// MiscountedTallies counts every prospect anew and returns what the tallies say otherwise, for the checks of offices that
// have been through anything. It writes nothing.
func MiscountedTallies(ctx context.Context, q dbx.Builder) ([]string, error) {
	var all []string
	for _, t := range append(tallies[:len(tallies):len(tallies)], contactTally) {
		var rows []string
		query := strings.NewReplacer("{table}", t.table, "{source}", t.source, "{columns}", t.columns).Replace(`
			SELECT '{table} holds ' || json_array({columns}, n) AS row
			FROM (SELECT {columns}, n FROM {table} EXCEPT SELECT {columns}, count(*) FROM {source} GROUP BY {columns})
			UNION ALL
			SELECT '{table} lacks ' || json_array({columns}, n)
			FROM (SELECT {columns}, count(*) AS n FROM {source} GROUP BY {columns} EXCEPT SELECT {columns}, n FROM {table})`)
		if err := q.NewQuery(query).WithContext(ctx).Column(&rows); err != nil {
			return nil, fmt.Errorf("count for %s: %w", t.table, err)
		}
		all = append(all, rows...)
	}
	return all, nil
}
