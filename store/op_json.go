package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// normal turns a value of a Row into what SQLite keeps for a column of this type: string, int64, float64 or nil. A
// mismatch is an error, because SQLite would keep it as it is and the log would then tell another story than the row.
func normal(c *column, v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if c.kind == kindText && utf8.ValidString(v) {
			return v, nil
		}
	case json.RawMessage:
		if c.kind == kindText && json.Valid(v) {
			return string(v), nil
		}
	case bool:
		if c.kind == kindInteger {
			if v {
				return int64(1), nil
			}
			return int64(0), nil
		}
	case int:
		return normalInt(c, int64(v))
	case int64:
		return normalInt(c, v)
	case float64:
		if c.kind == kindReal && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
	}
	return nil, fmt.Errorf("store: column %s of type %s cannot hold this %T", c.name, c.kind, v)
}

func normalInt(c *column, v int64) (any, error) {
	switch c.kind {
	case kindInteger:
		return v, nil
	case kindReal:
		return float64(v), nil
	default:
		return nil, fmt.Errorf("store: column %s of type %s cannot hold a whole number", c.name, c.kind)
	}
}

// appendValue writes a normal value as JSON.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return strconv.AppendFloat(b, v, 'g', -1, 64)
	case string:
		return appendString(b, v)
	}
	panic(fmt.Sprintf("store: %T is not a normal value", v))
}

const hexDigits = "0123456789abcdef"

// appendString writes valid UTF-8 as a JSON string, escaping only what JSON asks for (RFC 8259, section 7).
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		start = i + 1
	}
	return append(append(b, s[start:]...), '"')
}

// readValue turns JSON of one value into a normal value of the column.
func readValue(c *column, raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("read value of %s: %w", c.name, err)
	}
	return normalJSON(c, v)
}

func normalJSON(c *column, v any) (any, error) {
	number, ok := v.(json.Number)
	if !ok {
		return normal(c, v)
	}
	if c.kind == kindReal {
		f, err := number.Float64()
		if err != nil {
			return nil, fmt.Errorf("read value of %s: %w", c.name, err)
		}
		return normal(c, f)
	}
	i, err := number.Int64()
	if err != nil {
		return nil, fmt.Errorf("read value of %s: %w", c.name, err)
	}
	return normal(c, i)
}

// readRow turns the JSON object of a creation into a Row. It answers ErrUnknown for a column that the table does not have.
func readRow(e *entity, raw json.RawMessage) (Row, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var values map[string]any
	if err := d.Decode(&values); err != nil {
		return nil, &malformedError{fmt.Errorf("read row of %s: %w", e.name, err)}
	}
	row := make(Row, len(values))
	for name, v := range values {
		i, ok := e.index[name]
		if !ok {
			return nil, fmt.Errorf("%w: %s of %s", ErrUnknown, name, e.name)
		}
		c := &e.columns[i]
		if c.own {
			return nil, &malformedError{fmt.Errorf("store: column %q of %s is the store's own", name, e.name)}
		}
		var err error
		if row[name], err = normalJSON(c, v); err != nil {
			return nil, &malformedError{err}
		}
	}
	return row, nil
}

// utf8Valid reports whether a text is one.
func utf8Valid(text string) bool { return utf8.ValidString(text) }

// member returns one member of a JSON object, nil when it has none of that name.
func member(object json.RawMessage, name string) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, fmt.Errorf("read row: %w", err)
	}
	return members[name], nil
}
