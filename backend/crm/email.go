package crm

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// EmailAddress is what Email makes of a text.
type EmailAddress struct {
	// Address is the identity, in lower case with an ASCII domain; "" when the text is no address.
	Address string
	// Raw is the text as it came.
	Raw string
	// Problem is ProblemInvalid or ProblemDummy, "" when Address is set.
	Problem string
	// Suggestion is the address with its likely slip corrected ("gmial.com"), "" when none is seen. Nothing is corrected
	// without being asked.
	Suggestion string
	// WeakKey is Address without what some providers ignore (dots and +tags at Gmail): a hint that two people may be one.
	WeakKey string
}

// longestEmail is the limit of an address (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const longestEmail = 254

var (
	localPart   = regexp.MustCompile("^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	domainPart  = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$`)
	bracketed   = regexp.MustCompile(`<([^<>@\s]+@[^<>@\s]+)>`)
	emailPrefix = regexp.MustCompile(`(?i)^(?:mailto:|e-?mail:|correo:)\s*`)
)

// Email reads an e-mail address: it removes what programs and people put around one, lower-cases it and writes the domain
// in ASCII. Email of an Address it returned is the same Address.
func Email(raw string) EmailAddress {
	e := EmailAddress{Raw: raw}
	if IsDummy(raw) {
		e.Problem = ProblemDummy
		return e
	}
	text := emailText(raw)
	address, ok := parseEmail(text)
	if !ok {
		e.Problem = ProblemInvalid
		if fixed, ok := parseEmail(repairEmail(text)); ok {
			e.Suggestion = suggestDomain(fixed)
			if e.Suggestion == "" {
				e.Suggestion = fixed
			}
		}
		return e
	}
	e.Address, e.WeakKey, e.Suggestion = address, weakKey(address), suggestDomain(address)
	return e
}

func emailText(raw string) string {
	if len(raw) > 4*longestEmail {
		return ""
	}
	text := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case isInvisible(r):
			return -1
		}
		return r
	}, raw)
	if m := bracketed.FindStringSubmatch(text); m != nil {
		text = m[1]
	}
	text = strings.Trim(text, " <>\"'()[],;:")
	text = emailPrefix.ReplaceAllString(text, "")
	text, _, _ = strings.Cut(text, "?") // mailto:a@example.com?subject=…
	return strings.ToLower(strings.Trim(text, " <>\"'()[],;:."))
}

func parseEmail(text string) (address string, ok bool) {
	at := strings.LastIndexByte(text, '@')
	if at < 1 || len(text) > longestEmail {
		return "", false
	}
	local, domain := text[:at], text[at+1:]
	if !isASCII(domain) {
		ascii, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return "", false
		}
		domain = ascii
	}
	if len(local) > 64 || !localPart.MatchString(local) || !domainPart.MatchString(domain) || len(local)+1+len(domain) > longestEmail {
		return "", false
	}
	return local + "@" + domain, true
}

// repairEmail undoes the slips that make an address unreadable: spaces, a comma for a dot, accents, doubled signs.
func repairEmail(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil {
		return text
	}
	return strings.NewReplacer(" ", "", ",", ".", "..", ".", "@@", "@", "(at)", "@", "[at]", "@", "@.", "@", ".@", "@").Replace(plain)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// weakKey is the address as providers that ignore part of it see it.
func weakKey(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if i := strings.IndexByte(local, '+'); i > 0 {
		local = local[:i]
	}
	if domain == "gmail.com" || domain == "googlemail.com" {
		local, domain = strings.ReplaceAll(local, ".", ""), "gmail.com"
	}
	return local + "@" + domain
}

// commonDomains are those that most people in Mexico have their address at.
var commonDomains = []string{
	"gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "yahoo.com.mx", "icloud.com", "live.com.mx", "hotmail.es",
	"outlook.es", "prodigy.net.mx",
}

// soundDomains exist and are one slip away from a common one.
var soundDomains = map[string]bool{
	"mail.com": true, "email.com": true, "ymail.com": true, "fmail.com": true, "yahoo.co": true, "hotmail.de": true,
	"hotmail.fr": true, "outlook.de": true, "outlook.fr": true, "yahoo.es": true,
}

// strangeDomains are slips further away than one letter.
var strangeDomains = map[string]string{
	"gmail.com.mx": "gmail.com", "hotmail.com.mx": "hotmail.com", "outlook.com.mx": "outlook.com", "icloud.com.mx": "icloud.com",
	"gmail.mx": "gmail.com", "hotmail.mx": "hotmail.com", "gmail": "gmail.com",
}

// suggestDomain returns the address at the common domain that its own is one slip away from, "" for none.
func suggestDomain(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if right, ok := strangeDomains[domain]; ok {
		return local + "@" + right
	}
	if soundDomains[domain] {
		return ""
	}
	for _, common := range commonDomains {
		if domain == common {
			return ""
		}
	}
	for _, common := range commonDomains {
		if isOneSlip(domain, common) {
			return local + "@" + common
		}
	}
	return ""
}

// isOneSlip reports whether a becomes b by one letter put in, left out or changed, or two neighbours swapped.
func isOneSlip(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	switch len(a) - len(b) {
	case 1:
		return a[1:] == b
	case -1:
		return a == b[1:]
	case 0:
		return len(a) > 0 && (a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:])
	}
	return false
}
