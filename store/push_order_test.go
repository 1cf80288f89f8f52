package store_test

import (
	"errors"
	"testing"

	"sitegroup.mx/crm/store"
)

// TestPush_WhoIsTypedInOnAMemberIsNotRefused: what a transaction writes may refer to a row that it makes later, as who types a
// prospect in writes the enquiry before the prospect. The host took such a reference for one to a row that it had lost.
func TestPush_WhoIsTypedInOnAMemberIsNotRefused(t *testing.T) {
	p := newPair(t, nil)
	write(t, p.member, p.as, func(tx *store.Tx) error {
		return errors.Join(
			createContact(tx, "c1", "Persona 1"),
			tx.Grant(p.as.User, "p1"),
			createActivity(tx, "a1", "p1"),
			createProspect(tx, "p1", "c1", p.as.User),
		)
	})
	p.sync()
	p.same()
	if got := value(t, p.host.Read(), "SELECT count(*) FROM activity a JOIN prospect p ON p.id = a.prospect_id"); got != "1" {
		t.Errorf("the host has %s activities of what was typed in, want 1", got)
	}
}
