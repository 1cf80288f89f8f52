package sheet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// longestQuoted is where a quoted cell that does not end is taken for a stray quote, in bytes.
const longestQuoted = 128 << 10

func readText(body []byte) (*Table, error) {
	text, encoding := decode(body)
	text = strings.TrimPrefix(text, "\ufeff")
	if !isText(text) { // pictures, archives, programs, what is encrypted
		return nil, ErrUnreadable
	}
	separator, text := separatorOf(text)
	records, err := split(text, separator)
	if err != nil {
		return nil, err
	}
	t, err := build(records)
	if err != nil {
		return nil, err
	}
	t.Encoding, t.Separator = encoding, string(separator)
	return t, nil
}

// isText reports whether hardly a character is one that nobody types. Of random bytes read as Windows-1252 one in nine is.
func isText(text string) bool {
	strange, all := 0, 0
	for _, r := range text {
		all++
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' || unicode.In(r, unicode.Co) {
			strange++
		}
	}
	return strange <= all/100
}

// decode turns the file into text: by its byte order mark, by the NUL bytes that UTF-16 puts beside Latin letters, as
// UTF-8 when it is that, and as what Windows in the Americas saves otherwise.
func decode(body []byte) (text, encoding string) {
	switch {
	case bytes.HasPrefix(body, []byte{0xef, 0xbb, 0xbf}):
		return strings.ToValidUTF8(string(body[3:]), "�"), UTF8
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}):
		return decode16(body[2:], binary.LittleEndian), UTF16LE
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}):
		return decode16(body[2:], binary.BigEndian), UTF16BE
	}
	if odd, even := nuls(body); max(odd, even) > min(len(body), 4096)/8 {
		if odd >= even {
			return decode16(body, binary.LittleEndian), UTF16LE
		}
		return decode16(body, binary.BigEndian), UTF16BE
	}
	if utf8.Valid(body) {
		return string(body), UTF8
	}
	decoded, err := charmap.Windows1252.NewDecoder().Bytes(body)
	if err != nil {
		return strings.ToValidUTF8(string(body), "�"), UTF8
	}
	return string(decoded), ANSI
}

// nuls counts NUL bytes at odd and even places of the beginning: Latin letters in UTF-16LE have theirs at odd ones.
func nuls(body []byte) (odd, even int) {
	for i, b := range body[:min(len(body), 4096)] {
		switch {
		case b != 0:
		case i%2 == 1:
			odd++
		default:
			even++
		}
	}
	return odd, even
}

func decode16(body []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return string(utf16.Decode(units))
}

// separators in the order that wins a tie.
const separators = "\t;,|"

// looked is how many records are looked at to find the separator.
const looked = 20

// separatorOf picks the separator that cuts the header, and the records after it, into most columns: a question may hold
// more commas than the header has columns, but then the rows have none. Excel's own hint, a first line "sep=;", wins and is
// taken off.
func separatorOf(text string) (separator byte, rest string) {
	text = strings.TrimLeft(text, "\r\n")
	if len(text) > 5 && strings.EqualFold(text[:4], "sep=") && (text[5] == '\r' || text[5] == '\n') && strings.IndexByte(separators, text[4]) >= 0 {
		return text[4], strings.TrimLeft(text[5:], "\r\n")
	}
	best, most := byte(','), 0
	for i := 0; i < len(separators); i++ {
		counts := countOutside(text, separators[i])
		n := 0
		for _, of := range counts {
			n += min(of, counts[0]) // a row's own text may hold any number
		}
		if n > most {
			best, most = separators[i], n
		}
	}
	return best, text
}

// countOutside counts a separator in each of the first records that are not empty, outside quotes.
func countOutside(text string, separator byte) []int {
	counts, quoted, begun := []int{0}, false, false
	for i := 0; i < min(len(text), longestQuoted); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == separator:
			counts[len(counts)-1]++
		case c == '\n' || c == '\r':
			if begun && len(counts) == looked {
				return counts
			}
			if begun {
				counts = append(counts, 0)
			}
			begun = false
			continue
		}
		begun = true
	}
	return counts
}

// split cuts text into records by RFC 4180, with either kind of line end. A quote that does not begin a cell is a
// character; so is one that begins a cell that never ends, because taking the rest of the file for one cell would lose rows
// without a word.
func split(text string, separator byte) ([][]string, error) {
	var records [][]string
	var record []string
	for pos := 0; pos < len(text); {
		cell, next, ok := "", 0, false
		if text[pos] == '"' {
			cell, next, ok = quotedCell(text, pos, separator)
		}
		if !ok {
			next = pos
			for next < len(text) && text[next] != separator && text[next] != '\n' && text[next] != '\r' {
				next++
			}
			cell = text[pos:next]
		}
		record = append(record, cell)
		if len(record) > MaxColumns*2 {
			return nil, ErrTooLarge
		}
		pos = next
		if pos < len(text) && text[pos] == separator {
			pos++
			if pos == len(text) || text[pos] == '\n' || text[pos] == '\r' {
				record = append(record, "")
			} else {
				continue
			}
		}
		records, record = append(records, record), nil
		if len(records) > 2*MaxRows {
			return nil, ErrTooLarge
		}
		if strings.HasPrefix(text[pos:], "\r\n") {
			pos++
		}
		pos++
	}
	return records, nil
}

// quotedCell reads a quoted cell at pos. ok is false when its end is not followed by a separator, a line end or the end of
// the text, or does not come soon. Looking for it in vain costs little: the search ends at the next cell that begins with a
// quote.
func quotedCell(text string, pos int, separator byte) (cell string, next int, ok bool) {
	start, doubled := pos+1, false
	for i := start; i < min(len(text), start+longestQuoted); i++ {
		if text[i] != '"' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			doubled = true
			i++
			continue
		}
		if i+1 < len(text) && text[i+1] != separator && text[i+1] != '\n' && text[i+1] != '\r' {
			return "", 0, false
		}
		cell = text[start:i]
		if doubled {
			cell = strings.ReplaceAll(cell, `""`, `"`)
		}
		return cell, i + 1, true
	}
	return "", 0, false
}
