package apitest

import (
	"context"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
)

// Relay is an api.Relay without a relay: it is linked with whatever address it is given.
type Relay struct{ state api.RelayState }

// State implements api.Relay.
func (r *Relay) State(context.Context, account.Viewer) (api.RelayState, error) {
	s := r.state
	if s.State == "" {
		s.State = api.RelayOff
	}
	if s.Checks == nil {
		s.Checks = []api.RelayCheck{}
	}
	return s, nil
}

// Configure implements api.Relay.
func (r *Relay) Configure(ctx context.Context, v account.Viewer, s api.RelaySetting) (api.RelayState, error) {
	r.state.Address, r.state.State = s.Address, "linked"
	return r.State(ctx, v)
}

// Remove implements api.Relay.
func (r *Relay) Remove(ctx context.Context, v account.Viewer) (api.RelayState, error) {
	r.state = api.RelayState{}
	return r.State(ctx, v)
}

// Publish implements api.Relay.
func (r *Relay) Publish(ctx context.Context, v account.Viewer, p api.RelayPublication) (api.RelayState, error) {
	r.state.Texts = api.RelayTexts{Privacy: p.Privacy, Deletion: p.Deletion, Updated: "2026-11-02"}
	return r.State(ctx, v)
}

// Subscribe implements api.Relay.
func (r *Relay) Subscribe(ctx context.Context, v account.Viewer) (api.RelayState, error) {
	return r.State(ctx, v)
}

// Check implements api.Relay.
func (r *Relay) Check(ctx context.Context, v account.Viewer) (api.RelayState, error) {
	r.state.Checks = []api.RelayCheck{{Code: api.RelayCheckLink, State: "ok"}}
	return r.State(ctx, v)
}
