package intake

import (
	"context"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// Webhook is a call of Meta to the office's callback, as the relay has kept it.
type Webhook struct {
	Body      []byte    // as it was received
	Signature string    // of the header, likewise
	At        time.Time // when the relay received it; zero when nobody says
}

// WebhookReceipt is what calls of Meta brought.
type WebhookReceipt struct {
	Wrong   int // calls whose signature is not the app's; nothing was taken from their bodies
	New     int // leads that had no line
	Known   int
	Tests   int // events of the Test button of Meta's dashboard
	Pages   int // that were only said to have something new, and are read
	Ignored int // events of other fields, of pages and forms that are switched off, and of pages that nobody knows
	Broken  int // calls that cannot be read, and events without a readable lead or page
}

// ReceiveWebhooks takes calls of Meta, all in one commit: the leads of those that the app has signed are in the ledger once
// this has returned, and are fetched at once. A call that cannot be verified, read or used is counted and is no error: there
// is nothing to be gained by another delivery. An error is one of the office's own; then none was taken, and the same calls
// are to be handed in again.
func (s *Service) ReceiveWebhooks(ctx context.Context, calls ...Webhook) (WebhookReceipt, error) {
	secrets, err := s.appSecrets(ctx)
	if err != nil && !fault.Has(err, CodeNotConnected) {
		return WebhookReceipt{}, err
	}
	b := &bundle{}
	if err := s.sortEvents(ctx, b, s.readCalls(b, calls, secrets)); err != nil {
		return WebhookReceipt{}, err
	}
	receipt, err := s.receive(ctx, b.arrivals, func(tx *store.Tx) error { return changeWebhookRecord(tx, b.note) })
	if err != nil {
		return WebhookReceipt{}, err
	}
	s.trips.arrived(b.arrivals)
	b.receipt.New, b.receipt.Known = len(receipt.New)-b.newTests(receipt.New), receipt.Known
	fresh := slices.DeleteFunc(receipt.New, func(id string) bool { return id == dashboardLead })
	s.fresh.put(fresh, b.pages, b.discover)
	if r := b.receipt; r.Wrong+r.Broken+r.Tests > 0 || b.unknownPage != "" {
		s.hooks.tellStatus()
	}
	return b.receipt, nil
}

// readEvents is a call that the app has signed.
type readEvents struct {
	events []meta.Event
	at     time.Time
}

// readCalls reads the calls that the app has signed, and counts the others.
func (s *Service) readCalls(b *bundle, calls []Webhook, secrets []meta.Secret) []readEvents {
	read := make([]readEvents, 0, len(calls))
	for _, w := range calls {
		if !meta.VerifySignature(w.Body, w.Signature, secrets...) {
			s.log.WithField("connected", len(secrets) > 0).Warn("a webhook is not signed by the app")
			b.receipt.Wrong++
			continue
		}
		b.calls++
		events, err := meta.ParseWebhook(w.Body)
		if err != nil {
			s.log.WithField("problem", fault.Code(err)).Warn("a signed webhook cannot be read")
			b.receipt.Broken++
			continue
		}
		read = append(read, readEvents{events, s.receivedAt(w.At)})
	}
	return read
}

// receivedAt is when the relay received a call, as far as its clock makes sense here.
func (s *Service) receivedAt(at time.Time) time.Time {
	now := s.clock.Now()
	if at.IsZero() || at.After(now) || now.Sub(at) > meta.RetentionDays*24*time.Hour {
		return now
	}
	return at
}

// bundle is what calls of Meta ask for, sorted.
type bundle struct {
	receipt     WebhookReceipt
	calls       int // that the app has signed
	arrivals    []arrival
	pages       []string // to be read
	discover    []string // pages with a form that nobody has seen
	unknownPage string
}

// sortEvents finds what each event asks for.
func (s *Service) sortEvents(ctx context.Context, b *bundle, read []readEvents) error {
	if len(read) == 0 {
		return nil
	}
	pages, err := s.listPages(ctx)
	if err != nil {
		return err
	}
	active := map[string]bool{}
	for _, p := range pages {
		active[p.ID] = p.Active
	}
	forms, err := s.formsSwitched(ctx)
	if err != nil {
		return err
	}
	for _, r := range read {
		for _, e := range r.events {
			b.add(e, r.at, active, forms)
		}
	}
	// Meta does not promise an order (Meta, Webhooks): a person's first enquiry comes first.
	slices.SortStableFunc(b.arrivals, func(x, y arrival) int { return compareText(x.ref.LeadAt, y.ref.LeadAt) })
	b.pages, b.discover = unique(b.pages), unique(b.discover)
	b.receipt.Pages = len(b.pages)
	return nil
}

// add sorts one event by the pages that are known, and the forms that have been seen, each with whether it is switched on.
func (b *bundle) add(e meta.Event, at time.Time, active, forms map[string]bool) {
	page, form := string(e.Page), string(e.Form)
	on, known := active[page]
	formOn, seen := forms[form]
	switch {
	case e.Kind == meta.EventConnectionTest:
		b.receipt.Tests++
		b.arrivals = append(b.arrivals, arrival{ref: Ref{LeadID: dashboardLead, LeadAt: format(e.Created)}, origin: OriginWebhook, at: at})
	case e.Kind == meta.EventBroken:
		b.receipt.Broken++
	case e.Kind == meta.EventOther:
		b.receipt.Ignored++
	case !known:
		b.receipt.Ignored++
		b.unknownPage = page
	case !on:
		b.receipt.Ignored++
	case e.Kind == meta.EventPoll:
		b.pages = append(b.pages, page)
	case seen && !formOn:
		b.receipt.Ignored++
	default:
		if !seen && form != "" {
			b.discover = append(b.discover, page)
		}
		b.arrivals = append(b.arrivals, arrival{
			ref: Ref{LeadID: string(e.Lead), PageID: page, FormID: form, LeadAt: format(e.Created)}, origin: OriginWebhook, at: at,
		})
	}
}

// formsSwitched tells which forms are switched on.
func (s *Service) formsSwitched(ctx context.Context) (map[string]bool, error) {
	var rows []struct {
		ID     string `db:"id"`
		Active bool   `db:"active"`
	}
	if err := s.store.Read().NewQuery(`SELECT id, active FROM meta_form`).WithContext(ctx).All(&rows); err != nil {
		return nil, wrap("list forms", err)
	}
	forms := make(map[string]bool, len(rows))
	for _, r := range rows {
		forms[r.ID] = r.Active
	}
	return forms, nil
}

func (b *bundle) newTests(ids []string) int {
	if slices.Contains(ids, dashboardLead) {
		return 1
	}
	return 0
}

// note writes the calls into the record.
func (b *bundle) note(r *webhookRecord, now string) {
	if b.receipt.Wrong > 0 {
		r.Wrong, r.WrongAt = r.Wrong+b.receipt.Wrong, now
	}
	if b.calls > 0 {
		r.Calls, r.LastAt = r.Calls+b.calls, now
	}
	if len(b.arrivals) > b.receipt.Tests {
		r.LeadAt = now
	}
	if b.receipt.Tests > 0 {
		r.TestAt = now
	}
	if b.receipt.Broken > 0 {
		r.Broken, r.BrokenAt = r.Broken+b.receipt.Broken, now
	}
	if b.unknownPage != "" {
		r.UnknownPage, r.UnknownAt = b.unknownPage, now
	}
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
