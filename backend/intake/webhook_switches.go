package intake

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// Codes of the switches between a submitted form and the office (Meta, Lead ads: webhooks).
const (
	SwitchApp     = "app_subscription"  // the app sends its events to the office's callback
	SwitchPage    = "page_subscription" // the page sends its events to the app
	SwitchAccess  = "lead_access"       // the page's Leads Access Manager lets the app read
	SwitchLive    = "app_live"          // the app is in live mode
	SwitchArrival = "test_lead"         // a test lead has made the whole way
)

// Switch is one of them. Page is the name of the page that it is of, "" for those of the app.
type Switch struct {
	Code    string `json:"code"`
	State   string `json:"state" enum:"ok,missing,unknown,warn"`
	Page    string `json:"page"`
	Problem string `json:"problem" doc:"Code of what Meta says, empty for nothing"`
	MS      int64  `json:"ms" doc:"How long a test lead was on its way"`
}

// SubscribeWebhooks has Meta send the leads of the app's active pages to a callback, which has to be up: Meta calls it with
// the token before it answers. What a page refuses is told by Switches. Faults: meta.not_connected, and Meta's refusal.
func (s *Service) SubscribeWebhooks(ctx context.Context, v account.Viewer, callback, verifyToken string) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	l, err := s.connected(ctx)
	if err != nil {
		return err
	}
	if err := l.client.SubscribeApp(ctx, callback, verifyToken); err != nil {
		return wrap("subscribe the app", err)
	}
	pages, err := s.activePages(ctx)
	if err != nil {
		return err
	}
	for _, p := range pages {
		err := s.withPage(ctx, l, p.ID, func(token meta.Token) error {
			have, on, err := l.client.PageSubscription(ctx, token, meta.ID(p.ID))
			if err != nil || on {
				return err
			}
			return l.client.SubscribePage(ctx, token, meta.ID(p.ID), have.Fields...) // the list replaces the one before
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			s.log.WithField("page_id", p.ID).WithField("problem", fault.Code(err)).Warn("the page was not subscribed")
		}
	}
	return nil
}

func (s *Service) activePages(ctx context.Context) ([]Page, error) {
	pages, err := s.listPages(ctx)
	return slices.DeleteFunc(pages, func(p Page) bool { return !p.Active }), err
}

// Switches asks Meta how each switch stands. What Meta refuses to tell is a switch's problem, not an error. Fault
// meta.not_connected.
func (s *Service) Switches(ctx context.Context, v account.Viewer, callback string) ([]Switch, error) {
	if err := account.AdminOnly(v); err != nil {
		return nil, err
	}
	l, err := s.connected(ctx)
	if err != nil {
		return nil, err
	}
	pages, err := s.activePages(ctx)
	if err != nil {
		return nil, err
	}
	rec, _, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	all := []Switch{appSwitch(ctx, l, callback)}
	for _, p := range pages {
		all = append(all, s.pageSwitch(ctx, l, p), s.accessSwitch(ctx, l, p, rec))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	live, err := s.liveSwitch(ctx)
	return append(all, live), err
}

func appSwitch(ctx context.Context, l *linked, callback string) Switch {
	out := Switch{Code: SwitchApp, State: CheckMissing}
	subscriptions, err := l.client.AppSubscriptions(ctx)
	if err != nil {
		out.State, out.Problem = CheckUnknown, fault.Code(err)
		return out
	}
	for _, a := range subscriptions {
		if a.Object == "page" && a.CallbackURL == callback && a.Active && slices.Contains(a.Fields, meta.LeadField) {
			out.State = CheckOK
		}
	}
	return out
}

func (s *Service) pageSwitch(ctx context.Context, l *linked, p Page) Switch {
	out := Switch{Code: SwitchPage, State: CheckMissing, Page: p.Name}
	err := s.withPage(ctx, l, p.ID, func(token meta.Token) error {
		_, on, err := l.client.PageSubscription(ctx, token, meta.ID(p.ID))
		if err == nil && on {
			out.State = CheckOK
		}
		return err
	})
	if err != nil {
		out.State, out.Problem = CheckUnknown, fault.Code(err)
	}
	return out
}

// accessSwitch asks Meta, and where Meta cannot tell reads a form's leads (see checker.access).
func (s *Service) accessSwitch(ctx context.Context, l *linked, p Page, rec linkRecord) Switch {
	out := Switch{Code: SwitchAccess, Page: p.Name}
	c := checker{s: s, l: l, info: meta.TokenInfo{Kind: meta.TokenKind(rec.Token.Type), User: meta.ID(rec.UserID)}}
	out.State = c.access(ctx, p)
	if out.State != CheckUnknown {
		return out
	}
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return out
	}
	forms = slices.DeleteFunc(forms, func(f formRow) bool { return f.PageID != p.ID })
	if len(forms) == 0 {
		return out
	}
	c.readable(ctx, p, forms, CheckUnknown)
	found := c.found[checkLeadAccess]
	out.State = found.State
	out.Problem, _ = found.Args["problem"].(string)
	return out
}

