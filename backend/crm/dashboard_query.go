package crm

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
)

// everybody is the owner under whom the tallies of days hold the whole office's.
const everybody = "*"

// counting fills in a dashboard from one snapshot of the tallies. It wants :owner, everybody or a user's id, and :from, :to.
type counting struct {
	ctx    context.Context //nolint:containedctx // it lives for one call of Dashboard
	db     dbx.Builder
	d      *Dashboard
	now    time.Time
	params dbx.Params
}

func (c counting) all(query string, into any) error {
	return c.db.NewQuery(query).Bind(c.params).WithContext(c.ctx).All(into)
}

// open counts what is open now by stage: the office's stages in their order, and archived ones that still hold somebody.
func (c counting) open() error {
	c.d.Funnel = []StageCount{}
	err := c.all(`
		SELECT s.id AS stage_id, s.name, coalesce(t.n, 0) AS n
		FROM (
			SELECT id, name, position, archived OR deleted AS gone
			FROM stage
			UNION ALL
			SELECT DISTINCT stage_id, '', 1000000, 1
			FROM tally_open
			WHERE stage_id NOT IN (SELECT id FROM stage)) s
		LEFT JOIN (
			SELECT stage_id, sum(n) AS n
			FROM tally_open
			WHERE {:owner} IN ('*', owner_id)
			GROUP BY stage_id) t ON t.stage_id = s.id
		WHERE NOT s.gone
		OR t.n > 0
		ORDER BY s.position, s.id`, &c.d.Funnel)
	if err != nil {
		return err
	}
	for _, s := range c.d.Funnel {
		c.d.Open += s.N
	}
	return c.db.NewQuery(`
		SELECT coalesce(sum(n), 0)
		FROM tally_open
		WHERE planned = 0
		AND {:owner} IN ('*', owner_id)`).Bind(c.params).WithContext(c.ctx).Row(&c.d.NoNext)
}

// waiting counts the unattended by age. Only those of the last hour are looked at one by one.
func (c counting) waiting() error {
	for step, into := range map[string]*int{Within5: &c.d.Waiting.Within5, Within15: &c.d.Waiting.Within15, Within60: &c.d.Waiting.Within60} {
		index, owned := "card_unattended", ""
		if c.params["owner"] != everybody {
			index, owned = "card_owner_unattended", "AND owner_id = {:owner}"
		}
		bounds := stepBounds[step]
		c.params["age_from"] = clock.Format(c.now.Add(-time.Duration(bounds[1]) * time.Second))
		c.params["age_until"] = "9"
		if bounds[0] > 0 {
			c.params["age_until"] = clock.Format(c.now.Add(-time.Duration(bounds[0]) * time.Second))
		}
		err := c.db.NewQuery(`
			SELECT count(*)
			FROM prospect_card INDEXED BY ` + index + `
			WHERE attended_at IS NULL
			AND is_open = 1
			AND lead_at >= {:age_from}
			AND lead_at < {:age_until} ` + owned).Bind(c.params).WithContext(c.ctx).Row(into)
		if err != nil {
			return err
		}
	}
	err := c.db.NewQuery(`
		SELECT coalesce(sum(n), 0)
		FROM tally_open
		WHERE attended = 0
		AND {:owner} IN ('*', owner_id)`).Bind(c.params).WithContext(c.ctx).Row(&c.d.Waiting.All)
	w := &c.d.Waiting
	w.Over60 = w.All - w.Within5 - w.Within15 - w.Within60
	return err
}

// load counts what each seller has now: all who take or took prospects, the most loaded first, the tray last.
func (c counting) load() error {
	c.d.Load = []SellerLoad{}
	return c.all(`
		SELECT o.owner_id, o.name, coalesce(sum(t.n), 0) AS open, coalesce(sum(t.n) FILTER (WHERE t.attended = 0), 0) AS waiting,
			coalesce(sum(t.n) FILTER (WHERE t.planned = 0), 0) AS no_next
		FROM (
			SELECT id AS owner_id, name
			FROM user
			WHERE role = 'seller'
			AND active = 1
			AND deleted = 0
			UNION
			SELECT owner_id, coalesce((SELECT u.name FROM user u WHERE u.id = owner_id), '')
			FROM tally_open) o
		LEFT JOIN tally_open t ON t.owner_id = o.owner_id
		WHERE {:owner} IN ('*', o.owner_id)
		GROUP BY o.owner_id
		ORDER BY o.owner_id = '', open DESC, o.name, o.owner_id`, &c.d.Load)
}

