package apitest

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// deadline ends a test that waits for what does not come; it never decides whether one passes.
const deadline = 30 * time.Second

// Event is anything that a page hears.
type Event struct {
	Type       string   `json:"type"`
	Entities   []string `json:"entities"`
	Prospects  []string `json:"prospects"`
	ProspectID string   `json:"prospect_id"`
	State      string   `json:"state"`
	Name       string   `json:"name"`
	Phone      string   `json:"phone"`
	SellerID   string   `json:"seller_id"`
	ID         string   `json:"id"`
}

// Page is a page that follows events over a real socket.
type Page struct {
	events chan Event
	// Beats counts the signs of life between events.
	Beats chan struct{}
	stop  context.CancelFunc
}

// Follow opens an event stream as a user's page does, and takes its hello.
func (o *Office) Follow(login string) *Page {
	o.t.Helper()
	server := httptest.NewServer(o.API)
	ctx, stop := context.WithCancel(context.Background())
	o.t.Cleanup(func() { stop(); server.Close() })
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/events", nil)
	o.must(err)
	r.Header.Set("Authorization", "Bearer "+o.Token(login))
	answer, err := server.Client().Do(r) //nolint:bodyclose // read closes it
	o.must(err)
	if answer.StatusCode != http.StatusOK {
		o.t.Fatalf("follow as %s: %d", login, answer.StatusCode)
	}
	answered.Store("follow-events", true)
	p := &Page{events: make(chan Event, 1000), Beats: make(chan struct{}, 1000), stop: stop}
	go p.read(answer)
	if e := p.Next(o.t); e.Type != "hello" {
		o.t.Fatalf("the first event of %s is %+v, want hello", login, e)
	}
	return p
}

func (p *Page) read(answer *http.Response) {
	defer close(p.events)
	defer answer.Body.Close() //nolint:errcheck // read only
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), ":") {
			p.Beats <- struct{}{}
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var e Event
			if json.Unmarshal([]byte(data), &e) != nil {
				e = Event{Type: "unreadable: " + data}
			}
			p.events <- e
		}
	}
}

// Close leaves.
func (p *Page) Close() { p.stop() }

// Next waits for an event.
func (p *Page) Next(t testing.TB) Event {
	t.Helper()
	select {
	case e, open := <-p.events:
		if !open {
			t.Fatal("the stream ended")
		}
		return e
	case <-time.After(deadline):
		t.Fatal("no event came")
	}
	return Event{}
}

// Rest waits for the stream's end and returns what came before it.
func (p *Page) Rest(t testing.TB) []Event {
	t.Helper()
	var rest []Event
	late := time.After(deadline)
	for {
		select {
		case e, open := <-p.events:
			if !open {
				return rest
			}
			rest = append(rest, e)
		case <-late:
			t.Fatalf("the stream does not end; it brought %+v", rest)
		}
	}
}

// Until waits for an event that satisfies last and returns it after all that came before it.
func (p *Page) Until(t testing.TB, last func(Event) bool) []Event {
	t.Helper()
	for events := []Event{}; ; {
		e := p.Next(t)
		if events = append(events, e); last(e) {
			return events
		}
	}
}

// Prospects takes all events up to the one that Office.Shared causes and returns the prospects they name, in order.
func (p *Page) Prospects(t testing.TB) []string {
	t.Helper()
	named := []string{}
	for _, e := range p.Until(t, func(e Event) bool { return slices.Contains(e.Entities, "office") }) {
		named = append(named, e.Prospects...)
	}
	slices.Sort(named)
	return slices.Compact(named)
}
