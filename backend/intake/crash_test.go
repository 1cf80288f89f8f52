package intake_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// exactlyOnce fails unless each lead has one settled line and one submission.
func (w *world) exactlyOnce(ids []meta.ID) {
	w.t.Helper()
	for _, id := range ids {
		if got := w.line(id); got.State != intake.StateRegistered && got.State != intake.StateLinked {
			w.t.Errorf("lead %s is %s (%s)", id, got.State, got.Problem)
		}
	}
	if n := one[int](w, "SELECT count(*) FROM submission WHERE lead_id <> ''", nil); n != len(ids) {
		w.t.Errorf("%d submissions of %d leads", n, len(ids))
	}
	if n := one[int](w, "SELECT count(*) FROM lead WHERE payload IS NOT NULL OR next_try_at IS NOT NULL", nil); n != 0 {
		w.t.Errorf("%d lines are not at rest", n)
	}
}

// recover does what the program does by itself in the hours after a failure.
func (w *world) recover() {
	w.t.Helper()
	for range 6 {
		w.Clock.Advance(20 * time.Minute)
		w.step("poll", w.svc.PollStep)
		w.step("work", w.svc.WorkStep)
	}
}

func TestExactlyOnce_WhicheverWriteFails(t *testing.T) {
	// A new person's registration is six ops; 29 reach into the fifth lead of the page.
	for fail := 1; fail <= 29; fail += 2 {
		t.Run(strconv.Itoa(fail), func(t *testing.T) {
			fake := storetest.Clock(t)
			ops, armed := 0, false
			st := storetest.Open(t, storetest.WithClock(fake), storetest.WithDecide(func(p store.Proposal) store.Verdict {
				if armed {
					if ops++; ops == fail {
						return store.Verdict{Outcome: store.Refused, Reason: "test"}
					}
				}
				return store.Verdict{Outcome: store.Applied}
			}))
			w := worldOver(t, st, fake, 2)
			w.connect()
			var ids []meta.ID
			for n := range 5 {
				ids = append(ids, w.lead(n+1))
			}
			armed = true
			if p := w.pull(); p.Received != 5 || p.Registered != 4 || p.Failed != 1 {
				t.Errorf("pull = %+v", p)
			}
			armed = false
			w.recover()
			w.exactlyOnce(ids)
			if n := len(w.prospects()); n != 5 {
				t.Errorf("%d prospects", n)
			}
		})
	}
}

// The environment of the child that TestExactlyOnce_WhenTheProgramIsKilled starts.
const (
	childTask  = "INTAKE_CHILD_TASK"  // poll, webhook, file
	childPath  = "INTAKE_CHILD_PATH"  // the office's file
	childOp    = "INTAKE_CHILD_OP"    // at which op it ends itself
	childVault = "INTAKE_CHILD_VAULT" // JSON of the secrets
	childNow   = "INTAKE_CHILD_NOW"
	childForm  = "INTAKE_CHILD_FORM"
)

// TestMain lets the test program be the program that is killed.
func TestMain(m *testing.M) {
	if task := os.Getenv(childTask); task != "" {
		os.Exit(child(task))
	}
	os.Exit(m.Run())
}

