package identity

import (
	"crypto/ed25519"
	"fmt"
)

// RelayProof is how a host shows a relay that it is the host of its office: the relay's challenge, signed by the key that
// the office's certificate names. The name of the relay is part of it, so that one relay cannot pass it on to another.
type RelayProof struct {
	Challenge   []byte `cbor:"1,keyasint"` // 32 bytes that the relay has just made
	Relay       string `cbor:"2,keyasint"` // the relay's address as the host dialled it, "relay.example.mx"
	Certificate []byte `cbor:"3,keyasint"` // of the host, with all before it
	Root        []byte `cbor:"4,keyasint"` // fingerprint of the office's root key
}

// RelayHost is what a verified proof says.
type RelayHost struct {
	Root   [32]byte
	Host   ed25519.PublicKey
	Device string
	Serial int64
	At     int64 // of the certificate, milliseconds since 1970
}

const (
	labelRelayProof = "sitegroup-crm relay proof v1"
	mostRelayProof  = maxCertificate + 1<<10
)

// SignRelayProof signs with the host's key.
func SignRelayProof(p RelayProof, k Key) ([]byte, error) { return k.sign(labelRelayProof, p) }

// VerifyRelayProof checks the certificate against the root that the proof names, the signature against the certificate,
// and that the proof answers this challenge of this relay.
func VerifyRelayProof(raw, challenge []byte, relay string) (RelayHost, error) {
	var p RelayProof
	s, err := open(raw, mostRelayProof, &p)
	if err == nil && (len(p.Root) != 32 || string(p.Challenge) != string(challenge) || p.Relay != relay) {
		err = errSignature
	}
	if err != nil {
		return RelayHost{}, fmt.Errorf("read relay proof: %w", err)
	}
	h := RelayHost{Root: [32]byte(p.Root)}
	c, err := VerifyHostCertificate(p.Certificate, h.Root)
	if err == nil {
		err = s.by(c.Host, labelRelayProof)
	}
	if err != nil {
		return RelayHost{}, fmt.Errorf("verify relay proof: %w", err)
	}
	h.Host, h.Device, h.Serial, h.At = c.Host, DeviceID(c.Host), c.Serial, c.At
	return h, nil
}
