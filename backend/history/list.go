package history

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

// Sizes of pages, and how much of the log one page looks at: a filter that little fits is read on page by page, so that none
// of them keeps anybody waiting.
const (
	defaultLimit = 50
	longestLimit = 200
)

var (
	whats   = []string{WhatProspect, WhatContact, WhatActivity, WhatSubmission, WhatOffice, WhatAccess, WhatExport}
	changes = []string{ChangeCreated, ChangeChanged, ChangeRemoved, ChangeRestored, ChangeNotAccepted}
)

// place is where a page ended in both sources: lines below these come next.
type place struct {
	Change int64 `json:"c"`
	Audit  int64 `json:"a"`
}

func (p place) String() string {
	text, _ := json.Marshal(p) // two numbers
	return base64.RawURLEncoding.EncodeToString(text)
}

func readPlace(text string) (place, error) {
	if text == "" {
		return place{math.MaxInt64, math.MaxInt64}, nil
	}
	var p place
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil || p.Change < 0 || p.Audit < 0 {
		return place{}, &fault.Error{Code: "input.invalid", Field: "cursor", Err: err}
	}
	return p, nil
}

// part is what one source gives for a page, newest first.
type part struct {
	lines []Line
	ns    []int64 // their places
	next  int64   // lines below it have not been looked at
	done  bool    // there are none
}

// List returns a page of the office's history. Faults: access.admin_only, prospect.not_found, input.invalid for a filter or
// cursor that makes no sense.
func (s *Service) List(ctx context.Context, v account.Viewer, f Filter) (Page, error) {
	if err := account.AdminOnly(v); err != nil {
		return Page{}, err
	}
	if err := f.check(); err != nil {
		return Page{}, err
	}
	from, err := readPlace(f.Cursor)
	if err != nil {
		return Page{}, err
	}
	tables, err := s.catalogue(ctx)
	if err != nil {
		return Page{}, err
	}
	var page Page
	err = s.store.ReadTx(ctx, func(q dbx.Builder) error {
		r := reader{q: q, f: f, tables: tables}
		if err := r.period(); err != nil {
			return err
		}
		changed, err := r.changes(from.Change)
		if err != nil {
			return err
		}
		audited, err := r.audit(from.Audit)
		if err != nil {
			return err
		}
		page = merge(changed, audited, f.Limit)
		return r.name(page.Items)
	})
	if err != nil {
		return Page{}, fmt.Errorf("list history: %w", err)
	}
	return page, nil
}

func (f *Filter) check() error {
	for _, c := range []struct {
		field, value string
		known        []string
	}{{"what", f.What, whats}, {"change", f.Change, changes}} {
		if c.value != "" && !slices.Contains(c.known, c.value) {
			return fault.Invalid(c.field, "input.invalid")
		}
	}
	for _, c := range []struct{ field, value string }{{"from", f.From}, {"to", f.To}} {
		if _, err := clock.Parse(c.value); c.value != "" && err != nil {
			return &fault.Error{Code: "input.invalid", Field: c.field, Err: err}
		}
	}
	if f.Limit <= 0 {
		f.Limit = defaultLimit
	}
	f.Limit = min(f.Limit, longestLimit)
	return nil
}

// merge puts the lines of both sources in order. Where a source has been read only in part, nothing older than what is known of
// it may come before the rest.
func merge(changed, audited part, limit int) Page {
	page := Page{Items: []Line{}}
	parts := []*part{&changed, &audited}
	taken := []int{0, 0}
	for len(page.Items) < limit {
		best := -1
		for i, p := range parts {
			if taken[i] == len(p.lines) {
				if !p.done {
					best = -1
					break
				}
				continue
			}
			if best < 0 || p.lines[taken[i]].At > parts[best].lines[taken[best]].At {
				best = i
			}
		}
		if best < 0 {
			break
		}
		page.Items = append(page.Items, parts[best].lines[taken[best]])
		taken[best]++
	}
	at := place{}
	more := false
	for i, p := range parts {
		next := p.next
		if taken[i] < len(p.lines) {
			next = p.ns[taken[i]] + 1
		}
		if next > 0 {
			more = true
		}
		if i == 0 {
			at.Change = next
		} else {
			at.Audit = next
		}
	}
	if more {
		page.Next = at.String()
	}
	return page
}

// millis is an instant as the log's commits keep it.
func millis(instant string) int64 {
	t, err := clock.Parse(instant)
	if err != nil {
		return 0
	}
	return t.UnixMilli()
}

func instantOf(ms int64) string {
	if ms <= 0 {
		return ""
	}
	return clock.Format(time.UnixMilli(ms))
}

func jsonList(ids []string) string {
	text, _ := json.Marshal(ids) // strings
	return string(text)
}
