package account_test

import (
	"testing"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

func TestCopyCredential(t *testing.T) {
	h := newHouse(t)
	have, err := account.ReadCredential(h.store.Read(), h.beto.UserID)
	h.must(err)
	other, err := account.ReadCredential(h.store.Read(), h.ana.UserID)
	h.must(err)
	tests := []struct {
		name    string
		hash    string
		at      time.Time
		changed bool
		ends    bool // the sessions
	}{
		{"older", other.Hash, have.ChangedAt.Add(-time.Second), false, false},
		{"as old", other.Hash, have.ChangedAt, false, false},
		{"newer, the same", have.Hash, have.ChangedAt.Add(time.Second), true, false},
		{"newer, another", other.Hash, have.ChangedAt.Add(time.Minute), true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			token := h.signIn("beto")
			var changed bool
			h.must(h.write(func(tx *store.Tx) (err error) {
				changed, err = account.CopyCredential(tx, account.Credential{UserID: h.beto.UserID, Hash: tt.hash, ChangedAt: tt.at})
				return err
			}))
			if changed != tt.changed {
				t.Errorf("changed = %v, want %v", changed, tt.changed)
			}
			if _, err := h.Resume(t.Context(), token, true); (err != nil) != tt.ends {
				t.Errorf("the session: %v", err)
			}
		})
	}
	none, err := account.ReadCredential(h.store.Read(), "nobody")
	if err != nil || none != (account.Credential{}) {
		t.Errorf("nobody's credential = %+v, %v", none, err)
	}
	for _, hash := range []string{"", "x", "$argon2id$v=19$m=99999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		if (account.Credential{Hash: hash}).Check() == nil {
			t.Errorf("%q passes for a hash", hash)
		}
	}
}
