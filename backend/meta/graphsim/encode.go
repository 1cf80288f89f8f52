package graphsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// pair and object keep the order of keys, which Meta's answers have and Go's maps have not.
type pair struct {
	key   string
	value any
}

type object []pair

// MarshalJSON writes the pairs in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := plain(p.key)
		if err != nil {
			return nil, err
		}
		value, err := plain(p.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plain encodes without Go's own escapes.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode answer: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// encode writes JSON with Meta's escapes: non-ASCII as \uXXXX in lower case, "@", "<" and "/", and for webhooks "%".
// None of these characters occurs outside strings, so the bytes can be rewritten after encoding.
func encode(v any, webhook bool) []byte {
	raw, err := plain(v)
	if err != nil {
		panic(err.Error()) // our own structs always encode
	}
	out := make([]byte, 0, len(raw)+len(raw)/8)
	for i := 0; i < len(raw); {
		c := raw[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '@':
				out = append(out, `\u0040`...)
			case c == '<':
				out = append(out, `\u003C`...)
			case c == '/':
				out = append(out, `\/`...)
			case c == '%' && webhook:
				out = append(out, `\u0025`...)
			default:
				out = append(out, c)
			}
			continue
		}
		r, size := utf8.DecodeRune(raw[i:])
		i += size
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
			continue
		}
		out = fmt.Appendf(out, `\u%04x`, r)
	}
	return out
}
