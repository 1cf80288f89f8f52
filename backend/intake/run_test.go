package intake_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// pass moves the clock on by steps, giving the loops time to nap and to wake, until something comes. Other parts wait on
// the same clock, so that nobody can tell which of them has gone to sleep.
func pass[T any](w *world, ch <-chan T, by time.Duration) (v T) {
	w.t.Helper()
	for range 500 {
		select {
		case v := <-ch:
			return v
		case <-time.After(10 * time.Millisecond):
			w.Clock.Advance(by)
		}
	}
	w.t.Fatal("nothing came")
	return v
}

func TestRun_PollsByItselfAndStopsWithItsContext(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	arrived := make(chan intake.LeadNotice, 10)
	cancelHook := w.svc.OnLead(func(n intake.LeadNotice) { arrived <- n })
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.svc.Run(run) }()
	id := w.lead(1)
	if n := pass(w, arrived, time.Minute); n.LeadID != string(id) || n.State != intake.StateRegistered {
		t.Errorf("notice = %+v", n)
	}
	other := w.lead(2)
	if _, err := w.svc.Receive(ctx, intake.OriginWebhook, []intake.Ref{{LeadID: string(other), PageID: string(w.page.ID), FormID: string(w.form.ID)}}); err != nil {
		t.Fatal(err)
	}
	if n := <-arrived; n.LeadID != string(other) { // no clock had to move
		t.Errorf("notice = %+v", n)
	}
	cancelHook()
	i := w.preview("Celular\n5555550101\n")
	done := make(chan struct{}, 10)
	w.svc.OnImport(func(string) {
		if got, err := w.svc.Import(ctx, w.Admin, i.ID); err == nil && got.State == intake.ImportDone {
			done <- struct{}{}
		}
	})
	if _, err := w.svc.RunImport(ctx, w.Admin, i.ID); err != nil {
		t.Fatal(err)
	}
	<-done
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
	if len(arrived) != 0 {
		t.Error("a listener that was cancelled was called")
	}
}

func TestRun_LoopGoesOnAfterAPanic(t *testing.T) {
	w := newWorld(t, 1)
	run, stop := context.WithCancel(ctx)
	defer stop()
	rounds := make(chan int)
	n := 0
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.svc.Loop(run, func(context.Context) (time.Duration, error) {
			n++
			rounds <- n
			switch n {
			case 1:
				panic("Ana Prueba")
			case 2:
				return 0, errors.New("disk on fire")
			}
			return time.Hour, nil
		})
	}()
	for want := 1; want <= 3; want++ {
		if got := pass(w, rounds, time.Second); got != want {
			t.Fatalf("round %d, want %d", got, want)
		}
	}
	stop()
	<-ended
	log := w.log.String()
	if !strings.Contains(log, "background work failed") || !strings.Contains(log, "disk on fire") || !strings.Contains(log, "run_test.go") {
		t.Errorf("log = %s", log)
	}
	w.mustNotLog("Ana Prueba")
}

func TestRun_BeginsWithWhatWasInHandWhenTheProgramEnded(t *testing.T) {
	w := newWorld(t, 1)
	w.connect()
	id := w.lead(1)
	w.receive(signed(t, w.app.Secret, w.delivery(w.page.ID, id)))
	if err := w.sim.AddFault(graphsim.Fault{Edge: "leads", Times: -1, Status: 500, Code: 2}); err != nil { // no poll finds it
		t.Fatal(err)
	}
	w.svc = w.newService()
	arrived := make(chan intake.LeadNotice, 10)
	w.svc.OnLead(func(n intake.LeadNotice) { arrived <- n })
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.svc.Run(run) }()
	select {
	case n := <-arrived: // no clock had to move
		if n.LeadID != string(id) || n.State != intake.StateRegistered {
			t.Errorf("notice = %+v", n)
		}
	case <-time.After(20 * time.Second):
		t.Error("it waits for its grace")
	}
	stop()
	<-ended
}
