package identity

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"sitegroup.mx/crm/backend/fault"
)

// Code is the office's recovery code as it is printed: seven groups of four characters of Crockford's base 32. It holds
// 128 bits and two symbols that tell where a wrong character is. Whoever has it has the office.
type Code string

const (
	codeBytes   = 16
	codeData    = 26 // symbols; the first two bits are zero
	codeSymbols = 28
	codeGroup   = 4
)

// Labels under which keys are derived from the code. They never change.
const (
	labelRoot   = "sitegroup-crm office root key v1"
	labelBackup = "sitegroup-crm backup key v1"
)

// errNoCode is what a Code answers that came from neither NewCode nor ParseCode.
var errNoCode = errors.New("identity: no recovery code")

// NewCode makes a code from 16 bytes of randomness.
func NewCode(random io.Reader) (Code, error) {
	var secret [codeBytes]byte
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return "", fmt.Errorf("make recovery code: %w", err)
	}
	return codeOf(secret), nil
}

// ParseCode reads a code as people type it: case, spaces and dashes do not matter, O is 0, I and L are 1. Faults:
// recovery.malformed, recovery.mistyped.
func ParseCode(text string) (Code, error) {
	var s []byte
	for _, r := range text {
		if isFiller(r) {
			continue
		}
		v, ok := symbolOf(r)
		if !ok || len(s) == codeSymbols {
			return "", malformedCode(ok, len(s)+1)
		}
		s = append(s, v)
	}
	if len(s) != codeSymbols {
		return "", malformedCode(true, len(s))
	}
	if at, ok := findError([codeSymbols]byte(s)); !ok {
		return "", fault.New(CodeRecoveryMistyped, "group", at/codeGroup+1)
	}
	secret, ok := codeSecret(s[:codeData])
	if !ok {
		return "", fault.New(CodeRecoveryMistyped, "group", 1)
	}
	return codeOf(secret), nil
}

// malformedCode names the group of a character that no code has, or group 0 when the length is wrong.
func malformedCode(character bool, have int) error {
	group := 0
	if !character {
		group = min((have-1)/codeGroup+1, codeSymbols/codeGroup)
	}
	return fault.New(CodeRecoveryMalformed, "group", group, "have", have, "want", codeSymbols)
}

// codeOf writes a secret as 26 symbols, two bits of zero before it, and two to check them.
func codeOf(secret [codeBytes]byte) Code {
	var s [codeSymbols]byte
	acc, bits, n := uint(0), 2, 0
	for _, c := range secret {
		acc = acc<<8 | uint(c)
		for bits += 8; bits >= 5; n++ {
			bits -= 5
			s[n] = byte(acc>>bits) & 31 //nolint:gosec // five bits
		}
		acc &= 1<<bits - 1
	}
	protect(&s)
	var b strings.Builder
	for i, v := range s {
		if i > 0 && i%codeGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(symbols[v])
	}
	return Code(b.String())
}

func codeSecret(s []byte) (secret [codeBytes]byte, ok bool) {
	acc, bits, n := uint(s[0]), 3, 0
	if s[0] > 7 {
		return secret, false
	}
	for _, v := range s[1:] {
		acc = acc<<5 | uint(v)
		if bits += 5; bits >= 8 {
			bits -= 8
			secret[n] = byte(acc >> bits) //nolint:gosec // the lowest eight bits
			acc &= 1<<bits - 1
			n++
		}
	}
	return secret, true
}

// derive returns 32 bytes for a label.
func (c Code) derive(label string) ([]byte, error) {
	parsed, err := ParseCode(string(c))
	if err != nil {
		return nil, errNoCode
	}
	var s []byte
	for _, r := range string(parsed) {
		if v, ok := symbolOf(r); ok {
			s = append(s, v)
		}
	}
	secret, _ := codeSecret(s[:codeData])
	key, err := hkdf.Key(sha256.New, secret[:], nil, label, 32)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}

// RootKey returns the office's root key. It is the zero Key for a Code that came from neither NewCode nor ParseCode.
func (c Code) RootKey() Key {
	seed, err := c.derive(labelRoot)
	if err != nil {
		return Key{}
	}
	key, err := ParseKey(seed)
	if err != nil {
		return Key{}
	}
	return key
}

// BackupIdentity returns the age identity that opens the office's backups.
func (c Code) BackupIdentity() (*age.X25519Identity, error) {
	scalar, err := c.derive(labelBackup)
	if err != nil {
		return nil, fmt.Errorf("derive backup key: %w", err)
	}
	identity, err := age.ParseX25519Identity(ageText(scalar))
	if err != nil {
		return nil, fmt.Errorf("derive backup key: %w", err)
	}
	return identity, nil
}

// ageText writes a key as age's own files do, which is the one way in that age has (age specification, X25519).
func ageText(scalar []byte) string {
	const (
		prefix  = "age-secret-key-"
		letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l" // Bech32's
	)
	data := toSymbols(scalar)
	sum := check(prefix, data, finalAge)
	var b strings.Builder
	b.WriteString(prefix + "1")
	for _, v := range append(data, sum[:]...) {
		b.WriteByte(letters[v])
	}
	return strings.ToUpper(b.String())
}
