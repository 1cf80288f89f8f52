package intake_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

type object = map[string]any

// signed is a call of Meta with any body.
func signed(t *testing.T, secret meta.Secret, body any) intake.Webhook {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(raw)
	return intake.Webhook{Body: raw, Signature: "sha256=" + hex.EncodeToString(mac.Sum(nil))}
}

// delivery is a body that tells of leads of one page.
func (w *world) delivery(page meta.ID, leads ...meta.ID) object {
	changes := []object{}
	for _, id := range leads {
		changes = append(changes, object{"field": "leadgen", "value": object{
			"leadgen_id": id, "page_id": page, "form_id": w.form.ID, "created_time": w.Clock.Now().Unix(),
		}})
	}
	return object{"object": "page", "entry": []object{{"id": page, "time": w.Clock.Now().Unix(), "changes": changes}}}
}

func (w *world) receive(call intake.Webhook) intake.WebhookReceipt {
	w.t.Helper()
	r, err := w.svc.ReceiveWebhooks(ctx, call)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// healthCodes are the codes of the health page's items.
func (w *world) healthCodes() []string {
	w.t.Helper()
	h, err := w.svc.Health(ctx, w.Admin)
	if err != nil {
		w.t.Fatal(err)
	}
	var codes []string
	for _, i := range h.Items {
		codes = append(codes, i.Code+" "+i.Level)
	}
	return codes
}

func TestWebhook_BringsEachLeadOnce(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	first, second := w.lead(1), w.lead(2)
	call := signed(t, w.app.Secret, w.delivery(w.page.ID, second, first))
	call.At = w.Clock.Now().Add(-3 * time.Hour) // the host was switched off meanwhile
	if diff := cmp.Diff(intake.WebhookReceipt{New: 2}, w.receive(call)); diff != "" {
		t.Errorf("first call (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(intake.WebhookReceipt{Known: 2}, w.receive(call)); diff != "" {
		t.Errorf("the same call again (-want +got):\n%s", diff)
	}
	w.step("fresh", w.svc.FreshStep)
	line := w.line(first)
	if line.State != intake.StateRegistered || line.Origin != intake.OriginWebhook || line.SeenAgain != 1 {
		t.Errorf("line = %+v", line.Lead)
	}
	if want := "2026"; line.ReceivedAt >= *line.FetchedAt || line.ReceivedAt[:4] != want {
		t.Errorf("received at %s and fetched at %s: the relay's time is lost", line.ReceivedAt, *line.FetchedAt)
	}
	if n := len(w.prospects()); n != 2 {
		t.Errorf("%d prospects, want 2", n)
	}
	if p := w.pull(); p.Received != 0 || len(w.prospects()) != 2 {
		t.Errorf("a poll after the webhook brings %+v", p)
	}
}

func TestWebhook_ALeadWhoseFetchWasCutShortIsTakenUpAtTheNextStart(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	w.receive(signed(t, w.app.Secret, w.delivery(w.page.ID, id)))
	for range 2 {
		w.svc = w.newService() // the program ended before Meta was asked
		if err := w.svc.TakeUpCut(ctx); err != nil {
			t.Fatal(err)
		}
		if due := *w.line(id).NextTryAt; due > clock.Format(w.Clock.Now()) {
			t.Fatalf("due at %s", due)
		}
		if err := w.svc.Postpone(ctx, string(id)); err != nil { // in hand again
			t.Fatal(err)
		}
	}
	w.svc = w.newService() // it may be this line that ends the program
	if err := w.svc.TakeUpCut(ctx); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	if got := w.line(id).State; got != intake.StateReceived {
		t.Errorf("state = %s: it is taken up at once for the third time", got)
	}
	w.Clock.Advance(2 * time.Minute)
	w.step("work", w.svc.WorkStep)
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
}

func TestWebhook_CallsThatCameTogetherAreTakenInOrder(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	second, first := w.lead(2), w.lead(1)
	wrong := signed(t, "00000000000000000000000000000000", w.delivery(w.page.ID, w.lead(3)))
	calls := []intake.Webhook{
		signed(t, w.app.Secret, w.delivery(w.page.ID, second)), wrong, signed(t, w.app.Secret, "no delivery"),
		signed(t, w.app.Secret, w.delivery(w.page.ID, first)), signed(t, w.app.Secret, w.delivery(w.page.ID, second)),
	}
	r, err := w.svc.ReceiveWebhooks(ctx, calls...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(intake.WebhookReceipt{New: 2, Known: 1, Wrong: 1, Broken: 1}, r); diff != "" {
		t.Errorf("receipt (-want +got):\n%s", diff)
	}
	s, err := w.svc.Webhooks(ctx, w.Admin)
	if err != nil || s.Calls != 4 || s.Wrong != 1 {
		t.Errorf("state = %+v, %v", s, err)
	}
	w.step("fresh", w.svc.FreshStep)
	for _, id := range []meta.ID{first, second} {
		if got := w.line(id).State; got != intake.StateRegistered {
			t.Errorf("%s is %s", id, got)
		}
	}
	if got := w.line(second).SeenAgain; got != 1 {
		t.Errorf("seen again %d times", got)
	}
}

// Meta promises no order: a person's first enquiry is registered first, however it was told of.
func TestWebhook_AnEarlierLeadIsRegisteredFirst(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	first := w.lead(1)
	earlier := w.delivery(w.page.ID, first)
	w.Clock.Advance(time.Minute)
	second := w.lead(2)
	later := w.delivery(w.page.ID, second)
	if _, err := w.svc.ReceiveWebhooks(ctx, signed(t, w.app.Secret, later), signed(t, w.app.Secret, earlier)); err != nil {
		t.Fatal(err)
	}
	w.step("fresh", w.svc.FreshStep)
	made := func(id meta.ID) int {
		return one[int](w, `SELECT p.rowid
			FROM lead l JOIN prospect p ON p.id = l.prospect_id
			WHERE l.lead_id = {:id}`, dbx.Params{"id": string(id)})
	}
	if made(first) >= made(second) {
		t.Error("the later lead was registered before the earlier one")
	}
}

func TestWebhook_TakesNothingFromACallThatIsNotSigned(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	before := w.counts()
	id := w.lead(1)
	if r := w.receive(signed(t, "00000000000000000000000000000000", w.delivery(w.page.ID, id))); r.Wrong == 0 {
		t.Errorf("receipt = %+v", r)
	}
	if diff := cmp.Diff(before, w.counts()); diff != "" {
		t.Errorf("ledger (-before +after):\n%s", diff)
	}
	if codes := w.healthCodes(); !slices.Contains(codes, "webhook.signature bad") {
		t.Errorf("health = %v", codes)
	}
	w.Clock.Advance(time.Second)
	w.receive(signed(t, w.app.Secret, w.delivery(w.page.ID, id)))
	if codes := w.healthCodes(); !slices.Contains(codes, "webhook.signature warn") {
		t.Errorf("health after a good call = %v", codes)
	}
	w.Clock.Advance(25 * time.Hour)
	if codes := w.healthCodes(); slices.Contains(codes, "webhook.signature warn") {
		t.Errorf("health a day later = %v", codes)
	}
}

func TestWebhook_TheFormerSecretIsGoodForAWeek(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	former := w.app.Secret
	const present = "0123456789abcdef0123456789abcdef"
	if err := w.sim.SetSecret(w.app.ID, present); err != nil {
		t.Fatal(err)
	}
	c := w.connection()
	c.AppSecret = present
	if _, err := w.svc.Connect(ctx, w.Admin, c); err != nil {
		t.Fatal(err)
	}
	body := w.delivery(w.page.ID)
	for _, secret := range []meta.Secret{former, present} {
		if r := w.receive(signed(t, secret, body)); r.Wrong > 0 {
			t.Errorf("%d: a secret of the two is not accepted", len(secret))
		}
	}
	w.Clock.Advance(8 * 24 * time.Hour)
	if r := w.receive(signed(t, former, body)); r.Wrong == 0 {
		t.Error("the former secret is accepted after a week")
	}
	if r := w.receive(signed(t, present, body)); r.Wrong > 0 {
		t.Error("the present secret is not accepted")
	}
	if names := w.vault.names(); slices.Contains(names, "meta/app-secret-former") {
		t.Errorf("the former secret is kept: %v", names)
	}
}

func TestWebhook_KnowsWhatIsNoLead(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	test := object{"object": "page", "entry": []object{{"id": "0", "time": 1, "changes": []object{{"field": "leadgen", "value": object{
		"leadgen_id": "444444444444", "page_id": "444444444444", "form_id": "444444444444", "created_time": w.Clock.Now().Unix(),
	}}}}}}
	if r := w.receive(signed(t, w.app.Secret, test)); r.Tests != 1 || r.New != 0 {
		t.Errorf("connection test: %+v", r)
	}
	if r := w.receive(signed(t, w.app.Secret, w.delivery("99887766554433", w.lead(1)))); r.Ignored != 1 || r.New != 0 {
		t.Errorf("unknown page: %+v", r)
	}
	if r := w.receive(signed(t, w.app.Secret, "no delivery")); r.Broken != 1 {
		t.Errorf("unreadable: %+v", r)
	}
	if c := w.counts(); c.Test != 1 || c.Received != 0 || c.Failed != 0 {
		t.Errorf("ledger = %+v", c)
	}
	s, err := w.svc.Webhooks(ctx, w.Admin)
	if err != nil || s.TestAt == nil || s.UnknownPage != "99887766554433" || s.LeadAt != nil {
		t.Errorf("state = %+v, %v", s, err)
	}
	if codes := w.healthCodes(); !slices.Contains(codes, "webhook.unknown_page warn") || !slices.Contains(codes, "webhook.unreadable warn") {
		t.Errorf("health = %v", codes)
	}
}

func TestWebhook_WithoutValuesReadsThePage(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	body := object{"object": "page", "entry": []object{{"id": w.page.ID, "time": 1, "changed_fields": []string{"leadgen"}}}}
	if r := w.receive(signed(t, w.app.Secret, body)); r.Pages != 1 {
		t.Errorf("receipt = %+v", r)
	}
	w.step("fresh", w.svc.FreshStep)
	if got := w.line(id); got.State != intake.StateRegistered || got.Origin != intake.OriginWebhook {
		t.Errorf("line = %+v", got.Lead)
	}
}

func TestWebhook_ALeadOfANewFormHasItsName(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	fresh := w.addForm(graphsim.Form{Page: w.page.ID, Name: "Invierno 2026", Questions: w.form.Questions})
	id := w.lead(1, func(s *graphsim.LeadSpec) { s.Form = fresh.ID })
	w.form = fresh
	w.receive(signed(t, w.app.Secret, w.delivery(w.page.ID, id)))
	w.step("fresh", w.svc.FreshStep)
	if got := w.line(id); got.FormName != "Invierno 2026" || got.State != intake.StateRegistered {
		t.Errorf("line = %+v", got.Lead)
	}
}

// TestPolling_RestsWhileWebhooksBringEveryLead and is back at the first lead that only a poll has found.
func TestPolling_RestsWhileWebhooksBringEveryLead(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.svc.SetHookLink(intake.HookLink{Used: true, Up: true, Since: w.Clock.Now()})
	polled := func() bool {
		before := w.calls("leads")
		w.step("poll", w.svc.PollStep)
		return w.calls("leads") > before
	}
	hooked := func(n int) {
		w.receive(signed(t, w.app.Secret, w.delivery(w.page.ID, w.lead(n))))
		w.step("fresh", w.svc.FreshStep)
	}
	polled()
	w.Clock.Advance(6 * time.Minute)
	hooked(1)
	if !polled() {
		t.Fatal("no poll while nothing is known of webhooks")
	}
	w.Clock.Advance(6 * time.Minute)
	if polled() {
		t.Error("a poll although webhooks bring every lead")
	}
	w.Clock.Advance(5 * time.Minute)
	missed := w.lead(2)
	if !polled() {
		t.Fatal("no poll after ten minutes")
	}
	if got := w.line(missed).Origin; got != intake.OriginPoll {
		t.Errorf("origin = %s", got)
	}
	w.Clock.Advance(70 * time.Second)
	hooked(3)
	if !polled() {
		t.Error("polls rest although a webhook has been missing")
	}
	w.Clock.Advance(70 * time.Second)
	if polled() {
		t.Error("no rest again although webhooks are back")
	}
	w.svc.SetHookLink(intake.HookLink{Used: true, Since: w.Clock.Now(), Problem: "unreachable"})
	for range 2 {
		w.Clock.Advance(70 * time.Second)
		if !polled() {
			t.Error("polls rest although the relay is away")
		}
	}
	if codes := w.healthCodes(); !slices.Contains(codes, "relay.offline warn") {
		t.Errorf("health = %v", codes)
	}
}

func TestDeletion_ForgetsWhoConnectedAndNobodyElse(t *testing.T) {
	w := newWorld(t, 1)
	w.token = w.sim.AddToken(graphsim.TokenSpec{App: w.app.ID, Kind: meta.TokenUser})
	w.connect()
	user := meta.ID(one[string](w, `SELECT v ->> 'user_id' FROM setting WHERE k = 'meta.connection'`, nil))
	ask := func(code string, secret meta.Secret, user meta.ID) string {
		reason, err := w.svc.ReceiveDeletion(ctx, code, graphsim.SignedRequest(secret, user, w.Clock.Now()))
		if err != nil {
			t.Fatal(err)
		}
		return reason
	}
	if got := ask("A", "00000000000000000000000000000000", user); got != intake.DeletionUnverified {
		t.Errorf("unsigned: %q", got)
	}
	if got := ask("B", w.app.Secret, user+"1"); got != intake.DeletionNobody {
		t.Errorf("somebody else: %q", got)
	}
	if len(w.vault.names()) == 0 {
		t.Fatal("the connection is gone already")
	}
	for range 2 { // the acknowledgement was lost
		if got := ask("C", w.app.Secret, user); got != "" {
			t.Errorf("the person who connected: %q", got)
		}
	}
	if names := w.vault.names(); len(names) > 0 {
		t.Errorf("secrets are left: %v", names)
	}
	if st, err := w.svc.Status(ctx, w.Admin); err != nil || st.Configured {
		t.Errorf("still connected: %v", err)
	}
	if n := one[int](w, `SELECT count(*) FROM audit WHERE action = {:a}`, dbx.Params{"a": "meta.deletion_requested"}); n != 1 {
		t.Errorf("%d lines in the audit", n)
	}
	if _, err := w.svc.Connect(ctx, w.Admin, w.connection()); err != nil {
		t.Fatal(err)
	}
	if got := ask("C", w.app.Secret, user); got != "" || len(w.vault.names()) == 0 {
		t.Errorf("an old request deletes the next connection: %q", got)
	}
}

func TestWebhook_IsHandedInAgainWhenTheKeyringIsLocked(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.vault.broken = fault.New("secret.keyring_unavailable")
	call := signed(t, w.app.Secret, w.delivery(w.page.ID, w.lead(1)))
	if _, err := w.svc.ReceiveWebhooks(ctx, call); err == nil {
		t.Error("a call that cannot be verified now is taken for a forged one")
	}
	w.vault.broken = nil
	if r := w.receive(call); r.New != 1 {
		t.Errorf("receipt = %+v", r)
	}
}

// TestArrival_ATestLeadThatIsDeletedLeavesNoFailedLine tries the whole way with a callback that hands Meta's calls in.
func TestArrival_ATestLeadThatIsDeletedLeavesNoFailedLine(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.sim.SetDelivery(graphsim.DeliveryOptions{}) // at once
	calls := make(chan intake.Webhook, 10)
	callback := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(rw, r.URL.Query().Get("hub.challenge"))
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		calls <- intake.Webhook{Body: body, Signature: r.Header.Get(meta.SignatureHeader)}
	}))
	t.Cleanup(callback.Close)
	if err := w.svc.SubscribeWebhooks(ctx, w.Admin, callback.URL, "verify"); err != nil {
		t.Fatal(err)
	}
	switches := func() map[string]string {
		all, err := w.svc.Switches(ctx, w.Admin, callback.URL)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, s := range all {
			got[s.Code] = s.State
		}
		return got
	}
	want := map[string]string{intake.SwitchApp: "ok", intake.SwitchPage: "ok", intake.SwitchAccess: "ok", intake.SwitchLive: "unknown"}
	if diff := cmp.Diff(want, switches()); diff != "" {
		t.Errorf("switches (-want +got):\n%s", diff)
	}
	go func() { // the relay
		for call := range calls {
			if _, err := w.svc.ReceiveWebhooks(ctx, call); err != nil {
				t.Error(err)
			}
		}
	}()
	t.Cleanup(func() { close(calls) })
	for range 2 { // Meta allows one test lead a form
		got, err := w.svc.TryArrival(ctx, w.Admin)
		if err != nil || got.State != intake.CheckOK {
			t.Fatalf("test lead: %+v, %v", got, err)
		}
		w.step("fresh", w.svc.FreshStep)
	}
	if c := w.counts(); c.Test != 2 || c.Failed != 0 || c.Received != 0 {
		t.Errorf("ledger = %+v", c)
	}
	for _, off := range []struct {
		code string
		turn func() error
		want string
	}{
		{intake.SwitchPage, func() error { return w.sim.SubscribePage(w.page.ID, w.app.ID, false) }, "missing"},
		{intake.SwitchAccess, func() error { return w.sim.SetLeadAccess(w.page.ID, w.app.ID, false) }, "missing"},
		{intake.SwitchApp, func() error { return w.sim.SubscribeApp(w.app.ID, "https://elsewhere.example/h/x") }, "missing"},
	} {
		if err := off.turn(); err != nil {
			t.Fatal(err)
		}
		if got := switches()[off.code]; got != off.want {
			t.Errorf("%s switched off: %s", off.code, got)
		}
	}
}
