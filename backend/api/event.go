package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// eventsPath has no deadline: its answer lasts as long as the page.
const eventsPath = "/api/events"

// heartbeat is how often a silent stream says that it lives, and looks whether its session still does.
const heartbeat = 20 * time.Second

// ChangedEvent says that tables changed, and for which prospects. Screens read again what they show of them.
type ChangedEvent struct {
	Type      string   `json:"type"` // changed
	Entities  []string `json:"entities"`
	Prospects []string `json:"prospects"`
}

// LeadEvent says that a lead became a prospect, or joined one, a moment ago.
type LeadEvent struct {
	Type       string `json:"type"` // lead
	ProspectID string `json:"prospect_id"`
	State      string `json:"state"` // registered, linked
	Name       string `json:"name"`
	Phone      string `json:"phone"`
	FormName   string `json:"form_name"`
	SellerID   string `json:"seller_id"`
}

// PlainEvent says that something is to be read again: hello (everything), health, meta, or the import with this id.
type PlainEvent struct {
	Type string `json:"type"` // hello, health, meta, import
	ID   string `json:"id,omitempty"`
}

func (a *API) routeEvents() {
	r := route{id: "follow-events", method: http.MethodGet, path: eventsPath, summary: "Events as they happen (server-sent events)", access: user, passive: true}
	operation := a.operation(r)
	operation.Responses = map[string]*huma.Response{"200": {
		Description: "Each event's data is one JSON object with a type",
		Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}}
	huma.Register(a.huma, operation, func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
		c, _ := ctx.Value(callerKey{}).(caller)
		return &huma.StreamResponse{Body: func(hc huma.Context) { a.stream(hc, c) }}, nil
	})
}

// stream writes events until the page leaves, its session ends or the office changes.
func (a *API) stream(hc huma.Context, c caller) {
	w, ok := hc.BodyWriter().(http.ResponseWriter)
	if !ok {
		return
	}
	f := a.hub.follow(c)
	defer a.hub.leave(f)
	hc.SetHeader("Content-Type", "text/event-stream")
	hc.SetHeader("X-Accel-Buffering", "no")
	hc.SetStatus(http.StatusOK)
	flush := http.NewResponseController(w).Flush
	send := func(line string) bool {
		if _, err := w.Write([]byte(line)); err != nil {
			return false
		}
		return flush() == nil
	}
	if !send("data: {\"type\":\"hello\"}\n\n") {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-hc.Context().Done():
			return
		case <-f.ended:
			return
		case <-beat.C:
			if !f.alive(hc.Context()) || !send(": alive\n\n") {
				return
			}
		case <-f.ready:
			for _, event := range f.take() {
				text, err := json.Marshal(event)
				if err != nil || !f.alive(hc.Context()) || !send("data: "+string(text)+"\n\n") {
					return
				}
			}
		}
	}
}