const outcomeColumns = `sum(n) AS leads, sum(iif(attended, n, 0)) AS attended,
	sum(iif(status = 'closed', n, 0)) AS won, sum(iif(status = 'discarded', n, 0)) AS lost`

const leadsOfPeriod = `
	FROM tally_lead
	WHERE owner_id = {:owner}
	AND day BETWEEN {:from} AND {:to}`

// leads counts what came in the period by where it came from. The tally is gone through once, and summed up here for each way
// to look at it.
func (c counting) leads() error {
	var rows []struct {
		Source   string `db:"source"`
		Campaign string `db:"campaign_id"`
		Form     string `db:"form_id"`
		Outcome
	}
	err := c.all("SELECT source, campaign_id, form_id, "+outcomeColumns+leadsOfPeriod+" GROUP BY source, campaign_id, form_id", &rows)
	if err != nil {
		return err
	}
	sources, campaigns, forms := map[string]Outcome{}, map[string]Outcome{}, map[string]Outcome{}
	for _, r := range rows {
		c.d.Leads = c.d.Leads.plus(r.Outcome)
		sources[r.Source] = sources[r.Source].plus(r.Outcome)
		campaigns[r.Campaign] = campaigns[r.Campaign].plus(r.Outcome)
		forms[r.Form] = forms[r.Form].plus(r.Outcome)
	}
	c.d.Sources = ranked(sources)
	c.d.Campaigns, c.d.Forms = ranked(campaigns), ranked(forms)
	if err := c.name("campaign", c.d.Campaigns); err != nil {
		return err
	}
	return c.name("form", c.d.Forms)
}

func (o Outcome) plus(more Outcome) Outcome {
	return Outcome{Leads: o.Leads + more.Leads, Attended: o.Attended + more.Attended, Won: o.Won + more.Won, Lost: o.Lost + more.Lost}
}

