// Package clock is where time, identifiers and office hours come from. Everything else is handed a Clock, so that tests
// and the office simulation decide what time it is. It knows no other package of ours.
package clock

import (
	"fmt"
	"time"
	_ "time/tzdata" // systems without zones, or with zones older than the changes of 2022

	"github.com/google/uuid"
)

// Layout is how instants are written everywhere in the program: UTC, RFC 3339, milliseconds. It sorts as text.
const Layout = "2006-01-02T15:04:05.000Z"

// DateLayout is how dates without a time are written. They never become instants.
const DateLayout = "2006-01-02"

// Clock tells the time, waits, and makes identifiers that sort by time.
type Clock interface {
	// Now returns the current instant in UTC.
	Now() time.Time
	// After sends the time on the returned channel once d has passed.
	After(d time.Duration) <-chan time.Time
	// NewID returns a fresh UUIDv7 (RFC 9562, section 5.7).
	NewID() string
}

// System is the machine's clock.
type System struct{}

// Now returns the machine's time in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// After waits on the machine's clock.
func (System) After(d time.Duration) <-chan time.Time { return time.After(d) }

// NewID returns a UUIDv7 of this moment.
func (System) NewID() string {
	id, err := uuid.NewV7()
	if err != nil { // only when the system's random source is gone
		panic(fmt.Sprintf("make an id: %v", err))
	}
	return id.String()
}

// Format writes an instant in Layout.
func Format(t time.Time) string { return t.UTC().Format(Layout) }

// Parse reads an instant in RFC 3339, with or without a fraction, and returns it in UTC.
func Parse(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("read instant: %w", err)
	}
	return t.UTC(), nil
}
