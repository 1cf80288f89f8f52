package crm

// Due is when something is to be done (At an instant or On a date, never both; "" for neither), how long it takes (in minutes,
// 0 for as long as its kind usually does; only what has an instant takes a time) and when to be told.
type Due struct {
	At, On   string
	RemindAt string
	Minutes  int
}

// NewActivity is something done or to be done with a prospect.
type NewActivity struct {
	Kind, Result, Body string
	Due
	// Done says whether it has been done already; nil means done unless it has a due time.
	Done *bool
	// Next is made in the same transaction. A call with the result call_later needs one.
	Next *NextActivity
	// TemplateID is the template that a message was written with, "" for none.
	TemplateID string
}

// NextActivity is the following step, still to be done.
type NextActivity struct {
	Kind, Body string
	Due
}

// ActivityPatch changes what is not nil. DueAt or DueOn "" clears the due time; setting one clears the other. Minutes 0 is as
// long as the kind usually takes.
type ActivityPatch struct {
	Body, Result, DueAt, DueOn, RemindAt *string
	Minutes                              *int
}

// ActivityDone closes an open activity. Body nil keeps the text it had.
type ActivityDone struct {
	Result     string
	Body       *string
	Next       *NextActivity
	TemplateID string // as in NewActivity
}

// Reminder is an activity somebody wanted to be told about, or a prospect that waits for a first attempt (KindFirst).
type Reminder struct {
	ID           string  `json:"id" db:"id"`
	ProspectID   string  `json:"prospect_id" db:"prospect_id"`
	ProspectName string  `json:"prospect_name" db:"prospect_name"`
	ActivityID   string  `json:"activity_id" db:"activity_id"`
	Kind         string  `json:"kind" db:"kind"`
	Body         string  `json:"body" db:"body"`
	DueAt        *string `json:"due_at" db:"due_at"`
	DueOn        *string `json:"due_on" db:"due_on"`
	RemindAt     string  `json:"remind_at" db:"remind_at"`
	// AgainAt is when it is told once more, for KindFirst; nil for not.
	AgainAt *string `json:"again_at" db:"-"`
}
