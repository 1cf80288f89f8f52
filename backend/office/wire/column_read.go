package wire

import (
	"encoding/binary"
	"math"
	"unicode/utf8"
)

// reader takes numbers and bytes off the front of a column. Its text is one string that the values are cut from.
type reader struct {
	b     []byte
	text  string
	known *known // of a column that refers to other rows
}

func (r *reader) byte() (byte, bool) {
	if len(r.b) == 0 {
		return 0, false
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c, true
}

func (r *reader) uvarint() (uint64, bool) {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		return 0, false
	}
	r.b = r.b[size:]
	return n, true
}

func (r *reader) varint() (int64, bool) {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		return 0, false
	}
	r.b = r.b[size:]
	return n, true
}

func (r *reader) float() (float64, bool) {
	if len(r.b) < 8 {
		return 0, false
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(r.b))
	r.b = r.b[8:]
	return f, true
}

// string takes n bytes of text. All of a column's bytes were made one string, so that a value costs no copy.
func (r *reader) string(n uint64) (string, bool) {
	if n > uint64(len(r.b)) {
		return "", false
	}
	at := len(r.text) - len(r.b)
	s := r.text[at : at+int(n)] //nolint:gosec // no more than the bytes that are left
	r.b = r.b[n:]
	return s, utf8.ValidString(s)
}

// columnIn decodes a column into cells[at], cells[at+step] … to the end of cells. k is nil for one that does not refer to
// other rows.
func columnIn(data []byte, cells []any, at, step int, k *known) error {
	r := &reader{b: data, text: string(data), known: k}
	kind, ok := r.byte()
	if !ok || kind > kindKnown || kind == kindKnown && k == nil {
		return malformed("kind")
	}
	rows := len(cells) / step
	classes := make([]byte, rows)
	plain, other, err := r.classes(classes)
	if err != nil {
		return err
	}
	values, err := r.plain(kind, plain)
	if err != nil {
		return err
	}
	if kind == kindUUID && k != nil {
		k.hear(values...)
	}
	for i, class := range classes {
		switch class {
		case classPlain:
			cells[at+i*step], values = values[0], values[1:]
		case classOther:
			if cells[at+i*step], err = r.other(kind); err != nil {
				return err
			}
			other--
		}
	}
	if len(r.b) != 0 || other != 0 {
		return malformed("bytes after the last value")
	}
	return nil
}

// classes reads the class of every row and counts the plain and the other values.
func (r *reader) classes(of []byte) (plain, other int, err error) {
	for done := 0; done < len(of); {
		class, ok := r.byte()
		run, ok2 := r.uvarint()
		if !ok || !ok2 || class > classOther || run == 0 || run > uint64(len(of)-done) {
			return 0, 0, malformed("classes")
		}
		n := int(run) //nolint:gosec // no more than the rows
		for i := done; i < done+n; i++ {
			of[i] = class
		}
		switch class {
		case classPlain:
			plain += n
		case classOther:
			other += n
		}
		done += n
	}
	return plain, other, nil
}

func (r *reader) other(of byte) (any, error) {
	kind, ok := r.byte()
	if !ok {
		return nil, malformed("value")
	}
	switch kind {
	case otherUUID:
		if of == kindKnown && len(r.b) >= 16 {
			v := any(string(appendUUID(nil, r.b[:16])))
			r.b = r.b[16:]
			r.known.hear(v)
			return v, nil
		}
	case otherInt:
		if n, ok := r.varint(); ok {
			return n, nil
		}
	case otherFloat:
		if f, ok := r.float(); ok {
			return f, nil
		}
	case otherText:
		if n, ok := r.uvarint(); ok {
			if s, ok := r.string(n); ok {
				return s, nil
			}
		}
	}
	return nil, malformed("value")
}

// least is the fewest bytes that a plain value of a kind takes, so that a number of values can be believed.
var least = [...]int{kindInt: 1, kindInstant: 1, kindUUID: 16, kindFloat: 8, kindText: 1, kindDict: 1, kindKnown: 1}

// plain reads n packed values.
func (r *reader) plain(kind byte, n int) ([]any, error) {
	if n == 0 && kind != kindDict {
		return nil, nil
	}
	if kind == kindNone || n > len(r.b)/least[kind] && n > 0 {
		return nil, malformed("number of values")
	}
	switch kind {
	case kindInt:
		return r.ints(n)
	case kindInstant:
		return r.instants(n)
	case kindUUID:
		return r.uuids(n), nil
	case kindFloat:
		return r.floats(n)
	case kindText:
		return r.texts(n)
	case kindKnown:
		return r.knowns(n)
	}
	return r.dict(n)
}

func (r *reader) knowns(n int) ([]any, error) {
	values, last := make([]any, n), int64(0)
	for i := range values {
		d, ok := r.varint()
		last += d
		if !ok || last < 0 || last >= int64(len(r.known.ids)) {
			return nil, malformed("number of an id")
		}
		values[i] = r.known.ids[last]
	}
	return values, nil
}

func (r *reader) ints(n int) ([]any, error) {
	values, last := make([]any, n), int64(0)
	for i := range values {
		d, ok := r.varint()
		if !ok {
			return nil, malformed("integer")
		}
		last += d
		values[i] = last
	}
	return values, nil
}

func (r *reader) instants(n int) ([]any, error) {
	values, last := make([]any, n), int64(0)
	var text []byte
	for i := range values {
		d, ok := r.varint()
		last += d
		if !ok || last < firstInstant || last > lastInstant {
			return nil, malformed("instant")
		}
		text = instantText(text[:0], last)
		values[i] = string(text)
	}
	return values, nil
}

func (r *reader) uuids(n int) []any {
	values := make([]any, n)
	var id [16]byte
	text := make([]byte, 0, 36)
	for i := range values {
		for j := range id {
			id[j] = r.b[j*n+i]
		}
		text = appendUUID(text[:0], id[:])
		values[i] = string(text)
	}
	r.b = r.b[16*n:]
	return values
}

func (r *reader) floats(n int) ([]any, error) {
	values := make([]any, n)
	for i := range values {
		f, ok := r.float()
		if !ok {
			return nil, malformed("number")
		}
		values[i] = f
	}
	return values, nil
}

func (r *reader) texts(n int) ([]any, error) {
	sizes := make([]uint64, n)
	for i := range sizes {
		var ok bool
		if sizes[i], ok = r.uvarint(); !ok {
			return nil, malformed("length")
		}
	}
	values := make([]any, n)
	for i, size := range sizes {
		s, ok := r.string(size)
		if !ok {
			return nil, malformed("text")
		}
		values[i] = s
	}
	return values, nil
}

func (r *reader) dict(n int) ([]any, error) {
	size, ok := r.uvarint()
	kind, ok2 := r.byte()
	if !ok || !ok2 || size > dictMost || kind != kindText && kind != kindUUID && kind != kindInstant {
		return nil, malformed("dictionary")
	}
	words, err := r.plain(kind, int(size))
	if err != nil {
		return nil, err
	}
	if n > len(r.b) {
		return nil, malformed("number of values")
	}
	values := make([]any, n)
	for i := range values {
		w, ok := r.uvarint()
		if !ok || w >= size {
			return nil, malformed("word")
		}
		values[i] = words[w]
	}
	return values, nil
}
