package account_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

func TestAudit_EveryActLeavesALine(t *testing.T) {
	yes, no := true, false
	name, admin := "Otro Nombre", account.RoleAdmin
	update := func(p account.UserPatch) func(*house) error {
		return func(h *house) error {
			_, _, err := h.UpdateUser(h.t.Context(), h.ana, h.beto.UserID, p)
			return err
		}
	}
	tests := []struct {
		name string
		act  func(h *house) error
		want []string
	}{
		{"sign in", func(h *house) error { h.signIn("beto"); return nil }, []string{"session.opened"}},
		{"wrong password", func(h *house) error { h.fail("beto", 1); return nil }, []string{"session.refused"}},
		{"unknown login", func(h *house) error { h.fail("nadie", 1); return nil }, []string{"session.refused"}},
		{"sign out", func(h *house) error { return h.SignOut(h.t.Context(), h.signIn("beto")) }, []string{"session.opened", "session.closed"}},
		{"sign out of nothing", func(h *house) error { return h.SignOut(h.t.Context(), "x") }, nil},
		{"lock and unlock", func(h *house) error {
			token := h.signIn("beto")
			h.clock.Advance(time.Hour)
			for range 3 {
				_, _ = h.Resume(h.t.Context(), token, true)
			}
			return h.Unlock(h.t.Context(), token, password)
		}, []string{"session.opened", "session.locked", "session.unlocked"}},
		{"create", func(h *house) error { h.hire("carla", "Carla", account.RoleSeller); return nil }, []string{"user.created"}},
		{"rename", update(account.UserPatch{Name: &name}), []string{"user.changed"}},
		{"promote", update(account.UserPatch{Role: &admin}), []string{"user.changed"}},
		{"switch off", update(account.UserPatch{Active: &no}), []string{"user.deactivated"}},
		{"pause", update(account.UserPatch{Paused: &yes}), []string{"user.paused"}},
		{"several at once", update(account.UserPatch{Name: &name, Paused: &yes}), []string{"user.changed", "user.paused"}},
		{"nothing", update(account.UserPatch{Active: &yes}), nil},
		{"switch on and go on", func(h *house) error {
			h.must(update(account.UserPatch{Active: &no, Paused: &yes})(h))
			return update(account.UserPatch{Active: &yes, Paused: &no})(h)
		}, []string{"user.deactivated", "user.paused", "user.reactivated", "user.resumed"}},
		{"reset", func(h *house) error { return h.ResetPassword(h.t.Context(), h.ana, h.beto.UserID, password) }, []string{"user.password_reset"}},
		{"change password", func(h *house) error {
			return h.ChangePassword(h.t.Context(), h.beto, h.signIn("beto"), password, "otra frase larga")
		}, []string{"session.opened", "user.password_changed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			before := h.lines()
			h.must(tt.act(h))
			if diff := cmp.Diff(tt.want, h.actions(before)); diff != "" {
				t.Errorf("actions (-want +got):\n%s", diff)
			}
			var details []string
			h.must(h.store.Read().NewQuery("SELECT detail || action || subject FROM audit").Column(&details))
			for _, secret := range []string{password, "Beto", "beto", "Otro Nombre", "Carla", "carla", "nadie"} {
				if all := strings.Join(details, "\n"); strings.Contains(all, secret) {
					t.Errorf("the audit trail holds %q:\n%s", secret, all)
				}
			}
		})
	}
}

