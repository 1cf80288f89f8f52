package store_test

import (
	"slices"
	"testing"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// What the program writes in a seller's transaction is nothing that the seller has written: whoever looks at it, and what it
// entails, must not take the seller's rights for it, and the log names the program.
func TestFollow_IsToldWhoWrites(t *testing.T) {
	var told []string
	s := storetest.Open(t, func(o *store.Options) {
		o.Follow = func(tx *store.Tx, op store.Op) error {
			a := tx.Author()
			told = append(told, op.Entity+" "+op.Field+" by "+a.Role+" on "+a.Device)
			switch {
			case op.Entity == "contact" && op.Field == "city":
				return tx.As(store.System, func() error {
					return tx.Set("contact", op.Row, store.Row{"name": "by the program"})
				})
			case op.Entity == "contact" && op.Field == "name":
				return createProspect(tx, "p1", op.Row, "u-ana")
			}
			return nil
		}
	})
	contact(t, s, "c1", "x")
	told = nil
	from := ana
	from.Device = "ana's laptop"
	write(t, s, from, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "León"}) })
	own := value(t, s.Read(), "SELECT device_id FROM op_log WHERE entity = 'prospect'")
	want := []string{"contact city by seller on ana's laptop", "contact name by system on " + own, "prospect  by system on " + own}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	got := value(t, s.Read(), "SELECT group_concat(field || ':' || user_id) FROM (SELECT field, user_id FROM op_log WHERE rev = 2 ORDER BY n)")
	if got != "city:u-ana,name:,:" || own == from.Device {
		t.Errorf("logged %s on %s", got, own)
	}
}
