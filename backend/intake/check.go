package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// Codes of the checks, in the order in which they are shown.
const (
	checkTokenValid     = "token_valid"      //nolint:gosec // a code
	checkTokenLongLived = "token_long_lived" //nolint:gosec // a code
	checkScope          = "scope."           // and the permission
	checkAppSecret      = "app_secret"       //nolint:gosec // a code
	checkPagesFound     = "pages_found"
	checkPageTask       = "page_task"
	checkLeadTerms      = "lead_terms"
	checkLeadAccess     = "lead_access"
	checkFormsFound     = "forms_found"
	checkFormsReadable  = "forms_readable"
)

// checkScopes are the permissions that are checked. The compulsory ones are missing when they are; without the others the
// names of ads, or announcements by webhook, are.
var checkScopes = []struct {
	permission string
	compulsory bool
	instead    string
	perPage    bool // a token may have it for some pages only; others are granted by ad account
}{
	{meta.PermissionPagesList, true, "", true},
	{meta.PermissionPagesRead, true, "", true},
	{meta.PermissionLeads, true, "", true},
	{meta.PermissionPagesAds, true, "", true},
	{meta.PermissionPagesMeta, false, "", true},
	{meta.PermissionAdsManage, false, meta.PermissionAdsRead, false},
}

// CheckCodes lists the codes of all checks in order.
func CheckCodes() []string {
	codes := []string{checkTokenValid, checkTokenLongLived}
	for _, c := range checkScopes {
		codes = append(codes, checkScope+c.permission)
	}
	return append(codes, checkAppSecret, checkPagesFound, checkPageTask, checkLeadTerms, checkLeadAccess, checkFormsFound, checkFormsReadable)
}

// Check goes through everything that Meta needs before leads arrive, keeps the result and returns it with pages and forms.
// What Meta refuses is a line of the list, not an error. It answers meta.not_connected, and meta.not_reachable when Meta
// gives no answer.
func (s *Service) Check(ctx context.Context, v account.Viewer) (Status, error) {
	if err := account.AdminOnly(v); err != nil {
		return Status{}, err
	}
	l, err := s.connected(ctx)
	if err != nil {
		return Status{}, err
	}
	c := checker{s: s, l: l}
	if err := c.run(ctx); err != nil {
		return Status{}, err
	}
	err = s.changeRecord(ctx, func(rec *linkRecord) {
		rec.Checks, rec.CheckedAt = c.list(), format(s.clock.Now())
	})
	if err != nil {
		return Status{}, fmt.Errorf("keep the checks: %w", err)
	}
	s.hooks.tellStatus()
	if !slices.ContainsFunc(c.list(), func(c Check) bool { return c.State == CheckMissing }) {
		if err := s.resume(ctx); err != nil { // whatever was wrong has been put right
			return Status{}, err
		}
	}
	return s.Status(ctx, v)
}

// checker runs the checks.
type checker struct {
	s     *Service
	l     *linked
	info  meta.TokenInfo
	found map[string]Check
}

func (c *checker) set(code, state string, pairs ...any) {
	if c.found == nil {
		c.found = map[string]Check{}
	}
	args := fault.New(code, pairs...).Args
	if args == nil {
		args = map[string]any{}
	}
	c.found[code] = Check{Code: code, State: state, Args: args}
}

// list returns every check in order; those that were not reached are unknown.
func (c *checker) list() []Check {
	checks := make([]Check, 0, len(c.found))
	for _, code := range CheckCodes() {
		check, ok := c.found[code]
		if !ok {
			check = Check{Code: code, State: CheckUnknown, Args: map[string]any{"reached": false}} // something before it is missing
		}
		checks = append(checks, check)
	}
	return checks
}

// run asks Meta. Its error means that nothing could be asked.
func (c *checker) run(ctx context.Context) error {
	problem, err := c.s.checkToken(ctx)
	if err == nil && problem == "" {
		c.info, err = inspect(ctx, c.l.client, c.l.token)
	}
	if err != nil {
		return fmt.Errorf("check the connection: %w", err)
	}
	if c.connection(problem); problem != "" {
		return nil
	}
	c.life()
	c.scopes()
	if err := c.s.discoverPages(ctx); err != nil {
		if ctx.Err() != nil {
			return err
		}
		c.set(checkPagesFound, CheckMissing, "problem", fault.Code(err))
	}
	if err := c.s.discoverForms(ctx); err != nil {
		return err
	}
	return c.pages(ctx)
}

// connection sets the checks that all others need, by what is wrong with it: "" for nothing.
func (c *checker) connection(problem string) {
	if problem == meta.AdviceAppSecretWrong {
		c.set(checkAppSecret, CheckMissing, "problem", problem)
		return
	}
	c.set(checkAppSecret, CheckOK)
	if problem != "" {
		c.set(checkTokenValid, CheckMissing, "problem", problem)
		return
	}
	c.set(checkTokenValid, CheckOK)
}

// life looks at how long the token lives.
func (c *checker) life() {
	if c.info.Expires.IsZero() {
		c.set(checkTokenLongLived, CheckOK)
		return
	}
	left := c.info.Expires.Sub(c.s.clock.Now())
	state := CheckOK
	switch {
	case left < longLived:
		state = CheckMissing
	case left < expiresSoon:
		state = CheckWarn
	}
	c.set(checkTokenLongLived, state, "days", int(left.Hours()/24), "date", format(c.info.Expires))
}

