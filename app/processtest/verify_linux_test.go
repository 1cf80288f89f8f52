package processtest

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sitegroup.mx/crm/build/field"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"
)

// file is a computer's, opened after its program has ended.
type file struct {
	field.File
	c *computer
}

func open(ctx context.Context, c *computer) (file, error) {
	f, err := c.Open(ctx)
	return file{f, c}, err
}

// lists are the values v of a query by their k.
func (f file) lists(query string) (map[string][]string, error) {
	var rows []struct {
		K string `db:"k"`
		V string `db:"v"`
	}
	if err := f.Store.Read().NewQuery(query).All(&rows); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", f.c.Name, query, err)
	}
	lists := map[string][]string{}
	for _, r := range rows {
		lists[r.K] = append(lists[r.K], r.V)
	}
	return lists, nil
}

// verify looks at everything, with all programs ended. shown is what the programs showed before.
func (o *office) verify(ctx context.Context, shown map[*computer]map[string]bool) (err error) {
	host, err := open(ctx, o.host)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, host.Store.Close()) }()
	if host.Member {
		return errors.New("the host is a member")
	}
	files := []file{host}
	for _, m := range o.members {
		f, err := open(ctx, m)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Store.Close()) }()
		files = append(files, f)
	}
	var broken []error
	for _, f := range files {
		broken = append(broken, whole(f), twice(f))
		if f.c != o.host {
			broken = append(broken, converged(host, f), confined(host, f), oneHost(host, f))
		}
	}
	broken = append(broken, o.nothingLost(files, shown), inOrder(host), withinRights(host), honest(host), o.calm())
	return errors.Join(broken...)
}

// whole: SQLite finds nothing wrong with a file.
func whole(f file) error {
	got, err := f.Texts("PRAGMA integrity_check", nil)
	if err == nil && (len(got) != 1 || got[0] != "ok") {
		err = fmt.Errorf("%s: integrity_check says %v", f.c.Name, got)
	}
	return err
}

// twice is I5: an activity is there once.
func twice(f file) error {
	got, err := f.Texts("SELECT body FROM activity WHERE body LIKE 'texto %' GROUP BY body HAVING count(*) > 1", nil)
	if err == nil && len(got) > 0 {
		err = fmt.Errorf("I5: %s has more than one activity %v", f.c.Name, got)
	}
	return err
}

const (
	ownProspects = "(SELECT id FROM prospect WHERE ({:user} = '' OR owner_id = {:user}) AND deleted = 0)"
	ownContacts  = "(SELECT contact_id FROM prospect WHERE ({:user} = '' OR owner_id = {:user}) AND deleted = 0)"
)

// replicated are the tables that host and members share, and the host's own SQL of what a user holds of each.
var replicated = []struct{ name, own string }{
	{"office", ""},
	{"user", ""},
	{"stage", ""},
	{"discard_reason", ""},
	{"seller_group", ""},
	{"seller_group_member", ""},
	{"turn_rule", ""},
	{"absence", ""},
	{"holiday", ""},
	{"notice", "({:user} = '' OR user_id = {:user})"},
	{"prospect", "id IN " + ownProspects},
	{"contact", "id IN " + ownContacts},
	{"contact_phone", "contact_id IN " + ownContacts},
	{"contact_email", "contact_id IN " + ownContacts},
	{"submission", "prospect_id IN " + ownProspects},
	{"activity", "prospect_id IN " + ownProspects},
	{"reminder", "prospect_id IN " + ownProspects},
	{"event", "prospect_id IN " + ownProspects},
}

// converged is I1: a replica is, row by row, what the host's own SQL says that its user may see.
func converged(host, m file) error {
	user := m.c.UserID
	if m.c.admin {
		user = ""
	}
	for _, t := range replicated {
		columns, err := host.Texts("SELECT 'json_array(' || group_concat(name) || ')' FROM pragma_table_info('"+t.name+"') WHERE name NOT IN ('n', 'created_hlc')", nil)
		if err != nil {
			return err
		}
		query := "SELECT " + columns[0] + " FROM " + t.name + " WHERE deleted = 0"
		mine := query
		if t.own != "" {
			query += " AND " + t.own
			mine += " AND " + strings.ReplaceAll(t.own, "({:user} = '' OR owner_id = {:user}) AND ", "")
		}
		if err := same("I1", t.name, host, m, query, mine, dbx.Params{"user": user}); err != nil {
			return err
		}
	}
	const lists = `
		SELECT json_array(prospect_id, name, owner_id, temperature, status, is_open, next_at, last_activity_at, phone)
		FROM prospect_card k
		WHERE prospect_id IN `
	if err := same("I1", "lists", host, m, lists+ownProspects, lists+"(SELECT id FROM prospect WHERE deleted = 0)", dbx.Params{"user": user}); err != nil {
		return err
	}
	left, err := m.Texts("SELECT entity || ' ' || row_id FROM base_row UNION ALL SELECT entity || ' ' || row_id FROM waiting_row", nil)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("I1: %s keeps rows for nothing: %v", m.c.Name, left)
	}
	return err
}

