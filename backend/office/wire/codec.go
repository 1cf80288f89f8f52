package wire

import (
	"fmt"

	"sitegroup.mx/crm/backend/canonical"
	"sitegroup.mx/crm/store"
)

const (
	head         = 2    // bytes before the body: type, flags
	flagDeflated = 0x01 // the body is zstd
)

const (
	maxElements = 1 << 15 // of one array
	maxPairs    = 64      // of one map; no body has as many keys
	maxDepth    = 8
)

var codec = canonical.New(canonical.Limits{Depth: maxDepth, Elements: maxElements, Pairs: maxPairs})

func unmarshal(b []byte, v any) error {
	if err := codec.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}

// newBody returns an empty body for a type; nil for one that this program does not know.
func newBody(t Type) any {
	switch t {
	case TypeHello:
		return &Hello{}
	case TypePush:
		return &Push{}
	case TypePull:
		return &Pull{}
	case TypePageChunk:
		return &PageChunk{}
	case TypeReset:
		return &Reset{}
	case TypePoke:
		return &Poke{}
	case TypeMembers:
		return &Members{}
	case TypeMoved:
		return &Moved{}
	case TypeWipe:
		return &Wipe{}
	case TypeRestarting:
		return &Restarting{}
	case TypeBye:
		return &Bye{}
	case TypeAck:
		return &Ack{}
	}
	return newRareBody(t)
}

func newRareBody(t Type) any {
	switch t {
	case TypeCredential:
		return &Credential{}
	case TypeCall:
		return &Call{}
	case TypeReply:
		return &Reply{}
	case TypeEnrol:
		return &Enrol{}
	case TypeEnrolState:
		return &EnrolState{}
	}
	return nil
}

// Encode returns a frame's bytes. It answers ErrTooLarge for what no reader takes, ErrUnknown for a type without a body or
// with another's, and a *ValueError for an op whose value cannot travel.
func Encode(f Frame) ([]byte, error) {
	body, err := marshalBody(f)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", f.Type, err)
	}
	if len(body) > MaxBody {
		return nil, fmt.Errorf("encode %s of %d bytes: %w", f.Type, len(body), ErrTooLarge)
	}
	var flags byte
	if len(body) > compressFrom && f.Type != TypePageChunk { // a page is deflated as a whole
		small, err := deflate(body)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", f.Type, err)
		}
		if len(small) < len(body) {
			body, flags = small, flagDeflated
		}
	}
	if head+len(body) > MaxFrame {
		return nil, fmt.Errorf("encode %s of %d bytes: %w", f.Type, head+len(body), ErrTooLarge)
	}
	return append([]byte{byte(f.Type), flags}, body...), nil
}

func marshalBody(f Frame) ([]byte, error) {
	known := newBody(f.Type)
	if known == nil || fmt.Sprintf("%T", known) != fmt.Sprintf("%T", f.Body) {
		return nil, fmt.Errorf("%w: %d with a %T", ErrUnknown, f.Type, f.Body)
	}
	switch b := f.Body.(type) {
	case *Hello:
		return codec.Marshal(helloOut(b))
	case *Pull:
		return codec.Marshal(pullBody{cursorOut(b.Cursor), b.Limit})
	case *Push:
		out, err := pushOut(b)
		if err != nil {
			return nil, err
		}
		return codec.Marshal(out)
	case *Ack:
		return codec.Marshal(ackOut(b))
	default:
		return codec.Marshal(b)
	}
}

// Decode reads a frame. Its errors wrap ErrMalformed, ErrTooLarge or ErrUnknown, or are a *ValueError; whatever it is, the
// connection has nothing more to say. A list that came empty is nil.
func Decode(b []byte) (Frame, error) {
	if len(b) > MaxFrame {
		return Frame{}, fmt.Errorf("decode frame of %d bytes: %w", len(b), ErrTooLarge)
	}
	if len(b) < head {
		return Frame{}, fmt.Errorf("decode frame of %d bytes: %w", len(b), ErrMalformed)
	}
	t, flags, raw := Type(b[0]), b[1], b[head:]
	body := newBody(t)
	if body == nil {
		return Frame{}, fmt.Errorf("decode frame: %w: %d", ErrUnknown, t)
	}
	if flags&^flagDeflated != 0 {
		return Frame{}, fmt.Errorf("decode %s: %w: flags %#x", t, ErrMalformed, flags)
	}
	if flags&flagDeflated != 0 {
		var err error
		if raw, err = inflate(bodyInflater, raw); err != nil {
			return Frame{}, fmt.Errorf("decode %s: %w", t, err)
		}
	}
	if err := unmarshalBody(raw, body); err != nil {
		return Frame{}, fmt.Errorf("decode %s: %w", t, err)
	}
	return Frame{Type: t, Body: body}, nil
}

func unmarshalBody(raw []byte, body any) error {
	switch b := body.(type) {
	case *Hello:
		var in helloBody
		if err := unmarshal(raw, &in); err != nil {
			return err
		}
		return in.into(b)
	case *Pull:
		var in pullBody
		if err := unmarshal(raw, &in); err != nil {
			return err
		}
		c, err := cursorIn(in.Cursor)
		*b = Pull{Cursor: c, Limit: in.Limit}
		return err
	case *Push:
		return pushIn(raw, b)
	case *Ack:
		var in ackBody
		if err := unmarshal(raw, &in); err != nil {
			return err
		}
		return in.into(b)
	default:
		return unmarshal(raw, body)
	}
}

// cursorOut writes a cursor as three numbers; the zero one as nothing.
func cursorOut(c store.Cursor) []int64 {
	if c == (store.Cursor{}) {
		return nil
	}
	return []int64{c.Pos, c.Head, c.Nonce}
}

func cursorIn(n []int64) (store.Cursor, error) {
	switch len(n) {
	case 0:
		return store.Cursor{}, nil
	case 3:
		return store.Cursor{Pos: n[0], Head: n[1], Nonce: n[2]}, nil
	}
	return store.Cursor{}, fmt.Errorf("read cursor of %d numbers: %w", len(n), ErrMalformed)
}
