package crm

import (
	"context"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

// Periods of a dashboard. Another one is From and To.
const (
	PeriodWeek  = "week" // from this week's Monday on
	Period7     = "7d"
	Period30    = "30d"
	Period90    = "90d"
	PeriodMonth = "month" // from the first of this month on
)

// Steps of a dashboard's trend.
const (
	StepDay   = "day"
	StepWeek  = "week" // from Monday on
	StepMonth = "month"
)

// DashboardQuery says which part of the office a dashboard is about.
type DashboardQuery struct {
	// Period is one of the Period constants; "" means Period30, unless there are From and To.
	Period string
	// From and To are dates of the office's, both included. To defaults to today.
	From, To string
	// Seller narrows an administrator's dashboard to one seller's prospects. A seller's is about their own in any case.
	Seller string
}

// Dashboard is what a screen of totals shows. Every number is the length of a list: in each place the fields of the
// ProspectFilter are named that lists what was counted. All of them have the dashboard's Seller.
type Dashboard struct {
	From string `json:"from"` // dates of the office's, both included
	To   string `json:"to"`
	At   string `json:"at"` // the instant of what is counted now
	Step string `json:"step"`
	// What there is now.
	Open    int          `json:"open"`    // Open
	Waiting Waiting      `json:"waiting"` // Unattended, with Age
	NoNext  int          `json:"no_next"` // Open, NoNext
	Funnel  []StageCount `json:"funnel"`
	Load    []SellerLoad `json:"load"`
	// What came in the period, and what has become of it by now.
	Leads     Outcome         `json:"leads"`
	Sources   []SourceOutcome `json:"sources"`   // Source; most leads first, like the two below
	Campaigns []SourceOutcome `json:"campaigns"` // Campaign
	Forms     []SourceOutcome `json:"forms"`     // Form
	Answers   []Answers       `json:"answers"`   // by the clock of the lead and by that of the receipt
	// What happened in the period, whenever the lead came.
	Attended int           `json:"attended"` // AttendedFrom and AttendedTo
	Won      int           `json:"won"`      // Status closed, EndedFrom and EndedTo
	Lost     int           `json:"lost"`     // Status discarded, EndedFrom and EndedTo
	Reasons  []ReasonCount `json:"reasons"`  // of Lost
	Trend    []TrendStep   `json:"trend"`
}

// Waiting counts prospects that nobody has tried to reach, by the age of their lead in minutes.
type Waiting struct {
	All      int `json:"all"`
	Within5  int `json:"within_5"`
	Within15 int `json:"within_15"`
	Within60 int `json:"within_60"`
	Over60   int `json:"over_60"`
}

// StageCount counts open prospects: Stage, Open.
type StageCount struct {
	StageID string `json:"stage_id" db:"stage_id"`
	Name    string `json:"name" db:"name"`
	N       int    `json:"n" db:"n"`
}

// SellerLoad is what a seller has to do now; OwnerID is "" for what nobody has (Seller SellerNone).
type SellerLoad struct {
	OwnerID string `json:"owner_id" db:"owner_id"`
	Name    string `json:"name" db:"name"`
	Open    int    `json:"open" db:"open"`       // Open
	Waiting int    `json:"waiting" db:"waiting"` // Unattended
	NoNext  int    `json:"no_next" db:"no_next"` // Open, NoNext
}

// Outcome is what has become of the leads of a period: all of them have LeadFrom and LeadTo.
type Outcome struct {
	Leads    int `json:"leads" db:"leads"`
	Attended int `json:"attended" db:"attended"` // Attended
	Won      int `json:"won" db:"won"`           // Status closed
	Lost     int `json:"lost" db:"lost"`         // Status discarded
}

// SourceOutcome is the outcome of where leads came from. ID is the value of the filter's field, NoneOf where there is none.
type SourceOutcome struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
	Outcome
}

// Answers is how soon the leads of a period were attended by one clock. The leads are those that came by themselves (Source
// leads); the numbers are Answered with Clock, LeadFrom and LeadTo.
type Answers struct {
	Clock    string `json:"clock"`
	All      int    `json:"all"` // Attended
	Within5  int    `json:"within_5"`
	Within15 int    `json:"within_15"`
	Within60 int    `json:"within_60"`
	Over60   int    `json:"over_60"`
	// Median is in seconds, exact to a twentieth or to 15 s; absent without answers.
	Median *int `json:"median,omitempty"`
}

// ReasonCount counts prospects that were discarded in the period: Reason, Status discarded, EndedFrom and EndedTo.
type ReasonCount struct {
	ReasonID string `json:"reason_id" db:"reason_id"` // NoneOf where none was kept
	Name     string `json:"name" db:"name"`
	N        int    `json:"n" db:"n"`
}

// TrendStep is a day, a week or a month of the period, cut where the period ends: From to To, both included. Leads is LeadFrom
// and LeadTo; the others are as in Dashboard.
type TrendStep struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Leads    int    `json:"leads"`
	Attended int    `json:"attended"`
	Won      int    `json:"won"`
	Lost     int    `json:"lost"`
}

// longestPeriod is how many days a dashboard can be about.
const longestPeriod = 3660

// Dashboard counts what the viewer may see. Fault input.invalid for a period that makes no sense.
func (s *Service) Dashboard(ctx context.Context, v account.Viewer, q DashboardQuery) (Dashboard, error) {
	zone, err := s.zone(ctx)
	if err != nil {
		return Dashboard{}, err
	}
	now := s.clock.Now()
	d := Dashboard{At: clock.Format(now)}
	if d.From, d.To, err = q.dates(now.In(zone)); err != nil {
		return Dashboard{}, err
	}
	if err := s.CountAnew(ctx); err != nil {
		return Dashboard{}, err
	}
	owner, err := q.owner(v)
	if err != nil {
		return Dashboard{}, err
	}
	c := counting{ctx: ctx, d: &d, now: now, params: dbx.Params{"from": d.From, "to": d.To, "owner": owner}}
	err = s.store.ReadTx(ctx, func(db dbx.Builder) error {
		c.db = db
		for _, count := range []func() error{c.open, c.waiting, c.load, c.leads, c.answers, c.ended, c.trend} {
			if err := count(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Dashboard{}, fmt.Errorf("count for the dashboard: %w", err)
	}
	return d, nil
}

// dates are the first and the last date of the period.
func (q DashboardQuery) dates(now time.Time) (from, to string, err error) {
	today := now.Format(clock.DateLayout)
	if q.From != "" || q.To != "" {
		return q.ownDates(today)
	}
	switch q.Period {
	case PeriodWeek:
		return addDays(today, -((int(now.Weekday()) + 6) % 7)), today, nil
	case Period7:
		return addDays(today, -6), today, nil
	case "", Period30:
		return addDays(today, -29), today, nil
	case Period90:
		return addDays(today, -89), today, nil
	case PeriodMonth:
		return today[:len("2006-01-")] + "01", today, nil
	}
	return "", "", fault.Invalid("period", "input.invalid")
}

func (q DashboardQuery) ownDates(today string) (from, to string, err error) {
	if q.From == "" {
		return "", "", fault.Invalid("from", "input.required")
	}
	if from, err = checkDate("from", q.From); err != nil {
		return "", "", err
	}
	if to, err = checkDate("to", q.To); err != nil {
		return "", "", err
	}
	if to == "" {
		to = today
	}
	if from > to || addDays(from, longestPeriod) < to {
		return "", "", fault.Invalid("to", "input.invalid")
	}
	return from, to, nil
}
