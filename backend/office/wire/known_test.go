package wire_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

func ids(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = uuid.New().String()
	}
	return list
}

// referring is a page whose rows refer to others.
func referring(more bool, entity string, to []any) store.Page {
	t := store.Table{Entity: entity, Columns: []string{"id", "prospect_id"}}
	for _, id := range to {
		t.Rows = append(t.Rows, []any{uuid.New().String(), id})
	}
	return store.Page{More: more, Tables: []store.Table{t}}
}

// receive gives an assembler the chunks of a page.
func receive(a *wire.Assembler, chunks []wire.PageChunk) (page *store.Page, err error) {
	for i := range chunks {
		if page, err = a.Add(chunks[i]); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func TestPageEncoder_EveryPageOfAConnectionComesBackAsItWas(t *testing.T) {
	pool := ids(12)
	rapid.Check(t, func(t *rapid.T) {
		var e wire.PageEncoder
		var a wire.Assembler
		for range rapid.IntRange(1, 6).Draw(t, "pages") {
			id := rapid.SampledFrom(pool)
			if rapid.Bool().Draw(t, "mixed") {
				id = rapid.OneOf(id, drawValue())
			}
			p := store.Page{More: rapid.Bool().Draw(t, "more")}
			for i := range rapid.IntRange(0, 3).Draw(t, "tables") {
				table := store.Table{Entity: fmt.Sprint("entity", i), Columns: []string{"id", "prospect_id", "contact_id"}}
				for range rapid.IntRange(0, 30).Draw(t, "rows") {
					table.Rows = append(table.Rows, rapid.SliceOfN(id, 3, 3).Draw(t, "row"))
				}
				p.Tables = append(p.Tables, table)
			}
			chunks, err := e.Encode(p)
			if err != nil {
				t.Fatal(err)
			}
			got, err := receive(&a, chunks)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, *got, sameValues); diff != "" {
				t.Fatalf("page (-want +got):\n%s", diff)
			}
		}
	})
}

func TestPageEncoder_WhatWasNamedBeforeIsNotSentAgain(t *testing.T) {
	prospects := ids(1000)
	var e wire.PageEncoder
	size := func(p store.Page) (n int) {
		chunks, err := e.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range chunks {
			n += len(c.Bytes)
		}
		return n
	}
	size(referring(true, "submission", prospects))
	known := size(referring(false, "activity", prospects))
	anew := size(referring(false, "activity", prospects)) // the run has ended
	if saved := anew - known; saved < 15*len(prospects) {
		t.Errorf("a page takes %d bytes, and %d with ids that were named before: %d saved for each of %d", anew, known, saved/len(prospects), len(prospects))
	}
}

func TestAssembler_RefusesAPageOfAnotherConnection(t *testing.T) {
	prospects := ids(10)
	var e wire.PageEncoder
	if _, err := e.Encode(referring(true, "submission", prospects)); err != nil {
		t.Fatal(err)
	}
	chunks, err := e.Encode(referring(false, "activity", prospects))
	if err != nil {
		t.Fatal(err)
	}
	var a wire.Assembler
	if page, err := receive(&a, chunks); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("Add = %v, %v, want ErrMalformed", page, err)
	}
}

func TestPageEncoder_RemembersSoManyIDs(t *testing.T) {
	many := ids(1<<16 + 100)
	var e wire.PageEncoder
	var a wire.Assembler
	for _, p := range []store.Page{referring(true, "submission", many), referring(true, "event", many), referring(false, "activity", many[1<<16-50:])} {
		chunks, err := e.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		got, err := receive(&a, chunks)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, *got); diff != "" {
			t.Fatalf("page (-want +got):\n%s", diff)
		}
	}
}
