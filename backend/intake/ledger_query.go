package intake

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

const (
	defaultLimit = 50
	maxLimit     = 200
)

// leadRow is a line as lists read it: without its payload, with its form's name.
type leadRow struct {
	LeadID       string  `db:"lead_id"`
	FormID       string  `db:"form_id"`
	FormName     string  `db:"form_name"`
	PageID       string  `db:"page_id"`
	Origin       string  `db:"origin"`
	State        State   `db:"state"`
	Problem      string  `db:"problem"`
	ProblemArgs  string  `db:"problem_args"`
	Class        string  `db:"class"`
	Attempts     int     `db:"attempts"`
	NextTryAt    *string `db:"next_try_at"`
	LeadAt       string  `db:"lead_at"`
	ReceivedAt   string  `db:"received_at"`
	FetchedAt    *string `db:"fetched_at"`
	RegisteredAt *string `db:"registered_at"`
	DismissedAt  *string `db:"dismissed_at"`
	ProspectID   string  `db:"prospect_id"`
	SeenAgain    int     `db:"seen_again"`
}

const leadSelect = `SELECT l.lead_id, l.form_id, coalesce(f.name, '') AS form_name, l.page_id, l.origin, l.state, l.problem,
		l.problem_args, l.class, l.attempts, l.next_try_at, l.lead_at, l.received_at, l.fetched_at, l.registered_at,
		l.dismissed_at, l.prospect_id, l.seen_again
	FROM lead l
	LEFT JOIN meta_form f ON f.id = l.form_id`

func (r leadRow) lead() Lead {
	l := Lead{
		LeadID: r.LeadID, FormID: r.FormID, FormName: r.FormName, PageID: r.PageID, Origin: r.Origin, State: r.State,
		Problem: r.Problem, ProblemArgs: decodeArgs(r.ProblemArgs), Class: r.Class, Attempts: r.Attempts, NextTryAt: r.NextTryAt,
		LeadAt: optional(parse(r.LeadAt)), ReceivedAt: r.ReceivedAt, FetchedAt: r.FetchedAt, RegisteredAt: r.RegisteredAt, DismissedAt: r.DismissedAt,
		ProspectID: r.ProspectID, SeenAgain: r.SeenAgain,
	}
	return l
}

// ListLeads returns lines of the ledger, newest received first, and how many lines each state has.
func (s *Service) ListLeads(ctx context.Context, v account.Viewer, f LeadFilter) (LeadPage, error) {
	if err := account.AdminOnly(v); err != nil {
		return LeadPage{}, err
	}
	if _, ok := moves[f.State]; !ok {
		return LeadPage{}, fault.Invalid("state", "input.invalid")
	}
	limit := f.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	query, params, err := leadQuery(f, limit)
	if err != nil {
		return LeadPage{}, err
	}
	out := LeadPage{Items: []Lead{}}
	var rows []leadRow
	if err := s.store.Read().NewQuery(query).Bind(params).WithContext(ctx).All(&rows); err != nil {
		return LeadPage{}, fmt.Errorf("list leads: %w", err)
	}
	for i, r := range rows {
		if i == limit {
			last := rows[i-1]
			out.Next = base64.RawURLEncoding.EncodeToString([]byte(last.ReceivedAt + " " + last.LeadID))
			break
		}
		out.Items = append(out.Items, r.lead())
	}
	out.Counts, err = s.countLeads(ctx)
	return out, err
}

// leadQuery is the list's statement: keyset paging by time received and id, along lead_recent or lead_state. It asks for
// one line more than the page holds.
func leadQuery(f LeadFilter, limit int) (string, dbx.Params, error) {
	params := dbx.Params{"limit": limit + 1}
	var where []string
	if f.State != "" {
		where = append(where, "l.state = {:state}")
		if f.State == StateFailed || f.State == StateHeld {
			where = append(where, "l.dismissed_at IS NULL") // those that need a person
		}
		params["state"] = string(f.State)
	}
	if f.Cursor != "" {
		text, err := base64.RawURLEncoding.DecodeString(f.Cursor)
		received, id, ok := strings.Cut(string(text), " ")
		if err != nil || !ok {
			return "", nil, fault.Invalid("cursor", "input.invalid")
		}
		where = append(where, "l.received_at <= {:received} AND (l.received_at < {:received} OR l.lead_id > {:id})")
		params["received"], params["id"] = received, id
	}
	query := leadSelect
	if len(where) > 0 {
		query += "\n\tWHERE " + strings.Join(where, " AND ")
	}
	return query + "\n\tORDER BY l.received_at DESC, l.lead_id\n\tLIMIT {:limit}", params, nil
}

