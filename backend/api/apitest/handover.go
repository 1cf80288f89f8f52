package apitest

import (
	"context"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
)

// Handover is an api.Handover without a second computer: it notes whom it was offered.
type Handover struct{ offered string }

// State implements api.Handover.
func (h *Handover) State(context.Context, account.Viewer) (api.HandoverState, error) {
	if h.offered == "" {
		return api.HandoverState{State: "none"}, nil
	}
	return api.HandoverState{State: "offered", ID: "1", DeviceID: h.offered, DeviceName: "Portátil"}, nil
}

// Offer implements api.Handover.
func (h *Handover) Offer(_ context.Context, _ account.Viewer, device string) error {
	h.offered = device
	return nil
}

// Cancel implements api.Handover.
func (h *Handover) Cancel(context.Context, account.Viewer) error {
	h.offered = ""
	return nil
}

// Begin implements api.Handover.
func (h *Handover) Begin(context.Context, []byte) (api.HandoverFile, error) {
	return api.HandoverFile{Bytes: 3, Digest: []byte{1}, Rows: 1, Rev: 1}, nil
}

// Part implements api.Handover.
func (h *Handover) Part(context.Context, string, int64) (api.HandoverPart, error) {
	return api.HandoverPart{Data: []byte("abc")}, nil
}

// Finish implements api.Handover.
func (h *Handover) Finish(context.Context, []byte) (api.HandoverEnd, error) {
	return api.HandoverEnd{Certificate: []byte{1}}, nil
}

// Take implements api.Handover.
func (h *Handover) Take(context.Context, account.Viewer) error { return nil }
