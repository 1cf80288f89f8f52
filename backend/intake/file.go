package intake

import (
	"slices"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/intake/sheet"
)

// Import is a file on its way into the office.
type Import struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	State     string         `json:"state"` // one of the import states
	CreatedAt string         `json:"created_at"`
	Encoding  string         `json:"encoding"`  // utf-8, utf-16le, utf-16be, windows-1252, xlsx
	Separator string         `json:"separator"` // "," ";" "\t" "|", "" in a workbook
	Sheet     string         `json:"sheet"`     // of a workbook
	Columns   []ImportColumn `json:"columns"`
	Preview   [][]string     `json:"preview"` // the first 10 rows until the import has ended
	Total     int            `json:"total"`   // rows under the header
	Progress  ImportProgress `json:"progress"`
	// Source is crm.SourceLeads for an export of Meta's and crm.SourceFile for any other file.
	Source string `json:"source"`
	// Ask is the code of what must be answered before it can run: import.date_ambiguous, or "".
	Ask      string `json:"ask"`
	DayFirst *bool  `json:"day_first"`
	// OwnerID is the seller of whoever was not known before; "" shares them out by turn.
	OwnerID string `json:"owner_id"`
}

// States of an Import.
const (
	ImportPreview   = "preview"
	ImportRunning   = "running"
	ImportDone      = "done"
	ImportCancelled = "cancelled"
)

// ImportColumn is a column and what it is taken for.
type ImportColumn struct {
	Index   int      `json:"index"`
	Header  string   `json:"header"`
	Target  Target   `json:"target"`
	Samples []string `json:"samples"`
}

// ImportProgress counts rows by what became of them.
type ImportProgress struct {
	Done       int `json:"done"`
	Registered int `json:"registered"`
	Linked     int `json:"linked"`
	Known      int `json:"known"` // imported or received before
	Test       int `json:"test"`
	Held       int `json:"held"`
	Failed     int `json:"failed"`
	// Unreachable are those of Registered and Linked whose row had no phone and no e-mail address that can be used.
	Unreachable int `json:"unreachable" doc:"Came in without a phone or an e-mail address that can be used"`
}

// ImportPatch changes what columns are taken for, by index, how dates like 03/04/2026 read, and whose the prospects will be
// ("" is by turn). Nil leaves it.
type ImportPatch struct {
	Columns  map[string]Target `json:"columns,omitempty"`
	DayFirst *bool             `json:"day_first,omitempty"`
	OwnerID  *string           `json:"owner_id,omitempty"`
}

// fileFormat is how a file was read, as the database keeps it.
type fileFormat struct {
	Encoding  string `json:"encoding"`
	Separator string `json:"separator"`
	Sheet     string `json:"sheet"`
}

// fileMapping is what a file's columns are taken for, as the database keeps it.
type fileMapping struct {
	Targets  []Target `json:"targets"`
	DayFirst *bool    `json:"day_first"`
	Ask      string   `json:"ask"`
	OwnerID  string   `json:"owner_id"`
}

// column is the place of the first column with a target, −1 without one.
func (m fileMapping) column(t Target) int { return slices.Index(m.Targets, t) }

// source is crm.SourceLeads when the file names Meta's leads.
func (m fileMapping) source() string {
	if m.column(TargetLeadID) >= 0 {
		return crm.SourceLeads
	}
	return crm.SourceFile
}

// order is how dates that read both ways are read.
func (m fileMapping) order() sheet.Order {
	switch {
	case m.DayFirst == nil:
		return sheet.Either
	case *m.DayFirst:
		return sheet.DayFirst
	}
	return sheet.MonthFirst
}
