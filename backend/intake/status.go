package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Status returns the connection with its checks, pages and forms, as they were last seen. It asks Meta nothing.
func (s *Service) Status(ctx context.Context, v account.Viewer) (Status, error) {
	if err := account.AdminOnly(v); err != nil {
		return Status{}, err
	}
	out := Status{TokenState: TokenNone, Checks: []Check{}, ProblemArgs: map[string]any{}, Token: TokenStatus{Scopes: []string{}}, Forms: []Form{}}
	rec, ok, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return Status{}, err
	}
	if ok {
		out.Configured, out.AppID, out.Version, out.BaseURL = true, rec.AppID, rec.Version, rec.BaseURL
		now := s.clock.Now()
		problem, args := rec.trouble(now)
		out.CheckedAt, out.Problem, out.Checks, out.Token, out.TokenState = rec.CheckedAt, problem, rec.checks(now), rec.ends(now), rec.tokenState(now)
		maps.Copy(out.ProblemArgs, args)
	}
	if out.Pages, err = s.listPages(ctx); err != nil {
		return Status{}, err
	}
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return Status{}, err
	}
	names := map[string]string{}
	for _, f := range forms {
		names[f.ID] = f.Name
	}
	for _, f := range forms {
		out.Forms = append(out.Forms, f.api(names))
	}
	return out, nil
}

// listPages reads the pages, by name.
func (s *Service) listPages(ctx context.Context) ([]Page, error) {
	var rows []struct {
		ID        string `db:"id"`
		Name      string `db:"name"`
		Active    bool   `db:"active"`
		Tasks     string `db:"tasks"`
		Problem   string `db:"problem"`
		Args      string `db:"problem_args"`
		CheckedAt string `db:"checked_at"`
	}
	err := s.store.Read().NewQuery(`SELECT id, name, active, tasks, problem, problem_args, checked_at
		FROM meta_page
		ORDER BY name, id`).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	pages := make([]Page, 0, len(rows))
	for _, r := range rows {
		p := Page{ID: r.ID, Name: r.Name, Active: r.Active, Problem: r.Problem, ProblemArgs: decodeArgs(r.Args), CheckedAt: r.CheckedAt}
		if err := json.Unmarshal([]byte(r.Tasks), &p.Tasks); err != nil {
			return nil, fmt.Errorf("read page: %w", err)
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// UpdateForm switches a form on or off, or changes what its questions mean for leads to come. It answers form.not_found
// and input.invalid for a target that no question can have.
func (s *Service) UpdateForm(ctx context.Context, v account.Viewer, id string, p FormPatch) (Form, error) {
	if err := account.AdminOnly(v); err != nil {
		return Form{}, err
	}
	for _, t := range p.Mapping {
		if t != "" && !t.forQuestion() {
			return Form{}, fault.Invalid("mapping", "input.invalid")
		}
	}
	_, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		f, err := findForm(ctx, tx.Query(), id)
		if err != nil {
			return err
		}
		if p.Active != nil {
			f.Active = *p.Active
		}
		f.Mapping = patchMapping(f.Mapping, p.Mapping)
		text, err := json.Marshal(f.Mapping)
		if err != nil {
			return fmt.Errorf("encode mapping: %w", err)
		}
		_, err = tx.Exec(`UPDATE meta_form SET active = {:active}, mapping = {:mapping} WHERE id = {:id}`,
			dbx.Params{"active": f.Active, "mapping": string(text), "id": id})
		if err != nil {
			return wrap("change form", err)
		}
		return account.Audit(tx, v.UserID, "meta.form_changed", id, map[string]any{"active": f.Active, "mapped": len(f.Mapping)})
	})
	if err != nil {
		return Form{}, err
	}
	nudge(s.wakes.poll)
	s.hooks.tellStatus()
	f, err := findForm(ctx, s.store.Read(), id)
	if err != nil {
		return Form{}, err
	}
	names := map[string]string{}
	if from, err := findForm(ctx, s.store.Read(), f.Inherited); err == nil {
		names[from.ID] = from.Name
	}
	return f.api(names), nil
}

// patchMapping applies what an administrator chose; "" takes a choice back.
func patchMapping(mapping, patch map[string]Target) map[string]Target {
	out := map[string]Target{}
	maps.Copy(out, mapping)
	for key, t := range patch {
		out[key] = t
		if t == "" {
			delete(out, key)
		}
	}
	return out
}
