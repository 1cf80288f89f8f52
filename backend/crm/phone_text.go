package crm

import (
	"regexp"
	"strings"
	"unicode"
)

// longestPhoneText bounds what is looked at: no number needs more, and foreign text may be of any size.
const longestPhoneText = 200

// dummyPrefix begins every answer of a lead made with Meta's testing tool ("<test lead: dummy data for phone_number>").
const dummyPrefix = "<test lead:"

// IsDummy reports whether a text is what Meta's testing tool fills in.
func IsDummy(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) >= len(dummyPrefix) && strings.EqualFold(text[:len(dummyPrefix)], dummyPrefix)
}

var (
	scientific = regexp.MustCompile(`^([0-9]{1,3})(?:[.,]([0-9]+))?[eE]\+?([0-9]{1,2})$`)
	floating   = regexp.MustCompile(`^(\+?[0-9]{7,15})[.,]0+$`)
	overflow   = regexp.MustCompile(`^#{3,}$`)
	extension  = regexp.MustCompile(`(?i)[\s,;.(-]*(?:extensi[oó]n|ext|x|#)[\s.:#]*([0-9]{1,6})[)\s.]*$`)
	noExt      = regexp.MustCompile(`(?i)[\s,;.(-]*\bext(?:ensi[oó]n)?[)\s.:#]*$`)
	several    = regexp.MustCompile(`(?i)\s*[/;|,\n]\s*|\s+[oyóe]\s+`)
	trunkZero  = regexp.MustCompile(`\(\s*0\s*\)`)
)

// phoneText removes what programs put around a number and undoes what a spreadsheet did to it, when nothing was lost.
func phoneText(raw string) (text, problem string) {
	if IsDummy(raw) {
		return "", ProblemDummy
	}
	if len(raw) > longestPhoneText {
		return "", ProblemInvalid
	}
	text = strings.Map(plainRune, raw)
	text = strings.Trim(text, " \t\r\n'\"=`")
	for _, prefix := range []string{"p:", "tel:", "whatsapp:", "wa:"} { // "p:" is how Meta's own files mark a phone
		if len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			text = strings.TrimSpace(text[len(prefix):])
		}
	}
	if text = withoutLabels(text); !strings.ContainsAny(text, "eE#.,") {
		return text, "" // as nearly all are
	}
	if overflow.MatchString(text) {
		return "", ProblemDamaged
	}
	if m := floating.FindStringSubmatch(text); m != nil {
		return m[1], ""
	}
	if m := scientific.FindStringSubmatch(text); m != nil {
		return expand(m[1], m[2], m[3])
	}
	return text, ""
}

// expand writes "5.512345678E+9" out. A mantissa that lacks digits was rounded, "5.21551E+12" is damaged; what it has beyond
// them can only be zeros.
func expand(whole, fraction, exponent string) (text, problem string) {
	power := 0
	for _, d := range exponent {
		power = power*10 + int(d-'0')
	}
	if len(fraction) < power || strings.Trim(fraction[power:], "0") != "" {
		return "", ProblemDamaged
	}
	return strings.TrimLeft(whole+fraction[:power], "0"), ""
}

// plainRune turns every kind of digit and space that people paste into ASCII and drops what cannot be seen.
func plainRune(r rune) rune {
	switch {
	case r >= '０' && r <= '９':
		return r - '０' + '0'
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	case r == '＋':
		return '+'
	case r == '\n':
		return r
	case unicode.IsSpace(r):
		return ' '
	case isInvisible(r):
		return -1
	}
	return r
}

// isInvisible reports whether r is a control or formatting character: direction marks, joiners, byte order marks.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) }

// cutExtension splits "55 1234 5678 ext. 12". What would leave fewer than seven digits is no extension.
func cutExtension(text string) (number, ext string) {
	if !strings.ContainsAny(text, "eExX#") {
		return text, ""
	}
	m := extension.FindStringSubmatchIndex(text)
	if m == nil || countDigits(text[:m[0]]) < 7 {
		return noExt.ReplaceAllString(text, ""), ""
	}
	return text[:m[0]], text[m[2]:m[3]]
}

// phoneDigits returns the digits of a number's text and whether a + stood before them. Where somebody wrote two numbers
// it takes the first.
func phoneDigits(text string) (digits string, plus, ok bool) {
	if first := several.Split(text, 2)[0]; countDigits(first) >= 10 {
		text = withoutLabels(first)
	}
	if strings.Contains(text, "+") {
		text = trunkZero.ReplaceAllString(text, "")
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0:
			plus = true
		case !isPhonePunctuation(r):
			return "", false, false
		}
	}
	return b.String(), plus, b.Len() > 0
}

func isPhonePunctuation(r rune) bool {
	return strings.ContainsRune(" .-()[]/,_*·~\n\t", r) || unicode.Is(unicode.Pd, r)
}

func countDigits(text string) int {
	n := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}
