package sheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sitegroup.mx/crm/backend/intake/sheet"
)

// export is the file that Meta's tools download (Meta, download of leads): a real lead and a test lead.
const export = "id\tcreated_time\tad_id\tad_name\tadset_id\tadset_name\tcampaign_id\tcampaign_name\tform_id\tform_name\tis_organic\tplatform\twhich_service_are_you_interested_in?\tfull_name\tphone_number\temail\tlead_status\n" +
	"l:1234567890123456\t2026-11-02T09:04:05-06:00\tag:120210000000000101\tOtoño - video\tas:120210000000000102\tCDMX 25-45\tc:120210000000000103\tOtoño 2026\tf:812345678901234\tOtoño 2026 v2\tFALSE\tig\twhole-home_heat_pump\tAna Prueba Ñandú\tp:+525555550100\tana.prueba@example.com\tcomplete\n" +
	"l:867443000000678\t2026-11-02T10:00:00-06:00\t\t\t\t\t\t\tf:812345678901234\tOtoño 2026 v2\tTRUE\t\t<test lead: dummy data for which_service_are_you_interested_in?>\t<test lead: dummy data for full_name>\tp:<test lead: dummy data for phone_number>\ttest@meta.com\tcomplete\n"

func utf16le(text string, mark bool) []byte {
	var out []byte
	if mark {
		out = []byte{0xff, 0xfe}
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

func utf16be(text string) []byte {
	out := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(text)) {
		out = binary.BigEndian.AppendUint16(out, u)
	}
	return out
}

func TestRead_Text(t *testing.T) {
	for _, tt := range []struct {
		name string
		body []byte
		want sheet.Table
	}{
		{"commas", []byte("a,b\n1,2\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"a", "b"}, Rows: [][]string{{"1", "2"}}}},
		{"semicolons and a mark", []byte("\xef\xbb\xbfa;b,c\r\n1;2\r\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ";", Header: []string{"a", "b,c"}, Rows: [][]string{{"1", "2"}}}},
		{"more commas in a question than columns", []byte("a;b;c: d, e, f, g?\n1;2;e\n3;4;f\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ";", Header: []string{"a", "b", "c: d, e, f, g?"}, Rows: [][]string{{"1", "2", "e"}, {"3", "4", "f"}}}},
		{"semicolons in the answers", []byte("a,b\nx;y;z,1\n\"p;q\nr;s\",2\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"a", "b"}, Rows: [][]string{{"x;y;z", "1"}, {"p;q\nr;s", "2"}}}},
		{"bars", []byte("a|b|c\n1|2|3"), sheet.Table{Encoding: sheet.UTF8, Separator: "|", Header: []string{"a", "b", "c"}, Rows: [][]string{{"1", "2", "3"}}}},
		{"Excel's hint", []byte("sep=;\r\na,b;c\r\n1;2\r\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ";", Header: []string{"a,b", "c"}, Rows: [][]string{{"1", "2"}}}},
		{"Windows-1252", []byte("nombre,a\xf1o\nMu\xf1oz,1\n"), sheet.Table{Encoding: sheet.ANSI, Separator: ",", Header: []string{"nombre", "año"}, Rows: [][]string{{"Muñoz", "1"}}}},
		{"UTF-16 without a mark", utf16le("año\tb\nñ\t2\n", false), sheet.Table{Encoding: sheet.UTF16LE, Separator: "\t", Header: []string{"año", "b"}, Rows: [][]string{{"ñ", "2"}}}},
		{"UTF-16 the other way round", utf16be("año\tb\nñ\t2\n"), sheet.Table{Encoding: sheet.UTF16BE, Separator: "\t", Header: []string{"año", "b"}, Rows: [][]string{{"ñ", "2"}}}},
		{"quotes", []byte("a,b\n\"x, \"\"y\"\"\nz\",2\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"a", "b"}, Rows: [][]string{{"x, \"y\"\nz", "2"}}}},
		{"a stray quote swallows nothing", []byte("a,b\n\"x,1\n5\" pipe,2\ny,3\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"a", "b"}, Rows: [][]string{{"\"x", "1"}, {"5\" pipe", "2"}, {"y", "3"}}}},
		{"old Mac line ends", []byte("a,b\r1,2\r3,4\r"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"a", "b"}, Rows: [][]string{{"1", "2"}, {"3", "4"}}}},
		{"blank rows and ragged ones", []byte("\n\na,b\n\n , \n1\n1,2,3,\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"a", "b", ""}, Rows: [][]string{{"1", "", ""}, {"1", "2", "3"}}}},
		{"one column", []byte("phone\n5555550101\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"phone"}, Rows: [][]string{{"5555550101"}}}},
		{"cells are cleaned", []byte("a,b\n\u00a0x\u200b ,'+52\n"), sheet.Table{Encoding: sheet.UTF8, Separator: ",", Header: []string{"a", "b"}, Rows: [][]string{{"x", "+52"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := sheet.Read(tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("table (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRead_MetasExport(t *testing.T) {
	for encoding, body := range map[string][]byte{sheet.UTF16LE: utf16le(export, true), sheet.UTF8: []byte(export)} {
		got, err := sheet.Read(body)
		if err != nil {
			t.Fatal(err)
		}
		if got.Encoding != encoding || got.Separator != "\t" || len(got.Header) != 17 || len(got.Rows) != 2 {
			t.Errorf("table = %+v", got)
		}
		if got.Rows[0][13] != "Ana Prueba Ñandú" || got.Rows[0][0] != "l:1234567890123456" {
			t.Errorf("row = %q", got.Rows[0])
		}
	}
}

// noise is bytes that look like nothing.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestRead_Refuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		body []byte
		want error
	}{
		{"nothing", nil, sheet.ErrEmpty},
		{"a header alone", []byte("a,b\n"), sheet.ErrEmpty},
		{"an old workbook", []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, sheet.ErrUnreadable},
		{"what is encrypted", noise(64 << 10), sheet.ErrUnreadable},
		{"what is encrypted, and short", noise(300), sheet.ErrUnreadable},
		{"a broken archive", []byte("PK\x03\x04rest"), sheet.ErrUnreadable},
		{"an archive that is no workbook", archive(t, map[string]int{"readme.txt": 10}), sheet.ErrUnreadable},
		{"a bomb", archive(t, map[string]int{"xl/worksheets/sheet1.xml": sheet.MaxUnpacked + 1}), sheet.ErrTooLarge},
		{"more than the limit", make([]byte, sheet.MaxBytes+1), sheet.ErrTooLarge},
		{"too many rows", []byte("a,b\n" + strings.Repeat("1,2\n", sheet.MaxRows+1)), sheet.ErrTooLarge},
		{"too many columns", []byte(strings.Repeat("a,", sheet.MaxColumns+1) + "\n" + strings.Repeat("1,", sheet.MaxColumns+1) + "\n"), sheet.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := sheet.Read(tt.body); !errors.Is(err, tt.want) {
				t.Errorf("Read = %v, want %v", err, tt.want)
			}
		})
	}
}

// archive is a zip of parts of so many noughts.
func archive(t testing.TB, parts map[string]int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, size := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead_Workbook(t *testing.T) {
	f := excelize.NewFile()
	if _, err := f.NewSheet("Leads"); err != nil {
		t.Fatal(err)
	}
	date, err := f.NewStyle(&excelize.Style{NumFmt: 22})
	if err != nil {
		t.Fatal(err)
	}
	custom := "dd/mm/yyyy"
	day, err := f.NewStyle(&excelize.Style{CustomNumFmt: &custom})
	if err != nil {
		t.Fatal(err)
	}
	when := time.Date(2026, 11, 2, 9, 4, 5, 0, time.UTC)
	for cell, value := range map[string]any{
		"A1": "id", "B1": "Fecha", "C1": "Día", "D1": "Teléfono", "E1": "Nombre", "F1": "monto",
		"A2": "l:1234567890123456", "B2": when, "C2": when.Truncate(24 * time.Hour), "D2": int64(525555550101), "E2": "Ñandú", "F2": 1500.5,
		"A3": 1234567890123456789.0, "D3": "+52 55 5555 0102", "E3": "=SUMA", "F3": 46000,
	} {
		if err := f.SetCellValue("Leads", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.SetCellStyle("Leads", "B2", "B2", date), f.SetCellStyle("Leads", "C2", "C2", day)); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := sheet.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := &sheet.Table{Encoding: sheet.XLSX, Sheet: "Leads", Header: []string{"id", "Fecha", "Día", "Teléfono", "Nombre", "monto"}, Rows: [][]string{
		{"l:1234567890123456", "2026-11-02T09:04:05", "2026-11-02", "525555550101", "Ñandú", "1500.5"},
		{"1234567890123450000", "", "", "+52 55 5555 0102", "=SUMA", "46000"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	if !sheet.Rounded([]string{got.Rows[1][0], "1234567890123460000"}) {
		t.Error("rounded ids were not noticed")
	}
}

func TestID(t *testing.T) {
	for _, tt := range []struct {
		name, cell, want string
		damaged          bool
	}{
		{"of a lead", "l:1234567890123456", "1234567890123456", false},
		{"of an ad", "ag:120210000000000101", "120210000000000101", false},
		{"bare", "29178540000000011", "29178540000000011", false},
		{"as Excel's text", `="29178540000000011"`, "29178540000000011", false},
		{"with noughts behind a point", "1234567890123456.0", "1234567890123456", false},
		{"as a power of ten", "1.23456789012346E+15", "", true},
		{"as a power of ten in Spanish", "1,23457E+15", "", true},
		{"prefix and power", "l:1.2E+15", "", true},
		{"a word", "Ana", "", false},
		{"a phone", "+525555550101", "", false},
		{"too long", strings.Repeat("1", 21), "", false},
		{"nothing", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if id, damaged := sheet.ID(tt.cell); id != tt.want || damaged != tt.damaged {
				t.Errorf("ID(%q) = %q, %v", tt.cell, id, damaged)
			}
		})
	}
	if !sheet.Rounded([]string{"1234567890123450", "1234567890123460", "12345678901234500"}) || sheet.Rounded([]string{"1234567890123450"}) ||
		sheet.Rounded([]string{"1234567890123450", "1234567890123451"}) || sheet.Rounded([]string{"867443000000678", "867443000000670"}) {
		t.Error("Rounded does not tell ids that a spreadsheet cut")
	}
}

func TestText(t *testing.T) {
	for cell, want := range map[string]string{
		"p:+525555550100": "+525555550100", "p;55 5555 0100": "55 5555 0100", "z:01960": "01960", "p:<test lead: x": "<test lead: x",
		"p:hola": "p:hola", "z:": "z:", "c:casa": "c:casa", `="0155"`: "0155", "Avenida z:1": "Avenida z:1",
	} {
		if got := sheet.Text(cell); got != want {
			t.Errorf("Text(%q) = %q, want %q", cell, got, want)
		}
	}
}

func TestInstant(t *testing.T) {
	mexico := time.FixedZone("", -6*3600)
	for _, tt := range []struct {
		name, cell string
		order      sheet.Order
		want       string // "" when it is none
	}{
		{"Meta's export", "2026-11-02T09:04:05-06:00", sheet.NoOrder, "2026-11-02T15:04:05Z"},
		{"Meta's API", "2026-11-02T15:04:05+0000", sheet.NoOrder, "2026-11-02T15:04:05Z"},
		{"without a zone", "2026-11-02 09:04", sheet.NoOrder, "2026-11-02T15:04:00Z"},
		{"a date alone", "2026-11-02", sheet.NoOrder, "2026-11-02T18:00:00Z"},
		{"the day first", "03/04/2026 9:30", sheet.DayFirst, "2026-04-03T15:30:00Z"},
		{"the month first", "03/04/2026 9:30", sheet.MonthFirst, "2026-03-04T15:30:00Z"},
		{"nobody knows", "03/04/2026", sheet.Either, ""},
		{"only one way", "13/04/2026", sheet.MonthFirst, "2026-04-13T18:00:00Z"},
		{"only the other way", "04/13/26, 5:04:05 PM", sheet.DayFirst, "2026-04-13T23:04:05Z"},
		{"the same either way", "05-05-2026", sheet.NoOrder, "2026-05-05T18:00:00Z"},
		{"afternoon in Spanish", "2/11/2026 01:15 p. m.", sheet.DayFirst, "2026-11-02T19:15:00Z"},
		{"midnight", "2/11/2026 12:00 am", sheet.DayFirst, "2026-11-02T06:00:00Z"},
		{"no such day", "31/04/2026", sheet.DayFirst, ""},
		{"no such hour", "2026-11-02 25:00", sheet.NoOrder, ""},
		{"unix seconds", "1793631845", sheet.NoOrder, "2026-11-02T15:04:05Z"},
		{"Excel's own number", "46328.5", sheet.NoOrder, "2026-11-02T18:00:00Z"},
		{"a phone", "5555550101", sheet.NoOrder, ""},
		{"a word", "ayer", sheet.NoOrder, ""},
		{"another century", "1926-11-02", sheet.NoOrder, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := sheet.Instant(tt.cell, mexico, tt.order)
			if ok != (tt.want != "") || ok && got.Format(time.RFC3339) != tt.want {
				t.Errorf("Instant(%q) = %s, %v", tt.cell, got, ok)
			}
		})
	}
}

func TestSafe_TakesNoCellForAFormula(t *testing.T) {
	for _, cell := range []string{"=1+1", "+525555550101", "-1", "@cmd", "\tx", "＝1"} {
		got := sheet.Safe(cell)
		if !strings.HasPrefix(got, "'") || sheet.Unsafe(got) != cell {
			t.Errorf("Safe(%q) = %q", cell, got)
		}
	}
	for _, cell := range []string{"", "Ana", "'quoted", "5 - 1"} {
		if got := sheet.Safe(cell); got != cell {
			t.Errorf("Safe(%q) = %q", cell, got)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add(utf16le(export, true))
	f.Add([]byte(export))
	f.Add([]byte("a,\"b\nc\",d\n1,2,3\r\n\"x"))
	f.Add([]byte("PK\x03\x04"))
	book := excelize.NewFile()
	_ = book.SetCellValue("Sheet1", "A1", "phone")
	_ = book.SetCellValue("Sheet1", "A2", 5255)
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, body []byte) {
		table, err := sheet.Read(body)
		if err != nil {
			if !errors.Is(err, sheet.ErrEmpty) && !errors.Is(err, sheet.ErrTooLarge) && !errors.Is(err, sheet.ErrUnreadable) {
				t.Fatalf("unknown error: %v", err)
			}
			return
		}
		if len(table.Rows) == 0 || len(table.Rows) > sheet.MaxRows || len(table.Header) > sheet.MaxColumns {
			t.Fatalf("table of %d × %d", len(table.Rows), len(table.Header))
		}
		for _, row := range table.Rows {
			if len(row) != len(table.Header) {
				t.Fatalf("a row of %d cells under a header of %d", len(row), len(table.Header))
			}
		}
	})
}

func FuzzCells(f *testing.F) {
	for _, line := range strings.Split(export, "\n") {
		for _, cell := range strings.Split(line, "\t") {
			f.Add(cell)
		}
	}
	f.Add("1.2E+15")
	f.Add("03/04/2026 9:30 p.m.")
	f.Fuzz(func(t *testing.T, cell string) {
		cell = sheet.Clean(cell)
		if id, damaged := sheet.ID(cell); damaged && id != "" || strings.Trim(id, "0123456789") != "" || len(id) > 20 {
			t.Fatalf("ID(%q) = %q, %v", cell, id, damaged)
		}
		for _, order := range []sheet.Order{sheet.NoOrder, sheet.Either, sheet.DayFirst, sheet.MonthFirst} {
			if at, ok := sheet.Instant(cell, time.UTC, order); ok && (at.Year() < 1999 || at.Year() > 2100) {
				t.Fatalf("Instant(%q) = %s", cell, at)
			}
		}
		if sheet.OrderOf(cell) == sheet.Either {
			if _, ok := sheet.Instant(cell, time.UTC, sheet.Either); ok {
				t.Fatalf("Instant(%q) guesses", cell)
			}
		}
		_ = sheet.Bool(sheet.Text(cell))
		_ = sheet.Prefix(cell)
		if safe := sheet.Safe(cell); safe != "" && strings.ContainsAny(safe[:1], "=+-@\t\r\n") {
			t.Fatalf("Safe(%q) = %q", cell, safe)
		}
		if again := sheet.Clean(sheet.Safe(cell)); again != cell && !strings.HasPrefix(cell, "'") {
			t.Fatalf("%q comes back as %q", cell, again)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := strings.SplitAfterN(export, "\n", 3)
	body := utf16le(text[0]+strings.Repeat(text[1], 20_000), true)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := sheet.Read(body); err != nil {
			b.Fatal(fmt.Errorf("read: %w", err))
		}
	}
}
