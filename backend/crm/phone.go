package crm

import (
	"regexp"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Problems of a phone's text.
const (
	ProblemIncomplete = "incomplete" // 7 to 9 digits: an area code is missing and never guessed
	ProblemAmbiguous  = "ambiguous"  // could be numbers of two countries
	ProblemDamaged    = "damaged"    // a spreadsheet rounded it
	ProblemInvalid    = "invalid"    // no number at all
	ProblemDummy      = "dummy"      // the text Meta puts into test leads
)

// PhoneNumber is what Phone makes of a text.
type PhoneNumber struct {
	// E164 is the identity, "+525512345678"; "" when the text is no usable number.
	E164 string
	// Raw is the text as it came.
	Raw string
	// Problem is one of the Phone problems, "" when E164 is set.
	Problem string
	// National is E164 as people in Mexico write it ("55 1234 5678", "222 123 4567"); other countries' numbers keep the +.
	National string
	// Extension is the digits after "ext", when there were any.
	Extension string
}

// Phone reads a phone number as people in Mexico write it. It follows Mexico's numbering since 3 August 2019 (ten digits
// everywhere; the prefixes 01, 044, 045 and the 1 after +52 are gone, but still written) and leaves other countries to
// Google's libphonenumber. It never guesses: what could be two numbers is ambiguous, what lacks digits is incomplete.
// Phone of an E164 it returned is the same E164.
func Phone(raw string) PhoneNumber {
	p := PhoneNumber{Raw: raw}
	text, problem := phoneText(raw)
	if problem != "" {
		p.Problem = problem
		return p
	}
	text, p.Extension = cutExtension(text)
	digits, plus, ok := phoneDigits(text)
	if !ok {
		p.Problem = ProblemInvalid
		return p
	}
	if rest, ok := cutInternational(digits); ok && !plus {
		digits, plus = rest, true
	}
	if plus {
		p.E164, p.Problem = abroad(digits)
	} else {
		p.E164, p.Problem = domestic(digits)
	}
	p.National = National(p.E164)
	return p
}

// domestic reads digits without a country code in front that anybody marked as such.
func domestic(digits string) (e164, problem string) {
	if national, ok := cutMexicanPrefix(digits); ok {
		return mexican(national)
	}
	switch n := len(digits); {
	case n == 11 && digits[0] == '1': // the United States, or Mexico's 1 of before 2019
		return "", ProblemAmbiguous
	case n >= 7 && n <= 9:
		return "", ProblemIncomplete
	case n > 10:
		if e164, _ := abroad(digits); e164 != "" {
			return "", ProblemAmbiguous // another country's number, perhaps, but nobody wrote the +
		}
	}
	return "", ProblemInvalid
}

// abroad reads digits that follow a +.
func abroad(digits string) (e164, problem string) {
	if rest, ok := strings.CutPrefix(digits, "52"); ok {
		if national, ok := cutMexicanPrefix(rest); ok {
			return mexican(national)
		}
		if len(rest) == 11 && rest[0] == '1' {
			return mexican(rest[1:])
		}
		if len(rest) >= 7 && len(rest) < 10 {
			return "", ProblemIncomplete
		}
	}
	number, err := phonenumbers.Parse("+"+digits, "ZZ")
	if err == nil && number.GetCountryCode() != 52 && phonenumbers.IsValidNumber(number) {
		return phonenumbers.Format(number, phonenumbers.E164), ""
	}
	if e164, _ := mexican(digits); e164 != "" { // ten Mexican digits behind a + that should not be there
		return "", ProblemAmbiguous
	}
	return "", ProblemInvalid
}

// mexicanPrefixes are what may stand before ten national digits, with the length of the whole.
var mexicanPrefixes = []string{"", "52", "521", "044", "045", "01", "52044", "52045", "5201"}

func cutMexicanPrefix(digits string) (national string, ok bool) {
	if len(digits) < 10 {
		return "", false
	}
	prefix, national := digits[:len(digits)-10], digits[len(digits)-10:]
	for _, known := range mexicanPrefixes {
		if prefix == known {
			return national, true
		}
	}
	return "", false
}

var mexicanNational = regexp.MustCompile(`^[2-9][0-9]{9}$`)

func mexican(national string) (e164, problem string) {
	if !mexicanNational.MatchString(national) || isKeyboardRun(national) {
		return "", ProblemInvalid
	}
	return "+52" + national, ""
}

// isKeyboardRun reports whether all digits are equal or each follows the one before, upwards or downwards.
func isKeyboardRun(digits string) bool {
	step := (digits[1] - digits[0] + 10) % 10
	if step != 0 && step != 1 && step != 9 {
		return false
	}
	for i := 2; i < len(digits); i++ {
		if (digits[i]-digits[i-1]+10)%10 != step {
			return false
		}
	}
	return true
}

// cutInternational takes 00 or 011, the ways to dial abroad from Mexico and from the United States, for a +.
func cutInternational(digits string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(digits, "011"); ok && len(rest) >= 10 {
		return rest, true
	}
	if rest, ok = strings.CutPrefix(digits, "00"); ok && len(rest) >= 10 {
		return rest, true
	}
	return "", false
}

// National writes an E.164 number as people in Mexico do: two digits of area code for Mexico City, Guadalajara and
// Monterrey, three elsewhere. Numbers of other countries come in international form, "" stays "".
func National(e164 string) string {
	if n, ok := strings.CutPrefix(e164, "+52"); ok && len(n) == 10 {
		switch n[:2] {
		case "33", "55", "56", "81":
			return n[:2] + " " + n[2:6] + " " + n[6:]
		}
		return n[:3] + " " + n[3:6] + " " + n[6:]
	}
	number, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil {
		return e164
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// WhatsAppDigits returns the digits a WhatsApp link wants for an E.164 number, "" for "". Accounts opened in Mexico before
// 2019 may still answer only with a 1 after the country code: variant "521" puts it in.
func WhatsAppDigits(e164, variant string) string {
	digits := strings.TrimPrefix(e164, "+")
	if national, ok := strings.CutPrefix(digits, "52"); ok && variant == "521" && len(national) == 10 {
		return "521" + national
	}
	return digits
}
