package crm

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Codes of faults about merges. They are also what a merge keeps as its problem when the host could not carry it out.
const (
	CodeMergeNotFound     = "merge.not_found"
	CodeMergeSame         = "merge.same"          // two contacts at least, three at most
	CodeMergeSeller       = "merge.seller_needed" // several sellers: one of them has to be chosen, or none
	CodeMergeDone         = "merge.already"       // they are one contact already
	CodeMergeLater        = "merge.later_first"   // the survivor was merged again: that one is taken back first
	CodeMergeTooOld       = "merge.too_old"       // more than MergeUndo ago
	CodeMergeGone         = "merge.gone"          // one of them is not there any more
	CodeMergeNothing      = "merge.nothing"       // it was not carried out, or has been taken back
	CodeMergeNotAsked     = "merge.not_asked"     // nobody waits for an answer
	CodeMergeReachUnknown = "merge.reach_unknown" // nobody else has this phone or e-mail
)

// MergeUndo is for how long a merge can be taken back. After that what it would be taken back with is erased.
const MergeUndo = 30 * 24 * time.Hour

// mostMerged is how many contacts one merge makes into one.
const mostMerged = 3

// What people want of a merge.
const (
	wishAsk     = "ask"
	wishMerge   = "merge"
	wishUndo    = "undo"
	wishDecline = "decline"
)

// What has become of it.
const (
	MergeAsked    = "asked"    // a seller asks for it
	MergeWaiting  = "waiting"  // the host has not heard of it yet
	MergeDone     = "merged"   //
	MergeUndone   = "undone"   //
	MergeFailed   = "failed"   // Problem says why
	MergeDeclined = "declined" //
)

// SellersKeep is the choice that every seller keeps the prospects that they have.
const SellersKeep = "each"

// MergeChoice is what a person decides about contacts that become one.
type MergeChoice struct {
	// NameOf and CityOf are the contacts whose name and city stay; "" means the survivor's, and another's where it has none.
	NameOf string `json:"name_of,omitempty"`
	CityOf string `json:"city_of,omitempty"`
	// Seller gets every open prospect; SellersKeep leaves each with theirs. "" will do when they have one seller.
	Seller string `json:"seller,omitempty"`
}

// Merge is contacts that became, or are to become, one.
type Merge struct {
	Contacts []string // the survivor first
	Choice   MergeChoice
}

// MergeCreated tells what has become of a wish to merge.
type MergeCreated struct {
	ID    string `json:"id"`
	State string `json:"state"` // MergeDone, or MergeWaiting on a computer that the host has not answered yet
	Change
}

// MergeContacts makes one contact of two or three: phones, e-mails and prospects go to the first, which takes the name and
// the city that were chosen. What is under a prospect stays there. On the host it happens at once, on another computer as soon
// as the host hears of it.
//
// Faults: access.admin_only, merge.same, contact.not_found, merge.seller_needed, user.not_found, merge.already.
func (s *Service) MergeContacts(ctx context.Context, v account.Viewer, m Merge) (MergeCreated, error) {
	return s.wishMerge(ctx, v, m, func(tx *store.Tx, row store.Row) (string, error) {
		id := tx.NewID()
		row["author_id"], row["created_at"] = v.UserID, nowText(tx)
		return id, tx.Create("contact_merge", id, row)
	})
}

// AnswerMerge carries out a merge that a seller has asked for, as an administrator has decided it. Faults: merge.not_found,
// merge.not_asked and those of MergeContacts.
func (s *Service) AnswerMerge(ctx context.Context, v account.Viewer, id string, m Merge) (MergeCreated, error) {
	return s.wishMerge(ctx, v, m, func(tx *store.Tx, row store.Row) (string, error) {
		if err := mustBeAsked(tx, id); err != nil {
			return "", err
		}
		return id, tx.Set("contact_merge", id, row)
	})
}

func (s *Service) wishMerge(
	ctx context.Context, v account.Viewer, m Merge, write func(*store.Tx, store.Row) (string, error),
) (MergeCreated, error) {
	if !v.IsAdmin() {
		return MergeCreated{}, fault.New(account.CodeAdminOnly)
	}
	var done MergeCreated
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if err := m.check(tx); err != nil {
			return err
		}
		merged, err := jsonList(m.Contacts[1:])
		if err != nil {
			return err
		}
		choice, err := json.Marshal(m.Choice)
		if err != nil {
			return err
		}
		done.ID, err = write(tx, store.Row{
			"survivor_id": m.Contacts[0], "merged": merged, "choice": string(choice), "wish": wishMerge, "wished_by": v.UserID,
		})
		return err
	})
	if err != nil {
		return MergeCreated{}, fmt.Errorf("merge contacts: %w", err)
	}
	done.Change = c
	row, err := readMerge(s.store.Read(), done.ID)
	if err != nil {
		return MergeCreated{}, fmt.Errorf("merge contacts: %w", err)
	}
	done.State = row.standing()
	return done, nil
}

