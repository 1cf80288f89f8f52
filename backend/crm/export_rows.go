package crm

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
)

// Rows for files. Every list is read page by page, each a query of its own that is over when it returns, so that a file of a
// hundred thousand people takes no more memory than one of ten and keeps no snapshot open. What is yielded is a value for every
// field, in their order; nil is yielded for a person who asked not to be contacted: they stand in no file.

// The fields of rows, in their order.
var (
	ProspectFields = []string{
		"name", "phone", "email", "city", "stage", "status", "temperature", "reason", "seller", "tags", "source", "form", "campaign",
		"lead_at", "received_at", "attended_at", "next_at", "next_kind", "last_activity_at", "created_at",
	}
	ContactFields   = []string{"name", "phone", "email", "city", "prospects", "seller", "created_at"}
	DuplicateFields = []string{
		"name", "phone", "email", "seller", "other_name", "other_phone", "other_email", "other_seller", "reasons",
	}
	ActivityFields = []string{"when", "minutes", "kind", "result", "name", "phone", "body", "author", "seller", "done_at", "created_at"}
)

// rowsAtOnce is how many rows are read at a time.
const rowsAtOnce = 200

// contactPhones and contactEmails are all of contact c's, one a line.
const (
	contactPhones = `coalesce((
			SELECT group_concat(CASE WHEN h.e164 <> '' THEN h.e164 ELSE h.raw END, char(10))
			FROM (SELECT e164, raw FROM contact_phone WHERE contact_id = c.id AND deleted = 0 ORDER BY position, id) h), '')`
	contactEmails = `coalesce((
			SELECT group_concat(CASE WHEN e.address <> '' THEN e.address ELSE e.raw END, '; ')
			FROM (SELECT address, raw FROM contact_email WHERE contact_id = c.id AND deleted = 0 ORDER BY position, id) e), '')`
	// contactOpposed tells whether contact c asked not to be contacted.
	contactOpposed = `c.opposed_at IS NOT NULL`
)

// prospectExtra is what a file has of a prospect beside its card.
type prospectExtra struct {
	ID        string `db:"id"`
	Phones    string `db:"phones"`
	Emails    string `db:"emails"`
	City      string `db:"city"`
	Stage     string `db:"stage"`
	Reason    string `db:"reason"`
	Tags      string `db:"tags"`
	Source    string `db:"source"`
	CreatedAt string `db:"created_at"`
	Opposed   bool   `db:"opposed"`
}

const prospectExtras = `
	SELECT p.id, ` + contactPhones + ` AS phones, ` + contactEmails + ` AS emails, c.city,
		coalesce((SELECT name FROM stage WHERE id = p.stage_id), '') AS stage,
		coalesce((SELECT name FROM discard_reason WHERE id = p.reason_id), '') AS reason,
		coalesce((
			SELECT group_concat(t.name, ', ')
			FROM prospect_tag pt
			JOIN tag t ON t.id = pt.tag_id
			WHERE pt.prospect_id = p.id
			AND pt.deleted = 0
			AND t.deleted = 0), '') AS tags,
		p.source, p.created_at, ` + contactOpposed + ` AS opposed
	FROM json_each({:ids}) w
	CROSS JOIN prospect p ON p.id = w.value
	JOIN contact c ON c.id = p.contact_id`

// ProspectRows yields the rows of a list of prospects, in its order.
func (s *Service) ProspectRows(ctx context.Context, v account.Viewer, f ProspectFilter) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		f.Limit, f.Cursor = rowsAtOnce, ""
		for {
			page, err := s.ListProspects(ctx, v, f)
			if err != nil {
				yield(nil, err)
				return
			}
			extras, err := s.extrasOf(ctx, page.Items)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, card := range page.Items {
				x, there := extras[card.ID]
				if !there { // removed since
					continue
				}
				if !yield(card.row(x), nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			f.Cursor = page.Next
		}
	}
}

func (s *Service) extrasOf(ctx context.Context, cards []Card) (map[string]prospectExtra, error) {
	ids := make([]string, len(cards))
	for i, card := range cards {
		ids[i] = card.ID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	var rows []prospectExtra
	err = s.store.Read().NewQuery(prospectExtras).Bind(dbx.Params{"ids": string(list)}).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read rows of prospects: %w", err)
	}
	extras := make(map[string]prospectExtra, len(rows))
	for _, row := range rows {
		extras[row.ID] = row
	}
	return extras, nil
}

