package crm

// Contact is a person.
type Contact struct {
	ID     string         `json:"id"`
	Name   string         `json:"name"`
	City   string         `json:"city"`
	Phones []ContactPhone `json:"phones"`
	Emails []ContactEmail `json:"emails"`
	// OpposedAt is since when the person is not to be contacted; null for who may be.
	OpposedAt *string `json:"opposed_at"`
}

// ContactPhone is one phone of a contact.
type ContactPhone struct {
	ID        string `json:"id" db:"id"`
	E164      string `json:"e164" db:"e164"`
	Raw       string `json:"raw" db:"raw"`
	National  string `json:"national" db:"-"`
	Problem   string `json:"problem" db:"problem"`
	WAVariant string `json:"wa_variant" db:"wa_variant"` // "52" or "521" once one has worked in WhatsApp
}

// ContactEmail is one e-mail address of a contact.
type ContactEmail struct {
	ID         string `json:"id" db:"id"`
	Address    string `json:"address" db:"address"`
	Raw        string `json:"raw" db:"raw"`
	Problem    string `json:"problem" db:"problem"`
	Suggestion string `json:"suggestion" db:"-"`
}

// ContactPatch changes what is not nil.
type ContactPatch struct{ Name, City *string }

// PhonePatch changes what is not nil. First puts the phone before the others.
type PhonePatch struct {
	Raw, WAVariant *string
	First          bool
}

// EmailPatch changes what is not nil. First puts the address before the others.
type EmailPatch struct {
	Raw   *string
	First bool
}
