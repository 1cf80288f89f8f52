package crm

import (
	"context"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Why two contacts may be one. The pairs are found by SQLite, see store/migrations/0021_find_duplicates.sql.
const (
	DuplicatePhone     = "phone"      // the same phone: two computers registered it apart
	DuplicateEmail     = "email"      // the same e-mail, likewise
	DuplicateWeakEmail = "weak_email" // the same e-mail but for what its provider ignores
	DuplicateDigit     = "digit"      // the same name, and phones that differ in one digit
	DuplicateCity      = "city"       // the same name and city within thirty days
	DuplicateConflict  = "conflict"   // a lead waits that has the phone of one and the e-mail of the other
)

var duplicateReasons = []string{DuplicatePhone, DuplicateEmail, DuplicateWeakEmail, DuplicateDigit, DuplicateCity, DuplicateConflict}

// DuplicatePair is two contacts who may be one person.
type DuplicatePair struct {
	Contacts []DuplicateParty `json:"contacts"` // the older first
	Reasons  []string         `json:"reasons"`
}

// DuplicateParty is one of the two.
type DuplicateParty struct {
	ContactLine
	CreatedAt string `json:"created_at"`
}

// DuplicatePage is one page of pairs, those with the newest contact first.
type DuplicatePage struct {
	Items []DuplicatePair `json:"items"`
	Next  string          `json:"next"`
}

// mostDuplicates is up to where pairs are counted.
const mostDuplicates = 1000

// undecided limits pairs d to those of which nobody has said that they are not the same, and of whom the viewer may see both.
const undecided = ` NOT EXISTS (
			SELECT 1
			FROM contact_distinct x
			WHERE x.first_id = d.first_id
			AND x.second_id = d.second_id
			AND x.deleted = 0)
		AND EXISTS (
			SELECT 1
			FROM contact c
			WHERE c.id = d.first_id
			AND` + seenContact + `)
		AND EXISTS (
			SELECT 1
			FROM contact c
			WHERE c.id = d.second_id
			AND` + seenContact + `)`

// pairsOf is where the viewer's pairs are looked for: an administrator's everywhere, a seller's from their own people on, so that
// nobody goes through the whole office for them.
func pairsOf(v account.Viewer) string {
	if v.IsAdmin() {
		return "duplicate_pair d"
	}
	return `(SELECT DISTINCT contact_id FROM prospect_card WHERE owner_id = {:viewer}) own
		CROSS JOIN duplicate_pair d ON d.first_id = own.contact_id`
}

// ListDuplicates returns a page of pairs who may be one person.
func (s *Service) ListDuplicates(ctx context.Context, v account.Viewer, after string, limit int) (DuplicatePage, error) {
	from, err := readCursor(after)
	if err != nil {
		return DuplicatePage{}, err
	}
	if from == nil {
		from = &cursor{Key: "~"}
	}
	limit = pageLimit(limit)
	params := viewerParams(v, "")
	params["second"], params["first"], params["limit"] = from.Key, from.ID, limit+1
	var rows []pairRow
	err = s.store.Read().NewQuery(`
		SELECT d.first_id, d.second_id, d.reasons
		FROM ` + pairsOf(v) + `
		WHERE (d.second_id, d.first_id) < ({:second}, {:first})
		AND` + undecided + `
		ORDER BY d.second_id DESC, d.first_id DESC
		LIMIT {:limit}`).Bind(params).WithContext(ctx).All(&rows)
	if err != nil {
		return DuplicatePage{}, fmt.Errorf("list duplicates: %w", err)
	}
	page := DuplicatePage{Items: []DuplicatePair{}}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = cursor{Key: rows[limit-1].Second, ID: rows[limit-1].First}.String()
	}
	if page.Items, err = s.pairs(ctx, v, rows); err != nil {
		return DuplicatePage{}, fmt.Errorf("list duplicates: %w", err)
	}
	return page, nil
}

type pairRow struct {
	First   string `db:"first_id"`
	Second  string `db:"second_id"`
	Reasons int    `db:"reasons"`
}

// DuplicatesOf lists with whom a contact may be one. Fault contact.not_found.
func (s *Service) DuplicatesOf(ctx context.Context, v account.Viewer, id string) ([]DuplicatePair, error) {
	var rows []pairRow
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		party, err := partyOf(q, v, id)
		if err != nil {
			return err
		}
		if len(party) == 0 {
			return fault.New("contact.not_found")
		}
		return q.NewQuery(`
			SELECT d.first_id, d.second_id, d.reasons
			FROM duplicate_pair d
			WHERE (d.first_id = {:id} OR d.second_id = {:id})
			AND` + undecided + `
			ORDER BY d.second_id DESC, d.first_id DESC
			LIMIT 50`).Bind(viewerParams(v, id)).All(&rows)
	})
	if err != nil {
		return nil, fmt.Errorf("list duplicates of a contact: %w", err)
	}
	return s.pairs(ctx, v, rows)
}

