package crm_test

import (
	"regexp"
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/crm"
)

func TestPhone(t *testing.T) {
	const mx, gdl, pue = "+525512345678", "+523312345678", "+522221234567"
	tests := []struct {
		name, raw, e164, problem string
	}{
		// As people write a number of Mexico City.
		{"ten digits", "5512345678", mx, ""},
		{"in groups", "55 1234 5678", mx, ""},
		{"dots", "55.1234.5678", mx, ""},
		{"dashes", "55-1234-5678", mx, ""},
		{"long dashes", "55–1234—5678", mx, ""},
		{"area in brackets", "(55) 1234 5678", mx, ""},
		{"pairs", "55 12 34 56 78", mx, ""},
		{"spaces around", "   5512345678  ", mx, ""},
		{"hard spaces", "55\u00a01234\u202f5678", mx, ""},
		{"tabs", "55\t1234\t5678", mx, ""},
		{"direction marks", "\u202a5512345678\u202c", mx, ""},
		{"zero-width space", "55\u200b12345678", mx, ""},
		{"full-width digits", "５５１２３４５６７８", mx, ""},
		{"Arabic digits", "٥٥١٢٣٤٥٦٧٨", mx, ""},
		{"slashes between groups", "55/1234/5678", mx, ""},
		// Country code and the prefixes that ended in 2019.
		{"international", "+525512345678", mx, ""},
		{"international in groups", "+52 55 1234 5678", mx, ""},
		{"code in brackets", "(+52) 55 1234 5678", mx, ""},
		{"full-width plus", "＋52 5512345678", mx, ""},
		{"two pluses", "++525512345678", mx, ""},
		{"code without plus", "525512345678", mx, ""},
		{"the 1 after 52", "+52 1 55 1234 5678", mx, ""},
		{"the 1 without plus", "5215512345678", mx, ""},
		{"01", "01 55 1234 5678", mx, ""},
		{"044", "044 55 1234 5678", mx, ""},
		{"045", "0455512345678", mx, ""},
		{"52 and 01", "+52 01 55 1234 5678", mx, ""},
		{"52 and 044", "+52 044 55 1234 5678", mx, ""},
		{"52 and 045 without plus", "520455512345678", mx, ""},
		{"dialled from Europe", "0052 55 1234 5678", mx, ""},
		{"dialled from the United States", "011 52 55 1234 5678", mx, ""},
		{"dialled from there with the 1", "011 52 1 55 1234 5678", mx, ""},
		// Other area codes.
		{"Guadalajara", "33 1234 5678", gdl, ""},
		{"Puebla", "222 123 4567", pue, ""},
		{"Puebla with 01", "01 222 123 4567", pue, ""},
		{"Puebla with the 1", "+52 1 222 123 4567", pue, ""},
		{"invented number", "+52 55 5555 0101", "+525555550101", ""},
		// What programs put around it.
		{"Meta's file", "p:+525512345678", mx, ""},
		{"Meta's file in capitals", "P: 5512345678", mx, ""},
		{"link", "tel:+52-55-1234-5678", mx, ""},
		{"Excel's apostrophe", "'5512345678", mx, ""},
		{"Excel's formula", `="5512345678"`, mx, ""},
		{"quotes", `"5512345678"`, mx, ""},
		{"a number column", "5512345678.0", mx, ""},
		{"a number column with the code", "525512345678.00", mx, ""},
		// Excel's damage.
		{"scientific with every digit", "5.512345678E+9", mx, ""},
		{"scientific with code and every digit", "5.25512345678e11", mx, ""},
		{"scientific with a comma", "5,512345678E+09", mx, ""},
		{"scientific with zeros behind", "5.21551234567800E+12", mx, ""},
		{"scientific with a zero at its end", "5.512345670E+9", "+525512345670", ""},
		{"scientific by thousands", "525.512345678E+9", mx, ""},
		{"scientific with a fraction", "5.5123456785E+9", "", "damaged"},
		{"one digit short", "5.51234567E+9", "", "damaged"},
		{"rounded", "5.51235E+09", "", "damaged"},
		{"rounded with code", "5.21551E+12", "", "damaged"},
		{"rounded with a comma", "5,21551E+12", "", "damaged"},
		{"column too narrow", "########", "", "damaged"},
		// Extensions and second numbers.
		{"extension", "55 1234 5678 ext. 102", mx, ""},
		{"extension in Spanish", "55 1234 5678 extensión 102", mx, ""},
		{"extension x", "5512345678x102", mx, ""},
		{"extension #", "55 1234 5678 #102", mx, ""},
		{"extension in brackets", "55 1234 5678 (Ext 7)", mx, ""},
		{"extension without its number", "5512345678 ext", mx, ""},
		{"extension without its number, dotted", "55 1234 5678, ext.", mx, ""},
		{"extension in one word", "5512345678ext12", mx, ""},
		{"extension of eight digits", "1234 5678 ext", "", "incomplete"},
		{"a digit left out", "551234567x", "", "invalid"},
		// Which number it is.
		{"tel.", "tel. 55 1234 5678", mx, ""},
		{"Tel", "Tel 5512345678", mx, ""},
		{"Cel:", "Cel: 5512345678", mx, ""},
		{"cel.-", "cel.- 5512345678", mx, ""},
		{"celular", "CELULAR 044 55 1234 5678", mx, ""},
		{"telephone in full", "Teléfono: 55 1234 5678", mx, ""},
		{"telephone without its accent", "telefono 55 1234 5678", mx, ""},
		{"mobile", "móvil +52 55 1234 5678", mx, ""},
		{"WhatsApp", "WhatsApp 55 1234 5678", mx, ""},
		{"in many words", "Núm. de tel. celular: 55 1234 5678", mx, ""},
		{"home", "55 1234 5678 (casa)", mx, ""},
		{"home before it", "(casa) 55 1234 5678", mx, ""},
		{"home without brackets", "55 1234 5678 casa", mx, ""},
		{"office behind a dash", "55 1234 5678 - oficina", mx, ""},
		{"somebody else's", "55 1234 5678 (preguntar por Ana)", mx, ""},
		{"both ends", "Tel. (55) 1234 5678 (trabajo)", mx, ""},
		{"with an extension", "Tel. oficina: 55 1234 5678 ext. 12", mx, ""},
		{"two with their words", "casa 55 1234 5678, oficina 33 1234 5678", mx, ""},
		{"two with theirs in brackets", "55 1234 5678 (casa) / 33 1234 5678 (oficina)", mx, ""},
		{"eight digits with a word", "casa 1234 5678", "", "incomplete"},
		{"rounded with a word", "Cel: 5.51235E+09", "", "damaged"},
		{"a word alone", "casa", "", "invalid"},
		{"a telephone of letters", "tel. no tengo", "", "invalid"},
		{"a word inside", "55 casa 1234 5678", "", "invalid"},
		{"a price", "casa de 5512345678 pesos", "", "invalid"},
		{"two numbers", "55 1234 5678 / 33 1234 5678", mx, ""},
		{"two numbers with or", "5512345678 o 3312345678", mx, ""},
		{"two numbers with a comma", "5512345678, 3312345678", mx, ""},
		// Other countries stay other countries.
		{"United States", "+1 415 555 2671", "+14155552671", ""},
		{"United States, Mexican-looking", "+1 (555) 123-4567", "", "invalid"},
		{"dialled there", "001 415 555 2671", "+14155552671", ""},
		{"Spain", "+34 612 34 56 78", "+34612345678", ""},
		{"Colombia", "+57 300 123 4567", "+573001234567", ""},
		{"United Kingdom with (0)", "+44 (0)20 7946 0958", "+442079460958", ""},
		{"Colombia without plus", "573001234567", "", "ambiguous"},
		// What is asked instead of guessed.
		{"eleven digits with a 1", "1 555 123 4567", "", "ambiguous"},
		{"eleven digits, Mexican-looking", "15512345678", "", "ambiguous"},
		{"a plus before ten digits", "+2221234567", "", "ambiguous"},
		{"seven digits", "123 4567", "", "incomplete"},
		{"eight digits", "1234 5678", "", "incomplete"},
		{"nine digits", "551234567", "", "incomplete"},
		{"code and eight digits", "+52 1234 5678", "", "incomplete"},
		// What is no number.
		{"begins with 1", "1234567899", "", "invalid"},
		{"begins with 0", "0512345678", "", "invalid"},
		{"all equal", "5555555555", "", "invalid"},
		{"all equal with code", "+52 222 222 2222", "", "invalid"},
		{"upwards", "2345678901", "", "invalid"},
		{"downwards", "9876543210", "", "invalid"},
		{"too long", "55123456789012", "", "invalid"},
		{"too short", "12345", "", "invalid"},
		{"words", "no tengo", "", "invalid"},
		{"letters inside", "55 1234 CASA", "", "invalid"},
		{"a plus inside", "55+12345678", "", "invalid"},
		{"e-mail", "ana@example.com", "", "invalid"},
		{"nothing", "", "", "invalid"},
		{"punctuation", " -.- ", "", "invalid"},
		{"a novel", strings.Repeat("5512345678 ", 40), "", "invalid"},
		// Meta's testing tool.
		{"dummy", "<test lead: dummy data for phone_number>", "", "dummy"},
		{"dummy in capitals", " <TEST LEAD: dummy data for teléfono>", "", "dummy"},
	}
	if len(tests) < 60 {
		t.Fatalf("only %d cases", len(tests))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := crm.Phone(tt.raw)
			if got.E164 != tt.e164 || got.Problem != tt.problem || got.Raw != tt.raw {
				t.Errorf("Phone(%q) = %q %q, want %q %q", tt.raw, got.E164, got.Problem, tt.e164, tt.problem)
			}
		})
	}
}

