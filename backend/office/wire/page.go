package wire

import (
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
)

const (
	chunkBytes = 512 << 10 // of a page in a frame
	maxTables  = 256
	maxColumns = 256
)

type pageBody struct {
	From     []int64     `cbor:"1,keyasint,omitempty"`
	To       []int64     `cbor:"2,keyasint,omitempty"`
	More     bool        `cbor:"3,keyasint,omitempty"`
	Rest     int64       `cbor:"4,keyasint,omitempty"`
	Clock    int64       `cbor:"5,keyasint,omitempty"`
	At       int64       `cbor:"6,keyasint,omitempty"`
	Forget   *tableBody  `cbor:"7,keyasint,omitempty"`
	Tables   []tableBody `cbor:"8,keyasint,omitempty"`
	Outcomes *tableBody  `cbor:"9,keyasint,omitempty"`
	Check    []int64     `cbor:"10,keyasint,omitempty"`
	Whole    *tableBody  `cbor:"11,keyasint,omitempty"`
}

type tableBody struct {
	Entity string   `cbor:"1,keyasint,omitempty"`
	Names  []string `cbor:"2,keyasint,omitempty"`
	Rows   int      `cbor:"3,keyasint,omitempty"`
	Data   [][]byte `cbor:"4,keyasint,omitempty"` // one for each column, see column.go
}

// PageEncoder encodes the pages of one connection, whose other end puts them together with one Assembler. The zero
// PageEncoder is ready; it is not for several goroutines. After an error the connection is not worth keeping.
type PageEncoder struct {
	known known
}

// EncodePage encodes a page that has a connection for itself.
func EncodePage(p store.Page) ([]PageChunk, error) {
	return (&PageEncoder{}).Encode(p)
}

// Encode lays a page out by column, deflates it and cuts it into chunks, each of which fits a frame; all of them are to be
// sent. It answers ErrTooLarge for a page beyond MaxPage or MaxCells, ErrMalformed for rows that do not match their columns,
// and a *ValueError for a value that cannot travel.
func (e *PageEncoder) Encode(p store.Page) ([]PageChunk, error) {
	body, err := e.pageOut(&p)
	if err != nil {
		return nil, fmt.Errorf("encode page: %w", err)
	}
	if !p.More {
		e.known = known{}
	}
	raw, err := codec.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode page: %w", err)
	}
	if len(raw) > MaxPage {
		return nil, fmt.Errorf("encode page of %d bytes: %w", len(raw), ErrTooLarge)
	}
	small, err := deflate(raw)
	if err != nil {
		return nil, fmt.Errorf("encode page: %w", err)
	}
	of := (len(small) + chunkBytes - 1) / chunkBytes
	chunks := make([]PageChunk, of)
	for i := range chunks {
		chunks[i] = PageChunk{Part: i, Of: of, Bytes: small[i*chunkBytes : min(len(small), (i+1)*chunkBytes)]}
	}
	return chunks, nil
}

func (e *PageEncoder) pageOut(p *store.Page) (*pageBody, error) {
	body := &pageBody{
		From: cursorOut(p.From), To: cursorOut(p.To), More: p.More, Rest: p.Rest, Clock: int64(p.Clock), At: p.At,
	}
	if p.Check != nil {
		body.Check = []int64{p.Check.Count, p.Check.Sum}
	}
	room := MaxCells
	var err error
	if body.Forget, err = idsOut("forget", p.Forget, &room); err != nil {
		return nil, err
	}
	if body.Whole, err = idsOut("whole", p.Whole, &room); err != nil {
		return nil, err
	}
	if len(p.Outcomes) > 0 {
		t, err := tableOut(outcomesOut(p.Outcomes), &room, nil)
		if err != nil {
			return nil, err
		}
		t.Entity, t.Names = "", nil
		body.Outcomes = t
	}
	if len(p.Tables) > maxTables {
		return nil, fmt.Errorf("%d tables: %w", len(p.Tables), ErrTooLarge)
	}
	for i := range p.Tables {
		t, err := tableOut(&p.Tables[i], &room, &e.known)
		if err != nil {
			return nil, err
		}
		body.Tables = append(body.Tables, *t)
	}
	return body, nil
}

// idsOut encodes ids as a table of one column, nil when there are none.
func idsOut(name string, ids []string, room *int) (*tableBody, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{id}
	}
	t, err := tableOut(&store.Table{Entity: name, Columns: []string{"id"}, Rows: rows}, room, nil)
	if err != nil {
		return nil, err
	}
	t.Entity, t.Names = "", nil
	return t, nil
}

// tableOut encodes a table and takes its cells from room. k is nil for a table that refers to no rows.
func tableOut(t *store.Table, room *int, k *known) (*tableBody, error) {
	width := len(t.Columns)
	if width == 0 || width > maxColumns {
		return nil, fmt.Errorf("%s of %d columns: %w", t.Entity, width, ErrMalformed)
	}
	if *room -= width * len(t.Rows); *room < 0 {
		return nil, fmt.Errorf("more than %d values: %w", MaxCells, ErrTooLarge)
	}
	out := &tableBody{Entity: t.Entity, Names: t.Columns, Rows: len(t.Rows), Data: make([][]byte, width)}
	values := make([]any, len(t.Rows))
	for c := range t.Columns {
		for r, row := range t.Rows {
			if len(row) != width {
				return nil, fmt.Errorf("row of %s with %d values for %d columns: %w", t.Entity, len(row), width, ErrMalformed)
			}
			values[r] = row[c]
		}
		data, err := columnOut(values, k.of(t.Columns[c]))
		if err != nil {
			err.Place = t.Entity + "." + t.Columns[c]
			return nil, err
		}
		out.Data[c] = data
	}
	return out, nil
}