func (c Card) row(x prospectExtra) []string {
	if x.Opposed {
		return nil
	}
	at, kind := "", ""
	if c.Next != nil {
		at, kind = deref(c.Next.At)+deref(c.Next.On), c.Next.Kind
	}
	return []string{
		c.Name, x.Phones, x.Emails, x.City, x.Stage, c.Status, c.Temperature, x.Reason, c.OwnerName, x.Tags, x.Source, c.FormName, c.CampaignName,
		c.LeadAt, c.ReceivedAt, deref(c.AttendedAt), at, kind, deref(c.LastActivityAt), x.CreatedAt,
	}
}

// fileRow is a row of a list that is read in the order of its ids.
type fileRow struct {
	ID      string `db:"id"`
	Opposed bool   `db:"opposed"`
	Cells   string `db:"cells"` // JSON: an array of texts
}

// byID yields what a query gives, page after page: :after is the id before, :limit how many.
func (s *Service) byID(ctx context.Context, query string, p dbx.Params) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		p["after"], p["limit"] = "", rowsAtOnce
		for {
			var rows []fileRow
			if err := s.store.Read().NewQuery(query).Bind(p).WithContext(ctx).All(&rows); err != nil {
				yield(nil, fmt.Errorf("read rows: %w", err))
				return
			}
			for _, r := range rows {
				cells, err := r.cells()
				if !yield(cells, err) || err != nil {
					return
				}
			}
			if len(rows) < rowsAtOnce {
				return
			}
			p["after"] = rows[len(rows)-1].ID
		}
	}
}

// ContactRows yields the people of a list of contacts, in its order.
func (s *Service) ContactRows(ctx context.Context, v account.Viewer, query, sort string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for cursor := ""; ; {
			page, err := s.ListContacts(ctx, v, query, sort, cursor, rowsAtOnce)
			if err != nil {
				yield(nil, err)
				return
			}
			ids := make([]string, len(page.Items))
			for i, c := range page.Items {
				ids[i] = c.ID
			}
			rows, err := s.contactCells(ctx, v, ids)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, id := range ids {
				row, there := rows[id]
				if there && !yield(row, nil) {
					return
				}
			}
			if cursor = page.Next; cursor == "" {
				return
			}
		}
	}
}

// contactCells are the rows of contacts by id, nil for one who asked not to be contacted.
func (s *Service) contactCells(ctx context.Context, v account.Viewer, ids []string) (map[string][]string, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	p := viewerParams(v, "")
	p["ids"] = string(list)
	var rows []fileRow
	err = s.store.Read().NewQuery(`
		SELECT c.id, ` + contactOpposed + ` AS opposed, json_array(c.name, ` + contactPhones + `, ` + contactEmails + `, c.city,
			CAST((SELECT count(*) FROM prospect p WHERE p.contact_id = c.id AND` + seen + `) AS TEXT),
			coalesce((
				SELECT group_concat(DISTINCT u.name)
				FROM prospect p
				JOIN user u ON u.id = p.owner_id
				WHERE p.contact_id = c.id
				AND` + seen + `), ''), c.created_at) AS cells
		FROM json_each({:ids}) w
		CROSS JOIN contact c ON c.id = w.value
		WHERE` + seenContact).Bind(p).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read rows of contacts: %w", err)
	}
	found := make(map[string][]string, len(rows))
	for _, r := range rows {
		if found[r.ID], err = r.cells(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// cells are nil for somebody who is left out.
func (r fileRow) cells() (cells []string, err error) {
	if r.Opposed {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(r.Cells), &cells); err != nil {
		return nil, fmt.Errorf("read rows: %w", err)
	}
	return cells, nil
}

// CountContacts returns how many people a list of contacts has, CountUnknown where that would cost too much.
func (s *Service) CountContacts(ctx context.Context, v account.Viewer, query, sort string) (n int, err error) {
	page, err := s.ListContacts(ctx, v, query, sort, "", 1)
	return page.Total, err
}

// DuplicateRows yields the pairs who may be one person, without those of whom one asked not to be contacted.
func (s *Service) DuplicateRows(ctx context.Context, v account.Viewer) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for cursor := ""; ; {
			page, err := s.ListDuplicates(ctx, v, cursor, rowsAtOnce)
			if err != nil {
				yield(nil, err)
				return
			}
			var ids []string
			for _, pair := range page.Items {
				for _, c := range pair.Contacts {
					ids = append(ids, c.ID)
				}
			}
			cells, err := s.contactCells(ctx, v, ids)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, pair := range page.Items {
				if !yield(pair.row(cells), nil) {
					return
				}
			}
			if cursor = page.Next; cursor == "" {
				return
			}
		}
	}
}

