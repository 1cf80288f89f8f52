package meta

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/url"
	"strconv"
)

// pageLimit is how many objects a list call asks for at first. Meta's ceiling is not documented; 100 is in common use.
const pageLimit = 100

// growAfter is how many good pages it takes to ask for more again after a refusal.
const growAfter = 4

// listPage is one page of any edge (Meta, Paginated results).
type listPage struct {
	Data   []json.RawMessage `json:"data"`
	Paging struct {
		Cursors struct {
			After string `json:"after"`
		} `json:"cursors"`
		Next string `json:"next"`
	} `json:"paging"`
}

// after returns the cursor of the next page, or "" at the end. The address in "next" holds the token, so it is never
// followed; only its cursor is taken when the cursors themselves are missing.
func (p listPage) after() string {
	if p.Paging.Next == "" {
		return ""
	}
	if p.Paging.Cursors.After != "" {
		return p.Paging.Cursors.After
	}
	next, err := url.Parse(p.Paging.Next)
	if err != nil {
		return ""
	}
	return next.Query().Get("after")
}

// walker goes through the pages of an edge.
type walker struct {
	c    *Client
	call call
	// ceiling and limit are page sizes; limit shrinks when Meta or we cannot cope.
	ceiling, limit int
	good           int
	after          string
	seen           map[string]bool
	// narrow, when set, changes the query after a refusal and reports whether a repeat makes sense.
	narrow func(query url.Values, e *Error) bool
	// skip, when set, reads the one object at the cursor with next to no fields, because it cannot be read in full.
	skip url.Values
}

func (c *Client) walk(k call) *walker {
	return &walker{c: c, call: k, ceiling: pageLimit, limit: pageLimit, seen: map[string]bool{}}
}

// pages yields page after page until there is no next one, the consumer stops, or an error, which is yielded last.
// partial is true for a page that holds a single object read without its fields.
func (w *walker) pages(ctx context.Context) iter.Seq2[walkedPage, error] {
	return func(yield func(walkedPage, error) bool) {
		for {
			page, partial, err := w.next(ctx)
			if err != nil {
				yield(walkedPage{}, err)
				return
			}
			if !yield(walkedPage{page.Data, partial}, nil) {
				return
			}
			w.after = page.after()
			if w.after == "" {
				return
			}
			if w.seen[w.after] {
				yield(walkedPage{}, failure(w.call.op, ClassRetry, AdviceUnexpected, "Meta repeats a cursor").with("code", 0))
				return
			}
			w.seen[w.after] = true
		}
	}
}

type walkedPage struct {
	items   []json.RawMessage
	partial bool
}

// next reads the page at the cursor, asking for less as long as that can help.
func (w *walker) next(ctx context.Context) (page listPage, partial bool, err error) {
	for {
		page, err = w.read(ctx, w.call.query, w.limit)
		var e *Error
		switch {
		case err == nil:
			w.succeed()
			return page, false, nil
		case !errors.As(err, &e):
			return page, false, err
		case w.narrow != nil && w.narrow(w.call.query, e):
		case !isTooMuch(e):
			return page, false, err
		case w.limit > 1:
			w.limit, w.good = w.limit/2, 0
		case w.skip != nil:
			if page, serr := w.read(ctx, w.skip, 1); serr == nil {
				w.limit, w.good = w.ceiling, 0
				return page, true, nil
			}
			return page, false, err
		default:
			return page, false, err
		}
	}
}

func (w *walker) succeed() {
	w.good++
	if w.good >= growAfter && w.limit < w.ceiling {
		w.limit, w.good = min(w.limit*2, w.ceiling), 0
	}
}

func (w *walker) read(ctx context.Context, query url.Values, limit int) (listPage, error) {
	k := w.call
	k.query = url.Values{"limit": {strconv.Itoa(limit)}}
	for name, values := range query {
		k.query[name] = values
	}
	if w.after != "" {
		k.query.Set("after", w.after)
	}
	var page listPage
	err := w.c.fetch(ctx, k, &page)
	if err == nil && (page.Data == nil || page.Paging.Next != "" && page.after() == "") {
		// Taken for an empty or a last page, it would hide what comes after it.
		err = failure(k.op, ClassRetry, AdviceUnexpected, "Meta's list has no data, or no way to its next page").with("code", 0)
	}
	return page, err
}

// isTooMuch reports whether asking for fewer objects may help: Meta's code 1, which also says "reduce the amount of
// data", and answers over our own limit.
func isTooMuch(e *Error) bool {
	return e.Code == 1 && e.Class == ClassRetry || e.Advice == AdviceTooLarge
}

// collect yields decoded objects one by one. decode returning an error ends the walk.
func collect[T any](ctx context.Context, w *walker, decode func(json.RawMessage) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for page, err := range w.pages(ctx) {
			if err != nil {
				yield(none, err)
				return
			}
			for _, raw := range page.items {
				v, err := decode(raw)
				if err != nil {
					yield(none, err)
					return
				}
				if !yield(v, nil) {
					return
				}
			}
		}
	}
}
