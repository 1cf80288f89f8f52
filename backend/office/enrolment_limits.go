package office

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What one address may try.
const (
	addressEnrolmentsPerMinute = 10
	addressEnrolmentsBurst     = 10
	addressAuditsBurst         = 3   // lines about tokens that are nobody's, one a minute after them
	mostAddresses              = 512 // that are remembered
)

// addressLimits are the rates of the addresses from which somebody wants to join.
type addressLimits struct {
	mu   sync.Mutex
	list map[string]*addressLimit
}

type addressLimit struct {
	tries, audits *rate.Limiter
	last          time.Time
}

// of returns an address's limits. Of too many addresses the one that was heard of longest ago is forgotten; the host's own
// limit stands behind all of them.
func (a *addressLimits) of(address string, now time.Time) *addressLimit {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.list == nil {
		a.list = map[string]*addressLimit{}
	}
	l := a.list[address]
	if l == nil {
		if len(a.list) >= mostAddresses {
			a.forgetOldest()
		}
		l = &addressLimit{
			tries:  rate.NewLimiter(perMinute(addressEnrolmentsPerMinute), addressEnrolmentsBurst),
			audits: rate.NewLimiter(perMinute(1), addressAuditsBurst),
		}
		a.list[address] = l
	}
	l.last = now
	return l
}

func (a *addressLimits) forgetOldest() {
	oldest := ""
	for address, l := range a.list {
		if oldest == "" || l.last.Before(a.list[oldest].last) {
			oldest = address
		}
	}
	delete(a.list, oldest)
}