// child does its task over the office of its parent and kills itself in the middle of a transaction.
func child(task string) int {
	now, _ := time.Parse(time.RFC3339, os.Getenv(childNow))
	last, _ := strconv.Atoi(os.Getenv(childOp))
	fake := clock.NewFake(now, uint64(os.Getpid())) //nolint:gosec // a seed
	ops := 0
	st, err := store.Open(ctx, store.Options{
		Path: os.Getenv(childPath), Key: storetest.Key(), Device: storetest.Device, Now: fake.Now, NewID: fake.NewID,
		Decide: func(store.Proposal) store.Verdict {
			if ops++; ops == last {
				fmt.Println("killed")
				self, _ := os.FindProcess(os.Getpid())
				_ = self.Kill()
				select {} // the end comes from outside
			}
			return store.Verdict{Outcome: store.Applied}
		},
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	v := &vault{}
	if err := json.Unmarshal([]byte(os.Getenv(childVault)), &v.values); err != nil {
		fmt.Println(err)
		return 1
	}
	log := logrus.New()
	svc := intake.New(intake.Deps{Store: st, CRM: crm.New(st, fake, log), Vault: v, Clock: fake, Log: log})
	switch task {
	case "poll":
		if _, err = svc.Pull(ctx, os.Getenv(childForm)); err == nil {
			_, err = svc.WorkStep(ctx)
		}
	case "webhook":
		_, err = svc.WorkStep(ctx)
	case "file":
		err = svc.FinishImports(ctx)
	}
	fmt.Println("ended", err)
	return 1
}

// kill runs the child until it has killed itself at an op.
func (w *world) kill(task, path string, op int) {
	w.t.Helper()
	secrets, err := json.Marshal(w.vault.values)
	if err != nil {
		w.t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(self) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), childTask+"="+task, childPath+"="+path, childOp+"="+strconv.Itoa(op), childVault+"="+string(secrets),
		childNow+"="+w.Clock.Now().Format(time.RFC3339), childForm+"="+string(w.form.ID))
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
	}
	if err := cmd.Wait(); err == nil || strings.Join(said, " ") != "killed" {
		w.t.Fatalf("the child was not killed: %v, %q", err, said)
	}
}

func TestExactlyOnce_WhenTheProgramIsKilled(t *testing.T) {
	for _, tt := range []struct {
		name    string
		task    string
		prepare func(w *world) []meta.ID
	}{
		{"while it polls", "poll", func(w *world) (ids []meta.ID) {
			for n := range 6 {
				ids = append(ids, w.lead(n+1))
			}
			return ids
		}},
		{"while it fetches what a webhook announced", "webhook", func(w *world) (ids []meta.ID) {
			for n := range 6 {
				ids = append(ids, w.lead(n+1))
				ref := intake.Ref{LeadID: string(ids[n]), PageID: string(w.page.ID), FormID: string(w.form.ID)}
				if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{ref}); err != nil {
					w.t.Fatal(err)
				}
			}
			return ids
		}},
		{"while it imports a file", "file", func(w *world) (ids []meta.ID) {
			for n := range 6 {
				ids = append(ids, w.lead(n+1))
			}
			export, err := w.sim.Export(w.form.ID, graphsim.UTF16)
			if err != nil {
				w.t.Fatal(err)
			}
			if _, err := w.svc.RunImport(ctx, w.Admin, w.preview(string(export)).ID); err != nil {
				w.t.Fatal(err)
			}
			return ids
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			fake := storetest.Clock(t)
			options := storetest.Options(t, dir)
			options.Now, options.NewID = fake.Now, fake.NewID
			st, err := store.Open(ctx, options)
			if err != nil {
				t.Fatal(err)
			}
			w := worldOver(t, st, fake, 2)
			w.connect()
			ids := tt.prepare(w)
			path := filepath.Join(dir, "office.db")
			for _, op := range []int{1, 3, 8, 14, 25, 31} {
				if err := w.Store.Close(); err != nil {
					t.Fatal(err)
				}
				w.Clock.Advance(2 * time.Minute) // what the last child had taken up is due again
				w.kill(tt.task, path, op)
				if w.Store, err = store.Open(ctx, options); err != nil {
					t.Fatal(err)
				}
				w.reopen()
			}
			t.Cleanup(func() { _ = w.Store.Close() })
			if err := w.svc.FinishImports(ctx); err != nil {
				t.Fatal(err)
			}
			w.recover()
			w.exactlyOnce(ids)
			if n := len(w.prospects()); n != len(ids) {
				t.Errorf("%d prospects of %d people", n, len(ids))
			}
		})
	}
}

// reopen puts the program together once more over a store that was opened again.
func (w *world) reopen() {
	w.CRM = crm.New(w.Store, w.Clock, logrus.New())
	w.svc = w.newService()
}
