package meta

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ID names one of Meta's objects: decimal digits, up to 20 of them. Lead ids of 17 digits do not fit a float64, so an ID
// is text from end to end. Meta sends ids as JSON strings in some places and as numbers in others; both decode.
type ID string

// errNotAnID is the cause of every refusal to decode an ID.
var errNotAnID = errors.New("not an id")

// UnmarshalJSON accepts a string, an integer or null. Numbers keep every digit.
func (id *ID) UnmarshalJSON(b []byte) error {
	text := strings.TrimSpace(string(b))
	switch {
	case text == "null":
		*id = ""
		return nil
	case strings.HasPrefix(text, `"`):
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return fmt.Errorf("read id: %w", err)
		}
		*id = ID(strings.TrimSpace(s))
		return nil
	case digits(text):
		*id = ID(text)
		return nil
	}
	return errNotAnID
}

// Valid reports whether the id can be one of Meta's: 1 to 20 digits, and not 0, which Meta writes for "none". Only valid ids
// ever become part of an address.
func (id ID) Valid() bool { return len(id) <= 20 && digits(string(id)) && id.orNone() != "" }

// orNone turns the ways Meta has of saying "no ad" (absent, "", 0, "0") into the empty ID.
func (id ID) orNone() ID {
	if strings.Trim(string(id), "0") == "" {
		return ""
	}
	return id
}

func digits(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// TimeLayout is how the Graph API writes instants: UTC without a colon in the zone, "2026-11-02T15:04:05+0000".
const TimeLayout = "2006-01-02T15:04:05-0700"

// ParseTime reads an instant as the Graph API writes it, as the export file writes it (zone with a colon), or as unix
// seconds the way webhooks send it, and returns it in UTC.
func ParseTime(s string) (time.Time, error) {
	if digits(s) && len(s) <= 12 {
		var unix int64
		for _, c := range []byte(s) {
			unix = unix*10 + int64(c-'0')
		}
		return time.Unix(unix, 0).UTC(), nil
	}
	for _, layout := range []string{TimeLayout, time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("read time of Meta: unknown layout of %d characters", len(s))
}

// instant decodes any of the layouts of ParseTime; absent, null, "" and 0 give the zero time.
type instant time.Time

// UnmarshalJSON accepts a string, a unix number or null.
func (i *instant) UnmarshalJSON(b []byte) error {
	var id ID // the same two shapes: text, or digits without a quote
	if err := id.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("read time of Meta: %w", err)
	}
	if id == "" || id == "0" {
		*i = instant{}
		return nil
	}
	t, err := ParseTime(string(id))
	if err != nil {
		return err
	}
	*i = instant(t)
	return nil
}

func (i instant) time() time.Time { return time.Time(i) }

// flag decodes what Meta answers for yes: true, "true", "1" or 1. Everything else is no.
type flag bool

// UnmarshalJSON never refuses.
func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.Trim(string(b), `"`) {
	case "true", "1", "TRUE":
		*f = true
	default:
		*f = false
	}
	return nil
}
