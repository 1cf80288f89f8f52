package crm

import (
	"slices"
	"time"
)

// Sources of a prospect.
const (
	SourceLeads  = "leads"  // Meta, live
	SourceFile   = "file"   // an imported file
	SourceManual = "manual" // typed in
)

// Enquiry is one request for information on its way to becoming a submission of a prospect.
type Enquiry struct {
	// LeadID is Meta's id of the lead; "" when it did not come from Meta. A known one is never registered twice.
	LeadID string
	// FormID to Platform are Meta's, as text; any of them may be "".
	FormID, FormName, PageID, AdID, AdName, AdsetID, AdsetName, CampaignID, CampaignName, Platform string
	// IsOrganic is nil when Meta did not say.
	IsOrganic *bool
	// Origin is how it reached the office: poll, webhook, sweep, file, manual.
	Origin string
	// LeadAt is when the form was sent, by Meta's clock; zero means ReceivedAt.
	LeadAt time.Time
	// ReceivedAt is when it reached the host; zero means now.
	ReceivedAt time.Time
	// Name and City are kept as written. All of Name, Phones and Emails may be empty.
	Name, City string
	// Phones and Emails are raw texts; Phone and Email read them.
	Phones, Emails []string
	Answers        []Answer
	Disclaimers    []Disclaimer
	// Source is SourceLeads, SourceFile or SourceManual.
	Source string
	// OwnerID fixes the seller of a new prospect; "" lets the turn decide. A known person keeps the seller they have.
	OwnerID string
}

// Reachable reports whether a phone or an e-mail address of the enquiry can be used.
func (e Enquiry) Reachable() bool {
	return slices.ContainsFunc(e.Phones, func(text string) bool { return Phone(text).E164 != "" }) ||
		slices.ContainsFunc(e.Emails, func(text string) bool { return Email(text).Address != "" })
}

// Answer is one question of a form and what the person chose or wrote.
type Answer struct {
	Name   string   `json:"name"`
	Label  string   `json:"label"`
	Type   string   `json:"type"`
	Values []string `json:"values"`
	// Keys are the option keys behind Values, for questions with options.
	Keys []string `json:"keys,omitempty"`
}

// Disclaimer is one consent box of a form.
type Disclaimer struct {
	Key     string `json:"key"`
	Text    string `json:"text"`
	Checked bool   `json:"checked"`
}

// Registration tells what became of an Enquiry.
type Registration struct {
	ContactID, ProspectID, SubmissionID string
	// OwnerID is the seller; "" when it waits in the administrator's tray.
	OwnerID string
	// Linked is true when the person was known and the submission joined a prospect that existed.
	Linked bool
	// Opposed is true when the person asked not to be contacted: the submission is kept, and raises nothing.
	Opposed bool
	// Turn and Of are filled when the seller was chosen by turn: the place in this round, and how many take turns.
	Turn, Of int
}
