package history

import "encoding/json"

// Sources of a line.
const (
	SourceChange = "change" // the log of changes
	SourceAudit  = "audit"  // the audit trail: sign-ins, accounts, exports, imports
)

// Kinds of change, as Filter.Change asks for them and Line.Change tells.
const (
	ChangeCreated     = "created"
	ChangeChanged     = "changed"
	ChangeRemoved     = "removed"
	ChangeRestored    = "restored"
	ChangeNotAccepted = "not_accepted" // refused, or somebody wrote later
)

// Groups of things, as Filter.What asks for them.
const (
	WhatProspect   = "prospect"
	WhatContact    = "contact"
	WhatActivity   = "activity"
	WhatSubmission = "submission"
	WhatOffice     = "office" // accounts, stages, reasons and whatever else belongs to the whole office
	WhatAccess     = "access" // sign-ins, computers, accounts
	WhatExport     = "export"
)

// Outcomes of a change.
const (
	OutcomeApplied    = "applied"
	OutcomeSuperseded = "superseded"
	OutcomeRefused    = "refused"
)

// Line is one thing that somebody did.
type Line struct {
	ID       string `json:"id"`     // opaque; of a change it is what Restore takes
	Source   string `json:"source"` // change, audit
	At       string `json:"at"`     // when the office took it in
	MadeAt   string `json:"made_at"`
	UserID   string `json:"user_id"` // "" for the program itself
	UserName string `json:"user_name"`
	DeviceID string `json:"device_id"`
	TxID     string `json:"tx_id"` // lines of one transaction belong together
	Undo     bool   `json:"undo"`  // it took something back

	// Of a change.
	Entity       string  `json:"entity"`
	RowID        string  `json:"row_id"`
	Change       string  `json:"change"`
	Subject      string  `json:"subject"`     // what the row is called: a person, a phone, a stage
	Kind         string  `json:"kind"`        // of an activity
	Fields       []Field `json:"fields"`      // one for a change of a field, those that say something for a creation
	Outcome      string  `json:"outcome"`     // applied, superseded, refused
	Reason       string  `json:"reason"`      // of an outcome that is not applied
	ProspectID   string  `json:"prospect_id"` // "" where there is none, or it is in the bin
	ProspectName string  `json:"prospect_name"`
	Restorable   bool    `json:"restorable"`

	// Of an audit line.
	Action      string         `json:"action"`
	SubjectName string         `json:"subject_name"` // of the user whom it is about
	Detail      map[string]any `json:"detail"`
}

// Field is one field before and after.
type Field struct {
	Name string `json:"name"`
	From Value  `json:"from"`
	To   Value  `json:"to"`
}

// Value is what stood in a field. Known is false once the log no longer keeps it.
type Value struct {
	Known bool            `json:"known"`
	Raw   json.RawMessage `json:"raw"`  // null for nothing
	Name  string          `json:"name"` // of what Raw is the id of
}

// Page is one page of history, newest first. It may hold fewer lines than were asked for, and even none, when there is a Next:
// then only some of the log has been looked at.
type Page struct {
	Items []Line `json:"items"`
	Next  string `json:"next"` // cursor of the page after, "" on the last one
}

// Filter narrows a history. The zero value is everything.
type Filter struct {
	User     string // who did it; UserProgram for the program itself
	What     string // a group
	Change   string // a kind of change
	Prospect string // everything about one prospect
	From, To string // instants, "" for open; To is not part of it
	Cursor   string
	Limit    int // 1 to 200, 0 for 50
}

// UserProgram asks for what the program did by itself.
const UserProgram = "program"
