package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// discoverEvery is how often Meta is asked for new forms.
const discoverEvery = time.Hour

// Discover asks Meta for new pages and forms and returns what is known then. It answers meta.not_connected and Meta's
// refusal to list the pages; a page that cannot be read carries its own problem.
func (s *Service) Discover(ctx context.Context, v account.Viewer) (Status, error) {
	if err := account.AdminOnly(v); err != nil {
		return Status{}, err
	}
	if err := s.discoverPages(ctx); err != nil {
		return Status{}, err
	}
	if err := s.discoverForms(ctx); err != nil {
		return Status{}, err
	}
	return s.Status(ctx, v)
}

// discoverPages lists the pages of the token and keeps each one's own token. A connection's only page is active at once;
// of several an administrator chooses, because a person's token may reach other businesses' pages.
func (s *Service) discoverPages(ctx context.Context) error {
	l, err := s.connected(ctx)
	if err != nil {
		return err
	}
	var pages []meta.Page
	for p, err := range l.client.Pages(ctx, l.token) {
		if err != nil {
			return fmt.Errorf("discover pages: %w", err)
		}
		pages = append(pages, p)
	}
	if len(pages) == 0 { // a page's own token has no list
		if p, ok := s.ownPage(ctx, l); ok {
			pages = append(pages, p)
		}
	}
	return s.keepPages(ctx, l, pages)
}

// ownPage is the page that a page token stands for.
func (s *Service) ownPage(ctx context.Context, l *linked) (meta.Page, bool) {
	rec, ok, err := readRecord(ctx, s.store.Read())
	if err != nil || !ok || rec.Token.Type != string(meta.TokenPage) {
		return meta.Page{}, false
	}
	who, err := l.client.Me(ctx, l.token)
	if err != nil {
		return meta.Page{}, false
	}
	return meta.Page{ID: who.ID, Name: who.Name, Token: l.token}, true
}

// keepPages writes pages down: tokens into the Vault, the rest into the database.
func (s *Service) keepPages(ctx context.Context, l *linked, pages []meta.Page) error {
	for _, p := range pages {
		if p.Token == "" {
			continue
		}
		if err := s.vault.Set(vaultPage+string(p.ID), []byte(p.Token)); err != nil {
			return fmt.Errorf("keep a page's token: %w", err)
		}
		l.keep(string(p.ID), p.Token)
	}
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		var known int
		if err := tx.Query().NewQuery(`SELECT count(*) FROM meta_page`).Row(&known); err != nil {
			return wrap("count pages", err)
		}
		for _, p := range pages {
			if err := keepPage(tx, p, known == 0 && len(pages) == 1); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap("keep pages", err)
}

func keepPage(tx *store.Tx, p meta.Page, active bool) error {
	tasks, err := json.Marshal(slices.Concat([]string{}, p.Tasks))
	if err != nil {
		return fmt.Errorf("encode tasks: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO meta_page (id, name, active, tasks, checked_at)
		VALUES ({:id}, {:name}, {:active}, {:tasks}, {:now})
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, tasks = excluded.tasks, checked_at = excluded.checked_at`,
		dbx.Params{"id": string(p.ID), "name": p.Name, "active": active, "tasks": string(tasks), "now": format(tx.Now())})
	return wrap("keep page", err)
}

// discoverForms lists the forms of all active pages. A page's failure stays with the page.
func (s *Service) discoverForms(ctx context.Context) error {
	var pages []string
	err := s.store.Read().NewQuery(`SELECT id FROM meta_page WHERE active = 1 ORDER BY id`).WithContext(ctx).Column(&pages)
	if err != nil {
		return fmt.Errorf("list pages: %w", err)
	}
	for _, page := range pages {
		err := s.discoverPageForms(ctx, page)
		var ours *officeError
		if ctx.Err() != nil || errors.As(err, &ours) {
			return errors.Join(err, ctx.Err())
		}
		if err := s.notePage(ctx, page, err); err != nil {
			return err
		}
	}
	nudge(s.wakes.poll)
	return nil
}

// notePage writes down whether a page's forms could be listed.
func (s *Service) notePage(ctx context.Context, page string, cause error) error {
	problem, args := "", "{}"
	if cause != nil {
		f := failureOf(cause)
		problem, args = f.code, encodeArgs(f.args)
		s.suspect(ctx, cause)
		s.log.WithField("page_id", page).WithField("problem", problem).Warn("forms could not be listed")
	}
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE meta_page SET problem = {:problem}, problem_args = {:args}, checked_at = {:now} WHERE id = {:id}`,
			dbx.Params{"problem": problem, "args": args, "now": format(tx.Now()), "id": page})
		return wrap("note page", err)
	})
	return err
}

