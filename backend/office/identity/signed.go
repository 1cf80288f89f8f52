package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"sitegroup.mx/crm/backend/canonical"
)

// signed is a statement and its signature. The statement stays the bytes that were signed, so that a newer program may add
// to it.
type signed struct {
	_         struct{} `cbor:",toarray"`
	Body      []byte
	Signature []byte
}

var codec = canonical.New(canonical.Limits{Depth: 4, Elements: maxDevices, Pairs: 32})

var errSignature = errors.New("bad signature")

// sign writes a statement with its signature. The label says what the statement is, so that none is ever taken for
// another.
func (k Key) sign(label string, statement any) ([]byte, error) {
	if k.IsZero() {
		return nil, errNoKey
	}
	body, err := codec.Marshal(statement)
	if err != nil {
		return nil, err
	}
	return codec.Marshal(signed{Body: body, Signature: ed25519.Sign(k.private, labelled(label, body))})
}

// open reads a statement that has not been verified, and the bytes to verify.
func open(raw []byte, most int, statement any) (signed, error) {
	var s signed
	if len(raw) > most {
		return s, fmt.Errorf("%d bytes, more than %d", len(raw), most)
	}
	if err := codec.Unmarshal(raw, &s); err != nil {
		return s, err
	}
	return s, codec.Unmarshal(s.Body, statement)
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
