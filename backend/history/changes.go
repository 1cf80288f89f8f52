package history

import (
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store/hlc"
)

// steps are how many places of the log are looked at in turn until a page is full; together they bound what a page costs.
var steps = []int64{400, 2_000, 8_000}

// quiet are fields that only follow from others, or that no person reads: they stand in the log and not in its history.
var quiet = []string{
	"address", "assigned_at", "assigned_why", "attended_at", "campaign_id", "e164", "extra", "form_id", "position", "problem",
	"received_at", "created_at", "ended_at", "answers", "disclaimers", "page_id", "adset_id", "ad_id", "lead_id", "map", "merged",
	"choice", "merged_at",
}

// untold are tables whose rows nobody reads here: what a seller's computer may hold, what is told elsewhere once more, and what
// one person was told.
var untold = []string{"scope", "event", "notice"}

// reader reads one page on one snapshot.
type reader struct {
	q      dbx.Builder
	f      Filter
	tables []table
	// low and high bound the places that the period allows: low <= n < high.
	low, high int64
}

// opRow is a line of the log.
type opRow struct {
	N        int64   `db:"n"`
	TxID     []byte  `db:"tx_id"`
	DeviceID string  `db:"device_id"`
	UserID   string  `db:"user_id"`
	HLC      int64   `db:"hlc"`
	Entity   string  `db:"entity"`
	Row      string  `db:"row_id"`
	Field    string  `db:"field"`
	Value    []byte  `db:"value"`
	Before   []byte  `db:"before"`
	Outcome  int     `db:"outcome"`
	Reason   *string `db:"reason"`
	At       *int64  `db:"at"`
	Undo     bool    `db:"undo"`
}

const opColumns = `o.n, o.tx_id, o.device_id, o.user_id, o.hlc, o.entity, o.row_id, o.field, o.value, o.before, o.outcome, o.reason,
		c.at, c.undoes IS NOT NULL AS undo`

