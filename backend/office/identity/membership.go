package identity

import (
	"errors"
	"fmt"

	"sitegroup.mx/crm/backend/fault"
)

// Membership is the list of an office's computers as the host has signed it. The one with the highest serial counts.
type Membership struct {
	Office      string         `cbor:"1,keyasint"`
	Serial      int64          `cbor:"2,keyasint"` // from 1
	At          int64          `cbor:"3,keyasint"` // milliseconds since 1970
	Devices     []MemberDevice `cbor:"4,keyasint"`
	Certificate []byte         `cbor:"5,keyasint"` // of the host that signed
}

// MemberDevice is a computer in the list. A revoked one stays in it for ever.
type MemberDevice struct {
	ID      string `cbor:"1,keyasint"`
	User    string `cbor:"2,keyasint,omitempty"` // whose it is
	Revoked bool   `cbor:"3,keyasint,omitempty"`
}

const (
	labelMembership = "sitegroup-crm membership v1"
	maxMembership   = 768 << 10 // bytes
	maxDevices      = 5000
)

// SignMembership signs a list with the key of the host that m.Certificate names. It refuses to sign what VerifyMembership
// would not take.
func SignMembership(m Membership, key Key) ([]byte, error) {
	raw, err := key.sign(labelMembership, m)
	if err != nil {
		return nil, fmt.Errorf("sign membership: %w", err)
	}
	var c HostCertificate
	if _, err := open(m.Certificate, maxCertificate, &c); err != nil {
		return nil, fmt.Errorf("sign membership: read certificate: %w", err)
	}
	if _, err := VerifyMembership(raw, Fingerprint(c.Root)); err != nil {
		return nil, fmt.Errorf("sign membership: %w", err)
	}
	return raw, nil
}

// VerifyMembership reads a list and checks its signature, which is that of a host under the root with this fingerprint.
// Fault membership.invalid.
func VerifyMembership(raw []byte, root [32]byte) (Membership, error) {
	m, err := verifyMembership(raw, root)
	if err != nil {
		return Membership{}, fault.Wrap(fmt.Errorf("verify membership: %w", err), CodeMembershipInvalid)
	}
	return m, nil
}

func verifyMembership(raw []byte, root [32]byte) (Membership, error) {
	var m Membership
	s, err := open(raw, maxMembership, &m)
	if err != nil {
		return m, err
	}
	c, err := verifyCertificate(m.Certificate, root, 0)
	if err != nil {
		return m, err
	}
	if err := s.by(c.Host, labelMembership); err != nil {
		return m, err
	}
	if m.Office != c.Office || m.Serial < 1 {
		return m, errors.New("of another office, or without a serial")
	}
	seen := make(map[string]bool, len(m.Devices))
	for _, d := range m.Devices {
		if d.ID == "" || seen[d.ID] || len(d.ID) > maxText || len(d.User) > maxText {
			return m, errors.New("a computer twice, or without an id")
		}
		seen[d.ID] = true
	}
	return m, nil
}
