package meta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"
)

// textDeepCursor ends walks over very many leads (seen in the field; not documented).
const textDeepCursor = "after cursor specified exceeds"

// Lead reads one lead. ClassGone is ambiguous: deleted, older than 90 days, of another page, or without access all look
// the same; for a fresh lead it can also pass within the hour.
func (c *Client) Lead(ctx context.Context, token Token, lead ID) (Lead, error) {
	k := call{op: "read lead", path: "/" + string(lead), token: token, query: fields(LeadFields)}
	if err := needIDs(k.op, lead); err != nil {
		return Lead{}, err
	}
	body, err := c.do(ctx, k)
	without := false
	var e *Error
	if errors.As(err, &e) && dropAdFields(k.query, e) {
		without = true
		body, err = c.do(ctx, k)
	}
	if err != nil {
		return Lead{}, err
	}
	l := ParseLead(body)
	l.WithoutAds = without
	if l.Defect == DefectID { // we know whose it is
		l.ID, l.Defect = lead, DefectAnswers
	}
	return l, nil
}

// dropAdFields narrows the list of fields after a refusal that concerns ads alone. It reports whether a repeat makes sense.
func dropAdFields(query url.Values, e *Error) bool {
	if query.Get("fields") != LeadFields {
		return false
	}
	aboutAds := false
	switch e.Advice {
	case AdvicePermissionMissing:
		name, _ := e.Args["permission"].(string)
		aboutAds = strings.HasPrefix(name, "ads_")
	case AdvicePermissionUnnamed:
		aboutAds = true
	case AdviceBadRequest:
		text := strings.ToLower(e.Message)
		aboutAds = strings.Contains(text, "nonexisting field (ad") || strings.Contains(text, "nonexisting field (campaign")
	}
	if aboutAds {
		query.Set("fields", leadFields)
	}
	return aboutAds
}

// Leads yields the form's leads created after since, newest first as a rule but not by promise. A zero since asks for
// everything Meta keeps. Leads that cannot be read in full come with a Defect; an error ends the walk.
func (c *Client) Leads(ctx context.Context, token Token, form ID, since time.Time) iter.Seq2[Lead, error] {
	return func(yield func(Lead, error) bool) {
		for page, err := range c.LeadPages(ctx, token, form, since) {
			if err != nil {
				yield(Lead{}, err)
				return
			}
			for _, l := range page {
				if !yield(l, nil) {
					return
				}
			}
		}
	}
}

// LeadPages is Leads a page at a time, for callers that store a page in one transaction. Pages are never empty.
func (c *Client) LeadPages(ctx context.Context, token Token, form ID, since time.Time) iter.Seq2[[]Lead, error] {
	return c.leadPages(ctx, call{op: "list leads", token: token, query: fields(LeadFields)}, form, since)
}

// LeadStub is a lead's id and time, without anything personal.
type LeadStub struct {
	ID      ID
	Created time.Time
}

// LeadIDs yields ids and times of the form's leads created after since, to compare with what is known.
func (c *Client) LeadIDs(ctx context.Context, token Token, form ID, since time.Time) iter.Seq2[LeadStub, error] {
	return func(yield func(LeadStub, error) bool) {
		k := call{op: "list lead ids", token: token, query: fields(stubFields)}
		for page, err := range c.leadPages(ctx, k, form, since) {
			if err != nil {
				yield(LeadStub{}, err)
				return
			}
			for _, l := range page {
				if !yield(LeadStub{l.ID, l.Created}, nil) {
					return
				}
			}
		}
	}
}

// leadPages walks a form's leads. When Meta refuses to go deeper, it starts again below the oldest lead seen.
func (c *Client) leadPages(ctx context.Context, k call, form ID, since time.Time) iter.Seq2[[]Lead, error] {
	return func(yield func([]Lead, error) bool) {
		if err := needIDs(k.op, form); err != nil {
			yield(nil, err)
			return
		}
		k.path = "/" + string(form) + "/leads"
		s := leadWalk{since: since, seen: map[ID]bool{}}
		for {
			k.query.Set("filtering", leadFilter(since, s.until))
			if k.query.Get("filtering") == "" {
				k.query.Del("filtering")
			}
			again, ok := s.run(ctx, c.leadWalker(k), yield)
			if !ok || !again {
				return
			}
		}
	}
}

func (c *Client) leadWalker(k call) *walker {
	w := c.walk(k)
	w.narrow = dropAdFields
	w.skip = url.Values{"fields": {stubFields}}
	if f := k.query.Get("filtering"); f != "" {
		w.skip.Set("filtering", f)
	}
	return w
}

// leadWalk is the state of a walk over several windows.
type leadWalk struct {
	since  time.Time
	until  time.Time // zero, or the end of the window
	oldest time.Time
	seen   map[ID]bool
}

// run walks one window. again asks for another window; ok is false once the consumer has had enough or got an error.
func (s *leadWalk) run(ctx context.Context, w *walker, yield func([]Lead, error) bool) (again, ok bool) {
	for page, err := range w.pages(ctx) {
		if err != nil {
			var e *Error
			deep := errors.As(err, &e) && strings.Contains(strings.ToLower(e.Message), textDeepCursor)
			next := s.oldest.Add(time.Second)
			if deep && !s.oldest.IsZero() && (s.until.IsZero() || next.Before(s.until)) {
				s.until = next
				return true, true
			}
			yield(nil, err)
			return false, false
		}
		leads := s.take(page, w.call.query.Get("fields") == leadFields)
		if len(leads) > 0 && !yield(leads, nil) {
			return false, false
		}
	}
	return false, true
}

// take decodes a page, drops what was seen before, and what is not newer than since although Meta was told so.
func (s *leadWalk) take(page walkedPage, withoutAds bool) []Lead {
	leads := make([]Lead, 0, len(page.items))
	for _, raw := range page.items {
		l := ParseLead(raw)
		l.WithoutAds = withoutAds
		if page.partial && l.Defect == "" {
			l.Defect = DefectUnreadable
		}
		if !l.Created.IsZero() {
			if s.oldest.IsZero() || l.Created.Before(s.oldest) {
				s.oldest = l.Created
			}
			if !s.since.IsZero() && !l.Created.After(s.since) {
				continue
			}
		}
		if l.ID.Valid() {
			if s.seen[l.ID] {
				continue
			}
			s.seen[l.ID] = true
		}
		leads = append(leads, l)
	}
	return leads
}

// leadFilter writes the filter of a window. The field is time_created and its value unix seconds; the name of the
// returned field, created_time, and dates are ignored without a word (Meta, Retrieving leads).
func leadFilter(since, until time.Time) string {
	type clause struct {
		Field    string `json:"field"`
		Operator string `json:"operator"`
		Value    int64  `json:"value"`
	}
	var clauses []clause
	if !since.IsZero() {
		clauses = append(clauses, clause{"time_created", "GREATER_THAN", since.Unix()})
	}
	if !until.IsZero() {
		clauses = append(clauses, clause{"time_created", "LESS_THAN", until.Unix()})
	}
	if clauses == nil {
		return ""
	}
	text, err := json.Marshal(clauses)
	if err != nil { // a struct of texts and numbers always encodes
		panic(fmt.Sprintf("encode filter: %v", err))
	}
	return string(text)
}
