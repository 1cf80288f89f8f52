package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// errNeverStored answers every attempt to write a Token or a Secret into a database.
var errNeverStored = errors.New("tokens and secrets belong in the keyring, not in a database")

// Token is an access token of any kind. Printing, logging or encoding it gives "[token]"; only string(t) reveals it, and
// encoding/json when it is the key of a map, which it therefore never is.
type Token string

// String hides the token.
func (t Token) String() string { return hidden(string(t), "[token]") }

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

// Format hides the token from every verb, %s, %q, %x and %v alike.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// MarshalText hides the token from text encodings other than JSON.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// MarshalJSON hides the token from JSON.
func (t Token) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// Value refuses to store the token.
func (t Token) Value() (driver.Value, error) { return nil, errNeverStored }

// Proof returns the appsecret_proof of the token (Meta, Securing Graph API calls): hex HMAC-SHA256 keyed with the secret.
func (t Token) Proof(secret Secret) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t))
	return hex.EncodeToString(mac.Sum(nil))
}

// Secret is an app's secret: 32 hexadecimal digits, used as text. It hides itself the way Token does.
type Secret string

// String hides the secret.
func (s Secret) String() string { return hidden(string(s), "[secret]") }

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// Format hides the secret from every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalText hides the secret from every text encoding.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON hides the secret from JSON.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// Value refuses to store the secret.
func (s Secret) Value() (driver.Value, error) { return nil, errNeverStored }

func hidden(value, shown string) string {
	if value == "" {
		return ""
	}
	return shown
}

// Meta's messages can echo a request's query string, so tokens show up in them (Meta, Error handling).
var (
	tokenText = regexp.MustCompile(`EAA[A-Za-z0-9_-]+`)
	// An app token is the app's id and its secret, joined by a bar.
	appTokenText  = regexp.MustCompile(`\b[0-9]{5,20}(\||%7[Cc])[A-Za-z0-9_-]{8,}`)
	parameterText = regexp.MustCompile(`(?i)(access_token|input_token|fb_exchange_token|client_secret|appsecret_proof|` +
		`app_secret|revoke_token|verify_token|signed_request)(["']?\s*(?:[=:]|%3[Dd])\s*["']?)[^&\s"'<>,}]+`)
	bearerText = regexp.MustCompile(`(?i)\b(bearer|oauth)\s+[A-Za-z0-9._|~+/-]{16,}=*`)
)

// Redact removes everything that looks like a token or a secret from a text that came from outside.
func Redact(text string) string {
	text = parameterText.ReplaceAllString(text, "$1$2[hidden]")
	text = bearerText.ReplaceAllString(text, "$1 [hidden]")
	text = tokenText.ReplaceAllString(text, "[token]")
	return appTokenText.ReplaceAllString(text, "[token]")
}

// redactor knows the secrets of one call and removes them literally, whatever they look like.
type redactor []string

// clean redacts text. Values shorter than 8 characters are left to the patterns: replacing them would shred the message.
func (r redactor) clean(text string) string {
	for _, known := range r {
		if len(known) >= 8 {
			text = strings.ReplaceAll(text, known, "[hidden]")
		}
	}
	return Redact(text)
}
