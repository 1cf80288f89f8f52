package processtest

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// edit is a transaction that the program has acknowledged.
type edit struct {
	by   *computer
	tx   string
	what string
	body string // of the activity that it made, "" for none
}

// ledger is what people were told is kept.
type ledger struct {
	mu    sync.Mutex
	edits []edit
	texts int
}

func (l *ledger) add(e edit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.edits = append(l.edits, e)
}

// text is one that nobody has written before.
func (l *ledger) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.texts++
	return fmt.Sprintf("texto %d", l.texts)
}

// counts are the figures of a run by name.
type counts struct {
	mu sync.Mutex
	of map[string]int
}

func (c *counts) add(name string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[name] += n
}

func (c *counts) get(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[name]
}

// forget drops the figures whose names begin with a text.
func (c *counts) forget(prefix string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.of, func(name string, _ int) bool { return strings.HasPrefix(name, prefix) })
}

// worker is somebody who works at a computer.
type worker struct {
	o       *office
	c       *computer
	rng     *rand.Rand
	cards   []card
	age     int // jobs since the list was read
	lastTxs []string
	made    []string // activities
}

// card is a line of the list of prospects.
type card struct {
	ID        string `json:"id"`
	ContactID string `json:"contact_id"`
}

// job is one thing that people do. It returns what the API is asked for.
type job struct {
	name string
	ask  func(w *worker, p card) (method, path string, body any, activity string)
}

var jobs = []job{
	{"temperature", func(w *worker, p card) (string, string, any, string) {
		return "PATCH", "/api/prospects/" + p.ID, map[string]string{"temperature": w.one("cold", "warm", "hot")}, ""
	}},
	{"status", func(w *worker, p card) (string, string, any, string) {
		return "PATCH", "/api/prospects/" + p.ID, map[string]string{"status": w.one("trying", "contacted", "following", "paused")}, ""
	}},
	{"name", func(w *worker, p card) (string, string, any, string) {
		return "PATCH", "/api/contacts/" + p.ContactID, map[string]string{"name": "Persona " + w.o.ledger.text()}, ""
	}},
	{"city", func(w *worker, p card) (string, string, any, string) {
		return "PATCH", "/api/contacts/" + p.ContactID, map[string]string{"city": w.o.ledger.text()}, ""
	}},
	{"phone", func(w *worker, p card) (string, string, any, string) {
		return "POST", "/api/contacts/" + p.ContactID + "/phones", map[string]string{"raw": fmt.Sprintf("55%08d", w.rng.IntN(100_000_000))}, ""
	}},
	{"email", func(w *worker, p card) (string, string, any, string) {
		return "POST", "/api/contacts/" + p.ContactID + "/emails", map[string]string{"raw": fmt.Sprintf("persona%d@example.com", w.rng.IntN(1_000_000))}, ""
	}},
	{"activity", logActivity},
	{"activity", logActivity},
	{"activity", logActivity},
	{"activity", logActivity},
	{"remove activity", func(w *worker, _ card) (string, string, any, string) {
		if len(w.made) == 0 {
			return "", "", nil, ""
		}
		return "DELETE", "/api/activities/" + w.made[w.rng.IntN(len(w.made))], nil, ""
	}},
	{"undo", func(w *worker, _ card) (string, string, any, string) {
		if len(w.lastTxs) == 0 {
			return "", "", nil, ""
		}
		return "POST", "/api/undo", map[string]string{"tx_id": w.lastTxs[w.rng.IntN(len(w.lastTxs))]}, ""
	}},
	{"new prospect", func(w *worker, _ card) (string, string, any, string) {
		note := w.o.ledger.text()
		return "POST", "/api/prospects", map[string]any{
			"name": "Persona " + w.o.ledger.text(), "phones": []string{fmt.Sprintf("55%08d", w.rng.IntN(100_000_000))}, "emails": []string{}, "note": note,
		}, note
	}},
}

func logActivity(w *worker, p card) (string, string, any, string) {
	body := w.o.ledger.text()
	return "POST", "/api/prospects/" + p.ID + "/activities", map[string]string{"kind": w.one("note", "call", "whatsapp", "visit"), "body": body}, body
}

