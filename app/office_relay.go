package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/backend/relay/relayclient"
	"sitegroup.mx/crm/backend/relay/relaywire"
	"sitegroup.mx/crm/store"
)

const (
	settingRelay   = "relay"           // of setting
	vaultAdmission = "relay/admission" // of the vault

	greetPatience   = 8 * time.Second // until somebody who has typed an address is shown how it stands
	relayTellsEvery = 2 * time.Second // while events come
)

// relaySetting is what a host keeps of its relay.
type relaySetting struct {
	Address     string         `json:"address"`
	BaseURL     string         `json:"base_url,omitempty"` // Address, once the relay there has taken the office
	Hook        string         `json:"hook,omitempty"`     // of the callback that Meta was told
	VerifyToken string         `json:"verify_token,omitempty"`
	Page        string         `json:"page,omitempty"` // of the public pages
	Texts       api.RelayTexts `json:"texts"`
	Version     int64          `json:"version,omitempty"` // of the texts
}

// officeRelay is a host's connection with the office's relay. It implements api.Relay.
type officeRelay struct {
	o *openOffice

	configuring sync.Mutex // held while a client begins or ends
	saving      sync.Mutex // held while the setting is changed

	mu        sync.Mutex
	ctx       context.Context // of the office's work; nil before it has begun
	client    *relayclient.Client
	stop      context.CancelFunc
	crew      *crew
	setting   relaySetting
	checks    []api.RelayCheck
	checkedAt time.Time
	told      struct { // what pages know
		state, problem string
		at             time.Time
	}
	greeted chan struct{} // a state other than connecting; holds one
}

func newOfficeRelay(o *openOffice) *officeRelay {
	return &officeRelay{o: o, greeted: make(chan struct{}, 1)}
}

// begin links with the relay, if the office has one, until ctx ends.
func (r *officeRelay) begin(ctx context.Context) {
	s, err := r.read(ctx)
	if err != nil {
		r.o.log.WithError(err).Error("the relay's setting cannot be read")
	}
	r.configuring.Lock()
	defer r.configuring.Unlock()
	r.mu.Lock()
	r.ctx, r.setting = ctx, s
	r.mu.Unlock()
	r.start()
}

// start begins a client for the setting. configuring is held.
func (r *officeRelay) start() {
	r.mu.Lock()
	ctx, s := r.ctx, r.setting
	r.mu.Unlock()
	if ctx == nil || ctx.Err() != nil || s.Address == "" || r.o.Host == nil || r.o.Host.Superseded() {
		r.o.Intake.SetHookLink(intake.HookLink{})
		return
	}
	root, known := r.o.Host.Root()
	if !known {
		return // the recovery code comes first: Configure says so
	}
	admission, err := r.o.vault.Get(vaultAdmission)
	if err != nil {
		admission = nil // there is none, or the relay will ask for it
	}
	c := relayclient.New(relayclient.Deps{
		Address: s.Address, Root: root, Key: r.o.key, Certificate: r.o.Host.Certificate, Admission: string(admission),
		Hook: s.Hook, VerifyToken: s.VerifyToken, Take: r.take, Open: r.open, OnStatus: r.changed,
		OnWelcome: func(w relaywire.Welcome) { r.welcomed(s.Address, w) },
		Clock:     clock.System{}, Log: r.o.log.WithField("part", "relay"), Random: rand.Float64,
	})
	running, stop := context.WithCancel(ctx)
	work := &crew{log: r.o.log}
	r.mu.Lock()
	r.client, r.stop, r.crew = c, stop, work
	r.mu.Unlock()
	if p, ok := s.publication(); ok {
		r.publish(ctx, c, p)
	}
	work.start("relay", running.Done(), func() { c.Run(running) })
	work.start("relay network", running.Done(), func() { link.Changes(running, clock.System{}, c.Renew) })
	r.changed()
}

