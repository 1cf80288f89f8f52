package export_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/export"
)

var columns = []export.Column{
	{"name", export.Text}, {"phone", export.Phone}, {"stage", export.Text}, {"at", export.Instant}, {"on", export.Date}, {"next", export.Moment}, {"n", export.Number},
}

func sheet(form string, separator rune) export.Sheet {
	zone, err := time.LoadLocation("America/Mexico_City")
	if err != nil {
		panic(err)
	}
	heads := make([]export.Head, len(columns))
	for i, c := range columns {
		heads[i] = export.Head{Key: c.Key, Title: "Título " + c.Key}
	}
	heads[2].Words = map[string]string{"new": "Nuevo"}
	return export.Sheet{Form: form, Separator: separator, Zone: zone, Heads: heads, Columns: columns}
}

func these(rows ...[]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func write(t interface{ Fatal(...any) }, s export.Sheet, rows iter.Seq2[[]string, error]) []byte {
	var file bytes.Buffer
	if _, err := s.Write(&file, rows, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func readCSV(t interface{ Fatal(...any) }, file []byte, separator rune) [][]string {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	r.Comma = separator
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func openXLSX(t interface{ Fatal(...any) }, file []byte) *excelize.File {
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var person = []string{"=cmd|' /C calc'!A0", "+525512345678\n+522221234567", "new", "2026-11-03T05:30:00.000Z", "2026-11-24", "2026-11-24", "-12.5"}

func TestCSV_ReadsBackAsAMexicanSpreadsheetShowsIt(t *testing.T) {
	for _, separator := range []rune{',', ';', '\t'} {
		file := write(t, sheet(export.CSV, separator), these(person))
		if !bytes.HasPrefix(file, []byte("\ufeff")) || !bytes.Contains(file, []byte("\r\n")) {
			t.Error("no mark of UTF-8, or no line ends of Windows")
		}
		want := [][]string{
			{"Título name", "Título phone", "Título stage", "Título at", "Título on", "Título next", "Título n"},
			{"'=cmd|' /C calc'!A0", "55 1234 5678 / 222 123 4567", "Nuevo", "02/11/2026 23:30", "24/11/2026", "24/11/2026", "-12.5"},
		}
		if diff := cmp.Diff(want, readCSV(t, file, separator)); diff != "" {
			t.Errorf("with %q (-want +got):\n%s", separator, diff)
		}
	}
}

func TestXLSX_ReadsBackWithTextsAsTextsAndDatesAsDates(t *testing.T) {
	f := openXLSX(t, write(t, sheet(export.XLSX, 0), these(person)))
	name := f.GetSheetName(0)
	got, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Título name", "Título phone", "Título stage", "Título at", "Título on", "Título next", "Título n"},
		{"=cmd|' /C calc'!A0", "55 1234 5678\n222 123 4567", "Nuevo", "02/11/2026 23:30", "24/11/2026", "24/11/2026", "-12.5"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if formula, err := f.GetCellFormula(name, "A2"); err != nil || formula != "" {
		t.Errorf("a text became the formula %q, %v", formula, err)
	}
	raw, err := f.GetRows(name, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if raw[1][4] != "46350" || !strings.HasPrefix(raw[1][3], "46328.979166") {
		t.Errorf("dates are kept as %q and %q, not as numbers", raw[1][4], raw[1][3])
	}
	for _, cell := range []string{"D2", "E2"} {
		if kind, err := f.GetCellType(name, cell); err != nil || kind == excelize.CellTypeInlineString {
			t.Errorf("%s is a %v, %v", cell, kind, err)
		}
	}
	if kind, _ := f.GetCellType(name, "B2"); kind != excelize.CellTypeInlineString {
		t.Errorf("a phone is a %v, want text", kind)
	}
}

// What was typed as a phone and is none would lose its zeros, or become a date, as the number that a spreadsheet sees in it.
func TestCSV_KeepsEveryPhoneAText(t *testing.T) {
	for phone, want := range map[string]string{
		"0123456": "'0123456", "12345678901234567": "'12345678901234567", "5.5E+11": "'5.5E+11", "12-05": "'12-05", "1,234": "'1,234",
		"+14155552671": "'+14155552671", "+525512345678": "55 1234 5678", "044 55 1234": "044 55 1234", "ext 5": "ext 5", "": "",
	} {
		row := slices.Clone(person)
		row[1] = phone
		if got := readCSV(t, write(t, sheet(export.CSV, ','), these(row)), ',')[1][1]; got != want {
			t.Errorf("%q is written %q, want %q", phone, got, want)
		}
	}
}

// dangerous reports whether a spreadsheet might take a CSV field for a formula.
func dangerous(field string) bool {
	trimmed := strings.TrimLeft(field, " \u00a0\u200b\ufeff")
	r, _ := utf8.DecodeRuneInString(trimmed)
	return trimmed != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", r)
}

func TestDefused_LeavesNoFormulaAndLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ \t\r\n\x{a0}]{0,3}[=+\-@＝＋－＠]{0,2}.{0,20}`)).Draw(t, "text")
		got := export.Defused(text)
		if dangerous(got) {
			t.Fatalf("%q is still a formula: %q", text, got)
		}
		if got != text && got != "'"+text {
			t.Fatalf("%q became %q", text, got)
		}
		if got != text && !dangerous(text) {
			t.Fatalf("%q was changed without need", text)
		}
	})
}

func FuzzExport_BothFormsReadBack(f *testing.F) {
	for _, text := range []string{"", "Núñez", "=1+1", "@SUM(A1)", "\t=1", "a\"b", "a;b,c\nd", "_x000D_", "\x00\x1f", "\xff", strings.Repeat("ñ", 40_000), "＝1"} {
		f.Add(text, "+525512345678", "2026-11-03T05:30:00.000Z")
	}
	f.Fuzz(func(t *testing.T, text, phone, at string) {
		row := []string{text, phone, text, at, at, at, text}
		for _, record := range readCSV(t, write(t, sheet(export.CSV, ','), these(row)), ',')[1:] {
			for i, field := range record {
				if dangerous(field) && columns[i].Kind != export.Number {
					t.Errorf("a field may be a formula: %q", field)
				}
			}
		}
		book := openXLSX(t, write(t, sheet(export.XLSX, 0), these(row)))
		got, err := book.GetCellValue(book.GetSheetName(0), "A2")
		if err != nil {
			t.Fatal(err)
		}
		want := strings.ToValidUTF8(text, "\ufffd")
		want = strings.Map(func(r rune) rune {
			if r < 0x20 && !strings.ContainsRune("\t\n\r", r) || r == 0xfffe || r == 0xffff {
				return -1
			}
			return r
		}, want)
		if len(want) > 32_767 {
			return // cut, which is tested by itself
		}
		if got != want {
			t.Errorf("%q reads back as %q", want, got)
		}
	})
}

func TestXLSX_CutsWhatNoCellHolds(t *testing.T) {
	row := slices.Clone(person)
	row[0] = strings.Repeat("🏠", 20_000)
	book := openXLSX(t, write(t, sheet(export.XLSX, 0), these(row)))
	got, err := book.GetCellValue(book.GetSheetName(0), "A2")
	if err != nil || !strings.HasSuffix(got, "🏠…") || utf8.RuneCountInString(got) != 16_384 {
		t.Errorf("%d characters, %v", utf8.RuneCountInString(got), err)
	}
}

func TestWrite_TakesTheSameMemoryHoweverManyRows(t *testing.T) {
	peak := func(form string, rows int) uint64 {
		var most uint64
		var m runtime.MemStats
		list := func(yield func([]string, error) bool) {
			for i := range rows {
				if i%5000 == 0 {
					runtime.GC()
					runtime.ReadMemStats(&m)
					most = max(most, m.HeapAlloc)
				}
				row := slices.Clone(person)
				row[0] = fmt.Sprintf("Persona %d %s", i, strings.Repeat("x", 200))
				if !yield(row, nil) {
					return
				}
			}
		}
		if n, err := sheet(form, ',').Write(io.Discard, list, func(int, int) {}); err != nil || n != rows {
			t.Fatalf("%d rows, %v", n, err)
		}
		return most
	}
	for _, form := range []string{export.CSV, export.XLSX} {
		few, many := peak(form, 5_001), peak(form, 60_000)
		if many > few+(4<<20) {
			t.Errorf("%s: %d rows take %d bytes, %d rows %d", form, 5_001, few, 60_000, many)
		}
	}
}

func TestWrite_EndsWithTheListsError(t *testing.T) {
	broken := errors.New("broken")
	list := func(yield func([]string, error) bool) {
		_ = yield(person, nil) && yield(nil, nil) && yield(nil, broken)
	}
	left := 0
	n, err := sheet(export.CSV, ',').Write(io.Discard, list, func(_, l int) { left = l })
	if n != 1 || left != 1 || !errors.Is(err, broken) {
		t.Errorf("%d rows, %d left out, %v", n, left, err)
	}
}
