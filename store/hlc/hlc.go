// Package hlc is the hybrid logical clock that orders edits of one field: the wall clock's milliseconds with a counter
// below them, in one int64 that sorts as time. It holds the value and its arithmetic, knows no storage, and imports
// nothing of ours. The arithmetic is that of Kulkarni and others, "Logical Physical Clocks" (2014), with the counter
// borrowing from the millisecond so that it cannot overflow.
package hlc

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Drift is how far ahead of the deciding machine's clock a time may be. What is further ahead is re-stamped, never
// refused: a wrong clock may lose a tie, it may not stop anybody's work nor win for ever.
const Drift = 2 * time.Minute

const (
	counterBits = 16
	layout      = "2006-01-02T15:04:05.000Z"
)

// Time is a moment of a hybrid clock: milliseconds since 1970 shifted left by 16 bits, plus a counter. It fits a signed
// 64-bit integer column until the year 6429. It exceeds 2^53, so it never travels to JavaScript as a number.
type Time int64

// At returns the first Time of the instant's millisecond.
func At(t time.Time) Time { return Time(t.UnixMilli() << counterBits) }

// Wall returns the wall-clock part, in UTC and whole milliseconds.
func (t Time) Wall() time.Time { return time.UnixMilli(int64(t) >> counterBits).UTC() }

// Counter returns the part that orders moments of the same millisecond.
func (t Time) Counter() uint16 { return uint16(t & (1<<counterBits - 1)) } //nolint:gosec // masked to 16 bits

// Compare orders two times and, where they are equal, the devices that made them. It returns -1, 0 or 1.
func Compare(a Time, deviceA string, b Time, deviceB string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return strings.Compare(deviceA, deviceB)
	}
}

// String writes the time as its instant, a dash and the counter in four hexadecimal digits:
// "2026-11-02T15:04:05.000Z-001f". Between the years 1970 and 6429 the text sorts as the time does.
func (t Time) String() string {
	return t.Wall().Format(layout) + "-" + fmt.Sprintf("%04x", t.Counter())
}

// Parse reads what String writes.
func Parse(s string) (Time, error) {
	if len(s) != len(layout)+5 || s[len(layout)] != '-' {
		return 0, fmt.Errorf("read hybrid time: %q has not the form %s-0000", s, layout)
	}
	wall, err := time.Parse(layout, s[:len(layout)])
	if err != nil {
		return 0, fmt.Errorf("read hybrid time: %w", err)
	}
	counter, err := strconv.ParseUint(s[len(layout)+1:], 16, counterBits)
	if err != nil {
		return 0, fmt.Errorf("read hybrid time's counter: %w", err)
	}
	if !At(wall).Wall().Equal(wall) {
		return 0, fmt.Errorf("read hybrid time: %q is beyond what it can hold", s)
	}
	return At(wall) + Time(counter), nil //nolint:gosec // at most 16 bits
}

// Clock makes times that grow, and that exceed every time it has been shown. Its zero value is ready. It is not safe for
// concurrent use: the store's writer owns it and saves Last in the transaction that used it.
type Clock struct{ last Time }

// NewClock returns a clock that goes on after last.
func NewClock(last Time) *Clock { return &Clock{last: last} }

// Last returns the greatest time made or seen.
func (c *Clock) Last() Time { return c.last }

// Stamp returns a new time: the wall clock's, or the one after the last when the wall clock has not moved or went back.
func (c *Clock) Stamp(now time.Time) Time {
	c.last = max(c.last+1, At(now))
	return c.last
}

// Observe takes note of somebody else's time, so that every later Stamp exceeds it.
func (c *Clock) Observe(t Time) { c.last = max(c.last, t) }

// Admit decides which time a claimed one counts as: itself when it is at most Drift ahead of now, else a fresh stamp.
// Either way later stamps exceed it.
func (c *Clock) Admit(claimed Time, now time.Time) Time {
	if claimed.Wall().Sub(now) > Drift {
		return c.Stamp(now)
	}
	c.Observe(claimed)
	return claimed
}