// end returns once nothing comes from the relay any more.
func (r *officeRelay) end() {
	r.mu.Lock()
	stop, work := r.stop, r.crew
	r.client, r.stop, r.crew = nil, nil, nil
	r.mu.Unlock()
	if stop != nil {
		stop()
		work.wait()
	}
}

// stopSoon is end without the waiting.
func (r *officeRelay) stopSoon() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		r.stop()
	}
	r.client = nil
}

// again begins anew with what the setting says now.
func (r *officeRelay) again() {
	r.configuring.Lock()
	defer r.configuring.Unlock()
	r.end()
	r.start()
}

// address is the relay's as members are told it, "" for none.
func (r *officeRelay) address() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.setting.Address
}

// take is relayclient.Deps.Take. While the office moves to another computer nothing is taken: the next host will. Webhooks
// that come one after the other are taken in one commit.
func (r *officeRelay) take(ctx context.Context, events []relaywire.Event) (outcomes []relaywire.Outcome, err error) {
	err = r.o.handover.intake.during(func() error {
		outcomes = nil
		var calls []intake.Webhook
		receive := func() error {
			if len(calls) == 0 {
				return nil
			}
			_, err := r.o.Intake.ReceiveWebhooks(ctx, calls...)
			calls = nil
			return err
		}
		for _, e := range events {
			switch e.Kind {
			case relaywire.KindWebhook:
				calls = append(calls, intake.Webhook{Body: e.Body, Signature: e.Signature, At: time.UnixMilli(e.At)})
			case relaywire.KindDeletion:
				if err := receive(); err != nil {
					return err
				}
				reason, err := r.o.Intake.ReceiveDeletion(ctx, e.Code, string(e.Body))
				if err != nil {
					return err
				}
				outcomes = append(outcomes, outcomeOf(e.Code, reason))
			default:
				r.o.log.WithField("kind", e.Kind).Warn("the relay sends what this program does not know")
			}
		}
		return receive()
	})
	return outcomes, err
}

// Sentences for whoever has asked Meta to have their data deleted; the relay's public pages are in Spanish.
const (
	sentenceUnverified = "La solicitud no pudo comprobarse: no viene firmada por la aplicación de esta oficina."
	sentenceNobody     = "Esta oficina no conserva datos de la cuenta de Facebook que hizo la solicitud."
)

func outcomeOf(code, reason string) relaywire.Outcome {
	switch reason {
	case intake.DeletionUnverified:
		return relaywire.Outcome{Code: code, State: relaywire.DeletionRefused, Reason: sentenceUnverified}
	case intake.DeletionNobody:
		return relaywire.Outcome{Code: code, State: relaywire.DeletionRefused, Reason: sentenceNobody}
	}
	return relaywire.Outcome{Code: code, State: relaywire.DeletionDone}
}

// open is relayclient.Deps.Open.
func (r *officeRelay) open(c net.Conn) {
	if server := r.o.network.serving(); server != nil {
		server.Take(c)
		return
	}
	_ = c.Close() // nobody is served now
}

// welcomed keeps what the relay says that Meta is to be told.
func (r *officeRelay) welcomed(address string, w relaywire.Welcome) {
	_, err := r.change(context.Background(), func(s *relaySetting) {
		if s.Address == address {
			s.BaseURL, s.Hook, s.VerifyToken, s.Page = w.BaseURL, w.Hook, w.VerifyToken, w.Page
		}
	})
	if err != nil {
		r.o.log.WithError(err).Error("what the relay says is not kept")
	}
}

// changed tells intake and pages how the link stands.
func (r *officeRelay) changed() {
	now := r.o.clock.Now()
	r.mu.Lock()
	used, client := r.setting.Address != "", r.client
	s := relayclient.Status{State: relayclient.StateOffline}
	if client != nil {
		s = client.Status()
	}
	news := r.told.state != s.State || r.told.problem != s.Problem || now.Sub(r.told.at) >= relayTellsEvery
	if news {
		r.told.state, r.told.problem, r.told.at = s.State, s.Problem, now
	}
	r.mu.Unlock()
	r.o.Intake.SetHookLink(intake.HookLink{Used: used, Up: s.State == relayclient.StateLinked, Since: s.Since, Problem: s.Problem})
	if s.State != relayclient.StateConnecting {
		select {
		case r.greeted <- struct{}{}:
		default:
		}
	}
	if news {
		r.o.network.tell()
	}
}

