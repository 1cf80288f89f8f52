package crm

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Kinds of notices.
const (
	// NoticeGiven tells a seller that a prospect came to them from somebody else, or out of the tray: by, from, reason, rule, minutes.
	NoticeGiven = "given"
	// NoticeTaken tells a seller that a prospect of theirs went to somebody else, or to the tray: by, to, reason, rule, minutes.
	NoticeTaken = "taken"
	// NoticeLate tells administrators that a seller has not attended a prospect in time: seller, minutes.
	NoticeLate = "late"
	// NoticeTray tells administrators that a prospect came to the tray because nobody attended it: from, minutes, reason.
	NoticeTray = "tray"
)

// Notice is something one person is told. What is stored names no person of the office's prospects: whoever reads it may have
// lost the prospect, and then knows it by its form and its time.
type Notice struct {
	ID string `json:"id"`
	// IDs are all that it tells at once: what one change did to many prospects is one notice to its reader.
	IDs []string `json:"ids"`
	// ProspectID is "" for a prospect that its reader may not see any more, and for several.
	ProspectID   string      `json:"prospect_id"`
	ProspectName string      `json:"prospect_name"` // as long as its reader may see it
	Kind         string      `json:"kind"`
	At           string      `json:"at"`
	IsRead       bool        `json:"is_read"`
	Data         NoticeData  `json:"data"`
	Names        NoticeNames `json:"names"`
}

// NoticeNames are how the users of a NoticeData are called now.
type NoticeNames struct {
	By     string `json:"by"`
	From   string `json:"from"`
	To     string `json:"to"`
	Seller string `json:"seller"`
}

// NoticeData fills the sentence of a notice; users are ids.
type NoticeData struct {
	By       string `json:"by,omitempty"`     // who did it; "" for the program
	From     string `json:"from,omitempty"`   // the seller before
	To       string `json:"to,omitempty"`     // the seller after, "" for the tray
	Seller   string `json:"seller,omitempty"` // whose it is
	Reason   string `json:"reason,omitempty"` // as the administrator wrote it, or one of the Away constants
	Rule     string `json:"rule,omitempty"`
	Minutes  int    `json:"minutes,omitempty"` // of working time
	FormName string `json:"form_name,omitempty"`
	LeadAt   string `json:"lead_at,omitempty"`
}

// Bounds of a reading of notices.
const (
	mostNotices = 100
	// mostNoticeRows is how many rows those may be: one change tells of up to 500 prospects.
	mostNoticeRows = 1000
)

// tell writes a notice for one person; for whoever did it themself there is nothing to tell.
func tell(tx *store.Tx, user, kind, prospect string, data NoticeData) error {
	if user == "" || user == tx.Author().User {
		return nil
	}
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write notice: %w", err)
	}
	err = tx.Create("notice", tx.NewID(), store.Row{
		"user_id": user, "about_id": prospect, "kind": kind, "data": string(text), "at": clock.Format(tx.Now()),
	})
	if err != nil {
		return fmt.Errorf("write notice: %w", err)
	}
	return nil
}

// tellOfHandOver tells both sellers that a prospect changed hands.
func tellOfHandOver(tx *store.Tx, prospect, from string, to assignment, reason string) error {
	data := NoticeData{By: tx.Author().User, From: from, To: to.owner, Reason: reason, Rule: to.why.Rule, Minutes: to.why.Minutes}
	var rows []struct {
		Form string `db:"form_name"`
		Lead string `db:"lead_at"`
	}
	err := tx.Query().NewQuery(`
		SELECT form_name, lead_at
		FROM prospect
		WHERE id = {:id}`).Bind(dbx.Params{"id": prospect}).All(&rows)
	if err != nil {
		return fmt.Errorf("read what a notice is about: %w", err)
	}
	if len(rows) > 0 {
		data.FormName, data.LeadAt = rows[0].Form, rows[0].Lead
	}
	if err := tell(tx, from, NoticeTaken, prospect, data); err != nil {
		return err
	}
	return tell(tx, to.owner, NoticeGiven, prospect, data)
}

// adminIDs are the active administrators.
func adminIDs(q dbx.Builder) (ids []string, err error) {
	err = q.NewQuery(`
		SELECT id
		FROM user
		WHERE role = 'admin'
		AND active = 1
		AND deleted = 0
		ORDER BY id`).Column(&ids)
	if err != nil {
		err = fmt.Errorf("read administrators: %w", err)
	}
	return ids, err
}