// ranked is who brought how many, most first; what has no such origin is NoneOf.
func ranked(outcomes map[string]Outcome) []SourceOutcome {
	list := []SourceOutcome{}
	for id, o := range outcomes {
		list = append(list, SourceOutcome{ID: cmp.Or(id, NoneOf), Outcome: o})
	}
	slices.SortFunc(list, func(a, b SourceOutcome) int {
		return cmp.Or(cmp.Compare(b.Leads, a.Leads), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// name writes what forms or campaigns are called.
func (c counting) name(what string, list []SourceOutcome) error {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	text, err := jsonList(ids)
	if err != nil {
		return err
	}
	var names []string
	err = c.db.NewQuery("SELECT " + nameOf(what, "j.value") + " FROM json_each({:ids}) j ORDER BY j.key").
		Bind(dbx.Params{"ids": text}).WithContext(c.ctx).Column(&names)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Name = names[i]
	}
	return nil
}

// nameOf is what a form or a campaign, of which the viewer has prospects, is called by the newest of all of them, on every screen:
// Meta lets people rename both. To look for the viewer's own newest could mean to look at all others.
func nameOf(what, id string) string {
	newest := func(open string) string {
		return strings.NewReplacer("{what}", what, "{id}", id, "{open}", open).Replace(`
			SELECT name, lead_at
			FROM (
				SELECT c.{what}_name AS name, c.lead_at
				FROM prospect_card c INDEXED BY card_{what}
				WHERE c.{what}_id = {id}
				AND c.{what}_id <> ''
				AND c.is_open = {open}
				ORDER BY c.lead_at DESC
				LIMIT 1)`)
	}
	return `coalesce((
		SELECT name
		FROM (` + newest("1") + `
			UNION ALL` + newest("0") + `)
		ORDER BY lead_at DESC
		LIMIT 1), '')`
}

// answers reads how soon the leads of the period were attended.
func (c counting) answers() error {
	var rows []struct {
		Clock string `db:"clock"`
		UpTo  int    `db:"upto"`
		N     int    `db:"n"`
	}
	err := c.all(`
		SELECT clock, upto, sum(n) AS n
		FROM tally_answer
		WHERE owner_id = {:owner}
		AND day BETWEEN {:from} AND {:to}
		GROUP BY clock, upto
		ORDER BY clock, upto`, &rows)
	if err != nil {
		return err
	}
	c.d.Answers = []Answers{}
	for _, clock := range []string{ClockLead, ClockReceipt} {
		a := Answers{Clock: clock}
		for _, r := range rows {
			if r.Clock != clock {
				continue
			}
			a.All += r.N
			switch {
			case r.UpTo <= stepBounds[Within5][1]:
				a.Within5 += r.N
			case r.UpTo <= stepBounds[Within15][1]:
				a.Within15 += r.N
			case r.UpTo <= stepBounds[Within60][1]:
				a.Within60 += r.N
			default:
				a.Over60 += r.N
			}
		}
		before := 0
		for _, r := range rows {
			if r.Clock != clock {
				continue
			}
			if before += r.N; a.Median == nil && 2*before >= a.All {
				median := r.UpTo
				a.Median = &median
			}
		}
		c.d.Answers = append(c.d.Answers, a)
	}
	return nil
}

// ended counts what was discarded, and why, and closed in the period.
func (c counting) ended() error {
	c.d.Reasons = []ReasonCount{}
	err := c.all(`
		SELECT iif(t.reason_id = '', 'none', t.reason_id) AS reason_id, coalesce(r.name, '') AS name, sum(t.n) AS n
		FROM tally_ended t
		LEFT JOIN discard_reason r ON r.id = t.reason_id
		WHERE t.owner_id = {:owner}
		AND t.day BETWEEN {:from} AND {:to}
		AND t.status = 'discarded'
		GROUP BY t.reason_id
		ORDER BY n DESC, t.reason_id`, &c.d.Reasons)
	if err != nil {
		return err
	}
	for _, r := range c.d.Reasons {
		c.d.Lost += r.N
	}
	return nil
}

// trend counts what happened step by step.
func (c counting) trend() error {
	c.d.Step, c.d.Trend = trendSteps(c.d.From, c.d.To)
	at := make(map[string]*TrendStep, longestPeriod)
	for i := range c.d.Trend {
		for day := c.d.Trend[i].From; day <= c.d.Trend[i].To; day = addDays(day, 1) {
			at[day] = &c.d.Trend[i]
		}
	}
	var rows []struct {
		Day  string `db:"day"`
		What string `db:"what"`
		N    int    `db:"n"`
	}
	err := c.all(`
		SELECT day, 'leads' AS what, sum(n) AS n
		FROM tally_lead
		WHERE owner_id = {:owner}
		AND day BETWEEN {:from} AND {:to}
		GROUP BY day
		UNION ALL
		SELECT day, 'attended', n
		FROM tally_attended
		WHERE owner_id = {:owner}
		AND day BETWEEN {:from} AND {:to}
		UNION ALL
		SELECT day, status, sum(n)
		FROM tally_ended
		WHERE owner_id = {:owner}
		AND day BETWEEN {:from} AND {:to}
		GROUP BY day, status`, &rows)
	if err != nil {
		return err
	}
	for _, r := range rows {
		step := at[r.Day]
		switch r.What {
		case "leads":
			step.Leads += r.N
		case "attended":
			step.Attended += r.N
			c.d.Attended += r.N
		case StatusClosed:
			step.Won += r.N
			c.d.Won += r.N
		case StatusDiscarded:
			step.Lost += r.N
		}
	}
	return nil
}

// The most days that a trend shows day by day, and week by week.
const (
	mostDays  = 31
	mostWeeks = 200
)

// trendSteps cuts a period into days, weeks that begin on Monday, or months; the first and the last may be shorter.
func trendSteps(from, to string) (step string, steps []TrendStep) {
	first, err := time.Parse(clock.DateLayout, from)
	if err != nil {
		return StepDay, nil
	}
	last, err := time.Parse(clock.DateLayout, to)
	if err != nil {
		return StepDay, nil
	}
	days := int(last.Sub(first)/(24*time.Hour)) + 1
	step, next := StepMonth, func(at time.Time) time.Time { return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC) }
	switch {
	case days <= mostDays:
		step, next = StepDay, func(at time.Time) time.Time { return at.AddDate(0, 0, 1) }
	case days <= mostWeeks:
		step, next = StepWeek, func(at time.Time) time.Time { return at.AddDate(0, 0, 7-(int(at.Weekday())+6)%7) }
	}
	for at := first; !at.After(last); at = next(at) {
		end := next(at).AddDate(0, 0, -1)
		if end.After(last) {
			end = last
		}
		steps = append(steps, TrendStep{From: at.Format(clock.DateLayout), To: end.Format(clock.DateLayout)})
	}
	return step, steps
}
