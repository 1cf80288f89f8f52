package graphsim

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// apiError is an answer of Meta's that says no.
type apiError struct {
	status          int
	message, typ    string
	code, sub       int
	transient       *bool
	title, userText string
}

func (e *apiError) object(trace string) object {
	inner := object{{"message", e.message}}
	if e.typ != "" {
		inner = append(inner, pair{"type", e.typ})
	}
	if e.transient != nil {
		inner = append(inner, pair{"is_transient", *e.transient})
	}
	inner = append(inner, pair{"code", e.code})
	if e.sub != 0 {
		inner = append(inner, pair{"error_subcode", e.sub})
	}
	if e.title != "" {
		inner = append(inner, pair{"error_user_title", e.title}, pair{"error_user_msg", e.userText})
	}
	return object{{"error", append(inner, pair{"fbtrace_id", trace})}}
}

const (
	oauthException = "OAuthException"
	graphException = "GraphMethodException"
)

func oauth(status, code, sub int, message string) *apiError {
	return &apiError{status: status, code: code, sub: sub, typ: oauthException, message: message}
}

func (e *apiError) isTransient(yes bool) *apiError {
	e.transient = &yes
	return e
}

func missingPermission(name string) *apiError {
	return oauth(http.StatusForbidden, 200, 0, "(#200) Requires "+name+" permission to manage the object")
}

func invalidParameter(message string) *apiError {
	return oauth(http.StatusBadRequest, 100, 0, "(#100) "+message)
}

func noField(name, node string) *apiError {
	return invalidParameter("Tried accessing nonexisting field (" + name + ") on node type (" + node + ")")
}

func goneObject(method string, id meta.ID) *apiError {
	verb := "get"
	switch method {
	case http.MethodPost:
		verb = "post"
	case http.MethodDelete:
		verb = "delete"
	}
	return &apiError{
		status: http.StatusBadRequest, typ: graphException, code: 100, sub: 33,
		message: "Unsupported " + verb + " request. Object with ID '" + string(id) + "' does not exist, cannot be loaded due to " +
			"missing permissions, or does not support this operation. Please read the Graph API documentation at " +
			"https://developers.facebook.com/docs/graph-api",
	}
}

func noAlias(text string) *apiError {
	return oauth(http.StatusNotFound, 803, 0, "(#803) Some of the aliases you requested do not exist: "+text)
}

func proofNeeded() *apiError {
	return &apiError{
		status: http.StatusBadRequest, typ: graphException, code: 100,
		message: "API calls from the server require an appsecret_proof argument",
	}
}

func proofInvalid() *apiError {
	return &apiError{
		status: http.StatusBadRequest, typ: graphException, code: 100,
		message: "Invalid appsecret_proof provided in the API argument",
	}
}

func cannotParseToken() *apiError {
	return oauth(http.StatusBadRequest, 190, 0, "Invalid OAuth access token - Cannot parse access token")
}

func needsPageToken() *apiError {
	e := oauth(http.StatusBadRequest, 190, 2069032, "User Access Token Is Not Supported").isTransient(false)
	e.title = "User Access Token Is Not Supported"
	e.userText = "A Page access token is required for this call for the new Pages experience."
	return e
}

func expiredToken(expired, now time.Time) *apiError {
	const layout = "Monday, 02-Jan-06 15:04:05 MST"
	pacific := time.FixedZone("PST", -8*3600)
	return oauth(http.StatusBadRequest, 190, 463, fmt.Sprintf(
		"Error validating access token: Session has expired on %s. The current time is %s.",
		expired.In(pacific).Format(layout), now.In(pacific).Format(layout)))
}

// deathTexts are Meta's sentences by subcode of 190.
var deathTexts = map[int]string{
	458: "Error validating access token: The user has not authorized application 1550000000000001.",
	459: "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the instructions given.",
	460: "Error validating access token: The session has been invalidated because the user changed their password or " +
		"Facebook has changed the session for security reasons.",
	463: "Error validating access token: Session has expired on Monday, 02-Nov-26 07:00:00 PST. " +
		"The current time is Monday, 02-Nov-26 07:04:05 PST.",
	464: "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user.",
	467: "Error validating access token: The session is invalid because the user logged out.",
	490: "Error validating access token: The user is enrolled in a blocking, logged-in checkpoint",
	492: "Error validating access token: The user must be an administrator, editor, or moderator of the page in order to impersonate it.",
}

