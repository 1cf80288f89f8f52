package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/intake"
)

// Relay is the host's connection with the office's relay. The program implements it; on a member only the host answers.
type Relay interface {
	// State tells how it stands.
	State(ctx context.Context, v account.Viewer) (RelayState, error)
	// Configure has the office use a relay, and waits a moment for its answer. Faults: relay.bad_address, recovery.needed.
	Configure(ctx context.Context, v account.Viewer, s RelaySetting) (RelayState, error)
	// Remove has the office use none.
	Remove(ctx context.Context, v account.Viewer) (RelayState, error)
	// Publish has the relay show the office's public texts, with today's date.
	Publish(ctx context.Context, v account.Viewer, p RelayPublication) (RelayState, error)
	// Subscribe has Meta send the app's and the pages' leads to the relay. Faults: relay.not_set, relay.not_linked,
	// meta.not_connected, and Meta's refusal.
	Subscribe(ctx context.Context, v account.Viewer) (RelayState, error)
	// Check looks at every switch between a form and this office. Fault relay.not_set.
	Check(ctx context.Context, v account.Viewer) (RelayState, error)
}

// Codes of a relay's faults.
const (
	CodeRelayNotSet    = "relay.not_set"
	CodeRelayNotLinked = "relay.not_linked"
)

// States of a RelayState.
const (
	RelayOff        = "off"        // the office uses none
	RelayUnprepared = "unprepared" // the recovery code comes first
	RelayOffline    = "offline"
)

// RelayCheckLink is the code of the first of the checks: the link between host and relay. The others are intake's switches.
const RelayCheckLink = "link"

// RelaySetting names a relay. An empty token keeps the stored one.
type RelaySetting struct {
	Address   string `json:"address" maxLength:"200"`
	Admission string `json:"admission" maxLength:"500" doc:"The operator's token; only a relay that does not know the office asks for it"`
}

// RelayPublication is what the relay shows to everybody: plain text, a blank line begins a paragraph.
type RelayPublication struct {
	Privacy  string `json:"privacy" maxLength:"20000"`
	Deletion string `json:"deletion" maxLength:"20000"`
}

// RelayTexts are the public texts, and since when.
type RelayTexts struct {
	Privacy  string `json:"privacy"`
	Deletion string `json:"deletion"`
	Updated  string `json:"updated" doc:"YYYY-MM-DD; empty before the first time"`
}

// RelayCheck is one of the switches that have to be on before a lead is announced.
type RelayCheck intake.Switch

// RelayState is how the host stands with the relay.
type RelayState struct {
	Address             string              `json:"address"`
	State               string              `json:"state" enum:"off,unprepared,connecting,linked,offline,refused"`
	Problem             string              `json:"problem" doc:"Why there is no link: unreachable, certificate, no_relay, busy, or the relay's refusal"`
	Since               *string             `json:"since" doc:"Of the state"`
	Waiting             int64               `json:"waiting" doc:"Events at the relay that are not here"`
	KeptDays            int                 `json:"kept_days" doc:"For which the relay keeps an event"`
	LastEventAt         *string             `json:"last_event_at" doc:"When the relay received the last one, since the program began"`
	ClockMS             int64               `json:"clock_ms" doc:"The relay's clock minus this computer's"`
	CallbackURL         string              `json:"callback_url" doc:"For Meta's webhooks"`
	VerifyToken         string              `json:"verify_token"`
	DeletionCallbackURL string              `json:"deletion_callback_url" doc:"For Meta's data-deletion requests"`
	PrivacyURL          string              `json:"privacy_url"`
	DeletionURL         string              `json:"deletion_url"`
	Texts               RelayTexts          `json:"texts"`
	Webhooks            intake.WebhookState `json:"webhooks"`
	Checks              []RelayCheck        `json:"checks" doc:"As they were last seen since the program began"`
	CheckedAt           *string             `json:"checked_at"`
}

func (a *API) routeRelay() {
	handle(a, route{id: "get-relay", method: http.MethodGet, path: "/api/relay", summary: "How the office stands with its relay", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (RelayState, error) {
			return c.office.Relay.State(ctx, c.viewer)
		})
	handle(a, route{id: "set-relay", method: http.MethodPut, path: "/api/relay", summary: "Use a relay", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[RelaySetting]) (RelayState, error) {
			return c.office.Relay.Configure(ctx, c.viewer, input.Body)
		})
	handle(a, route{id: "remove-relay", method: http.MethodDelete, path: "/api/relay", summary: "Use no relay", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (RelayState, error) {
			return c.office.Relay.Remove(ctx, c.viewer)
		})
	handle(a, route{id: "publish-relay-texts", method: http.MethodPut, path: "/api/relay/texts", summary: "Show the office's public texts", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[RelayPublication]) (RelayState, error) {
			return c.office.Relay.Publish(ctx, c.viewer, input.Body)
		})
	handle(a, route{id: "subscribe-relay", method: http.MethodPost, path: "/api/relay/subscribe", summary: "Have Meta send its webhooks to the relay", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (RelayState, error) {
			return c.office.Relay.Subscribe(ctx, c.viewer)
		})
	handle(a, route{id: "check-relay", method: http.MethodPost, path: "/api/relay/check", summary: "Look at every switch between a form and the office", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (RelayState, error) {
			return c.office.Relay.Check(ctx, c.viewer)
		})
}
