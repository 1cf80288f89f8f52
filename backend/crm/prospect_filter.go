package crm

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

// settle checks a filter and finds out which instants its days are, where the office is.
func (s *Service) settle(ctx context.Context, f ProspectFilter) (ProspectFilter, error) {
	if err := f.check(); err != nil {
		return f, err
	}
	f = f.aged(s.clock.Now())
	if f.timesHours() {
		if err := s.keepHours(ctx); err != nil {
			return f, err
		}
	}
	if f.LeadFrom+f.LeadTo+f.AttendedFrom+f.AttendedTo+f.EndedFrom+f.EndedTo == "" {
		return f, nil
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return f, err
	}
	today := s.clock.Now().In(zone)
	var since, before string
	for _, d := range []struct {
		name, from, to string
		since, before  *string
	}{
		{"lead", f.LeadFrom, f.LeadTo, &since, &before},
		{"attended", f.AttendedFrom, f.AttendedTo, &f.attendedSince, &f.attendedBefore},
		{"ended", f.EndedFrom, f.EndedTo, &f.endedSince, &f.endedBefore},
	} {
		if *d.since, err = dayStart(d.name+"_from", d.from, today, 0); err != nil {
			return f, err
		}
		if *d.before, err = dayStart(d.name+"_to", d.to, today, 1); err != nil {
			return f, err
		}
	}
	f.leadSince = max(f.leadSince, since)
	if f.leadBefore == "" || before != "" && before < f.leadBefore {
		f.leadBefore = before
	}
	return f, nil
}

// daysAgo is a day as a distance from today: "-0d" is today, "-7d" a week ago.
var daysAgo = regexp.MustCompile(`^-(\d{1,4})d$`)

// dayStart is the instant at which the day that a filter names begins, after so many days more; "" for "".
func dayStart(field, text string, today time.Time, more int) (string, error) {
	if text == "" {
		return "", nil
	}
	if ago := daysAgo.FindStringSubmatch(text); ago != nil {
		n, err := strconv.Atoi(ago[1])
		if err != nil {
			return "", &fault.Error{Code: "input.invalid", Field: field, Err: err}
		}
		return clock.Format(startOfDay(today.AddDate(0, 0, more-n), today.Location())), nil
	}
	if _, err := checkDate(field, text); err != nil {
		return "", err
	}
	day, err := time.Parse(clock.DateLayout, text)
	if err != nil {
		return "", &fault.Error{Code: "input.invalid", Field: field, Err: err}
	}
	return clock.Format(startOfDay(day.AddDate(0, 0, more), today.Location())), nil
}