func (s *Service) pairs(ctx context.Context, v account.Viewer, rows []pairRow) ([]DuplicatePair, error) {
	var ids []string
	for _, r := range rows {
		ids = union(ids, []string{r.First, r.Second})
	}
	lines, err := s.contactLines(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	more, err := s.partyWords(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]DuplicatePair, 0, len(rows))
	for _, r := range rows {
		pair := DuplicatePair{Reasons: []string{}}
		for bit, reason := range duplicateReasons {
			if r.Reasons&(1<<bit) != 0 {
				pair.Reasons = append(pair.Reasons, reason)
			}
		}
		for _, id := range []string{r.First, r.Second} {
			line, ok := lines[id]
			if !ok {
				continue
			}
			line.Phone = more[id].Phone
			pair.Contacts = append(pair.Contacts, DuplicateParty{ContactLine: line, CreatedAt: more[id].CreatedAt})
		}
		if len(pair.Contacts) < 2 { // one of them went between the two reads
			continue
		}
		if pair.Contacts[1].CreatedAt < pair.Contacts[0].CreatedAt {
			pair.Contacts[0], pair.Contacts[1] = pair.Contacts[1], pair.Contacts[0]
		}
		list = append(list, pair)
	}
	return list, nil
}

type partyWords struct {
	ID        string `db:"id"`
	Phone     string `db:"phone"`
	CreatedAt string `db:"created_at"`
}

func (s *Service) partyWords(ctx context.Context, ids []string) (map[string]partyWords, error) {
	list, err := jsonList(ids)
	if err != nil {
		return nil, err
	}
	var rows []partyWords
	err = s.store.Read().NewQuery(`
		SELECT c.id, c.created_at, coalesce((
			SELECT iif(h.e164 = '', h.raw, h.e164)
			FROM contact_phone h
			WHERE h.contact_id = c.id
			AND h.deleted = 0
			ORDER BY h.e164 = '', h.position, h.id
			LIMIT 1), '') AS phone
		FROM json_each({:ids}) j
		CROSS JOIN contact c ON c.id = j.value`).Bind(dbx.Params{"ids": list}).WithContext(ctx).All(&rows)
	words := make(map[string]partyWords, len(rows))
	for _, r := range rows {
		words[r.ID] = r
	}
	return words, err
}

// CountDuplicates counts the pairs of ListDuplicates, up to a thousand.
func (s *Service) CountDuplicates(ctx context.Context, v account.Viewer) (int, error) {
	params := viewerParams(v, "")
	params["most"] = mostDuplicates
	var n int
	err := s.store.Read().NewQuery(`
		SELECT count(*)
		FROM (
			SELECT 1
			FROM ` + pairsOf(v) + `
			WHERE` + undecided + `
			LIMIT {:most})`).Bind(params).WithContext(ctx).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count duplicates: %w", err)
	}
	return n, nil
}

func countDuplicatesOf(q dbx.Builder, v account.Viewer, id string) (int, error) {
	var n int
	err := q.NewQuery(`
		SELECT count(*)
		FROM duplicate_pair d
		WHERE (d.first_id = {:id} OR d.second_id = {:id})
		AND` + undecided).Bind(viewerParams(v, id)).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count duplicates of a contact: %w", err)
	}
	return n, nil
}

// markDuplicates puts on cards whether their person may be one with another.
func (s *Service) markDuplicates(ctx context.Context, v account.Viewer, cards []Card) error {
	ids := make([]string, len(cards))
	for i := range cards {
		ids[i] = cards[i].ContactID
	}
	list, err := jsonList(ids)
	if err != nil || len(ids) == 0 {
		return err
	}
	params := viewerParams(v, "")
	params["ids"] = list
	var marked []string
	err = s.store.Read().NewQuery(`
		SELECT j.value
		FROM json_each({:ids}) j
		WHERE EXISTS (
			SELECT 1
			FROM duplicate_pair d
			WHERE (d.first_id = j.value OR d.second_id = j.value)
			AND` + undecided + `)`).Bind(params).WithContext(ctx).Column(&marked)
	if err != nil {
		return fmt.Errorf("look for duplicates: %w", err)
	}
	for i := range cards {
		for _, id := range marked {
			cards[i].PossibleDuplicate = cards[i].PossibleDuplicate || cards[i].ContactID == id
		}
	}
	return nil
}

// DismissDuplicate remembers that two contacts are not the same person. Faults: merge.same, contact.not_found.
func (s *Service) DismissDuplicate(ctx context.Context, v account.Viewer, one, other string) (Change, error) {
	if one == other {
		return Change{}, fault.Invalid("contacts", CodeMergeSame, "max", mostMerged)
	}
	first, second := min(one, other), max(one, other)
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		for _, id := range []string{first, second} {
			if err := findContact(tx, v, id); err != nil {
				return err
			}
		}
		known, err := exists(tx, `
			SELECT 1
			FROM contact_distinct
			WHERE first_id = {:first}
			AND second_id = {:second}
			AND deleted = 0
			LIMIT 1`, dbx.Params{"first": first, "second": second})
		if err != nil || known {
			return err
		}
		prospects, err := prospectsOf(tx.Query(), v, first)
		if err != nil {
			return err
		}
		return tx.Create("contact_distinct", tx.NewID(), store.Row{
			"prospect_id": prospects[0].ID, "author_id": v.UserID, "first_id": first, "second_id": second, "created_at": nowText(tx),
		})
	})
	if err != nil {
		return Change{}, fmt.Errorf("tell two contacts apart: %w", err)
	}
	return c, nil
}
