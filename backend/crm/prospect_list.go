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
	if owned || p.merged {
		p.index = strings.Replace(p.index, "card_", "card_owner_", 1)
	}
	if owned {
		p.enter = append([]string{"owner_id = {:owner}"}, p.enter...)
	}
	p.filterBy(f)
	return p
}

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
	p.opens = map[string][]string{OpenOnly: {"is_open = 1"}, OpenNot: {"is_open = 0"}}[f.Open]
	if p.opens == nil {
		p.opens = []string{"is_open = 1", "is_open = 0"}
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
		p.enter = []string{"next_at IS NOT NULL"}
	case f.Sort == SortNext:
		p.filter = []string{"next_at IS NULL"}
	case f.Sort == SortActivity && !lacking:
		p.index, p.key = "card_activity", "last_activity_at"
		p.enter = []string{"last_activity_at IS NOT NULL"}
	case f.Sort == SortActivity:
		p.filter = []string{"last_activity_at IS NULL"}
	case f.Unattended:
		p.index, p.enter, p.opens = "card_unattended", []string{"attended_at IS NULL", "is_open = 1"}, nil
		p.empty = p.empty || f.Open == OpenNot
	case f.Temperature != "":
		p.index, p.enter = "card_temperature", []string{"temperature = {:temperature}", "temperature <> ''"}
	case p.params["owner"] != nil: // what else there is to filter by, card_owner_lead has too, or the list is short enough
	case f.Stage != "":
		p.index, p.enter = "card_stage", []string{"stage_id = {:stage}"}
	case f.Status != "":
		p.index, p.enter, p.opens = "card_status", []string{"status = {:status}"}, nil
		p.empty = p.empty || f.Open == OpenOnly && !isOpen(f.Status) || f.Open == OpenNot && isOpen(f.Status)
	case f.Form != "":
		p.index, p.enter = "card_form", []string{"form_id = {:form}", "form_id <> ''"}
	}
}

// filterBy adds what the way in has not settled.
func (p *listPlan) filterBy(f ProspectFilter) {
	for _, c := range []struct {
		name, value, condition string
	}{
		{"temperature", f.Temperature, "temperature = {:temperature}"},
		{"stage", f.Stage, "stage_id = {:stage}"},
		{"status", f.Status, "status = {:status}"},
		{"form", f.Form, "form_id = {:form}"},
		{"source", f.Source, "source = {:source}"},
	} {
		if c.value == "" {
			continue
		}
		p.params[c.name] = c.value
		if !slices.Contains(p.enter, c.condition) {
			p.filter = append(p.filter, c.condition)
		}
	}
	if f.Unattended && !strings.HasSuffix(p.index, "unattended") {
		p.filter = append(p.filter, "attended_at IS NULL", "is_open = 1")
	}
	if f.NoNext {
		p.filter = append(p.filter, "next_at IS NULL")
	}
}

// cardColumns are what cardRow scans; c is the card.
const cardColumns = `c.n AS n, c.prospect_id, c.contact_id, c.name, c.phone, c.stage_id, c.status, c.temperature, c.owner_id,
	coalesce((SELECT u.name FROM user u WHERE u.id = c.owner_id), '') AS owner_name,
	c.form_name, c.campaign_name, c.lead_at, c.received_at, c.attended_at, c.next_at, c.next_kind, c.next_id, c.last_activity_at`

// page is the query for a page: one branch for each half of the index, merged in order without sorting. It wants :key and
// :n when after is set, and :limit.
func (p listPlan) page(after bool) string {
	order, beyond := " ORDER BY sort_key, n", ">"
	if p.desc {
		order, beyond = " ORDER BY sort_key DESC, n DESC", "<"
	}
	filter := p.filter
	if after {
		filter = append([]string{"(c." + p.key + ", c.n) " + beyond + " ({:key}, {:n})"}, filter...)
	}
	columns := cardColumns + ", c." + p.key + " AS sort_key"
	if p.merged {
		return p.mergedPage(columns, filter, order)
	}
	return p.branches(columns, filter) + order + " LIMIT {:limit}"
}

// mergedPage takes a page from each owner's part of the index and sorts those few: names come in no order of time, so a
// second index of them would dirty a page of its own for every lead.
func (p listPlan) mergedPage(columns string, filter []string, order string) string {
	conditions := slices.Concat([]string{"c.owner_id = owner.id", "c.is_open = half.is_open"}, filter)
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
			FROM json_each({:halves}))
		SELECT ` + columns + `
		FROM owner
		CROSS JOIN half
		CROSS JOIN prospect_card c ON c.n IN (
			SELECT c.n
			FROM prospect_card c INDEXED BY ` + p.index + `
			WHERE ` + strings.Join(conditions, " AND ") + `
			ORDER BY c.` + p.key + `, c.n
			LIMIT {:limit})` + order + `
		LIMIT {:limit}`
}

// count is the query for a total that looks at no more than :limit rows: how many it saw, and how many belong to the list.
func (p listPlan) count() string {
	hit := "1"
	if len(p.filter) > 0 {
		hit = strings.Join(p.filter, " AND ")
	}
	return "SELECT count(*) AS seen, coalesce(sum(hit), 0) AS hits FROM (" + p.branches(hit+" AS hit", nil) + " LIMIT {:limit})"
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
		branches[i] = "SELECT " + columns + " FROM prospect_card c INDEXED BY " + p.index
		if len(conditions) > 0 {
			branches[i] += " WHERE " + strings.Join(conditions, " AND ")
		}
	}
	return strings.Join(branches, " UNION ALL ")
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
	return nil
}
