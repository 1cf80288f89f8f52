package store_test

import (
	"errors"
	"testing"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

func TestSetQuota(t *testing.T) {
	s := storetest.Open(t)
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetQuota(t.Context(), stats.Pages+40); err != nil {
		t.Fatal(err)
	}
	if _, err := fill(s); err != nil {
		t.Fatal(err)
	}
	if err := s.SetQuota(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	contact(t, s, "after", "Ana")
	if err := errors.Join(s.Close(), s.SetQuota(t.Context(), 1)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a quota of a closed file: %v", err)
	}
}
