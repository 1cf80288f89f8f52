package account_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// fillDisk leaves no room for another line, session or failure.
func (h *house) fillDisk() {
	h.t.Helper()
	stats, err := h.store.Stats(h.t.Context())
	h.must(err)
	h.must(h.store.SetQuota(h.t.Context(), stats.Pages))
	for _, statement := range []string{
		"INSERT INTO audit (at, user_id, action) VALUES ({:at}, '', 'filler')",
		"INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at) VALUES ({:n}, '', {:at}, {:at}, '9')",
		"INSERT INTO sign_in_delay (login, failures, next_at) VALUES ({:n}, 1, {:at})",
	} {
		for n := 0; ; n++ {
			err := h.write(func(tx *store.Tx) error {
				_, err := tx.Exec(statement, dbx.Params{"n": fmt.Sprintf("f%03d", n), "at": clock.Format(tx.Now())})
				return err
			})
			if errors.Is(err, store.ErrDiskFull) {
				break
			}
			h.must(err)
		}
	}
}

func (h *house) freeDisk() {
	h.t.Helper()
	h.must(h.store.SetQuota(h.t.Context(), 0))
}

// kept are the actions of people after the first n lines.
func (h *house) kept(after int) []string {
	h.t.Helper()
	var list []string
	for _, action := range h.actions(after) {
		if action != "filler" {
			list = append(list, action)
		}
	}
	return list
}

func TestFullDisk_PeopleComeInAndRead(t *testing.T) {
	h := newHouse(t)
	before := h.lines()
	h.fillDisk()
	token := h.signIn("beto")
	if h.kept(before) != nil {
		t.Fatal("the disk is not full")
	}
	v, err := h.Resume(t.Context(), token, true)
	wantCode(t, "resume", err, "")
	if v != h.beto {
		t.Errorf("viewer %+v", v)
	}
	h.stay(token, 20*time.Minute)

	h.clock.Advance(20 * time.Minute)
	_, err = h.Resume(t.Context(), token, true)
	wantCode(t, "left alone", err, account.CodeSessionLocked)
	wantCode(t, "unlock with a wrong password", h.Unlock(t.Context(), token, "no es la buena"), account.CodeBadCredentials)
	h.must(h.Unlock(t.Context(), token, password))
	_, err = h.Resume(t.Context(), token, true)
	wantCode(t, "unlocked", err, "")
	h.must(h.Lock(t.Context(), token))
	_, err = h.Resume(t.Context(), token, true)
	wantCode(t, "locked by hand", err, account.CodeSessionLocked)
	h.must(h.Unlock(t.Context(), token, password))

	h.freeDisk()
	h.clock.Advance(time.Minute)
	_, err = h.Resume(t.Context(), token, true)
	wantCode(t, "with room again", err, "")
	want := []string{
		"session.opened", "session.locked", "session.refused", "session.unlocked", "session.locked", "session.unlocked",
	}
	if diff := cmp.Diff(want, h.kept(before)); diff != "" {
		t.Errorf("lines written late (-want +got):\n%s", diff)
	}
	_, err = account.New(h.store, h.clock, nil).Resume(t.Context(), token, false)
	wantCode(t, "after a restart", err, "")
}

// The lines that are written late say when it was, and the same ones are not written twice.
func TestFullDisk_LinesWrittenLateSayWhenItWas(t *testing.T) {
	h := newHouse(t)
	h.fillDisk()
	at := clock.Format(h.clock.Now())
	token := h.signIn("beto")
	h.clock.Advance(2 * time.Minute)
	h.freeDisk()
	for range 3 {
		_, err := h.Resume(t.Context(), token, true)
		wantCode(t, "resume", err, "")
		h.clock.Advance(2 * time.Minute)
	}
	page, err := h.ListAudit(t.Context(), h.ana, "", 2)
	h.must(err)
	if l := page.Items[0]; l.Action != "session.opened" || l.At != at || l.UserID != h.beto.UserID || page.Items[1].Action != "filler" {
		t.Errorf("lines %+v, want one at %s", page.Items, at)
	}
}

