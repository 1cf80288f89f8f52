package apitest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Step is one call of a scenario and what has to come of it. In As, Path, Body, Has and HasNot, {name} stands for what an
// earlier step has kept.
type Step struct {
	Name   string
	As     string // "" is nobody
	Method string
	Path   string
	Body   any
	// Status is wanted; 0 is 200. Code is a problem's.
	Status int
	Code   string
	// Has and HasNot are texts of the answer.
	Has, HasNot []string
	// Before runs first: what happens outside the API.
	Before func()
	// Keep remembers a field of the answer, "contact.phones.0.id", under a name.
	Keep map[string]string
	// Hears names the prospects, by what was kept, that each user's page is told of. Whoever is not named hears of none. nil
	// looks at no events.
	Hears map[string][]string
}

// Run plays a scenario. Steps build on each other, so the first that fails ends it.
func Run(t *testing.T, o *Office, steps []Step) {
	t.Helper()
	kept := map[string]string{}
	pages := map[string]*Page{}
	if slices.ContainsFunc(steps, func(s Step) bool { return s.Hears != nil }) {
		for login := range o.users {
			pages[login] = o.Follow(login)
		}
	}
	for _, s := range steps {
		if !t.Run(s.Name, func(t *testing.T) { s.play(t, o, kept, pages) }) {
			return
		}
	}
}

func (s Step) play(t *testing.T, o *Office, kept map[string]string, pages map[string]*Page) {
	t.Helper()
	if s.Before != nil {
		s.Before()
	}
	fill := func(text string) string {
		for name, value := range kept {
			text = strings.ReplaceAll(text, "{"+name+"}", value)
		}
		return text
	}
	body := s.Body
	if _, raw := body.([]byte); body != nil && !raw {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		body = fill(string(text))
	}
	got := o.Do(s.As, s.Method, fill(s.Path), body)
	want := s.Status
	if want == 0 {
		want = 200
	}
	if got.Status != want || got.Code() != s.Code {
		t.Fatalf("%s %s as %s: %d %s, want %d %s\n%s", s.Method, fill(s.Path), s.As, got.Status, got.Code(), want, s.Code, got.Body)
	}
	for _, text := range s.Has {
		if !strings.Contains(got.Body, fill(text)) {
			t.Errorf("the answer has no %q: %s", fill(text), got.Body)
		}
	}
	for _, text := range s.HasNot {
		if strings.Contains(got.Body, fill(text)) {
			t.Errorf("the answer has %q: %s", fill(text), got.Body)
		}
	}
	for name, place := range s.Keep {
		kept[name] = field(t, got.Body, place)
	}
	if s.Hears != nil {
		s.listen(t, o, kept, pages)
	}
}

// listen lets everybody's page hear everything there is, up to a change that all of them hear of.
func (s Step) listen(t *testing.T, o *Office, kept map[string]string, pages map[string]*Page) {
	t.Helper()
	o.Shared()
	for login, page := range pages {
		want := []string{}
		for _, name := range s.Hears[login] {
			want = append(want, kept[name])
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, page.Prospects(t)); diff != "" {
			t.Errorf("%s hears of (-want +got):\n%s", login, diff)
		}
	}
}

// field reads a value of an answer by its place.
func field(t *testing.T, body, place string) string {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Split(place, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(v) {
				t.Fatalf("no %s in %s", place, body)
			}
			value = v[i]
		default:
			t.Fatalf("no %s in %s", place, body)
		}
	}
	if value == nil {
		t.Fatalf("no %s in %s", place, body)
	}
	return fmt.Sprint(value)
}

func mustURL(path string) *url.URL {
	u, err := url.Parse(path)
	if err != nil {
		panic(fmt.Sprintf("apitest: path %q: %v", path, err))
	}
	return u
}
