package identity_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
)

// office is a root, three computers, and the certificate of the first.
type office struct {
	root, first, second, third identity.Key
	trust                      [32]byte
	cert                       identity.HostCertificate
	raw                        []byte
}

func newOffice(t testing.TB) office {
	t.Helper()
	o := office{root: testKey(t, 1), first: testKey(t, 2), second: testKey(t, 3), third: testKey(t, 4)}
	o.trust = identity.Fingerprint(o.root.Public())
	o.cert = identity.HostCertificate{
		Office: "office", Serial: 1, Host: o.first.Public(), Root: o.root.Public(), Backup: "age1example", At: now.UnixMilli(),
		SignedBy: identity.SignedByRoot,
	}
	o.raw = certify(t, o.cert, o.root)
	return o
}

func certify(t testing.TB, c identity.HostCertificate, k identity.Key) []byte {
	t.Helper()
	raw, err := identity.SignHostCertificate(c, k)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// next is a hand-over by the computer that c names.
func next(c identity.HostCertificate, raw []byte, to identity.Key) identity.HostCertificate {
	c.Serial, c.SignedBy, c.Previous, c.Host = c.Serial+1, identity.DeviceID(c.Host), raw, to.Public()
	return c
}

func TestVerifyHostCertificate(t *testing.T) {
	o := newOffice(t)
	second := next(o.cert, o.raw, o.second)
	secondRaw := certify(t, second, o.first)
	third := next(second, secondRaw, o.third)
	thirdRaw := certify(t, third, o.second)
	taken := o.cert
	taken.Serial, taken.Host = 9, o.third.Public()
	tests := []struct {
		name string
		raw  []byte
		want identity.HostCertificate
	}{
		{"signed by the root", o.raw, o.cert},
		{"handed over", secondRaw, second},
		{"handed over twice", thirdRaw, third},
		{"taken over with a later serial", certify(t, taken, o.root), taken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := identity.VerifyHostCertificate(tt.raw, o.trust)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("certificate (-want +got):\n%s", diff)
			}
			if _, err := identity.VerifyHostCertificate(tt.raw, identity.Fingerprint(o.first.Public())); !fault.Has(err, identity.CodeCertificateInvalid) {
				t.Errorf("under another root: %v, want %s", err, identity.CodeCertificateInvalid)
			}
			for i := range tt.raw {
				bad := bytes.Clone(tt.raw)
				bad[i] ^= 1
				if _, err := identity.VerifyHostCertificate(bad, o.trust); !fault.Has(err, identity.CodeCertificateInvalid) {
					t.Fatalf("with byte %d turned: %v, want %s", i, err, identity.CodeCertificateInvalid)
				}
			}
		})
	}
}

func TestSignHostCertificate_Refuses(t *testing.T) {
	o := newOffice(t)
	change := func(by identity.HostCertificate, fn func(*identity.HostCertificate)) identity.HostCertificate {
		fn(&by)
		return by
	}
	handed := next(o.cert, o.raw, o.second)
	tests := []struct {
		name string
		c    identity.HostCertificate
		key  identity.Key
	}{
		{"root's name, host's key", o.cert, o.first},
		{"no key", o.cert, identity.Key{}},
		{"no office", change(o.cert, func(c *identity.HostCertificate) { c.Office = "" }), o.root},
		{"no serial", change(o.cert, func(c *identity.HostCertificate) { c.Serial = 0 }), o.root},
		{"no host", change(o.cert, func(c *identity.HostCertificate) { c.Host = nil }), o.root},
		{"no root", change(o.cert, func(c *identity.HostCertificate) { c.Root = nil }), o.root},
		{"a name without end", change(o.cert, func(c *identity.HostCertificate) { c.Office = strings.Repeat("o", 300) }), o.root},
		{"handed over by another computer", handed, o.third},
		{"handed over by the successor itself", change(handed, func(c *identity.HostCertificate) { c.SignedBy = o.second.DeviceID() }), o.second},
		{"handed over with nothing before", change(handed, func(c *identity.HostCertificate) { c.Previous = nil }), o.first},
		{"a serial that beats the root's next", change(handed, func(c *identity.HostCertificate) { c.Serial = 1000 }), o.first},
		{"the same serial", change(handed, func(c *identity.HostCertificate) { c.Serial = 1 }), o.first},
		{"another office", change(handed, func(c *identity.HostCertificate) { c.Office = "other" }), o.first},
		{"backups for somebody else", change(handed, func(c *identity.HostCertificate) { c.Backup = "age1other" }), o.first},
		{"a root of its own", change(handed, func(c *identity.HostCertificate) { c.Root = o.first.Public() }), o.first},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := identity.SignHostCertificate(tt.c, tt.key); err == nil {
				t.Error("it was signed")
			}
		})
	}
}

