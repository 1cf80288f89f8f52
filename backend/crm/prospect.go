package crm

// Card is one line of a list of prospects. Instants and dates are text as clock writes them.
type Card struct {
	ID             string      `json:"id"`
	ContactID      string      `json:"contact_id"`
	Name           string      `json:"name"`
	Phone          string      `json:"phone"` // E.164, or the raw text of the first phone when none is usable
	StageID        string      `json:"stage_id"`
	Status         string      `json:"status"`
	Temperature    string      `json:"temperature"`
	OwnerID        string      `json:"owner_id"`
	OwnerName      string      `json:"owner_name"`
	FormName       string      `json:"form_name"`
	CampaignName   string      `json:"campaign_name"`
	LeadAt         string      `json:"lead_at"`
	ReceivedAt     string      `json:"received_at"`
	AttendedAt     *string     `json:"attended_at"`
	Next           *NextAction `json:"next"`
	LastActivityAt *string     `json:"last_activity_at"`
	ReasonID       string      `json:"reason_id"`
	Tags           []string    `json:"tags"` // ids
	// PossibleDuplicate says that the person may be one with another whom the viewer sees.
	PossibleDuplicate bool `json:"possible_duplicate"`
	// Opposed says that the person asked not to be contacted.
	Opposed bool `json:"opposed"`
}

// NextAction is the earliest activity that is still to be done: At for an instant, On for a date without a time.
type NextAction struct {
	ID   string  `json:"id"`
	Kind string  `json:"kind"`
	At   *string `json:"at"`
	On   *string `json:"on"`
}

// ProspectDetail is everything one screen shows about a prospect except its timeline.
type ProspectDetail struct {
	ID           string       `json:"id"`
	Contact      Contact      `json:"contact"`
	OwnerID      string       `json:"owner_id"`
	OwnerName    string       `json:"owner_name"`
	StageID      string       `json:"stage_id"`
	Status       string       `json:"status"`
	Temperature  string       `json:"temperature"`
	ReasonID     string       `json:"reason_id"`
	Source       string       `json:"source"`
	FormName     string       `json:"form_name"`
	CampaignName string       `json:"campaign_name"`
	LeadAt       string       `json:"lead_at"`
	ReceivedAt   string       `json:"received_at"`
	AttendedAt   *string      `json:"attended_at"`
	AssignedAt   *string      `json:"assigned_at"`
	AssignedWhy  AssignedWhy  `json:"assigned_why"`
	Next         *NextAction  `json:"next"`
	CreatedAt    string       `json:"created_at"`
	Tags         []string     `json:"tags"`        // ids
	Submissions  []Submission `json:"submissions"` // newest first
	// Response is how soon the lead was responded to, or for how long it has waited; nil where that is not timed.
	Response *ProspectResponse `json:"response"`
}

// Submission is one filled-in form.
type Submission struct {
	ID           string       `json:"id" db:"id"`
	LeadID       string       `json:"lead_id" db:"lead_id"`
	FormID       string       `json:"form_id" db:"form_id"`
	FormName     string       `json:"form_name" db:"form_name"`
	CampaignName string       `json:"campaign_name" db:"campaign_name"`
	AdsetName    string       `json:"adset_name" db:"adset_name"`
	AdName       string       `json:"ad_name" db:"ad_name"`
	Platform     string       `json:"platform" db:"platform"`
	IsOrganic    *bool        `json:"is_organic" db:"is_organic"`
	Origin       string       `json:"origin" db:"origin"`
	LeadAt       string       `json:"lead_at" db:"lead_at"`
	ReceivedAt   string       `json:"received_at" db:"received_at"`
	Answers      []Answer     `json:"answers" db:"-"`
	Disclaimers  []Disclaimer `json:"disclaimers" db:"-"`
}

// Rules by which a prospect came to its seller.
const (
	RuleTurn   = "turn"   // whose turn it was
	RuleOwner  = "owner"  // the person was known and had this seller
	RuleFixed  = "fixed"  // named when the prospect was made
	RuleManual = "manual" // handed over by an administrator
	RuleTray   = "tray"   // nobody takes turns now: it waits for an administrator
	RuleWait   = "wait"   // it waits for the host, which alone deals out turns
	RuleLate   = "late"   // its seller did not attend it in time: whose turn it was then
)

// AssignedWhy tells why a prospect is with its seller.
type AssignedWhy struct {
	Rule string `json:"rule"`
	Turn int    `json:"turn"`
	Of   int    `json:"of"`
	By   string `json:"by"` // the user who handed it over, for RuleManual and RuleFixed
	// Name is the turn rule that fitted, "" when there was none.
	Name string `json:"rule_name"`
	// Reason says, for RuleTray, why nobody could take it: one of the Away constants.
	Reason string `json:"reason"`
	// From is the seller who did not attend it, and Minutes for how long, for RuleLate and a tray that came of it.
	From    string `json:"from"`
	Minutes int    `json:"minutes"`
}

