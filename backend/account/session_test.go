package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
)

func TestSession_Resume(t *testing.T) {
	h := newHouse(t)
	s, err := h.SignIn(t.Context(), "  BETO ", password)
	h.must(err)
	if s.User.Login != "beto" || s.User.ID != h.beto.UserID || s.ExpiresAt != clock.Format(h.clock.Now().Add(12*time.Hour)) {
		t.Errorf("session = %+v", s)
	}
	v, err := h.Resume(t.Context(), s.Token, true)
	h.must(err)
	if diff := cmp.Diff(h.beto, v); diff != "" {
		t.Errorf("viewer (-want +got):\n%s", diff)
	}
	for name, token := range map[string]string{"none": "", "another": strings.Repeat("A", 43), "cut": s.Token[:42]} {
		_, err := h.Resume(t.Context(), token, true)
		wantCode(t, name, err, account.CodeSessionMissing)
	}
}

func TestSession_TokenIsKeptAsAHash(t *testing.T) {
	h := newHouse(t)
	one, two := h.signIn("beto"), h.signIn("beto")
	if len(one) != 43 || one == two { // 32 bytes, base64 without padding
		t.Errorf("tokens %q and %q", one, two)
	}
	if got := h.dump(); strings.Contains(got, one) {
		t.Errorf("the token was kept:\n%s", got)
	}
}

func TestSession_Ends(t *testing.T) {
	tests := []struct {
		name   string
		live   func(h *house, token string)
		wanted string
	}{
		{"left alone for twelve hours", func(h *house, _ string) { h.clock.Advance(12 * time.Hour) }, account.CodeSessionExpired},
		{"used in between", func(h *house, token string) { h.stay(token, 20*time.Hour) }, ""},
		{"used for a week", func(h *house, token string) {
			for range 14 {
				h.clock.Advance(12*time.Hour - time.Second)
				_, _ = h.Resume(h.t.Context(), token, true)
			}
			h.clock.Advance(time.Minute)
		}, account.CodeSessionExpired},
		{"signed out", func(h *house, token string) { h.must(h.SignOut(h.t.Context(), token)) }, account.CodeSessionMissing},
		{"switched off", func(h *house, _ string) {
			_, _, err := h.UpdateUser(h.t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: new(bool)})
			h.must(err)
		}, account.CodeSessionMissing},
		{"switched off and on again", func(h *house, _ string) {
			for _, active := range []bool{false, true} {
				_, _, err := h.UpdateUser(h.t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: &active})
				h.must(err)
			}
		}, account.CodeSessionMissing},
		{"password reset by an administrator", func(h *house, _ string) {
			h.must(h.ResetPassword(h.t.Context(), h.ana, h.beto.UserID, "otra frase larga"))
		}, account.CodeSessionMissing},
		{"password changed in this session", func(h *house, token string) {
			h.must(h.ChangePassword(h.t.Context(), h.beto, token, password, "otra frase larga"))
		}, ""},
		{"password changed in another session", func(h *house, _ string) {
			h.must(h.ChangePassword(h.t.Context(), h.beto, h.signIn("beto"), password, "otra frase larga"))
		}, account.CodeSessionMissing},
		{"somebody else's end", func(h *house, _ string) { h.must(h.SignOut(h.t.Context(), h.signIn("ana"))) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			never := 0
			_, err := h.SetPreferences(t.Context(), h.beto, account.PreferencesPatch{LockMinutes: &never})
			h.must(err)
			token := h.signIn("beto")
			tt.live(h, token)
			_, err = h.Resume(t.Context(), token, true)
			wantCode(t, "resume", err, tt.wanted)
		})
	}
}

func TestSession_LocksWhenLeftAlone(t *testing.T) {
	tests := []struct {
		name    string
		minutes int
		live    func(h *house, token string)
		wanted  string
	}{
		{"after its minutes", 15, func(h *house, _ string) { h.clock.Advance(16 * time.Minute) }, account.CodeSessionLocked},
		{"not before", 15, func(h *house, _ string) { h.clock.Advance(15*time.Minute - time.Second) }, ""},
		{"not while at work", 15, func(h *house, token string) { h.stay(token, 2*time.Hour) }, ""},
		{"not while at work, on a short leash", 1, func(h *house, token string) { h.stay(token, 20*time.Minute) }, ""},
		{"never", 0, func(h *house, _ string) { h.clock.Advance(11 * time.Hour) }, ""},
		{"although the program asks by itself", 15, func(h *house, token string) {
			for range 16 {
				h.clock.Advance(time.Minute)
				_, _ = h.Resume(h.t.Context(), token, false)
			}
		}, account.CodeSessionLocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			_, err := h.SetPreferences(t.Context(), h.beto, account.PreferencesPatch{LockMinutes: &tt.minutes})
			h.must(err)
			token := h.signIn("beto")
			tt.live(h, token)
			_, err = h.Resume(t.Context(), token, true)
			wantCode(t, "resume", err, tt.wanted)
		})
	}
}