func deadToken(sub int) *apiError {
	if sub < 0 {
		return cannotParseToken()
	}
	text, known := deathTexts[sub]
	if !known {
		text = "Error validating access token: The session is invalid."
	}
	return oauth(http.StatusBadRequest, 190, sub, text)
}

func leadAccessRevoked() *apiError {
	return oauth(http.StatusForbidden, 103, 0, "CRM access has been revoked from Lead Access Manager")
}

func tooManyLeadCalls() *apiError {
	return oauth(http.StatusBadRequest, 80005, 0, "(#80005) There have been too many leadgen api calls to this Page account. "+
		"Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.")
}

func tooManyPageCalls() *apiError {
	return oauth(http.StatusBadRequest, 80001, 0, "(#80001) There have been too many calls to this Page account. "+
		"Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.")
}

func tooManyAppCalls() *apiError {
	return oauth(http.StatusBadRequest, 4, 0, "(#4) Application request limit reached").isTransient(true)
}

func tooMuchData() *apiError {
	return &apiError{
		status: http.StatusInternalServerError, code: 1, typ: oauthException,
		message: "Please reduce the amount of data you're asking for, then retry your request",
	}
}

func testLeadExists() *apiError {
	e := oauth(http.StatusBadRequest, 2, 1892058, "Service temporarily unavailable").isTransient(false)
	e.title = "Test lead already exists for this form."
	e.userText = "Delete the existing test lead first; its id can be read from the test_leads edge."
	return e
}

// presets are the errors a fault can be asked for by name.
var presets = map[string]func() *apiError{
	"token_expired":     func() *apiError { return deadToken(463) },
	"password_changed":  func() *apiError { return deadToken(460) },
	"checkpoint":        func() *apiError { return deadToken(490) },
	"app_not_installed": func() *apiError { return deadToken(458) },
	"page_role_lost":    func() *apiError { return deadToken(492) },
	"cannot_parse":      cannotParseToken,
	"page_token": func() *apiError {
		return oauth(http.StatusBadRequest, 190, 0, "(#190) This method must be called with a Page Access Token")
	},
	"page_token_new":   needsPageToken,
	"gone":             func() *apiError { return goneObject(http.MethodGet, "1234567890129999") },
	"permission_leads": func() *apiError { return missingPermission(meta.PermissionLeads) },
	"permission_forms": func() *apiError { return missingPermission(meta.PermissionPagesAds) },
	"permission_ads":   func() *apiError { return missingPermission(meta.PermissionAdsManage) },
	"lead_access":      leadAccessRevoked,
	"lead_access_200": func() *apiError {
		return oauth(http.StatusBadRequest, 200, 0, "CRM access has been revoked from Lead Access Manager")
	},
	"throttle_leads": tooManyLeadCalls,
	"throttle_app":   tooManyAppCalls,
	"throttle_page":  func() *apiError { return oauth(http.StatusBadRequest, 32, 0, "(#32) Page request limit reached") },
	"temporary": func() *apiError {
		return oauth(http.StatusBadRequest, 2, 0, "(#2) Service temporarily unavailable").isTransient(true)
	},
	"unknown": func() *apiError {
		return &apiError{status: http.StatusInternalServerError, code: 1, sub: 99, message: "An unknown error occurred"}
	},
	"too_much_data": tooMuchData,
	"proof_needed":  proofNeeded,
	"proof_invalid": proofInvalid,
	"alias":         func() *apiError { return noAlias("leadgen_id") },
	"ids_removed":   idsRemoved,
	"version":       func() *apiError { return retiredVersion("v20.0") },
}

// Presets lists the names a Fault can use.
func Presets() []string { return slices.Sorted(maps.Keys(presets)) }

func idsRemoved() *apiError {
	return oauth(http.StatusInternalServerError, 100, 0, "The ids query parameter is deprecated in v26.0+")
}

func retiredVersion(version string) *apiError {
	return oauth(http.StatusBadRequest, 2635, 0, "(#2635) You are calling a deprecated version of the API: "+version+
		". Please update to the latest version.")
}
