package account_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

func TestDelay_Grows(t *testing.T) {
	tests := []struct {
		failures int
		want     time.Duration
	}{
		{0, 0},
		{1, 0},
		{2, 0},
		{3, time.Second},
		{4, 2 * time.Second},
		{5, 4 * time.Second},
		{8, 32 * time.Second},
		{11, 256 * time.Second},
		{12, 5 * time.Minute},
		{13, 5 * time.Minute},
		{1 << 30, 5 * time.Minute},
	}
	for _, tt := range tests {
		if got := account.DelayAfter(tt.failures); got != tt.want {
			t.Errorf("after %d failures: %v, want %v", tt.failures, got, tt.want)
		}
	}
}

// fail makes so many failures in a row, waiting as long as it takes.
func (h *house) fail(login string, times int) {
	h.t.Helper()
	for range times {
		_, err := h.SignIn(h.t.Context(), login, "no es la buena")
		wantCode(h.t, "wrong password", err, account.CodeBadCredentials)
		h.clock.Advance(5 * time.Minute)
	}
}

func TestSignIn_WaitsAfterFailures(t *testing.T) {
	for _, login := range []string{"beto", "nadie"} {
		t.Run(login, func(t *testing.T) {
			h := newHouse(t)
			h.fail(login, 4)
			_, err := h.SignIn(t.Context(), login, "no es la buena") // the fifth: four seconds
			wantCode(t, "wrong password", err, account.CodeBadCredentials)

			_, err = h.SignIn(t.Context(), login, password)
			wantCode(t, "right password, too soon", err, account.CodeWait)
			if seconds := fault.Find(err).Args["seconds"]; seconds != 4 {
				t.Errorf("seconds = %v, want 4", seconds)
			}
			h.clock.Advance(3500 * time.Millisecond)
			_, err = h.SignIn(t.Context(), login, password)
			wantCode(t, "right password, a little too soon", err, account.CodeWait)
			if seconds := fault.Find(err).Args["seconds"]; seconds != 1 {
				t.Errorf("seconds = %v, want 1", seconds)
			}
			h.clock.Advance(500 * time.Millisecond)
			_, err = h.SignIn(t.Context(), login, password)
			want := ""
			if login == "nadie" {
				want = account.CodeBadCredentials
			}
			wantCode(t, "right password in time", err, want)
		})
	}
}

func TestSignIn_SuccessForgivesFailures(t *testing.T) {
	h := newHouse(t)
	h.fail("beto", 6)
	h.signIn("beto")
	h.fail("beto", 1)
	_, err := h.SignIn(t.Context(), "beto", "no es la buena")
	wantCode(t, "second failure", err, account.CodeBadCredentials)
	h.signIn("beto") // two failures cost nothing
}

func TestSignIn_FailuresAreForgottenAfterADay(t *testing.T) {
	h := newHouse(t)
	h.fail("beto", 8)
	h.clock.Advance(25 * time.Hour)
	for range 2 {
		_, err := h.SignIn(t.Context(), "beto", "no es la buena")
		wantCode(t, "wrong password", err, account.CodeBadCredentials)
	}
	h.signIn("beto")
}

func TestSignIn_AClockSetBackLocksNobodyOut(t *testing.T) {
	h := newHouse(t)
	h.fail("beto", 12)
	h.clock.Set(h.clock.Now().Add(-48 * time.Hour))
	h.signIn("beto")
}

// TestSignIn_AtTheSameTime makes sure that guesses made at once cost what guesses in a row do.
func TestSignIn_AtTheSameTime(t *testing.T) {
	h := newHouse(t)
	const guesses = 20
	var mu sync.Mutex
	codes := map[string]int{}
	var all sync.WaitGroup
	for range guesses {
		all.Go(func() {
			_, err := h.SignIn(t.Context(), "beto", "no es la buena")
			mu.Lock()
			defer mu.Unlock()
			codes[fault.Code(err)]++
		})
	}
	all.Wait()
	if codes[account.CodeBadCredentials] != 3 || codes[account.CodeWait] != guesses-3 {
		t.Errorf("answers: %v, want 3 looked at", codes)
	}
}

func TestSignIn_WaitSurvivesARestart(t *testing.T) {
	c := storetest.Clock(t)
	options := storetest.Options(t, t.TempDir())
	options.Path, options.Now, options.NewID = filepath.Join(t.TempDir(), "office.db"), c.Now, c.NewID
	open := func() (*store.Store, *account.Service) {
		st, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		return st, account.New(st, c, nil)
	}
	st, s := open()
	if _, err := s.CreateFirst(t.Context(), account.NewUser{Login: "ana", Name: "Ana", Password: password}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, err := s.SignIn(t.Context(), "ana", "no es la buena")
		wantCode(t, "wrong password", err, account.CodeBadCredentials)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	st, s = open()
	_, err := s.SignIn(t.Context(), "ana", password)
	wantCode(t, "after the restart", err, account.CodeWait)
	c.Advance(time.Second)
	_, err = s.SignIn(t.Context(), "ana", password)
	wantCode(t, "after the wait", err, "")
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSignIn_KeepsNothingTypedInTheWrongField(t *testing.T) {
	h := newHouse(t)
	_, err := h.SignIn(t.Context(), "Mi Clave Secreta", "beto")
	wantCode(t, "fields the wrong way round", err, account.CodeBadCredentials)
	if got := h.dump(); strings.Contains(strings.ToLower(got), "mi clave") {
		t.Errorf("it was kept:\n%s", got)
	}
}
