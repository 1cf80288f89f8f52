package wire_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
)

// travel encodes a page and puts it together again, through frames.
func travel(t interface{ Fatal(args ...any) }, p store.Page) store.Page {
	chunks, err := wire.EncodePage(p)
	if err != nil {
		t.Fatal(err)
	}
	var a wire.Assembler
	for i := range chunks {
		b, err := wire.Encode(wire.Frame{Type: wire.TypePageChunk, Body: &chunks[i]})
		if err != nil {
			t.Fatal(err)
		}
		f, err := wire.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		page, err := a.Add(*f.Body.(*wire.PageChunk))
		if err != nil {
			t.Fatal(err)
		}
		if (page != nil) != (i == len(chunks)-1) {
			t.Fatal("the page did not come with its last chunk")
		}
		if page != nil {
			return *page
		}
	}
	t.Fatal("no chunks")
	return store.Page{}
}

var sameValues = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
}

func drawValue() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) any { return uuid.UUID(b).String() }),
		rapid.Map(rapid.Int64Range(-63e12, 254e12), func(ms int64) any {
			return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
		}),
		rapid.SampledFrom([]any{
			"", "2026-11-02T15:04:05.000Z", "2026-11-02T15:04:05Z", "2026-02-30T15:04:05.000Z", "2026-11-02T24:00:00.000Z",
			"2026-11-02T15:04:05,000Z", "0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "2016-12-31T23:59:60.000Z",
			"0197A3C0-1111-7222-8333-444455556666", "0197a3c0-1111-7222-8333-444455556666", "{197a3c0-1111-7222-8333-444455556666}",
			"urn:uuid:0197a3c0-1111-7222-8333-444", int64(math.MinInt64), int64(math.MaxInt64), math.Copysign(0, -1), math.NaN(), math.Inf(1),
		}),
	)
}

func TestEncodePage_EveryValueComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p store.Page
		for i := range rapid.IntRange(0, 3).Draw(t, "tables") {
			table := store.Table{Entity: fmt.Sprint("entity", i)}
			var columns [][]any
			rows := rapid.IntRange(0, 40).Draw(t, "rows")
			for c := range rapid.IntRange(1, 5).Draw(t, "columns") {
				table.Columns = append(table.Columns, fmt.Sprint("column", c))
				// Columns of one kind with few different values, and columns of anything.
				pool := rapid.SliceOfN(drawValue(), 1, 6).Draw(t, "pool")
				column := rapid.OneOf(rapid.SampledFrom(pool), drawValue())
				columns = append(columns, rapid.SliceOfN(column, rows, rows).Draw(t, "values"))
			}
			for r := range rows {
				var row []any
				for _, column := range columns {
					row = append(row, column[r])
				}
				table.Rows = append(table.Rows, row)
			}
			p.Tables = append(p.Tables, table)
		}
		if diff := cmp.Diff(p, travel(t, p), sameValues); diff != "" {
			t.Fatalf("page (-want +got):\n%s", diff)
		}
	})
}

func TestEncodePage_EverythingElseComesBack(t *testing.T) {
	p := store.Page{
		From: store.Cursor{Pos: 1, Head: 2, Nonce: math.MinInt64}, To: store.Cursor{Pos: 3, Head: 4, Nonce: 5}, More: true, Rest: 600,
		Clock: hlc.Time(7), At: 8, Forget: []string{rowID, "odd id"}, Whole: []string{"odd id", rowID},
		Outcomes: []store.OpOutcome{
			{ID: [16]byte{1}, Outcome: store.Applied},
			{ID: [16]byte{2}, Outcome: store.Superseded, ByUser: "user", ByAt: 9},
			{ID: [16]byte{3}, Outcome: store.Refused, Reason: "scope.lost"},
		},
		Check: &store.CheckSum{Count: 10, Sum: -11},
	}
	if diff := cmp.Diff(p, travel(t, p)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(store.Page{}, travel(t, store.Page{})); diff != "" {
		t.Errorf("empty page (-want +got):\n%s", diff)
	}
}

func TestEncodePage_Refuses(t *testing.T) {
	table := func(columns []string, rows ...[]any) store.Page {
		return store.Page{Tables: []store.Table{{Entity: "contact", Columns: columns, Rows: rows}}}
	}
	tests := []struct {
		name string
		p    store.Page
		want error
	}{
		{"a row that is too short", table([]string{"id", "name"}, []any{"1"}), wire.ErrMalformed},
		{"no columns", table(nil, []any{}), wire.ErrMalformed},
		{"too many values", table([]string{"id"}, make([][]any, wire.MaxCells+1)...), wire.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := wire.EncodePage(tt.p); !errors.Is(err, tt.want) {
				t.Errorf("EncodePage = %v, want %v", err, tt.want)
			}
		})
	}
	for name, v := range map[string]any{"no text": "a\xff", "another type": []byte("x"), "a small integer type": int(1)} {
		t.Run(name, func(t *testing.T) {
			_, err := wire.EncodePage(table([]string{"id", "name"}, []any{"1", v}))
			var refused *wire.ValueError
			if !errors.As(err, &refused) || refused.Place != "contact.name" {
				t.Errorf("EncodePage = %v, want a ValueError at contact.name", err)
			}
		})
	}
}

