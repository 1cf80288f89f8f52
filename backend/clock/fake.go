package clock

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Fake is a clock that moves only when told to. Its identifiers follow from its seed and its time.
type Fake struct {
	mu      sync.Mutex
	now     time.Time
	random  *rand.Rand
	waiting []waiter
}

type waiter struct {
	at time.Time
	ch chan time.Time
}

// NewFake returns a Fake that stands at start and draws identifiers from seed.
func NewFake(start time.Time, seed uint64) *Fake {
	return &Fake{now: start.UTC(), random: rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // repeatable on purpose
}

// Now returns where the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// After fires once the clock has been moved by d or more.
func (f *Fake) After(d time.Duration) <-chan time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	ch := make(chan time.Time, 1)
	at := f.now.Add(d)
	if d <= 0 {
		ch <- f.now
		return ch
	}
	f.waiting = append(f.waiting, waiter{at, ch})
	return ch
}

// NewID returns a UUIDv7 of the clock's time with bits from its seed.
func (f *Fake) NewID() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], f.random.Uint64())
	binary.BigEndian.PutUint64(id[:8], uint64(f.now.UnixMilli())<<16|uint64(f.random.Uint32N(1<<16))) //nolint:gosec // times before 1970 are not used
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// Advance moves the clock forward and fires what falls due.
func (f *Fake) Advance(d time.Duration) { f.Set(f.Now().Add(d)) }

// Set moves the clock to t, forward or back, and fires what falls due.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t.UTC()
	kept := f.waiting[:0]
	for _, w := range f.waiting {
		if w.at.After(f.now) {
			kept = append(kept, w)
			continue
		}
		w.ch <- f.now
	}
	f.waiting = kept
}

// Waiting returns how many After channels have not fired, so that a test knows a loop has gone to sleep.
func (f *Fake) Waiting() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.waiting)
}