// Whoever tries again while a delay runs is noted, but whoever keeps at it does not fill the trail: one line a delay.
func TestAudit_TryingDuringADelayLeavesOneLine(t *testing.T) {
	for _, login := range []string{"beto", "nadie"} {
		t.Run(login, func(t *testing.T) {
			h := newHouse(t)
			h.fail(login, 5)
			before := h.lines()
			knock := func(times int) {
				for range times {
					_, err := h.SignIn(t.Context(), login, password)
					wantCode(t, "too soon", err, account.CodeWait)
				}
			}
			for range 2 {
				_, err := h.SignIn(t.Context(), login, "no es la buena")
				wantCode(t, "wrong password", err, account.CodeBadCredentials)
				knock(20)
				h.clock.Advance(2 * time.Second)
				knock(20)
				h.clock.Advance(time.Minute)
			}
			page, err := h.ListAudit(t.Context(), h.ana, "", h.lines()-before)
			h.must(err)
			var got []string
			for _, line := range page.Items {
				reason, _ := line.Detail["reason"].(string)
				got = append(got, strings.TrimSpace(line.Action+" "+reason))
				if known := login == "beto"; known != (line.Subject == h.beto.UserID) || known != (line.UserID == h.beto.UserID) {
					t.Errorf("it is noted against %q: %+v", line.Subject, line)
				}
			}
			if diff := cmp.Diff([]string{"session.refused wait", "session.refused", "session.refused wait", "session.refused"}, got); diff != "" {
				t.Errorf("lines, newest first (-want +got):\n%s", diff)
			}
		})
	}
}

// Logins that nobody has share that line, so that a list of them fills nothing either.
func TestAudit_TryingManyUnknownLoginsDuringTheirDelays(t *testing.T) {
	h := newHouse(t)
	logins := []string{"nadie", "nunca", "nada"}
	for _, login := range logins {
		for range 3 {
			_, err := h.SignIn(t.Context(), login, "no es la buena")
			wantCode(t, "wrong password", err, account.CodeBadCredentials)
		}
	}
	before := h.lines()
	for _, login := range logins {
		_, err := h.SignIn(t.Context(), login, "no es la buena")
		wantCode(t, "too soon", err, account.CodeWait)
	}
	if got := h.lines() - before; got != 1 {
		t.Errorf("%d lines, want 1", got)
	}
}

func TestAudit_Pages(t *testing.T) {
	h := newHouse(t)
	h.must(h.write(func(tx *store.Tx) error {
		for i := range 120 {
			if err := account.Audit(tx, h.beto.UserID, "test.done", strconv.Itoa(i), map[string]int{"count": i}); err != nil {
				return err
			}
		}
		return nil
	}))
	var seen []account.AuditLine
	for cursor, pages := "", 0; ; pages++ {
		page, err := h.ListAudit(t.Context(), h.ana, cursor, 0)
		h.must(err)
		seen = append(seen, page.Items...)
		if cursor = page.Next; cursor == "" || pages > 5 {
			break
		}
	}
	if len(seen) != h.lines() {
		t.Fatalf("%d lines on the pages, %d in the table", len(seen), h.lines())
	}
	want := account.AuditLine{
		N: int64(h.lines()), At: "2026-11-02T15:00:00.000Z", UserID: h.beto.UserID, UserName: "Beto Vendedor", Action: "test.done",
		Subject: "119", Detail: map[string]any{"count": 119.0},
	}
	if diff := cmp.Diff(want, seen[0]); diff != "" {
		t.Errorf("newest line (-want +got):\n%s", diff)
	}
	for i := 1; i < len(seen); i++ {
		if seen[i].N != seen[i-1].N-1 {
			t.Fatalf("line %d follows %d", seen[i].N, seen[i-1].N)
		}
	}
	for _, cursor := range []string{"x", "-1", "0", "1 OR 1=1"} {
		_, err := h.ListAudit(t.Context(), h.ana, cursor, 0)
		wantCode(t, cursor, err, "input.invalid")
	}
}

func TestAudit_IsNeverChanged(t *testing.T) {
	h := newHouse(t)
	for _, statement := range []string{"UPDATE audit SET action = 'x'", "DELETE FROM audit", "REPLACE INTO audit (n, at, user_id, action) VALUES (1, '', '', 'x')"} {
		before := h.actions(0)
		err := h.write(func(tx *store.Tx) error {
			_, err := tx.Exec(statement, nil)
			return err
		})
		if diff := cmp.Diff(before, h.actions(0)); err == nil || diff != "" {
			t.Errorf("%s: %v; the trail (-before +after):\n%s", statement, err, diff)
		}
	}
}
