package export

import (
	"strings"
	"time"
	"unicode/utf8"

	"sitegroup.mx/crm/backend/clock"
)

// Defused returns a text that no spreadsheet takes for a formula when it opens a CSV file: one that begins with = + - @, their
// full-width forms, a tab or a line end gets an apostrophe before it (OWASP, CSV Injection). Spreadsheets look behind blanks, so
// this does too.
func Defused(text string) string {
	rest := strings.TrimLeft(text, " \u00a0\u200b\ufeff")
	if rest == "" {
		return text
	}
	first, _ := utf8.DecodeRuneInString(rest)
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + text
	}
	return text
}

// phoneText is a phone as people read it, without the sign that would make a formula of it where it can be left out: ten digits
// in groups for Mexico, which no spreadsheet takes for a number.
func phoneText(e164 string) string {
	if digits, ok := strings.CutPrefix(e164, "+52"); ok && len(digits) == 10 && allDigits(digits) {
		switch digits[:2] {
		case "33", "55", "56", "81":
			return digits[:2] + " " + digits[2:6] + " " + digits[6:]
		}
		return digits[:3] + " " + digits[3:6] + " " + digits[6:]
	}
	return e164
}

func allDigits(text string) bool { return strings.Trim(text, "0123456789") == "" }

// asText keeps a phone a text that a spreadsheet would take for a number or a date. Only one that nobody could read looks like that,
// as it was typed: zeros at its beginning would be lost, and long ones rounded.
func asText(phones string) string {
	if phones != "" && strings.Trim(phones, "0123456789.,-/:()eE+") == "" {
		return "'" + phones
	}
	return phones
}

// eachPhone writes every phone of a cell that holds several.
func eachPhone(text, between string) string {
	phones := strings.Split(text, "\n")
	for i, p := range phones {
		phones[i] = phoneText(p)
	}
	return strings.Join(phones, between)
}

// moment reads an instant or a date; withTime tells which it was.
func moment(text string, zone *time.Location) (at time.Time, withTime, ok bool) {
	if len(text) == len(clock.DateLayout) {
		day, err := time.Parse(clock.DateLayout, text)
		return day, false, err == nil
	}
	at, err := clock.Parse(text)
	return at.In(zone), true, err == nil
}

// Layouts of Mexico.
const (
	dayLayout  = "02/01/2006"
	timeLayout = "02/01/2006 15:04"
)

// momentText is a moment as a person in Mexico writes it; what is none comes back as it is.
func momentText(text string, zone *time.Location) string {
	at, withTime, ok := moment(text, zone)
	switch {
	case !ok:
		return text
	case withTime:
		return at.Format(timeLayout)
	}
	return at.Format(dayLayout)
}

// tidy leaves out what neither form can hold: control characters other than tab and line ends, and what is not UTF-8.
func tidy(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, isForbidden) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isForbidden(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// isForbidden reports whether XML 1.0 (section 2.2) has no place for r.
func isForbidden(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff || r >= 0xd800 && r <= 0xdfff
}
