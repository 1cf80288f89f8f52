package crm

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

// ContactLine is one line of the list of contacts.
type ContactLine struct {
	ID        string `json:"id" db:"id"`
	Name      string `json:"name" db:"name"`
	City      string `json:"city" db:"city"`
	Phone     string `json:"phone" db:"-"` // as on a card
	Email     string `json:"email" db:"email"`
	Phones    int    `json:"phones" db:"phones"`
	Emails    int    `json:"emails" db:"emails"`
	Prospects int    `json:"prospects" db:"prospects"` // that the viewer may see
	Sellers   string `json:"sellers" db:"sellers"`     // names of theirs, with commas
	LeadAt    string `json:"lead_at" db:"-"`           // of the newest of them
	// PossibleDuplicate says that the person may be one with another whom the viewer sees.
	PossibleDuplicate bool `json:"possible_duplicate" db:"-"`
}

// ContactPage is one page of contacts.
type ContactPage struct {
	Items []ContactLine `json:"items"`
	Next  string        `json:"next"`
	Total int           `json:"total"` // as ProspectPage.Total; of a search CountUnknown beyond 1,000
}

// ListContacts returns a page of the people of whom the viewer may see a prospect, by name or, with a query, the newest first.
// It reads the list of prospects, of each contact the newest.
func (s *Service) ListContacts(ctx context.Context, v account.Viewer, query, sort, cursor string, limit int) (ContactPage, error) {
	if sort == "" {
		sort = SortName
	}
	cards, err := s.ListProspects(ctx, v, ProspectFilter{Query: query, Sort: sort, PerContact: true, Cursor: cursor, Limit: limit})
	if err != nil {
		return ContactPage{}, err
	}
	page := ContactPage{Items: make([]ContactLine, 0, len(cards.Items)), Next: cards.Next, Total: cards.Total}
	ids := make([]string, len(cards.Items))
	for i, c := range cards.Items {
		ids[i] = c.ContactID
	}
	more, err := s.contactLines(ctx, v, ids)
	if err != nil {
		return ContactPage{}, fmt.Errorf("list contacts: %w", err)
	}
	for _, c := range cards.Items {
		line, ok := more[c.ContactID]
		if !ok {
			continue
		}
		line.Phone, line.LeadAt, line.PossibleDuplicate = c.Phone, c.LeadAt, c.PossibleDuplicate
		page.Items = append(page.Items, line)
	}
	return page, nil
}

// countContacts returns how many people the whole list has, which is kept by seller and for everybody: however many they are, it
// is one row.
func (s *Service) countContacts(ctx context.Context, v account.Viewer) (int, error) {
	owner := "*"
	if !v.IsAdmin() {
		owner = v.UserID
	}
	var n int
	err := s.store.Read().NewQuery("SELECT coalesce((SELECT n FROM tally_contact WHERE owner_id = {:owner}), 0)").
		Bind(dbx.Params{"owner": owner}).WithContext(ctx).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count contacts: %w", err)
	}
	return n, nil
}

func (s *Service) contactLines(ctx context.Context, v account.Viewer, ids []string) (map[string]ContactLine, error) {
	list, err := jsonList(ids)
	if err != nil {
		return nil, err
	}
	params := viewerParams(v, "")
	params["ids"] = list
	var rows []ContactLine
	err = s.store.Read().NewQuery(`
		SELECT c.id, c.name, c.city,
			coalesce((
				SELECT iif(m.address = '', m.raw, m.address)
				FROM contact_email m
				WHERE m.contact_id = c.id
				AND m.deleted = 0
				ORDER BY m.address = '', m.position, m.id
				LIMIT 1), '') AS email,
			(SELECT count(*) FROM contact_phone h WHERE h.contact_id = c.id AND h.deleted = 0) AS phones,
			(SELECT count(*) FROM contact_email m WHERE m.contact_id = c.id AND m.deleted = 0) AS emails,
			(SELECT count(*) FROM prospect p INDEXED BY prospect_contact WHERE p.contact_id = c.id AND` + seen + `) AS prospects,
			coalesce((
				SELECT group_concat(DISTINCT u.name)
				FROM prospect p INDEXED BY prospect_contact
				CROSS JOIN user u ON u.id = p.owner_id
				WHERE p.contact_id = c.id
				AND` + seen + `), '') AS sellers
		FROM json_each({:ids}) j
		CROSS JOIN contact c ON c.id = j.value
		WHERE c.deleted = 0`).Bind(params).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, err
	}
	lines := make(map[string]ContactLine, len(rows))
	for _, r := range rows {
		if r.Prospects > 0 { // else it was taken from the viewer since the cards were read
			lines[r.ID] = r
		}
	}
	return lines, nil
}

// ContactDetail is everything one screen shows about a contact except its timeline.
type ContactDetail struct {
	Contact
	CreatedAt string            `json:"created_at"`
	Prospects []ContactProspect `json:"prospects"` // that the viewer may see: open ones first, then the newest
	// Duplicates is with how many others whom the viewer sees this person may be one.
	Duplicates int `json:"duplicates"`
}

// Contact returns one contact. Fault contact.not_found.
func (s *Service) Contact(ctx context.Context, v account.Viewer, id string) (ContactDetail, error) {
	var d ContactDetail
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		err := q.NewQuery(`
			SELECT c.id, c.name, c.city, c.created_at, c.opposed_at
			FROM contact c
			WHERE c.id = {:id}
			AND`+seenContact).Bind(viewerParams(v, id)).Row(&d.ID, &d.Name, &d.City, &d.CreatedAt, &d.OpposedAt)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New("contact.not_found")
		}
		if err != nil {
			return err
		}
		if d.Phones, d.Emails, err = contactReach(q, id); err != nil {
			return err
		}
		if d.Prospects, err = prospectsOf(q, v, id); err != nil {
			return err
		}
		d.Duplicates, err = countDuplicatesOf(q, v, id)
		return err
	})
	if err != nil {
		return ContactDetail{}, fmt.Errorf("read contact: %w", err)
	}
	return d, nil
}

func prospectsOf(q dbx.Builder, v account.Viewer, contact string) ([]ContactProspect, error) {
	list := []ContactProspect{}
	err := q.NewQuery(`
		SELECT p.id, p.stage_id, p.status, p.owner_id, coalesce(u.name, '') AS owner_name, p.form_name, p.source, p.lead_at
		FROM prospect p
		LEFT JOIN user u ON u.id = p.owner_id
		WHERE p.contact_id = {:id}
		AND` + seen + `
		ORDER BY p.status IN ('discarded', 'closed'), p.lead_at DESC, p.n DESC`).Bind(viewerParams(v, contact)).All(&list)
	if err != nil {
		return nil, fmt.Errorf("read prospects of contact: %w", err)
	}
	return list, nil
}

// ContactTimeline returns a page of what happened to all prospects of a contact that the viewer may see, newest first. Fault
// contact.not_found.
func (s *Service) ContactTimeline(ctx context.Context, v account.Viewer, id, after string, limit int) (TimelinePage, error) {
	return s.timelineOf(ctx, timelineQuery, after, limit, func(q dbx.Builder) ([]string, error) {
		prospects, err := prospectsOf(q, v, id)
		if err != nil {
			return nil, err
		}
		if len(prospects) == 0 {
			return nil, fault.New("contact.not_found")
		}
		ids := make([]string, len(prospects))
		for i, p := range prospects {
			ids[i] = p.ID
		}
		return ids, nil
	})
}
