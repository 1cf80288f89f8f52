package graphsim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sitegroup.mx/crm/backend/meta"
)

// defaultPage is the size of a page when none is asked for (Meta, Paginated results).
const defaultPage = 25

// formLeads lists a form's leads of the last 90 days, organic and test ones included, newest first.
func (s *Sim) formLeads(c *caller) (any, *apiError) {
	return s.listLeads(c, func(*lead) bool { return true })
}

// adLeads lists the leads of an ad.
func (s *Sim) adLeads(c *caller) (any, *apiError) {
	return s.listLeads(c, func(l *lead) bool { return !l.spec.Organic })
}

func (s *Sim) listLeads(c *caller, keep func(*lead) bool) (any, *apiError) {
	if err := c.needLeads(); err != nil {
		return nil, err
	}
	filter, err := parseFilter(c.params.Get("filtering"))
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var leads []*lead
	for _, id := range c.form.leads {
		if l := s.leads[id]; !l.expired(now) && keep(l) && filter.keep(l) {
			leads = append(leads, l)
		}
	}
	slices.SortStableFunc(leads, func(a, b *lead) int {
		if n := b.created.Compare(a.created); n != 0 {
			return n
		}
		return strings.Compare(string(b.id), string(a.id))
	})
	names := splitFields(c.params.Get("fields"))
	list := make([]object, 0, len(leads))
	for _, l := range leads {
		node, err := l.node(names, c.token)
		if err != nil {
			return nil, err
		}
		list = append(list, node)
	}
	return s.paged(c, list)
}

// clause is one condition of "filtering".
type clause struct {
	Field    string          `json:"field"`
	Operator string          `json:"operator"`
	Value    json.RawMessage `json:"value"`
}

type filter []func(unix int64) bool

// parseFilter understands time_created alone. Other names and values that are not whole numbers are ignored without a
// word, as Meta does; only a filter by id fails, with the text people report.
func parseFilter(text string) (filter, *apiError) {
	if text == "" {
		return nil, nil
	}
	var clauses []clause
	if json.Unmarshal([]byte(text), &clauses) != nil {
		return nil, invalidParameter("param filtering must be an array.")
	}
	var out filter
	for _, c := range clauses {
		if c.Field == "id" {
			return nil, presets["unknown"]()
		}
		limit, err := strconv.ParseInt(strings.Trim(string(c.Value), `"`), 10, 64)
		if c.Field != "time_created" || err != nil {
			continue
		}
		switch c.Operator {
		case "GREATER_THAN":
			out = append(out, func(t int64) bool { return t > limit })
		case "GREATER_THAN_OR_EQUAL":
			out = append(out, func(t int64) bool { return t >= limit })
		case "LESS_THAN":
			out = append(out, func(t int64) bool { return t < limit })
		}
	}
	return out, nil
}

func (f filter) keep(l *lead) bool {
	for _, passes := range f {
		if !passes(l.created.Unix()) {
			return false
		}
	}
	return true
}

// paged cuts a list into a page. Cursors are opaque: they name the last object passed and how many were.
func (s *Sim) paged(c *caller, list []object) (any, *apiError) {
	limit := defaultPage
	if text := c.params.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, invalidParameter("param limit must be a positive integer")
		}
		limit = n
	}
	if limit > s.limits.MaxPage {
		return nil, tooMuchData()
	}
	start, err := s.startOf(c.params.Get("after"), list)
	if err != nil {
		return nil, err
	}
	end := min(start+limit, len(list))
	s.listed++
	if every := s.limits.EmptyPageEvery; every > 0 && s.listed%every == 0 && start < len(list) {
		end = start
	}
	out := object{{"data", list[start:end]}}
	if len(list) == 0 {
		return out, nil
	}
	after := s.cursor(list, end)
	paging := object{{"cursors", object{{"before", s.cursor(list, start)}, {"after", after}}}}
	if end < len(list) {
		paging = append(paging, pair{"next", c.next(after)})
	}
	return append(out, pair{"paging", paging}), nil
}

func (s *Sim) cursor(list []object, end int) string {
	last := ""
	if end > 0 {
		last = objectID(list[end-1])
	}
	s.serial++
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "AQHR|%s|%d|%d", last, end, s.serial))
}

// startOf finds where a cursor points. Objects that appeared meanwhile do not shift it.
func (s *Sim) startOf(after string, list []object) (int, *apiError) {
	if after == "" {
		return 0, nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(after)
	parts := strings.Split(string(decoded), "|")
	if err != nil || len(parts) != 4 {
		return 0, invalidParameter("Invalid cursors values")
	}
	depth, _ := strconv.Atoi(parts[2])
	if s.limits.MaxDepth > 0 && depth > s.limits.MaxDepth {
		return 0, invalidParameter("The After Cursor specified exceeds the max limit supported by this endpoint")
	}
	if parts[1] == "" {
		return 0, nil
	}
	if i := slices.IndexFunc(list, func(o object) bool { return objectID(o) == parts[1] }); i >= 0 {
		return i + 1, nil
	}
	return min(depth, len(list)), nil
}

func objectID(o object) string {
	for _, p := range o {
		if p.key == "id" {
			if id, ok := p.value.(meta.ID); ok {
				return string(id)
			}
		}
	}
	return ""
}

// next is the address of the next page, with the caller's token in it.
func (c *caller) next(after string) string {
	query := url.Values{}
	for name, values := range c.params {
		if name != "appsecret_proof" {
			query[name] = values
		}
	}
	if c.bearer != "" {
		query.Set("access_token", string(c.bearer))
	}
	query.Set("after", after)
	return c.base + "/" + c.version + "/" + strings.Join(c.path, "/") + "?" + query.Encode()
}