func TestPhone_Extension(t *testing.T) {
	for raw, want := range map[string]string{
		"55 1234 5678 ext. 102": "102", "Tel. 55 1234 5678 ext. 12 (casa)": "12", "5512345678 ext": "", "5512345678x7": "7", "5512345678": "", "#5512345678": "", "55 1234 x 5678": "",
	} {
		if got := crm.Phone(raw).Extension; got != want {
			t.Errorf("extension of %q = %q, want %q", raw, got, want)
		}
	}
}

func TestNational(t *testing.T) {
	for e164, want := range map[string]string{
		"+525512345678": "55 1234 5678", "+525612345678": "56 1234 5678", "+523312345678": "33 1234 5678",
		"+528112345678": "81 1234 5678", "+522221234567": "222 123 4567", "+529981234567": "998 123 4567",
		"+14155552671": "+1 415-555-2671", "": "",
	} {
		if got := crm.National(e164); got != want {
			t.Errorf("National(%q) = %q, want %q", e164, got, want)
		}
	}
}

func TestWhatsAppDigits(t *testing.T) {
	for _, tt := range []struct{ name, e164, variant, want string }{
		{"Mexico", "+525512345678", "", "525512345678"},
		{"Mexico with 52", "+525512345678", "52", "525512345678"},
		{"Mexico with 521", "+525512345678", "521", "5215512345678"},
		{"United States", "+14155552671", "521", "14155552671"},
		{"none", "", "521", ""},
	} {
		if got := crm.WhatsAppDigits(tt.e164, tt.variant); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

func FuzzPhone(f *testing.F) {
	for _, raw := range []string{
		"55 1234 5678", "+52 1 55 1234 5678", "5.21551E+12", "p:+525512345678", "+1 415 555 2671", "+44 (0)20 7946 0958",
		"<test lead: dummy data for phone>", "55 1234 5678 ext 3", "\xff\xfe", "+39 06 698 1234", "+800 1234 5678", "00 1 1",
		"tel. 55 1234 5678", "Cel: 5512345678", "55 1234 5678 (casa)", "5512345678 ext", "Tel. oficina: 55 1234 5678 ext. 12",
		"5.21551234567800E+12", "525.512345678E+9", "5.512345678E+9", "casa 55 1234 5678, oficina 33 1234 5678", "()", "tel tel tel",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p := crm.Phone(raw)
		if (p.E164 == "") == (p.Problem == "") {
			t.Fatalf("Phone(%q) = %+v: a number or a problem, never both or neither", raw, p)
		}
		if p.E164 == "" {
			return
		}
		if !e164.MatchString(p.E164) {
			t.Fatalf("Phone(%q).E164 = %q", raw, p.E164)
		}
		if again := crm.Phone(p.E164); again.E164 != p.E164 {
			t.Fatalf("Phone(%q) = %q, whose own is %q %q", raw, p.E164, again.E164, again.Problem)
		}
		if again := crm.Phone(p.National); again.E164 != p.E164 {
			t.Fatalf("Phone(%q) = %q, written %q, which reads %q %q", raw, p.E164, p.National, again.E164, again.Problem)
		}
	})
}
