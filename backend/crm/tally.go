package crm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// The tables tally_* hold how many cards there are of each kind, day by day of the office's. Triggers keep them; see
// store/migrations/0018_tally_prospects.sql and, for how many people there are, 0027_total_contacts.sql. What SQLite cannot know is the office's zone: CountAnew writes it down, and
// counts everything anew when it is another than the one counted in.

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

const countedZone = `SELECT coalesce((SELECT zone FROM day_zone_counted), '')`

// tallies are the tables of counts and the views that say what each card counts for.
var tallies = []struct{ table, source, columns string }{
	{"tally_open", "open_of_card", "owner_id, stage_id, attended, planned"},
	{"tally_lead", "lead_of_card", "owner_id, day, source, campaign_id, form_id, status, attended"},
	{"tally_attended", "attended_of_card", "owner_id, day"},
	{"tally_ended", "ended_of_card", "owner_id, day, status, reason_id"},
	{"tally_answer", "answer_of_card", "owner_id, day, clock, upto"},
	{"tally_contact", "contact_of_card", "owner_id"},
}

// CountAnew counts all prospects for the dashboard where the days of the office have changed since they were counted: in a
// new office, in a file of an older version, on a computer that has learnt its office's zone. Otherwise it does nothing.
// With a million prospects it takes some seconds, so the program calls it when an office is opened.
func (s *Service) CountAnew(ctx context.Context) error {
	zone, err := s.zone(ctx)
	if err != nil {
		return err
	}
	shifts := zoneShifts(zone)
	mark := zoneMark(zone, shifts)
	var counted string
	if err := s.store.Read().NewQuery(countedZone).WithContext(ctx).Row(&counted); err != nil {
		return fmt.Errorf("read the zone that was counted in: %w", err)
	}
	if counted == mark {
		return nil
	}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := tx.Query().NewQuery(countedZone).Row(&counted); err != nil || counted == mark {
			return err
		}
		return countAnew(tx, mark, shifts)
	})
	if err != nil {
		return fmt.Errorf("count prospects anew: %w", err)
	}
	return nil
}

func countAnew(tx *store.Tx, mark string, shifts []zoneShift) error {
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
		recount := "INSERT INTO " + t.table + " (" + t.columns + ", n) SELECT " + t.columns + ", count(*) FROM " + t.source + " GROUP BY " + t.columns
		if _, err := tx.Exec(recount, nil); err != nil {
			return err
		}
	}
	_, err := tx.Exec("INSERT INTO day_zone_counted (one, zone) VALUES (1, {:zone}) ON CONFLICT DO UPDATE SET zone = excluded.zone", dbx.Params{"zone": mark})
	return err
}

// MiscountedTallies counts every prospect anew and returns what the tallies say otherwise, for the checks of offices that
// have been through anything. It writes nothing.
func MiscountedTallies(ctx context.Context, q dbx.Builder) ([]string, error) {
	var all []string
	for _, t := range tallies {
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