// publish has the relay show the office's public texts.
func (r *officeRelay) publish(ctx context.Context, c *relayclient.Client, p relaywire.Publish) {
	info, err := office.ReadInfo(ctx, r.o.Store)
	if err != nil {
		r.o.log.WithError(err).Error("public texts are not published")
		return
	}
	p.Office = info.Name
	c.Publish(p)
}

// publication is what the relay is to show.
func (s relaySetting) publication() (p relaywire.Publish, ok bool) {
	return relaywire.Publish{Version: s.Version, Updated: s.Texts.Updated, Privacy: s.Texts.Privacy, Deletion: s.Texts.Deletion}, s.Version > 0
}

func (r *officeRelay) read(ctx context.Context) (s relaySetting, err error) {
	var texts []string
	err = r.o.Store.Read().NewQuery("SELECT v FROM setting WHERE k = {:k}").Bind(dbx.Params{"k": settingRelay}).WithContext(ctx).Column(&texts)
	if err == nil && len(texts) > 0 {
		err = json.Unmarshal([]byte(texts[0]), &s)
	}
	if err != nil {
		return s, fmt.Errorf("read relay setting: %w", err)
	}
	return s, nil
}

// change changes the setting, with what belongs into the same transaction.
func (r *officeRelay) change(ctx context.Context, fn func(*relaySetting), also ...func(tx *store.Tx) error) (relaySetting, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	before := r.settingNow()
	s := before
	if fn(&s); s == before && len(also) == 0 {
		return s, nil
	}
	text, err := json.Marshal(s)
	if err != nil {
		return s, fmt.Errorf("write relay setting: %w", err)
	}
	_, err = r.o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, {:v}) ON CONFLICT (k) DO UPDATE SET v = excluded.v", dbx.Params{"k": settingRelay, "v": string(text)})
		if err != nil {
			return err
		}
		for _, fn := range also {
			if err := fn(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return before, fmt.Errorf("keep relay setting: %w", err)
	}
	r.mu.Lock()
	r.setting = s
	r.mu.Unlock()
	return s, nil
}

// State implements api.Relay.
func (r *officeRelay) State(ctx context.Context, v account.Viewer) (api.RelayState, error) {
	hooks, err := r.o.Intake.Webhooks(ctx, v)
	if err != nil {
		return api.RelayState{}, err
	}
	prepared := r.o.Host.Prepared()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.setting
	out := api.RelayState{
		Address: s.Address, State: api.RelayOff, Texts: s.Texts, Webhooks: hooks, Checks: append([]api.RelayCheck{}, r.checks...),
		CheckedAt: instantText(r.checkedAt),
	}
	if s.Address == "" {
		return out, nil
	}
	if s.Hook != "" && s.BaseURL != "" {
		out.CallbackURL, out.VerifyToken = s.callback(), s.VerifyToken
		out.DeletionCallbackURL = out.CallbackURL + "/deletion"
		out.PrivacyURL, out.DeletionURL = s.BaseURL+"/o/"+s.Page+"/privacidad", s.BaseURL+"/o/"+s.Page+"/eliminacion"
	}
	if !prepared {
		out.State = api.RelayUnprepared
		return out, nil
	}
	if r.client == nil {
		out.State = api.RelayOffline
		return out, nil
	}
	now := r.client.Status()
	out.State, out.Problem, out.Since, out.Waiting = now.State, now.Problem, instantText(now.Since), now.Waiting
	out.LastEventAt, out.ClockMS, out.KeptDays = instantText(now.LastEvent), now.Behind.Milliseconds(), now.Welcome.KeptDays
	return out, nil
}