func TestAssembler_LargePageComesInParts(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test's noise
	p := store.Page{Tables: []store.Table{{Entity: "activity", Columns: []string{"id"}}}}
	for range 60_000 {
		var id uuid.UUID
		for i := range id {
			id[i] = byte(random.Uint32())
		}
		p.Tables[0].Rows = append(p.Tables[0].Rows, []any{id.String()})
	}
	chunks, err := wire.EncodePage(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(chunks) < 2 {
		t.Fatalf("%d chunks, want several", len(chunks))
	}
	if diff := cmp.Diff(p, travel(t, p)); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
	var a wire.Assembler
	if _, err := a.Add(chunks[1]); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("second chunk first: %v, want ErrMalformed", err)
	}
	for i, c := range chunks {
		page, err := a.Add(c)
		if err != nil || (page != nil) != (i == len(chunks)-1) {
			t.Fatalf("chunk %d after a refusal: %v, %v", i, page != nil, err)
		}
	}
}

func TestAssembler_Refuses(t *testing.T) {
	tests := []struct {
		name string
		c    wire.PageChunk
		want error
	}{
		{"of nothing", wire.PageChunk{}, wire.ErrMalformed},
		{"of too many", wire.PageChunk{Of: 1 << 30, Bytes: []byte("x")}, wire.ErrMalformed},
		{"a part before the first", wire.PageChunk{Part: -1, Of: 1, Bytes: []byte("x")}, wire.ErrMalformed},
		{"no bytes", wire.PageChunk{Of: 1}, wire.ErrTooLarge},
		{"no zstd", wire.PageChunk{Of: 1, Bytes: []byte("x")}, wire.ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var a wire.Assembler
			if _, err := a.Add(tt.c); !errors.Is(err, tt.want) {
				t.Errorf("Add = %v, want %v", err, tt.want)
			}
		})
	}
}

