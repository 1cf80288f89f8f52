package officesim

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
)

// table is a table whose rows the host and a replica share. own selects those of a user by the host's own SQL, live those
// that a replica shows.
type table struct{ name, own string }

const (
	ownProspects = "(SELECT id FROM prospect WHERE owner_id = {:user} AND deleted = 0)"
	ownContacts  = "(SELECT contact_id FROM prospect WHERE owner_id = {:user} AND deleted = 0)"
)

var tables = []table{
	{"office", ""},
	{"user", ""},
	{"stage", ""},
	{"discard_reason", ""},
	{"tag", ""},
	{"saved_view", ""},
	{"export", ""},
	{"prospect_tag", "prospect_id IN " + ownProspects},
	{"template", ""},
	{"seller_group", ""},
	{"seller_group_member", ""},
	{"turn_rule", ""},
	{"absence", ""},
	{"holiday", ""},
	{"notice", "(user_id = {:user} OR {:user} IN (SELECT id FROM user WHERE role = 'admin'))"},
	{"prospect", "id IN " + ownProspects},
	{"contact", "id IN " + ownContacts},
	{"contact_phone", "contact_id IN " + ownContacts},
	{"contact_email", "contact_id IN " + ownContacts},
	{"submission", "prospect_id IN " + ownProspects},
	{"activity", "prospect_id IN " + ownProspects},
	{"reminder", "prospect_id IN " + ownProspects},
	{"event", "prospect_id IN " + ownProspects},
	{"contact_distinct", "prospect_id IN " + ownProspects},
	{"contact_merge", "prospect_id IN " + ownProspects},
}

// check looks at everything after the healing.
func (s *sim) check() error {
	for _, m := range s.living() {
		for _, look := range []func(*member) error{s.converged, s.confined, s.readsOwn, s.tallied} {
			if err := look(m); err != nil {
				return err
			}
		}
	}
	if err := tallied("the host", s.host.store); err != nil {
		return err
	}
	if err := s.settled(); err != nil {
		return err
	}
	if err := errors.Join(s.inTurn(), s.once(), s.granting(), s.united(), s.undone()); err != nil {
		return err
	}
	if err := errors.Join(s.ordered(), s.staged()); err != nil {
		return err
	}
	if err := s.barred(); err != nil {
		return err
	}
	return s.whole()
}

// barred is I10: who was revoked is wiped at the next contact, whatever was brought back from before.
func (s *sim) barred() error {
	for _, m := range s.members {
		if !m.gone {
			continue
		}
		if err := errors.Join(s.connect(m), s.drain(m)); err != nil {
			return err
		}
		if !m.wiped {
			return violation("I10", "%s was revoked and is not wiped at its next contact", m.name)
		}
		if err := s.empty(m); err != nil {
			return err
		}
	}
	return nil
}

// converged is I1: a replica is what the host's own SQL says the user holds, row by row.
func (s *sim) converged(m *member) error {
	for _, t := range tables {
		where := "deleted = 0"
		if t.own != "" && !m.user.IsAdmin() {
			where += " AND " + t.own
		}
		if t.own != "" && m.user.IsAdmin() {
			where += " AND " + alive(t)
		}
		want, err := s.dump(s.host.store, t.name, where, m.user.UserID)
		if err != nil {
			return err
		}
		where = "deleted = 0"
		if t.own != "" {
			where += " AND " + alive(t)
		}
		got, err := s.dump(m.store, t.name, where, m.user.UserID)
		if err != nil {
			return err
		}
		if diff := differ(want, got); diff != "" {
			return violation("I1", "%s of %s: %s", t.name, m.name, diff)
		}
		s.say("%s %s %s", m.name, t.name, strings.Join(got, "\n"))
	}
	left, err := texts(m.store, "SELECT entity || ' ' || row_id FROM base_row UNION ALL SELECT entity || ' ' || row_id FROM waiting_row", nil)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return violation("I1", "%s keeps rows for nothing: %v", m.name, left)
	}
	return s.listed(m)
}

// alive leaves out what hangs below a removed prospect: who was away then may never have heard of it.
func alive(t table) string {
	return strings.ReplaceAll(t.own, "owner_id = {:user} AND ", "")
}

// listed holds that the lists of a replica are the host's.
func (s *sim) listed(m *member) error {
	const query = `
		SELECT json_array(prospect_id, name, owner_id, temperature, status, last_activity_at)
		FROM prospect_card
		WHERE prospect_id IN (SELECT id FROM prospect WHERE deleted = 0 AND ({:user} = '' OR owner_id = {:user}))
		UNION ALL
		SELECT json_array(activity_id, prospect_id, owner_id, due, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at)
		FROM agenda
		WHERE prospect_id IN (SELECT id FROM prospect WHERE deleted = 0 AND ({:user} = '' OR owner_id = {:user}))
		ORDER BY 1`
	user := m.user.UserID
	if m.user.IsAdmin() {
		user = ""
	}
	want, err := texts(s.host.store, query, dbx.Params{"user": user})
	if err != nil {
		return err
	}
	got, err := texts(m.store, query, dbx.Params{"user": user})
	if err != nil {
		return err
	}
	if diff := differ(want, got); diff != "" {
		return violation("I1", "list of %s: %s", m.name, diff)
	}
	return nil
}

