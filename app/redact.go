package app

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
)

// hidden stands in the log for what must not be there.
const hidden = "[hidden]"

// redaction is a logrus hook that removes secrets and personal data from a line before it is written. It is the last line
// of defence: callers log ids, not people. It must be added before any hook that writes.
type redaction struct{}

// Levels implements logrus.Hook.
func (redaction) Levels() []logrus.Level { return logrus.AllLevels }

// Fire implements logrus.Hook. logrus hands each line's hooks a copy of the entry, so it may be changed.
func (redaction) Fire(entry *logrus.Entry) error {
	entry.Message = redactText(entry.Message)
	for key, value := range entry.Data {
		entry.Data[key] = redactField(key, value)
	}
	return nil
}

// personal are the names of fields whose value is a person's or a secret, whatever it looks like. A field counts when its
// name, or the part after its last underscore, is one of these.
var personal = map[string]bool{
	"name": true, "names": true, "login": true, "phone": true, "phones": true, "e164": true, "email": true, "emails": true, "address": true,
	"city": true, "answer": true, "answers": true, "body": true, "note": true, "raw": true, "value": true, "values": true, "q": true, "query": true,
	"password": true, "current": true, "new": true, "token": true, "secret": true, "proof": true, "key": true, "authorization": true, "cookie": true,
}

func isPersonal(key string) bool {
	key = strings.ToLower(strings.ReplaceAll(key, "-", "_"))
	return personal[key] || personal[key[strings.LastIndexByte(key, '_')+1:]]
}

func redactField(key string, value any) any {
	if isPersonal(key) {
		return hidden
	}
	switch v := value.(type) {
	case nil, bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64, time.Time, time.Duration:
		return v
	case string:
		return redactText(v)
	case error:
		return redactText(v.Error())
	case json.RawMessage:
		return redactJSON(v)
	case []byte:
		return redactText(string(v))
	case fmt.Stringer:
		return redactText(v.String())
	}
	text, err := json.Marshal(value)
	if err != nil {
		return redactText(fmt.Sprint(value))
	}
	return redactJSON(text)
}

// redactJSON hides the personal members of a document and cleans the texts of the others.
func redactJSON(document []byte) string {
	var v any
	if json.Unmarshal(document, &v) != nil {
		return redactText(string(document))
	}
	clean, err := json.Marshal(redactValue(v))
	if err != nil {
		return hidden
	}
	return string(clean)
}

func redactValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if isPersonal(key) {
				v[key] = hidden
				continue
			}
			v[key] = redactValue(value)
		}
		return v
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
		return v
	case string:
		return redactText(v)
	default:
		return v
	}
}

// rules clean a text. Meta's ids have 15 to 17 digits and pass; so do instants and UUIDs.
var rules = []struct {
	find    *regexp.Regexp
	replace string
}{
	{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[^\s"',;]+`), "$1 " + hidden},
	{regexp.MustCompile(`\bEA[A-Za-z0-9]{14,}`), hidden},
	{regexp.MustCompile(`\b\d{5,}(?:\||%7C)[0-9A-Za-z_-]{16,}`), hidden}, // an app's token
	{regexp.MustCompile(`\b[0-9a-f]{32}\b`), hidden},                     // an app's secret
	{regexp.MustCompile(`(?i)[^\s@<>"'(),;:=]+(?:@|%40)[\pL\d.-]+\.\pL{2,}`), hidden},
	{regexp.MustCompile(`(?:\+|%2B)\d[\d ().-]{6,18}\d`), hidden},
}

// secrets are values that follow their name. errorText is how an error goes on after a name like those ("read token: not
// found", "change password: account.password_short"); a password may be plain words too, so there the opening must be known.
var (
	secrets   = regexp.MustCompile(`(?i)\b([a-z_-]*(?:token|secret|proof|password|api_?key))(["']?\s*[=:]\s*["']?)([^\s"'&,;}]+)`)
	errorText = regexp.MustCompile(`^(?:[a-z]{1,12}:? +[\pL/"'(]|[a-z]{1,12}\.[a-z_]+(?:[ :]|$))`)
	openings  = regexp.MustCompile(`^(?:not|no|cannot|is|was|too|open|read|write|context|connection|[a-z]+\.[a-z]+_[a-z_]+)\b`)
)

// hideSecrets hides what stands behind a secret's name, but leaves the reason of an error there.
func hideSecrets(text string) string {
	clean, at := strings.Builder{}, 0
	for _, m := range secrets.FindAllStringSubmatchIndex(text, -1) {
		name, between, rest := strings.ToLower(text[m[2]:m[3]]), text[m[4]:m[5]], text[m[6]:]
		if between == ": " && errorText.MatchString(rest) && (!strings.HasSuffix(name, "password") || openings.MatchString(rest)) {
			continue
		}
		clean.WriteString(text[at:m[6]])
		clean.WriteString(hidden)
		at = m[7]
	}
	return clean.String() + text[at:]
}

// dates and digits: runs of digits with the separators that people put into phones are hidden when there are as many as a
// phone has. Instants, which look alike, are put aside first.
var (
	instants = regexp.MustCompile(`\b(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-6]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?`)
	uuids    = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	digits   = regexp.MustCompile(`\(?\d(?:[ ().-]{0,3}\d){9,}\)?`)
	ids      = regexp.MustCompile(`[1-9]\d{14,}`)
)

// hidePhones hides runs of 10 digits and more that no id of Meta's explains.
func hidePhones(text string) string {
	clean, rest := strings.Builder{}, text
	keep := append(instants.FindAllStringIndex(text, -1), uuids.FindAllStringIndex(text, -1)...)
	slices.SortFunc(keep, func(a, b []int) int { return a[0] - b[0] })
	at := 0
	for _, k := range keep {
		if k[0] < at {
			continue
		}
		clean.WriteString(hideDigits(text[at:k[0]]))
		clean.WriteString(text[k[0]:k[1]])
		at = k[1]
		rest = text[at:]
	}
	clean.WriteString(hideDigits(rest))
	return clean.String()
}

// hideDigits hides the phones in each run: all of its groups but those that are an id of Meta's by themselves, when what is
// left between such ids has as many digits as a phone.
func hideDigits(text string) string {
	return digits.ReplaceAllStringFunc(text, func(run string) string {
		clean, at := strings.Builder{}, 0
		for _, id := range ids.FindAllStringIndex(run, -1) {
			clean.WriteString(hidePhone(run[at:id[0]]))
			clean.WriteString(run[id[0]:id[1]])
			at = id[1]
		}
		clean.WriteString(hidePhone(run[at:]))
		return clean.String()
	})
}

// hidePhone hides a stretch that has a phone's digits, and leaves the separators around it.
func hidePhone(stretch string) string {
	n := 0
	for _, r := range stretch {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	if n < 10 {
		return stretch
	}
	return stretch[:len(stretch)-len(strings.TrimLeft(stretch, " .-"))] + hidden + stretch[len(strings.TrimRight(stretch, " .-")):]
}

func redactText(text string) string {
	for _, rule := range rules {
		text = rule.find.ReplaceAllString(text, rule.replace)
	}
	return hidePhones(hideSecrets(text))
}
