package crm

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// MergePreview is what the screen of a merge shows before it is done.
type MergePreview struct {
	Contacts []MergeColumn `json:"contacts"` // oldest first
	Counts   MergeCounts   `json:"counts"`   // what stays of all of them together
	Sellers  []MergeSeller `json:"sellers"`  // whose the open prospects are; one has to be chosen when there are several
}

// MergeColumn is one of the contacts that may be one.
type MergeColumn struct {
	Contact
	CreatedAt string            `json:"created_at"`
	Prospects []ContactProspect `json:"prospects"`
}

// MergeSeller is a seller of an open prospect; the ID is "" for the tray.
type MergeSeller struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
}

// ContactProspect is one commercial follow-up of a contact.
type ContactProspect struct {
	ID        string `json:"id" db:"id"`
	StageID   string `json:"stage_id" db:"stage_id"`
	Status    string `json:"status" db:"status"`
	OwnerID   string `json:"owner_id" db:"owner_id"`
	OwnerName string `json:"owner_name" db:"owner_name"`
	FormName  string `json:"form_name" db:"form_name"`
	Source    string `json:"source" db:"source"`
	LeadAt    string `json:"lead_at" db:"lead_at"`
}

// PreviewMerge shows contacts side by side, and what a merge would keep. It is for administrators. Faults: access.admin_only,
// merge.same, merge.already, contact.not_found.
func (s *Service) PreviewMerge(ctx context.Context, v account.Viewer, contacts []string) (MergePreview, error) {
	if !v.IsAdmin() {
		return MergePreview{}, fault.New(account.CodeAdminOnly)
	}
	p := MergePreview{Sellers: []MergeSeller{}}
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		if err := mergeable(q, contacts); err != nil {
			return err
		}
		for _, id := range contacts {
			c, err := readMergeable(q, id)
			if err != nil {
				return err
			}
			column := MergeColumn{Contact: Contact{ID: id, Name: c.Name, City: c.City, OpposedAt: c.OpposedAt}, CreatedAt: c.CreatedAt}
			if column.Phones, column.Emails, err = contactReach(q, id); err != nil {
				return err
			}
			if column.Prospects, err = prospectsOf(q, v, id); err != nil {
				return err
			}
			p.Contacts = append(p.Contacts, column)
		}
		slices.SortFunc(p.Contacts, func(a, b MergeColumn) int {
			return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
		})
		var err error
		if p.Counts, err = countMerge(q, contacts); err != nil {
			return err
		}
		sellers, err := openSellers(q, contacts)
		if err != nil {
			return err
		}
		for _, id := range sellers {
			seller := MergeSeller{ID: id}
			if id != "" {
				if seller.Name, err = userName(q, id); err != nil {
					return err
				}
			}
			p.Sellers = append(p.Sellers, seller)
		}
		return nil
	})
	if err != nil {
		return MergePreview{}, fmt.Errorf("preview merge: %w", err)
	}
	return p, nil
}

func userName(q dbx.Builder, id string) (string, error) {
	var names []string
	err := q.NewQuery("SELECT name FROM user WHERE id = {:id}").Bind(dbx.Params{"id": id}).Column(&names)
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[0], nil
}

// MergeAsk is what a seller says about contacts that may be one.
type MergeAsk struct {
	// Contacts are the seller's own, one at least.
	Contacts []string
	// Reach is a phone or an e-mail that somebody else in the office has; with it one contact is enough.
	Reach string
	Note  string
}

// AskMerge notes that a seller asks an administrator to merge. The seller does not learn who the other person is. Faults:
// contact.not_found, merge.same, merge.reach_unknown for a phone or e-mail that nobody else has, input.too_long.
func (s *Service) AskMerge(ctx context.Context, v account.Viewer, ask MergeAsk) (Created, error) {
	note, err := checkText("note", ask.Note, longestReason)
	if err != nil {
		return Created{}, err
	}
	reach, err := checkText("reach", ask.Reach, longestRaw)
	if err != nil {
		return Created{}, err
	}
	if n := len(union(nil, ask.Contacts)); n != len(ask.Contacts) || n == 0 || n > mostMerged || n == 1 && reach == "" {
		return Created{}, fault.Invalid("contacts", CodeMergeSame, "max", mostMerged)
	}
	if reach != "" && Phone(reach).E164 == "" && Email(reach).Address == "" {
		return Created{}, fault.Invalid("reach", CodeMergeReachUnknown)
	}
	var id string
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		for _, contact := range ask.Contacts {
			if err := findContact(tx, v, contact); err != nil {
				return err
			}
		}
		prospects, err := prospectsOf(tx.Query(), v, ask.Contacts[0])
		if err != nil {
			return err
		}
		merged, err := jsonList(ask.Contacts[1:])
		if err != nil {
			return err
		}
		id = tx.NewID()
		return tx.Create("contact_merge", id, store.Row{
			"prospect_id": prospects[0].ID, "author_id": v.UserID, "survivor_id": ask.Contacts[0], "merged": merged, "note": note,
			"reach": reach, "wish": wishAsk, "created_at": nowText(tx),
		})
	})
	if err != nil {
		return Created{}, fmt.Errorf("ask for a merge: %w", err)
	}
	return Created{ID: id, Change: c}, nil
}

