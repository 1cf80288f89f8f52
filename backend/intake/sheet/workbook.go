package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// readWorkbook reads the first worksheet that has rows under a header.
func readWorkbook(body []byte) (t *Table, err error) {
	defer func() { // the library is handed files that were made to break it
		if p := recover(); p != nil {
			t, err = nil, ErrUnreadable
		}
	}()
	if err := checkArchive(body); err != nil {
		return nil, err
	}
	file, err := excelize.OpenReader(bytes.NewReader(body), excelize.Options{
		UnzipSizeLimit:    MaxUnpacked,
		UnzipXMLSizeLimit: MaxUnpacked, // above it the library would write personal data to temporary files
		ShortDatePattern:  "yyyy-mm-dd",
		LongDatePattern:   "yyyy-mm-dd",
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer func() { _ = file.Close() }()
	err = ErrEmpty
	for _, name := range file.GetSheetList() {
		if visible, verr := file.GetSheetVisible(name); verr != nil || !visible {
			continue
		}
		records, rerr := readSheet(file, name)
		if rerr != nil {
			return nil, rerr
		}
		if t, err = build(records); err == nil {
			t.Encoding, t.Sheet = XLSX, name
			return t, nil
		}
	}
	return nil, err
}

// checkArchive adds up what the parts say they unpack to. The library counts again while unpacking.
func checkArchive(body []byte) error {
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if len(archive.File) > 10_000 {
		return ErrTooLarge
	}
	var sum uint64
	for _, f := range archive.File {
		if sum += f.UncompressedSize64; sum > MaxUnpacked || f.UncompressedSize64 > MaxUnpacked {
			return ErrTooLarge
		}
	}
	return nil
}

// readSheet reads a worksheet's cells. It goes through it twice side by side: once as the cells are kept and once as they
// are shown, because only the latter tells a date from a number.
func readSheet(file *excelize.File, name string) ([][]string, error) {
	kept, err := file.Rows(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer func() { _ = kept.Close() }()
	shown, err := file.Rows(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer func() { _ = shown.Close() }()
	props, err := file.GetWorkbookProps()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	since1904 := props.Date1904 != nil && *props.Date1904
	var records [][]string
	for kept.Next() && shown.Next() {
		raw, err := kept.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		seen, err := shown.Columns()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		if len(raw) > 2*MaxColumns || len(records) > 2*MaxRows {
			return nil, ErrTooLarge
		}
		for i := range raw {
			if i < len(seen) {
				raw[i] = workbookCell(raw[i], seen[i], since1904)
			}
		}
		records = append(records, raw)
	}
	return records, nil
}

var (
	shownDate = regexp.MustCompile(`\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{1,2}:\d{2}|\d[ /-]?[A-Za-z]{3,}|[A-Za-z]{3,}[ /-]?\d`)
	number    = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d+)?$`)
)

// Days of Excel's calendar between which a number may be a date: 1982 to 2064.
const firstDay, lastDay = 30_000, 60_000

// workbookCell is the text of a cell: dates as ISO without a zone, whole numbers with all their digits as far as a number
// of Excel's has them (15), everything else as it is kept.
func workbookCell(raw, shown string, since1904 bool) string {
	if raw == shown && !strings.ContainsAny(raw, "eE") || !number.MatchString(raw) {
		return raw
	}
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return raw
	}
	if n >= firstDay && n < lastDay && shownDate.MatchString(shown) {
		return serialDate(n, since1904)
	}
	switch {
	case math.Abs(n) >= 1e15: // a number, so its last digits are lost: ID has to see that
		return strconv.FormatFloat(n, 'E', -1, 64)
	case n == math.Trunc(n):
		return strconv.FormatInt(int64(n), 10)
	}
	return raw
}

// serialDate writes a day of Excel's calendar in ISO.
func serialDate(n float64, since1904 bool) string {
	t, err := excelize.ExcelDateToTime(n, since1904)
	if err != nil {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	t = t.Round(time.Second)
	if n == math.Trunc(n) {
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02T15:04:05")
}
