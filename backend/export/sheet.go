package export

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
)

// Forms of a file.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// Head is one column of a file: which of the list's, what it is called, and the words of its codes.
type Head struct {
	Key   string
	Title string
	Words map[string]string
}

// Sheet is how a list is written.
type Sheet struct {
	Form      string
	Separator rune // of CSV
	Zone      *time.Location
	Heads     []Head
	Columns   []Column // what the list gives
}

// errTooMany says that a worksheet has no more rows.
var errTooMany = errors.New("more rows than a worksheet holds")

// writer writes a file row by row; the first row is the titles.
type writer interface {
	row(cells []cell) error
	close() error
}

// cell is one value with its kind.
type cell struct {
	kind Kind
	text string
}

// Write writes rows, and calls after with how many there are and how many were left out, after each. It says how many it wrote,
// also with an error.
func (s Sheet) Write(w io.Writer, rows iter.Seq2[[]string, error], after func(n, left int)) (n int, err error) {
	left := 0
	at := make([]int, len(s.Heads))
	cells := make([]cell, len(s.Heads))
	for i, h := range s.Heads {
		at[i] = slices.IndexFunc(s.Columns, func(c Column) bool { return c.Key == h.Key })
		if at[i] < 0 {
			return 0, fmt.Errorf("the list has no column %q", h.Key)
		}
		cells[i] = cell{Text, tidy(h.Title)}
	}
	out, err := s.writer(w)
	if err != nil {
		return 0, err
	}
	if err := out.row(cells); err != nil {
		return 0, err
	}
	for row, err := range rows {
		if err != nil {
			return n, err
		}
		if row == nil {
			left++
			after(n, left)
			continue
		}
		for i, h := range s.Heads {
			c := cell{s.Columns[at[i]].Kind, row[at[i]]}
			if word, ok := h.Words[c.text]; ok {
				c.text = word
			}
			c.text = tidy(c.text)
			cells[i] = c
		}
		if err := out.row(cells); err != nil {
			return n, err
		}
		n++
		after(n, left)
	}
	return n, out.close()
}

func (s Sheet) writer(w io.Writer) (writer, error) {
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	if s.Form == XLSX {
		return newXLSX(w, zone, len(s.Heads))
	}
	return newCSV(w, zone, s.Separator)
}
