package crm_test

import (
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/crm"
)

func TestEmail(t *testing.T) {
	tests := []struct {
		name, raw, address, problem, suggestion string
	}{
		{"plain", "ana@example.com", "ana@example.com", "", ""},
		{"capitals", "Ana.Ruiz@Example.MX", "ana.ruiz@example.mx", "", ""},
		{"spaces around", "  ana@example.com \n", "ana@example.com", "", ""},
		{"invisible characters", "\ufeffana\u200b@example.com", "ana@example.com", "", ""},
		{"mailto", "mailto:ana@example.com?subject=Hola", "ana@example.com", "", ""},
		{"labelled", "Correo: ana@example.com", "ana@example.com", "", ""},
		{"final dot", "ana@example.com.", "ana@example.com", "", ""},
		{"final comma", "ana@example.com,", "ana@example.com", "", ""},
		{"with a name", "Ana Ruiz <ana@example.com>", "ana@example.com", "", ""},
		{"quoted", `"ana@example.com"`, "ana@example.com", "", ""},
		{"plus", "ana+casa@example.com", "ana+casa@example.com", "", ""},
		{"accented domain", "ana@peña.example", "ana@xn--pea-8ma.example", "", ""},
		{"subdomain", "ana@correo.example.com.mx", "ana@correo.example.com.mx", "", ""},
		{"gmial", "ana@gmial.com", "ana@gmial.com", "", "ana@gmail.com"},
		{"gamil", "ana@gamil.com", "ana@gamil.com", "", "ana@gmail.com"},
		{"gmail.con", "ana@gmail.con", "ana@gmail.con", "", "ana@gmail.com"},
		{"gmail.com.mx", "ana@gmail.com.mx", "ana@gmail.com.mx", "", "ana@gmail.com"},
		{"hotmial", "ana@hotmial.com", "ana@hotmial.com", "", "ana@hotmail.com"},
		{"hotmai", "ana@hotmai.com", "ana@hotmai.com", "", "ana@hotmail.com"},
		{"outlok", "ana@outlok.com", "ana@outlok.com", "", "ana@outlook.com"},
		{"mail.com is one of its own", "ana@mail.com", "ana@mail.com", "", ""},
		{"a company near nothing", "ana@gmbh.com", "ana@gmbh.com", "", ""},
		{"comma for a dot", "ana@gmail,com", "", "invalid", "ana@gmail.com"},
		{"space inside", "ana ruiz@gmail.com", "", "invalid", "anaruiz@gmail.com"},
		{"accent", "maría@gmail.com", "", "invalid", "maria@gmail.com"},
		{"two signs", "ana@@gmial.com", "", "invalid", "ana@gmail.com"},
		{"no sign", "ana.example.com", "", "invalid", ""},
		{"no domain", "ana@", "", "invalid", ""},
		{"no local part", "@example.com", "", "invalid", ""},
		{"no top level", "ana@localhost", "", "invalid", ""},
		{"numbers for a top level", "ana@1.2.3.4", "", "invalid", ""},
		{"too long a local part", strings.Repeat("a", 65) + "@example.com", "", "invalid", ""},
		{"nothing", "", "", "invalid", ""},
		{"a novel", strings.Repeat("ana@example.com ", 100), "", "invalid", ""},
		{"no tengo", "no tengo", "", "invalid", ""},
		{"dummy", "<test lead: dummy data for email>", "", "dummy", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := crm.Email(tt.raw)
			if got.Address != tt.address || got.Problem != tt.problem || got.Suggestion != tt.suggestion || got.Raw != tt.raw {
				t.Errorf("Email(%q) = %+v", tt.raw, got)
			}
		})
	}
}

func TestEmail_WeakKey(t *testing.T) {
	for raw, want := range map[string]string{
		"a.n.a+casa@gmail.com": "ana@gmail.com", "ana@googlemail.com": "ana@gmail.com", "a.na+1@example.com": "a.na@example.com",
		"nadie": "",
	} {
		if got := crm.Email(raw).WeakKey; got != want {
			t.Errorf("weak key of %q = %q, want %q", raw, got, want)
		}
	}
}

func FuzzEmail(f *testing.F) {
	for _, raw := range []string{"ana@example.com", "Ana <ana@peña.mx>", "a@b,c", "\xff@x.mx", "mailto:x@y.zz?z"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		e := crm.Email(raw)
		if (e.Address == "") == (e.Problem == "") {
			t.Fatalf("Email(%q) = %+v", raw, e)
		}
		for _, address := range []string{e.Address, e.Suggestion} {
			if address == "" {
				continue
			}
			if again := crm.Email(address); again.Address != address {
				t.Fatalf("Email(%q) gives %q, whose own is %q", raw, address, again.Address)
			}
		}
	})
}

func TestTidyName(t *testing.T) {
	for name, want := range map[string]string{
		"MARÍA FERNANDA": "María Fernanda", "josé  luis ": "José Luis", "ana DE LA o": "Ana de la O", "McDonald": "McDonald",
		"LÓPEZ-PORTILLO": "López-Portillo", "ÑUÑO": "Ñuño", "de la cruz": "De la Cruz", "": "", "D'ANGELO": "D'Angelo",
	} {
		if got := crm.TidyName(name); got != want {
			t.Errorf("TidyName(%q) = %q, want %q", name, got, want)
		}
	}
	if got := crm.FirstName("MARÍA FERNANDA"); got != "María" {
		t.Errorf("FirstName = %q", got)
	}
}