func TestVerifyHostCertificate_ChainHasAnEnd(t *testing.T) {
	o := newOffice(t)
	c, raw := o.cert, o.raw
	keys := []identity.Key{o.first, o.second}
	for i := range 200 {
		c = next(c, raw, keys[(i+1)%2])
		longer, err := identity.SignHostCertificate(c, keys[i%2])
		if err != nil {
			if i < 60 {
				t.Errorf("hand-over %d: %v, want at least 60", i, err)
			}
			return
		}
		raw = longer
	}
	t.Error("200 hand-overs in one certificate")
}

func members(o office) identity.Membership {
	return identity.Membership{
		Office: "office", Serial: 3, At: now.UnixMilli(), Certificate: o.raw,
		Devices: []identity.MemberDevice{{ID: o.first.DeviceID(), User: "ana"}, {ID: o.second.DeviceID(), User: "luis", Revoked: true}},
	}
}

func TestVerifyMembership(t *testing.T) {
	o := newOffice(t)
	raw, err := identity.SignMembership(members(o), o.first)
	if err != nil {
		t.Fatal(err)
	}
	got, err := identity.VerifyMembership(raw, o.trust)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(members(o), got); diff != "" {
		t.Errorf("membership (-want +got):\n%s", diff)
	}
	if _, err := identity.VerifyMembership(raw, [32]byte{}); !fault.Has(err, identity.CodeMembershipInvalid) {
		t.Errorf("under another root: %v, want %s", err, identity.CodeMembershipInvalid)
	}
	for i := range raw {
		bad := bytes.Clone(raw)
		bad[i] ^= 1
		if _, err := identity.VerifyMembership(bad, o.trust); !fault.Has(err, identity.CodeMembershipInvalid) {
			t.Fatalf("with byte %d turned: %v, want %s", i, err, identity.CodeMembershipInvalid)
		}
	}
	if _, err := identity.VerifyMembership(o.raw, o.trust); err == nil {
		t.Error("a certificate was taken for a list")
	}
	if _, err := identity.VerifyHostCertificate(raw, o.trust); err == nil {
		t.Error("a list was taken for a certificate")
	}
}

func TestSignMembership_Refuses(t *testing.T) {
	o := newOffice(t)
	tests := []struct {
		name   string
		change func(*identity.Membership)
		key    identity.Key
	}{
		{"signed by a computer that is not the host", func(*identity.Membership) {}, o.second},
		{"no certificate", func(m *identity.Membership) { m.Certificate = nil }, o.first},
		{"of another office", func(m *identity.Membership) { m.Office = "other" }, o.first},
		{"no serial", func(m *identity.Membership) { m.Serial = 0 }, o.first},
		{"a computer twice", func(m *identity.Membership) { m.Devices = append(m.Devices, m.Devices[0]) }, o.first},
		{"a computer without an id", func(m *identity.Membership) { m.Devices[0].ID = "" }, o.first},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := members(o)
			tt.change(&m)
			if _, err := identity.SignMembership(m, tt.key); err == nil {
				t.Error("it was signed")
			}
		})
	}
}

func TestVerifyMembership_AThousandComputers(t *testing.T) {
	o := newOffice(t)
	m := members(o)
	for i := range 1000 {
		m.Devices = append(m.Devices, identity.MemberDevice{ID: fmt.Sprintf("%052d", i), User: "0197a3c0-1111-7222-8333-444455556666"})
	}
	raw, err := identity.SignMembership(m, o.first)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := identity.VerifyMembership(raw, o.trust); err != nil || len(got.Devices) != 1002 {
		t.Errorf("VerifyMembership = %d computers, %v", len(got.Devices), err)
	}
}

func FuzzVerifyHostCertificate(f *testing.F) {
	o := newOffice(f)
	f.Add(o.raw)
	f.Add(certify(f, next(o.cert, o.raw, o.second), o.first))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := identity.VerifyHostCertificate(raw, o.trust)
		if err == nil && (c.Office != "office" || identity.Fingerprint(c.Root) != o.trust) {
			t.Fatalf("a certificate that nobody signed: %+v", c)
		}
	})
}

func FuzzVerifyMembership(f *testing.F) {
	o := newOffice(f)
	raw, err := identity.SignMembership(members(o), o.first)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := identity.VerifyMembership(raw, o.trust)
		if err == nil && (m.Serial != 3 || m.Office != "office") {
			t.Fatalf("a list that nobody signed: %+v", m)
		}
	})
}
