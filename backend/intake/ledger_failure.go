package intake

import (
	"encoding/json"
	"errors"
	"time"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

const (
	firstRetry  = 30 * time.Second // doubled with every failure
	longestWait = 6 * time.Hour
	// farAhead is further than any wait: a next try beyond it was set by a clock that was wrong.
	farAhead = 25 * time.Hour
	// internalTries is how often a failure of our own is repeated before it is taken for a bug.
	internalTries = 5
	// throttleWait is for a refusal that names no time.
	throttleWait = 15 * time.Minute
)

// goneWaits are the pauses after a lead was not readable, while it is fresh: Meta's own copies catch up within the hour
// (Meta names no time). After them it is parked.
var goneWaits = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 40 * time.Minute}

// freshFor is the age up to which a lead that is not readable may still become so.
const freshFor = time.Hour

// failure is why a lead could not be taken further.
type failure struct {
	code  string
	args  map[string]any
	class meta.Class
	wait  time.Duration // for ClassThrottle
}

// failureOf reads an error of a call to Meta or of crm.Register.
func failureOf(err error) failure {
	var m *meta.Error
	if errors.As(err, &m) {
		return failure{code: m.Advice, args: m.Args, class: m.Class, wait: m.RetryAfter}
	}
	f := failure{code: fault.CodeInternal, class: meta.ClassRetry}
	if found := fault.Find(err); found != nil {
		f.code, f.args = found.Code, found.Args
		if f.code != fault.CodeInternal && f.code != fault.CodeCancelled {
			f.class = meta.ClassBug // a refusal with a reason: the same again changes nothing
		}
	}
	switch f.code {
	case CodeNotConnected, CodeLeadNotConnected, codeKeyringLocked, codeKeyFileMode:
		f.class = meta.ClassReauthorise
	}
	return f
}

// held reports whether a person has to decide about the lead.
func (f failure) held() bool { return f.code == crm.CodeContactConflict }

// apply writes the failure into a line and decides when a machine tries again: never for what a person has to mend.
func (f failure) apply(l line, now time.Time, random float64) line {
	if l.Class != string(f.class) {
		l.Attempts = 0
	}
	l.Attempts++
	l.Problem, l.Class, l.ProblemArgs = f.code, string(f.class), encodeArgs(f.args)
	if f.code == fault.CodeInternal && l.Attempts >= internalTries {
		l.Class = string(meta.ClassBug)
	}
	l.NextTryAt = nil
	if wait, again := f.next(l, now, random); again {
		l.NextTryAt = instant(now.Add(wait))
	}
	return l
}

// next is how long to wait before the next try, if there is one. random in [0,1) spreads it.
func (f failure) next(l line, now time.Time, random float64) (time.Duration, bool) {
	switch meta.Class(l.Class) {
	case meta.ClassRetry:
		return backoff(l.Attempts, random), true
	case meta.ClassThrottle:
		wait := f.wait
		if wait <= 0 {
			wait = throttleWait
		}
		return min(wait, 24*time.Hour) + time.Duration(random*float64(time.Minute)), true
	case meta.ClassGone:
		lead, received := parse(l.LeadAt), parse(l.ReceivedAt)
		fresh := lead.IsZero() || received.Sub(lead) < freshFor
		if fresh && l.Attempts <= len(goneWaits) {
			return goneWaits[l.Attempts-1], true
		}
	}
	return 0, false
}

// backoff doubles from firstRetry up to longestWait, with up to a quarter on top.
func backoff(attempts int, random float64) time.Duration {
	wait := longestWait
	if attempts < 11 {
		wait = min(firstRetry<<(max(attempts, 1)-1), longestWait)
	}
	return wait + time.Duration(random*float64(wait)/4)
}

// decodeArgs reads what encodeArgs wrote: better no arguments of a sentence than no line.
func decodeArgs(text string) map[string]any {
	args := map[string]any{}
	if json.Unmarshal([]byte(text), &args) != nil || args == nil {
		return map[string]any{}
	}
	return args
}

// encodeArgs writes the arguments of a sentence; what cannot be written is left out.
func encodeArgs(args map[string]any) string {
	if len(args) == 0 {
		return "{}"
	}
	text, err := json.Marshal(args)
	if err != nil {
		return "{}"
	}
	return string(text)
}