// check refuses what cannot be merged as things stand here.
func (m Merge) check(tx *store.Tx) error {
	if err := mergeable(tx.Query(), m.Contacts); err != nil {
		return err
	}
	for field, of := range map[string]string{"name_of": m.Choice.NameOf, "city_of": m.Choice.CityOf} {
		if of != "" && !slices.Contains(m.Contacts, of) {
			return fault.Invalid(field, "input.invalid")
		}
	}
	switch m.Choice.Seller {
	case SellersKeep:
		return nil
	case "":
		sellers, err := openSellers(tx.Query(), m.Contacts)
		if err == nil && len(sellers) > 1 {
			err = fault.Invalid("seller", CodeMergeSeller)
		}
		return err
	}
	return mustSell(tx, m.Choice.Seller)
}

// mergeable refuses too few, too many, and what is no contact.
func mergeable(q dbx.Builder, contacts []string) error {
	distinct := union(nil, contacts)
	if len(distinct) != len(contacts) || len(contacts) < 2 || len(contacts) > mostMerged {
		return fault.Invalid("contacts", CodeMergeSame, "max", mostMerged)
	}
	for _, id := range contacts {
		c, err := readMergeable(q, id)
		if fault.Has(err, "contact.not_found") {
			is, failed := isPart(q, id)
			if failed != nil {
				return failed
			}
			if is {
				return fault.Invalid("contacts", CodeMergeDone)
			}
		}
		switch {
		case err != nil:
			return err
		case c.MergedInto != "":
			return fault.Invalid("contacts", CodeMergeDone)
		case c.Deleted:
			return fault.New("contact.not_found")
		}
	}
	return nil
}

// UndoMergeContacts parts contacts that a merge has made one. Each gets back what it had; what was written down since stays with
// whom it was written to. Faults: access.admin_only, merge.not_found, merge.nothing, merge.too_old, merge.later_first, merge.gone.
func (s *Service) UndoMergeContacts(ctx context.Context, v account.Viewer, id string) (MergeCreated, error) {
	if !v.IsAdmin() {
		return MergeCreated{}, fault.New(account.CodeAdminOnly)
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error { return wishUndone(tx, v.UserID, id) })
	if err != nil {
		return MergeCreated{}, fmt.Errorf("undo merge: %w", err)
	}
	row, err := readMerge(s.store.Read(), id)
	if err != nil {
		return MergeCreated{}, fmt.Errorf("undo merge: %w", err)
	}
	return MergeCreated{ID: id, State: row.standing(), Change: c}, nil
}

// wishUndone notes that a merge is to be taken back, after a look at whether that can be.
func wishUndone(tx *store.Tx, user, id string) error {
	row, err := readMerge(tx.Query(), id)
	if err != nil {
		return err
	}
	if row.Wish == wishMerge && row.State == "" { // still on its way to the host, which will hear of both
		return tx.Set("contact_merge", id, store.Row{"wish": wishUndo, "wished_by": user})
	}
	if row.State != MergeDone {
		return fault.New(CodeMergeNothing)
	}
	if code, err := row.undoable(tx); err != nil || code != "" {
		return orFault(err, code)
	}
	return tx.Set("contact_merge", id, store.Row{"wish": wishUndo, "wished_by": user, "problem": ""})
}

// UndoMergeOf takes a merge back when a transaction is undone that has made it: what the log would put back may have been
// changed since, and the merge knows better what it was. handled is false for a transaction that has merged nothing.
func (s *Service) UndoMergeOf(tx *store.Tx, rows []store.Ref) (handled bool, err error) {
	i := slices.IndexFunc(rows, func(r store.Ref) bool { return r.Entity == "contact_merge" })
	if i < 0 {
		return false, nil
	}
	row, err := readMerge(tx.Query(), rows[i].Row)
	if err != nil {
		return true, err
	}
	switch {
	case row.Wish == wishMerge && (row.State == MergeDone || row.State == ""):
		return true, wishUndone(tx, tx.Author().User, row.ID)
	case row.State == MergeUndone: // merged anew it is on its own screen, with a look at both
		return true, fault.New(CodeMergeNothing)
	}
	return false, nil // asked, declined or failed: the log knows all there is
}

