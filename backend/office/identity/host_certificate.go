package identity

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"sitegroup.mx/crm/backend/fault"
)

// HostCertificate says which computer is an office's host. The one with the highest serial counts.
type HostCertificate struct {
	Office   string            `cbor:"1,keyasint"`
	Serial   int64             `cbor:"2,keyasint"` // from 1
	Host     ed25519.PublicKey `cbor:"3,keyasint"`
	Root     ed25519.PublicKey `cbor:"4,keyasint"`           // the office's
	Backup   string            `cbor:"5,keyasint"`           // age recipient of the office's backups
	At       int64             `cbor:"6,keyasint"`           // milliseconds since 1970
	SignedBy string            `cbor:"7,keyasint"`           // SignedByRoot, or the device id of the host before
	Previous []byte            `cbor:"8,keyasint,omitempty"` // that host's certificate
}

// SignedByRoot is HostCertificate.SignedBy of a certificate that was signed with the recovery code.
const SignedByRoot = "root"

const (
	labelCertificate = "sitegroup-crm host certificate v1"
	maxCertificate   = 32 << 10 // bytes, with all before it
	maxHandOvers     = 64       // since the root signed
	maxText          = 200      // bytes of a name or id
)

// SignHostCertificate signs a certificate: with the root key, or with that of the host in c.Previous. It refuses to sign
// what VerifyHostCertificate would not take.
func SignHostCertificate(c HostCertificate, key Key) ([]byte, error) {
	raw, err := key.sign(labelCertificate, c)
	if err != nil {
		return nil, fmt.Errorf("sign host certificate: %w", err)
	}
	if _, err := VerifyHostCertificate(raw, Fingerprint(c.Root)); err != nil {
		return nil, fmt.Errorf("sign host certificate: %w", err)
	}
	return raw, nil
}

// VerifyHostCertificate reads a certificate and checks its signature: that of the root with this fingerprint, or that of
// the host before it, whose own certificate is verified in the same way. A host can name its successor and no more: the
// office, the root, the backup's recipient and the next serial are given. Fault certificate.invalid.
func VerifyHostCertificate(raw []byte, root [32]byte) (HostCertificate, error) {
	c, err := verifyCertificate(raw, root, 0)
	if err != nil {
		return HostCertificate{}, fault.Wrap(fmt.Errorf("verify host certificate: %w", err), CodeCertificateInvalid)
	}
	return c, nil
}

func verifyCertificate(raw []byte, root [32]byte, depth int) (HostCertificate, error) {
	var c HostCertificate
	if depth > maxHandOvers {
		return c, errors.New("too many hand-overs")
	}
	s, err := open(raw, maxCertificate, &c)
	if err != nil {
		return c, err
	}
	switch {
	case len(c.Root) != ed25519.PublicKeySize, Fingerprint(c.Root) != root:
		return c, errors.New("another root")
	case len(c.Host) != ed25519.PublicKeySize, c.Serial < 1, c.Office == "":
		return c, errors.New("incomplete")
	case len(c.Office) > maxText, len(c.Backup) > maxText:
		return c, errors.New("names too long")
	case c.SignedBy == SignedByRoot:
		return c, s.by(c.Root, labelCertificate)
	}
	previous, err := verifyCertificate(c.Previous, root, depth+1)
	if err != nil {
		return c, fmt.Errorf("certificate before: %w", err)
	}
	switch {
	case DeviceID(previous.Host) != c.SignedBy:
		return c, errors.New("signed by somebody else than the host before")
	case c.Office != previous.Office, c.Backup != previous.Backup, c.Serial != previous.Serial+1:
		return c, errors.New("not the next of the certificate before")
	}
	return c, s.by(previous.Host, labelCertificate)
}