// The columns of the table in which outcomes travel.
var outcomeColumns = []string{"id", "outcome", "reason", "by_user", "by_at"}

func outcomesOut(list []store.OpOutcome) *store.Table {
	t := &store.Table{Entity: "outcome", Columns: outcomeColumns, Rows: make([][]any, len(list))}
	for i := range list {
		o := &list[i]
		t.Rows[i] = []any{uuid.UUID(o.ID).String(), int64(o.Outcome), o.Reason, o.ByUser, o.ByAt}
	}
	return t
}

// pageIn reads what Encode has written, before it was deflated.
func pageIn(raw []byte, k *known) (*store.Page, error) {
	var in pageBody
	if err := unmarshal(raw, &in); err != nil {
		return nil, err
	}
	p := &store.Page{More: in.More, Rest: in.Rest, Clock: hlc.Time(in.Clock), At: in.At}
	var err error
	if p.From, err = cursorIn(in.From); err != nil {
		return nil, err
	}
	if p.To, err = cursorIn(in.To); err != nil {
		return nil, err
	}
	switch len(in.Check) {
	case 0:
	case 2:
		p.Check = &store.CheckSum{Count: in.Check[0], Sum: in.Check[1]}
	default:
		return nil, fmt.Errorf("read check sum of %d numbers: %w", len(in.Check), ErrMalformed)
	}
	room := MaxCells
	if p.Forget, err = idsIn(in.Forget, &room); err != nil {
		return nil, fmt.Errorf("read what to forget: %w", err)
	}
	if p.Whole, err = idsIn(in.Whole, &room); err != nil {
		return nil, fmt.Errorf("read what is whole: %w", err)
	}
	if p.Outcomes, err = outcomesIn(in.Outcomes, &room); err != nil {
		return nil, err
	}
	if len(in.Tables) > maxTables {
		return nil, fmt.Errorf("read %d tables: %w", len(in.Tables), ErrTooLarge)
	}
	for i := range in.Tables {
		t := &in.Tables[i]
		rows, err := rowsIn(t, len(t.Names), &room, k)
		if err != nil {
			return nil, fmt.Errorf("read table %q: %w", t.Entity, err)
		}
		p.Tables = append(p.Tables, store.Table{Entity: t.Entity, Columns: t.Names, Rows: rows})
	}
	if !p.More {
		*k = known{}
	}
	return p, nil
}

// rowsIn decodes a table's columns into rows and takes its cells from room.
func rowsIn(t *tableBody, width int, room *int, k *known) ([][]any, error) {
	if width == 0 || width > maxColumns || len(t.Data) != width || t.Rows < 0 || t.Rows > MaxCells {
		return nil, fmt.Errorf("%d columns of %d, %d rows: %w", len(t.Data), width, t.Rows, ErrMalformed)
	}
	if *room -= width * t.Rows; *room < 0 {
		return nil, fmt.Errorf("more than %d values: %w", MaxCells, ErrTooLarge)
	}
	cells := make([]any, width*t.Rows)
	for c, data := range t.Data {
		var name string
		if c < len(t.Names) {
			name = t.Names[c]
		}
		if err := columnIn(data, cells, c, width, k.of(name)); err != nil {
			return nil, fmt.Errorf("column %d: %w", c, err)
		}
	}
	rows := make([][]any, t.Rows)
	for r := range rows {
		rows[r] = cells[r*width : (r+1)*width : (r+1)*width]
	}
	return rows, nil
}

func idsIn(t *tableBody, room *int) ([]string, error) {
	if t == nil {
		return nil, nil
	}
	rows, err := rowsIn(t, 1, room, nil)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range rows {
		id, ok := row[0].(string)
		if !ok {
			return nil, ErrMalformed
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func outcomesIn(t *tableBody, room *int) ([]store.OpOutcome, error) {
	if t == nil {
		return nil, nil
	}
	rows, err := rowsIn(t, len(outcomeColumns), room, nil)
	if err != nil {
		return nil, fmt.Errorf("read outcomes: %w", err)
	}
	var list []store.OpOutcome
	for _, row := range rows {
		id, ok0 := row[0].(string)
		outcome, ok1 := row[1].(int64)
		reason, ok2 := row[2].(string)
		user, ok3 := row[3].(string)
		at, ok4 := row[4].(int64)
		raw, ok5 := uuidBytes(id)
		if !(ok0 && ok1 && ok2 && ok3 && ok4 && ok5) {
			return nil, fmt.Errorf("read outcomes: %w", ErrMalformed)
		}
		list = append(list, store.OpOutcome{ID: raw, Outcome: store.Outcome(outcome), Reason: reason, ByUser: user, ByAt: at})
	}
	return list, nil
}

// appendUUID writes a UUID in its usual form.
func appendUUID(b []byte, id []byte) []byte {
	b = hex.AppendEncode(b, id[0:4])
	b = append(b, '-')
	b = hex.AppendEncode(b, id[4:6])
	b = append(b, '-')
	b = hex.AppendEncode(b, id[6:8])
	b = append(b, '-')
	b = hex.AppendEncode(b, id[8:10])
	b = append(b, '-')
	return hex.AppendEncode(b, id[10:16])
}
