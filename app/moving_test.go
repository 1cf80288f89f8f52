package app_test

import (
	"testing"

	"sitegroup.mx/crm/app"
)

// TestComputers_NoLeadComesInOnceTheOfficeMoves: a lead that the former host takes after the copy was made would be on no
// computer that counts.
func TestComputers_NoLeadComesInOnceTheOfficeMoves(t *testing.T) {
	var takes, fetches func() bool
	app.WatchHandover(t, func(taking, fetching func() bool) {
		takes, fetches = taking, fetching
		if takes() || fetches() {
			t.Error("leads come in while the copy is made")
		}
	})
	o := startOffice(t)
	o.prospect("ana", "Primera")
	o.user("alma", "admin")
	alma := o.joinIn(t.TempDir(), "alma", "--sync-listen", "127.0.0.1:0")
	o.handOver(alma, "alma")
	if takes == nil {
		t.Fatal("no copy was made")
	}
	if takes() || fetches() {
		t.Error("leads come in after another computer was named")
	}
	o.Call("DELETE", "/api/handover", nil, nil)
	if takes() || fetches() {
		t.Error("leads come in after somebody wanted the office back")
	}
}
