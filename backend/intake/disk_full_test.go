package intake_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
	"sitegroup.mx/crm/store"
)

// Wherever the disk is full between a page of leads and their prospects, the pull stops there and says so, no line of the
// ledger is marked as failed, and once there is room each lead comes in once.
func TestExactlyOnce_WhereverTheDiskIsFull(t *testing.T) {
	waited := 0
	for room := int64(0); ; room += 2 {
		stopped := false
		t.Run(strconv.FormatInt(room, 10), func(t *testing.T) {
			w := newWorld(t, 2)
			w.connect()
			var ids []meta.ID
			for n := range 5 {
				ids = append(ids, w.lead(n+1, func(s *graphsim.LeadSpec) { s.Answers["interés"] = []string{strings.Repeat("casa ", 1000)} }))
			}
			stats, err := w.Store.Stats(ctx)
			w.must(err)
			w.must(w.Store.SetQuota(ctx, stats.Pages+room))
			_, err = w.svc.Pull(ctx, string(w.form.ID))
			if stopped = err != nil; stopped && !errors.Is(err, store.ErrDiskFull) {
				t.Errorf("pull: %v", err)
			}
			if _, err := w.svc.WorkStep(ctx); err != nil && !errors.Is(err, store.ErrDiskFull) {
				t.Errorf("retries: %v", err)
			}
			page, err := w.svc.ListLeads(ctx, w.Admin, intake.LeadFilter{})
			w.must(err)
			for _, l := range page.Items {
				switch l.State {
				case intake.StateRegistered:
				case intake.StateFetched:
					waited++
					if l.Problem != "" || l.Attempts != 0 || l.NextTryAt == nil {
						t.Errorf("the line that waits for the disk: %+v", l)
					}
				default:
					t.Errorf("lead %s is %s (%s)", l.LeadID, l.State, l.Problem)
				}
			}
			w.must(w.Store.SetQuota(ctx, 0))
			w.recover()
			w.exactlyOnce(ids)
			if n := len(w.prospects()); n != 5 {
				t.Errorf("%d prospects", n)
			}
		})
		if !stopped {
			break
		}
	}
	if waited == 0 {
		t.Error("the disk was never full between a line and its prospect")
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