// same compares what a query says of the host with what another one says of a member.
func same(rule, what string, host, m file, there, here string, p dbx.Params) error {
	want, err := host.Texts(there, p)
	if err != nil {
		return err
	}
	got, err := m.Texts(here, p)
	if err != nil {
		return err
	}
	has := map[string]int{}
	for _, w := range want {
		has[w]++
	}
	var b strings.Builder
	for _, g := range got {
		if has[g]--; has[g] < 0 && b.Len() < 1000 {
			b.WriteString("\n member: " + g)
		}
	}
	for _, w := range want {
		if has[w] > 0 && b.Len() < 2000 {
			b.WriteString("\n   host: " + w)
		}
	}
	if b.Len() > 0 {
		return fmt.Errorf("%s: %s of %s: host %d, member %d%s", rule, what, m.c.Name, len(want), len(got), b.String())
	}
	return nil
}

// confined is I4: nothing is on a seller's computer that is not the seller's, not even in what was settled.
func confined(host, m file) error {
	if m.c.admin {
		return nil
	}
	roots, err := host.Texts("SELECT root_id FROM scope WHERE user_id = {:user} AND active = 1", dbx.Params{"user": m.c.UserID})
	if err != nil {
		return err
	}
	mine := map[string]bool{}
	for _, r := range roots {
		mine[r] = true
	}
	held, err := m.Texts(`
		SELECT id FROM prospect
		UNION SELECT prospect_id FROM activity
		UNION SELECT prospect_id FROM event
		UNION SELECT prospect_id FROM submission
		UNION SELECT prospect_id FROM reminder
		UNION SELECT prospect_id FROM prospect_card`, nil)
	if err != nil {
		return err
	}
	for _, id := range held {
		if !mine[id] {
			return fmt.Errorf("I4: %s holds prospect %s", m.c.Name, id)
		}
	}
	stray, err := m.Texts(`
		SELECT 'prospect of somebody else ' || id FROM prospect WHERE owner_id <> {:user}
		UNION ALL SELECT 'contact ' || id FROM contact WHERE id NOT IN (SELECT contact_id FROM prospect)
		UNION ALL SELECT 'contact_phone ' || id FROM contact_phone WHERE contact_id NOT IN (SELECT contact_id FROM prospect)
		UNION ALL SELECT 'contact_email ' || id FROM contact_email WHERE contact_id NOT IN (SELECT contact_id FROM prospect)
		UNION ALL SELECT 'value of op ' || hex(op_id) FROM outbox WHERE forgotten = 1 AND (value IS NOT NULL OR before IS NOT NULL)
		UNION ALL SELECT 'words ' || rowid FROM prospect_search WHERE rowid NOT IN (SELECT n FROM prospect)`, dbx.Params{"user": m.c.UserID})
	if err == nil && len(stray) > 0 {
		err = fmt.Errorf("I4: %s holds what is nobody's: %v", m.c.Name, stray)
	}
	return err
}

// oneHost: a member is one, and knows the one host.
func oneHost(host, m file) error {
	if !m.Member {
		return fmt.Errorf("%s has become a second host", m.c.Name)
	}
	const certificate = "SELECT v FROM store_state WHERE k = 'office.certificate'"
	return same("one host", "certificate", host, m, certificate, certificate, nil)
}

// nothingLost is I2, and the other half of I5: what was acknowledged is settled, its author's computer says the same as the
// host and shows what was not taken, and an activity that was taken is there.
func (o *office) nothingLost(files []file, shown map[*computer]map[string]bool) error {
	const ops = `
		SELECT hex(tx_id) AS k, hex(op_id) || ' ' || %[2]s || ' ' || iif(%[2]s = 3, reason, '-') || ' ' || entity || '.' || field || ' ' || row_id AS v
		FROM %[1]s
		WHERE entity <> 'scope'
		ORDER BY op_id`
	there, err := files[0].lists(fmt.Sprintf(ops, "op_log", "outcome"))
	if err != nil {
		return err
	}
	bodies, err := files[0].lists("SELECT body AS k, id AS v FROM activity WHERE body <> ''")
	if err != nil {
		return err
	}
	here := map[*computer]map[string][]string{o.host: there}
	for _, f := range files[1:] {
		if here[f.c], err = f.lists(fmt.Sprintf(ops, "outbox", "state")); err != nil {
			return err
		}
	}
	o.counts.forget("ops ") // of the rounds before: all are counted again
	var lost []error
	for _, e := range o.ledger.edits {
		tx := strings.ToUpper(strings.ReplaceAll(e.tx, "-", ""))
		if err := o.kept(e, there[tx], here[e.by][tx], len(bodies[e.body]), shown[e.by]); err != nil {
			o.counts.add("lost", 1)
			lost = append(lost, err)
		}
	}
	if len(lost) > 5 {
		lost = append(lost[:5], fmt.Errorf("and %d more", len(lost)-5))
	}
	return errors.Join(lost...)
}

