package intake_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/store"
)

// states are the checks that are not fine.
func states(st intake.Status) map[string]string {
	out := map[string]string{}
	for _, c := range st.Checks {
		if c.State != intake.CheckOK {
			out[c.Code] = c.State
		}
	}
	return out
}

func TestConnect_KeepsSecretsInTheVaultAlone(t *testing.T) {
	w := newWorld(t, 1)
	st, err := w.svc.Connect(ctx, w.Admin, w.connection())
	if err != nil {
		t.Fatal(err)
	}
	if !st.Configured || st.Token.Type != "SYSTEM_USER" || st.Token.ExpiresAt != nil || len(st.Pages) != 1 || !st.Pages[0].Active || len(st.Forms) != 1 {
		t.Errorf("status = %+v", st)
	}
	if got := states(st); len(got) != 0 {
		t.Errorf("checks = %v", got)
	}
	var codes []string
	for _, c := range st.Checks {
		codes = append(codes, c.Code)
	}
	if diff := cmp.Diff(intake.CheckCodes(), codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"meta/app-secret", "meta/page/" + string(w.page.ID), "meta/token"}, w.vault.names()); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
	for _, column := range []string{"SELECT group_concat(v) FROM setting", "SELECT group_concat(detail) FROM audit", "SELECT group_concat(name) FROM meta_page"} {
		text := one[string](w, column, nil)
		for _, secret := range []string{string(w.token), string(w.app.Secret), "EAASIM"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds a secret", column)
			}
		}
	}
	w.mustNotLog(string(w.token), string(w.app.Secret), "EAASIM")
}

func TestConnect_ExchangesAShortToken(t *testing.T) {
	w := newWorld(t, 1)
	c := w.connection()
	short := w.sim.AddToken(graphsim.TokenSpec{Kind: meta.TokenUser, App: w.app.ID, ExpiresIn: time.Hour})
	c.Token = string(short)
	st, err := w.svc.Connect(ctx, w.Admin, c)
	if err != nil {
		t.Fatal(err)
	}
	if st.Token.Type != "USER" || st.Token.ExpiresAt == nil {
		t.Fatalf("token = %+v", st.Token)
	}
	if kept, _ := w.vault.Get("meta/token"); string(kept) == string(short) {
		t.Error("the short token was kept")
	}
	if got := states(st); got["token_long_lived"] != "" {
		t.Errorf("checks = %v", got)
	}
	w.Clock.Advance(3 * time.Hour)
	w.lead(1)
	if p := w.pull(); p.Registered != 1 {
		t.Errorf("pull with the page's token after three hours = %+v", p)
	}
}

