package crm_test

import (
	"testing"

	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
)

// takeBack undoes a transaction as the program, with what follows for turns.
func takeBack(t *testing.T, office *crmtest.Office, txID string) string {
	t.Helper()
	commit, err := office.Store.UndoAround(ctx, store.System, txID, func(tx *store.Tx, rows []store.Ref, reverse func() error) error {
		if err := reverse(); err != nil {
			return err
		}
		return office.CRM.FollowUndo(tx, rows)
	})
	if err != nil {
		t.Fatal(err)
	}
	return commit.TxID
}

// made names the transaction that made a prospect.
func made(t *testing.T, office *crmtest.Office, prospectID string) string {
	t.Helper()
	txID, err := office.Store.CreatedBy(ctx, store.Ref{Entity: "prospect", Row: prospectID})
	if err != nil {
		t.Fatal(err)
	}
	return txID
}

// A prospect that is taken back costs nobody their turn; one that comes back after all costs it again.
func TestTurns_UndoGivesTheTurnBack(t *testing.T) {
	office := crmtest.New(t, 2)
	given := map[string]int{}
	for range 6 { // whoever is next would come away empty each time
		takeBack(t, office, made(t, office, office.Register(office.Enquiry()).ProspectID))
		given[office.Register(office.Enquiry()).OwnerID]++
	}
	if least, most := spread(given); len(given) != 2 || most != least {
		t.Errorf("given = %v", given)
	}
	r := office.Register(office.Enquiry())
	takeBack(t, office, takeBack(t, office, made(t, office, r.ProspectID)))
	if next := office.Register(office.Enquiry()); next.OwnerID == r.OwnerID {
		t.Error("whose prospect has come back was given the next one too")
	}
}