func (s *sim) dump(st *store.Store, table, where, user string) ([]string, error) {
	return texts(st, "SELECT "+s.plan.columns[table]+" FROM "+table+" WHERE "+where+" ORDER BY id", dbx.Params{"user": user})
}

func texts(st *store.Store, query string, p dbx.Params) ([]string, error) {
	var list []string
	if err := st.Read().NewQuery(query).Bind(p).Column(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	return list, nil
}

// differ names the first rows that are not on both sides.
func differ(want, got []string) string {
	has := map[string]int{}
	for _, w := range want {
		has[w]++
	}
	var b strings.Builder
	for _, g := range got {
		if has[g]--; has[g] < 0 && b.Len() < 600 {
			b.WriteString("\n member: " + g)
		}
	}
	for _, w := range want {
		if has[w] > 0 && b.Len() < 1200 {
			b.WriteString("\n   host: " + w)
		}
	}
	return b.String()
}

// confined is I4: nothing is on a seller's computer that is not the seller's.
func (s *sim) confined(m *member) error {
	if m.user.IsAdmin() {
		return nil
	}
	roots, err := texts(s.host.store, "SELECT root_id FROM scope WHERE user_id = {:user} AND active = 1", dbx.Params{"user": m.user.UserID})
	if err != nil {
		return err
	}
	mine := map[string]bool{}
	for _, r := range roots {
		mine[r] = true
	}
	held, err := texts(m.store, `
		SELECT id FROM prospect
		UNION SELECT prospect_id FROM activity
		UNION SELECT prospect_id FROM event
		UNION SELECT prospect_id FROM submission
		UNION SELECT prospect_id FROM reminder`, nil)
	if err != nil {
		return err
	}
	for _, id := range held {
		if !mine[id] {
			return violation("I4", "%s holds %s", m.name, id)
		}
	}
	stray, err := texts(m.store, `
		SELECT 'contact ' || id FROM contact WHERE id NOT IN (SELECT contact_id FROM prospect)
		UNION ALL SELECT 'contact_phone ' || id FROM contact_phone WHERE contact_id NOT IN (SELECT contact_id FROM prospect)
		UNION ALL SELECT 'contact_email ' || id FROM contact_email WHERE contact_id NOT IN (SELECT contact_id FROM prospect)
		UNION ALL SELECT 'activity ' || id FROM activity WHERE prospect_id NOT IN (SELECT id FROM prospect)
		UNION ALL SELECT 'event ' || id FROM event WHERE prospect_id NOT IN (SELECT id FROM prospect)
		UNION ALL SELECT 'submission ' || id FROM submission WHERE prospect_id NOT IN (SELECT id FROM prospect)
		UNION ALL SELECT 'reminder ' || id FROM reminder WHERE prospect_id NOT IN (SELECT id FROM prospect)`, nil)
	if err != nil {
		return err
	}
	if len(stray) > 0 {
		return violation("I4", "%s holds what is nobody's: %v", m.name, stray)
	}
	return nil
}

// granting is I4 on the host: nobody is granted what is somebody else's.
func (s *sim) granting() error {
	wrong, err := texts(s.host.store, `
		SELECT s.user_id || ' ' || p.id
		FROM scope s
		JOIN prospect p ON p.id = s.root_id
		WHERE s.active = 1
		AND p.owner_id <> s.user_id`, nil)
	if err == nil && len(wrong) > 0 {
		err = violation("I4", "users are granted what is not theirs: %v", wrong)
	}
	return err
}

// settled is I2: every op has one outcome, and its author's computer says the same.
func (s *sim) settled() error {
	for _, e := range s.ledger {
		if e.by == nil || e.by.gone || e.lost {
			continue
		}
		for _, op := range e.ops {
			if err := s.settledOp(e, op); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sim) settledOp(e *edit, op madeOp) error {
	there, err := texts(s.host.store, `
		SELECT iif(entity = {:entity} AND (row_id = {:row} OR row_id = 'malformed-' || length({:row})) AND field IN ({:field}, {:newer}), outcome, 'another op')
		FROM op_log
		WHERE op_id = {:id}`, dbx.Params{"id": bytesOf(op.ID), "entity": op.Entity, "row": op.Row, "field": op.Field, "newer": newerField})
	if err != nil {
		return err
	}
	here, err := texts(e.by.store, "SELECT state || iif(forgotten, ' forgotten', '') || iif(dismissed, ' dismissed', '') FROM outbox WHERE op_id = {:id}", dbx.Params{"id": bytesOf(op.ID)})
	if err != nil {
		return err
	}
	if state, ok := s.old.ops[op.ID]; ok && len(here) == 0 {
		here = []string{state}
		// A copy of the host's brings back what members keep, and no more. How it had settled the rest they do not hear again.
		if !s.rewound.Before(e.at) && (len(there) == 0 || there[0] != "another op") {
			return nil
		}
	}
	if len(here) == 0 {
		return violation("I2", "%s has lost its op %s on %s.%s %s", e.by.name, op.ID, op.Entity, op.Field, op.Row)
	}
	state, dismissed := strings.CutSuffix(here[0], " dismissed")
	if len(there) == 0 && dismissed && !s.rewound.Before(e.at) { // its author has put it away, so it is not sent again
		return nil
	}
	state, forgotten := strings.CutSuffix(state, " forgotten")
	if len(there) == 0 && forgotten { // its value went with the prospect, so a restored host cannot be told again
		return nil
	}
	if len(there) == 0 && s.old.lines[op.ID] && state != "0" && state != "4" {
		return nil
	}
	if len(there) != 1 || there[0] != state {
		return violation("I2", "op %s of %s on %s.%s %s: the host says %v, its author's computer %s", op.ID, e.by.name, op.Entity, op.Field, op.Row, there, here[0])
	}
	return nil
}

// inTurn is a part of I2: nothing that somebody has done is refused for want of a row that the same computer has made before,
// whatever the host was brought back from. A computer that was itself brought back may remember in another order. A row that
// came before, was removed, and is no longer kept since is missing to whoever comes half a year late, as it is to everybody.
func (s *sim) inTurn() error {
	for _, m := range s.members {
		if slices.ContainsFunc(s.ledger, func(e *edit) bool { return e.by == m && e.lost }) {
			continue
		}
		var early []struct {
			What   string `db:"what"`
			Row    string `db:"made"`
			Before bool   `db:"before"`
		}
		err := s.host.store.Read().NewQuery(`
			SELECT r.entity || ' ' || r.row_id || ' ' || r.field AS what, c.row_id AS made, c.n < r.n AS before
			FROM op_log r
			JOIN op_log c ON c.device_id = r.device_id
				AND c.row_id IN (r.row_id, json_extract(iif(r.field = '', CAST(coalesce(r.value, '{}') AS TEXT), '{}'), '$.prospect_id'))
				AND c.field = ''
				AND c.outcome = 1
			WHERE r.device_id = {:device}
			AND r.outcome = 3
			AND r.reason = 'no_row'`).Bind(dbx.Params{"device": m.key.DeviceID()}).All(&early)
		if err != nil {
			return fmt.Errorf("read what was refused: %w", err)
		}
		for _, op := range early {
			if !op.Before || !s.old.rows[op.Row] {
				return violation("I2", "an op of %s was refused for want of a row of its own: %s", m.name, op.What)
			}
		}
	}
	return nil
}

// once is I5: an activity is there once, on every computer that has it.
func (s *sim) once() error {
	stores := map[string]*store.Store{"the host": s.host.store}
	for _, m := range s.living() {
		stores[m.name] = m.store
	}
	for where, st := range stores {
		twice, err := texts(st, "SELECT body FROM activity WHERE body LIKE 'texto %' GROUP BY body HAVING count(*) > 1", nil)
		if err != nil {
			return err
		}
		if len(twice) > 0 {
			return violation("I5", "%s has more than one activity %v", where, twice)
		}
	}
	for _, e := range s.ledger {
		if e.body == "" || e.by == nil || e.by.gone || e.lost {
			continue
		}
		for _, op := range e.ops {
			if op.Entity != "activity" || op.Field != "" || s.old.rows[op.Row] {
				continue
			}
			n, err := texts(s.host.store, `
				SELECT (SELECT count(*) FROM activity WHERE id = {:row}) || ' ' || (SELECT outcome FROM op_log WHERE op_id = {:id})
				WHERE EXISTS (SELECT 1 FROM op_log WHERE op_id = {:id})`, dbx.Params{"row": op.Row, "id": bytesOf(op.ID)})
			if err != nil {
				return err
			}
			if len(n) == 1 && n[0] == "0 1" {
				return violation("I5", "the activity %s of %s was applied and is not there", op.Row, e.by.name)
			}
		}
	}
	return nil
}

// whole holds that SQLite finds nothing wrong with any file.
func (s *sim) whole() error {
	if err := s.host.store.Check(s.ctx); err != nil {
		return violation("integrity", "the host's file: %v", err)
	}
	for _, m := range s.members {
		if err := m.store.Check(s.ctx); err != nil {
			return violation("integrity", "the file of %s: %v", m.name, err)
		}
	}
	return nil
}