// A session that is in the database goes on where a full disk finds it, and ends there as well.
func TestFullDisk_SessionsGoOn(t *testing.T) {
	h := newHouse(t)
	token, other := h.signIn("beto"), h.signIn("beto")
	h.fillDisk()
	h.clock.Advance(20 * time.Minute)
	_, err := h.Resume(t.Context(), token, true)
	wantCode(t, "left alone", err, account.CodeSessionLocked)
	h.must(h.Unlock(t.Context(), token, password))
	h.stay(token, 20*time.Minute)
	h.must(h.Lock(t.Context(), token))
	_, err = h.Resume(t.Context(), token, true)
	wantCode(t, "locked by hand", err, account.CodeSessionLocked)
	h.must(h.SignOut(t.Context(), token))
	h.must(h.SignOut(t.Context(), token))
	if _, err = h.Resume(t.Context(), token, true); err == nil {
		t.Error("signed out, and goes on")
	}
	h.must(h.Unlock(t.Context(), other, password))
	h.freeDisk()
	h.clock.Advance(time.Minute)
	_, err = h.Resume(t.Context(), other, true)
	wantCode(t, "the other one", err, "")
	again := account.New(h.store, h.clock, nil)
	_, err = again.Resume(t.Context(), other, false)
	wantCode(t, "the other one after a restart", err, "")
	if _, err := again.Resume(t.Context(), token, true); err == nil {
		t.Error("signed out, and goes on after a restart")
	}
}

// A full disk wins nobody a guess: the delays that were running go on, and new ones grow.
func TestFullDisk_DelaysGoOn(t *testing.T) {
	for _, login := range []string{"beto", "nadie"} {
		t.Run(login, func(t *testing.T) {
			h := newHouse(t)
			h.fail(login, 4)
			h.fillDisk()
			guess := func(want string) {
				t.Helper()
				_, err := h.SignIn(t.Context(), login, "no es la buena")
				wantCode(t, "guess", err, want)
			}
			guess(account.CodeBadCredentials) // the fifth: four seconds
			h.clock.Advance(3500 * time.Millisecond)
			guess(account.CodeWait)
			h.clock.Advance(500 * time.Millisecond)
			guess(account.CodeBadCredentials) // eight
			h.clock.Advance(7 * time.Second)
			guess(account.CodeWait)
			h.clock.Advance(time.Second)
			if login == "beto" {
				h.signIn(login)
				guess(account.CodeBadCredentials)
				h.signIn(login)
			}
		})
	}
	t.Run("of logins that the database does not have", func(t *testing.T) {
		h := newHouse(t)
		h.fillDisk()
		for range 3 {
			_, err := h.SignIn(t.Context(), "nunca", "no es la buena")
			wantCode(t, "guess", err, account.CodeBadCredentials)
		}
		_, err := h.SignIn(t.Context(), "nunca", "no es la buena")
		wantCode(t, "fourth guess", err, account.CodeWait)
	})
}

// A session that only memory has ends with the account and with the password, like any other.
func TestFullDisk_SessionsOfMemoryEnd(t *testing.T) {
	tests := []struct {
		name string
		live func(h *house, token string)
		ends bool
	}{
		{"signed out", func(h *house, token string) { h.must(h.SignOut(h.t.Context(), token)) }, true},
		{"left alone for a day", func(h *house, _ string) { h.clock.Advance(24 * time.Hour) }, true},
		{"switched off and on again", func(h *house, _ string) {
			h.freeDisk()
			for _, active := range []bool{false, true} {
				_, _, err := h.UpdateUser(h.t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: &active})
				h.must(err)
			}
		}, true},
		{"password reset", func(h *house, _ string) {
			h.freeDisk()
			h.must(h.ResetPassword(h.t.Context(), h.ana, h.beto.UserID, "otra frase larga"))
		}, true},
		{"password changed in this session", func(h *house, token string) {
			h.freeDisk()
			h.must(h.ChangePassword(h.t.Context(), h.beto, token, password, "otra frase larga"))
		}, false},
		{"password changed in another session", func(h *house, _ string) {
			h.freeDisk()
			h.must(h.ChangePassword(h.t.Context(), h.beto, h.signIn("beto"), password, "otra frase larga"))
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.fillDisk()
			token := h.signIn("beto")
			tt.live(h, token)
			for range 2 { // once before it is written down, once after
				_, err := h.Resume(t.Context(), token, true)
				if got := err != nil; got != tt.ends {
					t.Errorf("resume: %v", err)
				}
				h.clock.Advance(time.Minute)
			}
		})
	}
}