func TestConnect_RefusesAndKeepsNothing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(w *world, c *intake.Connection)
		code   string
		field  string
	}{
		{"no app", func(_ *world, c *intake.Connection) { c.AppID = " " }, "input.required", "app_id"},
		{"an app that is none", func(_ *world, c *intake.Connection) { c.AppID = "my app" }, "input.invalid", "app_id"},
		{"no secret", func(_ *world, c *intake.Connection) { c.AppSecret = "" }, "input.required", "app_secret"},
		{"no token", func(_ *world, c *intake.Connection) { c.Token = "" }, "input.required", "token"},
		{"a token with blanks", func(_ *world, c *intake.Connection) { c.Token = "EAA x" }, "input.invalid", "token"},
		{"an endless token", func(_ *world, c *intake.Connection) { c.Token = strings.Repeat("x", 3000) }, "input.invalid", "token"},
		{"a version that is none", func(_ *world, c *intake.Connection) { c.Version = "25" }, "input.invalid", "version"},
		{"plain http elsewhere", func(_ *world, c *intake.Connection) { c.BaseURL = "http://example.com" }, meta.AdviceBadAddress, ""},
		{"another secret", func(_ *world, c *intake.Connection) { c.AppSecret = "0123456789abcdef0123456789abcdef" }, meta.AdviceAppSecretWrong, "app_secret"},
		{"a dead token", func(w *world, _ *intake.Connection) { _ = w.sim.KillToken(w.token, 460) }, meta.AdvicePasswordChanged, ""},
		{"another app's token", func(w *world, c *intake.Connection) {
			other := w.sim.AddApp(graphsim.App{})
			c.Token = string(w.sim.AddToken(graphsim.TokenSpec{App: other.ID}))
		}, "", ""},
		{"a Meta that does not answer", func(_ *world, c *intake.Connection) { c.BaseURL = "http://127.0.0.1:1" }, meta.AdviceNotReachable, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1)
			c := w.connection()
			tt.change(w, &c)
			_, err := w.svc.Connect(ctx, w.Admin, c)
			if err == nil || tt.code != "" && fault.Code(err) != tt.code {
				t.Fatalf("Connect = %v, want %s", err, tt.code)
			}
			if tt.field != "" && fault.Find(err).Field != tt.field {
				t.Errorf("field = %q", fault.Find(err).Field)
			}
			if strings.Contains(err.Error(), string(w.token)) || strings.Contains(err.Error(), "EAASIM") {
				t.Error("the error holds a token")
			}
			if st, err := w.svc.Status(ctx, w.Admin); err != nil || st.Configured || len(w.vault.names()) != 0 {
				t.Errorf("kept: %+v, %v", st, w.vault.names())
			}
		})
	}
}

func TestConnect_OfSeveralPagesAnAdministratorChooses(t *testing.T) {
	w := newWorld(t, 1)
	other := w.sim.AddPage(graphsim.Page{Name: "Página ajena"})
	hidden := w.sim.AddPage(graphsim.Page{Name: "Sin lista", Unlisted: true, TermsRefused: true})
	form := w.addForm(graphsim.Form{Page: hidden.ID, Name: "Oculto"})
	st, err := w.svc.Connect(ctx, w.Admin, w.connection())
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Pages) != 2 || st.Pages[0].Active || st.Pages[1].Active || states(st)["pages_found"] != "" || len(st.Forms) != 0 {
		t.Errorf("status = %+v", st)
	}
	if h, err := w.svc.Health(ctx, w.Admin); err != nil || !hasItem(h, "meta.no_page", intake.LevelWarn) {
		t.Errorf("health = %+v, %v", h.Items, err)
	}
	on := true
	if _, err := w.svc.UpdatePage(ctx, w.Admin, string(w.page.ID), intake.PagePatch{Active: &on}); err != nil {
		t.Fatal(err)
	}
	if f := w.forms(); len(f) != 1 || f[0].ID != string(w.form.ID) {
		t.Errorf("forms = %+v", f)
	}
	st, err = w.svc.AddPage(ctx, w.Admin, string(hidden.ID))
	if err != nil || len(st.Pages) != 3 || len(st.Forms) != 2 {
		t.Fatalf("AddPage = %+v, %v", st, err)
	}
	st, err = w.svc.Check(ctx, w.Admin)
	if err != nil || states(st)["lead_terms"] != intake.CheckMissing {
		t.Errorf("checks = %v, %v", states(st), err)
	}
	id := w.lead(1, func(s *graphsim.LeadSpec) { s.Form = form.ID })
	w.step("poll", w.svc.PollStep)
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
	for _, c := range w.sim.Calls() {
		if c.Object == other.ID {
			t.Errorf("a page nobody chose was asked for %s", c.Edge)
		}
	}
	if _, err := w.svc.AddPage(ctx, w.Admin, "42"); fault.Code(err) != meta.AdviceGone {
		t.Errorf("AddPage of nothing = %v", err)
	}
	if _, err := w.svc.UpdatePage(ctx, w.Admin, "42", intake.PagePatch{Active: &on}); !fault.Has(err, intake.CodePageNotFound) {
		t.Errorf("UpdatePage of nothing = %v", err)
	}
}

