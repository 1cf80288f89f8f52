package crm

import (
	"regexp"
	"strings"
)

// phoneWords are what people put beside a number to say which one it is: "tel. 55 1234 5678", "5512345678 casa".
const phoneWords = `(?:(?:n[uú]m(?:ero)?|tel[eé]?f?(?:ono|s)?|cel(?:ular)?|m[oó]vil|mobile|phone|cell|whats?(?:app)?|wapp|wsp|casa|oficina|trabajo|` +
	`personal|particular|fijo|recados|mi|de|del)\b[\s.:#-]*)+`

var (
	labelBefore = regexp.MustCompile(`(?i)^\s*(?:\([^\d()]{1,40}\)|` + phoneWords + `)\s*`)
	labelBehind = regexp.MustCompile(`(?i)[\s,;.:-]*(?:\([^\d()]{1,40}\)|\b` + phoneWords + `)[\s.]*$`)
)

// withoutLabels removes such words from both ends. What is in brackets and holds no digit says nothing of the number either.
func withoutLabels(text string) string {
	if !strings.ContainsFunc(text, isLetter) {
		return text
	}
	for range 3 { // "(casa) tel.:"
		shorter := labelBehind.ReplaceAllString(labelBefore.ReplaceAllString(text, ""), "")
		if shorter == text || countDigits(shorter) == 0 {
			break
		}
		text = shorter
	}
	return text
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f }
