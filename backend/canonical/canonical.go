// Package canonical writes and reads CBOR in the one form that all computers of an office agree on: shortest heads, keys in
// order, nothing indefinite, no tags, no key twice (RFC 8949 §4.2.1). What is signed or compared is then the same bytes
// everywhere, and foreign bytes cost no more than their limits allow. It knows nothing of what it carries.
package canonical

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Limits bound what is read.
type Limits struct {
	Depth    int // nested values
	Elements int // of one array
	Pairs    int // of one map
}

// Codec writes and reads values within its limits. It is safe for concurrent use.
type Codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

// New returns a codec. Like regexp.MustCompile it is for limits that the program's text names, and panics at those that CBOR's
// library does not know.
func New(l Limits) *Codec {
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(fmt.Sprintf("canonical: %v", err))
	}
	dec, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: l.Depth, MaxArrayElements: l.Elements, MaxMapPairs: l.Pairs,
		IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden, UTF8: cbor.UTF8RejectInvalid,
	}.DecMode()
	if err != nil {
		panic(fmt.Sprintf("canonical: %v", err))
	}
	return &Codec{enc, dec}
}

// Marshal writes a value.
func (c *Codec) Marshal(v any) ([]byte, error) {
	b, err := c.enc.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write CBOR: %w", err)
	}
	return b, nil
}

// Unmarshal reads a value into what v points to. It refuses other forms than the one that Marshal writes where they could hide
// something: keys twice, tags, indefinite lengths, text that is no UTF-8, and what goes beyond the limits.
func (c *Codec) Unmarshal(b []byte, v any) error {
	if err := c.dec.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read CBOR: %w", err)
	}
	return nil
}