func TestConnect_BacklogResumesAfterTheTokenDied(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	if err := w.sim.KillToken(w.token, 460); err != nil {
		t.Fatal(err)
	}
	var ids []meta.ID
	for i := range 3 {
		ids = append(ids, w.lead(i+1))
		ref := intake.Ref{LeadID: string(ids[i]), PageID: string(w.page.ID), FormID: string(w.form.ID)}
		if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{ref}); err != nil {
			t.Fatal(err)
		}
	}
	ids = append(ids, w.lead(9)) // nobody has announced it
	w.step("work", w.svc.WorkStep)
	w.step("poll", w.svc.PollStep)
	for _, id := range ids[:3] {
		if l := w.line(id); l.State != intake.StateFailed || l.Class != string(meta.ClassReauthorise) || l.NextTryAt != nil {
			t.Errorf("line = %+v", l.Lead)
		}
	}
	st, err := w.svc.Status(ctx, w.Admin)
	if err != nil || st.Problem != meta.AdvicePasswordChanged {
		t.Errorf("problem = %q, %v", st.Problem, err)
	}
	h, err := w.svc.Health(ctx, w.Admin)
	if err != nil || !hasItem(h, "meta.token_dead", intake.LevelBad) || hasItem(h, "meta.form_failing", intake.LevelBad) {
		t.Errorf("health = %+v, %v", h.Items, err)
	}
	w.Clock.Advance(3 * 24 * time.Hour)
	w.token = w.sim.AddToken(graphsim.TokenSpec{App: w.app.ID})
	if _, err := w.svc.Connect(ctx, w.Admin, intake.Connection{AppID: string(w.app.ID), Token: string(w.token), BaseURL: w.sim.URL()}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	w.step("poll", w.svc.PollStep)
	for _, id := range ids {
		if got := w.line(id).State; got != intake.StateRegistered {
			t.Errorf("lead %s is %s", id, got)
		}
	}
	if st, _ := w.svc.Status(ctx, w.Admin); st.Problem != "" || st.Forms[0].Problem != "" {
		t.Errorf("problem = %q, %q", st.Problem, st.Forms[0].Problem)
	}
}

func TestConnect_TokenThatWorksAgainByItselfResumes(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	if err := w.sim.KillToken(w.token, 459); err != nil { // Facebook waits for the person to log in
		t.Fatal(err)
	}
	id := w.lead(1)
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(id), PageID: string(w.page.ID)}}); err != nil {
		t.Fatal(err)
	}
	w.step("work", w.svc.WorkStep)
	if got := w.line(id).Problem; got != meta.AdviceCheckpoint {
		t.Fatalf("problem = %q", got)
	}
	if err := w.sim.ReviveToken(w.token); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(11 * time.Minute)
	w.step("check", w.svc.CheckStep)
	w.step("work", w.svc.WorkStep)
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
}

func TestConnect_PageTokenThatWasRenewedIsDerivedAgain(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	pageToken, err := w.vault.Get("meta/page/" + string(w.page.ID))
	if err != nil {
		t.Fatal(err)
	}
	// The page's token at hand is not the one Meta gives out now.
	if err := w.vault.Set("meta/page/"+string(w.page.ID), []byte("EAASIMold")); err != nil {
		t.Fatal(err)
	}
	w.svc = w.newService()
	id := w.lead(1)
	w.pull()
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
	if now, _ := w.vault.Get("meta/page/" + string(w.page.ID)); string(now) != string(pageToken) {
		t.Error("the new token was not kept")
	}
}

