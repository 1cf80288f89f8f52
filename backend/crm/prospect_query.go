package crm

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"sitegroup.mx/crm/backend/account"
)

// mostCounted bounds the rows a total looks at.
const mostCounted = 10_000

// cardRow is a card as the queries of lists return it.
type cardRow struct {
	N              int64   `db:"n"`
	ProspectID     string  `db:"prospect_id"`
	ContactID      string  `db:"contact_id"`
	Name           string  `db:"name"`
	Phone          string  `db:"phone"`
	StageID        string  `db:"stage_id"`
	Status         string  `db:"status"`
	Temperature    string  `db:"temperature"`
	OwnerID        string  `db:"owner_id"`
	OwnerName      string  `db:"owner_name"`
	FormName       string  `db:"form_name"`
	CampaignName   string  `db:"campaign_name"`
	LeadAt         string  `db:"lead_at"`
	ReceivedAt     string  `db:"received_at"`
	AttendedAt     *string `db:"attended_at"`
	NextAt         *string `db:"next_at"`
	NextKind       *string `db:"next_kind"`
	NextID         *string `db:"next_id"`
	LastActivityAt *string `db:"last_activity_at"`
	ReasonID       string  `db:"reason_id"`
	Tags           string  `db:"tags"` // JSON
	Opposed        bool    `db:"opposed"`
	SortKey        string  `db:"sort_key"`
	Total          int     `db:"total"` // of searches
}

func (r cardRow) card() Card {
	return Card{
		ID: r.ProspectID, ContactID: r.ContactID, Name: r.Name, Phone: r.Phone, StageID: r.StageID, Status: r.Status,
		Temperature: r.Temperature, OwnerID: r.OwnerID, OwnerName: r.OwnerName, FormName: r.FormName,
		CampaignName: r.CampaignName, LeadAt: r.LeadAt, ReceivedAt: r.ReceivedAt, AttendedAt: r.AttendedAt,
		Next: nextAction(r.NextID, r.NextKind, r.NextAt), LastActivityAt: r.LastActivityAt,
		Opposed: r.Opposed, ReasonID: r.ReasonID, Tags: readTags(r.Tags),
	}
}

// readTags reads what tagsOf selects.
func readTags(list string) []string {
	tags := []string{}
	if json.Unmarshal([]byte(list), &tags) != nil {
		return []string{}
	}
	return tags
}

// nextAction tells a date from an instant by its length.
func nextAction(id, kind, at *string) *NextAction {
	if id == nil || kind == nil || at == nil {
		return nil
	}
	next := &NextAction{ID: *id, Kind: *kind}
	if len(*at) == len("2006-01-02") {
		next.On = at
	} else {
		next.At = at
	}
	return next
}

// ListProspects returns a page of the prospects the viewer may see. Fault input.invalid for a filter or cursor that makes
// no sense.
func (s *Service) ListProspects(ctx context.Context, v account.Viewer, f ProspectFilter) (ProspectPage, error) {
	f, err := s.settle(ctx, f)
	if err != nil {
		return ProspectPage{}, err
	}
	after, err := readCursor(f.Cursor)
	if err != nil {
		return ProspectPage{}, err
	}
	f.Limit = pageLimit(f.Limit)
	shorter, mayShorten := withoutBegunDigits(f.Query)
	shortened := mayShorten && after != nil && after.Shortened
	if shortened {
		f.Query = shorter
	}
	rows, total, err := s.rowsOf(ctx, v, f, after)
	if err == nil && len(rows) == 0 && after == nil && mayShorten {
		shortened, f.Query = true, shorter
		rows, total, err = s.rowsOf(ctx, v, f, after)
	}
	if err != nil {
		return ProspectPage{}, fmt.Errorf("list prospects: %w", err)
	}
	page := f.page(rows, total, after, shortened)
	if err := s.markDuplicates(ctx, v, page.Items); err != nil {
		return ProspectPage{}, fmt.Errorf("list prospects: %w", err)
	}
	return page, nil
}

// rowsOf reads one row more than the page holds, and counts for the first page what the rows do not tell.
func (s *Service) rowsOf(ctx context.Context, v account.Viewer, f ProspectFilter, after *cursor) ([]cardRow, int, error) {
	if strings.TrimSpace(f.Query) != "" && !isBegun(f.Query) {
		return s.searchRows(ctx, v, f, after)
	}
	rows, err := s.listRows(ctx, v, f, after)
	if err != nil || after != nil || len(rows) <= f.Limit {
		return rows, CountUnknown, err
	}
	if f.PerContact {
		total, err := s.countContacts(ctx, v)
		return rows, total, err
	}
	total, err := s.countProspects(ctx, v, f)
	return rows, total, err
}

// page is the page that rows, one more than it holds when there is another, make. total counts where they are not all;
// shortened says that the search was read without its last digits.
func (f ProspectFilter) page(rows []cardRow, total int, after *cursor, shortened bool) ProspectPage {
	page := ProspectPage{Items: make([]Card, min(len(rows), f.Limit)), Total: total}
	for i := range page.Items {
		page.Items[i] = rows[i].card()
	}
	more := len(rows) > f.Limit
	switch {
	case after != nil:
		page.Total = after.Total
	case !more:
		page.Total = len(rows)
	}
	if more {
		next := f.cursorAt(rows[f.Limit-1], page.Total)
		next.Shortened = shortened
		page.Next = next.String()
	}
	return page
}

// cursorAt is the cursor of a page that ends with row.
func (f ProspectFilter) cursorAt(row cardRow, total int) cursor {
	c := cursor{Key: row.SortKey, N: row.N, Total: total}
	if f.Sort == SortNext && row.NextAt == nil || f.Sort == SortActivity && row.LastActivityAt == nil {
		c.Phase = 1
	}
	return c
}

// listRows reads one row more than the page holds, so that the caller sees whether there is another page.
func (s *Service) listRows(ctx context.Context, v account.Viewer, f ProspectFilter, after *cursor) ([]cardRow, error) {
	phase, last := 0, 0
	if f.Sort == SortNext || f.Sort == SortActivity {
		last = 1
	}
	if after != nil {
		phase = min(max(after.Phase, 0), last)
	}
	var rows []cardRow
	for ; phase <= last && len(rows) <= f.Limit; phase++ {
		p := f.plan(v, phase == 1)
		if p.empty {
			return nil, nil
		}
		p.params["limit"] = f.Limit + 1 - len(rows)
		continues := after != nil && after.Phase == phase
		if continues {
			p.params["key"], p.params["n"] = after.Key, after.N
		}
		var part []cardRow
		if err := s.store.Read().NewQuery(p.page(continues)).Bind(p.params).WithContext(ctx).All(&part); err != nil {
			return nil, err
		}
		rows = append(rows, part...)
	}
	return rows, nil
}

// countProspects returns the length of the list, CountUnknown when mostCounted rows are not all of it.
func (s *Service) countProspects(ctx context.Context, v account.Viewer, f ProspectFilter) (int, error) {
	f.Sort = SortRecent // the order does not matter, and this one has the narrowest ways in
	p := f.plan(v, false)
	if p.empty {
		return 0, nil
	}
	p.params["limit"] = mostCounted + 1
	var seen, hits int
	err := s.store.Read().NewQuery(p.count()).Bind(p.params).WithContext(ctx).Row(&seen, &hits)
	if err != nil {
		return 0, err
	}
	if seen > mostCounted {
		return CountUnknown, nil
	}
	return hits, nil
}
