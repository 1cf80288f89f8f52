package officesim

import (
	"context"
	"strings"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// tallied holds that a replica's totals are what counting its lists gives.
func (s *sim) tallied(m *member) error { return tallied(m.name, m.store) }

func tallied(name string, st *store.Store) error {
	wrong, err := crm.MiscountedTallies(context.Background(), st.Read())
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return violation("I1", "totals of %s: %s", name, strings.Join(wrong[:min(len(wrong), 6)], "\n"))
	}
	return nil
}
