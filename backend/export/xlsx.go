package export

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A workbook is a zip of XML parts (ECMA-376, part 1). This one has a single worksheet whose cells hold their own texts, so that it
// can be written from the first row to the last without keeping any. The library that reads workbooks would do it too, but keeps
// what is larger than 16 MiB in a temporary file that is not encrypted; these are people's names and phones.

// Limits of a worksheet (Excel specifications and limits).
const (
	mostRows     = 1_048_576
	longestCell  = 32_767
	widestColumn = 28
)

// Styles, as styleSheet lists them.
const (
	styleText = iota
	styleTitle
	styleDate
	styleInstant
	styleLines
)

const styleSheet = xml.Header + `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
	`<numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy\ hh:mm"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="5">` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>` +
	`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf>` +
	`</cellXfs></styleSheet>`

// parts are the workbook without its worksheet.
var parts = [][2]string{
	{"[Content_Types].xml", xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", xml.Header + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="SITEGROUP CRM" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
	{"xl/styles.xml", styleSheet},
}

type xlsxWriter struct {
	archive *zip.Writer
	to      *bufio.Writer
	zone    *time.Location
	columns int
	rows    int
}

func newXLSX(w io.Writer, zone *time.Location, columns int) (*xlsxWriter, error) {
	x := &xlsxWriter{archive: zip.NewWriter(w), zone: zone, columns: columns}
	for _, part := range parts {
		to, err := x.archive.Create(part[0])
		if err == nil {
			_, err = io.WriteString(to, part[1])
		}
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", part[0], err)
		}
	}
	sheet, err := x.archive.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, fmt.Errorf("write worksheet: %w", err)
	}
	x.to = bufio.NewWriterSize(sheet, 64<<10)
	x.text(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`)
	x.text(`<col min="1" max="` + strconv.Itoa(columns) + `" width="` + strconv.Itoa(widestColumn) + `" customWidth="1"/></cols><sheetData>`)
	return x, nil
}

// text writes; a bufio.Writer keeps the first error until the row's end asks for it.
func (x *xlsxWriter) text(s string) { _, _ = x.to.WriteString(s) }

func (x *xlsxWriter) row(cells []cell) error {
	if x.rows == mostRows {
		return errTooMany
	}
	x.rows++
	x.text(`<row r="` + strconv.Itoa(x.rows) + `">`)
	for i, c := range cells {
		if c.text == "" {
			continue
		}
		x.cell(columnName(i)+strconv.Itoa(x.rows), c)
	}
	x.text("</row>")
	if _, err := x.to.Write(nil); err != nil {
		return fmt.Errorf("write row: %w", err)
	}
	return nil
}

func (x *xlsxWriter) cell(at string, c cell) {
	if x.rows == 1 {
		x.inline(at, styleTitle, c.text)
		return
	}
	switch c.kind {
	case Number:
		if isNumber(c.text) {
			x.text(`<c r="` + at + `"><v>` + c.text + `</v></c>`)
			return
		}
	case Instant, Date, Moment:
		if t, withTime, ok := moment(c.text, x.zone); ok && t.Year() >= 1901 && t.Year() <= 9999 {
			style := styleDate
			if withTime {
				style = styleInstant
			}
			x.text(`<c r="` + at + `" s="` + strconv.Itoa(style) + `"><v>` + serial(t) + `</v></c>`)
			return
		}
	case Phone:
		c.text = eachPhone(c.text, "\n")
	}
	style := styleText
	if strings.ContainsAny(c.text, "\n\r") {
		style = styleLines
	}
	x.inline(at, style, c.text)
}

func (x *xlsxWriter) inline(at string, style int, text string) {
	x.text(`<c r="` + at + `" s="` + strconv.Itoa(style) + `" t="inlineStr"><is><t xml:space="preserve">`)
	_ = xml.EscapeText(x.to, []byte(unread(short(text)))) // the writer keeps its error
	x.text("</t></is></c>")
}

// close ends the worksheet and the archive. Until then the file is no workbook.
func (x *xlsxWriter) close() error {
	x.text("</sheetData>")
	if x.columns > 0 {
		x.text(`<autoFilter ref="A1:` + columnName(x.columns-1) + strconv.Itoa(x.rows) + `"/>`)
	}
	x.text("</worksheet>")
	if err := x.to.Flush(); err != nil {
		return fmt.Errorf("write worksheet: %w", err)
	}
	if err := x.archive.Close(); err != nil {
		return fmt.Errorf("end workbook: %w", err)
	}
	return nil
}

// coded is what a workbook's reader takes for a character: _x000D_ (ECMA-376, part 1, 22.9.2.19).
var coded = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unread writes a text that looks like a coded character so that it is read as it is.
func unread(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return coded.ReplaceAllStringFunc(text, func(code string) string { return "_x005F" + code })
}

// short cuts a text to what a cell holds, counted as a workbook counts: in UTF-16.
func short(text string) string {
	if len(text) <= longestCell {
		return text
	}
	units := 0
	for i, r := range text {
		size := 1
		if r > 0xffff {
			size = 2
		}
		if units += size; units > longestCell-1 {
			return text[:i] + "…"
		}
	}
	return text
}

// serial is an instant as a workbook counts it: days since the end of 1899, by the wall clock.
func serial(t time.Time) string {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	days := wall.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC))
	whole := int64(days / (24 * time.Hour))
	rest := days % (24 * time.Hour)
	if rest == 0 {
		return strconv.FormatInt(whole, 10)
	}
	return strconv.FormatFloat(float64(whole)+float64(rest)/float64(24*time.Hour), 'f', 10, 64)
}

// columnName is A, B … Z, AA …
func columnName(i int) string {
	var name []byte
	for i++; i > 0; i = (i - 1) / 26 {
		name = append([]byte{byte('A' + (i-1)%26)}, name...)
	}
	return string(name)
}

var numeral = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,10})?$`)

func isNumber(text string) bool { return numeral.MatchString(text) }
