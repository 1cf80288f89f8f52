package app

import (
	"encoding/json"
	"fmt"
	"regexp"
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
	{regexp.MustCompile(`(?i)\b([a-z_-]*(?:token|secret|proof|password|api_?key))(["']?\s*[=:]\s*["']?)[^\s"'&,;}]+`), "$1$2" + hidden},
	{regexp.MustCompile(`\bEA[A-Za-z0-9]{14,}`), hidden},
	{regexp.MustCompile(`(?i)\b[a-z0-9._%+'-]+(?:@|%40)[a-z0-9.-]+\.[a-z]{2,}\b`), hidden},
	{regexp.MustCompile(`(?:\+|%2B)\d[\d ().-]{6,18}\d`), hidden},
	{regexp.MustCompile(`\b(?:52 ?1? ?)?\(?\d{2,3}\)?[ .-]\d{3,4}[ .-]\d{4}\b`), hidden},
	{regexp.MustCompile(`\b(?:521?|1)?\d{10}\b`), hidden},
}

func redactText(text string) string {
	for _, rule := range rules {
		text = rule.find.ReplaceAllString(text, rule.replace)
	}
	return text
}
