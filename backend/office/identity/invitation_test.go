package identity_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
)

func testInvitation(t testing.TB) identity.Invitation {
	return identity.Invitation{
		Version: 1, Office: "0197a3c0-1111-7222-8333-444455556666", Root: identity.Fingerprint(testKey(t, 1).Public()),
		Host: testKey(t, 2).DeviceID(), Addresses: []string{"192.0.2.4:7421", "[2001:db8::4]:7421"}, Relay: "relevo.example.mx:443",
		Token: [16]byte{1, 2, 3, 250}, Expires: now.UnixMilli(),
	}
}

func TestInvitation_ComesBack(t *testing.T) {
	plain := testInvitation(t)
	odd := plain
	odd.Office, odd.Host, odd.Relay, odd.Addresses, odd.Expires = "OFFICE", "host", "", nil, -1
	tests := []struct {
		name string
		i    identity.Invitation
	}{{"usual", plain}, {"odd ids", odd}, {"empty", identity.Invitation{Version: 1}}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.i.Text()
			if !strings.HasPrefix(text, "SG1-") || strings.Trim(text, "0123456789ABCDEFGHJKMNPQRSTVWXYZ-") != "" {
				t.Errorf("text has other characters: %s", text)
			}
			for _, copied := range []string{
				text, strings.ToLower(text), strings.ReplaceAll(text, "-", ""), " \ufeff" + strings.ReplaceAll(text, "-", "-\r\n") + "\n",
				strings.NewReplacer("0", "O", "1", "l").Replace(text),
			} {
				got, err := identity.ParseInvitation(copied)
				if err != nil {
					t.Fatalf("ParseInvitation(%q): %v", copied, err)
				}
				if diff := cmp.Diff(tt.i, got); diff != "" {
					t.Errorf("invitation (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestInvitation_TextIsBounded(t *testing.T) {
	i := testInvitation(t)
	i.Relay = strings.Repeat("r", 128)
	i.Office, i.Host = strings.Repeat("o", 500), strings.Repeat("h", 500)
	i.Addresses = nil
	for n := range 50 {
		i.Addresses = append(i.Addresses, fmt.Sprintf("%060d:%d", n, n%10))
	}
	text := i.Text()
	if len(text) > identity.MaxInvitationText {
		t.Errorf("%d characters, want at most %d", len(text), identity.MaxInvitationText)
	}
	got, err := identity.ParseInvitation(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Addresses) == 0 || got.Addresses[0] != i.Addresses[0] || len(got.Addresses) > 8 {
		t.Errorf("addresses %v, want the first few", got.Addresses)
	}
	if got := len(testInvitation(t).Text()); got > 400 {
		t.Errorf("a usual invitation has %d characters, want at most 400", got)
	}
}

func TestParseInvitation_Refuses(t *testing.T) {
	text := testInvitation(t).Text()
	tests := []struct{ name, text, code string }{
		{"nothing", "", identity.CodeInvitationMalformed},
		{"another text", "Hola, te invito a la oficina", identity.CodeInvitationMalformed},
		{"a prefix", "SG", identity.CodeInvitationMalformed},
		{"a prefix and a version", "SG1", identity.CodeInvitationMistyped},
		{"half", text[:len(text)/2], identity.CodeInvitationMistyped},
		{"something after it", text + "X", identity.CodeInvitationMistyped},
		{"a letter that none has", text[:20] + "U" + text[21:], identity.CodeInvitationMistyped},
		{"another writing", text[:20] + "ñ" + text[21:], identity.CodeInvitationMistyped},
		{"another version typed by mistake", "SG7" + text[3:], identity.CodeInvitationMistyped},
		{"without end", strings.Repeat(text, 20), identity.CodeInvitationMalformed},
		{"a newer version", "SG2-DXT74R90CSQQ4VB12BB0RB", identity.CodeInvitationNewer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if i, err := identity.ParseInvitation(tt.text); fault.Code(err) != tt.code {
				t.Errorf("ParseInvitation(%q) = %+v, %v, want %s", tt.text, i, err, tt.code)
			}
		})
	}
}

func TestParseInvitation_NoticesEveryWrongCharacter(t *testing.T) {
	text := testInvitation(t).Text()
	for i := range len(text) {
		if text[i] == '-' {
			continue
		}
		for _, wrong := range crockford {
			if typed := text[:i] + string(wrong) + text[i+1:]; typed != text {
				if _, err := identity.ParseInvitation(typed); err == nil {
					t.Fatalf("%q at %d was not noticed", wrong, i)
				}
			}
		}
	}
}

func TestParseInvitation_NoticesCharactersThatChangedPlaces(t *testing.T) {
	text := testInvitation(t).Text()
	rapid.Check(t, func(t *rapid.T) {
		i, j := rapid.IntRange(4, len(text)-1).Draw(t, "i"), rapid.IntRange(4, len(text)-1).Draw(t, "j")
		typed := []byte(text)
		typed[i], typed[j] = typed[j], typed[i]
		if typed[i] == '-' || typed[j] == '-' || typed[i] == typed[j] {
			return
		}
		if _, err := identity.ParseInvitation(string(typed)); !fault.Has(err, identity.CodeInvitationMistyped) {
			t.Fatalf("%d and %d changed places: %v", i, j, err)
		}
	})
}

func TestInvitation_QR(t *testing.T) {
	svg, err := testInvitation(t).QR()
	if err != nil {
		t.Fatal(err)
	}
	var picture struct {
		ViewBox string `xml:"viewBox,attr"`
		Path    []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(svg, &picture); err != nil {
		t.Fatal(err)
	}
	var side int
	if _, err := fmt.Sscanf(picture.ViewBox, "0 0 %d", &side); err != nil || (side-8-17)%4 != 0 || len(picture.Path) != 2 {
		t.Fatalf("viewBox %q with %d paths, want the side of a QR code and a border", picture.ViewBox, len(picture.Path))
	}
	// The squares at the two upper corners begin with seven dark modules.
	for _, x := range []int{4, side - 4 - 7} {
		if corner := fmt.Sprintf("M%d 4h7v1h-7z", x); !strings.Contains(picture.Path[1].D, corner) {
			t.Errorf("no %s in the picture", corner)
		}
	}
}

func FuzzParseInvitation(f *testing.F) {
	f.Add(testInvitation(f).Text())
	f.Add(identity.Invitation{}.Text())
	f.Add("SG1")
	f.Fuzz(func(t *testing.T, text string) {
		i, err := identity.ParseInvitation(text)
		if err != nil {
			if fault.Find(err) == nil {
				t.Fatalf("ParseInvitation: %v without a code", err)
			}
			return
		}
		again, err := identity.ParseInvitation(i.Text())
		if err != nil {
			t.Fatalf("its own text: %v", err)
		}
		if diff := cmp.Diff(i, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("invitation (-want +got):\n%s", diff)
		}
	})
}
