package crm

import (
	"fmt"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

// Values of ProspectFilter.Age and ProspectFilter.Answered: the steps of the response clock.
const (
	Within5  = "5"     // up to five minutes
	Within15 = "15"    // more than that, up to fifteen
	Within60 = "60"    // more, up to an hour
	Over60   = "older" // more than an hour
)

// Values of ProspectFilter.Clock: since when an answer is timed.
const (
	ClockLead    = "lead"    // since the form was sent
	ClockReceipt = "receipt" // since it reached the office
	// ClockLeadHours and ClockReceiptHours count the office's working time alone.
	ClockLeadHours    = "lead_hours"
	ClockReceiptHours = "receipt_hours"
)

// clocks are all of them, as screens show them.
var clocks = []string{ClockLead, ClockLeadHours, ClockReceipt, ClockReceiptHours}

// NoneOf is the value of ProspectFilter.Form, Campaign and Reason for prospects without one.
const NoneOf = "none"

var answerSteps = []string{Within5, Within15, Within60, Over60}

// stepBounds are the bounds of the steps in seconds: more than the first, up to the second; 0 for no bound.
var stepBounds = map[string][2]int{Within5: {0, 300}, Within15: {300, 900}, Within60: {900, 3600}, Over60: {3600, 0}}

// answerSeconds is how long an answer took by each clock, as the tallies and ResponseTimes count it. One that came before the lead,
// because clocks differ, took no time.
var answerSeconds = map[string]string{
	ClockLead:         "max(unixepoch(c.attended_at) - unixepoch(c.lead_at), 0)",
	ClockReceipt:      "max(unixepoch(c.attended_at) - unixepoch(c.received_at), 0)",
	ClockLeadHours:    "max(" + worked("unixepoch(c.attended_at)") + " - " + worked("unixepoch(c.lead_at)") + ", 0)",
	ClockReceiptHours: "max(" + worked("unixepoch(c.attended_at)") + " - " + worked("unixepoch(c.received_at)") + ", 0)",
}

// timesHours reports whether the filter is by a clock of office hours.
func (f ProspectFilter) timesHours() bool {
	return f.Answered != "" && (f.Clock == ClockLeadHours || f.Clock == ClockReceiptHours)
}

// aged is the filter with its age as instants: a younger lead belongs to the step before.
func (f ProspectFilter) aged(now time.Time) ProspectFilter {
	bounds := stepBounds[f.Age]
	if bounds[0] > 0 {
		f.leadBefore = clock.Format(now.Add(-time.Duration(bounds[0]) * time.Second))
	}
	if bounds[1] > 0 {
		f.leadSince = clock.Format(now.Add(-time.Duration(bounds[1]) * time.Second))
	}
	return f
}

// filterByAnswer keeps what was attended, or ended, when the filter says.
func (p *listPlan) filterByAnswer(f ProspectFilter) {
	for _, c := range []struct{ condition, name, value string }{
		{"c.attended_at >= {:attended_since}", "attended_since", f.attendedSince},
		{"c.attended_at < {:attended_before}", "attended_before", f.attendedBefore},
		{"c.ended_at >= {:ended_since}", "ended_since", f.endedSince},
		{"c.ended_at < {:ended_before}", "ended_before", f.endedBefore},
	} {
		if c.value != "" {
			p.params[c.name] = c.value
			p.filter = append(p.filter, c.condition)
		}
	}
	if f.Reason == NoneOf {
		p.filter = append(p.filter, "c.status = 'discarded'")
	}
	if f.Attended || f.Answered != "" {
		p.filter = append(p.filter, "c.attended_at IS NOT NULL")
	}
	seconds := answerSeconds[ClockLead]
	if f.Clock != "" {
		seconds = answerSeconds[f.Clock]
	}
	bounds := stepBounds[f.Answered]
	if bounds[0] > 0 {
		p.filter = append(p.filter, fmt.Sprintf("%s > %d", seconds, bounds[0]))
	}
	if bounds[1] > 0 {
		p.filter = append(p.filter, fmt.Sprintf("%s <= %d", seconds, bounds[1]))
	}
}

// checkAnswer refuses steps and clocks that there are not.
func (f ProspectFilter) checkAnswer() error {
	for _, c := range []struct {
		field, value string
		known        []string
	}{
		{"age", f.Age, answerSteps},
		{"answered", f.Answered, answerSteps},
		{"clock", f.Clock, clocks},
	} {
		if c.value != "" && !slices.Contains(c.known, c.value) {
			return fault.Invalid(c.field, "input.invalid")
		}
	}
	return nil
}
