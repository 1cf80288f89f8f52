package office

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Actions that this package notes in the audit trail. Subjects are ids.
const (
	actionInvitationCreated   = "invitation.created"   // subject: the invitation; detail: user
	actionInvitationShown     = "invitation.shown"     // a computer waits behind it; detail: device
	actionInvitationAdmitted  = "invitation.admitted"  // detail: device, user
	actionInvitationRefused   = "invitation.refused"   //
	actionInvitationCancelled = "invitation.cancelled" //
	actionInvitationExpired   = "invitation.expired"   //
	actionInvitationMisused   = "invitation.misused"   // a wrong token, or one that is used up; detail: code

	actionDeviceEnrolled = "device.enrolled" // subject: the device; detail: user
	actionDeviceRevoked  = "device.revoked"  //
	actionDeviceWiped    = "device.wiped"    // it says that nothing is left on it
	actionDeviceBreach   = "device.breach"   // detail: code

	actionMembership        = "office.membership"  // detail: serial
	actionHostCertified     = "host.certified"     // subject: the device; detail: serial
	actionHostSuperseded    = "host.superseded"    // likewise
	actionHandoverOffered   = "handover.offered"   // subject: the device that is to be the host
	actionHandoverBegun     = "handover.begun"     // its file is on its way
	actionHandoverCancelled = "handover.cancelled" //
	actionCredentialCopied  = "credential.copied"  // a password that was changed on another computer; detail: device
	actionRefusalApplied    = "refusal.applied"    // subject: the transaction; detail: ops
	actionRefusalDismissed  = "refusal.laid_aside" // detail: ops
)

const longestDeviceName = 60

// newDevice is a computer to be listed.
type newDevice struct {
	id, user, name, version string
	by                      string // who let it in
	revoked                 bool
}

func addDevice(tx *store.Tx, d newDevice) error {
	var revokedAt any
	if d.revoked {
		revokedAt = clock.Format(tx.Now())
	}
	_, err := tx.Exec(`
		INSERT INTO device (id, user_id, name, version, enrolled_at, enrolled_by, revoked_at)
		VALUES ({:id}, {:user}, {:name}, {:version}, {:at}, {:by}, {:revoked})`, dbx.Params{
		"id": d.id, "user": d.user, "name": cleanName(d.name), "version": cut(d.version, longestVersion),
		"at": clock.Format(tx.Now()), "by": d.by, "revoked": revokedAt,
	})
	if err != nil {
		return fmt.Errorf("write device: %w", err)
	}
	return account.Audit(tx, d.by, actionDeviceEnrolled, d.id, map[string]string{"user": d.user})
}

// revokeDevice ends a computer's membership, for ever: who is let in again comes with another key. by is "" when only a
// membership list tells.
func revokeDevice(tx *store.Tx, by, id string) error {
	_, err := tx.Exec(`
		UPDATE device
		SET revoked_at = {:at}, revoked_by = {:by}, held = (
			SELECT count(*)
			FROM scope s
			WHERE s.user_id = device.user_id
			AND s.active = 1
			AND s.root_id NOT IN ({:all}, device.user_id))
		WHERE id = {:id}
		AND revoked_at IS NULL`,
		dbx.Params{"at": clock.Format(tx.Now()), "by": by, "id": id, "all": everything})
	if err != nil {
		return fmt.Errorf("revoke device: %w", err)
	}
	return account.Audit(tx, by, actionDeviceRevoked, id, nil)
}

// Revoke ends a computer's membership: it is cut off at once, and wiped when it next comes. Revoking what is revoked
// changes nothing. Faults: access.admin_only, device.not_found, device.is_host, recovery.needed, host.superseded.
func (h *Host) Revoke(ctx context.Context, v account.Viewer, id string) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	if err := h.ready(ctx); err != nil {
		return err
	}
	if id == h.DeviceID() {
		return fault.New(CodeDeviceIsHost)
	}
	_, err := h.Store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		a, err := readActor(tx.Query(), id)
		switch {
		case errors.Is(err, errUnknownDevice):
			return fault.New(CodeDeviceMissing)
		case err != nil || a.Revoked:
			return err
		}
		if err := revokeDevice(tx, v.UserID, id); err != nil {
			return err
		}
		return h.publishNext(tx)
	})
	if err != nil {
		return fmt.Errorf("revoke device: %w", err)
	}
	h.Changed(id)
	return nil
}

// noteWiped keeps that a revoked computer has said that it is empty.
func (h *Host) noteWiped(ctx context.Context, id string) error {
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		result, err := tx.Exec(`
			UPDATE device
			SET wiped_at = {:at}, held = 0
			WHERE id = {:id}
			AND revoked_at IS NOT NULL
			AND wiped_at IS NULL`, dbx.Params{"at": clock.Format(tx.Now()), "id": id})
		if err != nil {
			return fmt.Errorf("note a wiped device: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return account.Audit(tx, "", actionDeviceWiped, id, nil)
	})
	return err
}

// noteBreach notes what no honest program sends. A computer that does it all the time is noted once a minute.
func (h *Host) noteBreach(ctx context.Context, device, user string, cause error) {
	now := h.now()
	if !takes(h.limits.of(device).breaches, now, 1) || !takes(h.limits.breaches, now, 1) {
		return
	}
	var f *Farewell
	code := ByeProtocol
	if errors.As(cause, &f) {
		code = f.Code
	}
	h.note(ctx, user, actionDeviceBreach, device, code, cause)
}

// note writes a line of the audit trail that stands alone, and one of the log. That it cannot be written is no reason to
// treat the other side differently.
func (h *Host) note(ctx context.Context, user, action, subject, code string, cause error) {
	if h.Log != nil {
		h.Log.WithError(cause).WithField("device", subject).WithField("code", code).Warn(action)
	}
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		return account.Audit(tx, user, action, subject, map[string]string{"code": code})
	})
	if err != nil && h.Log != nil {
		h.Log.WithError(err).Error("note a breach")
	}
}

// notFound gives "no rows" a code.
func notFound(err error, code string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(code)
	}
	return err
}