func (c *checker) scopes() {
	for _, want := range checkScopes {
		has := slices.Contains(c.info.Scopes, want.permission) || want.instead != "" && slices.Contains(c.info.Scopes, want.instead)
		state := CheckOK
		switch {
		case !has && want.compulsory:
			state = CheckMissing
		case !has:
			state = CheckWarn
		}
		c.set(checkScope+want.permission, state, "permission", want.permission)
	}
}

// scopesFor looks at whether the token's permissions hold for a page: whoever makes a token chooses its pages.
func (c *checker) scopesFor(p Page) {
	for _, want := range checkScopes {
		if !want.perPage || c.info.Covers(want.permission, meta.ID(p.ID)) || !slices.Contains(c.info.Scopes, want.permission) {
			continue
		}
		state := CheckWarn
		if want.compulsory {
			state = CheckMissing
		}
		c.worst(checkScope+want.permission, state, "permission", want.permission, "page", p.Name)
	}
}

// pages looks at each active page; the worst of them stands for the check, with the page's name.
func (c *checker) pages(ctx context.Context) error {
	pages, err := c.s.listPages(ctx)
	if err != nil {
		return err
	}
	if len(pages) == 0 {
		if _, ok := c.found[checkPagesFound]; !ok {
			c.set(checkPagesFound, CheckMissing, "count", 0)
		}
		return nil
	}
	active := slices.DeleteFunc(slices.Clone(pages), func(p Page) bool { return !p.Active })
	c.set(checkPagesFound, CheckOK, "count", len(pages), "active", len(active))
	forms, err := listForms(ctx, c.s.store.Read())
	if err != nil {
		return err
	}
	for _, p := range active {
		c.page(ctx, p, slices.DeleteFunc(slices.Clone(forms), func(f formRow) bool { return f.PageID != p.ID }))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// page runs the checks of one page.
func (c *checker) page(ctx context.Context, p Page, forms []formRow) {
	c.scopesFor(p)
	switch {
	case len(p.Tasks) == 0:
		c.worst(checkPageTask, CheckUnknown, "page", p.Name)
	case meta.Page{Tasks: p.Tasks}.CanAdvertise():
		c.worst(checkPageTask, CheckOK)
	default:
		c.worst(checkPageTask, CheckMissing, "page", p.Name)
	}
	if probed, err := c.l.client.Page(ctx, c.l.token, meta.ID(p.ID)); err != nil {
		c.worst(checkLeadTerms, CheckUnknown, "page", p.Name, "problem", fault.Code(err))
	} else if probed.TermsAccepted {
		c.worst(checkLeadTerms, CheckOK)
	} else {
		c.worst(checkLeadTerms, CheckMissing, "page", p.Name)
	}
	access := c.access(ctx, p)
	if len(forms) == 0 {
		state := CheckMissing
		if p.Problem == "" {
			state = CheckWarn // the page has none yet
		}
		c.worst(checkFormsFound, state, "page", p.Name, "count", 0, "problem", p.Problem)
		c.worst(checkLeadAccess, access, "page", p.Name)
		return
	}
	c.worst(checkFormsFound, CheckOK, "count", len(forms))
	c.readable(ctx, p, forms, access)
}

// access asks Meta who may read the page's leads. It cannot answer for system users and pages.
func (c *checker) access(ctx context.Context, p Page) string {
	if c.info.Kind != meta.TokenUser || c.info.User == "" {
		return CheckUnknown
	}
	access, err := c.l.client.LeadAccess(ctx, c.l.token, meta.ID(p.ID), c.info.User)
	switch {
	case err != nil:
		return CheckUnknown
	case access.CanAccess:
		return CheckOK
	}
	return CheckMissing
}

// readable reads the ids of one form's leads: the only test that nobody's settings can spoil.
func (c *checker) readable(ctx context.Context, p Page, forms []formRow, access string) {
	i := max(slices.IndexFunc(forms, formRow.polled), 0)
	err := c.s.withPage(ctx, c.l, p.ID, func(token meta.Token) error {
		for _, err := range c.l.client.LeadIDs(ctx, token, meta.ID(forms[i].ID), c.s.clock.Now()) {
			return err
		}
		return nil
	})
	var m *meta.Error
	switch {
	case err == nil:
		c.worst(checkFormsReadable, CheckOK)
		c.worst(checkLeadAccess, CheckOK)
	case errors.As(err, &m) && m.Advice == meta.AdviceLeadAccessRevoked:
		c.worst(checkFormsReadable, CheckMissing, "page", p.Name, "problem", m.Advice)
		c.worst(checkLeadAccess, CheckMissing, "page", p.Name, "problem", m.Advice)
	default:
		c.worst(checkFormsReadable, CheckMissing, "page", p.Name, "problem", fault.Code(err))
		c.worst(checkLeadAccess, access, "page", p.Name)
	}
}

// badness orders states: the worse wins where several pages share a check.
var badness = map[string]int{CheckOK: 0, CheckUnknown: 1, CheckWarn: 2, CheckMissing: 3}

func (c *checker) worst(code, state string, pairs ...any) {
	if before, ok := c.found[code]; ok && badness[before.State] >= badness[state] {
		return
	}
	c.set(code, state, pairs...)
}
