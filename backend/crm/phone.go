package crm

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
