package intake

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// maxSecret is the longest token or secret that the Vault takes, in bytes.
const maxSecret = 2560

// longLived is the life from which on a token counts as long-lived. Short ones live for an hour or two, long ones for some
// 60 days (Meta, Access tokens).
const longLived = 48 * time.Hour

var versionText = regexp.MustCompile(`^v\d{1,3}\.\d{1,2}$`)

// Connect connects the office to Meta: it checks the token, makes a short-lived one long-lived, keeps the secrets in the
// Vault and the rest in the database, finds pages and forms, and runs the checks. Nothing is kept when Meta does not take
// the token or the app's secret; then the answer is Meta's refusal. What is merely missing is told by the checks. A
// backlog that waited for a working token is set free.
func (s *Service) Connect(ctx context.Context, v account.Viewer, c Connection) (Status, error) {
	if err := account.AdminOnly(v); err != nil {
		return Status{}, err
	}
	c, err := s.completeConnection(ctx, c)
	if err != nil {
		return Status{}, err
	}
	client := s.client(c.AppID, meta.Secret(c.AppSecret), c.BaseURL, c.Version)
	info, err := inspect(ctx, client, meta.Token(c.Token))
	switch {
	case err != nil:
		return Status{}, err
	case info.Problem != nil:
		return Status{}, fmt.Errorf("check the token: %w", info.Problem)
	case info.App != "" && string(info.App) != c.AppID:
		return Status{}, fault.Invalid("token", CodeTokenOtherApp)
	}
	token, info, err := s.lengthen(ctx, client, meta.Token(c.Token), info)
	if err != nil {
		return Status{}, err
	}
	if err := s.keepConnection(ctx, v, c, token, info); err != nil {
		return Status{}, err
	}
	st, err := s.Check(ctx, v)
	if err != nil {
		return Status{}, err
	}
	if err := s.resume(ctx); err != nil {
		return Status{}, err
	}
	nudge(s.wakes.sweep)
	return st, nil
}

// completeConnection checks what was typed in and takes from the present connection what was left empty.
func (s *Service) completeConnection(ctx context.Context, c Connection) (Connection, error) {
	c.AppID, c.AppSecret, c.Token = strings.TrimSpace(c.AppID), strings.TrimSpace(c.AppSecret), strings.TrimSpace(c.Token)
	c.BaseURL, c.Version = strings.TrimSpace(c.BaseURL), strings.TrimSpace(c.Version)
	if c.AppID == "" {
		return c, fault.Invalid("app_id", "input.required")
	}
	if !meta.ID(c.AppID).Valid() {
		return c, fault.Invalid("app_id", "input.invalid")
	}
	if c.Version != "" && !versionText.MatchString(c.Version) {
		return c, fault.Invalid("version", "input.invalid")
	}
	rec, ok, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return c, err
	}
	same := ok && rec.AppID == c.AppID
	for _, field := range []struct {
		name, vault string
		value       *string
	}{{"app_secret", vaultSecret, &c.AppSecret}, {"token", vaultToken, &c.Token}} {
		if *field.value == "" && same {
			if *field.value, err = s.secret(field.vault); err != nil && !fault.Has(err, CodeNotConnected) {
				return c, err
			}
		}
		if *field.value == "" {
			return c, fault.Invalid(field.name, "input.required")
		}
		if len(*field.value) > maxSecret || strings.ContainsAny(*field.value, " \t\r\n|") {
			return c, fault.Invalid(field.name, "input.invalid")
		}
	}
	return c, nil
}

// lengthen exchanges a person's token for one of some 60 days. Tokens of system users and of pages are taken as they are.
func (s *Service) lengthen(ctx context.Context, c *meta.Client, t meta.Token, info meta.TokenInfo) (meta.Token, meta.TokenInfo, error) {
	if info.Kind != meta.TokenUser || info.Expires.IsZero() {
		return t, info, nil
	}
	longer, err := c.ExchangeToken(ctx, t)
	if err != nil {
		if info.Expires.Sub(s.clock.Now()) > longLived {
			return t, info, nil // it is long-lived already; Meta renews such a token once a day at most
		}
		return "", info, fmt.Errorf("make the token long-lived: %w", err)
	}
	fresh, err := inspect(ctx, c, longer.Token)
	if err != nil {
		return "", info, err
	}
	if fresh.Problem != nil {
		return "", info, fmt.Errorf("check the long-lived token: %w", fresh.Problem)
	}
	return longer.Token, fresh, nil
}

