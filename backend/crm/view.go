package crm

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// View is a way of looking at the list of prospects that somebody has kept.
type View struct {
	ID      string    `json:"id"`
	UserID  string    `json:"user_id"`
	Name    string    `json:"name"`
	Shared  bool      `json:"shared"` // for the whole office
	Pinned  bool      `json:"pinned"` // stands above the list
	Query   ViewQuery `json:"query"`
	Columns []string  `json:"columns"` // in their order; empty for the usual ones
}

// ViewQuery is what a view narrows the list to, and its order; the words of ProspectFilter. What was typed into the search
// is not part of it: everybody's computers hold all views.
type ViewQuery struct {
	Stage       string `json:"stage,omitempty"`
	Status      string `json:"status,omitempty"`
	Temperature string `json:"temperature,omitempty"`
	Seller      string `json:"seller,omitempty"`
	Form        string `json:"form,omitempty"`
	Campaign    string `json:"campaign,omitempty"`
	Source      string `json:"source,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Tag         string `json:"tag,omitempty"`
	LeadFrom    string `json:"lead_from,omitempty"`
	LeadTo      string `json:"lead_to,omitempty"`
	// What a number of the dashboard narrows its list to besides.
	AttendedFrom string `json:"attended_from,omitempty"`
	AttendedTo   string `json:"attended_to,omitempty"`
	EndedFrom    string `json:"ended_from,omitempty"`
	EndedTo      string `json:"ended_to,omitempty"`
	Attended     bool   `json:"attended,omitempty"`
	Age          string `json:"age,omitempty"`
	Answered     string `json:"answered,omitempty"`
	Clock        string `json:"clock,omitempty"`

	Open       string `json:"open,omitempty"`
	Unattended bool   `json:"unattended,omitempty"`
	NoNext     bool   `json:"no_next,omitempty"`
	Opposed    bool   `json:"opposed,omitempty"`
	Sort       string `json:"sort,omitempty"`
}

func (q ViewQuery) filter() ProspectFilter {
	return ProspectFilter{
		Stage: q.Stage, Status: q.Status, Temperature: q.Temperature, Seller: q.Seller, Form: q.Form, Campaign: q.Campaign,
		Source: q.Source, Reason: q.Reason, Tag: q.Tag, LeadFrom: q.LeadFrom, LeadTo: q.LeadTo, Open: q.Open,
		Unattended: q.Unattended, NoNext: q.NoNext, Opposed: q.Opposed, Sort: q.Sort,
		AttendedFrom: q.AttendedFrom, AttendedTo: q.AttendedTo, EndedFrom: q.EndedFrom, EndedTo: q.EndedTo,
		Attended: q.Attended, Age: q.Age, Answered: q.Answered, Clock: q.Clock,
	}
}

// checkDays refuses what is no day. When the days are, where the office is, is settled each time that the view is opened.
func (q ViewQuery) checkDays() error {
	for field, day := range map[string]string{
		"lead_from": q.LeadFrom, "lead_to": q.LeadTo, "attended_from": q.AttendedFrom, "attended_to": q.AttendedTo,
		"ended_from": q.EndedFrom, "ended_to": q.EndedTo,
	} {
		if _, err := dayStart(field, day, time.Time{}, 0); err != nil {
			return err
		}
	}
	return nil
}

// NewView is a view to be kept.
type NewView struct {
	Name           string
	Shared, Pinned bool
	Query          ViewQuery
	Columns        []string
}

// ViewPatch changes what is not nil.
type ViewPatch struct {
	Name    *string
	Shared  *bool
	Pinned  *bool
	Query   *ViewQuery
	Columns *[]string
}

// Columns are the names of the columns that a list may have.
var Columns = []string{
	"name", "phone", "stage", "status", "temperature", "next", "tags", "form", "campaign", "reason", "activity", "age", "seller",
}

// Limits of views.
const (
	longestViewName = 60
	mostViews       = 50 // of one person
)

// CodeViewNotFound answers for a view that does not exist and for one that is somebody else's own.
const CodeViewNotFound = "view.not_found"

type viewRow struct {
	ID      string `db:"id"`
	UserID  string `db:"user_id"`
	Name    string `db:"name"`
	Shared  bool   `db:"shared"`
	Pinned  bool   `db:"pinned"`
	Query   string `db:"query"`
	Columns string `db:"columns"`
}

// view is the row as people see it. What a newer version has written and this one cannot read is the usual.
func (r viewRow) view() View {
	v := View{ID: r.ID, UserID: r.UserID, Name: r.Name, Shared: r.Shared, Pinned: r.Pinned, Columns: []string{}}
	if json.Unmarshal([]byte(r.Query), &v.Query) != nil {
		v.Query = ViewQuery{}
	}
	if json.Unmarshal([]byte(r.Columns), &v.Columns) != nil || v.Columns == nil {
		v.Columns = []string{}
	}
	return v
}

// viewsOf limits a query to the views of a viewer: their own, and the office's.
const viewsOf = " deleted = 0 AND (shared = 1 OR user_id = {:viewer} AND {:viewer} <> '')"

// ListViews returns the viewer's views and the office's: the office's first, each by name.
func (s *Service) ListViews(ctx context.Context, v account.Viewer) ([]View, error) {
	var rows []viewRow
	err := s.store.Read().NewQuery(`
		SELECT id, user_id, name, shared, pinned, query, columns
		FROM saved_view
		WHERE` + viewsOf + `
		ORDER BY shared DESC, name COLLATE NOCASE, id`).Bind(dbx.Params{"viewer": v.UserID}).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list views: %w", err)
	}
	views := make([]View, len(rows))
	for i, r := range rows {
		views[i] = r.view()
	}
	return views, nil
}

// CreateView keeps a view. Faults: access.admin_only for a seller who shares one; input.required, input.invalid;
// view.too_many.
func (s *Service) CreateView(ctx context.Context, v account.Viewer, n NewView) (Created, error) {
	var id string
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		var own int
		err := tx.Query().NewQuery("SELECT count(*) FROM saved_view WHERE deleted = 0 AND user_id = {:user}").
			Bind(dbx.Params{"user": v.UserID}).Row(&own)
		if err != nil {
			return fmt.Errorf("count views: %w", err)
		}
		if own >= mostViews {
			return fault.New("view.too_many", "max", mostViews)
		}
		row, err := viewFields(v, ViewPatch{&n.Name, &n.Shared, &n.Pinned, &n.Query, &n.Columns})
		if err != nil {
			return err
		}
		if id, err = viewID(tx, v); err != nil {
			return err
		}
		row["user_id"], row["created_at"] = v.UserID, nowText(tx)
		return tx.Create("saved_view", id, row)
	})
	if err != nil {
		return Created{}, fmt.Errorf("create view: %w", err)
	}
	return Created{id, c}, nil
}

// viewID is the viewer's id, a point, and a UUID in 22 characters: no id is longer than 64.
func viewID(tx *store.Tx, v account.Viewer) (string, error) {
	id, err := uuid.Parse(tx.NewID())
	if err != nil {
		return "", fmt.Errorf("name a view: %w", err)
	}
	return v.UserID + "." + base64.RawURLEncoding.EncodeToString(id[:]), nil
}

// UpdateView changes a view: one's own, or the office's for an administrator. Faults as CreateView's, and view.not_found.
func (s *Service) UpdateView(ctx context.Context, v account.Viewer, id string, patch ViewPatch) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if err := mayWriteView(tx, v, id); err != nil {
			return err
		}
		row, err := viewFields(v, patch)
		if err != nil {
			return err
		}
		return tx.Set("saved_view", id, row)
	})
	if err != nil {
		return Change{}, fmt.Errorf("update view: %w", err)
	}
	return c, nil
}

// DeleteView drops a view: one's own, or the office's for an administrator.
func (s *Service) DeleteView(ctx context.Context, v account.Viewer, id string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if err := mayWriteView(tx, v, id); err != nil {
			return err
		}
		return tx.Remove("saved_view", id)
	})
	if err != nil {
		return Change{}, fmt.Errorf("delete view: %w", err)
	}
	return c, nil
}

func mayWriteView(tx *store.Tx, v account.Viewer, id string) error {
	var rows []viewRow
	err := tx.Query().NewQuery(`
		SELECT id, user_id, name, shared, pinned, query, columns
		FROM saved_view
		WHERE id = {:id}
		AND` + viewsOf).Bind(dbx.Params{"id": id, "viewer": v.UserID}).All(&rows)
	if err != nil {
		return fmt.Errorf("read view: %w", err)
	}
	switch {
	case len(rows) == 0:
		return fault.New(CodeViewNotFound)
	case rows[0].Shared && !v.IsAdmin():
		return fault.New("access.admin_only")
	}
	return nil
}

// viewFields checks what a person has put into a view.
func viewFields(v account.Viewer, patch ViewPatch) (store.Row, error) {
	row := store.Row{}
	if patch.Name != nil {
		name, err := checkText("name", *patch.Name, longestViewName)
		if err != nil {
			return nil, err
		}
		if name == "" {
			return nil, fault.Invalid("name", "input.required")
		}
		row["name"] = name
	}
	if patch.Shared != nil && (*patch.Shared || v.IsAdmin()) {
		if !v.IsAdmin() {
			return nil, fault.New("access.admin_only")
		}
		row["shared"] = *patch.Shared
	}
	if patch.Pinned != nil {
		row["pinned"] = *patch.Pinned
	}
	if patch.Query != nil {
		if err := patch.Query.filter().check(); err != nil {
			return nil, err
		}
		if err := patch.Query.checkDays(); err != nil {
			return nil, err
		}
		text, err := json.Marshal(patch.Query)
		if err != nil {
			return nil, fmt.Errorf("encode view: %w", err)
		}
		row["query"] = string(text)
	}
	if patch.Columns == nil {
		return row, nil
	}
	for i, c := range *patch.Columns {
		if !slices.Contains(Columns, c) || slices.Contains((*patch.Columns)[:i], c) {
			return nil, fault.Invalid("columns", "input.invalid")
		}
	}
	text, err := jsonList(*patch.Columns)
	row["columns"] = text
	return row, err
}