// entities are the tables of the filter's group; all is true for no group, and none for a group that has no changes.
func (r *reader) entities() (names []string, all bool) {
	groups := map[string][]string{
		WhatProspect: {"prospect"}, WhatContact: {"contact", "contact_phone", "contact_email"}, WhatActivity: {"activity", "reminder"},
		WhatSubmission: {"submission"}, WhatExport: {"export"}, WhatAccess: {},
	}
	if r.f.What == "" {
		return nil, true
	}
	if names, ok := groups[r.f.What]; ok {
		return slices.DeleteFunc(names, func(name string) bool {
			return !slices.ContainsFunc(r.tables, func(t table) bool { return t.Name == name })
		}), false
	}
	known := slices.Concat(untold, groups[WhatProspect], groups[WhatContact], groups[WhatActivity], groups[WhatSubmission], groups[WhatExport])
	for _, t := range r.tables {
		if !slices.Contains(known, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names, false
}

// conditions are what is asked of every line beyond the way in.
func (r *reader) conditions(p dbx.Params) []string {
	out := []string{"o.entity NOT IN ('" + strings.Join(untold, "', '") + "')", "o.field NOT IN ('" + strings.Join(quiet, "', '") + "')"}
	if r.f.User != "" {
		p["user"] = r.user()
		out = append(out, "o.user_id = {:user}")
	}
	if names, all := r.entities(); !all {
		p["entities"] = jsonList(names)
		out = append(out, "o.entity IN (SELECT value FROM json_each({:entities}))")
	}
	switch r.f.Change {
	case ChangeCreated:
		out = append(out, "o.outcome = 1", "o.field = ''")
	case ChangeChanged:
		out = append(out, "o.outcome = 1", "o.field <> ''", "o.field <> 'deleted'")
	case ChangeRemoved:
		out = append(out, "o.outcome = 1", "o.field = 'deleted'", "CAST(o.value AS TEXT) = '1'")
	case ChangeRestored:
		out = append(out, "o.outcome = 1", "o.field = 'deleted'", "CAST(o.value AS TEXT) = '0'")
	case ChangeNotAccepted:
		out = append(out, "o.outcome <> 1")
	}
	if r.f.From != "" {
		p["from"] = millis(r.f.From)
		out = append(out, "c.at >= {:from}")
	}
	if r.f.To != "" {
		p["to"] = millis(r.f.To)
		out = append(out, "c.at < {:to}")
	}
	return out
}

func (r *reader) user() string {
	if r.f.User == UserProgram {
		return ""
	}
	return r.f.User
}

// changes reads lines of the log below a place.
func (r *reader) changes(before int64) (part, error) {
	if names, all := r.entities(); before <= 0 || !all && len(names) == 0 {
		return part{done: true}, nil
	}
	if r.f.Prospect != "" {
		return r.ofProspect(before)
	}
	before = min(before, r.high)
	for _, step := range steps {
		if before <= r.low {
			return part{done: true}, nil
		}
		floor, err := r.floor(before, step)
		if err != nil {
			return part{}, err
		}
		rows, err := r.between(floor, before)
		if err != nil {
			return part{}, err
		}
		if len(rows) > 0 {
			return r.partOf(rows, floor)
		}
		before = floor
	}
	return part{next: before, done: before <= r.low}, nil
}

// partOf makes lines of rows, one more than the page holds when there are more above floor.
func (r *reader) partOf(rows []opRow, floor int64) (part, error) {
	p := part{next: floor}
	if len(rows) > r.f.Limit {
		rows = rows[:r.f.Limit]
		p.next = rows[len(rows)-1].N
	}
	if p.next <= r.low {
		p.next, p.done = 0, true
	}
	for _, row := range rows {
		line, err := row.line()
		if err != nil {
			return part{}, err
		}
		p.lines, p.ns = append(p.lines, line), append(p.ns, row.N)
	}
	return p, nil
}

// wayIn is where places are looked at, as branches that are each in order.
func (r *reader) wayIn(p dbx.Params) []string {
	if r.f.User != "" {
		p["user"] = r.user()
		return []string{"SELECT n FROM op_log INDEXED BY op_user WHERE user_id = {:user}"}
	}
	names, all := r.entities()
	if all {
		return []string{"SELECT n FROM op_log WHERE true"}
	}
	branches := make([]string, len(names))
	for i, name := range names {
		branches[i] = "SELECT n FROM op_log INDEXED BY op_entity WHERE entity = '" + name + "'"
	}
	return branches
}

// floor is the place under which nothing is looked at when step places of the way in are.
func (r *reader) floor(before, step int64) (int64, error) {
	p := dbx.Params{"before": before, "low": r.low, "skip": step - 1}
	branches := r.wayIn(p)
	for i := range branches {
		branches[i] += " AND n < {:before} AND n >= {:low}"
	}
	var floor int64
	err := r.q.NewQuery(strings.Join(branches, " UNION ALL ") + " ORDER BY n DESC LIMIT 1 OFFSET {:skip}").Bind(p).Row(&floor)
	if errors.Is(err, sql.ErrNoRows) {
		return r.low, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at the log: %w", err)
	}
	return floor, nil
}

// between reads the lines of a stretch of the log, one more than a page holds.
func (r *reader) between(floor, before int64) (rows []opRow, err error) {
	p := dbx.Params{"before": before, "floor": floor, "limit": r.f.Limit + 1}
	where := strings.Join(r.conditions(p), " AND ")
	branches := r.wayIn(p)
	for i := range branches {
		branches[i] += " AND n < {:before} AND n >= {:floor}"
	}
	err = r.q.NewQuery(`
		SELECT ` + opColumns + `
		FROM (` + strings.Join(branches, " UNION ALL ") + ` ORDER BY n DESC) w
		CROSS JOIN op_log o ON o.n = w.n
		LEFT JOIN commits c ON c.rev = o.rev
		WHERE ` + where + `
		ORDER BY w.n DESC
		LIMIT {:limit}`).Bind(p).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return rows, nil
}

// ofProspect reads the lines about one prospect, its contact and whatever belongs to them. They are few.
func (r *reader) ofProspect(before int64) (part, error) {
	var contact string
	err := r.q.NewQuery("SELECT contact_id FROM prospect WHERE id = {:id}").Bind(dbx.Params{"id": r.f.Prospect}).Row(&contact)
	if errors.Is(err, sql.ErrNoRows) {
		return part{}, fault.New("prospect.not_found")
	}
	if err != nil {
		return part{}, fmt.Errorf("read prospect: %w", err)
	}
	p := dbx.Params{"prospect": r.f.Prospect, "contact": contact, "before": before, "limit": r.f.Limit + 1}
	rows := []string{"SELECT 'prospect' AS entity, {:prospect} AS row_id", "SELECT 'contact', {:contact}"}
	for _, t := range r.tables {
		switch {
		case t.Name == "event":
		case t.Root == rootProspect:
			rows = append(rows, "SELECT '"+t.Name+"', id FROM "+t.Name+" WHERE "+rootProspect+" = {:prospect}")
		case t.Root == rootContact:
			rows = append(rows, "SELECT '"+t.Name+"', id FROM "+t.Name+" WHERE "+rootContact+" = {:contact}")
		}
	}
	var found []opRow
	err = r.q.NewQuery(`
		SELECT ` + opColumns + `
		FROM (` + strings.Join(rows, " UNION ALL ") + `) r
		CROSS JOIN op_log o INDEXED BY op_row ON o.entity = r.entity AND o.row_id = r.row_id
		LEFT JOIN commits c ON c.rev = o.rev
		WHERE o.n < {:before}
		AND ` + strings.Join(r.conditions(p), " AND ") + `
		ORDER BY o.n DESC
		LIMIT {:limit}`).Bind(p).All(&found)
	if err != nil {
		return part{}, fmt.Errorf("read the log of a prospect: %w", err)
	}
	return r.partOf(found, r.low)
}

// around is how many commits on either side of an instant are looked at: a clock that was set back leaves a few out of order.
const around = 500

// period turns the filter's instants into places of the log.
func (r *reader) period() error {
	r.low, r.high = 0, 1<<62
	if r.f.From != "" {
		rev, err := r.rev("SELECT min(rev) FROM (SELECT rev FROM commits WHERE at >= {:at} ORDER BY at LIMIT {:around})", r.f.From)
		if err != nil {
			return err
		}
		if rev == nil { // nothing since
			r.low = 1 << 62
			return nil
		}
		if r.low, err = r.firstOf(*rev); err != nil {
			return err
		}
	}
	if r.f.To != "" {
		rev, err := r.rev("SELECT max(rev) FROM (SELECT rev FROM commits WHERE at < {:at} ORDER BY at DESC LIMIT {:around})", r.f.To)
		if err != nil {
			return err
		}
		if rev == nil { // nothing before
			r.high = 0
			return nil
		}
		if r.high, err = r.firstOf(*rev + 1); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) rev(query, instant string) (rev *int64, err error) {
	err = r.q.NewQuery(query).Bind(dbx.Params{"at": millis(instant), "around": around}).Row(&rev)
	if err != nil {
		return nil, fmt.Errorf("find a period: %w", err)
	}
	return rev, nil
}

// firstOf is the place of the first line of a revision or a later one. Both grow together, so it is found by halving.
func (r *reader) firstOf(rev int64) (int64, error) {
	var lowest, highest *int64
	if err := r.q.NewQuery("SELECT (SELECT min(n) FROM op_log), (SELECT max(n) FROM op_log)").Row(&lowest, &highest); err != nil {
		return 0, fmt.Errorf("find a period: %w", err)
	}
	if lowest == nil {
		return 1 << 62, nil
	}
	low, high := *lowest, *highest+1 // the answer is within
	for low < high {
		middle := low + (high-low)/2
		var n, at int64
		err := r.q.NewQuery("SELECT n, rev FROM op_log WHERE n >= {:n} ORDER BY n LIMIT 1").Bind(dbx.Params{"n": middle}).Row(&n, &at)
		if err != nil {
			return 0, fmt.Errorf("find a period: %w", err)
		}
		if at < rev {
			low = n + 1
		} else {
			high = middle
		}
	}
	return low, nil
}

func (row opRow) line() (Line, error) {
	id, err := uuid.FromBytes(row.TxID)
	if err != nil {
		return Line{}, fmt.Errorf("read the log: transaction %s: %w", hex.EncodeToString(row.TxID), err)
	}
	line := Line{
		ID: fmt.Sprint(row.N), Source: SourceChange, MadeAt: instantOf(hlc.Time(row.HLC).Wall().UnixMilli()), UserID: row.UserID,
		DeviceID: row.DeviceID, TxID: id.String(), Undo: row.Undo, Entity: row.Entity, RowID: row.Row, Change: row.change(),
		Outcome:    [...]string{"", OutcomeApplied, OutcomeSuperseded, OutcomeRefused}[min(max(row.Outcome, 0), 3)],
		Restorable: row.restorable(), Detail: map[string]any{},
	}
	line.At = line.MadeAt
	if row.At != nil {
		line.At = instantOf(*row.At)
	}
	if row.Reason != nil {
		line.Reason = *row.Reason
	}
	line.Fields, line.Kind, err = row.fields()
	return line, err
}

func (row opRow) change() string {
	switch {
	case row.Field == "":
		return ChangeCreated
	case row.Field == "deleted" && string(row.Value) == "0":
		return ChangeRestored
	case row.Field == "deleted":
		return ChangeRemoved
	}
	return ChangeChanged
}
