package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Meta puts a prefix before what spreadsheets would take for a number: l: before lead ids, ag: ad, as: ad set, c: campaign,
// f: form, p: phones, z: postal codes (Meta, download of leads).
var (
	idCell    = regexp.MustCompile(`^(l|ag|as|c|f):(\d{1,20})$`)
	phoneCell = regexp.MustCompile(`^p[:;](\+?[\d<(].*)$`)
	zipCell   = regexp.MustCompile(`^z:([0-9A-Za-z][0-9A-Za-z -]{1,11})$`)
	excelText = regexp.MustCompile(`^="(.*)"$`)
	science   = regexp.MustCompile(`^(?:(?:l|ag|as|c|f):)?-?\d+(?:[.,]\d+)?[eE]\+?\d+$`)
	wholeTail = regexp.MustCompile(`^(\d+)\.0+$`)
)

// Prefix returns Meta's prefix of a cell that carries an id, without the colon, or "".
func Prefix(cell string) string {
	m := idCell.FindStringSubmatch(cell)
	if m == nil {
		return ""
	}
	return m[1]
}

// ID reads an id with or without its prefix; "" when there is none. damaged is true when a spreadsheet has turned it into a
// number with an exponent, whose last digits are lost.
func ID(cell string) (id string, damaged bool) {
	if m := excelText.FindStringSubmatch(cell); m != nil {
		cell = m[1]
	}
	cell = strings.TrimPrefix(strings.TrimSpace(cell), "'")
	if science.MatchString(cell) {
		return "", true
	}
	if m := wholeTail.FindStringSubmatch(cell); m != nil {
		cell = m[1]
	}
	if m := idCell.FindStringSubmatch(cell); m != nil {
		return m[2], false
	}
	if len(cell) > 20 || cell == "" || strings.Trim(cell, "0123456789") != "" {
		return "", false
	}
	return cell, false
}

// Rounded reports whether ids look as if a spreadsheet had rounded them to 15 digits: two or more of them, all longer, all
// with noughts behind.
func Rounded(ids []string) bool {
	seen := map[string]bool{}
	for _, id := range ids {
		if len(id) <= 15 || strings.Trim(id[15:], "0") != "" {
			return false
		}
		seen[id] = true
	}
	return len(seen) > 1
}

// Text takes Meta's prefix off a phone or a postal code, and Excel's ="…" off anything.
func Text(cell string) string {
	if m := excelText.FindStringSubmatch(cell); m != nil {
		cell = m[1]
	}
	for _, re := range []*regexp.Regexp{phoneCell, zipCell} {
		if m := re.FindStringSubmatch(cell); m != nil {
			return strings.TrimSpace(m[1])
		}
	}
	return cell
}

// Bool reads TRUE, false, 1, 0, sí and their like; nil when the cell is none.
func Bool(cell string) *bool {
	var v bool
	switch strings.ToLower(cell) {
	case "true", "1", "yes", "si", "sí", "sim", "verdadero", "verdadeiro":
		v = true
	case "false", "0", "no", "não", "nao", "falso":
	default:
		return nil
	}
	return &v
}

// Order is which of day and month comes first in a date like 03/04/2026.
type Order int

// The orders. Either is a date that reads both ways.
const (
	NoOrder Order = iota // not such a date
	Either
	DayFirst
	MonthFirst
)

const clockText = `(?:[ ,T]+(?:a las )?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([ap])\.? ?m\.?)?)?`

var (
	bothWays  = regexp.MustCompile(`(?i)^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})` + clockText + `$`)
	yearFirst = regexp.MustCompile(`(?i)^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})` + clockText + `$`)
)

// zoned are the layouts that name their zone; Meta writes the first two.
var zoned = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05.999999999Z07:00", "2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05-0700", "2006-01-02 15:04:05 -0700 MST", time.RFC1123Z,
}