const noticesQuery = `
	SELECT t.id, t.kind, t.data, t.at, t.read_at, coalesce(p.id, '') AS prospect_id, coalesce(c.name, '') AS prospect_name
	FROM notice t
	LEFT JOIN prospect p ON p.id = t.about_id AND` + seen + `
	LEFT JOIN contact c ON c.id = p.contact_id
	WHERE t.user_id = {:viewer}
	AND t.deleted = 0
	ORDER BY t.at DESC, t.id DESC
	LIMIT {:limit}`

type noticeRow struct {
	ID         string  `db:"id"`
	ProspectID string  `db:"prospect_id"`
	Prospect   string  `db:"prospect_name"`
	Kind       string  `db:"kind"`
	Data       string  `db:"data"`
	At         string  `db:"at"`
	ReadAt     *string `db:"read_at"`
}

// Notices returns the latest that the viewer was told, newest first, and how many of all are unread.
func (s *Service) Notices(ctx context.Context, v account.Viewer) (list []Notice, unread int, err error) {
	params := viewerParams(v, "")
	params["limit"] = mostNoticeRows
	var rows []noticeRow
	names := map[string]string{}
	err = s.store.ReadTx(ctx, func(q dbx.Builder) error {
		if err := q.NewQuery(noticesQuery).Bind(params).All(&rows); err != nil {
			return err
		}
		err := q.NewQuery(`
			SELECT count(*)
			FROM notice
			WHERE user_id = {:viewer}
			AND read_at IS NULL
			AND deleted = 0`).Bind(params).Row(&unread)
		if err != nil || len(rows) == 0 {
			return err
		}
		return readNames(q, names)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list notices: %w", err)
	}
	list = []Notice{}
	for _, r := range rows {
		n := Notice{
			ID: r.ID, IDs: []string{r.ID}, ProspectID: r.ProspectID, ProspectName: r.Prospect, Kind: r.Kind, At: r.At, IsRead: r.ReadAt != nil,
		}
		if err := json.Unmarshal([]byte(r.Data), &n.Data); err != nil {
			return nil, 0, fmt.Errorf("read notice: %w", err)
		}
		n.Names = NoticeNames{names[n.Data.By], names[n.Data.From], names[n.Data.To], names[n.Data.Seller]}
		if len(list) > 0 && list[len(list)-1].takes(n) {
			continue
		}
		if len(list) == mostNotices {
			break
		}
		list = append(list, n)
	}
	return list, unread, nil
}

// takes makes a notice part of the one before it, when one change told of both.
func (n *Notice) takes(other Notice) bool {
	same := func(d NoticeData) NoticeData {
		d.FormName, d.LeadAt = "", ""
		return d
	}
	if other.Kind != n.Kind || other.At != n.At || other.IsRead != n.IsRead || same(other.Data) != same(n.Data) {
		return false
	}
	n.IDs = append(n.IDs, other.ID)
	n.ProspectID, n.ProspectName = "", ""
	n.Data = same(n.Data)
	return true
}

func readNames(q dbx.Builder, names map[string]string) error {
	var users []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	if err := q.NewQuery("SELECT id, name FROM user").All(&users); err != nil {
		return fmt.Errorf("read names: %w", err)
	}
	for _, u := range users {
		names[u.ID] = u.Name
	}
	return nil
}

// ReadNotices marks notices of the viewer as read: those named, or all of them. Fault notice.not_found for one that is not
// theirs.
func (s *Service) ReadNotices(ctx context.Context, v account.Viewer, ids []string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if len(ids) == 0 {
			err := tx.Query().NewQuery(`
				SELECT id
				FROM notice
				WHERE user_id = {:viewer}
				AND read_at IS NULL
				AND deleted = 0
				ORDER BY at, id`).Bind(dbx.Params{"viewer": v.UserID}).Column(&ids)
			if err != nil {
				return err
			}
		}
		for _, id := range ids {
			mine, err := exists(tx, `
				SELECT 1
				FROM notice
				WHERE id = {:id}
				AND user_id = {:viewer}
				AND deleted = 0`, dbx.Params{"id": id, "viewer": v.UserID})
			if err != nil {
				return err
			}
			if !mine {
				return fault.New("notice.not_found")
			}
			if err := tx.Set("notice", id, store.Row{"read_at": nowText(tx)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Change{}, fmt.Errorf("read notices: %w", err)
	}
	return c, nil
}
