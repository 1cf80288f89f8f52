package meta

import (
	"fmt"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/fault"
)

// Class says what a program does about an error.
type Class string

// The classes. Every Error has exactly one.
const (
	// ClassRetry passes on its own: try again later, with growing pauses.
	ClassRetry Class = "retry"
	// ClassThrottle means too many calls: stop calling with this token until RetryAfter has passed.
	ClassThrottle Class = "throttle"
	// ClassReauthorise means the token is dead: mark the connection broken and ask its owner to connect again.
	ClassReauthorise Class = "reauthorise"
	// ClassPermission means a person has to change a setting at Meta; the same call works afterwards.
	ClassPermission Class = "permission"
	// ClassGone means this object is not readable, and others are. It is ambiguous for a lead of the last hour.
	ClassGone Class = "gone"
	// ClassBug means our request is wrong or out of date; repeating it changes nothing.
	ClassBug Class = "bug"
)

// Error is any failure of a call: what Meta answered, or why there was no answer. All its texts are redacted. It converts
// to a fault.Error: fault.Code(err) is the Advice.
type Error struct {
	// Op says what was being done, as a verb phrase: "read lead".
	Op string
	// HTTPStatus is 0 when there was no answer at all.
	HTTPStatus int
	// Code and Subcode are Meta's; 0 when the answer had none.
	Code, Subcode int
	// Type is Meta's exception name. It decides nothing.
	Type string
	// Message is Meta's text, or ours when there was no answer. For the log only.
	Message string
	// UserTitle is Meta's own sentence for people, in the language of the token's owner.
	UserTitle string
	// TraceID names the call at Meta's support, for a short while.
	TraceID string
	// Class says what to do.
	Class Class
	// Advice is a stable dotted code of a sentence on screen; see the Advice constants.
	Advice string
	// Args fill the sentence: permission, minutes, date, code.
	Args map[string]any
	// RetryAfter is how long to stay away; set for ClassThrottle only.
	RetryAfter time.Duration

	cause   error
	appWide bool
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op + ": " + e.Advice)
	if e.Code != 0 {
		fmt.Fprintf(&b, " (%d/%d)", e.Code, e.Subcode)
	}
	if e.HTTPStatus != 0 {
		fmt.Fprintf(&b, " http %d", e.HTTPStatus)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	return b.String()
}

// Fault returns the error as the type that crosses package borders.
func (e *Error) Fault() *fault.Error {
	return &fault.Error{Code: e.Advice, Args: e.Args, Err: e.cause}
}

// Unwrap lets errors.As find the fault.Error and errors.Is a cancelled context.
func (e *Error) Unwrap() error { return e.Fault() }

// Advice codes. Their meaning is final; the sentences are in the front end's locales under "errors".
const (
	AdviceTemporary         = "meta.temporary"             // Meta has a problem of its own
	AdviceNotReachable      = "meta.not_reachable"         // no network, no name, no TLS, no answer in time
	AdviceNotJSON           = "meta.not_json"              // a gateway's page instead of an answer
	AdviceTooLarge          = "meta.too_large"             // an answer over the size limit
	AdviceThrottled         = "meta.throttled"             // minutes
	AdviceBlockedPolicy     = "meta.blocked_policy"        // minutes
	AdviceTokenExpired      = "meta.token_expired"         // date
	AdviceTokenUndated      = "meta.token_expired_undated" // as before, when Meta gave no date
	AdviceTokenInvalid      = "meta.token_invalid"         //
	AdvicePasswordChanged   = "meta.password_changed"      //
	AdviceCheckpoint        = "meta.checkpoint"            // Facebook waits for the person to log in
	AdviceLoggedOut         = "meta.logged_out"            //
	AdviceUserUnconfirmed   = "meta.user_unconfirmed"      //
	AdviceAppNotInstalled   = "meta.app_not_installed"     //
	AdvicePageRoleLost      = "meta.page_role_lost"        //
	AdvicePermissionMissing = "meta.permission_missing"    // permission
	AdvicePermissionUnnamed = "meta.permission_unnamed"    // Meta did not say which
	AdvicePageNotAssigned   = "meta.page_not_assigned"     // page not assigned to the system user
	AdviceProfileNotLinked  = "meta.profile_not_linked"    //
	AdviceLeadAccessRevoked = "meta.lead_access_revoked"   // Leads Access Manager
	AdviceAppCapability     = "meta.app_capability"        //
	AdviceAppSecretWrong    = "meta.app_secret_wrong"      //
	AdviceAppSecretNeeded   = "meta.app_secret_needed"     //
	AdviceTestLeadExists    = "meta.test_lead_exists"      //
	AdviceGone              = "meta.gone"                  //
	AdviceNeedsPageToken    = "meta.needs_page_token"      //nolint:gosec // a code, not a credential
	AdviceVersionRetired    = "meta.version_retired"       //
	AdviceBadID             = "meta.bad_id"                //
	AdviceBadRequest        = "meta.bad_request"           // code
	AdviceBadAddress        = "meta.bad_address"           // a base URL that would send the token in the clear
	AdviceUnexpected        = "meta.unexpected"            // code
)

// Advices lists every advice code, for the check that each has its sentence.
func Advices() []string {
	return []string{
		AdviceTemporary, AdviceNotReachable, AdviceNotJSON, AdviceTooLarge, AdviceThrottled, AdviceBlockedPolicy,
		AdviceTokenExpired, AdviceTokenUndated, AdviceTokenInvalid, AdvicePasswordChanged, AdviceCheckpoint, AdviceLoggedOut,
		AdviceUserUnconfirmed, AdviceAppNotInstalled, AdvicePageRoleLost, AdvicePermissionMissing,
		AdvicePermissionUnnamed, AdvicePageNotAssigned, AdviceProfileNotLinked, AdviceLeadAccessRevoked,
		AdviceAppCapability, AdviceAppSecretWrong, AdviceAppSecretNeeded, AdviceTestLeadExists, AdviceGone,
		AdviceNeedsPageToken, AdviceVersionRetired, AdviceBadID, AdviceBadRequest, AdviceBadAddress, AdviceUnexpected,
	}
}
