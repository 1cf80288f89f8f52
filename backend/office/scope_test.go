package office_test

import (
	"testing"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
)

// TestEnsureScope_MendsWhatAnotherPersonWasGranted: a wrong grant shows a seller what is not theirs, a missing one hides
// what is.
func TestEnsureScope_MendsWhatAnotherPersonWasGranted(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id, owner := b.Prospect()
	other := b.Sellers[0]
	if other.UserID == owner.UserID {
		other = b.Sellers[1]
	}
	if changed, err := office.EnsureScope(ctx, b.Store); err != nil || changed != 0 {
		t.Fatalf("in an office with nothing wrong: %d, %v", changed, err)
	}
	_, err := b.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := tx.Revoke(owner.UserID, id); err != nil {
			return err
		}
		return tx.Grant(other.UserID, id)
	})
	must(t, err)
	if changed, err := office.EnsureScope(ctx, b.Store); err != nil || changed != 2 {
		t.Errorf("with one grant missing and one too many: %d, %v", changed, err)
	}
	var granted []string
	must(t, b.Store.Read().NewQuery("SELECT user_id FROM scope WHERE root_id = {:id} AND active = 1").
		Bind(map[string]any{"id": id}).Column(&granted))
	if len(granted) != 1 || granted[0] != owner.UserID {
		t.Errorf("granted to %v, want %s alone", granted, owner.UserID)
	}
}

// TestEnsureScope_LeavesAloneWhatWasTakenBack: a prospect whose making was undone is nobody's, and one in the bin still is its
// seller's. Neither is a defect.
func TestEnsureScope_LeavesAloneWhatWasTakenBack(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	made, err := b.CRM.CreateProspect(ctx, b.Sellers[0], crm.NewProspect{Name: "Inés Lara", Phones: []string{"55 5123 0701"}})
	must(t, err)
	undone, err := b.Store.Undo(ctx, b.Sellers[0].Author(), made.TxID)
	must(t, err)
	binned, _ := b.Prospect()
	_, err = b.CRM.DeleteProspect(ctx, b.Admin, binned)
	must(t, err)
	if changed, err := office.EnsureScope(ctx, b.Store); err != nil || changed != 0 {
		t.Errorf("mended %d grants, %v", changed, err)
	}
	_, err = b.Store.Undo(ctx, b.Sellers[0].Author(), undone.TxID)
	must(t, err)
	if changed, err := office.EnsureScope(ctx, b.Store); err != nil || changed != 0 {
		t.Errorf("made again, %d grants are wrong, %v", changed, err)
	}
}