func TestDisconnect_DeletesTheSecretsAndKeepsTheLeads(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	w.pull()
	if err := w.svc.Disconnect(ctx, w.Admin); err != nil {
		t.Fatal(err)
	}
	if names := w.vault.names(); len(names) != 0 {
		t.Errorf("secrets left: %v", names)
	}
	st, err := w.svc.Status(ctx, w.Admin)
	if err != nil || st.Configured || len(st.Forms) != 1 {
		t.Errorf("status = %+v, %v", st, err)
	}
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
	w.sim.ForgetCalls()
	w.step("poll", w.svc.PollStep)
	w.step("sweep", w.svc.SweepStep)
	w.step("check", w.svc.CheckStep)
	if n := len(w.sim.Calls()); n != 0 {
		t.Errorf("%d calls without a connection", n)
	}
	if _, err := w.svc.PullNow(ctx, w.Admin, string(w.form.ID)); !fault.Has(err, intake.CodeNotConnected) {
		t.Errorf("PullNow = %v", err)
	}
	if _, err := w.svc.Check(ctx, w.Admin); !fault.Has(err, intake.CodeNotConnected) {
		t.Errorf("Check = %v", err)
	}
	if got := one[string](w, "SELECT group_concat(action, ' ') FROM audit", nil); got != "meta.connected meta.disconnected" {
		t.Errorf("audit = %q", got)
	}
}

func TestConnect_LockedKeyringParksNothingForEver(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	w.svc = w.newService()
	w.vault.broken = fault.New("secret.keyring_unavailable")
	if _, err := w.svc.PullNow(ctx, w.Admin, string(w.form.ID)); !fault.Has(err, "secret.keyring_unavailable") {
		t.Errorf("PullNow = %v", err)
	}
	if got := w.forms()[0].Problem; got != "secret.keyring_unavailable" {
		t.Errorf("problem = %q", got)
	}
	w.vault.broken = nil
	w.pull()
	if got := w.line(id).State; got != intake.StateRegistered {
		t.Errorf("state = %s", got)
	}
}

func TestUpdateForm_ChangesWhatComesNext(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	off := false
	f, err := w.svc.UpdateForm(ctx, w.Admin, string(w.form.ID), intake.FormPatch{Active: &off})
	if err != nil || f.Active {
		t.Fatalf("form = %+v, %v", f, err)
	}
	w.lead(1)
	w.Clock.Advance(time.Hour)
	w.step("poll", w.svc.PollStep)
	if c := w.counts(); c.Registered != 0 {
		t.Errorf("a form that is off was read: %+v", c)
	}
	if _, err := w.svc.UpdateForm(ctx, w.Admin, string(w.form.ID), intake.FormPatch{Mapping: map[string]intake.Target{"x": "lead_id"}}); fault.Code(err) != "input.invalid" {
		t.Errorf("a target of files = %v", err)
	}
	if _, err := w.svc.UpdateForm(ctx, w.Admin, "1", intake.FormPatch{}); !fault.Has(err, intake.CodeFormNotFound) {
		t.Errorf("no form = %v", err)
	}
	f, err = w.svc.UpdateForm(ctx, w.Admin, string(w.form.ID), intake.FormPatch{Mapping: map[string]intake.Target{"email": intake.TargetAnswer}})
	if err != nil || f.Mapping["email"] != intake.TargetAnswer {
		t.Errorf("form = %+v, %v", f, err)
	}
	f, err = w.svc.UpdateForm(ctx, w.Admin, string(w.form.ID), intake.FormPatch{Mapping: map[string]intake.Target{"email": ""}})
	if err != nil || f.Mapping["email"] != intake.TargetEmail {
		t.Errorf("form = %+v, %v", f, err)
	}
}

func hasItem(h intake.Health, code, level string) bool {
	return slices.ContainsFunc(h.Items, func(i intake.HealthItem) bool { return i.Code == code && i.Level == level })
}