func (s relaySetting) callback() string { return s.BaseURL + "/h/" + s.Hook }

func instantText(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := clock.Format(t)
	return &text
}

// Configure implements api.Relay.
func (r *officeRelay) Configure(ctx context.Context, v account.Viewer, n api.RelaySetting) (api.RelayState, error) {
	if err := account.AdminOnly(v); err != nil {
		return api.RelayState{}, err
	}
	address, err := relayclient.ParseAddress(n.Address)
	if err != nil {
		return api.RelayState{}, err
	}
	if !r.o.Host.Prepared() {
		return api.RelayState{}, fault.New(office.CodeNoRecovery)
	}
	if admission := strings.TrimSpace(n.Admission); admission != "" {
		if err := r.o.vault.Set(vaultAdmission, []byte(admission)); err != nil {
			return api.RelayState{}, fmt.Errorf("keep the admission token: %w", err)
		}
	}
	moved := address != r.address()
	_, err = r.change(ctx, func(s *relaySetting) {
		if moved {
			s.BaseURL, s.Page = "", "" // were the other relay's
		}
		s.Address = address
	}, func(tx *store.Tx) error {
		return account.Audit(tx, v.UserID, "relay.configured", address, nil)
	})
	if err != nil {
		return api.RelayState{}, err
	}
	if moved {
		r.forgetChecks()
	}
	r.again()
	r.o.network.relayChanged(ctx)
	r.awaitGreeting(ctx)
	return r.State(ctx, v)
}