// ProspectFilter narrows and orders ListProspects. The zero value lists everything the viewer may see, newest lead first.
type ProspectFilter struct {
	// Query is what the person typed: words by prefix, digits from the start or the end of a phone. With a Query the
	// newest prospects come first, whatever Sort says.
	Query       string
	Stage       string
	Status      string
	Temperature string
	// Seller is a user id, or SellerNone for prospects without one. A seller's lists hold only their own in any case.
	Seller string
	// Form is Meta's id of the latest form, Campaign that of its campaign; NoneOf for prospects without one.
	Form     string
	Campaign string
	Source   string
	// Reason is the id of the reason of who is discarded, NoneOf for those without one.
	Reason string
	// Tag is the id of a tag that prospects bear.
	Tag string
	// LeadFrom and LeadTo are the first and the last day, both included, of the latest form: YYYY-MM-DD, or days before today
	// as "-7d", in the office's time zone. "" is open.
	LeadFrom, LeadTo string
	// AttendedFrom and AttendedTo are days, as LeadFrom and LeadTo are, on which its seller first tried to reach the person
	// since the lead; EndedFrom and EndedTo are such on which a prospect was discarded or closed.
	AttendedFrom, AttendedTo string
	EndedFrom, EndedTo       string
	// Age keeps leads that are as old as one of the steps of the response clock: Within5 and the following.
	Age string
	// Answered keeps prospects that were attended within such a step, by Clock; "" means ClockLead.
	Answered, Clock string
	// Attended keeps prospects whose seller has tried to reach them since the lead.
	Attended bool
	// Opposed keeps those who asked not to be contacted.
	Opposed bool
	// Open is OpenOnly, OpenNot, or OpenAll, which "" means too.
	Open string
	// Unattended keeps open prospects whose seller has not tried to reach them.
	Unattended bool
	// NoNext keeps prospects without a next action.
	NoNext bool
	// PerContact keeps one card of each contact: that of the newest prospect which the viewer may see. Such a list is narrowed
	// by words alone.
	PerContact bool
	// Sort is one of the Sort constants; "" means SortRecent.
	Sort string
	// Cursor is the Next of the page before; "" for the first page.
	Cursor string
	// Limit is 1 to 200; 0 means 50.
	Limit int

	leadSince, leadBefore         string // what LeadFrom and LeadTo mean today, as instants, and Age now
	attendedSince, attendedBefore string // likewise
	endedSince, endedBefore       string
}

// Values of ProspectFilter.
const (
	SellerNone = "none"

	OpenOnly = "true"
	OpenNot  = "false"
	OpenAll  = "all"

	SortRecent   = "recent"   // newest lead first
	SortName     = "name"     // by name, accents ignored, nameless last
	SortNext     = "next"     // earliest next action first, then those without one
	SortActivity = "activity" // latest activity first, then those without any
)

// ProspectPage is one page of cards.
type ProspectPage struct {
	Items []Card `json:"items"`
	Next  string `json:"next"` // cursor of the page after, "" on the last one
	// Total counts the whole list; CountUnknown when that would cost more than looking at 10,000 rows.
	Total int `json:"total"`
}

// CountUnknown is a total that is larger than 10,000 or too dear to find.
const CountUnknown = -1

// InboxCard is a card with what a seller needs for the first call.
type InboxCard struct {
	Card
	Answers   []InboxAnswer `json:"answers"`   // the first four of the newest submission
	Enquiries int           `json:"enquiries"` // submissions so far
	// AssignedWhy tells why it is with its seller.
	AssignedWhy AssignedWhy `json:"assigned_why"`
	// Response is for how long the person has waited by each clock, nil for who came otherwise than by a lead.
	Response *ProspectResponse `json:"response"`
}

// InboxAnswer is an Answer shortened for a card: each value holds at most 300 characters.
type InboxAnswer struct {
	Label  string   `json:"label"`
	Values []string `json:"values"`
}

// InboxPage is one page of unattended prospects, newest lead first.
type InboxPage struct {
	Items []InboxCard `json:"items"`
	Next  string      `json:"next"`
	Count int         `json:"count"` // as InboxCount
	// Office is how the clock of its hours stands, nil where the office has not said when it works.
	Office *OfficeNow `json:"office"`
}

// NewProspect is a prospect typed in by hand.
type NewProspect struct {
	Name, City     string
	Phones, Emails []string
	// Note becomes the first activity when it is not empty.
	Note string
	// OwnerID is a seller's id; "" lets the turn decide for an administrator and means the seller for a seller.
	OwnerID string
}

// CreatedProspect tells where a NewProspect went. ID is "" when the person was known and belongs to another seller.
type CreatedProspect struct {
	ID     string `json:"id"`
	Linked bool   `json:"linked"`
	Change
}

// ProspectPatch changes what is not nil.
type ProspectPatch struct {
	StageID, StageReason, Status, Temperature, ReasonID *string
	// OwnerID may be changed by administrators only; "" returns the prospect to the tray.
	OwnerID, OwnerReason *string
}

// TimelineItem is one thing that happened to a prospect.
type TimelineItem struct {
	ID         string         `json:"id"`
	Type       string         `json:"type"` // activity, event, submission
	At         string         `json:"at"`   // when it was done, or made when it is still open
	AuthorID   string         `json:"author_id"`
	AuthorName string         `json:"author_name"`
	Kind       string         `json:"kind"` // activity kind, event kind, or the submission's origin
	Result     string         `json:"result"`
	Body       string         `json:"body"`
	DueAt      *string        `json:"due_at"`
	DueOn      *string        `json:"due_on"`
	DoneAt     *string        `json:"done_at"`
	Data       map[string]any `json:"data"`
}

// TimelinePage is one page of a timeline, newest first.
type TimelinePage struct {
	Items []TimelineItem `json:"items"`
	Next  string         `json:"next"`
}
