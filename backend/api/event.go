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
	Type      string   `json:"type" enum:"changed"`
	Entities  []string `json:"entities"`
	Prospects []string `json:"prospects"`
}

// LeadEvent says that a lead became a prospect, or joined one, a moment ago. Behind the lock of a session it has neither name
// nor phone.
type LeadEvent struct {
	Type       string `json:"type" enum:"lead"`
	ProspectID string `json:"prospect_id"`
	State      string `json:"state" enum:"registered,linked"`
	Name       string `json:"name"`
	Phone      string `json:"phone"`
	FormName   string `json:"form_name"`
	SellerID   string `json:"seller_id"`
}

// PlainEvent says that something is to be read again: hello (everything), health, meta, sync, or the import with this id.
type PlainEvent struct {
	Type string `json:"type" enum:"hello,health,meta,sync,import"`
	ID   string `json:"id,omitempty"`
}

func (a *API) routeEvents() {
	r := route{id: "follow-events", method: http.MethodGet, path: eventsPath, summary: "Events as they happen (server-sent events)", access: locked, passive: true}
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

// stream writes events until the page leaves, its session ends or the office changes. A session that is locked may follow:
// see follower.take.
func (a *API) stream(hc huma.Context, c caller) {
	w, ok := hc.BodyWriter().(http.ResponseWriter)
	if !ok {
		return
	}
	controller := http.NewResponseController(w)
	past := time.Unix(1, 0)
	f := a.hub.follow(c, func() {
		if err := controller.SetWriteDeadline(past); err != nil {
			a.log.WithError(err).Debug("a slow page could not be cut off")
		}
	})
	defer a.hub.leave(f)
	hc.SetHeader("Content-Type", "text/event-stream")
	hc.SetStatus(http.StatusOK)
	send := func(line string) bool {
		if _, err := w.Write([]byte(line)); err != nil {
			return false
		}
		return controller.Flush() == nil
	}
	if !send("data: {\"type\":\"hello\"}\n\n") {
		return
	}
	for {
		alive := ""
		select {
		case <-hc.Context().Done():
			return
		case <-f.ended:
			return
		case <-a.deps.Clock.After(heartbeat):
			alive = ": alive\n\n"
		case <-f.ready:
		}
		events, ok := f.take(hc.Context())
		if !ok || alive != "" && !send(alive) {
			return
		}
		for _, event := range events {
			text, err := json.Marshal(event)
			if err != nil || !send("data: "+string(text)+"\n\n") {
				return
			}
		}
	}
}
