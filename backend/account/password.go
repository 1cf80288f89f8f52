package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"sitegroup.mx/crm/backend/fault"
)

// Lengths of a password in characters. There are no other rules: length is what counts (NIST SP 800-63B, section 5.1.1.2).
const (
	shortestPassword = 10
	longestPassword  = 200
)

// Cost of a new hash: one of the equivalent settings for argon2id of OWASP's Password Storage Cheat Sheet. A hash carries
// its own, so they may be raised later: sign-in hashes anew what was made with less.
const (
	hashTime    = 2
	hashMemory  = 19 * 1024 // KiB
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// Bounds of what a stored hash may ask for, so that a damaged one does not take the machine's memory.
const (
	mostTime   = 16
	mostMemory = 1 << 20 // KiB
)

// checkPassword refuses a new password that is too short or too long.
func checkPassword(field, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return fault.Invalid(field, "input.invalid")
	case n < shortestPassword:
		return fault.Invalid(field, CodePasswordShort, "min", shortestPassword)
	case n > longestPassword:
		return fault.Invalid(field, "input.too_long", "max", longestPassword)
	}
	return nil
}

// phc is an argon2id hash in its parts.
type phc struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

var base64Raw = base64.RawStdEncoding

// String writes the hash in PHC string format ("PHC string format", argon2's own encoding).
func (h phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, h.memory, h.time, h.threads, base64Raw.EncodeToString(h.salt), base64Raw.EncodeToString(h.key))
}

// parsePHC reads what String wrote.
func parsePHC(text string) (phc, error) {
	var h phc
	var version int
	var tail string
	_, err := fmt.Sscanf(text, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &h.memory, &h.time, &h.threads, &tail)
	if err != nil {
		return phc{}, fmt.Errorf("read password hash: %w", err)
	}
	if version != argon2.Version || h.time < 1 || h.time > mostTime || h.threads < 1 || h.memory > mostMemory {
		return phc{}, fmt.Errorf("read password hash: parameters out of bounds")
	}
	for i := range tail {
		if tail[i] != '$' {
			continue
		}
		if h.salt, err = base64Raw.DecodeString(tail[:i]); err != nil {
			return phc{}, fmt.Errorf("read password hash: %w", err)
		}
		if h.key, err = base64Raw.DecodeString(tail[i+1:]); err != nil {
			return phc{}, fmt.Errorf("read password hash: %w", err)
		}
		break
	}
	if len(h.salt) < 8 || len(h.key) < 16 || len(h.key) > 64 {
		return phc{}, fmt.Errorf("read password hash: salt or key of a wrong size")
	}
	return h, nil
}

// derive works out the key for a password. The same characters typed on another keyboard may arrive composed differently,
// so they are normalised first.
func (h phc) derive(password string) []byte {
	size := uint32(len(h.key)) //nolint:gosec // at most 64
	return argon2.IDKey([]byte(norm.NFKC.String(password)), h.salt, h.time, h.memory, h.threads, size)
}

// outdated reports whether the hash was made with other parameters than new ones are.
func (h phc) outdated() bool {
	return h.memory != hashMemory || h.time != hashTime || h.threads != hashThreads || len(h.key) != hashLength
}

// decoy is what an unknown login's password is compared with: it matches nothing and costs what a real one does.
var decoy = phc{hashMemory, hashTime, hashThreads, make([]byte, saltLength), make([]byte, hashLength)}

// hash works on a password that is to be kept, with a fresh salt.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	h := phc{hashMemory, hashTime, hashThreads, make([]byte, saltLength), make([]byte, hashLength)}
	_, _ = rand.Read(h.salt) // never fails, see crypto/rand
	if err := s.working(ctx, func() { h.key = h.derive(password) }); err != nil {
		return "", err
	}
	return h.String(), nil
}

// matches compares a password with a hash in constant time.
func (s *Service) matches(ctx context.Context, h phc, password string) (bool, error) {
	if utf8.RuneCountInString(password) > longestPassword {
		password = "" // too long to be anybody's; the work stays the same
	}
	var equal bool
	err := s.working(ctx, func() { equal = subtle.ConstantTimeCompare(h.derive(password), h.key) == 1 })
	return equal, err
}

// working runs fn when there is room for another hash.
func (s *Service) working(ctx context.Context, fn func()) error {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("wait to hash: %w", ctx.Err())
	}
	defer func() { <-s.hashing }()
	fn()
	return nil
}