// countLeads counts lines by state.
func (s *Service) countLeads(ctx context.Context) (LeadCounts, error) {
	var rows []struct {
		State State `db:"state"`
		N     int   `db:"n"`
	}
	err := s.store.Read().NewQuery(`SELECT state, count(*) AS n FROM lead WHERE dismissed_at IS NULL GROUP BY state`).WithContext(ctx).All(&rows)
	if err != nil {
		return LeadCounts{}, fmt.Errorf("count leads: %w", err)
	}
	var c LeadCounts
	for _, r := range rows {
		switch r.State {
		case StateReceived:
			c.Received = r.N
		case StateFetched:
			c.Fetched = r.N
		case StateRegistered:
			c.Registered = r.N
		case StateLinked:
			c.Linked = r.N
		case StateTest:
			c.Test = r.N
		case StateHeld:
			c.Held = r.N
		case StateFailed:
			c.Failed = r.N
		}
	}
	return c, nil
}

// Lead returns a line with the answers that wait in it: lead.not_found.
func (s *Service) Lead(ctx context.Context, v account.Viewer, id string) (LeadDetail, error) {
	if err := account.AdminOnly(v); err != nil {
		return LeadDetail{}, err
	}
	var rows []leadRow
	err := s.store.Read().NewQuery(leadSelect + ` WHERE l.lead_id = {:id}`).Bind(dbx.Params{"id": id}).WithContext(ctx).All(&rows)
	if err != nil {
		return LeadDetail{}, fmt.Errorf("read lead: %w", err)
	}
	if len(rows) == 0 {
		return LeadDetail{}, fault.New(CodeLeadNotFound)
	}
	d := LeadDetail{Lead: rows[0].lead()}
	l, _, err := findLine(s.store.Read(), id)
	if err != nil {
		return LeadDetail{}, err
	}
	form, err := findForm(ctx, s.store.Read(), l.FormID)
	if err != nil && !fault.Has(err, CodeFormNotFound) {
		return LeadDetail{}, err
	}
	if l.State.settled() {
		return d, nil
	}
	d.Raw = form.rawAnswers(l.Payload)
	if l.State != StateHeld {
		return d, nil
	}
	enquiry, err := s.enquiryOf(ctx, id)
	if err != nil {
		return LeadDetail{}, err
	}
	d.People, err = s.crm.Candidates(ctx, enquiry)
	return d, err
}

// rawAnswers reads the answers of a payload for the screen; what has no known shape is shown as it is.
func (f formRow) rawAnswers(payload []byte) []RawAnswer {
	if payload == nil {
		return nil
	}
	var out []RawAnswer
	var file filePayload
	if json.Unmarshal(payload, &file) == nil && file.File != nil {
		e := file.File
		for _, a := range []RawAnswer{
			{Name: "full_name", Values: []string{e.Name}},
			{Name: "phone_number", Values: e.Phones},
			{Name: "email", Values: e.Emails},
			{Name: "city", Values: []string{e.City}},
		} {
			if len(a.Values) > 0 && a.Values[0] != "" {
				out = append(out, a)
			}
		}
		for _, a := range e.Answers {
			out = append(out, RawAnswer{a.Name, a.Label, a.Values})
		}
		return out
	}
	lead := meta.ParseLead(payload)
	for _, a := range f.assign(lead.Answers) {
		values := clean(a.values)
		if len(a.question.Options) > 0 {
			values, _ = resolve(a.question.Options, values)
		}
		out = append(out, RawAnswer{clip(a.question.Key, maxLabel), clip(a.question.Label, maxLabel), values})
	}
	if len(out) == 0 && lead.Defect != "" {
		out = []RawAnswer{{Name: "", Values: []string{clip(strings.ToValidUTF8(string(payload), "�"), maxValue)}}}
	}
	return out
}
