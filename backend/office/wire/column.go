package wire

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"
)

// A column is the values of one column of a table:
//
//	kind       one byte, what its plain values are
//	classes    runs of (class, number of rows): plain, nil, or other
//	plain      the plain values, packed as the kind says
//	other      each as one byte for its type and the value
//
// The kind is that of most values, so that one odd value costs itself alone. Numbers are varints.
const (
	kindNone    = 0 // no plain values
	kindInt     = 1 // differences from the value before
	kindInstant = 2 // text as time.RFC3339 with milliseconds in UTC: differences of milliseconds
	kindUUID    = 3 // text: byte 0 of all, byte 1 of all …, so that what all share lies together
	kindFloat   = 4
	kindText    = 5 // the lengths, then the bytes
	kindDict    = 6 // few different texts: how many, a column of them, then the number of each value
	kindKnown   = 7 // ids that the run has named before, by their number: differences from the value before
)

const (
	classPlain = 0
	classNil   = 1
	classOther = 2
)

const (
	otherInt   = 0
	otherFloat = 1
	otherText  = 2
	otherUUID  = 3 // in a column of kindKnown: text, its 16 bytes
)

// dictMost is how many different texts a dictionary holds at most.
const dictMost = 1 << 12

// kindOf returns the kind whose plain values are most of the column's.
func kindOf(values []any) byte {
	var n [kindDict + 1]int
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			n[kindInt]++
		case float64:
			n[kindFloat]++
		case string:
			n[textKind(v)]++
		}
	}
	best := byte(kindNone)
	for k := kindInt; k <= kindText; k++ {
		if n[k] > n[best] {
			best = byte(k)
		}
	}
	if best == kindNone || best == kindInt || best == kindFloat || !fewDifferent(values) {
		return best
	}
	return kindDict
}

func textKind(s string) int {
	if _, ok := uuidBytes(s); ok {
		return kindUUID
	}
	if _, ok := instantMillis(s); ok {
		return kindInstant
	}
	return kindText
}

// fewDifferent reports whether texts repeat so often that a dictionary is smaller.
func fewDifferent(values []any) bool {
	different, total := map[string]struct{}{}, 0
	for _, v := range values {
		if s, ok := v.(string); ok {
			total++
			different[s] = struct{}{}
			if len(different) > dictMost {
				return false
			}
		}
	}
	return len(different)*3 <= total
}

func isPlain(kind byte, v any, k *known) bool {
	switch kind {
	case kindKnown:
		s, ok := v.(string)
		if ok {
			_, ok = k.number[s]
		}
		return ok
	case kindInt:
		_, ok := v.(int64)
		return ok
	case kindFloat:
		_, ok := v.(float64)
		return ok
	case kindText, kindDict:
		_, ok := v.(string)
		return ok
	case kindUUID, kindInstant:
		s, ok := v.(string)
		return ok && textKind(s) == int(kind)
	}
	return false
}

// columnOut encodes a column. k is nil for one that does not refer to other rows. Its error has no Place yet.
func columnOut(values []any, k *known) ([]byte, *ValueError) {
	if k == nil {
		return encodeColumn(values, kindOf(values), nil)
	}
	if k.most(values) {
		return encodeColumn(values, kindKnown, k)
	}
	kind := kindOf(values)
	b, err := encodeColumn(values, kind, nil)
	if err == nil && kind == kindUUID {
		for _, v := range values {
			if isPlain(kindUUID, v, nil) {
				k.learn(v.(string))
			}
		}
	}
	return b, err
}

func encodeColumn(values []any, kind byte, k *known) ([]byte, *ValueError) {
	b := []byte{kind}
	var plain, other []any
	last, run := byte(classPlain), 0
	for _, v := range values {
		class := byte(classOther)
		switch {
		case v == nil:
			class = classNil
		case isPlain(kind, v, k):
			class = classPlain
			plain = append(plain, v)
		default:
			other = append(other, v)
		}
		if s, ok := v.(string); ok && !utf8.ValidString(s) {
			return nil, &ValueError{Size: len(s), Reason: ReasonNotText}
		}
		if class != last && run > 0 {
			b = binary.AppendUvarint(append(b, last), uint64(run))
			run = 0
		}
		last, run = class, run+1
	}
	if run > 0 {
		b = binary.AppendUvarint(append(b, last), uint64(run))
	}
	b = appendPlain(b, kind, plain, k)
	for _, v := range other {
		switch v := v.(type) {
		case int64:
			b = binary.AppendVarint(append(b, otherInt), v)
		case float64:
			b = binary.LittleEndian.AppendUint64(append(b, otherFloat), math.Float64bits(v))
		case string:
			if id, ok := uuidBytes(v); ok && kind == kindKnown {
				b = append(append(b, otherUUID), id[:]...)
				k.learn(v)
				continue
			}
			b = binary.AppendUvarint(append(b, otherText), uint64(len(v)))
			b = append(b, v...)
		default:
			return nil, &ValueError{Reason: ReasonNotText}
		}
	}
	return b, nil
}

// appendPlain packs values that are all plain for the kind.
func appendPlain(b []byte, kind byte, plain []any, k *known) []byte {
	var last int64
	switch kind {
	case kindInt:
		for _, v := range plain {
			n := v.(int64)
			b = binary.AppendVarint(b, n-last) // wraps around, and back
			last = n
		}
	case kindInstant:
		for _, v := range plain {
			ms, _ := instantMillis(v.(string))
			b = binary.AppendVarint(b, ms-last)
			last = ms
		}
	case kindUUID:
		b = appendUUIDs(b, plain)
	case kindFloat:
		for _, v := range plain {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v.(float64)))
		}
	case kindText:
		for _, v := range plain {
			b = binary.AppendUvarint(b, uint64(len(v.(string))))
		}
		for _, v := range plain {
			b = append(b, v.(string)...)
		}
	case kindDict:
		b = appendDict(b, plain)
	case kindKnown:
		for _, v := range plain {
			n := int64(k.number[v.(string)])
			b = binary.AppendVarint(b, n-last)
			last = n
		}
	}
	return b
}

func appendUUIDs(b []byte, plain []any) []byte {
	at, n := len(b), len(plain)
	b = append(b, make([]byte, 16*n)...)
	for i, v := range plain {
		id, _ := uuidBytes(v.(string))
		for j := range id {
			b[at+j*n+i] = id[j]
		}
	}
	return b
}

func appendDict(b []byte, plain []any) []byte {
	number := map[string]uint64{}
	var words []any
	for _, v := range plain {
		s := v.(string)
		if _, ok := number[s]; !ok {
			number[s] = uint64(len(words))
			words = append(words, s)
		}
	}
	kind := byte(kindText)
	for _, k := range []byte{kindUUID, kindInstant} {
		if all(words, k) {
			kind = k
		}
	}
	b = binary.AppendUvarint(b, uint64(len(words)))
	b = append(b, kind)
	b = appendPlain(b, kind, words, nil)
	for _, v := range plain {
		b = binary.AppendUvarint(b, number[v.(string)])
	}
	return b
}

func all(values []any, kind byte) bool {
	for _, v := range values {
		if !isPlain(kind, v, nil) {
			return false
		}
	}
	return len(values) > 0
}

func malformed(what string) error { return fmt.Errorf("%s: %w", what, ErrMalformed) }
