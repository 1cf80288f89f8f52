package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// formRow is a row of meta_form with its page's name, decoded.
type formRow struct {
	ID          string
	PageID      string
	PageName    string
	PageActive  bool
	Name        string
	Status      meta.FormStatus
	Locale      string
	Questions   []Question
	Tracking    []Option
	Legal       legal
	Mapping     map[string]Target // what an administrator chose, by question key
	Inherited   string
	Active      bool
	LeadsCount  int
	HighWater   time.Time
	PulledAt    time.Time
	SweptAt     time.Time
	SweptAllAt  time.Time
	Problem     string
	ProblemArgs map[string]any
}

// legal is what a form asks consent to; answers name the boxes by key.
type legal struct {
	PolicyURL string     `json:"policy_url,omitempty"`
	Title     string     `json:"title,omitempty"`
	Text      string     `json:"text,omitempty"`
	Boxes     []legalBox `json:"boxes,omitempty"`
}

type legalBox struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

// wireFormRow is the row as the database has it.
type wireFormRow struct {
	ID          string `db:"id"`
	PageID      string `db:"page_id"`
	PageName    string `db:"page_name"`
	PageActive  bool   `db:"page_active"`
	Name        string `db:"name"`
	Status      string `db:"status"`
	Locale      string `db:"locale"`
	Questions   string `db:"questions"`
	Tracking    string `db:"tracking"`
	Legal       string `db:"legal"`
	Mapping     string `db:"mapping"`
	Inherited   string `db:"inherited"`
	Active      bool   `db:"active"`
	LeadsCount  int    `db:"leads_count"`
	HighWater   string `db:"high_water"`
	PulledAt    string `db:"pulled_at"`
	SweptAt     string `db:"swept_at"`
	SweptAllAt  string `db:"swept_all_at"`
	Problem     string `db:"problem"`
	ProblemArgs string `db:"problem_args"`
}

const formSelect = `SELECT f.id, f.page_id, coalesce(p.name, '') AS page_name, coalesce(p.active, 0) AS page_active, f.name, f.status,
		f.locale, f.questions, f.tracking, f.legal, f.mapping, f.inherited, f.active, f.leads_count, f.high_water, f.pulled_at,
		f.swept_at, f.swept_all_at, f.problem, f.problem_args
	FROM meta_form f
	LEFT JOIN meta_page p ON p.id = f.page_id`

func (w wireFormRow) row() (formRow, error) {
	f := formRow{
		ID: w.ID, PageID: w.PageID, PageName: w.PageName, PageActive: w.PageActive, Name: w.Name, Status: meta.FormStatus(w.Status),
		Locale: w.Locale, Inherited: w.Inherited, Active: w.Active, LeadsCount: w.LeadsCount, HighWater: parse(w.HighWater),
		PulledAt: parse(w.PulledAt), SweptAt: parse(w.SweptAt), SweptAllAt: parse(w.SweptAllAt), Problem: w.Problem,
	}
	for text, into := range map[string]any{
		w.Questions: &f.Questions, w.Tracking: &f.Tracking, w.Legal: &f.Legal, w.Mapping: &f.Mapping, w.ProblemArgs: &f.ProblemArgs,
	} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return formRow{}, fmt.Errorf("read form %s: %w", w.ID, err)
		}
	}
	return f, nil
}

// listForms reads all forms, by page and name.
func listForms(ctx context.Context, q dbx.Builder) ([]formRow, error) {
	var wire []wireFormRow
	err := q.NewQuery(formSelect + ` ORDER BY page_name, f.page_id, f.name, f.id`).WithContext(ctx).All(&wire)
	if err != nil {
		return nil, fmt.Errorf("list forms: %w", err)
	}
	forms := make([]formRow, 0, len(wire))
	for _, w := range wire {
		f, err := w.row()
		if err != nil {
			return nil, err
		}
		forms = append(forms, f)
	}
	return forms, nil
}

// findForm reads one form: form.not_found.
func findForm(ctx context.Context, q dbx.Builder, id string) (formRow, error) {
	var wire []wireFormRow
	err := q.NewQuery(formSelect + ` WHERE f.id = {:id}`).Bind(dbx.Params{"id": id}).WithContext(ctx).All(&wire)
	if err != nil {
		return formRow{}, fmt.Errorf("read form: %w", err)
	}
	if len(wire) == 0 {
		return formRow{}, fault.New(CodeFormNotFound)
	}
	return wire[0].row()
}

// polled reports whether the form's leads are asked for all the time.
func (f formRow) polled() bool { return f.swept() && f.Status == meta.FormActive }

// swept reports whether the form's leads are asked for at all: archived forms keep giving theirs for 90 days.
func (f formRow) swept() bool {
	return f.Active && f.PageActive && (f.Status == meta.FormActive || f.Status == meta.FormArchived)
}

// api is the form as the API shows it. names are the forms' names by id.
func (f formRow) api(names map[string]string) Form {
	out := Form{
		ID: f.ID, PageID: f.PageID, PageName: f.PageName, Name: f.Name, Status: string(f.Status), Locale: f.Locale, Active: f.Active,
		LeadsCount: f.LeadsCount, InheritedName: names[f.Inherited], PulledAt: optional(f.PulledAt), Problem: f.Problem,
		ProblemArgs: f.ProblemArgs, Questions: make([]Question, 0, len(f.Questions)), Mapping: map[string]Target{},
	}
	if f.Inherited != "" {
		out.InheritedFrom = &f.Inherited
	}
	for _, q := range f.Questions {
		if q.Options == nil {
			q.Options = []Option{}
		}
		out.Questions = append(out.Questions, q)
		out.Mapping[q.Key] = f.target(q)
	}
	return out
}

// optional is an instant as the API writes it: nil for none.
func optional(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return instant(t)
}
