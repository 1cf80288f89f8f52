package relay

import (
	"cmp"
	"context"
	"errors"
	"time"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Office is what a relay knows of an office.
type Office struct {
	ID          string // relaywire.OfficeID
	Device      string // of the host with the highest certificate so far
	Serial      int64  // of that certificate
	SerialAt    int64  // and when it was signed: two take-overs may have the same serial
	Hook        string // of the callback
	VerifyToken string
	Page        string // of the public pages
	Notice      relaywire.Publish
	Created     time.Time
}

// Deletion is a data-deletion request of Meta and what became of it.
type Deletion struct {
	Code, Office  string
	State, Reason string // relaywire.Deletion…
	At, Changed   time.Time
}

// Stats are what waits in an office's inbox.
type Stats struct {
	Events, Bytes int64
	Oldest        time.Time
}

// Before reports whether another certificate of the office takes precedence over this one, as everywhere in the office: two
// take-overs that did not know of each other may have the same serial, and everybody has to choose the same.
func (o Office) Before(other Office) bool {
	return cmp.Or(cmp.Compare(o.Serial, other.Serial), cmp.Compare(o.SerialAt, other.SerialAt), cmp.Compare(o.Device, other.Device)) < 0
}

// ListBytes is what the bodies of one List are about bounded by.
const ListBytes = 1 << 20

// Quota bounds what waits for one office; 0 is no bound.
type Quota struct {
	Events, Bytes int64
}

// Errors of an Inbox.
var (
	ErrNotFound   = errors.New("relay: not found")
	ErrFull       = errors.New("relay: the inbox is full")
	ErrTaken      = errors.New("relay: another office has this hook")
	ErrSuperseded = errors.New("relay: the office has a later host")
	ErrAbsent     = errors.New("relay: the host is not connected")
)

// Inbox keeps what must outlive a relay's process and tells its nodes of each other: in a file of SQLite for one node, in
// JetStream for any number. What a call has answered without an error is on disk. Every method may be called from any
// goroutine.
type Inbox interface {
	// PutOffice creates or replaces an office: ErrTaken when its Hook or Page is another's, ErrSuperseded when what is kept
	// takes precedence over it (see Office.Before).
	PutOffice(ctx context.Context, o Office) error
	// Office, OfficeByHook and OfficeByPage find one, or ErrNotFound.
	Office(ctx context.Context, id string) (Office, error)
	OfficeByHook(ctx context.Context, hook string) (Office, error)
	OfficeByPage(ctx context.Context, page string) (Office, error)

	// Append keeps an event at the end of an office's inbox and returns its Seq. ErrFull beyond the quota, ErrNotFound for an
	// office that was never put.
	Append(ctx context.Context, office string, e relaywire.Event, q Quota) (seq int64, err error)
	// List returns at most limit events after a Seq, oldest first. It may stop once they are more than ListBytes together, never
	// before the first.
	List(ctx context.Context, office string, after int64, limit int) ([]relaywire.Event, error)
	// AckThrough drops events up to a Seq.
	AckThrough(ctx context.Context, office string, seq int64) error
	// Stats counts what waits.
	Stats(ctx context.Context, office string) (Stats, error)
	// Expire drops events and deletions received before an instant and returns how many.
	Expire(ctx context.Context, before time.Time) (int64, error)

	// PutDeletion creates or replaces a deletion request; Deletion finds one, or ErrNotFound.
	PutDeletion(ctx context.Context, d Deletion) error
	Deletion(ctx context.Context, code string) (Deletion, error)

	// Attend takes the office's signals on this node until stop is called: its host is linked here. It takes them away
	// from whoever attended before, on whatever node, who is told by a Signal with Replaced.
	Attend(ctx context.Context, office string, take func(Signal)) (stop func(), err error)
	// Signal reaches who attends to the office, ErrAbsent when nobody does.
	Signal(ctx context.Context, office string, s Signal) error

	// Node names this node as others reach it, "http://10.0.0.5:8090"; NodeURL finds another's by its id. A tunnel's id
	// begins with the node at which its member waits.
	NodeID() string
	NodeURL(ctx context.Context, id string) (string, error)

	// Healthy answers an error when events cannot be kept.
	Healthy(ctx context.Context) error
	Close() error
}

// Signal is what one node tells the node of an office's host. One of its fields is set.
type Signal struct {
	Event    bool            // something was appended
	Open     *relaywire.Open // a member waits
	Replaced bool            // another link attends now
}