// orFault is a failure, or a fault of the code.
func orFault(err error, code string) error {
	if err == nil && code != "" {
		err = fault.New(code)
	}
	return err
}

// mergeRow is a row of contact_merge.
type mergeRow struct {
	ID         string `db:"id"`
	ProspectID string `db:"prospect_id"`
	AuthorID   string `db:"author_id"`
	SurvivorID string `db:"survivor_id"`
	MergedText string `db:"merged"`
	Note       string `db:"note"`
	Reach      string `db:"reach"`
	ChoiceText string `db:"choice"`
	Wish       string `db:"wish"`
	WishedBy   string `db:"wished_by"`
	State      string `db:"state"`
	Problem    string `db:"problem"`
	MapText    string `db:"map"`
	MergedAt   string `db:"merged_at"`
	CreatedAt  string `db:"created_at"`

	Merged []string    `db:"-"`
	Choice MergeChoice `db:"-"`
	Map    mergeMap    `db:"-"`
}

const mergeColumns = `m.id, m.prospect_id, m.author_id, m.survivor_id, m.merged, m.note, m.reach, m.choice, m.wish, m.wished_by, m.state, m.problem,
	m.map, m.merged_at, m.created_at`

// readMerge reads a merge. Fault merge.not_found.
func readMerge(q dbx.Builder, id string) (mergeRow, error) {
	var m mergeRow
	err := q.NewQuery("SELECT " + mergeColumns + " FROM contact_merge m WHERE m.id = {:id} AND m.deleted = 0").
		Bind(dbx.Params{"id": id}).One(&m)
	if err != nil {
		return m, orNotFound(err, CodeMergeNotFound)
	}
	return m, m.read()
}

func (m *mergeRow) read() error {
	if err := json.Unmarshal([]byte(m.MergedText), &m.Merged); err != nil {
		return fmt.Errorf("read merge: %w", err)
	}
	if err := json.Unmarshal([]byte(m.ChoiceText), &m.Choice); err != nil {
		return fmt.Errorf("read choice of merge: %w", err)
	}
	if err := json.Unmarshal([]byte(m.MapText), &m.Map); err != nil {
		return fmt.Errorf("read map of merge: %w", err)
	}
	return nil
}

// standing is one word for what people want of a merge and what the host has made of it.
func (m *mergeRow) standing() string {
	switch {
	case m.Wish == wishDecline:
		return MergeDeclined
	case m.Wish == wishAsk:
		return MergeAsked
	case m.State == "", m.Wish == wishUndo && m.State == MergeDone:
		return MergeWaiting
	}
	return m.State
}

// mergeMap is what a merge is taken back with. It holds ids, and the names that the screen of merges shows.
type mergeMap struct {
	Moved     []movedRow      `json:"moved,omitempty"`     // phones and e-mails that went to the survivor
	Dropped   []movedRow      `json:"dropped,omitempty"`   // those that the survivor had as well
	Prospects []movedProspect `json:"prospects,omitempty"` //
	Name      *replaced       `json:"name,omitempty"`
	City      *replaced       `json:"city,omitempty"`
	Names     []string        `json:"names,omitempty"` // of the contacts that were merged away
	Counts    MergeCounts     `json:"counts"`
}

type movedRow struct {
	Entity   string `json:"entity"`
	ID       string `json:"id"`
	From     string `json:"from"`
	Position int    `json:"position"`
}

type movedProspect struct {
	ID       string `json:"id"`
	From     string `json:"from"`            // the contact, "" for one that was the survivor's
	Assigned bool   `json:"assigned"`        // it changed hands
	Owner    string `json:"owner,omitempty"` // whose it was
	To       string `json:"to,omitempty"`    // whose it became
	// Status is what it was in before it was discarded because the survivor asked not to be contacted.
	Status string `json:"status,omitempty"`
}

type replaced struct {
	Was string `json:"was"`
	Now string `json:"now"`
}

// MergeCounts says what a merge keeps.
type MergeCounts struct {
	Phones      int `json:"phones"`
	Emails      int `json:"emails"`
	Activities  int `json:"activities"`
	Submissions int `json:"submissions"`
	Prospects   int `json:"prospects"`
}
