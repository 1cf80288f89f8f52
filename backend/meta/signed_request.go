package meta

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/fault"
)

// SignedRequest is what Meta sends to the data deletion and deauthorize callbacks. User is the person who connected the
// app, not a person who filled in a form.
type SignedRequest struct {
	User    ID
	Issued  time.Time
	Expires time.Time // zero when not given
}

// ParseSignedRequest checks and reads the signed_request field (Meta, Data deletion callback): two parts of base64url, the
// first the HMAC-SHA256 of the second as text. Errors: meta.bad_signed_request with a reason.
func ParseSignedRequest(text string, secrets ...Secret) (SignedRequest, error) {
	bad := func(reason string) (SignedRequest, error) {
		return SignedRequest{}, fault.New("meta.bad_signed_request", "reason", reason)
	}
	signature, payload, found := strings.Cut(text, ".")
	if !found || strings.Contains(payload, ".") {
		return bad("not two parts")
	}
	given, err := decodeBase64URL(signature)
	if err != nil || len(given) != sha256.Size {
		return bad("unreadable signature")
	}
	matched := false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(payload))
		if hmac.Equal(given, mac.Sum(nil)) {
			matched = true
		}
	}
	if !matched {
		return bad("wrong signature")
	}
	decoded, err := decodeBase64URL(payload)
	if err != nil {
		return bad("unreadable payload")
	}
	var w struct {
		Algorithm string  `json:"algorithm"`
		User      ID      `json:"user_id"`
		Issued    instant `json:"issued_at"`
		Expires   instant `json:"expires"`
	}
	if json.Unmarshal(decoded, &w) != nil || !w.User.Valid() {
		return bad("unreadable payload")
	}
	if !strings.EqualFold(w.Algorithm, "HMAC-SHA256") {
		return bad("unknown algorithm")
	}
	return SignedRequest{User: w.User, Issued: w.Issued.time(), Expires: w.Expires.time()}, nil
}

// decodeBase64URL tolerates padding, which Meta leaves out.
func decodeBase64URL(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}
