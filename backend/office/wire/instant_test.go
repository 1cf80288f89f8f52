package wire_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// travelTexts sends texts through a page.
func travelTexts(t interface{ Fatal(...any) }, texts ...string) []string {
	rows := make([][]any, len(texts))
	for i, s := range texts {
		rows[i] = []any{s}
	}
	chunks, err := wire.EncodePage(store.Page{Tables: []store.Table{{Entity: "activity", Columns: []string{"id"}, Rows: rows}}})
	if err != nil {
		t.Fatal(err)
	}
	var whole wire.Assembler
	var page *store.Page
	for _, c := range chunks {
		if page, err = whole.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, row := range page.Tables[0].Rows {
		s, _ := row[0].(string)
		got = append(got, s)
	}
	return got
}

func TestPage_KeepsInstantsAndWhatLooksLikeThem(t *testing.T) {
	texts := []string{
		"2026-11-02T15:04:05.000Z", "2026-11-02T15:04:05.999Z", "2024-02-29T00:00:00.000Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
		"2026-02-29T00:00:00.000Z", "2026-04-31T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-00-01T00:00:00.000Z", "2026-01-00T00:00:00.000Z",
		"2026-11-02T24:00:00.000Z", "2026-11-02T15:60:00.000Z", "2026-11-02T15:04:60.000Z", "2026-11-02 15:04:05.000Z", "2026-11-02T15:04:05.000z",
		"2026-11-02T15:04:05,000Z", "2026-11-02T15:04:05.00Z", "+026-11-02T15:04:05.000Z", "2026-11-02T15:04:05.-01Z", "2026-11-02T15:04:05.000Z ", "",
	}
	if diff := cmp.Diff(texts, travelTexts(t, texts...)); diff != "" {
		t.Error(diff)
	}
}

func TestPage_KeepsAnyInstant(t *testing.T) {
	first, last := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli()
	rapid.Check(t, func(t *rapid.T) {
		var texts []string
		for range rapid.IntRange(1, 20).Draw(t, "rows") {
			ms := rapid.Int64Range(first, last).Draw(t, "instant")
			texts = append(texts, time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z"))
		}
		if diff := cmp.Diff(texts, travelTexts(t, texts...)); diff != "" {
			t.Fatal(diff)
		}
	})
}
