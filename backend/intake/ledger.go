package intake

import "sitegroup.mx/crm/backend/crm"

// State is where a lead stands in the ledger.
type State string

// The states of a line.
const (
	StateReceived   State = "received"   // its id is known, its answers are not
	StateFetched    State = "fetched"    // its answers are in the ledger
	StateRegistered State = "registered" // it made a new prospect
	StateLinked     State = "linked"     // it joined the prospect of a known person
	StateTest       State = "test"       // Meta's test tool sent it; it never becomes a prospect
	StateHeld       State = "held"       // a person has to decide
	StateFailed     State = "failed"     // see class and next_try_at
)

// Origins: who told us of a lead first.
const (
	OriginPoll    = "poll"
	OriginWebhook = "webhook"
	OriginSweep   = "sweep"
	OriginFile    = "file"
)

// Ref announces a lead by its id. PageID, FormID and LeadAt may be unknown.
type Ref struct {
	LeadID string
	PageID string
	FormID string
	// LeadAt is Meta's created_time, RFC 3339; "" when unknown.
	LeadAt string
}

// Receipt is what became of announced leads.
type Receipt struct {
	// New are the ids that had no line before.
	New []string
	// Known counts those that had one.
	Known int

	open []string // those that can be taken further now
}

// Lead is a line of the ledger. Nil instants have not happened.
type Lead struct {
	LeadID       string         `json:"lead_id"`
	FormID       string         `json:"form_id"`
	FormName     string         `json:"form_name"`
	PageID       string         `json:"page_id"`
	Origin       string         `json:"origin"`
	State        State          `json:"state"`
	Problem      string         `json:"problem"`
	ProblemArgs  map[string]any `json:"problem_args"`
	Class        string         `json:"class"` // of the last failure: retry, throttle, reauthorise, permission, gone, bug
	Attempts     int            `json:"attempts"`
	NextTryAt    *string        `json:"next_try_at"`
	LeadAt       *string        `json:"lead_at"`
	ReceivedAt   string         `json:"received_at"`
	FetchedAt    *string        `json:"fetched_at"`
	RegisteredAt *string        `json:"registered_at"`
	DismissedAt  *string        `json:"dismissed_at"` // nothing more is to come of it
	ProspectID   string         `json:"prospect_id"`
	SeenAgain    int            `json:"seen_again"`
}

// LeadDetail is a line with the answers that wait in it.
type LeadDetail struct {
	Lead
	Raw []RawAnswer `json:"raw,omitempty"`
	// People are whom a held lead may be of.
	People []crm.Candidate `json:"people,omitempty"`
}

// RawAnswer is an answer of a lead that waits, in the words of its form where they are known: Label is "" where Name is all
// there is.
type RawAnswer struct {
	Name   string   `json:"name"`
	Label  string   `json:"label"`
	Values []string `json:"values"`
}

// LeadFilter selects lines, newest received first.
type LeadFilter struct {
	State  State // "" is all
	Cursor string
	Limit  int // 0 is 50; at most 200
}

// LeadPage is a page of the ledger and how many lines each state has.
type LeadPage struct {
	Items  []Lead     `json:"items"`
	Next   string     `json:"next"`
	Counts LeadCounts `json:"counts"`
}

// LeadCounts is how many lines each state has.
type LeadCounts struct {
	Received   int `json:"received"`
	Fetched    int `json:"fetched"`
	Registered int `json:"registered"`
	Linked     int `json:"linked"`
	Test       int `json:"test"`
	Held       int `json:"held"`
	Failed     int `json:"failed"`
}

// LeadNotice tells of a lead that has been settled, after its commit. It stays in this process: it holds a name and a
// phone, for the notification of the seller.
type LeadNotice struct {
	LeadID     string
	State      State
	ProspectID string
	SellerID   string // "" when it waits in the administrator's tray
	SellerName string
	Name       string
	Phone      string
	FormName   string
	// History is true for old leads that a first connection or a file brought: they are registered and assigned, and
	// nobody is to be alarmed.
	History bool
}
