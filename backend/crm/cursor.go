package crm

import (
	"encoding/base64"
	"encoding/json"

	"sitegroup.mx/crm/backend/fault"
)

// Sizes of pages.
const (
	defaultLimit = 50
	longestLimit = 200
)

// cursor is where a page ended: the last row's place in the order. Callers see it as opaque text.
type cursor struct {
	Phase int    `json:"p,omitempty"` // 1 in the part of a list that lacks what it is ordered by
	Key   string `json:"k,omitempty"`
	N     int64  `json:"n,omitempty"`
	ID    string `json:"i,omitempty"`
	Total int    `json:"t,omitempty"` // counted for the first page, carried along
	// Shortened is true in a search that found nothing with the digits it ends in, and goes on without them.
	Shortened bool `json:"s,omitempty"`
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor reads what String wrote; nil for "". Anything else is input.invalid.
func readCursor(text string) (*cursor, error) {
	if text == "" {
		return nil, nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return nil, &fault.Error{Code: "input.invalid", Field: "cursor", Err: err}
	}
	return &c, nil
}

func pageLimit(limit int) int {
	if limit <= 0 {
		return defaultLimit
	}
	return min(limit, longestLimit)
}
