package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // PocketBase's own system tables
)

// pocketBase is PocketBase used as a Go library, holding the same prospects behind a rule that shows a seller only their own.
type pocketBase struct {
	app     *core.BaseApp
	handler http.Handler
	token   string
	seller  string
}

// openPocketBase makes a PocketBase in dir with the prospects of an office.
func openPocketBase(ctx context.Context, dir string, o *benchOffice, sellers int) (*pocketBase, error) {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir})
	if err := app.Bootstrap(); err != nil {
		return nil, err
	}
	if err := app.RunAllMigrations(); err != nil {
		return nil, err
	}
	app.Settings().Logs.MaxDays = 0 // no request log: it would only slow the peer down
	p := &pocketBase{app: app}
	ids, err := p.addSellers(sellers)
	if err != nil {
		return nil, fmt.Errorf("add sellers: %w", err)
	}
	if err := p.addProspects(ctx, o, ids); err != nil {
		return nil, fmt.Errorf("add prospects: %w", err)
	}
	router, err := apis.NewRouter(app)
	if err != nil {
		return nil, err
	}
	p.handler, err = router.BuildMux()
	return p, err
}

func (p *pocketBase) addSellers(n int) ([]string, error) {
	users, err := p.app.FindCollectionByNameOrId("users")
	if err != nil {
		return nil, err
	}
	var ids []string
	for i := range n {
		r := core.NewRecord(users)
		r.SetEmail(fmt.Sprintf("vendedor%d@example.com", i))
		r.SetPassword("una contraseña larga")
		r.SetVerified(true)
		if err := p.app.Save(r); err != nil {
			return nil, err
		}
		ids = append(ids, r.Id)
		if i == 0 {
			p.seller = r.Id
			if p.token, err = r.NewAuthToken(); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

func (p *pocketBase) addProspects(ctx context.Context, o *benchOffice, sellers []string) error {
	rule := "owner = @request.auth.id"
	c := core.NewBaseCollection("prospects")
	c.ListRule, c.ViewRule = &rule, &rule
	for _, name := range []string{"owner", "name", "phone", "email", "stage", "status", "notes", "lead_at"} {
		c.Fields.Add(&core.TextField{Name: name})
	}
	c.AddIndex("prospects_owner_lead", false, "owner, lead_at DESC", "")
	if err := p.app.Save(c); err != nil {
		return err
	}
	err := p.app.NonconcurrentDB().(*dbx.DB).Transactional(func(tx *dbx.Tx) error {
		q := tx.NewQuery("INSERT INTO prospects (id, owner, name, phone, email, stage, status, notes, lead_at) " +
			"VALUES ({:id}, {:owner}, {:name}, {:phone}, {:email}, {:stage}, {:status}, {:notes}, {:lead_at})").Prepare()
		defer q.Close()
		owners := map[string]string{o.seller: p.seller}
		return o.everybody(ctx, func(x person) error {
			if owners[x.seller] == "" {
				owners[x.seller] = sellers[len(owners)]
			}
			_, err := q.Bind(dbx.Params{
				"id": fmt.Sprintf("p%014d", x.n), "owner": owners[x.seller], "name": x.name, "phone": x.phone, "email": x.email,
				"stage": x.stage, "status": x.status, "notes": x.notes, "lead_at": x.leadAt,
			}).Execute()
			return err
		})
	})
	if err != nil {
		return err
	}
	_, err = p.app.NonconcurrentDB().NewQuery("ANALYZE").Execute()
	return err
}

// list asks for a page of the seller's prospects, newest first; filter may be empty.
func (p *pocketBase) list(filter string) error {
	query := url.Values{"perPage": {"50"}, "sort": {"-lead_at"}, "skipTotal": {"1"}}
	if filter != "" {
		query.Set("filter", filter)
	}
	body, err := get(p.handler, "/api/collections/prospects/records?"+query.Encode(), p.token)
	if err == nil && filter == "" && strings.Count(body, `"collectionId"`) != 50 {
		err = fmt.Errorf("the page is not full: %.200s", body)
	}
	return err
}

// search finds what a seller typed: each word anywhere in name, phone, e-mail or notes.
func (p *pocketBase) search(typed string) error {
	var all []string
	for _, word := range strings.Fields(typed) {
		all = append(all, fmt.Sprintf("(name ~ '%[1]s' || phone ~ '%[1]s' || email ~ '%[1]s' || notes ~ '%[1]s')", word))
	}
	return p.list(strings.Join(all, " && "))
}

// get calls a handler in process and returns the body; anything but 200 is an error.
func get(h http.Handler, target, token string) (string, error) {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return "", fmt.Errorf("GET %s: %d %s", r.URL.Path, w.Code, w.Body.String())
	}
	return w.Body.String(), nil
}
