package office

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// Codes of the faults of a hand-over.
const (
	CodeHandoverMissing  = "handover.not_found"     // none is under way, or another one
	CodeHandoverOther    = "handover.under_way"     // it is being carried out already
	CodeHandoverAway     = "handover.not_connected" // the chosen computer is not connected
	CodeHandoverNotAdmin = "handover.not_admin"     // the chosen computer is no administrator's
	CodeHandoverChanged  = "handover.changed"       // something was written after the copy was made
	CodeHostMoving       = "host.moving"            // this host is handing the office over and takes nothing
)

// States of a hand-over.
const (
	HandoverNone    = "none"
	HandoverOffered = "offered" // waits for somebody at the chosen computer
	HandoverMoving  = "moving"  // the host takes nothing any more; its file is on its way
	HandoverMoved   = "moved"   // another computer is the host
)

// Handover is a planned change of host, as the present host knows it. The zero value is none. It is not kept with the
// file: a host that was started again goes on being the host.
type Handover struct {
	State  string
	ID     string
	Device string // the computer that is to be the host
	By     string // the administrator who has chosen it
}

// Handover tells what is under way.
func (h *Host) Handover() Handover {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.cert.raw != nil && !h.cert.of(h.Key):
		return Handover{State: HandoverMoved, Device: deviceOf(h.cert)}
	case h.handover.State == "":
		return Handover{State: HandoverNone}
	}
	return h.handover
}

// Moving reports whether this host takes nothing because its file is on its way to the next one.
func (h *Host) Moving() bool { return h.Handover().State == HandoverMoving }

// OfferHandover chooses the next host: a connected computer of an administrator's, where somebody has to accept. Faults:
// access.admin_only, recovery.needed, host.superseded, device.not_found, handover.not_admin, handover.not_connected,
// handover.under_way.
func (h *Host) OfferHandover(ctx context.Context, v account.Viewer, device string) (Handover, error) {
	if err := account.AdminOnly(v); err != nil {
		return Handover{}, err
	}
	switch {
	case !h.Prepared():
		return Handover{}, fault.New(CodeNoRecovery)
	case h.Superseded():
		return Handover{}, fault.New(CodeHostSuperseded)
	}
	a, err := readActor(h.Store.Read(), device)
	switch {
	case err != nil || a.Revoked || device == h.DeviceID():
		return Handover{}, coded(err, CodeDeviceMissing)
	case !a.Active || a.Role != string(account.RoleAdmin):
		return Handover{}, fault.New(CodeHandoverNotAdmin)
	case h.session(device) == nil:
		return Handover{}, fault.New(CodeHandoverAway)
	}
	id := make([]byte, 16)
	if _, err := io.ReadFull(h.Random, id); err != nil {
		return Handover{}, fmt.Errorf("make hand-over: %w", err)
	}
	next := Handover{State: HandoverOffered, ID: hex.EncodeToString(id), Device: device, By: v.UserID}
	h.mu.Lock()
	if h.handover.State == HandoverMoving {
		h.mu.Unlock()
		return Handover{}, fault.New(CodeHandoverOther)
	}
	h.handover = next
	h.mu.Unlock()
	if err := h.auditHandover(ctx, v.UserID, actionHandoverOffered, device); err != nil {
		return Handover{}, err
	}
	h.Changed(device)
	return next, nil
}

// CancelHandover takes the offer back; from then on this host takes everything again. Fault access.admin_only; nil when
// none is under way.
func (h *Host) CancelHandover(ctx context.Context, v account.Viewer) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	was := h.Handover()
	if was.State != HandoverOffered && was.State != HandoverMoving {
		return nil
	}
	h.ThawHandover(was.ID)
	return h.auditHandover(ctx, v.UserID, actionHandoverCancelled, was.Device)
}

// ThawHandover ends a hand-over that has not been carried out.
func (h *Host) ThawHandover(id string) {
	h.mu.Lock()
	if h.handover.ID == id {
		h.handover = Handover{}
	}
	h.mu.Unlock()
}

// BeginHandover checks that the chosen computer asks, and freezes: its session stays, all others end, and new ones end as
// soon as they say something, until ThawHandover or HandOver. What the API and leads write is for the caller to stop. When
// it answers, nothing of another computer is being written any more. Asking again begins again. Faults: handover.not_found.
func (h *Host) BeginHandover(ctx context.Context, raw []byte) (identity.HandoverRequest, error) {
	was := h.Handover()
	if was.State != HandoverOffered && was.State != HandoverMoving {
		return identity.HandoverRequest{}, fault.New(CodeHandoverMissing)
	}
	r, err := identity.VerifyHandoverRequest(raw, was.Device)
	if err != nil || r.ID != was.ID || r.Recipient == "" {
		return identity.HandoverRequest{}, coded(err, CodeHandoverMissing)
	}
	var others []*HostSession
	h.mu.Lock()
	if h.handover.ID == was.ID {
		h.handover.State = HandoverMoving
	}
	for id, s := range h.sessions {
		if id != was.Device {
			others = append(others, s)
		}
	}
	h.mu.Unlock()
	for _, s := range others {
		s.replaced.Store(true)
		h.Changed(s.device)
		s.rest()
	}
	return r, h.auditHandover(ctx, was.By, actionHandoverBegun, was.Device)
}

// FinishHandover signs that the chosen computer is the host, as it has asked for once it had the whole file. head is where
// the copy has ended, digest the copy's. Members are told where to go. Faults: handover.not_found, handover.changed.
func (h *Host) FinishHandover(ctx context.Context, raw []byte, head store.Cursor, digest []byte) (certificate []byte, err error) {
	was := h.Handover()
	if was.State != HandoverMoving {
		return nil, fault.New(CodeHandoverMissing)
	}
	r, err := identity.VerifyHandoverRequest(raw, was.Device)
	if err != nil || r.ID != was.ID || string(r.Digest) != string(digest) {
		return nil, coded(err, CodeHandoverMissing)
	}
	now, err := h.Store.Head(ctx)
	if err != nil {
		return nil, err
	}
	if now != head {
		return nil, fault.New(CodeHandoverChanged)
	}
	next, err := h.successor(ctx, ed25519.PublicKey(r.Key))
	if err != nil {
		return nil, err
	}
	return next.raw, h.install(ctx, next, r.Addresses, was.By)
}

// coded is a fault, also where there is no error behind it.
func coded(err error, code string) error {
	if err == nil {
		return fault.New(code)
	}
	return fault.Wrap(err, code)
}

// rest returns once nothing that the session was asked before is being written.
func (s *HostSession) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

func (h *Host) auditHandover(ctx context.Context, by, action, device string) error {
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error { return account.Audit(tx, by, action, device, nil) })
	if err != nil {
		return fmt.Errorf("note a hand-over: %w", err)
	}
	return nil
}

// movedFor is moved for a computer that has just come, if it is one of the office's. Who was revoked is sent on as well: only
// the host that is now can have them wiped.
func (h *Host) movedFor(device string) []wire.Frame {
	if _, err := readActor(h.Store.Read(), device); err != nil {
		return nil
	}
	return h.moved()
}

// Appointment is the certificate by which this computer is the office's host, where the former host has named it; nil as
// long as another one is.
func (m *Member) Appointment(ctx context.Context) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.load(ctx); err != nil {
		return nil, err
	}
	if deviceOf(m.cert) != m.Device {
		return nil, nil
	}
	return m.cert.raw, nil
}