// OrderOf tells in which order a date like 13/04/2026 must be read.
func OrderOf(cell string) Order {
	m := bothWays.FindStringSubmatch(cell)
	if m == nil {
		return NoOrder
	}
	a, b := atoi(m[1]), atoi(m[2])
	switch {
	case a > 12 && b <= 12:
		return DayFirst
	case b > 12 && a <= 12:
		return MonthFirst
	case a == b:
		return NoOrder // the same either way
	case a > 12:
		return NoOrder // no date at all
	}
	return Either
}

// Instant reads a point in time. What names no zone is in loc; a date without a time is its noon there, so that it stays
// that date everywhere near. order settles dates that read both ways; with NoOrder and Either these are refused.
func Instant(cell string, loc *time.Location, order Order) (time.Time, bool) {
	cell = strings.TrimSpace(strings.ReplaceAll(cell, "\u202f", " "))
	for _, layout := range zoned {
		if t, err := time.Parse(layout, cell); err == nil {
			return reasonable(t.UTC())
		}
	}
	if m := yearFirst.FindStringSubmatch(cell); m != nil {
		return local(atoi(m[1]), atoi(m[2]), atoi(m[3]), m[4:], loc)
	}
	if m := bothWays.FindStringSubmatch(cell); m != nil {
		day, month, year := atoi(m[1]), atoi(m[2]), atoi(m[3])
		if len(m[3]) == 2 {
			year += 2000
		}
		switch own := OrderOf(cell); {
		case own == MonthFirst, own == Either && order == MonthFirst:
			day, month = month, day
		case own == Either && order != DayFirst:
			return time.Time{}, false
		}
		return local(year, month, day, m[4:], loc)
	}
	return fromNumber(cell, loc)
}

// local puts a date and the groups of clockText together.
func local(year, month, day int, clock []string, loc *time.Location) (time.Time, bool) {
	hour, minute, second := 12, 0, 0
	if clock[0] != "" {
		hour, minute, second = atoi(clock[0]), atoi(clock[1]), atoi(clock[2])
		switch half := strings.ToLower(clock[3]); {
		case half != "" && (hour < 1 || hour > 12):
			return time.Time{}, false
		case half == "p" && hour < 12:
			hour += 12
		case half == "a" && hour == 12:
			hour = 0
		}
	}
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	date := time.Date(year, time.Month(month), day, 12, 0, 0, 0, time.UTC)
	if date.Day() != day {
		return time.Time{}, false // 31 April
	}
	return reasonable(time.Date(year, time.Month(month), day, hour, minute, second, 0, loc).UTC())
}

// fromNumber reads unix seconds or milliseconds, or a day of Excel's calendar.
func fromNumber(cell string, loc *time.Location) (time.Time, bool) {
	if !number.MatchString(cell) {
		return time.Time{}, false
	}
	n, err := strconv.ParseFloat(cell, 64)
	switch {
	case err != nil:
	case len(cell) == 10 && n > 1e9:
		return reasonable(time.Unix(int64(n), 0).UTC())
	case len(cell) == 13 && n > 1e12:
		return reasonable(time.UnixMilli(int64(n)).UTC())
	case n >= firstDay && n < lastDay:
		return Instant(serialDate(n, false), loc, NoOrder)
	}
	return time.Time{}, false
}

// reasonable refuses times that no lead can have.
func reasonable(t time.Time) (time.Time, bool) {
	return t, t.Year() >= 2000 && t.Year() < 2100
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// unsafeStart are the characters with which a spreadsheet begins a formula or a command.
const unsafeStart = "=+-@\t\r\n＝＋－＠"

// Safe makes a cell that no spreadsheet takes for a formula: a quote before what could be one. Unsafe takes it off.
func Safe(cell string) string {
	if cell != "" && strings.ContainsRune(unsafeStart, firstRune(cell)) {
		return "'" + cell
	}
	return cell
}

// Unsafe takes off what Safe put on.
func Unsafe(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && rest != "" && strings.ContainsRune(unsafeStart, firstRune(rest)) {
		return rest
	}
	return cell
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
