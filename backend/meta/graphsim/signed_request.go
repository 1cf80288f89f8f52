package graphsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// SignedRequest writes the signed_request of a person, as Meta posts it to the deletion callback. It expires in an hour.
func SignedRequest(secret meta.Secret, user meta.ID, now time.Time) string {
	payload := base64.RawURLEncoding.EncodeToString(encode(object{
		{"algorithm", "HMAC-SHA256"}, {"expires", now.Add(time.Hour).Unix()}, {"issued_at", now.Unix()}, {"user_id", string(user)},
	}, false))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(payload))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) + "." + payload
}
