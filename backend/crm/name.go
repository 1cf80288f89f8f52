package crm

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

// cut shortens a text to at most n characters.
func cut(text string, n int) string {
	if len(text) <= n || utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n])
}
