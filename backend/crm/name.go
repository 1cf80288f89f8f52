package crm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// particles stay small inside a name.
var particles = map[string]bool{
	"de": true, "del": true, "la": true, "las": true, "los": true, "el": true, "y": true, "e": true, "da": true, "dos": true,
	"van": true, "von": true, "der": true,
}

// TidyName writes a name as a greeting wants it: "MARÍA FERNANDA  de la O" becomes "María Fernanda de la O". Words that mix
// capitals and small letters stay as they were typed. It is for templates and titles; the contact keeps its own text.
func TidyName(name string) string {
	words := strings.Fields(name)
	for i, word := range words {
		lower := strings.ToLower(word)
		switch {
		case word != lower && word != strings.ToUpper(word):
		case i > 0 && particles[lower]:
			words[i] = lower
		default:
			words[i] = capitalise(lower)
		}
	}
	return strings.Join(words, " ")
}

// FirstName is the first word of TidyName, "" for a name without words.
func FirstName(name string) string {
	first, _, _ := strings.Cut(TidyName(name), " ")
	return first
}

// capitalise puts the first letter of a word, and of each part after a hyphen or an apostrophe, in upper case.
func capitalise(word string) string {
	var b strings.Builder
	start := true
	for _, r := range word {
		if start {
			r = unicode.ToTitle(r)
		}
		start = r == '-' || r == '\'' || r == '’'
		b.WriteRune(r)
	}
	return b.String()
}

// plainName writes a foreign name in letters that can be read aloud and found: styled letters become plain ones (Unicode,
// normalisation form KC), and a picture that sticks to a word is set apart, because the index takes pictures that it does
// not know for letters. The submission keeps the text as it came.
func plainName(name string) string {
	var b strings.Builder
	last := ' '
	for _, r := range strings.ToValidUTF8(name, " ") {
		plain := string(r)
		if r > 0xFF && !unicode.IsMark(r) { // letter by letter: an accent of its own stays one
			plain = norm.NFKC.String(plain)
		}
		if isPicture(r) && isWordy(last) || isWordy(r) && isPicture(last) {
			b.WriteRune(' ')
		}
		b.WriteString(plain)
		last = r
	}
	return b.String()
}

func isWordy(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) && r < 0x1000
}

// isPicture reports whether r is no part of a word in any script: an emoji, or something yet unknown.
func isPicture(r rune) bool {
	return unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) && r > 0xFF || r >= 0x1F000 && !unicode.IsLetter(r)
}

// cut shortens a text to at most n characters.
func cut(text string, n int) string {
	if len(text) <= n || utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n])
}
