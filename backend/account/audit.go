package account

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Actions that this package notes.
const (
	actionSessionOpened   = "session.opened"
	actionSessionRefused  = "session.refused" // a wrong password, or a reason below; the subject is the user, "" for an unknown login
	actionSessionLocked   = "session.locked"
	actionSessionUnlocked = "session.unlocked"
	actionSessionClosed   = "session.closed"

	actionUserCreated     = "user.created"
	actionUserChanged     = "user.changed" // detail: the fields that changed, and the role
	actionUserDeactivated = "user.deactivated"
	actionUserReactivated = "user.reactivated"
	actionUserPaused      = "user.paused"
	actionUserResumed     = "user.resumed"
	actionExportGranted   = "user.export_granted" // may take lists away as files
	actionExportRevoked   = "user.export_revoked"
	actionPasswordReset   = "user.password_reset" // by an administrator
	actionPasswordChanged = "user.password_changed"
)

// Reasons of a session.refused that was not for a wrong password.
const (
	reasonInactive = "inactive" // the password is right, the account is switched off
	reasonWait     = "wait"     // too soon after failures; noted once a delay
)

func reasonDetail(reason string) map[string]string {
	if reason == "" {
		return nil
	}
	return map[string]string{"reason": reason}
}

// AuditLine is one thing that somebody did.
type AuditLine struct {
	N        int64          `json:"n"`
	At       string         `json:"at"`
	UserID   string         `json:"user_id"` // "" when nobody is known, as for an unknown login
	UserName string         `json:"user_name"`
	Action   string         `json:"action"`
	Subject  string         `json:"subject"` // an id
	Detail   map[string]any `json:"detail"`  // codes and counts
}

// AuditPage is one page of the audit trail, newest first.
type AuditPage struct {
	Items []AuditLine `json:"items"`
	Next  string      `json:"next"` // cursor of the page after, "" on the last one
}

// Sizes of a page of the audit trail.
const (
	auditLimit    = 50
	mostAuditLine = 200
)

// Audit notes in the transaction what userID did ("" for nobody known). subject is an id; detail is anything that encodes as
// a JSON object, or nil, and holds codes and counts, no personal data. Lines are never changed or removed.
func Audit(tx *store.Tx, userID, action, subject string, detail any) error {
	return auditAt(tx, tx.Now(), userID, action, subject, detail)
}

func auditAt(tx *store.Tx, at time.Time, userID, action, subject string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode audit: %w", err)
	}
	if string(text) == "null" {
		text = []byte("{}")
	}
	_, err = tx.Exec(`
		INSERT INTO audit (at, user_id, action, subject, detail)
		VALUES ({:at}, {:user}, {:action}, {:subject}, {:detail})`,
		dbx.Params{"at": clock.Format(at), "user": userID, "action": action, "subject": subject, "detail": string(text)})
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}

// ListAudit returns a page of the audit trail. limit is 1 to 200, 0 for 50. Faults: access.admin_only, input.invalid for a
// cursor that is none.
func (s *Service) ListAudit(ctx context.Context, v Viewer, cursor string, limit int) (AuditPage, error) {
	if err := AdminOnly(v); err != nil {
		return AuditPage{}, err
	}
	before := int64(1) << 62
	if cursor != "" {
		n, err := strconv.ParseInt(cursor, 10, 64)
		if err != nil || n < 1 {
			return AuditPage{}, fault.Invalid("cursor", "input.invalid")
		}
		before = n
	}
	if limit <= 0 {
		limit = auditLimit
	}
	limit = min(limit, mostAuditLine)
	var rows []struct {
		N        int64  `db:"n"`
		At       string `db:"at"`
		UserID   string `db:"user_id"`
		UserName string `db:"user_name"`
		Action   string `db:"action"`
		Subject  string `db:"subject"`
		Detail   string `db:"detail"`
	}
	err := s.store.Read().NewQuery(`
		SELECT a.n, a.at, a.user_id, coalesce(u.name, '') AS user_name, a.action, a.subject, a.detail
		FROM audit a
		LEFT JOIN user u ON u.id = a.user_id
		WHERE a.n < {:before}
		ORDER BY a.n DESC
		LIMIT {:limit}`).Bind(dbx.Params{"before": before, "limit": limit + 1}).WithContext(ctx).All(&rows)
	if err != nil {
		return AuditPage{}, fmt.Errorf("read audit: %w", err)
	}
	page := AuditPage{Items: make([]AuditLine, 0, min(len(rows), limit))}
	for i, r := range rows {
		if i == limit {
			page.Next = strconv.FormatInt(rows[i-1].N, 10)
			break
		}
		line := AuditLine{N: r.N, At: r.At, UserID: r.UserID, UserName: r.UserName, Action: r.Action, Subject: r.Subject}
		if err := json.Unmarshal([]byte(r.Detail), &line.Detail); err != nil {
			return AuditPage{}, fmt.Errorf("read audit: %w", err)
		}
		page.Items = append(page.Items, line)
	}
	return page, nil
}