// liveSwitch looks for a real lead that came by webhook: Meta does not tell an app's mode, and sends none to an app in
// development.
func (s *Service) liveSwitch(ctx context.Context) (Switch, error) {
	out := Switch{Code: SwitchLive, State: CheckUnknown}
	var one []int
	err := s.store.Read().NewQuery(`SELECT 1
		FROM lead
		WHERE origin = {:origin} AND state IN ('registered', 'linked', 'held')
		LIMIT 1`).Bind(dbx.Params{"origin": OriginWebhook}).WithContext(ctx).Column(&one)
	if len(one) > 0 {
		out.State = CheckOK
	}
	return out, wrap("look for leads by webhook", err)
}

// arrivalPatience is how long somebody waits for a test lead's webhook.
const arrivalPatience = 20 * time.Second

// trips are test leads that somebody waits for.
type trips struct {
	mu   sync.Mutex
	come map[string]chan struct{}
}

func (t *trips) channel(id string) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.come == nil {
		t.come = map[string]chan struct{}{}
	}
	if t.come[id] == nil {
		t.come[id] = make(chan struct{}, 1)
	}
	return t.come[id]
}

// arrived tells who waits for one of the leads.
func (t *trips) arrived(arrivals []arrival) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range arrivals {
		if c := t.come[a.ref.LeadID]; c != nil {
			nudge(c)
		}
	}
}

func (t *trips) forget(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.come, id)
}

// TryArrival makes a test lead at Meta, waits until its webhook has come, and deletes it. Meta allows one a form: one that is
// there is deleted first. Where no form is polled, or Meta makes none, the switch is unknown.
func (s *Service) TryArrival(ctx context.Context, v account.Viewer) (Switch, error) {
	out := Switch{Code: SwitchArrival, State: CheckUnknown}
	if err := account.AdminOnly(v); err != nil {
		return out, err
	}
	l, err := s.connected(ctx)
	if err != nil {
		return out, err
	}
	forms, err := listForms(ctx, s.store.Read())
	if err != nil {
		return out, err
	}
	i := slices.IndexFunc(forms, formRow.polled)
	if i < 0 {
		return out, nil
	}
	form := forms[i]
	out.Page = form.PageName
	began := s.clock.Now()
	var id meta.ID
	err = s.withPage(ctx, l, form.PageID, func(token meta.Token) error {
		id, err = makeTestLead(ctx, l.client, token, meta.ID(form.ID))
		return err
	})
	if err != nil {
		out.Problem = fault.Code(err)
		return out, ctx.Err()
	}
	came, err := s.waitFor(ctx, form, string(id))
	if err != nil {
		return out, err
	}
	if out.State = CheckWarn; came {
		out.State, out.MS = CheckOK, s.clock.Now().Sub(began).Milliseconds()
	}
	err = s.withPage(ctx, l, form.PageID, func(token meta.Token) error { return l.client.DeleteTestLead(ctx, token, id) })
	if err != nil {
		s.log.WithField("lead_id", string(id)).WithField("problem", fault.Code(err)).Info("a test lead is left at Meta")
	}
	return out, ctx.Err()
}

func makeTestLead(ctx context.Context, c *meta.Client, token meta.Token, form meta.ID) (meta.ID, error) {
	id, err := c.CreateTestLead(ctx, token, form)
	var m *meta.Error
	if !errors.As(err, &m) || m.Advice != meta.AdviceTestLeadExists {
		return id, err
	}
	leads, err := c.TestLeads(ctx, token, form)
	if err != nil {
		return "", err
	}
	for _, lead := range leads {
		if err := c.DeleteTestLead(ctx, token, lead.ID); err != nil {
			return "", err
		}
	}
	return c.CreateTestLead(ctx, token, form)
}

// waitFor waits for the webhook of a test lead of ours, which may have come already.
func (s *Service) waitFor(ctx context.Context, form formRow, id string) (bool, error) {
	come := s.trips.channel(id)
	defer s.trips.forget(id)
	if came, err := s.enterTest(ctx, form, id); err != nil || came {
		return came, err
	}
	select {
	case <-come:
		return true, nil
	case <-s.clock.After(arrivalPatience):
		return false, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// enterTest has the ledger know a lead for a test before anybody asks Meta for it: it is about to be deleted there, and must
// not end as a lead that cannot be read. It reports whether its webhook had come.
func (s *Service) enterTest(ctx context.Context, form formRow, id string) (came bool, err error) {
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		came = false
		known, ok, err := findLine(tx.Query(), id)
		if err != nil {
			return err
		}
		if !ok {
			return insertLine(tx, line{
				LeadID: id, PageID: form.PageID, FormID: form.ID, Origin: OriginWebhook, State: StateTest, ReceivedAt: format(tx.Now()),
			})
		}
		came = known.Origin == OriginWebhook
		switch known.State {
		case StateReceived, StateFetched, StateFailed, StateHeld:
			return move(tx, known, StateTest)
		}
		return nil
	})
	return came, wrap("enter a test lead", err)
}
