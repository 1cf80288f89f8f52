package office

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/store"
)

// States of an invitation.
const (
	InvitationOpen      = "open"      // nobody has shown it
	InvitationWaiting   = "waiting"   // a computer waits to be let in
	InvitationAdmitted  = "admitted"  //
	InvitationRefused   = "refused"   //
	InvitationExpired   = "expired"   //
	InvitationCancelled = "cancelled" //
)

const (
	invitationLife  = 24 * time.Hour
	mostInvitations = 50 // open and waiting ones
	mostAttempts    = 20 // how often one token may be shown: connections break
	listInvitations = 50
)

// Invitation is a word to one person's next computer. Text and QRSVG are there only when it was made: the token in them is
// kept as its hash.
type Invitation struct {
	ID         string `json:"id"`
	UserID     string `json:"user_id"`
	UserName   string `json:"user_name"`
	Text       string `json:"text,omitempty"`
	QRSVG      string `json:"qr_svg,omitempty"`
	CreatedAt  string `json:"created_at"`
	ExpiresAt  string `json:"expires_at"`
	State      string `json:"state"` // a constant InvitationXxx
	DeviceID   string `json:"device_id"`
	DeviceName string `json:"device_name"`
	Digits     string `json:"digits"` // six, while somebody waits; the other screen shows the same
}

// Invite makes an invitation for a user's next computer: good for one computer, for a day. Faults: access.admin_only,
// recovery.needed, host.superseded, user.not_found (field user_id), invitation.too_many.
func (h *Host) Invite(ctx context.Context, v account.Viewer, userID string) (Invitation, error) {
	if err := account.AdminOnly(v); err != nil {
		return Invitation{}, err
	}
	if err := h.authority(ctx); err != nil {
		return Invitation{}, err
	}
	if !takes(h.limits.invitations, h.now(), 1) {
		return Invitation{}, fault.New(CodeInvitationTooMany, "max", invitationsBurst)
	}
	var token [16]byte
	if _, err := io.ReadFull(h.Random, token[:]); err != nil {
		return Invitation{}, fmt.Errorf("make token: %w", err)
	}
	hash := sha256.Sum256(token[:])
	var made Invitation
	var expires time.Time
	_, err := h.Store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		expires = tx.Now().Add(invitationLife)
		made = Invitation{
			ID: tx.NewID(), UserID: userID, State: InvitationOpen, CreatedAt: clock.Format(tx.Now()), ExpiresAt: clock.Format(expires),
		}
		if err := expireInvitations(tx); err != nil {
			return err
		}
		var err error
		if made.UserName, err = invitable(tx, userID); err != nil {
			return err
		}
		_, err = tx.Exec(`
			INSERT INTO invitation (id, user_id, token_hash, created_at, created_by, expires_at, state)
			VALUES ({:id}, {:user}, {:hash}, {:at}, {:by}, {:expires}, {:state})`, dbx.Params{
			"id": made.ID, "user": userID, "hash": hash[:], "at": made.CreatedAt, "by": v.UserID, "expires": made.ExpiresAt,
			"state": made.State,
		})
		if err != nil {
			return fmt.Errorf("write invitation: %w", err)
		}
		return account.Audit(tx, v.UserID, actionInvitationCreated, made.ID, map[string]string{"user": userID})
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite: %w", err)
	}
	network, relay := SplitAddresses(h.Addresses())
	text := identity.Invitation{
		Version: identity.InvitationVersion, Office: h.officeID(), Root: h.rootKey(), Host: h.DeviceID(), Addresses: network, Relay: relay, Token: token,
		Expires: expires.UnixMilli(),
	}
	made.Text = text.Text()
	qr, err := text.QR()
	if err != nil {
		return Invitation{}, fmt.Errorf("draw invitation: %w", err)
	}
	made.QRSVG = string(qr)
	return made, nil
}

// SplitAddresses sorts the addresses of a host: those in its network, "address:port", and that of its relay, a URL; "" for
// none.
func SplitAddresses(all []string) (network []string, relay string) {
	for _, a := range all {
		if strings.Contains(a, "://") {
			relay = a
		} else {
			network = append(network, a)
		}
	}
	return network, relay
}

// authority answers why this computer may not let anybody in.
func (h *Host) authority(ctx context.Context) error {
	if err := h.ready(ctx); err != nil {
		return err
	}
	switch {
	case !h.Prepared():
		return fault.New(CodeNoRecovery)
	case h.Superseded():
		return fault.New(CodeHostSuperseded)
	}
	return nil
}

// invitable returns the name of a user who may have another computer.
func invitable(tx *store.Tx, userID string) (string, error) {
	var name string
	err := tx.Query().NewQuery(`
		SELECT name
		FROM user
		WHERE id = {:id}
		AND active = 1
		AND deleted = 0`).Bind(dbx.Params{"id": userID}).Row(&name)
	if missing := notFound(err, account.CodeUserNotFound); fault.Has(missing, account.CodeUserNotFound) {
		return "", fault.Invalid("user_id", account.CodeUserNotFound)
	} else if missing != nil {
		return "", fmt.Errorf("read user: %w", missing)
	}
	var open int
	err = tx.Query().NewQuery(`
		SELECT count(*)
		FROM invitation
		WHERE state IN ('open', 'waiting')`).Row(&open)
	if err != nil {
		return "", fmt.Errorf("count invitations: %w", err)
	}
	if open >= mostInvitations {
		return "", fault.New(CodeInvitationTooMany, "max", mostInvitations)
	}
	return name, nil
}

