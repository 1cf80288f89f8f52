package relay

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often something may happen, and how often at once. The zero Rate is no bound.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits bound what strangers and offices can make a relay do. A zero is no bound, except where it says otherwise.
type Limits struct {
	Inbox          Quota         // what waits for one office
	Kept           time.Duration // for how long it waits; 0 is KeptUsual
	Requests       Rate          // of one address
	Webhooks       Rate          // of one office
	Deletions      Rate          // of one office
	Hellos         Rate          // of one office
	Tells          Rate          // of one office: texts and outcomes
	Links          int           // hosts that are linked
	Bodies         int64         // bytes of the bodies that are being received
	OfficeTunnels  int           // of one office
	AddressTunnels int           // of one address
}

// KeptUsual is for how long an event waits for its host: longer than that Meta keeps no lead.
const KeptUsual = 90 * 24 * time.Hour

// DefaultLimits suit a small server with some hundred offices.
func DefaultLimits() Limits {
	return Limits{
		Inbox:         Quota{Events: 50_000, Bytes: 100 << 20},
		Kept:          KeptUsual,
		Requests:      Rate{200, 1000},
		Webhooks:      Rate{200, 2000},
		Deletions:     Rate{0.2, 20},
		Hellos:        Rate{0.5, 20},
		Tells:         Rate{2, 60},
		Links:         20_000,
		Bodies:        128 << 20,
		OfficeTunnels: 256, AddressTunnels: 64,
	}
}

// buckets are limiters by key. Those that are full again are forgotten, so that they take no memory for long.
type buckets[K comparable] struct {
	rate Rate

	mu   sync.Mutex
	of   map[K]*rate.Limiter
	next int // at which size to look for those that are full
}

const mostBuckets = 1 << 16

func newBuckets[K comparable](r Rate) *buckets[K] {
	return &buckets[K]{rate: r, of: map[K]*rate.Limiter{}, next: 1 << 10}
}

// allow takes one from a key's bucket.
func (b *buckets[K]) allow(key K, now time.Time) bool {
	if b.rate == (Rate{}) {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.of[key]
	if l == nil {
		if len(b.of) >= b.next {
			b.forget(now)
		}
		l = rate.NewLimiter(rate.Limit(b.rate.PerSecond), b.rate.Burst)
		b.of[key] = l
	}
	return l.AllowN(now, 1)
}

// forget drops the buckets that are full, and all of them when strangers have made too many.
func (b *buckets[K]) forget(now time.Time) {
	for key, l := range b.of {
		if l.TokensAt(now) >= float64(b.rate.Burst) {
			delete(b.of, key)
		}
	}
	if len(b.of) >= mostBuckets {
		clear(b.of)
	}
	b.next = max(1<<10, 2*len(b.of))
}

// counts are how many of something each key has at once.
type counts[K comparable] struct {
	most int

	mu sync.Mutex
	of map[K]int
}

func newCounts[K comparable](most int) *counts[K] { return &counts[K]{most: most, of: map[K]int{}} }

// enter counts one more, unless there are too many.
func (c *counts[K]) enter(key K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.most > 0 && c.of[key] >= c.most {
		return false
	}
	c.of[key]++
	return true
}

func (c *counts[K]) leave(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[key]--; c.of[key] <= 0 {
		delete(c.of, key)
	}
}

// neighbours is what of an address counts as one: who has an IPv6 address has all that begin with the same 64 bits.
func neighbours(a netip.Addr) netip.Addr {
	if !a.Is6() {
		return a
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return a
	}
	return p.Addr()
}
