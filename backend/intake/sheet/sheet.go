// Package sheet reads tables that people and other programs export: text in columns, whatever its encoding and separator,
// and Excel workbooks. It also reads the cells that such tables hold: ids, dates, phones with Meta's prefixes.
//
// It refuses to know what a column means and what a row becomes. Nothing it does panics, whatever the bytes; sizes are
// bounded; and no part of a file is ever written to disk.
package sheet

import (
	"bytes"
	"errors"
	"strings"
)

// Why a file cannot be read.
var (
	// ErrEmpty says that there is no row under a header.
	ErrEmpty = errors.New("sheet: no rows")
	// ErrTooLarge says that the file, what it unpacks to, or the number of its rows is beyond the limits.
	ErrTooLarge = errors.New("sheet: too large")
	// ErrUnreadable says that the file is neither text in columns nor a workbook: an old .xls, a picture, a locked workbook.
	ErrUnreadable = errors.New("sheet: not a table")
)

// Limits of what Read takes.
const (
	MaxBytes    = 32 << 20  // of the file
	MaxUnpacked = 128 << 20 // of a workbook's parts, together
	MaxRows     = 100_000
	MaxColumns  = 400
	maxCell     = 32_767 // runes, as in Excel; what is beyond is cut
)

// Encodings of a Table.
const (
	UTF8    = "utf-8"
	UTF16LE = "utf-16le"
	UTF16BE = "utf-16be"
	ANSI    = "windows-1252"
	XLSX    = "xlsx"
)

// Table is a file's first table. Every row has as many cells as Header; cells are trimmed. Rows without any text are left
// out.
type Table struct {
	Encoding  string
	Separator string // "," ";" "\t" or "|"; "" in a workbook
	Sheet     string // the worksheet's name
	Header    []string
	Rows      [][]string
}

// Read reads a file. It answers ErrEmpty, ErrTooLarge and ErrUnreadable.
func Read(body []byte) (*Table, error) {
	switch {
	case len(body) > MaxBytes:
		return nil, ErrTooLarge
	case bytes.HasPrefix(body, []byte("PK\x03\x04")):
		return readWorkbook(body)
	case bytes.HasPrefix(body, []byte{0xd0, 0xcf, 0x11, 0xe0}): // an old .xls, or a workbook behind a password
		return nil, ErrUnreadable
	}
	return readText(body)
}

// build makes a table of records, the first of which with any text is the header.
func build(records [][]string) (*Table, error) {
	t := &Table{}
	for _, r := range records {
		cells, any := cleanRow(r)
		switch {
		case !any:
		case t.Header == nil:
			t.Header = cells
		case len(t.Rows) == MaxRows:
			return nil, ErrTooLarge
		default:
			t.Rows = append(t.Rows, cells)
		}
	}
	if len(t.Rows) == 0 {
		return nil, ErrEmpty
	}
	t.square()
	if len(t.Header) > MaxColumns {
		return nil, ErrTooLarge
	}
	return t, nil
}

// cleanRow trims the cells and cuts empty ones off the end. any is false for a row without text.
func cleanRow(r []string) (cells []string, any bool) {
	cells = make([]string, 0, len(r))
	last := 0
	for i, c := range r {
		c = Clean(c)
		cells = append(cells, c)
		if c != "" {
			last = i + 1
		}
	}
	return cells[:last], last > 0
}

// square makes all rows as long as the longest: cells without a header keep their place under an empty one.
func (t *Table) square() {
	width := len(t.Header)
	for _, r := range t.Rows {
		width = max(width, len(r))
	}
	pad := func(r []string) []string {
		for len(r) < width {
			r = append(r, "")
		}
		return r
	}
	t.Header = pad(t.Header)
	for i, r := range t.Rows {
		t.Rows[i] = pad(r)
	}
}

// Clean trims a cell of blanks, of marks that some programs leave, and of what Safe put before it.
func Clean(cell string) string {
	if !plain(cell) {
		cell = strings.ToValidUTF8(cell, "�")
		cell = strings.Map(func(r rune) rune {
			switch r {
			case '\u00a0', '\u202f', '\u2007': // blanks that do not break
				return ' '
			case '\ufeff', '\u200b', '\u200e', '\u200f', '\u202a', '\u202c', '\u0000':
				return -1
			}
			return r
		}, cell)
	}
	cell = strings.TrimSpace(cell)
	if len(cell) > maxCell {
		cell = cut(cell, maxCell)
	}
	return Unsafe(cell)
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == 0 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func cut(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return s[:i]
		}
		count++
	}
	return s
}