// expireInvitations ends those whose time is over.
func expireInvitations(tx *store.Tx) error {
	var ids []string
	err := tx.Query().NewQuery(`
		UPDATE invitation
		SET state = 'expired', decided_at = {:now}, digits = ''
		WHERE state IN ('open', 'waiting')
		AND expires_at <= {:now}
		RETURNING id`).Bind(dbx.Params{"now": clock.Format(tx.Now())}).Column(&ids)
	if err != nil {
		return fmt.Errorf("expire invitations: %w", err)
	}
	for _, id := range ids {
		if err := account.Audit(tx, "", actionInvitationExpired, id, nil); err != nil {
			return err
		}
	}
	return nil
}

// Invitations lists the last invitations, newest first. Fault access.admin_only.
func (h *Host) Invitations(ctx context.Context, v account.Viewer) ([]Invitation, error) {
	if err := account.AdminOnly(v); err != nil {
		return nil, err
	}
	var rows []invitationRow
	err := h.Store.Read().NewQuery(`
		SELECT i.id, i.user_id, coalesce(u.name, '') AS user_name, i.token_hash, i.created_at, i.expires_at, i.state, i.attempts,
			i.device_id, i.device_name, i.digits
		FROM invitation i
		LEFT JOIN user u ON u.id = i.user_id
		ORDER BY i.created_at DESC, i.id DESC
		LIMIT {:limit}`).Bind(dbx.Params{"limit": listInvitations}).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	list := make([]Invitation, len(rows))
	for i, r := range rows {
		list[i] = r.invitation(clock.Format(h.now()))
	}
	return list, nil
}

// invitationRow is an invitation as it is kept.
type invitationRow struct {
	ID         string `db:"id"`
	UserID     string `db:"user_id"`
	UserName   string `db:"user_name"`
	TokenHash  []byte `db:"token_hash"`
	CreatedAt  string `db:"created_at"`
	ExpiresAt  string `db:"expires_at"`
	State      string `db:"state"`
	Attempts   int    `db:"attempts"`
	DeviceID   string `db:"device_id"`
	DeviceName string `db:"device_name"`
	Digits     string `db:"digits"`
}

func (r invitationRow) open() bool { return r.State == InvitationOpen || r.State == InvitationWaiting }

func (r invitationRow) invitation(now string) Invitation {
	i := Invitation{
		ID: r.ID, UserID: r.UserID, UserName: r.UserName, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt, State: r.State,
		DeviceID: r.DeviceID, DeviceName: r.DeviceName, Digits: r.Digits,
	}
	if r.open() && r.ExpiresAt <= now {
		i.State, i.Digits = InvitationExpired, ""
	}
	return i
}

const selectInvitation = `
	SELECT i.id, i.user_id, '' AS user_name, i.token_hash, i.created_at, i.expires_at, i.state, i.attempts, i.device_id,
		i.device_name, i.digits
	FROM invitation i`

func readInvitation(q dbx.Builder, id string) (invitationRow, error) {
	var row invitationRow
	err := q.NewQuery(selectInvitation + `
		WHERE i.id = {:id}`).Bind(dbx.Params{"id": id}).One(&row)
	if err := notFound(err, CodeInvitationMissing); err != nil {
		return invitationRow{}, fmt.Errorf("read invitation: %w", err)
	}
	return row, nil
}

// rememberInvitation is how long a token is recognised after its time, so that who comes late is told so.
const rememberInvitation = 30 * 24 * time.Hour

// findInvitation looks a token up. Its hash is compared with every one, in constant time.
func findInvitation(q dbx.Builder, token []byte, now time.Time) (found invitationRow, ok bool, err error) {
	var rows []invitationRow
	err = q.NewQuery(selectInvitation + `
		WHERE i.expires_at > {:old}
		ORDER BY i.id`).Bind(dbx.Params{"old": clock.Format(now.Add(-rememberInvitation))}).All(&rows)
	if err != nil {
		return invitationRow{}, false, fmt.Errorf("read invitations: %w", err)
	}
	hash := sha256.Sum256(token)
	for _, r := range rows {
		if subtle.ConstantTimeCompare(hash[:], r.TokenHash) == 1 {
			found, ok = r, true
		}
	}
	return found, ok, nil
}

// decideInvitation ends an invitation's life.
func decideInvitation(tx *store.Tx, by, id, state, action string, detail any) error {
	_, err := tx.Exec(`
		UPDATE invitation
		SET state = {:state}, decided_at = {:at}, decided_by = {:by}, digits = ''
		WHERE id = {:id}`, dbx.Params{"state": state, "at": clock.Format(tx.Now()), "by": by, "id": id})
	if err != nil {
		return fmt.Errorf("decide invitation: %w", err)
	}
	return account.Audit(tx, by, action, id, detail)
}