// awaitGreeting waits until it is known how the relay answers.
func (r *officeRelay) awaitGreeting(ctx context.Context) {
	late := clock.System{}.After(greetPatience)
	for {
		r.mu.Lock()
		client := r.client
		r.mu.Unlock()
		if client == nil || client.Status().State != relayclient.StateConnecting {
			return
		}
		select {
		case <-r.greeted:
		case <-late:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (r *officeRelay) settingNow() relaySetting {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.setting
}

// Remove implements api.Relay. The texts stay, for another relay.
func (r *officeRelay) Remove(ctx context.Context, v account.Viewer) (api.RelayState, error) {
	if err := account.AdminOnly(v); err != nil {
		return api.RelayState{}, err
	}
	forget := func(s *relaySetting) { *s = relaySetting{Texts: s.Texts, Version: s.Version} }
	_, err := r.change(ctx, forget, func(tx *store.Tx) error { return account.Audit(tx, v.UserID, "relay.removed", r.address(), nil) })
	if err != nil {
		return api.RelayState{}, err
	}
	r.again()
	if err := r.dropAdmission(); err != nil {
		return api.RelayState{}, err
	}
	r.forgetChecks()
	r.o.network.relayChanged(ctx)
	return r.State(ctx, v)
}

// forgetChecks forgets how the switches stood with a relay that is not used any more.
func (r *officeRelay) forgetChecks() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks, r.checkedAt = nil, time.Time{}
}

// dropAdmission deletes the relay's word of admission from the keyring.
func (r *officeRelay) dropAdmission() error {
	if _, missing := r.o.vault.Get(vaultAdmission); missing != nil {
		return nil //nolint:nilerr // there is none
	}
	if err := r.o.vault.Delete(vaultAdmission); err != nil {
		return fmt.Errorf("delete the admission token: %w", err)
	}
	return nil
}

// Publish implements api.Relay.
func (r *officeRelay) Publish(ctx context.Context, v account.Viewer, t api.RelayPublication) (api.RelayState, error) {
	if err := account.AdminOnly(v); err != nil {
		return api.RelayState{}, err
	}
	info, err := office.ReadInfo(ctx, r.o.Store)
	if err != nil {
		return api.RelayState{}, err
	}
	zone, err := time.LoadLocation(info.Timezone)
	if err != nil {
		zone = time.UTC
	}
	texts := api.RelayTexts{
		Privacy: strings.TrimSpace(t.Privacy), Deletion: strings.TrimSpace(t.Deletion), Updated: r.o.clock.Now().In(zone).Format(clock.DateLayout),
	}
	s, err := r.change(ctx, func(s *relaySetting) {
		s.Texts = texts
		// The relay keeps the version: a file that comes from a backup must not end up with one that it has seen.
		s.Version = max(s.Version+1, r.o.clock.Now().UnixMilli())
	}, func(tx *store.Tx) error { return account.Audit(tx, v.UserID, "relay.published", "", nil) })
	if err != nil {
		return api.RelayState{}, err
	}
	r.mu.Lock()
	client := r.client
	r.mu.Unlock()
	if p, ok := s.publication(); ok && client != nil {
		r.publish(ctx, client, p)
	}
	return r.State(ctx, v)
}

// Subscribe implements api.Relay.
func (r *officeRelay) Subscribe(ctx context.Context, v account.Viewer) (api.RelayState, error) {
	if err := account.AdminOnly(v); err != nil {
		return api.RelayState{}, err
	}
	s, err := r.linked()
	if err != nil {
		return api.RelayState{}, err
	}
	if err := r.o.Intake.SubscribeWebhooks(ctx, v, s.callback(), s.VerifyToken); err != nil {
		return api.RelayState{}, err
	}
	return r.check(ctx, v, false)
}

// linked returns the setting while there is a link: relay.not_set, relay.not_linked.
func (r *officeRelay) linked() (relaySetting, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.setting.Address == "":
		return r.setting, fault.New(api.CodeRelayNotSet)
	case r.client == nil, r.client.Status().State != relayclient.StateLinked:
		return r.setting, fault.New(api.CodeRelayNotLinked)
	}
	return r.setting, nil
}

// Check implements api.Relay.
func (r *officeRelay) Check(ctx context.Context, v account.Viewer) (api.RelayState, error) {
	if err := account.AdminOnly(v); err != nil {
		return api.RelayState{}, err
	}
	return r.check(ctx, v, true)
}

// check looks at each switch; a test lead makes the way only where everything before it is right.
func (r *officeRelay) check(ctx context.Context, v account.Viewer, whole bool) (api.RelayState, error) {
	own := api.RelayCheck{Code: api.RelayCheckLink, State: intake.CheckOK}
	s, err := r.linked()
	switch {
	case fault.Has(err, api.CodeRelayNotSet):
		return api.RelayState{}, err
	case err != nil:
		own.State, own.Problem = intake.CheckMissing, api.CodeRelayNotLinked
	}
	checks := []api.RelayCheck{own}
	ready := own.State == intake.CheckOK
	switches, err := r.o.Intake.Switches(ctx, v, s.callback())
	switch {
	case fault.Has(err, intake.CodeNotConnected):
		checks = append(checks, api.RelayCheck{Code: intake.SwitchApp, State: intake.CheckMissing, Problem: intake.CodeNotConnected})
		ready = false
	case err != nil:
		return api.RelayState{}, err
	}
	for _, w := range switches {
		checks = append(checks, api.RelayCheck(w))
		ready = ready && (w.State == intake.CheckOK || w.Code != intake.SwitchApp && w.Code != intake.SwitchPage)
	}
	arrival := intake.Switch{Code: intake.SwitchArrival, State: intake.CheckUnknown}
	if ready && whole {
		if arrival, err = r.o.Intake.TryArrival(ctx, v); err != nil {
			return api.RelayState{}, err
		}
	}
	checks = append(checks, api.RelayCheck(arrival))
	r.mu.Lock()
	r.checks, r.checkedAt = checks, r.o.clock.Now()
	r.mu.Unlock()
	return r.State(ctx, v)
}

// errNotTaking has the relay keep an event: this computer takes nothing in now.
var errNotTaking = errors.New("the office is moving to another computer")
