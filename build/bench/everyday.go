package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// How often each screen is opened and each change is made.
const (
	screenCalls = 40
	changeCalls = 40
)

// worked is somebody whose prospect is worked on: the ids that stand in a path for PROSPECT, CONTACT and PHONE.
type worked struct {
	Prospect string `db:"prospect_id"`
	Contact  string `db:"contact_id"`
	Phone    string `db:"phone_id"`
	N        int64  `db:"n"`
}

// change is something that a seller, or for some only the administrator, does to a prospect all day long.
type change struct {
	name, method, path string
	body               func(w worked, i int) any
	admin              bool
}

// everydayScreens are what the program's screens ask for when they open, but for the dashboard and the response clock, which
// have rows of their own.
var everydayScreens = []string{
	"/api/inbox", "/api/inbox/count", "/api/prospects?open=true", "/api/prospects?open=true&sort=name", "/api/prospects?open=true&no_next=true",
	"/api/prospects?unattended=true", "/api/prospects?open=all&form=form-3&campaign=Noviembre", "/api/prospects?lead_from=2026-01-01&lead_to=2026-02-01&open=all",
	"/api/prospects/count?open=all", "/api/prospects/count?open=true&temperature=hot", "/api/prospects/origins", "/api/board", "/api/agenda/overdue?now=2026-11-02T15:00:00.000Z&today=2026-11-02",
	"/api/contacts", "/api/contacts?sort=name", "/api/contacts?q=guadalupe", "/api/contacts/CONTACT", "/api/contacts/CONTACT/timeline", "/api/contacts/CONTACT/duplicates",
	"/api/duplicates", "/api/duplicates/count", "/api/merges", "/api/notices", "/api/prospects/PROSPECT", "/api/prospects/PROSPECT/timeline",
	"/api/prospects/PROSPECT/events", "/api/prospects/PROSPECT/template-values", "/api/reminders", "/api/views", "/api/tags", "/api/templates", "/api/vocabulary", "/api/me",
}

// adminScreens are what only an administrator opens.
var adminScreens = []string{
	"/api/bin", "/api/pipeline", "/api/tray", "/api/turns", "/api/turns/sources", "/api/users", "/api/users/SELLER/prospects", "/api/audit", "/api/history?limit=100", "/api/leads", "/api/imports",
}

// everydayChanges are in an order that each prospect can go through.
var everydayChanges = []change{
	{"temperature", http.MethodPatch, "/api/prospects/PROSPECT", func(_ worked, i int) any {
		return map[string]any{"temperature": []string{"hot", "warm"}[i%2]}
	}, false},
	{"note", http.MethodPost, "/api/prospects/PROSPECT/activities", func(_ worked, i int) any {
		return map[string]any{"kind": "note", "body": fmt.Sprint("Pide el plano de la manzana ", i)}
	}, false},
	{"call", http.MethodPost, "/api/prospects/PROSPECT/activities", func(worked, int) any {
		return map[string]any{"kind": "call", "result": "no_answer"}
	}, false},
	{"appointment", http.MethodPost, "/api/prospects/PROSPECT/activities", func(_ worked, i int) any {
		return map[string]any{"kind": "visit", "done": false, "due_at": fmt.Sprintf("2026-12-%02dT16:00:00.000Z", 1+i%28)}
	}, false},
	{"name", http.MethodPatch, "/api/contacts/CONTACT", func(w worked, i int) any {
		return map[string]any{"name": fmt.Sprintf("Persona Inventada %d de %d", i, w.N)}
	}, false},
	{"city", http.MethodPatch, "/api/contacts/CONTACT", func(worked, int) any { return map[string]any{"city": "Cholula"} }, false},
	{"phone", http.MethodPatch, "/api/phones/PHONE", func(w worked, _ int) any {
		return map[string]any{"raw": fmt.Sprintf("+52 33 %08d", 10_000_000+w.N)}
	}, false},
	{"e-mail", http.MethodPost, "/api/contacts/CONTACT/emails", func(w worked, _ int) any {
		return map[string]any{"raw": fmt.Sprintf("otra.%d@example.com", w.N)}
	}, false},
	{"new prospect", http.MethodPost, "/api/prospects", func(w worked, i int) any {
		return map[string]any{"name": fmt.Sprint("Nueva Persona ", i), "phones": []string{fmt.Sprintf("+52 81 %08d", 20_000_000+w.N)}, "emails": []string{}}
	}, false},
	{"new owner", http.MethodPatch, "/api/prospects/PROSPECT", func(w worked, i int) any {
		return map[string]any{"owner_id": "", "owner_reason": "Otro conoce mejor la zona"}
	}, true},
	{"bin", http.MethodDelete, "/api/prospects/PROSPECT", nil, true},
	{"back from the bin", http.MethodPost, "/api/bin/PROSPECT/restore", nil, true},
}