// DeclineMerge answers a seller that two are not one. Faults: access.admin_only, merge.not_found, merge.not_asked.
func (s *Service) DeclineMerge(ctx context.Context, v account.Viewer, id string) (Change, error) {
	if !v.IsAdmin() {
		return Change{}, fault.New(account.CodeAdminOnly)
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if err := mustBeAsked(tx, id); err != nil {
			return err
		}
		return tx.Set("contact_merge", id, store.Row{"wish": wishDecline, "wished_by": v.UserID})
	})
	if err != nil {
		return Change{}, fmt.Errorf("decline a merge: %w", err)
	}
	return c, nil
}

func mustBeAsked(tx *store.Tx, id string) error {
	m, err := readMerge(tx.Query(), id)
	if err == nil && m.Wish != wishAsk {
		err = fault.New(CodeMergeNotAsked)
	}
	return err
}

// MergeItem is a merge in the list of recent ones.
type MergeItem struct {
	ID         string       `json:"id"`
	State      string       `json:"state"`
	Problem    string       `json:"problem"`
	AuthorName string       `json:"author_name"`
	At         string       `json:"at"`
	UndoUntil  string       `json:"undo_until"` // "" when it cannot be taken back
	Note       string       `json:"note"`
	Reach      string       `json:"reach"`
	Contacts   []MergeParty `json:"contacts"` // the survivor, then whom the seller named
	Merged     []string     `json:"merged"`   // names of the contacts that are part of the survivor
	// Others are contacts, not named by the seller, whom the request may be about. For administrators.
	Others []MergeParty `json:"others"`
	Counts MergeCounts  `json:"counts"`
}

// MergeParty is a contact by id and name.
type MergeParty struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
}

// Merges lists what waits, what failed and what can be taken back, newest first: all of the office for an administrator, what they
// have asked for themselves for a seller.
func (s *Service) Merges(ctx context.Context, v account.Viewer) ([]MergeItem, error) {
	items := []MergeItem{}
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		var rows []struct {
			mergeRow
			AuthorName string `db:"author_name"`
		}
		params := viewerParams(v, "")
		params["since"] = clock.Format(s.clock.Now().Add(-MergeUndo))
		err := q.NewQuery(`
			SELECT ` + mergeColumns + `, coalesce(u.name, '') AS author_name
			FROM contact_merge m
			LEFT JOIN user u ON u.id = m.author_id
			WHERE m.deleted = 0
			AND (m.wish = 'ask' OR max(m.merged_at, m.created_at) >= {:since})
			AND m.state <> 'undone'
			AND ({:everything} = 1 OR m.author_id = {:viewer})
			ORDER BY max(m.merged_at, m.created_at) DESC, m.id DESC
			LIMIT 200`).Bind(params).All(&rows)
		if err != nil {
			return err
		}
		for i := range rows {
			m := &rows[i].mergeRow
			if err := m.read(); err != nil {
				return err
			}
			item, err := s.mergeItem(q, v, m)
			if err != nil {
				return err
			}
			item.AuthorName = rows[i].AuthorName
			items = append(items, item)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list merges: %w", err)
	}
	return items, nil
}

func (s *Service) mergeItem(q dbx.Builder, v account.Viewer, m *mergeRow) (MergeItem, error) {
	item := MergeItem{
		ID: m.ID, State: m.standing(), Problem: m.Problem, At: cmp.Or(m.MergedAt, m.CreatedAt), Note: m.Note, Reach: m.Reach,
		Contacts: []MergeParty{}, Merged: []string{}, Others: []MergeParty{}, Counts: m.Map.Counts,
	}
	if at, err := clock.Parse(m.MergedAt); err == nil && m.State == MergeDone {
		item.UndoUntil = clock.Format(at.Add(MergeUndo))
	}
	if v.IsAdmin() {
		item.Merged = append(item.Merged, m.Map.Names...)
	}
	contacts := []string{m.SurvivorID}
	if m.State != MergeDone {
		contacts = append(contacts, m.Merged...)
	}
	for _, id := range contacts {
		party, err := partyOf(q, v, id)
		if err != nil {
			return item, err
		}
		item.Contacts = append(item.Contacts, party...)
	}
	if m.Wish != wishAsk || !v.IsAdmin() {
		return item, nil
	}
	others, err := othersOf(q, m)
	if err != nil {
		return item, err
	}
	for _, id := range others {
		party, err := partyOf(q, v, id)
		if err != nil {
			return item, err
		}
		item.Others = append(item.Others, party...)
	}
	return item, nil
}

// partyOf names a contact that the viewer may see; none otherwise.
func partyOf(q dbx.Builder, v account.Viewer, id string) ([]MergeParty, error) {
	var list []MergeParty
	err := q.NewQuery(`
		SELECT c.id, c.name
		FROM contact c
		WHERE c.id = {:id}
		AND` + seenContact).Bind(viewerParams(v, id)).All(&list)
	if err != nil {
		return nil, fmt.Errorf("name a contact: %w", err)
	}
	return list, nil
}

// othersOf are those who have the phone or the e-mail that a seller has met.
func othersOf(q dbx.Builder, m *mergeRow) ([]string, error) {
	if m.Reach == "" {
		return nil, nil
	}
	byPhone, byEmail, err := findMatches(q, readPhones([]string{m.Reach}), readEmails([]string{m.Reach}))
	if err != nil {
		return nil, err
	}
	return without(union(byPhone, byEmail), func(id string) bool { return id == m.SurvivorID || slices.Contains(m.Merged, id) }), nil
}
