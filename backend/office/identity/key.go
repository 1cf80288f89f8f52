package identity

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/fault"
)

// Key is an Ed25519 key pair: a computer's, or the office's root. The zero Key is none.
type Key struct {
	private ed25519.PrivateKey
}

// errNoKey is what the zero Key answers.
var errNoKey = errors.New("identity: no key")

// NewKey makes a key from 32 bytes of randomness.
func NewKey(random io.Reader) (Key, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return Key{}, fmt.Errorf("make key: %w", err)
	}
	return ParseKey(seed)
}

// ParseKey reads what Marshal has written.
func ParseKey(seed []byte) (Key, error) {
	if len(seed) != ed25519.SeedSize {
		return Key{}, fmt.Errorf("read key of %d bytes: %w", len(seed), errNoKey)
	}
	return Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// Marshal returns the seed, 32 bytes. It is the secret itself: it belongs in the keyring and nowhere else.
func (k Key) Marshal() []byte {
	if k.IsZero() {
		return nil
	}
	return k.private.Seed()
}

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.private == nil }

// Public returns the public half, nil for the zero Key.
func (k Key) Public() ed25519.PublicKey {
	if k.IsZero() {
		return nil
	}
	public, _ := k.private.Public().(ed25519.PublicKey)
	return public
}

// DeviceID returns the device id of the key.
func (k Key) DeviceID() string { return DeviceID(k.Public()) }

// Format prints the device id whatever the verb, so that no log ever holds a seed.
func (k Key) Format(f fmt.State, _ rune) {
	if k.IsZero() {
		_, _ = io.WriteString(f, "no key")
		return
	}
	_, _ = io.WriteString(f, "key of "+k.DeviceID())
}

var deviceEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// DeviceID returns the id of the device with this public key: its fingerprint in base 32, 52 lower-case characters.
func DeviceID(public ed25519.PublicKey) string {
	sum := Fingerprint(public)
	return strings.ToLower(deviceEncoding.EncodeToString(sum[:]))
}

// Fingerprint returns the SHA-256 of a public key.
func Fingerprint(public ed25519.PublicKey) [32]byte { return sha256.Sum256(public) }

// certificateLife is long because nobody looks at it: both sides pin the key, and clocks of laptops are wrong.
const certificateLife = 50 * 365 * 24 * time.Hour

// Certificate returns a self-signed certificate for TLS 1.3, for either side of a connection. What it says is not looked
// at; the key in it is the device.
func (k Key) Certificate(now time.Time) (tls.Certificate, error) {
	if k.IsZero() {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", errNoKey)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: k.DeviceID()},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(nil, template, template, k.Public(), k.private) // Ed25519 needs no randomness
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("make certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: k.private, Leaf: leaf}, nil
}

// PeerKey returns the key at the other end of a connection, which TLS has proved. Fault connection.unverified.
func PeerKey(cs tls.ConnectionState) (ed25519.PublicKey, error) {
	if cs.Version != tls.VersionTLS13 || len(cs.PeerCertificates) == 0 {
		return nil, fault.New(CodeConnectionUnproven)
	}
	public, ok := cs.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
	if !ok {
		return nil, fault.New(CodeConnectionUnproven)
	}
	return public, nil
}
