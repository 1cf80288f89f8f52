package crm

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// The response clock of office hours runs while the office works: by its own hours and holidays, whoever has the prospect. An
// office that has not said when it works works day and night, as turns have it, and then this clock is the calendar's.
//
// It is measured by the hours that are set now, for the past too (docs/decisions/0008): nothing of it is kept with prospects. For
// the conditions of lists, which SQLite looks at, the hours are written out into office_stretch.

// The years that the office's hours are written out for. Meta's lead forms are of 2015; afterwards the clock stands still.
const (
	firstOfficeYear = 2015
	lastOfficeYear  = 2050
)

// officeClock is the office's working time, written out.
type officeClock struct {
	meter clock.Meter
	mark  string
}

// officeClock writes the office's hours out, once for what is set.
func (t *turnSetup) officeClock() *officeClock {
	t.written.Do(func() {
		first, last := time.Date(firstOfficeYear, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(lastOfficeYear, 1, 1, 0, 0, 0, 0, time.UTC)
		t.hours.meter = t.calendar("").Meter(first, last)
		sum := sha256.New()
		for _, s := range t.hours.meter.Stretches() {
			var b [16]byte
			binary.BigEndian.PutUint64(b[:8], uint64(s.Opens))
			binary.BigEndian.PutUint64(b[8:], uint64(s.Closes))
			sum.Write(b[:])
		}
		t.hours.mark = hex.EncodeToString(sum.Sum(nil)[:16])
	})
	return &t.hours
}

// worked is the SQL of the working time up to the instant that an expression gives in seconds since 1970.
func worked(seconds string) string {
	return `coalesce((
		SELECT w.before + min(` + seconds + `, w.closes) - w.opens
		FROM office_stretch w
		WHERE w.opens <= ` + seconds + `
		ORDER BY w.opens DESC
		LIMIT 1), 0)`
}

const keptHours = "SELECT coalesce((SELECT mark FROM office_stretch_mark), '')"

// keepHours writes the office's hours out for SQL where they have changed since; otherwise it does nothing.
func (s *Service) keepHours(ctx context.Context) error {
	var kept, mark string
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		t, err := s.setup(q)
		if err != nil {
			return err
		}
		mark = t.officeClock().mark
		return q.NewQuery(keptHours).WithContext(ctx).Row(&kept)
	})
	if err != nil {
		return fmt.Errorf("read the hours that are written out: %w", err)
	}
	if kept == mark {
		return nil
	}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		t, err := s.setup(tx.Query())
		if err != nil {
			return err
		}
		return t.officeClock().keep(tx)
	})
	if err != nil {
		return fmt.Errorf("write the office's hours out: %w", err)
	}
	return nil
}

func (c *officeClock) keep(tx *store.Tx) error {
	rows := make([][3]int64, len(c.meter.Stretches()))
	for i, s := range c.meter.Stretches() {
		rows[i] = [3]int64{s.Opens, s.Closes, s.Before}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM office_stretch",
		"INSERT INTO office_stretch (opens, closes, before) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each({:list})",
		"INSERT INTO office_stretch_mark (one, mark) VALUES (1, {:mark}) ON CONFLICT DO UPDATE SET mark = excluded.mark",
	} {
		if _, err := tx.Exec(statement, dbx.Params{"list": string(list), "mark": c.mark}); err != nil {
			return err
		}
	}
	return nil
}
