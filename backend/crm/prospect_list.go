package crm

import (
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

// A list is read from one index of prospect_card: the one that holds what the list is entered by and its order. Filters
// beyond that are looked at row by row. The index is named in the query, because the planner's own choice between two
// filters would change with the statistics of the day.

// listPlan is how one list is read.
type listPlan struct {
	index  string
	tagged bool   // entered by card_tag, which the card is looked up from
	key    string // the column the list is ordered by
	desc   bool
	enter  []string // conditions that the index serves
	opens  []string // its halves: "is_open = 1", "is_open = 0"; none where enter settles it
	filter []string // conditions looked at row by row
	params dbx.Params
	merged bool // everybody's, from an index that only has them by owner
	empty  bool // the filters contradict each other, or the viewer
}

// plan chooses the index. lacking asks for the second part of a list by next action or activity: the prospects that have
// none, newest lead first.
func (f ProspectFilter) plan(v account.Viewer, lacking bool) listPlan {
	p := listPlan{params: dbx.Params{}}
	owned := p.own(v, f.Seller)
	p.enterBy(f, lacking)
	p.merged = f.Sort == SortName && !owned
	switch {
	case p.isShared() && owned:
		p.filter = append(p.filter, "c.owner_id = {:owner}")
	case owned || p.merged:
		p.index = strings.Replace(p.index, "card_", "card_owner_", 1)
	}
	if owned && !p.isShared() {
		p.enter = append([]string{"c.owner_id = {:owner}"}, p.enter...)
	}
	p.filterBy(f)
	return p
}

// isShared reports whether the way in holds everybody's prospects and has no twin for one owner: few have a tag or a reason.
func (p *listPlan) isShared() bool { return p.tagged || p.index == "card_reason" || p.index == "" }

// own narrows the list to one seller and reports whether it did. A seller's lists are theirs whatever they ask for.
func (p *listPlan) own(v account.Viewer, seller string) bool {
	if !v.IsAdmin() {
		p.params["owner"] = v.UserID
		p.empty = v.UserID == "" || seller != "" && seller != v.UserID
		return true
	}
	if seller == "" {
		return false
	}
	if seller == SellerNone {
		seller = ""
	}
	p.params["owner"] = seller
	return true
}

// enterBy picks the way in: the order, where it is not by lead, else the narrowest of the filters.
func (p *listPlan) enterBy(f ProspectFilter, lacking bool) {
	p.opens = map[string][]string{OpenOnly: {"c.is_open = 1"}, OpenNot: {"c.is_open = 0"}}[f.Open]
	if p.opens == nil {
		p.opens = []string{"c.is_open = 1", "c.is_open = 0"}
	}
	p.index, p.key, p.desc = "card_lead", "lead_at", true
	switch {
	case f.Sort == SortName:
		p.index, p.key, p.desc = "card_name", "name_key", false
		p.params["halves"] = map[string]string{OpenOnly: "[1]", OpenNot: "[0]"}[f.Open]
		if p.params["halves"] == "" {
			p.params["halves"] = "[0, 1]"
		}
	case f.Sort == SortNext && !lacking:
		p.index, p.key, p.desc = "card_next", "next_at", false
		p.enter = []string{"c.next_at IS NOT NULL"}
	case f.Sort == SortNext:
		p.filter = []string{"c.next_at IS NULL"}
	case f.Sort == SortActivity && !lacking:
		p.index, p.key = "card_activity", "last_activity_at"
		p.enter = []string{"c.last_activity_at IS NOT NULL"}
	case f.Sort == SortActivity:
		p.filter = []string{"c.last_activity_at IS NULL"}
	case f.Tag != "":
		p.index, p.enter, p.tagged = "card_tag_lead", []string{"t.tag_id = {:tag}"}, true
		for i, open := range p.opens {
			p.opens[i] = strings.Replace(open, "c.", "t.", 1)
		}
	case f.Reason != "" && f.Reason != NoneOf:
		p.index, p.enter, p.opens = "card_reason", []string{"c.reason_id = {:reason}", "c.reason_id <> ''"}, nil
		p.empty = p.empty || f.Open == OpenOnly
	case f.Opposed: // few, whatever the order: they are found and sorted
		p.index, p.enter, p.opens = "", []string{opposed}, nil
	case f.Unattended:
		p.index, p.enter, p.opens = "card_unattended", []string{"c.attended_at IS NULL", "c.is_open = 1"}, nil
		p.empty = p.empty || f.Open == OpenNot
	case f.Stage != "": // with the other filters of the board in it
		p.index, p.enter = "card_stage", []string{"c.stage_id = {:stage}"}
	case f.Temperature != "":
		p.index, p.enter = "card_temperature", []string{"c.temperature = {:temperature}", "c.temperature <> ''"}
	case p.params["owner"] != nil: // what else there is to filter by, card_owner_lead has too, or the list is short enough
	case f.Status != "":
		p.index, p.enter, p.opens = "card_status", []string{"c.status = {:status}"}, nil
		p.empty = p.empty || f.Open == OpenOnly && !isOpen(f.Status) || f.Open == OpenNot && isOpen(f.Status)
	case f.Form != "" && f.Form != NoneOf:
		p.index, p.enter = "card_form", []string{"c.form_id = {:form}", "c.form_id <> ''"}
	case f.Campaign != "" && f.Campaign != NoneOf:
		p.index, p.enter = "card_campaign", []string{"c.campaign_id = {:campaign}", "c.campaign_id <> ''"}
	}
}

// opposed is the condition of who asked not to be contacted.
const opposed = `c.n IN (
	SELECT r.n
	FROM contact o INDEXED BY contact_opposed
	CROSS JOIN prospect r ON r.contact_id = o.id
	WHERE o.opposed_at IS NOT NULL)`

// notOpposed leaves out whom nobody is to try to reach.
const notOpposed = "c.contact_id NOT IN " + opposedContacts

// filterBy adds what the way in has not settled.
func (p *listPlan) filterBy(f ProspectFilter) {
	for _, c := range []struct {
		name, value, condition string
	}{
		{"tag", f.Tag, "EXISTS (SELECT 1 FROM card_tag g WHERE g.n = c.n AND g.tag_id = {:tag})"},
		{"reason", f.Reason, "c.reason_id = {:reason}"},
		{"temperature", f.Temperature, "c.temperature = {:temperature}"},
		{"stage", f.Stage, "c.stage_id = {:stage}"},
		{"status", f.Status, "c.status = {:status}"},
		{"form", f.Form, "c.form_id = {:form}"},
		{"campaign", f.Campaign, "c.campaign_id = {:campaign}"},
		{"source", f.Source, "c.source = {:source}"},
	} {
		if c.value == "" {
			continue
		}
		if p.params[c.name] = c.value; c.value == NoneOf {
			p.params[c.name] = ""
		}
		if !slices.Contains(p.enter, c.condition) && !(c.name == "tag" && p.tagged) {
			p.filter = append(p.filter, c.condition)
		}
	}
	p.filterByDay(f)
	p.filterByAnswer(f)
	if f.Unattended && !strings.HasSuffix(p.index, "unattended") {
		p.filter = append(p.filter, "c.attended_at IS NULL", "c.is_open = 1")
	}
	if f.Unattended {
		p.filter = append(p.filter, notOpposed)
	}
	if f.NoNext {
		p.filter = append(p.filter, "c.next_at IS NULL")
	}
	if f.Opposed && !slices.Contains(p.enter, opposed) {
		p.filter = append(p.filter, opposed)
	}
	if f.Open == OpenNot && p.isShared() && !p.tagged {
		p.filter = append(p.filter, "c.is_open = 0")
	}
	if f.Open == OpenOnly && p.index == "" {
		p.filter = append(p.filter, "c.is_open = 1")
	}
}

// filterByDay keeps the leads between two instants. Where the list is in the order of leads they are a stretch of its index.
func (p *listPlan) filterByDay(f ProspectFilter) {
	at := "c.lead_at"
	if p.tagged {
		at = "t.lead_at"
	}
	to := &p.filter
	if p.key == "lead_at" && p.index != "" {
		to = &p.enter
	}
	if f.leadSince != "" {
		p.params["lead_since"] = f.leadSince
		*to = append(*to, at+" >= {:lead_since}")
	}
	if f.leadBefore != "" {
		p.params["lead_before"] = f.leadBefore
		*to = append(*to, at+" < {:lead_before}")
	}
	if f.PerContact {
		p.filter = append(p.filter, `NOT EXISTS (
			SELECT 1
			FROM prospect_card newer INDEXED BY card_contact
			WHERE newer.contact_id = c.contact_id
			AND newer.n > c.n
			AND ({:whose} IS NULL OR newer.owner_id = {:whose}))`)
		p.params["whose"] = p.params["owner"]
	}
}

// cardColumns are what cardRow scans; c is the card.
const cardColumns = `c.n AS n, c.prospect_id, c.contact_id, c.name, c.phone, c.stage_id, c.status, c.temperature, c.owner_id,
	coalesce((SELECT u.name FROM user u WHERE u.id = c.owner_id), '') AS owner_name,
	c.form_name, c.campaign_name, c.lead_at, c.received_at, c.attended_at, c.next_at, c.next_kind, c.next_id, c.last_activity_at,
	EXISTS (SELECT 1 FROM contact o WHERE o.id = c.contact_id AND o.opposed_at IS NOT NULL) AS opposed,
	c.reason_id, ` + tagsOf + ` AS tags`

// tagsOf are the tags that c bears, as a JSON list of ids.
const tagsOf = `(
	SELECT json_group_array(b.tag_id)
	FROM card_tag b
	WHERE b.n = c.n
	AND EXISTS (SELECT 1 FROM tag w WHERE w.id = b.tag_id AND w.deleted = 0))`

// page is the query for a page: one branch for each half of the index, merged in order without sorting. It wants :key and
// :n when after is set, and :limit.
func (p listPlan) page(after bool) string {
	order, beyond := " ORDER BY sort_key, n", ">"
	if p.desc {
		order, beyond = " ORDER BY sort_key DESC, n DESC", "<"
	}
	var from []string
	if after {
		from = []string{"(" + p.from() + "." + p.key + ", " + p.from() + ".n) " + beyond + " ({:key}, {:n})"}
	}
	columns := strings.Replace(cardColumns, "c.n AS n", p.from()+".n AS n", 1) + ", " + p.from() + "." + p.key + " AS sort_key"
	if p.merged {
		return p.mergedPage(columns, from, order)
	}
	return p.branches(columns, slices.Concat(from, p.filter)) + order + " LIMIT {:limit}"
}

// mergedPage walks along all owners' parts of the index at once: names come in no order of time, so a second index of them would
// dirty a page of its own for every lead. The queue holds the next row of each part; the first of them all is taken out, and the
// one after it in its part comes in. So as many rows are looked at as the page has, and one for each part. from is where the
// page begins.
func (p listPlan) mergedPage(columns string, from []string, order string) string {
	step := func(owner, half string, beyond []string) string {
		conditions := slices.Concat([]string{"c.owner_id = " + owner, "c.is_open = " + half}, beyond, p.filter)
		return `CROSS JOIN prospect_card c ON c.n = (
				SELECT c.n
				FROM prospect_card c INDEXED BY ` + p.index + `
				WHERE ` + strings.Join(conditions, " AND ") + `
				ORDER BY c.` + p.key + `, c.n
				LIMIT 1)`
	}
	return `WITH RECURSIVE
		owner (id) AS (
			SELECT min(owner_id)
			FROM prospect_card
			UNION ALL
			SELECT (SELECT min(p.owner_id) FROM prospect_card p WHERE p.owner_id > owner.id)
			FROM owner
			WHERE owner.id IS NOT NULL),
		half (is_open) AS (
			SELECT value
			FROM json_each({:halves})),
		walk (owner_id, is_open, key, n) AS (
			SELECT owner.id, half.is_open, c.` + p.key + `, c.n
			FROM owner
			CROSS JOIN half
			` + step("owner.id", "half.is_open", from) + `
			UNION ALL
			SELECT walk.owner_id, walk.is_open, c.` + p.key + `, c.n
			FROM walk
			` + step("walk.owner_id", "walk.is_open", []string{"(c." + p.key + ", c.n) > (walk.key, walk.n)"}) + `
			ORDER BY 3, 4
			LIMIT {:limit})
		SELECT ` + columns + `
		FROM walk
		CROSS JOIN prospect_card c ON c.n = walk.n` + order
}

// count is the query for a total that looks at no more than :limit rows: how many it saw, and how many belong to the list.
func (p listPlan) count() string {
	if len(p.filter) == 1 && p.filter[0] == notOpposed && len(p.opens) == 0 && !p.tagged {
		return p.countUnopposed()
	}
	hit := "1"
	if len(p.filter) > 0 {
		hit = strings.Join(p.filter, " AND ")
	}
	return "SELECT count(*) AS seen, coalesce(sum(hit), 0) AS hits FROM (" + p.branches(hit+" AS hit", nil) + " LIMIT {:limit})"
}

// countUnopposed counts what the index alone tells, and takes away the few who asked not to be contacted.
func (p listPlan) countUnopposed() string {
	enter := strings.Join(p.enter, " AND ")
	return "SELECT seen, seen - (SELECT count(*) FROM contact o INDEXED BY contact_opposed CROSS JOIN prospect r ON r.contact_id = o.id" +
		" CROSS JOIN prospect_card c ON c.n = r.n WHERE o.opposed_at IS NOT NULL AND " + enter + ") AS hits" +
		" FROM (SELECT count(*) AS seen FROM (SELECT 1 FROM " + p.table() + " WHERE " + enter + " LIMIT {:limit}))"
}

func (p listPlan) branches(columns string, filter []string) string {
	opens := p.opens
	if len(opens) == 0 {
		opens = []string{""}
	}
	branches := make([]string, len(opens))
	for i, open := range opens {
		conditions := slices.Concat(p.enter, filter)
		if open != "" {
			conditions = slices.Concat(p.enter, []string{open}, filter)
		}
		branches[i] = "SELECT " + columns + " FROM " + p.table()
		if len(conditions) > 0 {
			branches[i] += " WHERE " + strings.Join(conditions, " AND ")
		}
	}
	return strings.Join(branches, " UNION ALL ")
}

// from is the alias of the table whose index gives the order.
func (p listPlan) from() string {
	if p.tagged {
		return "t"
	}
	return "c"
}

// table is what the list is read from, with the index that it is read by.
func (p listPlan) table() string {
	switch {
	case p.tagged:
		return "card_tag t INDEXED BY card_tag_lead CROSS JOIN prospect_card c ON c.n = t.n"
	case p.index == "":
		return "prospect_card c NOT INDEXED"
	}
	return "prospect_card c INDEXED BY " + p.index
}

// check refuses values that no list has.
func (f ProspectFilter) check() error {
	for _, c := range []struct {
		field, value string
		known        []string
	}{
		{"status", f.Status, statuses},
		{"temperature", f.Temperature, temperatures},
		{"source", f.Source, sources},
		{"open", f.Open, []string{OpenOnly, OpenNot, OpenAll}},
		{"sort", f.Sort, []string{SortRecent, SortName, SortNext, SortActivity}},
	} {
		if c.value != "" && !slices.Contains(c.known, c.value) {
			return fault.Invalid(c.field, "input.invalid")
		}
	}
	return f.checkAnswer()
}