func TestSession_Unlock(t *testing.T) {
	h := newHouse(t)
	token := h.signIn("beto")
	h.clock.Advance(20 * time.Minute)
	for range 2 { // trying does not unlock
		_, err := h.Resume(t.Context(), token, true)
		wantCode(t, "resume", err, account.CodeSessionLocked)
	}
	wantCode(t, "wrong password", h.Unlock(t.Context(), token, "no es la buena"), account.CodeBadCredentials)
	wantCode(t, "somebody else's token", h.Unlock(t.Context(), h.signIn("ana"), "no es la buena"), account.CodeBadCredentials)
	_, err := h.Resume(t.Context(), token, true)
	wantCode(t, "resume", err, account.CodeSessionLocked)

	h.must(h.Unlock(t.Context(), token, password))
	_, err = h.Resume(t.Context(), token, true)
	wantCode(t, "resume", err, "")

	wantCode(t, "no session", h.Unlock(t.Context(), "x", password), account.CodeSessionMissing)
	h.clock.Advance(13 * time.Hour)
	wantCode(t, "expired", h.Unlock(t.Context(), token, password), account.CodeSessionExpired)
}

func TestSession_LockByHand(t *testing.T) {
	h := newHouse(t)
	token, before := h.signIn("beto"), h.lines()
	for range 2 {
		h.must(h.Lock(t.Context(), token))
	}
	v, err := h.Resume(t.Context(), token, true)
	wantCode(t, "resume", err, account.CodeSessionLocked)
	if v != h.beto {
		t.Errorf("behind the lock is %+v, want beto", v)
	}
	h.must(h.Unlock(t.Context(), token, password))
	if diff := cmp.Diff([]string{"session.locked", "session.unlocked"}, h.actions(before)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	_, err = h.Resume(t.Context(), token, true)
	wantCode(t, "resume", err, "")
	wantCode(t, "nobody's", h.Lock(t.Context(), "x"), account.CodeSessionMissing)
}

// TestSession_PasswordCannotBeGuessedFromInside: whoever finds a session open or locked has no more guesses than at the door.
func TestSession_PasswordCannotBeGuessedFromInside(t *testing.T) {
	guesses := map[string]func(h *house, token string) error{
		"by unlocking": func(h *house, token string) error { return h.Unlock(h.t.Context(), token, "no es la buena") },
		"by changing it": func(h *house, token string) error {
			return h.ChangePassword(h.t.Context(), h.beto, token, "no es la buena", password)
		},
		"by both and all": func(h *house, token string) error {
			_, err := h.SignIn(h.t.Context(), "beto", "no es la buena")
			return err
		},
	}
	for name, guess := range guesses {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			token := h.signIn("beto")
			for range 3 {
				wantCode(t, "guess", guess(h, token), account.CodeBadCredentials)
			}
			for other, again := range guesses {
				wantCode(t, other, again(h, token), account.CodeWait)
			}
		})
	}
}

func TestSignIn_SwitchedOff(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: new(bool)})
	h.must(err)
	_, err = h.SignIn(t.Context(), "beto", "no es la buena")
	wantCode(t, "wrong password", err, account.CodeBadCredentials)
	_, err = h.SignIn(t.Context(), "beto", password)
	wantCode(t, "right password", err, account.CodeInactive)
}

// Whoever is let in while their password is being reset, or while they are being switched off, is not let in.
func TestSignIn_RacesWithAnAdministrator(t *testing.T) {
	for name, decide := range map[string]func(h *house) error{
		"reset": func(h *house) error { return h.ResetPassword(h.t.Context(), h.ana, h.beto.UserID, "otra frase larga") },
		"off and on": func(h *house) error {
			if _, _, err := h.UpdateUser(h.t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: new(bool)}); err != nil {
				return err
			}
			on := true
			_, _, err := h.UpdateUser(h.t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: &on})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			token := make(chan string, 1)
			go func() {
				s, err := h.SignIn(context.Background(), "beto", password)
				if err != nil {
					s.Token = ""
				}
				token <- s.Token
			}()
			h.must(decide(h))
			got := <-token
			if got == "" {
				return // the decision came first
			}
			if _, err := h.Resume(t.Context(), got, false); err == nil && name == "reset" {
				if _, err := h.SignIn(t.Context(), "beto", password); err == nil {
					t.Error("the old password still opens")
				}
			}
		})
	}
}

// A session used while the clock was ahead locks, and does not last until that day.
func TestResume_ClockThatWasAhead(t *testing.T) {
	h := newHouse(t)
	h.clock.Advance(365 * 24 * time.Hour)
	token := h.signIn("beto")
	h.clock.Set(h.clock.Now().Add(-365 * 24 * time.Hour))
	if _, err := h.Resume(t.Context(), token, true); err == nil {
		t.Error("the session goes on")
	}
}
