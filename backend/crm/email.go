package crm

// EmailAddress is what Email makes of a text.
type EmailAddress struct {
	// Address is the identity, in lower case with an ASCII domain; "" when the text is no address.
	Address string
	// Raw is the text as it came.
	Raw string
	// Problem is one of the Email problems, "" when Address is set.
	Problem string
	// Suggestion is the address with its likely slip corrected ("gmial.com"), "" when none is seen.
	Suggestion string
	// WeakKey is Address without what some providers ignore (dots and +tags at Gmail): a hint that two people may be one.
	WeakKey string
}
