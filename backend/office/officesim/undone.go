package officesim

import (
	"fmt"

	"sitegroup.mx/crm/store"
)

// undone is I12: an undo that was made on another computer has written over nothing but what it takes back. Who was away when
// somebody else changed the field hears of that, instead of winning by the later clock.
func (s *sim) undone() error {
	var over []string
	err := s.host.store.Read().NewQuery(`
		SELECT u.entity || '.' || u.field || ' of ' || u.row_id || ' from ' || CAST(u.before AS TEXT) || ' to ' || CAST(u.value AS TEXT)
		FROM commits c
		JOIN op_log u ON u.rev = c.rev AND u.outcome = 1 AND u.field NOT IN ('', 'deleted') AND u.value IS NOT NULL
		JOIN op_log t ON t.tx_id = c.undoes AND t.entity = u.entity AND t.row_id = u.row_id AND t.field = u.field AND t.value IS NOT NULL
		WHERE c.undoes IS NOT NULL
		AND c.device_id <> {:host}
		AND u.device_id = c.device_id
		AND u.before <> u.value
		AND u.entity <> {:scope} -- who may see a row follows from the row, and old grants are dropped
		AND (t.outcome <> 1 OR u.before <> t.value)
		AND u.n = ( -- what follows from the undo itself, as out of a stage that is no more, comes after it
			SELECT min(l.n)
			FROM op_log l
			WHERE l.rev = u.rev
			AND l.entity = u.entity
			AND l.row_id = u.row_id
			AND l.field = u.field
			AND l.outcome = 1)
		AND t.n = (
			SELECT max(l.n)
			FROM op_log l
			WHERE l.tx_id = t.tx_id
			AND l.entity = t.entity
			AND l.row_id = t.row_id
			AND l.field = t.field)`).Bind(map[string]any{"host": s.plan.key.DeviceID(), "scope": store.EntityScope}).Column(&over)
	if err != nil {
		return fmt.Errorf("read what was undone: %w", err)
	}
	if len(over) > 0 {
		return violation("I12", "an undo has written over somebody else's change: %v", over)
	}
	return nil
}
