package officesim

import (
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
)

// logged is a line of the host's log about a field.
type logged struct {
	ID      []byte `db:"op_id"`
	Entity  string `db:"entity"`
	Row     string `db:"row_id"`
	Field   string `db:"field"`
	Value   string `db:"value"`
	HLC     int64  `db:"hlc"`
	Outcome int    `db:"outcome"`
	Dropped bool   `db:"dropped"`
}

// tolerance is how far apart in true time two edits must be for their order to be certain: two minutes that a claimed time
// may be ahead on each side.
const tolerance = 4 * time.Minute

// ordered is I3, that a field has the value of the greatest time that was accepted for it, and I9, that of two edits on
// machines whose clocks were right the later one stands. A computer whose file was brought back may claim a time twice: then
// the first to arrive stands.
func (s *sim) ordered() error {
	var lines []logged
	err := s.host.store.Read().NewQuery(`
		SELECT op_id, entity, row_id, field, CAST(coalesce(value, '') AS TEXT) AS value, value IS NULL AS dropped, hlc, outcome
		FROM op_log
		WHERE outcome IN (1, 2)
		AND field <> ''
		AND entity <> 'scope'
		ORDER BY entity, row_id, field, hlc, device_id, outcome DESC, n`).All(&lines)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	made := map[string]*edit{}
	for _, e := range s.ledger {
		for _, op := range e.ops {
			made[op.ID] = e
		}
	}
	for len(lines) > 0 {
		n := 1
		for n < len(lines) && lines[n].Entity == lines[0].Entity && lines[n].Row == lines[0].Row && lines[n].Field == lines[0].Field {
			n++
		}
		if err := s.orderedField(lines[:n], made); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// orderedField looks at the lines of one field, least time first.
func (s *sim) orderedField(lines []logged, made map[string]*edit) error {
	won := lines[len(lines)-1]
	var row struct {
		Value   string `db:"value"`
		Created int64  `db:"created_hlc"`
		Clock   int64  `db:"clock"`
	}
	err := s.host.store.Read().NewQuery(`
		SELECT json_quote(` + won.Field + `) AS value, created_hlc,
			coalesce((SELECT hlc FROM field_clock WHERE entity = {:entity} AND row_id = {:id} AND field = {:field}), 0) AS clock
		FROM ` + won.Entity + `
		WHERE id = {:id}`).Bind(dbx.Params{"id": won.Row, "entity": won.Entity, "field": won.Field}).One(&row)
	if errors.Is(err, sql.ErrNoRows) && s.old.rows[won.Row] {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read %s of %s: %w", won.Field, won.Entity, err)
	}
	what := fmt.Sprintf("%s.%s of %s", won.Entity, won.Field, won.Row)
	switch {
	case len(s.old.lines) > 0 && won.Outcome == 2 && won.HLC <= row.Clock: // the line that won was dropped
		return nil
	case won.Dropped && s.report.Dropped > 0:
		return nil
	case won.Outcome == 2 && won.HLC > row.Created:
		return violation("I3", "%s: the greatest time %d is superseded", what, won.HLC)
	case won.Outcome == 1 && !sameJSON(row.Value, won.Value):
		return violation("I3", "%s is %s, and the greatest time wrote %s", what, row.Value, won.Value)
	}
	if s.hostClock {
		return nil
	}
	id := func(l logged) string { return strings.ToUpper(hex.EncodeToString(l.ID)) }
	winner := made[id(won)]
	if winner == nil || !winner.sound {
		return nil
	}
	for _, l := range lines {
		if e := made[id(l)]; e != nil && e.sound && e.at.Sub(winner.at) > tolerance {
			return violation("I9", "%s: %s by %v stands, and %s was written %v later by %v", what, won.Value, winner.by.called(), l.Value, e.at.Sub(winner.at), e.by.called())
		}
	}
	return nil
}

// called is a member's name, also of the host, which is none.
func (m *member) called() string {
	if m == nil {
		return "the host"
	}
	return m.name
}
