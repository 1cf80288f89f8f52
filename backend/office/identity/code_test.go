package identity_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func testCode(t testing.TB, secret string) identity.Code {
	t.Helper()
	c, err := identity.NewCode(strings.NewReader(secret))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A printed code has to open its office's backups for ever, so what is derived from it never changes.
func TestCode_DerivesTheSameForEver(t *testing.T) {
	c := testCode(t, "0123456789abcdef")
	backup, err := c.BackupIdentity()
	if err != nil {
		t.Fatal(err)
	}
	got := []string{string(c), c.RootKey().DeviceID(), backup.Recipient().String()}
	want := []string{
		"1G64-S36D-1N6R-VKGE-B1C9-HP8S-B693",
		"4a4rupt3ajm4kzq53vnfnmakp7wpoyt5so4aw3c6rhv6dkw2m5ka",
		"age1mnmdu6ed9c5tahs2tej7f9daxm2ha9d60lp75wkx0rsewnw4fymsqr00vf",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("code, root, recipient (-want +got):\n%s", diff)
	}
}

func TestCode_OfNobody(t *testing.T) {
	if !identity.Code("nothing").RootKey().IsZero() {
		t.Error("a root key came from no code")
	}
	if _, err := identity.Code("").BackupIdentity(); err == nil {
		t.Error("a backup key came from no code")
	}
	if _, err := identity.NewCode(strings.NewReader("short")); err == nil {
		t.Error("NewCode took too little randomness")
	}
}

func TestParseCode_Forgives(t *testing.T) {
	c := testCode(t, "0123456789abcdef")
	plain := strings.ReplaceAll(string(c), "-", "")
	tests := []struct{ name, typed string }{
		{"as printed", string(c)},
		{"small letters", strings.ToLower(string(c))},
		{"without dashes", plain},
		{"spaces and lines", " " + strings.ReplaceAll(string(c), "-", " \r\n") + "\t"},
		{"long dashes", strings.ReplaceAll(string(c), "-", "–")},
		{"letters for digits", strings.NewReplacer("0", "o", "1", "l").Replace(string(c))},
		{"capitals for digits", strings.NewReplacer("0", "O", "1", "I").Replace(string(c))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := identity.ParseCode(tt.typed); err != nil || got != c {
				t.Errorf("ParseCode(%q) = %q, %v, want %q", tt.typed, got, err, c)
			}
		})
	}
}

func TestParseCode_Refuses(t *testing.T) {
	c := string(testCode(t, "0123456789abcdef"))
	tests := []struct {
		name, typed, code string
		group             int
	}{
		{"nothing", "", identity.CodeRecoveryMalformed, 0},
		{"a character short", c[:len(c)-1], identity.CodeRecoveryMalformed, 0},
		{"a character more", c + "A", identity.CodeRecoveryMalformed, 0},
		{"a letter that no code has", c[:6] + "U" + c[7:], identity.CodeRecoveryMalformed, 2},
		{"another writing", "ñandú", identity.CodeRecoveryMalformed, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := identity.ParseCode(tt.typed)
			if fault.Code(err) != tt.code || fault.Find(err).Args["group"] != tt.group {
				t.Errorf("ParseCode(%q) = %v %v, want %s in group %d", tt.typed, err, fault.Find(err), tt.code, tt.group)
			}
		})
	}
}

func TestParseCode_TellsTheMistypedGroup(t *testing.T) {
	c := string(testCode(t, "\xff\x00secret of an o"))
	for i := range len(c) {
		if c[i] == '-' {
			continue
		}
		for _, wrong := range crockford {
			if byte(wrong) == c[i] {
				continue
			}
			typed := c[:i] + string(wrong) + c[i+1:]
			_, err := identity.ParseCode(typed)
			if !fault.Has(err, identity.CodeRecoveryMistyped) || fault.Find(err).Args["group"] != i/5+1 {
				t.Fatalf("ParseCode(%q) = %v %v, want mistyped in group %d", typed, err, fault.Find(err).Args, i/5+1)
			}
		}
	}
}

func TestParseCode_NoticesTwoWrongCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "secret")
		c, err := identity.NewCode(bytes.NewReader(secret))
		if err != nil {
			t.Fatal(err)
		}
		typed := []byte(strings.ReplaceAll(string(c), "-", ""))
		i, j := rapid.IntRange(0, 27).Draw(t, "i"), rapid.IntRange(0, 27).Draw(t, "j")
		if rapid.Bool().Draw(t, "swap") {
			typed[i], typed[j] = typed[j], typed[i]
		} else {
			typed[i] = crockford[rapid.IntRange(0, 31).Draw(t, "a")]
			typed[j] = crockford[rapid.IntRange(0, 31).Draw(t, "b")]
		}
		got, err := identity.ParseCode(string(typed))
		if same := string(typed) == strings.ReplaceAll(string(c), "-", ""); same != (err == nil) || same && got != c {
			t.Fatalf("ParseCode(%q) = %q, %v; the code is %q", typed, got, err, c)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV")
	f.Add(string(testCode(f, "0123456789abcdef")))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := identity.ParseCode(text)
		if err != nil {
			if c != "" || fault.Find(err) == nil {
				t.Fatalf("ParseCode(%q) = %q, %v", text, c, err)
			}
			return
		}
		if again, err := identity.ParseCode(string(c)); err != nil || again != c {
			t.Fatalf("%q does not come back: %q, %v", c, again, err)
		}
		if c.RootKey().IsZero() {
			t.Fatalf("%q has no root key", c)
		}
	})
}