// prospects makes rows that look like an office's: no two people are alike, stages and sources repeat.
func prospects(n int) store.Table {
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // invented people
	now := time.Date(2026, 11, 2, 15, 4, 5, 0, time.UTC)
	newID := func() string {
		var id uuid.UUID
		for i := range id {
			id[i] = byte(random.Uint32())
		}
		ms := uint64(now.UnixMilli())
		for i := range 6 {
			id[i] = byte(ms >> (40 - 8*i))
		}
		id[6], id[8] = id[6]&15|0x70, id[8]&63|0x80
		return id.String()
	}
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	stages := []string{newID(), newID(), newID(), newID(), newID(), newID()}
	sellers := []string{newID(), newID(), newID(), newID()}
	t := store.Table{Entity: "prospect", Columns: []string{
		"id", "contact_id", "owner_id", "stage_id", "status", "temperature", "source", "campaign", "title", "note", "amount",
		"currency", "created_at", "updated_at", "next_at", "last_contact_at", "closed_at", "lost_reason", "extra", "deleted", "rev",
	}}
	for i := range n {
		now = now.Add(time.Duration(random.Int64N(int64(40 * time.Minute)))).Truncate(time.Millisecond)
		at := func(d time.Duration) string { return now.Add(d).Format("2006-01-02T15:04:05.000Z") }
		var next, closed, reason any
		if random.IntN(3) == 0 {
			next = at(time.Duration(random.Int64N(int64(72 * time.Hour))).Truncate(time.Minute))
		}
		status := pick("open", "open", "open", "won", "lost")
		if status != "open" {
			closed = at(time.Duration(random.Int64N(int64(240 * time.Hour))))
		}
		if status == "lost" {
			reason = pick("price", "no_answer", "bought_elsewhere")
		}
		t.Rows = append(t.Rows, []any{
			newID(), newID(), pick(sellers...), pick(stages...), status, pick("hot", "warm", "cold"), pick("leads", "leads", "referral", "walk_in"),
			pick("Preventa torre norte", "Lotes campestres", "Casa muestra", "Remarketing"),
			pick("Departamento", "Lote", "Casa", "Local") + fmt.Sprintf(" %d m2", 40+random.IntN(400)),
			pick("", "", "Pidió informes por WhatsApp", "Quiere visitar el sábado", fmt.Sprint("Presupuesto de ", random.IntN(900)+100, " mil")),
			int64(random.IntN(9000)+500) * 1000, "MXN", at(0), at(time.Duration(random.Int64N(int64(99 * time.Hour)))), next,
			at(time.Duration(random.Int64N(int64(48 * time.Hour)))), closed, reason, "{}", int64(0), int64(1000 + i),
		})
	}
	return t
}

// BenchmarkEncodePage reports what a prospect costs on the wire.
func BenchmarkEncodePage(b *testing.B) {
	p := store.Page{Tables: []store.Table{prospects(500)}}
	size := 0
	for b.Loop() {
		chunks, err := wire.EncodePage(p)
		if err != nil {
			b.Fatal(err)
		}
		size = 0
		for i := range chunks {
			frame, err := wire.Encode(wire.Frame{Type: wire.TypePageChunk, Body: &chunks[i]})
			if err != nil {
				b.Fatal(err)
			}
			size += len(frame)
		}
	}
	b.ReportMetric(float64(size)/float64(len(p.Tables[0].Rows)), "B/row")
	b.ReportMetric(float64(len(p.Tables[0].Rows))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkAssembler is the other side.
func BenchmarkAssembler(b *testing.B) {
	chunks, err := wire.EncodePage(store.Page{Tables: []store.Table{prospects(500)}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var a wire.Assembler
		for _, c := range chunks {
			if _, err := a.Add(c); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(500*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func TestEncodePage_ProspectTakesAtMost100Bytes(t *testing.T) {
	table := prospects(500)
	chunks, err := wire.EncodePage(store.Page{Tables: []store.Table{table}})
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, c := range chunks {
		size += len(c.Bytes)
	}
	if perRow := size / len(table.Rows); perRow > 100 {
		t.Errorf("%d bytes for each of %d prospects, want at most 100", perRow, len(table.Rows))
	}
}

// What is fuzzed is a page before zstd, which would hide it from the fuzzer.
func FuzzAssembler(f *testing.F) {
	deflate, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		f.Fatal(err)
	}
	inflate, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(inflate.Close)
	for _, p := range []store.Page{
		{},
		{Tables: []store.Table{prospects(3)}},
		{Tables: []store.Table{prospects(20)}},
		{Forget: []string{rowID}, Whole: []string{rowID}, Outcomes: []store.OpOutcome{{ID: [16]byte{1}}}},
	} {
		chunks, err := wire.EncodePage(p)
		if err != nil {
			f.Fatal(err)
		}
		raw, err := inflate.DecodeAll(chunks[0].Bytes, nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var a wire.Assembler
		p, err := a.Add(wire.PageChunk{Of: 1, Bytes: deflate.EncodeAll(raw, nil)})
		if err != nil || p == nil {
			return
		}
		cells := 0
		for _, table := range p.Tables {
			cells += len(table.Columns) * len(table.Rows)
		}
		if cells > wire.MaxCells {
			t.Fatalf("%d values, more than %d", cells, wire.MaxCells)
		}
		if cells > 5000 { // many rows of nothing take few bytes and long to compare
			return
		}
		if diff := cmp.Diff(*p, travel(t, *p), sameValues); diff != "" {
			t.Fatalf("page (-want +got):\n%s", diff)
		}
	})
}