// everyday measures every screen and every everyday change in a large office through the API's handler, and tells the slowest
// of each: what grows with the office shows here.
func everyday(ctx context.Context, b *bench) (rows []Row, err error) {
	o, err := b.fullOffice(ctx, "everyday", b.rows, sellers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.Store.Close()) }()
	if _, _, err := o.countAnew(ctx); err != nil {
		return nil, err
	}
	admin, err := o.Accounts.SignIn(ctx, "admin", password)
	if err != nil {
		return nil, err
	}
	own, err := o.workedOn(ctx)
	if err != nil {
		return nil, err
	}
	screens, changes := worst{}, worst{}
	for i, path := range append(append([]string{}, everydayScreens...), adminScreens...) {
		for _, who := range []struct{ name, token string }{{"a seller", o.token}, {"an administrator", admin.Token}} {
			if i >= len(everydayScreens) && who.token == o.token {
				continue
			}
			var calls sample
			for n := range screenCalls + 1 {
				err := calls.measure(func() error {
					_, err := get(o.handler, o.filledIn(path, own[n]), who.token)
					return err
				})
				if err != nil {
					return nil, err
				}
			}
			screens.add(path+" as "+who.name, calls[1:].p99()) // the first warms the cache
		}
	}
	for _, c := range everydayChanges {
		var calls sample
		for i := range changeCalls {
			err := calls.measure(func() error {
				var body any
				if c.body != nil {
					body = c.body(own[i], i)
				}
				token := o.token
				if c.admin {
					token = admin.Token
				}
				return send(o.handler, c.method, o.filledIn(c.path, own[i]), token, body, nil)
			})
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
		}
		changes.add(c.name, calls.p99())
	}
	how := fmt.Sprintf("p99 of the slowest of %%d %%s among %d prospects of %d sellers, through the API handler in process: %%s", b.rows, sellers)
	return []Row{
		ratio("screens-1m", screens.ms, "ms", "", 0, fmt.Sprintf(how, screens.n, "requests of screens", screens.name)),
		ratio("changes-1m", changes.ms, "ms", "", 0, fmt.Sprintf(how, changes.n, "kinds of changes", changes.name)),
	}, nil
}

// worst is the slowest of several.
type worst struct {
	n    int
	name string
	ms   float64
}

func (w *worst) add(name string, ms float64) {
	w.n++
	if ms > 20 {
		say("%8.1f ms of %s", ms, name)
	}
	if ms > w.ms {
		w.name, w.ms = name, ms
	}
}

// workedOn are open prospects of the first seller, from all of the office's years.
func (o *benchOffice) workedOn(ctx context.Context) (own []worked, err error) {
	err = o.Store.Read().NewQuery(`
		SELECT c.prospect_id, c.contact_id, c.n, (SELECT h.id FROM contact_phone h WHERE h.contact_id = c.contact_id AND h.deleted = 0 LIMIT 1) AS phone_id
		FROM prospect_card c
		WHERE c.owner_id = {:owner} AND c.is_open = 1
		ORDER BY c.n % 97, c.n
		LIMIT {:limit}`).Bind(map[string]any{"owner": o.seller, "limit": max(screenCalls, changeCalls) + 1}).WithContext(ctx).All(&own)
	if err == nil && len(own) <= changeCalls {
		err = fmt.Errorf("only %d prospects to work on", len(own))
	}
	return own, err
}

func (o *benchOffice) filledIn(path string, w worked) string {
	return strings.NewReplacer("PROSPECT", w.Prospect, "CONTACT", w.Contact, "PHONE", w.Phone, "SELLER", url.PathEscape(o.seller)).Replace(path)
}
