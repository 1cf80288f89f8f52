package office

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"sitegroup.mx/crm/store/mutant"
)

// life is how long the contact is good. A host cannot make it longer than this program would.
func (c contact) life() time.Duration {
	if d := time.Duration(c.Life) * time.Millisecond; d > 0 && d < Lease {
		return d
	}
	return Lease
}

// over reports whether the lease has run out at an instant of this computer's clock. The contact is known by two clocks,
// because this one may be set right after it, and a clock that was set back counts as well as one that went on: only one
// that stands near the last contact opens the replica.
func (c contact) over(now time.Time) bool {
	if c.Here == 0 {
		return false // still joining: there is nothing to lock
	}
	if c.Barred {
		return true
	}
	far := func(ms int64) bool { return now.Sub(time.UnixMilli(ms)).Abs() > c.life() }
	return far(c.Here) && far(c.Host)
}

// Locked reports whether the replica is closed at an instant until the host has been reached: after 14 days without it, and
// when the host has said that the user is switched off.
func (m *Member) Locked(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.contact.over(now)
}

const (
	// noteEvery is how often contacts are written down while connected.
	noteEvery = time.Minute
	// longestTrip is the longest round trip whose answer still says what time it is.
	longestTrip = 10 * time.Second
	// smallSkew is the change of the offset that is not worth a write.
	smallSkew = 500 * time.Millisecond
)

// bar locks the replica because the host has switched its user off. A page opens it again.
func (m *Member) bar(ctx context.Context) error {
	m.mu.Lock()
	m.contact.Barred = true
	c := m.contact
	m.mu.Unlock()
	return m.putContact(ctx, c)
}

func (m *Member) putContact(ctx context.Context, c contact) error {
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("note a contact: %w", err)
	}
	return m.put(ctx, stateContact, string(text))
}

// noteContact keeps that the host was heard of, with its time. life is 0 for a page, which is only noted once in a while.
func (m *Member) noteContact(ctx context.Context, hostAt int64, life int64) error {
	now := m.now()
	m.mu.Lock()
	c := m.contact
	since := now.Sub(time.UnixMilli(c.Here))
	if life == 0 && since >= 0 && since < noteEvery && !c.Barred {
		m.mu.Unlock()
		return nil
	}
	c.Here, c.Host = now.UnixMilli(), hostAt
	if life > 0 {
		c.Life = life
	} else {
		c.Barred = false
	}
	m.contact = c
	m.mu.Unlock()
	return m.putContact(ctx, c)
}

// noteTime sets the clock by an answer of the host: what it was asked at asked, and said that it was hostAt.
func (m *Member) noteTime(ctx context.Context, asked time.Time, hostAt int64) error {
	now := m.now()
	trip := now.Sub(asked)
	if trip < 0 || trip >= longestTrip || hostAt <= 0 || mutant.On(mutant.NoClockCorrection) {
		return nil
	}
	offset := time.UnixMilli(hostAt).Add(trip / 2).Sub(now).Round(time.Millisecond)
	m.mu.Lock()
	small := (offset - m.offset).Abs() < smallSkew
	if !small {
		m.offset = offset
	}
	m.mu.Unlock()
	if small {
		return nil
	}
	m.Store.SetClockOffset(offset)
	return m.put(ctx, stateOffset, strconv.FormatInt(offset.Milliseconds(), 10))
}
