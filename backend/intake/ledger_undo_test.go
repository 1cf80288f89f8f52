package intake_test

import (
	"errors"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/intake"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// undo takes a transaction back as an administrator and has the ledger follow.
func (w *world) undo(txID string) (store.Commit, error) {
	return w.Store.UndoAround(ctx, w.Admin.Author(), txID, func(tx *store.Tx, rows []store.Ref, reverse func() error) error {
		if err := reverse(); err != nil {
			return err
		}
		return w.svc.FollowUndo(tx, rows)
	})
}

// waits fails unless the line waits for a decision with what it came with.
func (w *world) waits(t *testing.T, when string, id meta.ID) {
	t.Helper()
	if l := w.line(id); l.State != intake.StateHeld || l.Problem != "contact.conflict" || len(l.People) != 2 || len(l.Raw) == 0 {
		t.Fatalf("%s the line is %+v", when, l)
	}
}

// A decision that was wrong is taken back and made anew: the lead ends with whom it is, once.
func TestResolve_DecisionIsTakenBackAndMadeAnew(t *testing.T) {
	for _, wrong := range []string{"somebody new", "the other one"} {
		t.Run(wrong, func(t *testing.T) {
			w, id, _, other := crossed(t)
			contact := ""
			if wrong == "the other one" {
				contact = other.ContactID
			}
			first, err := w.svc.Resolve(ctx, w.Admin, string(id), contact)
			if err != nil || first.TxID == "" {
				t.Fatalf("resolve = %+v, %v", first, err)
			}
			undone, err := w.undo(first.TxID)
			if err != nil {
				t.Fatal(err)
			}
			w.waits(t, "taken back,", id)
			redone, err := w.undo(undone.TxID)
			if err != nil {
				t.Fatal(err)
			}
			if l := w.line(id); l.State != first.State || l.ProspectID != first.ProspectID || l.Raw != nil {
				t.Fatalf("done again, the line is %+v, was %+v", l.Lead, first.Lead)
			}
			if _, err := w.undo(redone.TxID); err != nil {
				t.Fatal(err)
			}
			w.waits(t, "taken back once more,", id)
		})
	}
	w, id, chosen, _ := crossed(t)
	first, err := w.svc.Resolve(ctx, w.Admin, string(id), "")
	if err != nil {
		t.Fatal(err)
	}
	undone, err := w.undo(first.TxID)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.svc.Resolve(ctx, w.Admin, string(id), chosen.ContactID)
	if err != nil || second.State != intake.StateLinked || second.ProspectID != chosen.ProspectID {
		t.Fatalf("decided anew: %+v, %v", second, err)
	}
	if _, err := w.undo(undone.TxID); !errors.Is(err, store.ErrChangedSince) {
		t.Errorf("the first decision came back beside the second: %v", err)
	}
	if n := one[int](w, "SELECT count(*) FROM submission WHERE lead_id = {:id} AND deleted = 0", map[string]any{"id": string(id)}); n != 1 {
		t.Errorf("%d enquiries of one lead", n)
	}
}

// What was kept for the undo goes after a day, and what the program itself registered is no decision to take back.
func TestResolve_DecisionStandsAfterADay(t *testing.T) {
	w, id, chosen, _ := crossed(t)
	done, err := w.svc.Resolve(ctx, w.Admin, string(id), chosen.ContactID)
	if err != nil {
		t.Fatal(err)
	}
	kept := func() int { return one[int](w, "SELECT count(*) FROM lead WHERE payload IS NOT NULL", nil) }
	w.Clock.Advance(23 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	if kept() != 1 {
		t.Fatal("it was forgotten too early")
	}
	w.Clock.Advance(2 * time.Hour)
	w.step("sweep", w.svc.SweepStep)
	if kept() != 0 {
		t.Error("it is still kept")
	}
	if _, err := w.undo(done.TxID); !errors.Is(err, store.ErrChangedSince) {
		t.Errorf("undo = %v", err)
	}
	if l := w.line(id); l.State != intake.StateLinked {
		t.Errorf("the line is %+v", l.Lead)
	}
}
