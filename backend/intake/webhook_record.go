package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

// settingWebhooks is the key under which the settings keep what is known of Meta's calls.
const settingWebhooks = "intake.webhooks"

// webhookRecord is what is known of Meta's calls. Instants are "" before the first.
type webhookRecord struct {
	Calls       int            `json:"calls"` // whose signature was right
	LastAt      string         `json:"last_at"`
	LeadAt      string         `json:"lead_at"` // of the last that brought a lead
	TestAt      string         `json:"test_at"` // of the last connection test
	Wrong       int            `json:"wrong"`   // calls whose signature was not the app's
	WrongAt     string         `json:"wrong_at"`
	Broken      int            `json:"broken"` // what was signed and could not be read
	BrokenAt    string         `json:"broken_at"`
	UnknownPage string         `json:"unknown_page"` // a page that nobody has connected
	UnknownAt   string         `json:"unknown_at"`
	Deletions   []deletionNote `json:"deletions,omitempty"` // the last, oldest first
}

// WebhookState is what is known of Meta's calls, for the settings page. Nil instants have not happened.
type WebhookState struct {
	Calls       int     `json:"calls" doc:"Whose signature was right"`
	LastAt      *string `json:"last_at"`
	LeadAt      *string `json:"lead_at" doc:"Of the last that brought a lead"`
	TestAt      *string `json:"test_at" doc:"Of the last connection test from Meta's dashboard"`
	Wrong       int     `json:"wrong" doc:"Calls whose signature was not the app's"`
	WrongAt     *string `json:"wrong_at"`
	UnknownPage string  `json:"unknown_page" doc:"A page that is not connected and sends leads"`
	UnknownAt   *string `json:"unknown_at"`
}

// Webhooks returns what is known of Meta's calls.
func (s *Service) Webhooks(ctx context.Context, v account.Viewer) (WebhookState, error) {
	if err := account.AdminOnly(v); err != nil {
		return WebhookState{}, err
	}
	r, err := readWebhookRecord(ctx, s.store.Read())
	if err != nil {
		return WebhookState{}, err
	}
	at := func(text string) *string { return optional(parse(text)) }
	return WebhookState{
		Calls: r.Calls, LastAt: at(r.LastAt), LeadAt: at(r.LeadAt), TestAt: at(r.TestAt), Wrong: r.Wrong, WrongAt: at(r.WrongAt),
		UnknownPage: r.UnknownPage, UnknownAt: at(r.UnknownAt),
	}, nil
}

func readWebhookRecord(ctx context.Context, q dbx.Builder) (r webhookRecord, err error) {
	var texts []string
	err = q.NewQuery(`SELECT v FROM setting WHERE k = {:k}`).Bind(dbx.Params{"k": settingWebhooks}).WithContext(ctx).Column(&texts)
	if err != nil || len(texts) == 0 {
		return r, wrap("read what is known of webhooks", err)
	}
	return r, wrap("read what is known of webhooks", json.Unmarshal([]byte(texts[0]), &r))
}

func changeWebhookRecord(tx *store.Tx, change func(r *webhookRecord, now string)) error {
	r, err := readWebhookRecord(context.Background(), tx.Query())
	if err != nil {
		return err
	}
	change(&r, format(tx.Now()))
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode what is known of webhooks: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO setting (k, v)
		VALUES ({:k}, {:v})
		ON CONFLICT (k) DO UPDATE SET v = excluded.v`, dbx.Params{"k": settingWebhooks, "v": string(text)})
	return wrap("write what is known of webhooks", err)
}

// newsFor is how long the health page tells of a call that could not be used.
const newsFor = 24 * time.Hour

// relayPatience is how long the link with the relay may be down before it is a matter.
const relayPatience = 2 * time.Minute

// healthOfWebhooks looks for calls that could not be used, and for a relay that is away.
func (s *Service) healthOfWebhooks(ctx context.Context, h *Health) error {
	r, err := readWebhookRecord(ctx, s.store.Read())
	if err != nil {
		return err
	}
	now := s.clock.Now()
	news := func(at string) bool { return at != "" && now.Sub(parse(at)) < newsFor }
	if news(r.WrongAt) {
		level := LevelWarn
		if r.LastAt < r.WrongAt { // none has been right since
			level = LevelBad
		}
		h.add("webhook.signature", level, "open_meta", "count", r.Wrong, "date", r.WrongAt)
	}
	if news(r.BrokenAt) {
		h.add("webhook.unreadable", LevelWarn, "", "count", r.Broken, "date", r.BrokenAt)
	}
	if news(r.UnknownAt) {
		pages, err := s.listPages(ctx)
		if err != nil {
			return err
		}
		connected := false
		for _, p := range pages {
			connected = connected || p.ID == r.UnknownPage
		}
		if !connected {
			h.add("webhook.unknown_page", LevelWarn, "open_meta", "page", r.UnknownPage, "date", r.UnknownAt)
		}
	}
	if link := s.hook.state(); link.Used && !link.Up && now.Sub(link.Since) >= relayPatience {
		h.add("relay.offline", LevelWarn, "open_relay", "why", link.Problem, "date", format(link.Since))
	}
	return nil
}