// keepConnection writes the connection down: secrets first, so that the database never names a connection without them.
func (s *Service) keepConnection(ctx context.Context, v account.Viewer, c Connection, token meta.Token, info meta.TokenInfo) error {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	before, connected, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return err
	}
	formerUntil, err := s.keepFormer(before, connected, c)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{vaultToken: string(token), vaultSecret: c.AppSecret} {
		if err := s.vault.Set(name, []byte(value)); err != nil {
			return fmt.Errorf("keep the connection's secrets: %w", err)
		}
	}
	var stale []string
	_, err = s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		now := format(tx.Now())
		if err := tx.Query().NewQuery(`SELECT id FROM meta_page`).Column(&stale); err != nil {
			return wrap("list pages", err)
		}
		rec := linkRecord{
			AppID: c.AppID, BaseURL: c.BaseURL, Version: first(c.Version, meta.DefaultVersion), UserID: string(info.User),
			Token: tokenStatus(info), ConnectedAt: now, DebuggedAt: now, Checks: []Check{}, FormerUntil: formerUntil,
		}
		if err := writeRecord(tx, rec); err != nil {
			return err
		}
		return account.Audit(tx, v.UserID, "meta.connected", c.AppID, map[string]any{"token_type": string(info.Kind)})
	})
	if err != nil {
		return fmt.Errorf("keep the connection: %w", err)
	}
	for _, page := range stale { // made from the token before; new ones are derived
		if err := s.vault.Delete(vaultPage + page); err != nil {
			s.log.WithField("page_id", page).WithField("problem", fault.Code(err)).Debug("page token was not there")
		}
	}
	s.link.live = nil
	return nil
}

// Disconnect forgets the connection: the secrets are deleted, pages and forms stay and are not asked any longer. What is
// in the ledger stays.
func (s *Service) Disconnect(ctx context.Context, v account.Viewer) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	_, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		if _, err := tx.Exec(`DELETE FROM setting WHERE k = {:k}`, dbx.Params{"k": settingConnection}); err != nil {
			return wrap("forget the connection", err)
		}
		return account.Audit(tx, v.UserID, "meta.disconnected", "", nil)
	})
	if err != nil {
		return err
	}
	return s.DropSecrets(ctx)
}

// DropSecrets deletes the secrets of a connection that is forgotten, or of an office whose host is another computer now.
func (s *Service) DropSecrets(ctx context.Context) error {
	s.forgetLink()
	var pages []string
	if err := s.store.Read().NewQuery(`SELECT id FROM meta_page`).WithContext(ctx).Column(&pages); err != nil {
		return wrap("list pages", err)
	}
	names := []string{vaultToken, vaultSecret, vaultFormer}
	for _, p := range pages {
		names = append(names, vaultPage+p)
	}
	var errs []error
	for _, name := range names {
		if _, err := s.vault.Get(name); err != nil {
			continue
		}
		errs = append(errs, s.vault.Delete(name))
	}
	s.hooks.tellStatus()
	return wrap("delete the connection's secrets", errors.Join(errs...))
}

// AddPage probes a page by its id, for pages that Meta's list leaves out, and makes it active. It answers input.invalid,
// meta.not_connected and Meta's refusal.
func (s *Service) AddPage(ctx context.Context, v account.Viewer, id string) (Status, error) {
	if err := account.AdminOnly(v); err != nil {
		return Status{}, err
	}
	if !meta.ID(id).Valid() {
		return Status{}, fault.Invalid("id", "input.invalid")
	}
	l, err := s.connected(ctx)
	if err != nil {
		return Status{}, err
	}
	page, err := l.client.Page(ctx, l.token, meta.ID(id))
	if err != nil {
		return Status{}, fmt.Errorf("probe the page: %w", err)
	}
	if page.Token == "" {
		return Status{}, fault.New(meta.AdvicePageNotAssigned)
	}
	if err := s.keepPages(ctx, l, []meta.Page{page}); err != nil {
		return Status{}, err
	}
	active := true
	if _, err := s.UpdatePage(ctx, v, id, PagePatch{Active: &active}); err != nil {
		return Status{}, err
	}
	return s.Status(ctx, v)
}

// UpdatePage switches a page on or off. A page that is switched on has its forms listed. It answers page.not_found.
func (s *Service) UpdatePage(ctx context.Context, v account.Viewer, id string, p PagePatch) (Page, error) {
	if err := account.AdminOnly(v); err != nil {
		return Page{}, err
	}
	if p.Active != nil {
		_, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
			res, err := tx.Exec(`UPDATE meta_page SET active = {:active} WHERE id = {:id}`, dbx.Params{"active": *p.Active, "id": id})
			if err != nil {
				return wrap("change page", err)
			}
			if n, err := res.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, fault.New(CodePageNotFound))
			}
			return account.Audit(tx, v.UserID, "meta.page_changed", id, map[string]any{"active": *p.Active})
		})
		if err != nil {
			return Page{}, err
		}
		if *p.Active {
			if err := s.notePage(ctx, id, s.discoverPageForms(ctx, id)); err != nil {
				return Page{}, err
			}
			nudge(s.wakes.poll)
			nudge(s.wakes.sweep)
		}
		s.hooks.tellStatus()
	}
	pages, err := s.listPages(ctx)
	if err != nil {
		return Page{}, err
	}
	for _, page := range pages {
		if page.ID == id {
			return page, nil
		}
	}
	return Page{}, fault.New(CodePageNotFound)
}