// kept looks at an edit as the host has it, as its author's computer has it, and how many activities have its text.
func (o *office) kept(e edit, there, here []string, activities int, shown map[string]bool) error {
	if len(there) == 0 {
		return fmt.Errorf("I2: the host has nothing of %s of %s, transaction %s", e.what, e.by.Name, e.tx)
	}
	if !slices.Equal(there, here) {
		return fmt.Errorf("I2: %s of %s, transaction %s: the host says %v, its author's computer %v", e.what, e.by.Name, e.tx, there, here)
	}
	made := 0
	for _, op := range here {
		words := strings.Fields(op)
		if words[1] == "1" && words[3] == "activity." {
			made++
		}
		if err := o.keptOp(e, words[0], words[1], words[2], shown); err != nil {
			return err
		}
	}
	if e.body != "" && activities != made {
		return fmt.Errorf("I5: activity %q of %s is there %d times: %v", e.body, e.by.Name, activities, here)
	}
	return nil
}

// keptOp looks at how one op ended.
func (o *office) keptOp(e edit, id, outcome, reason string, shown map[string]bool) error {
	o.counts.add(map[string]string{"1": "ops applied", "2": "ops superseded", "3": "ops refused: " + reason}[outcome], 1)
	if outcome == "1" || e.by == o.host {
		return nil
	}
	if e.what == "new prospect" {
		return fmt.Errorf("I2: a prospect that %s has typed in, transaction %s, is not there: %s", e.by.Name, e.tx, reason)
	}
	if raw, err := hex.DecodeString(id); err != nil || len(shown) < mostShown && !shown[uuid.UUID(raw).String()] {
		return fmt.Errorf("I2: %s of %s, transaction %s, op %s, ended as %s and is not shown", e.what, e.by.Name, e.tx, id, outcome)
	}
	return nil
}

// mostShown is how long the program's lists are at most.
const mostShown = 1000

// inOrder is I3: a field of the host holds what the latest write of it says.
func inOrder(host file) error {
	for _, f := range [][2]string{{"prospect", "owner_id"}, {"prospect", "temperature"}, {"prospect", "status"}, {"contact", "name"}, {"contact", "city"}} {
		got, err := host.Texts(fmt.Sprintf(`
			SELECT r.id || ': ' || r.%[2]s || ', not ' || coalesce(o.value, 'nothing')
			FROM %[1]s r
			JOIN op_log o ON o.n = (
				SELECT n
				FROM op_log
				WHERE entity = '%[1]s' AND row_id = r.id AND field = '%[2]s' AND outcome = 1
				ORDER BY hlc DESC, device_id DESC
				LIMIT 1)
			WHERE r.%[2]s IS NOT json_extract(CAST(o.value AS TEXT), '$')`, f[0], f[1]), nil)
		if err == nil && len(got) > 0 {
			err = fmt.Errorf("I3: %s.%s of the host: %v", f[0], f[1], got)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// honest: the host has taken none of its own for an attacker, nor itself for superseded.
func honest(host file) error {
	got, err := host.Texts("SELECT action || ' ' || detail FROM audit WHERE action IN ('device.breach', 'host.superseded', 'device.wiped', 'device.revoked')", nil)
	if err == nil && len(got) > 0 {
		err = fmt.Errorf("the audit trail of an honest office has %v", got)
	}
	return err
}

// withinRights is I6: the host has taken nothing of a seller's that came after it gave the prospect to somebody else, but for
// what is let pass for being late.
func withinRights(host file) error {
	got, err := host.Texts(`
		SELECT o.field || ' of ' || p.id || ' in commit ' || o.rev || ', after ' || s.revoked_rev
		FROM scope s
		JOIN prospect p ON p.id = s.root_id
		JOIN op_log o ON o.entity = 'prospect' AND o.row_id = p.id AND o.field <> ''
		WHERE s.active = 0
		AND o.user_id = s.user_id
		AND o.rev > s.revoked_rev
		AND o.outcome = 1`, nil)
	if err == nil && len(got) > 0 {
		err = fmt.Errorf("I6: the host has taken from who had lost the prospect: %v", got)
	}
	return err
}

// calm: no program has panicked or had trouble of its own, and no replica had to be read anew, which would hide what was wrong
// with it.
func (o *office) calm() error {
	for _, c := range o.all() {
		logs, err := filepath.Glob(filepath.Join(c.Folder(), "log", "*"))
		if err != nil {
			return err
		}
		for _, path := range logs {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for line := range bytes.Lines(text) {
				for _, sign := range []string{`"level":"error"`, "panicked", "replica begins again"} {
					if bytes.Contains(line, []byte(sign)) {
						return fmt.Errorf("the log of %s has %.2000s", c.Name, line)
					}
				}
			}
		}
	}
	return nil
}