func TestHealth(t *testing.T) {
	w := newWorld(t, 1)
	h, err := w.svc.Health(ctx, w.Admin)
	if err != nil || h.Level != intake.LevelWarn || !hasItem(h, "meta.not_connected", intake.LevelWarn) {
		t.Fatalf("health = %+v, %v", h, err)
	}
	if h.Token != (intake.HealthToken{State: intake.TokenNone}) {
		t.Errorf("token before a connection = %+v", h.Token)
	}
	if h.Database.Bytes == 0 || !h.Database.Encrypted || h.Database.Cipher == "" || h.Database.PathBytesFree <= 0 || h.Version != "0.0.0-test" {
		t.Errorf("database = %+v", h.Database)
	}
	w.connect()
	h, err = w.svc.Health(ctx, w.Admin)
	if err != nil || h.Level == intake.LevelBad || len(h.Forms) != 1 || !h.Forms[0].Active || h.Forms[0].PulledAt == nil || hasItem(h, "intake.stale", intake.LevelBad) {
		t.Errorf("health = %+v, %v", h, err)
	}
	if h.Token.State != intake.TokenValid || h.Token.ExpiresAt != nil || h.Token.AskedAt == nil {
		t.Errorf("a token without an end = %+v", h.Token)
	}
	w.lead(1, func(s *graphsim.LeadSpec) { s.Broken = true })
	w.pull()
	w.fault(graphsim.Fault{Edge: "leads", Preset: "permission_leads"})
	w.Clock.Advance(21 * time.Minute)
	w.step("poll", w.svc.PollStep)
	h, err = w.svc.Health(ctx, w.Admin)
	if err != nil || h.Level != intake.LevelBad {
		t.Fatalf("health = %+v, %v", h, err)
	}
	for _, code := range []string{"leads.failed", "meta.form_failing", "intake.stale"} {
		if !hasItem(h, code, intake.LevelBad) {
			t.Errorf("no %s among %+v", code, h.Items)
		}
	}
}

// wrongClock is a clock that is wrong by so much.
type wrongClock struct {
	clock.Clock
	by time.Duration
}

func (c wrongClock) Now() time.Time { return c.Clock.Now().Add(c.by) }

// A clock that is ahead hurts as much as one that is behind: reminders come early and leads seem old.
func TestHealth_ClockIsWrongEitherWay(t *testing.T) {
	for by, want := range map[time.Duration]bool{0: false, 2 * time.Minute: false, 20 * time.Minute: true, -20 * time.Minute: true} {
		t.Run(by.String(), func(t *testing.T) {
			w := newWorld(t, 1)
			w.svc = intake.New(intake.Deps{Store: w.Store, CRM: w.CRM, Vault: w.vault, Clock: w.Clock, NewClient: func(c meta.Config) *meta.Client {
				c.Clock = wrongClock{w.Clock, by}
				return meta.NewClient(c)
			}})
			w.connect()
			h, err := w.svc.Health(ctx, w.Admin)
			if err != nil || hasItem(h, "clock.wrong", intake.LevelBad) != want {
				t.Errorf("items %+v, %v; want one about the clock: %v", h.Items, err, want)
			}
		})
	}
}

// A lead that an earlier run took from the future says the same before Meta has answered.
func TestHealth_LeadFromTheFuture(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	w.lead(1, at(w.Clock.Now().Add(time.Hour)))
	w.pull()
	w.svc = w.newService()
	h, err := w.svc.Health(ctx, w.Admin)
	if err != nil || !hasItem(h, "clock.wrong", intake.LevelBad) {
		t.Errorf("items %+v, %v", h.Items, err)
	}
}

