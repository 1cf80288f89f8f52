package office

import (
	"context"
	"fmt"
	"sync"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// States that a computer that joins is told.
const (
	EnrolWaiting  = "waiting"  // an administrator has to let it in
	EnrolAdmitted = "admitted" //
	EnrolRefused  = "refused"  // or cancelled, or the token is nobody's
	EnrolExpired  = "expired"  //
	EnrolUsed     = "used"     // another computer has shown the token first
	EnrolBusy     = "busy"     // too many try
)

// Enrolment is one connection of a computer that is not of the office yet. Its methods take turns.
type Enrolment struct {
	h      *Host
	device string
	digits string
	from   string // address

	mu         sync.Mutex
	invitation string // "" before the token was shown
	told       string // the last state
}

// Enrolment returns the session of a computer that wants to join. device is the id of the key that it has proved to have,
// digits are the six of this very connection.
func (h *Host) Enrolment(device, digits string) *Enrolment {
	return &Enrolment{h: h, device: device, digits: digits}
}

// From says which address the computer comes from, for the limits. It is called before Handle.
func (e *Enrolment) From(address string) { e.from = address }

// Handle takes a frame: the token, once. Errors are as HostSession.Handle's.
func (e *Enrolment) Handle(ctx context.Context, f wire.Frame) ([]wire.Frame, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.h
	if err := h.ready(ctx); err != nil {
		return nil, err
	}
	if err := h.serving(); err != nil {
		return h.moved(), err
	}
	if _, ok := f.Body.(*wire.Bye); ok {
		return nil, farewell(ByeClosing)
	}
	body, ok := f.Body.(*wire.Enrol)
	if !ok || e.told != "" {
		return nil, farewell(ByeProtocol)
	}
	if now := h.now(); !takes(h.limits.addresses.of(e.from, now).tries, now, 1) || !takes(h.limits.enrolments, now, 1) {
		return []wire.Frame{frame(&wire.EnrolState{State: EnrolBusy})}, farewell(ByeBusy)
	}
	state, err := e.show(ctx, body)
	if err != nil {
		return nil, err
	}
	return e.tell(state)
}

// show looks the token up and has its invitation wait for an administrator.
func (e *Enrolment) show(ctx context.Context, body *wire.Enrol) (state string, err error) {
	_, err = e.h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		state = ""
		if err := expireInvitations(tx); err != nil {
			return err
		}
		i, ok, err := findInvitation(tx.Query(), body.Token, tx.Now())
		if err != nil {
			return err
		}
		if state, err = e.judge(tx, i, ok); err != nil {
			return err
		}
		if state != EnrolWaiting && state != EnrolAdmitted {
			if !takes(e.h.limits.addresses.of(e.from, e.h.now()).audits, e.h.now(), 1) {
				return nil // it has been said of this address
			}
			return account.Audit(tx, "", actionInvitationMisused, i.ID, map[string]string{"code": state, "device": e.device})
		}
		e.invitation = i.ID
		if state == EnrolAdmitted {
			return nil
		}
		_, err = tx.Exec(`
			UPDATE invitation
			SET state = 'waiting', attempts = attempts + 1, device_id = {:device}, device_name = {:name}, digits = {:digits}
			WHERE id = {:id}`,
			dbx.Params{"device": e.device, "name": cleanName(body.Name), "digits": e.digits, "id": i.ID})
		if err != nil {
			return fmt.Errorf("write invitation: %w", err)
		}
		return account.Audit(tx, "", actionInvitationShown, i.ID, map[string]string{"device": e.device})
	})
	if err != nil {
		return "", fmt.Errorf("look at an invitation: %w", err)
	}
	return state, nil
}

// judge says what a token gets. A computer whose connection broke may come again; a key that was revoked never.
func (e *Enrolment) judge(tx *store.Tx, i invitationRow, ok bool) (string, error) {
	members, err := readMembers(tx.Query())
	if err != nil {
		return "", err
	}
	known, listed := members[e.device]
	switch {
	case !ok, listed && known.Revoked, i.Attempts >= mostAttempts:
		return EnrolRefused, nil
	case i.State == InvitationExpired:
		return EnrolExpired, nil
	case i.DeviceID != "" && i.DeviceID != e.device:
		return EnrolUsed, nil
	case i.State == InvitationAdmitted && listed:
		return EnrolAdmitted, nil
	case i.open() && !listed:
		return EnrolWaiting, nil
	}
	return EnrolRefused, nil
}

// tell makes the frame for a state. Whatever but waiting ends the session, once the joining computer has closed it.
func (e *Enrolment) tell(state string) ([]wire.Frame, error) {
	e.told = state
	switch state {
	case EnrolWaiting:
		return []wire.Frame{frame(&wire.EnrolState{State: EnrolWaiting})}, nil
	case EnrolAdmitted:
		body, err := e.h.admitted(e.device)
		if err != nil {
			return nil, err
		}
		return []wire.Frame{frame(body)}, nil
	}
	return []wire.Frame{frame(&wire.EnrolState{State: state})}, farewell(ByeClosing)
}

