package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/account"
)

// Handover moves the office from its host to another computer while both are there. The program implements it: on the host
// all but Take, on a member Take alone.
type Handover interface {
	// State tells what is under way.
	State(ctx context.Context, v account.Viewer) (HandoverState, error)
	// Offer chooses the next host, Cancel takes that back.
	Offer(ctx context.Context, v account.Viewer, device string) error
	Cancel(ctx context.Context, v account.Viewer) error
	// Begin, Part and Finish are what the chosen computer asks: from Begin on the host takes nothing any more.
	Begin(ctx context.Context, request []byte) (HandoverFile, error)
	Part(ctx context.Context, id string, at int64) (HandoverPart, error)
	Finish(ctx context.Context, request []byte) (HandoverEnd, error)
	// Take begins to make this computer the host that its host has chosen; Setup.RestoreState tells how it goes on.
	Take(ctx context.Context, v account.Viewer) error
}

// HandoverState is how far a change of host has come.
type HandoverState struct {
	State      string `json:"state" enum:"none,offered,moving,moved"`
	ID         string `json:"id"`
	DeviceID   string `json:"device_id" doc:"The computer that is to be the host"`
	DeviceName string `json:"device_name"`
	UserName   string `json:"user_name" doc:"Whose computer it is"`
	ByName     string `json:"by_name" doc:"The administrator who has chosen it"`
	Sent       int64  `json:"sent" doc:"Bytes of the office's file that are on the other side"`
	Bytes      int64  `json:"bytes"`
}

// NewHandover names the computer that is to be the host.
type NewHandover struct {
	DeviceID string `json:"device_id" maxLength:"64"`
}

// HandoverRequest is what the chosen computer has signed.
type HandoverRequest struct {
	Request []byte `json:"request" maxLength:"24000"`
}

// HandoverFile is the office's file as it is sent, sealed for the chosen computer.
type HandoverFile struct {
	Bytes  int64  `json:"bytes"`
	Digest []byte `json:"digest" doc:"SHA-256"`
	Rows   int64  `json:"rows" doc:"Of the office's tables"`
	Rev    int64  `json:"rev" doc:"The last commit in it"`
}

// HandoverPart is a part of the file.
type HandoverPart struct {
	Data []byte `json:"data"`
}

// HandoverEnd makes the chosen computer the host.
type HandoverEnd struct {
	Certificate []byte `json:"certificate"`
}

// partOf asks for a part of the file that is being handed over.
type partOf struct {
	ID string `query:"id" maxLength:"64"`
	At int64  `query:"at" minimum:"0" doc:"In bytes"`
}

func (a *API) routeHandover() {
	handle(a, route{id: "get-handover", method: http.MethodGet, path: "/api/handover", summary: "Whether the office is moving to another computer", access: adminOnly, passive: true, host: true, always: true},
		func(ctx context.Context, c caller, _ *struct{}) (HandoverState, error) {
			return c.office.Handover.State(ctx, c.viewer)
		})
	handle(a, route{id: "offer-handover", method: http.MethodPost, path: "/api/handover", summary: "Choose the computer that is to be the host", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[NewHandover]) (HandoverState, error) {
			if err := c.office.Handover.Offer(ctx, c.viewer, input.Body.DeviceID); err != nil {
				return HandoverState{}, err
			}
			return c.office.Handover.State(ctx, c.viewer)
		})
	handle(a, route{id: "cancel-handover", method: http.MethodDelete, path: "/api/handover", summary: "Stay the host after all", access: adminOnly, host: true, always: true},
		func(ctx context.Context, c caller, _ *struct{}) (nothing, error) {
			return nothing{}, c.office.Handover.Cancel(ctx, c.viewer)
		})
	handle(a, route{id: "begin-handover", method: http.MethodPost, path: "/api/handover/begin", summary: "The chosen computer: seal the office's file for it", access: adminOnly, host: true, always: true},
		func(ctx context.Context, c caller, input *in[HandoverRequest]) (HandoverFile, error) {
			return c.office.Handover.Begin(ctx, input.Body.Request)
		})
	handle(a, route{id: "read-handover", method: http.MethodGet, path: "/api/handover/part", summary: "The chosen computer: a part of the file", access: adminOnly, passive: true, host: true, always: true},
		func(ctx context.Context, c caller, input *partOf) (HandoverPart, error) {
			return c.office.Handover.Part(ctx, input.ID, input.At)
		})
	handle(a, route{id: "finish-handover", method: http.MethodPost, path: "/api/handover/finish", summary: "The chosen computer: become the host", access: adminOnly, host: true, always: true},
		func(ctx context.Context, c caller, input *in[HandoverRequest]) (HandoverEnd, error) {
			return c.office.Handover.Finish(ctx, input.Body.Request)
		})
	handle(a, route{id: "take-handover", method: http.MethodPost, path: "/api/handover/take", summary: "Make this computer the host that its host has chosen", access: adminOnly},
		func(ctx context.Context, c caller, _ *struct{}) (RestoreState, error) {
			if err := c.office.Handover.Take(ctx, c.viewer); err != nil {
				return RestoreState{}, err
			}
			return a.deps.Setup.RestoreState(ctx)
		})
}
