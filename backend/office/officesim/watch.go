package officesim

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
)

// follow is the host's Follow, and looks at what is about to be committed.
func (s *sim) follow(tx *store.Tx, op store.Op) error {
	return office.Follow(tx, op)
}

// watch looks at a replica after a frame has come in.
func (s *sim) watch(m *member) error {
	if m.store == nil {
		return nil
	}
	if !m.user.IsAdmin() {
		held, err := texts(m.store, "SELECT id FROM prospect WHERE rev > 0", nil)
		if err != nil {
			return err
		}
		for _, id := range held {
			if !s.granted[grant{m.user.UserID, id}] {
				return violation("I4", "%s holds %s, which was never its user's", m.name, id)
			}
		}
	}
	return s.readsOwn(m)
}

// readsOwn is I8: what somebody has written is what they see until it is settled.
func (s *sim) readsOwn(m *member) error {
	var pending []struct {
		Entity string `db:"entity"`
		Row    string `db:"row_id"`
		Field  string `db:"field"`
		Value  string `db:"value"`
	}
	err := m.store.Read().NewQuery(`
		SELECT entity, row_id, field, CAST(value AS TEXT) AS value
		FROM outbox o
		WHERE state = 0
		AND forgotten = 0
		AND field <> ''
		AND entity IN ('prospect', 'contact')
		AND n = (
			SELECT max(n)
			FROM outbox l
			WHERE l.entity = o.entity
			AND l.row_id = o.row_id
			AND l.field = o.field
			AND l.state = 0)`).All(&pending)
	if err != nil {
		return fmt.Errorf("read what is pending: %w", err)
	}
	for _, p := range pending {
		shown, err := texts(m.store, "SELECT json_quote("+p.Field+") FROM "+p.Entity+" WHERE id = {:id}", dbx.Params{"id": p.Row})
		if err != nil {
			return err
		}
		if len(shown) == 1 && !sameJSON(shown[0], p.Value) {
			return violation("I8", "%s has written %s as %s.%s of %s and sees %s", m.name, p.Value, p.Entity, p.Field, p.Row, shown[0])
		}
	}
	return nil
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && x == y
}
