// Package export writes lists as files that a spreadsheet opens: CSV and XLSX, row by row in constant memory, so that a hundred
// thousand people cost no more than ten. A list plugs in as a Source: its columns, and an iterator over its rows as a viewer may
// see them.
//
// It decides who may take a list away and leaves a line of every export. It refuses to know what a list is about, and the words
// of any language: titles and the names of codes come with the request, as the screen shows them.
package export

import (
	"context"
	"iter"
	"sync"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// Kind is what a column holds, as it comes from the database.
type Kind string

// Kinds of columns.
const (
	Text    Kind = "text"
	Phone   Kind = "phone"   // E.164 or raw text; several are separated by line ends
	Number  Kind = "number"  // digits, with a point where there are decimals
	Instant Kind = "instant" // as clock.Format writes it
	Date    Kind = "date"    // YYYY-MM-DD
	Moment  Kind = "moment"  // an instant or a date
)

// Column is a column that a list can give.
type Column struct {
	Key  string
	Kind Kind
}

// Filter narrows a list as its own route does: names and values of a query string.
type Filter map[string]string

// Source is a list that can be taken away.
type Source struct {
	ID      string
	Columns []Column
	// AdminOnly lists are not for sellers, whatever else they may take away.
	AdminOnly bool
	// Coded are the names of the filter whose values are codes, ids or days, and stand in the note of the export. Of others only
	// that they were used is noted: what was searched for may be a name.
	Coded []string
	// Typed are the other names that the filter may have.
	Typed []string
	// Count says how many rows there will be, -1 when nobody knows. It refuses a filter that makes no sense.
	Count func(ctx context.Context, v account.Viewer, f Filter) (int, error)
	// Rows yields each row with a value for every column, in their order, and ends after an error. A nil row stands for somebody
	// who is left out, because they asked not to be contacted. What is yielded is the yielder's again when the loop comes back.
	Rows func(ctx context.Context, v account.Viewer, f Filter) iter.Seq2[[]string, error]
}

// Service takes lists away. It is safe for concurrent use.
type Service struct {
	store *store.Store
	clock clock.Clock
	log   logrus.FieldLogger

	mu   sync.Mutex
	jobs map[string]*job
}

// New returns a Service over an open store.
func New(st *store.Store, clk clock.Clock, log logrus.FieldLogger) *Service {
	return &Service{store: st, clock: clk, log: log, jobs: map[string]*job{}}
}
