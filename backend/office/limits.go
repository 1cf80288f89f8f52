package office

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What one computer may ask of the host. Who asks for more is told to slow down and comes back later.
const (
	opsPerMinute = 2000
	opsBurst     = 50_000 // offline for weeks

	pullsPerSecond = 200
	pullsBurst     = 1000

	rowsPerSecond = 20_000

	callsPerSecond = 20
	callsBurst     = 200

	othersPerSecond = 1 // lists, certificates, credentials
	othersBurst     = 60
)

// rowsBurst is how many rows a computer reads before their rate counts: a large office, twice.
var rowsBurst = 4_000_000

// What the whole host takes.
const (
	enrolmentsPerMinute = 30
	enrolmentsBurst     = 30
	invitationsPerHour  = 60
	invitationsBurst    = 30
	breachesPerMinute   = 1 // noted of one computer
	breachesBurst       = 5
	allBreachesBurst    = 100
)

// limits are the rates of every computer and of the host as a whole.
type limits struct {
	enrolments  *rate.Limiter
	invitations *rate.Limiter
	breaches    *rate.Limiter
	addresses   addressLimits
	sightings   sightings

	mu      sync.Mutex
	devices map[string]*deviceLimits
}

type deviceLimits struct {
	ops, pulls, rows, calls, others, breaches *rate.Limiter
}

func perMinute(n float64) rate.Limit { return rate.Limit(n / 60) }

func newLimits() *limits {
	return &limits{
		enrolments:  rate.NewLimiter(perMinute(enrolmentsPerMinute), enrolmentsBurst),
		invitations: rate.NewLimiter(perMinute(invitationsPerHour/60), invitationsBurst),
		breaches:    rate.NewLimiter(perMinute(allBreachesBurst/10), allBreachesBurst),
		devices:     map[string]*deviceLimits{},
	}
}

// of returns a computer's limits. It is asked about computers of the office only, so their number is bounded.
func (l *limits) of(device string) *deviceLimits {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.devices[device]
	if d == nil {
		d = &deviceLimits{
			ops:      rate.NewLimiter(perMinute(opsPerMinute), opsBurst),
			pulls:    rate.NewLimiter(pullsPerSecond, pullsBurst),
			rows:     rate.NewLimiter(rowsPerSecond, rowsBurst),
			calls:    rate.NewLimiter(callsPerSecond, callsBurst),
			others:   rate.NewLimiter(othersPerSecond, othersBurst),
			breaches: rate.NewLimiter(perMinute(breachesPerMinute), breachesBurst),
		}
		l.devices[device] = d
	}
	return d
}

// takes reports whether a limit leaves room for n more at an instant.
func takes(l *rate.Limiter, now time.Time, n int) bool { return l.AllowN(now, n) }