// Wake tells the joining computer what has been decided since. The transport calls it when HostDeps.Changed names the
// device, and now and then, because time ends invitations.
func (e *Enrolment) Wake(ctx context.Context) ([]wire.Frame, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.told != EnrolWaiting {
		return nil, nil
	}
	i, err := readInvitation(e.h.Store.Read(), e.invitation)
	if err != nil {
		return nil, err
	}
	state := i.invitation(formatNow(e.h)).State
	switch {
	case state == InvitationWaiting && i.DeviceID == e.device && i.Digits == e.digits:
		return nil, nil
	case state == InvitationAdmitted && i.DeviceID == e.device:
		return e.tell(EnrolAdmitted)
	case state == InvitationExpired:
		return e.tell(EnrolExpired)
	}
	return e.tell(EnrolRefused)
}

// Close ends the session when its connection has ended. The invitation goes on waiting: the computer may come again.
func (e *Enrolment) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = EnrolRefused
}

// admitted is everything that a computer needs to become a member.
func (h *Host) admitted(device string) (*wire.EnrolState, error) {
	q := h.Store.Read()
	a, err := readActor(q, device)
	if err != nil {
		return nil, err
	}
	s := &wire.EnrolState{
		State: EnrolAdmitted, OfficeID: h.officeID(), User: a.User, Certificate: h.certificate().raw, Members: h.newest().raw,
		Addresses: h.Addresses(),
	}
	err = q.NewQuery(`
		SELECT u.name, u.login, coalesce((SELECT o.name FROM office o WHERE o.deleted = 0 LIMIT 1), '')
		FROM user u
		WHERE u.id = {:id}`).Bind(dbx.Params{"id": a.User}).Row(&s.UserName, &s.Login, &s.Office)
	if err != nil {
		return nil, fmt.Errorf("read user: %w", notFound(err, account.CodeUserNotFound))
	}
	c, err := account.ReadCredential(q, a.User)
	if err != nil {
		return nil, err
	}
	if c.Hash != "" {
		s.Credential = &wire.Credential{User: c.UserID, Hash: c.Hash, ChangedAt: changedAt(c)}
	}
	return s, nil
}

// Admit lets in the computer that waits behind an invitation. Who admits has compared the digits. Faults:
// access.admin_only, recovery.needed, host.superseded, invitation.not_found, invitation.decided, user.not_found.
func (h *Host) Admit(ctx context.Context, v account.Viewer, id string) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	if err := h.authority(ctx); err != nil {
		return err
	}
	var device string
	_, err := h.Store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		i, err := readInvitation(tx.Query(), id)
		if err != nil {
			return err
		}
		if i.State != InvitationWaiting || i.ExpiresAt <= formatTx(tx) {
			return fault.New(CodeInvitationDecided)
		}
		if err := activeUser(tx, i.UserID); err != nil {
			return err
		}
		device = i.DeviceID
		err = addDevice(tx, newDevice{id: device, user: i.UserID, name: i.DeviceName, by: v.UserID})
		if err != nil {
			return err
		}
		detail := map[string]string{"device": device, "user": i.UserID}
		if err := decideInvitation(tx, v.UserID, id, InvitationAdmitted, actionInvitationAdmitted, detail); err != nil {
			return err
		}
		return h.publishNext(tx)
	})
	if err != nil {
		return fmt.Errorf("admit device: %w", err)
	}
	h.Changed(device)
	return nil
}

// activeUser answers user.not_found for who may have no computer any more.
func activeUser(tx *store.Tx, id string) error {
	var active bool
	err := tx.Query().NewQuery(`
		SELECT active = 1 AND deleted = 0
		FROM user
		WHERE id = {:id}`).Bind(dbx.Params{"id": id}).Row(&active)
	if err := notFound(err, account.CodeUserNotFound); err != nil {
		return fmt.Errorf("read user: %w", err)
	}
	if !active {
		return fault.New(account.CodeUserNotFound)
	}
	return nil
}

// Refuse turns away the computer that waits behind an invitation, and ends the invitation. Faults: access.admin_only,
// invitation.not_found, invitation.decided.
func (h *Host) Refuse(ctx context.Context, v account.Viewer, id string) error {
	return h.end(ctx, v, id, InvitationRefused, actionInvitationRefused)
}

// Cancel ends an invitation that is not needed any more. Faults as Refuse's.
func (h *Host) Cancel(ctx context.Context, v account.Viewer, id string) error {
	return h.end(ctx, v, id, InvitationCancelled, actionInvitationCancelled)
}

func (h *Host) end(ctx context.Context, v account.Viewer, id, state, action string) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	var device string
	_, err := h.Store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		i, err := readInvitation(tx.Query(), id)
		if err != nil {
			return err
		}
		if !i.open() {
			return fault.New(CodeInvitationDecided)
		}
		device = i.DeviceID
		return decideInvitation(tx, v.UserID, id, state, action, map[string]string{"device": device})
	})
	if err != nil {
		return fmt.Errorf("end invitation: %w", err)
	}
	if device != "" {
		h.Changed(device)
	}
	return nil
}
