package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// signed is a statement and its signature. The statement stays the bytes that were signed, so that a newer program may add
// to it.
type signed struct {
	_         struct{} `cbor:",toarray"`
	Body      []byte
	Signature []byte
}

type modes struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

var rules = sync.OnceValues(func() (modes, error) {
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return modes{}, fmt.Errorf("prepare CBOR: %w", err)
	}
	dec, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 4, MaxArrayElements: maxDevices, MaxMapPairs: 32,
		IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden, UTF8: cbor.UTF8RejectInvalid,
	}.DecMode()
	if err != nil {
		return modes{}, fmt.Errorf("prepare CBOR: %w", err)
	}
	return modes{enc, dec}, nil
})

func marshal(v any) ([]byte, error) {
	m, err := rules()
	if err != nil {
		return nil, err
	}
	b, err := m.enc.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write CBOR: %w", err)
	}
	return b, nil
}

func unmarshal(b []byte, v any) error {
	m, err := rules()
	if err != nil {
		return err
	}
	if err := m.dec.Unmarshal(b, v); err != nil {
		return fmt.Errorf("read CBOR: %w", err)
	}
	return nil
}

var errSignature = errors.New("bad signature")

// sign writes a statement with its signature. The label says what the statement is, so that none is ever taken for
// another.
func (k Key) sign(label string, statement any) ([]byte, error) {
	if k.IsZero() {
		return nil, errNoKey
	}
	body, err := marshal(statement)
	if err != nil {
		return nil, err
	}
	return marshal(signed{Body: body, Signature: ed25519.Sign(k.private, labelled(label, body))})
}

// open reads a statement that has not been verified, and the bytes to verify.
func open(raw []byte, most int, statement any) (signed, error) {
	var s signed
	if len(raw) > most {
		return s, fmt.Errorf("%d bytes, more than %d", len(raw), most)
	}
	if err := unmarshal(raw, &s); err != nil {
		return s, err
	}
	return s, unmarshal(s.Body, statement)
}

// by checks that a key has signed a statement.
func (s *signed) by(public ed25519.PublicKey, label string) error {
	if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, labelled(label, s.Body), s.Signature) {
		return errSignature
	}
	return nil
}

func labelled(label string, body []byte) []byte {
	return append([]byte(label+"\x00"), body...)
}