func TestHealth_TokenThatEnds(t *testing.T) {
	w := newWorld(t, 1)
	w.token = w.sim.AddToken(graphsim.TokenSpec{App: w.app.ID, ExpiresIn: 60 * 24 * time.Hour})
	w.connect()
	for _, tt := range []struct {
		name  string
		after time.Duration
		level string
	}{
		{"far off", 0, ""},
		{"in ten days", 50 * 24 * time.Hour, intake.LevelWarn},
		{"tomorrow", 9 * 24 * time.Hour, intake.LevelBad},
	} {
		w.Clock.Advance(tt.after)
		h, err := w.svc.Health(ctx, w.Admin)
		if err != nil || tt.level != "" && !hasItem(h, "meta.token_expires", tt.level) || tt.level == "" && hasItem(h, "meta.token_expires", intake.LevelWarn) {
			t.Errorf("%s: %+v, %v", tt.name, h.Items, err)
		}
		if h.Token.State != intake.TokenValid || h.Token.ExpiresAt == nil {
			t.Errorf("%s: token = %+v", tt.name, h.Token)
		}
	}
	w.Clock.Advance(2 * 24 * time.Hour)
	for _, by := range []string{"its own date", "Meta"} {
		h, err := w.svc.Health(ctx, w.Admin)
		if err != nil || !hasItem(h, "meta.token_dead", intake.LevelBad) || hasItem(h, "meta.token_expires", intake.LevelBad) {
			t.Errorf("dead by %s: %+v, %v", by, h.Items, err)
		}
		if h.Token.State != intake.TokenExpired || h.Token.ExpiresAt == nil {
			t.Errorf("dead by %s: token = %+v", by, h.Token)
		}
		w.mustTellOneStory(meta.AdviceTokenExpired)
		w.step("check", w.svc.CheckStep)
	}
}

func TestHealth_DeadTokenIsNotSaidToLastForEver(t *testing.T) {
	for _, tt := range []struct {
		name    string
		subcode int
		problem string
		state   string
	}{
		{"expired", 463, meta.AdviceTokenExpired, intake.TokenExpired},
		{"revoked", 460, meta.AdvicePasswordChanged, intake.TokenRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.connect()
			if err := w.sim.KillToken(w.token, tt.subcode); err != nil {
				t.Fatal(err)
			}
			w.Clock.Advance(10 * time.Minute)
			w.step("poll", w.svc.PollStep)
			h, err := w.svc.Health(ctx, w.Admin)
			if err != nil || h.Token.State != tt.state || h.Token.ExpiresAt != nil || h.Token.AskedAt == nil {
				t.Errorf("token = %+v, %v", h.Token, err)
			}
			w.mustTellOneStory(tt.problem)
		})
	}
}

// mustTellOneStory holds the connection's page to one problem, in its state, its ends and its checks.
func (w *world) mustTellOneStory(problem string) {
	w.t.Helper()
	st, err := w.svc.Status(ctx, w.Admin)
	if err != nil || st.Problem != problem || st.TokenState == intake.TokenValid {
		w.t.Errorf("problem %s, token %s; %v", st.Problem, st.TokenState, err)
	}
	if at := st.Token.ExpiresAt; st.TokenState == intake.TokenRefused && at != nil || at != nil && *at > w.Clock.Now().UTC().Format(time.RFC3339) {
		w.t.Errorf("a dead token ends at %v", *at)
	}
	for _, c := range st.Checks {
		want := intake.CheckUnknown
		switch c.Code {
		case "token_valid":
			want = intake.CheckMissing
		case "app_secret":
			want = intake.CheckOK
		}
		if c.State != want {
			w.t.Errorf("%s is %s beside a dead token", c.Code, c.State)
		}
	}
	if len(st.Checks) == 0 {
		w.t.Error("no checks")
	}
}

func TestSetting_PollSecondsIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name, value string
		want        time.Duration
	}{
		{"two minutes", "120", time.Minute}, // the loop looks each minute; the form waits two
		{"nonsense", `"x"`, time.Minute},
		{"too fast", "1", 15 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.lead(1)
			w.connect()
			_, err := w.Store.Write(ctx, w.Admin.Author(), setSetting("intake.poll_seconds", tt.value))
			if err != nil {
				t.Fatal(err)
			}
			if got := w.step("poll", w.svc.PollStep); got != tt.want {
				t.Errorf("nap = %s, want %s", got, tt.want)
			}
		})
	}
}

func setSetting(key, value string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO setting (k, v) VALUES ({:k}, {:v})`, dbx.Params{"k": key, "v": value})
		return err
	}
}
