package account_test

import (
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

func TestPassword_IsKeptAsAHash(t *testing.T) {
	h := newHouse(t)
	h.signIn("beto")
	if got := h.dump(); strings.Contains(got, password) || !strings.Contains(got, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("what is kept of a password:\n%s", got)
	}
	var hashes []string
	h.must(h.store.Read().NewQuery("SELECT hash FROM credential").Column(&hashes))
	if len(hashes) != 2 || hashes[0] == hashes[1] {
		t.Errorf("equal passwords have the hashes %v", hashes)
	}
}

func TestPassword_Length(t *testing.T) {
	h := newHouse(t)
	tests := []struct {
		name, password, code string
	}{
		{"nine characters", "123456789", account.CodePasswordShort},
		{"nine characters in many bytes", strings.Repeat("ñ", 9), account.CodePasswordShort},
		{"ten characters, all alike", "aaaaaaaaaa", ""},
		{"a sentence with spaces", "mi perro come mucho", ""},
		{"two hundred", strings.Repeat("x", 200), ""},
		{"too long", strings.Repeat("x", 201), "input.too_long"},
		{"no text", "abcdefghij\xff", "input.invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wantCode(t, "reset", h.ResetPassword(t.Context(), h.ana, h.beto.UserID, tt.password), tt.code)
			if tt.code != "" {
				return
			}
			_, err := h.SignIn(t.Context(), "beto", tt.password)
			wantCode(t, "sign in", err, "")
		})
	}
}

func TestPassword_SameCharactersOtherKeyboard(t *testing.T) {
	h := newHouse(t)
	h.must(h.ResetPassword(t.Context(), h.ana, h.beto.UserID, "contraseña larga")) // ñ in one piece
	_, err := h.SignIn(t.Context(), "beto", "contrasen\u0303a larga")              // n and a combining tilde
	wantCode(t, "sign in", err, "")
}

func TestPassword_HashOfAnOlderVersionIsMadeAnew(t *testing.T) {
	h := newHouse(t)
	h.must(h.write(func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE credential SET hash = {:hash} WHERE user_id = {:user}",
			map[string]any{"hash": account.Cheap(password), "user": h.beto.UserID})
		return err
	}))
	_, err := h.SignIn(t.Context(), "beto", "otra frase larga")
	wantCode(t, "wrong password", err, account.CodeBadCredentials)
	if !strings.Contains(h.dump(), "m=8,t=1") {
		t.Error("a wrong password changed the hash")
	}
	h.signIn("beto")
	if strings.Contains(h.dump(), "m=8,t=1") {
		t.Error("the hash is still the old one")
	}
	h.signIn("beto")
}

// What another implementation made of a password opens, and of another does not: argon2id_hash_encoded of the reference
// implementation, as in Debian's libargon2-1 0~20171227-0.3+deb12u1, which argon2id_verify confirmed.
func TestHash_KnownAnswers(t *testing.T) {
	for _, tt := range []struct{ name, password, hash string }{
		{
			"as new ones are made", "contraseña larga",
			"$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$jlsk8nl/h+GwTRXdSuQ3lgs9ESJ44/Y9XPNUyA95nP4",
		},
		{
			"with other parameters", "una frase larga",
			"$argon2id$v=19$m=65536,t=3,p=4$c2FsIGRlIGxhIHBydWViYQ$+r5A0BN5KXotkue7Q+pr3SfKGE4VBnlu4FE4A6WEvCQ",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.must(h.write(func(tx *store.Tx) error {
				_, err := tx.Exec("UPDATE credential SET hash = {:hash} WHERE user_id = {:user}", map[string]any{"hash": tt.hash, "user": h.beto.UserID})
				return err
			}))
			_, err := h.SignIn(t.Context(), "beto", tt.password+".")
			wantCode(t, "another password", err, account.CodeBadCredentials)
			_, err = h.SignIn(t.Context(), "beto", tt.password)
			wantCode(t, "the password", err, "")
		})
	}
}

func TestHash_Damaged(t *testing.T) {
	good := account.Cheap(password)
	if err := account.CheckHash(good); err != nil {
		t.Fatalf("%s: %v", good, err)
	}
	tests := []struct{ name, text string }{
		{"empty", ""},
		{"another kind", strings.Replace(good, "argon2id", "argon2i", 1)},
		{"another version", strings.Replace(good, "v=19", "v=16", 1)},
		{"all the memory there is", strings.Replace(good, "m=8", "m=4294967295", 1)},
		{"no rounds", strings.Replace(good, "t=1", "t=0", 1)},
		{"endless rounds", strings.Replace(good, "t=1", "t=4294967295", 1)},
		{"no threads", strings.Replace(good, "p=1", "p=0", 1)},
		{"no key", good[:strings.LastIndex(good, "$")+1]},
		{"no salt and key", good[:strings.Index(good, "p=1")+3]},
		{"half a key", good[:len(good)-30]},
		{"not base64", good[:len(good)-2] + "**"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if account.CheckHash(tt.text) == nil {
				t.Errorf("%q was read", tt.text)
			}
		})
	}
}
