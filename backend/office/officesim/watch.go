package officesim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// soon is a round trip whose answer tells what time it is.
const soon = 5 * time.Second

// listen returns a log that notices when a member begins again, and why.
func (s *sim) listen(m *member) logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	log.AddHook(ear{s, m})
	return log
}

// ear is a logrus.Hook.
type ear struct {
	s *sim
	m *member
}

// Levels implements logrus.Hook.
func (ear) Levels() []logrus.Level { return []logrus.Level{logrus.WarnLevel} }

// Fire implements logrus.Hook: a check sum that differs heals by itself, and hides what we are looking for.
func (e ear) Fire(entry *logrus.Entry) error {
	err, _ := entry.Data[logrus.ErrorKey].(error)
	var reset *store.ResetError
	if errors.As(err, &reset) && e.s.broken == nil {
		e.s.broken = violation("checksum", "the replica of %s differs: %v: %v", e.m.name, reset, e.s.explain(e.m))
	}
	return nil
}

// explain says in which rows a replica differs, also below removed prospects, where no screen shows it.
func (s *sim) explain(m *member) error {
	errs := []error{s.converged(m), s.confined(m)}
	for _, t := range tables {
		want, err := s.dump(s.host.store, t.name, "deleted = 0", "")
		if err != nil {
			return err
		}
		got, err := s.dump(m.store, t.name, "deleted = 0", "")
		if diff := differ(want, got); m.user.IsAdmin() && diff != "" || err != nil {
			errs = append(errs, err, violation("checksum", "%s:%s", t.name, diff))
		}
	}
	return errors.Join(errs...)
}

// follow is the host's Follow, and looks at what is about to be committed. It is I6: nothing of a seller's computer is
// written on what was not the seller's at that moment.
func (s *sim) follow(tx *store.Tx, op store.Op) error {
	a := tx.Author()
	if a.Scoped && a.Role == "seller" && s.broken == nil {
		owned, err := s.owned(tx, a.User, op)
		if err != nil {
			return err
		}
		if !owned {
			s.broken = violation("I6", "%s of %s %s was applied for %s (%s)", op.Field, op.Entity, op.Row, a.User, op.Reason)
		}
	}
	return store.Follow(office.Follow).And(crm.Follow)(tx, op)
}

// united names a contact and what it has become part of.
const united = `
	WITH RECURSIVE part (id) AS (
		SELECT {:row}
		UNION
		SELECT c.merged_into FROM part p JOIN contact c ON c.id = p.id WHERE c.merged_into <> '')
	`

// owned reports whether an op is about something that is the user's, without asking scope.
func (s *sim) owned(tx *store.Tx, user string, op store.Op) (bool, error) {
	var query string
	switch op.Entity {
	case "prospect":
		query = "SELECT id, owner_id FROM prospect WHERE id = {:row}"
	case "contact":
		query = united + "SELECT id, owner_id FROM prospect WHERE contact_id IN (SELECT id FROM part) ORDER BY owner_id <> {:user}"
	case "contact_phone", "contact_email":
		from := "(SELECT contact_id FROM " + op.Entity + " WHERE id = {:row})"
		query = strings.Replace(united, "{:row}", from, 1) + "SELECT id, owner_id FROM prospect WHERE contact_id IN (SELECT id FROM part) ORDER BY owner_id <> {:user}"
	case "activity", "event", "reminder", "submission", "prospect_tag", "contact_merge", "contact_distinct":
		query = "SELECT p.id, p.owner_id FROM prospect p JOIN " + op.Entity + " c ON c.prospect_id = p.id WHERE c.id = {:row}"
	case "template": // nobody's prospect, and one's own only by what the row says
		query = "SELECT id, owner_id FROM template WHERE id = {:row}"
	case "saved_view":
		query = "SELECT id, user_id AS owner_id FROM saved_view WHERE id = {:row}"
	case "notice":
		query = "SELECT id, user_id AS owner_id FROM notice WHERE id = {:row}"
	case "export":
		query = "SELECT id, user_id AS owner_id FROM export WHERE id = {:row}"
	default:
		return false, nil
	}
	var rows []struct {
		ID    string `db:"id"`
		Owner string `db:"owner_id"`
	}
	err := tx.Query().NewQuery(query).Bind(dbx.Params{"row": op.Row, "user": user}).All(&rows)
	if err != nil {
		return false, fmt.Errorf("look who owns: %w", err)
	}
	if len(rows) > 0 && rows[0].Owner == user {
		return true, nil
	}
	if op.Reason == office.ReasonLate {
		return len(rows) > 0 && op.Field == "" && s.granted[grant{user, rows[0].ID}], nil
	}
	// Taking a contact away, or back, comes before or after its prospect's turn.
	return op.Field == "deleted" && op.Entity[:3] == "con", nil
}