// discoverPageForms reads a page's forms and keeps them.
func (s *Service) discoverPageForms(ctx context.Context, page string) error {
	l, err := s.connected(ctx)
	if err != nil {
		return err
	}
	var forms []meta.Form
	err = s.withPage(ctx, l, page, func(token meta.Token) error {
		forms = nil
		for f, err := range l.client.Forms(ctx, token, meta.ID(page)) {
			if err != nil {
				return err
			}
			forms = append(forms, f)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("discover forms: %w", err)
	}
	return own(s.keepForms(ctx, page, forms))
}

// keepForms writes forms down. New ones take over the mapping of the form they copy.
func (s *Service) keepForms(ctx context.Context, page string, forms []meta.Form) error {
	added := 0
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		added = 0
		known, err := listForms(ctx, tx.Query())
		if err != nil {
			return err
		}
		slices.SortStableFunc(forms, func(a, b meta.Form) int { return a.Created.Compare(b.Created) })
		for _, f := range forms {
			row := rowOf(f, page)
			if !slices.ContainsFunc(known, func(k formRow) bool { return k.ID == row.ID }) {
				if from, ok := inherit(row, known); ok {
					row.Inherited, row.Mapping = from.ID, inheritMapping(row, from)
				}
				known = append(known, row)
				added++
			}
			if err := keepForm(tx, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && added > 0 {
		s.log.WithField("page_id", page).WithField("forms", added).Info("forms discovered")
		s.hooks.tellStatus()
	}
	return wrap("keep forms", err)
}

// rowOf is a form of Meta's as the database keeps it.
func rowOf(f meta.Form, page string) formRow {
	row := formRow{
		ID: string(f.ID), PageID: page, Name: f.Name, Status: f.Status, Locale: f.Locale, LeadsCount: f.Leads,
		Questions: []Question{}, Tracking: []Option{}, Mapping: map[string]Target{},
		Legal: legal{PolicyURL: first(f.PrivacyPolicyURL, f.Legal.PolicyURL), Title: f.Legal.Title, Text: f.Legal.Text},
	}
	for _, q := range f.Questions {
		question := Question{Key: q.Key, Label: q.Label, Type: q.Type, Options: []Option{}}
		for _, o := range q.Options {
			question.Options = append(question.Options, Option(o))
		}
		row.Questions = append(row.Questions, question)
	}
	for _, t := range f.Tracking {
		row.Tracking = append(row.Tracking, Option(t))
	}
	for _, b := range f.Legal.Checkboxes {
		row.Legal.Boxes = append(row.Legal.Boxes, legalBox{b.Key, b.Text})
	}
	return row
}

func keepForm(tx *store.Tx, f formRow) error {
	params := dbx.Params{
		"id": f.ID, "page": f.PageID, "name": f.Name, "status": string(f.Status), "locale": f.Locale, "inherited": f.Inherited,
		"count": f.LeadsCount, "now": format(tx.Now()),
	}
	for name, v := range map[string]any{"questions": f.Questions, "tracking": f.Tracking, "legal": f.Legal, "mapping": f.Mapping} {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encode form: %w", err)
		}
		params[name] = string(text)
	}
	_, err := tx.Exec(`INSERT INTO meta_form
			(id, page_id, name, status, locale, questions, tracking, legal, mapping, inherited, leads_count, created_at)
		VALUES
			({:id}, {:page}, {:name}, {:status}, {:locale}, {:questions}, {:tracking}, {:legal}, {:mapping}, {:inherited}, {:count}, {:now})
		ON CONFLICT (id) DO UPDATE SET
			page_id = excluded.page_id, name = excluded.name, status = excluded.status, locale = excluded.locale,
			questions = excluded.questions, tracking = excluded.tracking, legal = excluded.legal, leads_count = excluded.leads_count`,
		params)
	return wrap("keep form", err)
}

// checkStep asks for new forms each hour, and about the token each day, or often while it does not work.
func (s *Service) checkStep(ctx context.Context) (time.Duration, error) {
	rec, ok, err := readRecord(ctx, s.store.Read())
	if err != nil || !ok {
		return discoverEvery, err
	}
	now := s.clock.Now()
	every := checkEvery
	if rec.Problem != "" {
		every = probeEvery
	}
	if due(parse(rec.DebuggedAt), every, now) {
		if _, err := s.checkToken(ctx); err != nil {
			return every, s.quiet(ctx, "token could not be checked", err)
		}
	}
	if rec.Problem != "" {
		return probeEvery, nil
	}
	if err := s.discoverForms(ctx); err != nil {
		return probeEvery, s.quiet(ctx, "forms could not be discovered", err)
	}
	return min(discoverEvery, max(untilDue(parse(rec.DebuggedAt), checkEvery, now), probeEvery)), nil
}

// quiet logs a failure that is Meta's and passes on one of the office's own.
func (s *Service) quiet(ctx context.Context, what string, err error) error {
	var m *meta.Error
	if ctx.Err() == nil && (errors.As(err, &m) || fault.Has(err, CodeNotConnected)) {
		s.log.WithField("problem", fault.Code(err)).Warn(what)
		return nil
	}
	return err
}
