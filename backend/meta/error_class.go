package meta

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// wireError is Meta's error object (Meta, Error handling).
type wireError struct {
	Message   string      `json:"message"`
	Type      string      `json:"type"`
	Code      lenientInt  `json:"code"`
	Subcode   lenientInt  `json:"error_subcode"`
	UserTitle string      `json:"error_user_title"`
	UserMsg   string      `json:"error_user_msg"`
	Transient flag        `json:"is_transient"`
	TraceID   string      `json:"fbtrace_id"`
	Inner     *lenientInt `json:"subcode"` // debug_token spells it so
}

// lenientInt decodes a number or a quoted number; anything else is 0.
type lenientInt int

// UnmarshalJSON never refuses.
func (n *lenientInt) UnmarshalJSON(b []byte) error {
	*n = 0
	var v int
	if json.Unmarshal(bytes.Trim(b, `"`), &v) == nil {
		*n = lenientInt(v)
	}
	return nil
}

// verdict is what a row of the table decides.
type verdict struct {
	class   Class
	advice  string
	args    map[string]any
	appWide bool
	wait    time.Duration
}

// Sentences of Meta that decide where a code alone does not. Compared in lower case.
const (
	textLeadAccess   = "lead access manager"
	textNeedsPAT     = "must be called with a page access token"
	textImpersonate  = "must be granted before impersonating"
	textProofNeeded  = "require an appsecret_proof"
	textProofInvalid = "invalid appsecret_proof"
)

var (
	permissionText = regexp.MustCompile(`\b(leads_retrieval|business_management|(?:pages|ads|instagram)_[a-z_]*[a-z])\b`)
	aliasText      = regexp.MustCompile(`do not exist: *([^ ]+)`)
	expiredText    = regexp.MustCompile(`expired on (?:[A-Za-z]+, )?([0-9]{1,2}-[A-Za-z]{3}-[0-9]{2,4})`)
)

// classify decides class and advice by code and subcode first, then by text, and by HTTP status last.
func classify(status int, w wireError) verdict {
	text := strings.ToLower(w.Message)
	code, sub := int(w.Code), int(w.Subcode)
	if strings.Contains(text, textLeadAccess) || code == 103 {
		return verdict{class: ClassPermission, advice: AdviceLeadAccessRevoked}
	}
	switch {
	case code == 190 || code == 102:
		return classifyToken(sub, text, w.Message)
	case code == 100:
		return classifyParameter(sub, text)
	case isThrottleCode(code):
		return verdict{class: ClassThrottle, advice: AdviceThrottled, appWide: code == 4 || code == 341}
	case code == 10 || code >= 200 && code <= 299:
		return classifyPermission(code, sub, text)
	}
	if v, ok := classifyRare(code, sub, w.Message); ok {
		return v
	}
	return classifyUnknown(status, code, bool(w.Transient))
}

// isThrottleCode lists platform limits (4, 17, 32, 613), the app's temporary limit (341) and the limits per business use
// case (80000 to 80014; 80005 is leadgen, 80001 pages) (Meta, Rate limits).
func isThrottleCode(code int) bool {
	return code == 4 || code == 17 || code == 32 || code == 341 || code == 613 || code >= 80000 && code <= 80014
}

func classifyToken(sub int, text, message string) verdict {
	switch {
	case sub == 2069032 || strings.Contains(text, textNeedsPAT):
		return verdict{class: ClassBug, advice: AdviceNeedsPageToken}
	case strings.Contains(text, textImpersonate):
		return classifyPermission(200, 0, text)
	}
	switch sub {
	case 458:
		return verdict{class: ClassReauthorise, advice: AdviceAppNotInstalled}
	case 459, 490:
		return verdict{class: ClassReauthorise, advice: AdviceCheckpoint}
	case 460:
		return verdict{class: ClassReauthorise, advice: AdvicePasswordChanged}
	case 463:
		if date := expiryDate(message); date != "" {
			return verdict{class: ClassReauthorise, advice: AdviceTokenExpired, args: map[string]any{"date": date}}
		}
		return verdict{class: ClassReauthorise, advice: AdviceTokenUndated}
	case 464:
		return verdict{class: ClassReauthorise, advice: AdviceUserUnconfirmed}
	case 467:
		return verdict{class: ClassReauthorise, advice: AdviceLoggedOut}
	case 492:
		return verdict{class: ClassReauthorise, advice: AdvicePageRoleLost}
	}
	return verdict{class: ClassReauthorise, advice: AdviceTokenInvalid}
}

