package office

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// cut shortens what another computer says of itself to so many bytes of printable UTF-8.
func cut(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	for len(text) > most {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

// cleanName is a computer's name as it is kept.
func cleanName(name string) string {
	name = strings.TrimSpace(cut(name, 4*longestDeviceName))
	if runes := []rune(name); len(runes) > longestDeviceName {
		name = strings.TrimSpace(string(runes[:longestDeviceName]))
	}
	return name
}

func formatNow(h *Host) string { return clock.Format(h.now()) }

func formatTx(tx *store.Tx) string { return clock.Format(tx.Now()) }
