package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/api/apitest"
)

type pushed struct {
	Type      string
	Entities  []string
	Prospects []string
}

// follow opens a user's event stream over a real socket and returns its events.
func follow(t *testing.T, o *apitest.Office, server *httptest.Server, login string) <-chan pushed {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.Token(login))
	answer, err := server.Client().Do(r) //nolint:bodyclose // closed below, with the stream
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("follow: %v %v", answer, err)
	}
	events := make(chan pushed, 100)
	go func() {
		defer close(events)
		defer answer.Body.Close()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var e pushed
				if json.Unmarshal([]byte(data), &e) == nil {
					events <- e
				}
			}
		}
	}()
	if e := next(t, events); e.Type != "hello" {
		t.Fatalf("first event %q, want hello", e.Type)
	}
	return events
}

func next(t *testing.T, events <-chan pushed) pushed {
	t.Helper()
	select {
	case e, ok := <-events:
		if !ok {
			t.Fatal("the stream ended")
		}
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("no event came")
	}
	return pushed{}
}

// TestEvents_ReachOnlyThoseConcerned changes a prospect of ana's, then one of beto's: beto hears of the second alone.
func TestEvents_ReachOnlyThoseConcerned(t *testing.T) {
	o := apitest.New(t)
	hers := o.Prospect(t, "ana", "Rosa Prueba", "55 5123 0103", "rosa@example.com")
	his := o.Prospect(t, "beto", "Raúl Prueba", "55 5123 0104", "raul@example.com")
	server := httptest.NewServer(o.API)
	t.Cleanup(server.Close)
	o.Store.Delivered(t.Context())
	ana, beto := follow(t, o, server, "ana"), follow(t, o, server, "beto")

	o.Do(t, "admin", http.MethodPatch, "/api/prospects/"+hers, map[string]any{"temperature": "hot"})
	if e := next(t, ana); e.Type != "changed" || len(e.Prospects) != 1 || e.Prospects[0] != hers {
		t.Errorf("ana heard %+v, want a change of %s", e, hers)
	}
	o.Do(t, "admin", http.MethodPatch, "/api/prospects/"+his, map[string]any{"temperature": "hot"})
	if e := next(t, beto); len(e.Prospects) != 1 || e.Prospects[0] != his {
		t.Errorf("beto heard %+v, want a change of %s only", e, his)
	}

	// Handing over concerns both: the one who loses it has to take it off the screen.
	o.Do(t, "admin", http.MethodPatch, "/api/prospects/"+hers, map[string]any{"owner_id": o.Viewer("beto").UserID})
	for name, events := range map[string]<-chan pushed{"ana": ana, "beto": beto} {
		if e := next(t, events); len(e.Prospects) != 1 || e.Prospects[0] != hers {
			t.Errorf("%s heard %+v of the hand-over, want %s", name, e, hers)
		}
	}
}

// TestEvents_EndWithTheSession deactivates a user whose page is open: nothing more may reach it.
func TestEvents_EndWithTheSession(t *testing.T) {
	o := apitest.New(t)
	id := o.Prospect(t, "ana", "Rosa Prueba", "55 5123 0105", "rosa@example.com")
	server := httptest.NewServer(o.API)
	t.Cleanup(server.Close)
	o.Store.Delivered(t.Context())
	ana := follow(t, o, server, "ana")
	if got := o.Do(t, "admin", http.MethodPatch, "/api/users/"+o.Viewer("ana").UserID, map[string]any{"active": false}); got.Status != 200 {
		t.Fatalf("deactivate: %s", got.Body)
	}
	o.Do(t, "admin", http.MethodPatch, "/api/prospects/"+id, map[string]any{"temperature": "hot"})
	for e := range ana {
		t.Errorf("a deactivated user heard %+v", e)
	}
}