// reassign is what only administrators do.
var reassign = job{"reassign", func(w *worker, p card) (string, string, any, string) {
	owners := []string{w.o.members[1].UserID, w.o.members[2].UserID, w.o.members[1].UserID, w.o.members[2].UserID, ""}
	return "PATCH", "/api/prospects/" + p.ID, map[string]string{"owner_id": owners[w.rng.IntN(len(owners))], "owner_reason": "porque sí"}, ""
}}

func (w *worker) one(values ...string) string { return values[w.rng.IntN(len(values))] }

// random is a source that a seed, and what it is for, decide.
func random(seed uint64, what ...any) *rand.Rand {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, what...)
	return rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // what people do
}

// busy has people work at every computer until the context ends. Their last requests are answered before it returns.
func (o *office) busy(ctx context.Context, round int) (wait func() error) {
	var working sync.WaitGroup
	var mu sync.Mutex
	var first error
	for _, c := range o.all() {
		for n := range workersEach {
			w := &worker{o: o, c: c, rng: random(o.seed, "work", round, c.Name, n)}
			working.Go(func() {
				for ctx.Err() == nil {
					if err := w.work(context.WithoutCancel(ctx)); err != nil {
						mu.Lock()
						first = err
						mu.Unlock()
						return
					}
					time.Sleep(time.Duration(10+w.rng.IntN(120)) * time.Millisecond)
				}
			})
		}
	}
	return func() error {
		working.Wait()
		return first
	}
}

const workersEach = 2

// requestPatience is how long somebody waits whose program has just been frozen or killed.
const requestPatience = 5 * time.Second

// work does one thing. Its error is an answer that the program must not give.
func (w *worker) work(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	if w.age--; w.age < 0 {
		var page struct{ Items []card }
		if status, code, err := w.c.Ask(ctx, "GET", "/api/prospects?limit=200&sort="+w.one("recent", "name", "activity"), nil, &page); err != nil || status >= 300 {
			return w.unexpected("list", status, code, err)
		}
		w.cards, w.age = page.Items, 10
	}
	j := jobs[w.rng.IntN(len(jobs))]
	if w.c.admin && w.rng.IntN(3) == 0 {
		j = reassign
	}
	var p card
	if len(w.cards) > 0 {
		p = w.cards[w.rng.IntN(len(w.cards))]
	} else if j.name != "new prospect" {
		w.age = 0
		return nil
	}
	method, path, body, activity := j.ask(w, p)
	if method == "" {
		return nil
	}
	return w.send(ctx, j.name, method, path, body, activity)
}

// send has the program do something, and puts it into the ledger once it says that it is done.
func (w *worker) send(ctx context.Context, what, method, path string, body any, activity string) error {
	var answer struct {
		ID   string
		TxID string `json:"tx_id"`
	}
	status, code, err := w.c.Ask(ctx, method, path, body, &answer)
	if err != nil || status >= 300 {
		return w.unexpected(what, status, code, err)
	}
	if answer.TxID == "" { // nothing changed
		return nil
	}
	w.o.counts.add("edits", 1)
	w.o.counts.add("edits of "+w.c.Name, 1)
	w.o.ledger.add(edit{w.c, answer.TxID, what, activity})
	if what == "activity" {
		w.made = append(w.made, answer.ID)
	}
	w.lastTxs = append(w.lastTxs, answer.TxID)
	if len(w.lastTxs) > 4 {
		w.lastTxs = w.lastTxs[1:]
	}
	return nil
}

// unexpected counts what was not done: because there was no answer, or because a rule is against it. The program's own
// trouble is an error.
func (w *worker) unexpected(what string, status int, code string, err error) error {
	switch {
	case err != nil:
		w.o.counts.add("unanswered", 1)
	case status >= 500 && status != 503:
		return fmt.Errorf("%s of %s: %d %s", what, w.c.Name, status, code)
	default:
		w.o.counts.add("declined "+code, 1)
	}
	return nil
}
