package crm

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
)

// timing counts responses from one snapshot. It wants :owner, everybody or a user's id, :from and :to, and the instants :since and
// :before of the same days.
type timing struct {
	ctx    context.Context //nolint:containedctx // it lives for one call of ResponseTimes
	db     dbx.Builder
	params dbx.Params
	office clock.Meter
}

// timedLeads are the leads of the period. The office's hours are looked up here and not in SQL, which is slower by ten times.
const timedLeads = `
	FROM prospect_card c INDEXED BY card_response
	WHERE c.source = 'leads'
	AND c.lead_at >= {:since}
	AND c.lead_at < {:before}
	AND {:owner} IN ('*', c.owner_id)`

// spans holds how long answers took by each clock.
type spans [4][]int32

// group gathers the responses to leads that belong together.
type group struct {
	Responses
	spans spans
}

func (t timing) fill(r *Response) error {
	total, sellers, forms := &group{}, map[string]*group{}, map[string]*group{}
	err := t.each(func(owner, form string, n int, times *[4]int64, waits bool) {
		for _, g := range [3]*group{total, grouped(sellers, owner), grouped(forms, form)} {
			g.add(n, times, waits)
		}
	})
	if err != nil {
		return err
	}
	r.All = total.responses()
	if r.Sellers, err = t.named(sellers, SellerNone, "coalesce((SELECT u.name FROM user u WHERE u.id = w.value), '')"); err != nil {
		return err
	}
	if r.Forms, err = t.named(forms, NoneOf, nameOf("form", "w.value")); err != nil {
		return err
	}
	r.Untimed = []SourceOutcome{}
	return t.db.NewQuery(`
		SELECT source AS id, '' AS name, ` + outcomeColumns + leadsOfPeriod + `
		AND source <> 'leads'
		GROUP BY source
		ORDER BY leads DESC, id`).Bind(t.params).WithContext(t.ctx).All(&r.Untimed)
}

// each calls fn with every lead of a seller and a form: how long it took by each clock, or nil and whether somebody waits. n is 1, or
// -1 for one that is taken back.
func (t timing) each(fn func(owner, form string, n int, times *[4]int64, waits bool)) (err error) {
	rows, err := t.db.NewQuery(`
		SELECT c.owner_id, c.form_id, unixepoch(c.lead_at), unixepoch(c.received_at), unixepoch(c.attended_at), c.is_open` +
		timedLeads).Bind(t.params).WithContext(t.ctx).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var owner, form sql.RawBytes
	ids := map[string]string{} // a few hundred, so that not every row has its own
	intern := func(id sql.RawBytes) string {
		text, known := ids[string(id)]
		if !known {
			text = string(id)
			ids[text] = text
		}
		return text
	}
	for rows.Next() {
		var lead, received, answered sql.NullInt64
		var open bool
		if err := rows.Scan(&owner, &form, &lead, &received, &answered, &open); err != nil {
			return err
		}
		if !answered.Valid {
			fn(intern(owner), intern(form), 1, nil, open)
			continue
		}
		times := timed(t.office, lead.Int64, received.Int64, answered.Int64)
		fn(intern(owner), intern(form), 1, &times, false)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return t.opposed(fn)
}

// opposed takes those back who asked not to be contacted: nobody is to try.
func (t timing) opposed(fn func(owner, form string, n int, times *[4]int64, waits bool)) error {
	var rows []struct {
		OwnerID string `db:"owner_id"`
		FormID  string `db:"form_id"`
	}
	err := t.db.NewQuery(`
		SELECT c.owner_id, c.form_id
		FROM contact o INDEXED BY contact_opposed
		CROSS JOIN prospect r ON r.contact_id = o.id
		CROSS JOIN prospect_card c ON c.n = r.n
		WHERE o.opposed_at IS NOT NULL
		AND c.source = 'leads'
		AND c.lead_at >= {:since}
		AND c.lead_at < {:before}
		AND {:owner} IN ('*', c.owner_id)
		AND c.attended_at IS NULL
		AND c.is_open = 1`).Bind(t.params).WithContext(t.ctx).All(&rows)
	for _, r := range rows {
		fn(r.OwnerID, r.FormID, -1, nil, true)
		fn(r.OwnerID, r.FormID, 1, nil, false)
	}
	return err
}

func grouped(all map[string]*group, id string) *group {
	g := all[id]
	if g == nil {
		g = &group{}
		all[id] = g
	}
	return g
}

func (g *group) add(n int, times *[4]int64, waits bool) {
	g.Leads += n
	switch {
	case times != nil:
		g.Answered++
		for i, seconds := range times {
			g.spans[i] = append(g.spans[i], int32(min(seconds, math.MaxInt32)))
		}
	case waits:
		g.Unanswered += n
	}
}

// responses are what was gathered.
func (g *group) responses() Responses {
	r := g.Responses
	r.Times = make([]Answers, len(clocks))
	for i, c := range clocks {
		r.Times[i] = answersOf(c, g.spans[i])
	}
	return r
}

// answersOf counts by steps and finds the median. It orders seconds.
func answersOf(clock string, seconds []int32) Answers {
	a := Answers{Clock: clock, All: len(seconds)}
	for _, s := range seconds {
		switch s := int(s); {
		case s <= stepBounds[Within5][1]:
			a.Within5++
		case s <= stepBounds[Within15][1]:
			a.Within15++
		case s <= stepBounds[Within60][1]:
			a.Within60++
		default:
			a.Over60++
		}
	}
	if len(seconds) > 0 {
		slices.Sort(seconds)
		median := int(seconds[(len(seconds)-1)/2])
		a.Median = &median
	}
	return a
}

// named are groups with their names, most leads first; none is the id of those without one. The name is an expression of w.value.
func (t timing) named(groups map[string]*group, none, name string) ([]Responses, error) {
	ids := make([]string, 0, len(groups))
	for id := range groups {
		ids = append(ids, id)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	var names []Named
	err = t.db.NewQuery("SELECT w.value AS id, " + name + " AS name FROM json_each({:ids}) w").
		Bind(dbx.Params{"ids": string(list)}).WithContext(t.ctx).All(&names)
	if err != nil {
		return nil, err
	}
	all := make([]Responses, len(names))
	for i, n := range names {
		all[i] = groups[n.ID].responses()
		if all[i].ID, all[i].Name = n.ID, n.Name; n.ID == "" {
			all[i].ID = none
		}
	}
	slices.SortFunc(all, func(a, b Responses) int {
		return cmp.Or(cmp.Compare(b.Leads, a.Leads), compareNames(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}