// zone is the office's time zone, UTC before it has one.
func (s *Service) zone(ctx context.Context) (*time.Location, error) {
	var names []string
	err := s.store.Read().NewQuery(`
		SELECT timezone
		FROM office
		WHERE deleted = 0
		LIMIT 1`).WithContext(ctx).Column(&names)
	if err != nil {
		return nil, fmt.Errorf("read time zone: %w", err)
	}
	if len(names) == 0 {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(names[0])
	if err != nil {
		return nil, fmt.Errorf("read time zone: %w", err)
	}
	return zone, nil
}

// CountProspects returns how many prospects a list has, however many: what ListProspects leaves unknown. The way in is the
// list's own; filters beyond it are looked at row by row.
func (s *Service) CountProspects(ctx context.Context, v account.Viewer, f ProspectFilter) (int, error) {
	f, err := s.settle(ctx, f)
	if err != nil {
		return 0, err
	}
	var query string
	var params dbx.Params
	if strings.TrimSpace(f.Query) != "" && !isBegun(f.Query) {
		p := f.searchPlan(v)
		if p.empty {
			return 0, nil
		}
		query, params = p.countFound(), p.params
	} else {
		f.Sort = SortRecent // the order does not matter, and this one has the narrowest ways in
		p := f.plan(v, false)
		if p.empty {
			return 0, nil
		}
		query, params = "SELECT count(*) FROM ("+p.branches("1 AS hit", p.filter)+")", p.params
	}
	var n int
	if err := s.store.Read().NewQuery(query).Bind(params).WithContext(ctx).Row(&n); err != nil {
		return 0, fmt.Errorf("count prospects: %w", err)
	}
	return n, nil
}

// countFound is the query for how many prospects a search finds.
func (p listPlan) countFound() string {
	filter := ""
	for _, f := range p.filter {
		filter += " AND " + f
	}
	return `SELECT count(*)
		FROM prospect_search
		CROSS JOIN prospect_card c ON c.n = prospect_search.rowid
		WHERE prospect_search MATCH {:words}
		AND ({:owner} IS NULL OR c.owner_id = {:owner})` + filter
}

// IDPage is one page of what a list holds, by id alone.
type IDPage struct {
	IDs  []string `json:"ids"`
	Next string   `json:"next"` // cursor of the page after, "" on the last one
}

// mostIDs is how many ids a page may hold.
const mostIDs = 2000

// ProspectIDs returns the ids of a list, page after page: what "all that match" selects.
func (s *Service) ProspectIDs(ctx context.Context, v account.Viewer, f ProspectFilter) (IDPage, error) {
	f, err := s.settle(ctx, f)
	if err != nil {
		return IDPage{}, err
	}
	after, err := readCursor(f.Cursor)
	if err != nil {
		return IDPage{}, err
	}
	f.Limit = mostIDs
	var rows []cardRow
	if strings.TrimSpace(f.Query) != "" && !isBegun(f.Query) {
		rows, _, err = s.searchRows(ctx, v, f, after)
	} else {
		rows, err = s.listRows(ctx, v, f, after)
	}
	if err != nil {
		return IDPage{}, fmt.Errorf("list ids: %w", err)
	}
	page := IDPage{IDs: make([]string, min(len(rows), f.Limit))}
	for i := range page.IDs {
		page.IDs[i] = rows[i].ProspectID
	}
	if len(rows) > f.Limit {
		page.Next = f.cursorAt(rows[f.Limit-1], 0).String()
	}
	return page, nil
}

// Named is something to choose by its name.
type Named struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
}

// Origins are the forms and the campaigns that the viewer's prospects came by, by name.
type Origins struct {
	Forms     []Named `json:"forms"`
	Campaigns []Named `json:"campaigns"`
}

// ListOrigins returns what the lists can be narrowed to by form and by campaign.
func (s *Service) ListOrigins(ctx context.Context, v account.Viewer) (Origins, error) {
	o := Origins{Forms: []Named{}, Campaigns: []Named{}}
	for _, part := range []struct {
		what string
		into *[]Named
	}{{"form", &o.Forms}, {"campaign", &o.Campaigns}} {
		query, params := originsQuery(v, part.what)
		if err := s.store.Read().NewQuery(query).Bind(params).WithContext(ctx).All(part.into); err != nil {
			return Origins{}, fmt.Errorf("list origins: %w", err)
		}
	}
	return o, nil
}

// originsQuery jumps from one form to the next in their index for who sees everything, and goes through the viewer's own
// prospects otherwise.
func originsQuery(v account.Viewer, what string) (string, dbx.Params) {
	id := what + "_id"
	name := nameOf(what, "origin.id")
	if !v.IsAdmin() {
		return `
			SELECT id, ` + name + ` AS name
			FROM (
				SELECT DISTINCT o.` + id + ` AS id
				FROM prospect_card o INDEXED BY card_owner_lead
				WHERE o.owner_id = {:viewer}
				AND {:viewer} <> ''
				AND o.` + id + ` <> '') origin
			ORDER BY 2, 1`, dbx.Params{"viewer": v.UserID}
	}
	return `
		WITH RECURSIVE origin (id) AS (
			SELECT (SELECT min(` + id + `) FROM prospect_card WHERE ` + id + ` <> '')
			UNION ALL
			SELECT (SELECT min(c.` + id + `) FROM prospect_card c WHERE c.` + id + ` <> '' AND c.` + id + ` > origin.id)
			FROM origin
			WHERE origin.id IS NOT NULL)
		SELECT id, ` + name + ` AS name
		FROM origin
		WHERE id IS NOT NULL
		ORDER BY 2, 1`, dbx.Params{}
}