// expiryDate reads the day out of "Session has expired on Monday, 02-Nov-26 07:00:00 PST." as YYYY-MM-DD, or "".
func expiryDate(message string) string {
	m := expiredText.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	for _, layout := range []string{"02-Jan-06", "2-Jan-06", "02-Jan-2006"} {
		if t, err := time.Parse(layout, m[1]); err == nil {
			return t.Format("2006-01-02")
		}
	}
	return ""
}

func classifyParameter(sub int, text string) verdict {
	switch {
	case strings.Contains(text, textProofNeeded):
		return verdict{class: ClassPermission, advice: AdviceAppSecretNeeded}
	case strings.Contains(text, textProofInvalid):
		return verdict{class: ClassPermission, advice: AdviceAppSecretWrong}
	case sub == 33:
		return verdict{class: ClassGone, advice: AdviceGone}
	case strings.Contains(text, "permission") && permissionText.MatchString(text):
		return classifyPermission(200, 0, text)
	}
	return verdict{class: ClassBug, advice: AdviceBadRequest, args: map[string]any{"code": 100}}
}

func classifyPermission(code, sub int, text string) verdict {
	if code == 10 && sub == 1341012 {
		return verdict{class: ClassPermission, advice: AdvicePageNotAssigned}
	}
	if name := permissionText.FindString(text); name != "" {
		return verdict{class: ClassPermission, advice: AdvicePermissionMissing, args: map[string]any{"permission": name}}
	}
	return verdict{class: ClassPermission, advice: AdvicePermissionUnnamed}
}

// classifyRare holds the codes that stand alone. ok is false when the code is none of them.
func classifyRare(code, sub int, message string) (verdict, bool) {
	bad := verdict{class: ClassBug, advice: AdviceBadRequest, args: map[string]any{"code": code}}
	switch code {
	case 1:
		if sub == 2853001 {
			return verdict{class: ClassPermission, advice: AdviceProfileNotLinked}, true
		}
		return verdict{class: ClassRetry, advice: AdviceTemporary}, true
	case 2:
		if sub == 1892058 {
			return verdict{class: ClassPermission, advice: AdviceTestLeadExists}, true
		}
		return verdict{class: ClassRetry, advice: AdviceTemporary}, true
	case 3:
		return verdict{class: ClassPermission, advice: AdviceAppCapability}, true
	case 101:
		return verdict{class: ClassPermission, advice: AdviceAppSecretWrong}, true
	case 104, 105, 192, 194, 506, 2500:
		return bad, true
	case 368: // blocked for policy or abuse: Meta names no duration; six hours keeps us from making it worse
		return verdict{class: ClassThrottle, advice: AdviceBlockedPolicy, appWide: true, wait: 6 * time.Hour}, true
	case 803:
		if m := aliasText.FindStringSubmatch(message); m != nil && digits(m[1]) {
			return verdict{class: ClassGone, advice: AdviceGone}, true
		}
		return verdict{class: ClassBug, advice: AdviceBadID}, true
	case 2635:
		return verdict{class: ClassBug, advice: AdviceVersionRetired}, true
	}
	return verdict{}, false
}

func classifyUnknown(status, code int, transient bool) verdict {
	switch {
	case transient || status >= 500:
		return verdict{class: ClassRetry, advice: AdviceTemporary}
	case status == http.StatusTooManyRequests: // undocumented, and free to honour
		return verdict{class: ClassThrottle, advice: AdviceThrottled}
	case status == http.StatusUnauthorized:
		return verdict{class: ClassReauthorise, advice: AdviceTokenInvalid}
	}
	return verdict{class: ClassBug, advice: AdviceUnexpected, args: map[string]any{"code": code}}
}

// newError builds the Error of an answer. The texts pass through r.
func newError(op string, status int, w wireError, r redactor) *Error {
	if w.Subcode == 0 && w.Inner != nil {
		w.Subcode = *w.Inner
	}
	v := classify(status, w)
	return &Error{
		Op: op, HTTPStatus: status, Code: int(w.Code), Subcode: int(w.Subcode),
		Type: r.clean(w.Type), Message: r.clean(w.Message), UserTitle: r.clean(w.UserTitle), TraceID: r.clean(w.TraceID),
		Class: v.class, Advice: v.advice, Args: v.args, RetryAfter: v.wait, appWide: v.appWide,
	}
}

// failure builds an Error of our own making.
func failure(op string, class Class, advice, message string) *Error {
	return &Error{Op: op, Class: class, Advice: advice, Message: message}
}