// bars is I10: who was revoked is told nothing but to wipe.
func (s *sim) bars(m *member, out []wire.Frame) error {
	if !m.gone {
		return nil
	}
	for _, f := range out {
		switch f.Type {
		case wire.TypePageChunk, wire.TypeAck, wire.TypeMembers, wire.TypeReply:
			return violation("I10", "the host answers %s, which was revoked, with a frame %d", m.name, f.Type)
		}
	}
	return nil
}

// newerField is how a newer program calls prospect.temperature.
const newerField = "warmth"

// age makes of a frame to the host what a newer program would send to an old one: a column that it does not know.
func (s *sim) age(f wire.Frame) {
	push, ok := f.Body.(*wire.Push)
	if !ok || s.host.deps.Schema == 0 {
		return
	}
	for i := range push.Txs {
		for j := range push.Txs[i].Ops {
			if op := &push.Txs[i].Ops[j]; op.Entity == "prospect" && op.Field == "temperature" {
				op.Field = newerField
			}
		}
	}
}

// watch looks at a replica after a frame has come in.
func (s *sim) watch(m *member, f wire.Frame) error {
	if f.Type == wire.TypePageChunk && s.now.Sub(m.link.since) < soon {
		m.sound = true
	}
	if f.Type == wire.TypeReset {
		s.report.Resets++
	}
	if m.wiped {
		return s.empty(m)
	}
	if f.Type != wire.TypePageChunk && f.Type != wire.TypeReset {
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
	if err := s.onward(m); err != nil {
		return err
	}
	return s.readsOwn(m)
}

// onward is I7: a row never goes back on a replica, unless all of it begins again.
func (s *sim) onward(m *member) error {
	r, err := m.store.Replica(s.ctx)
	if err != nil {
		return err
	}
	if r.Cursor == (store.Cursor{}) {
		clear(m.revs)
		return nil
	}
	var rows []struct {
		ID  string `db:"id"`
		Rev int64  `db:"rev"`
	}
	err = m.store.Read().NewQuery(`
		SELECT id, rev FROM prospect
		UNION ALL SELECT id, rev FROM contact
		UNION ALL SELECT id, rev FROM activity`).All(&rows)
	if err != nil {
		return fmt.Errorf("read revisions: %w", err)
	}
	for _, row := range rows {
		if was := m.revs[row.ID]; row.Rev > 0 && row.Rev < was {
			return violation("I7", "%s on %s goes from revision %d back to %d", row.ID, m.name, was, row.Rev)
		}
		m.revs[row.ID] = max(row.Rev, m.revs[row.ID])
	}
	return nil
}

// empty is I4 for who was revoked: nothing is left.
func (s *sim) empty(m *member) error {
	for _, t := range append(tables, table{name: "outbox"}, table{name: "base_row"}, table{name: "waiting_row"}, table{name: "prospect_card"}) {
		n, err := texts(m.store, "SELECT count(*) FROM "+t.name, nil)
		if err != nil {
			return err
		}
		if n[0] != "0" {
			return violation("I4", "%s was wiped and has %s rows of %s", m.name, n[0], t.name)
		}
	}
	return nil
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
		WHERE state IN (0, 4)
		AND forgotten = 0
		AND field <> ''
		AND entity IN ('prospect', 'contact')
		AND n = (
			SELECT max(n)
			FROM outbox l
			WHERE l.entity = o.entity
			AND l.row_id = o.row_id
			AND l.field = o.field
			AND l.state IN (0, 4))`).All(&pending)
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