func (d DuplicatePair) row(cells map[string][]string) []string {
	var row []string
	for _, c := range d.Contacts {
		contact := cells[c.ID]
		if contact == nil {
			return nil
		}
		row = append(row, contact[0], contact[1], contact[2], contact[5])
	}
	return append(row, strings.Join(d.Reasons, ", "))
}

// ActivityFilter narrows rows of activities. The zero value is everything.
type ActivityFilter struct {
	// Range is the stretch of days in which something is planned; the zero value asks for every activity, done or not.
	Range AgendaRange
	// Done keeps what has been done ("true") or what has not ("false").
	Done string
}

func (f ActivityFilter) where(p dbx.Params) (string, error) {
	where := ""
	if f.Range != (AgendaRange{Seller: f.Range.Seller}) {
		if err := f.Range.check(); err != nil {
			return "", err
		}
		p["from"], p["to"], p["from_at"], p["to_at"] = f.Range.From, f.Range.To, f.Range.FromAt, f.Range.ToAt
		where += " AND (a.due_at < {:to_at} AND (a.due_at >= {:from_at} OR " + runsInto("a.kind", "a.due_at", "a.minutes") + ") OR a.due_on >= {:from} AND a.due_on < {:to})"
	}
	if f.Range.Seller != "" {
		p["seller"] = f.Range.Seller
		if f.Range.Seller == SellerNone {
			p["seller"] = ""
		}
		where += " AND p.owner_id = {:seller}"
	}
	switch f.Done {
	case "true":
		where += " AND a.done_at IS NOT NULL"
	case "false":
		where += " AND a.done_at IS NULL"
	}
	return where, nil
}

// activitiesFrom joins an activity to its prospect, its contact and the viewer.
const activitiesFrom = `
	FROM activity a
	JOIN prospect p ON p.id = a.prospect_id
	JOIN contact c ON c.id = p.contact_id
	WHERE a.deleted = 0
	AND` + seen

// ActivityRows yields activities of the viewer's prospects, in the order in which they were noted.
func (s *Service) ActivityRows(ctx context.Context, v account.Viewer, f ActivityFilter) iter.Seq2[[]string, error] {
	p := viewerParams(v, "")
	where, err := f.where(p)
	if err != nil {
		return func(yield func([]string, error) bool) { yield(nil, err) }
	}
	return s.byID(ctx, `
		SELECT a.id, `+contactOpposed+` AS opposed, json_array(coalesce(a.due_at, a.due_on, a.done_at, ''), coalesce(CAST(a.minutes AS TEXT), ''), a.kind, a.result, c.name,
			`+contactPhones+`, a.body, coalesce((SELECT u.name FROM user u WHERE u.id = a.author_id), ''),
			coalesce((SELECT u.name FROM user u WHERE u.id = p.owner_id), ''), coalesce(a.done_at, ''), a.created_at) AS cells`+
		activitiesFrom+where+`
		AND a.id > {:after}
		ORDER BY a.id
		LIMIT {:limit}`, p)
}

// CountActivities returns how many rows ActivityRows yields, those of people who are left out among them. Fault input.invalid.
func (s *Service) CountActivities(ctx context.Context, v account.Viewer, f ActivityFilter) (n int, err error) {
	p := viewerParams(v, "")
	where, err := f.where(p)
	if err != nil {
		return 0, err
	}
	err = s.store.Read().NewQuery("SELECT count(*)" + activitiesFrom + where).Bind(p).WithContext(ctx).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count activities: %w", err)
	}
	return n, nil
}
