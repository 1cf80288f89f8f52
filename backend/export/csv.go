package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"time"
)

// byteOrderMark tells Excel that a file is UTF-8: without it accents come out as two letters each.
const byteOrderMark = "\ufeff"

type csvWriter struct {
	to     *csv.Writer
	zone   *time.Location
	fields []string
}

func newCSV(w io.Writer, zone *time.Location, separator rune) (*csvWriter, error) {
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, fmt.Errorf("write file: %w", err)
	}
	to := csv.NewWriter(w)
	to.UseCRLF = true
	if separator != 0 {
		to.Comma = separator
	}
	return &csvWriter{to: to, zone: zone}, nil
}

func (w *csvWriter) row(cells []cell) error {
	w.fields = w.fields[:0]
	for _, c := range cells {
		w.fields = append(w.fields, w.field(c))
	}
	if err := w.to.Write(w.fields); err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	return nil
}

func (w *csvWriter) field(c cell) string {
	switch c.kind {
	case Instant, Date, Moment:
		return Defused(momentText(c.text, w.zone))
	case Phone:
		return asText(Defused(eachPhone(c.text, " / ")))
	case Number:
		if isNumber(c.text) {
			return c.text // a negative one is no formula
		}
	}
	return Defused(c.text)
}

func (w *csvWriter) close() error {
	w.to.Flush()
	if err := w.to.Error(); err != nil {
		return fmt.Errorf("write file: %w", err)
	}
	return nil
}
