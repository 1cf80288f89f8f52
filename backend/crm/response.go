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

// The response to a lead is the first attempt of its seller to reach the person since it came: what sets attended_at (see
// reachOut). It is timed for leads that came by themselves; who was written down or imported has waited for nobody's answer. It
// counts for who has the prospect now, whose list it stands in.

// Response is how soon the leads of a period were responded to. Every number is the length of a list; the fields of the
// ProspectFilter that lists it are named in each place. All of them have LeadFrom, LeadTo and the Seller that was asked for.
type Response struct {
	From string `json:"from"` // dates of the office's, both included
	To   string `json:"to"`
	// HasHours says that the office has said when it works. Where it has not, the clocks of office hours are those of the
	// calendar, but for holidays.
	HasHours bool            `json:"has_hours"`
	All      Responses       `json:"all"`
	Sellers  []Responses     `json:"sellers"` // Seller, SellerNone where nobody has them; most leads first, like Forms
	Forms    []Responses     `json:"forms"`   // Form
	Untimed  []SourceOutcome `json:"untimed"` // of other sources, which are not timed: Source
}

// Responses are those to leads that belong together. All of them have Source leads.
type Responses struct {
	ID         string `json:"id"` // "" for all of them
	Name       string `json:"name"`
	Leads      int    `json:"leads"`
	Answered   int    `json:"answered"`   // Attended
	Unanswered int    `json:"unanswered"` // Unattended: neither over nor opposed, so that somebody waits
	// Times are the Answered by each clock, ClockLead first. Median is exact: the time within which half of them were answered.
	Times []Answers `json:"times"`
}

// ResponseTimes returns how soon the leads of a period were responded to, of those that the viewer may see. Faults as Dashboard's.
func (s *Service) ResponseTimes(ctx context.Context, v account.Viewer, q DashboardQuery) (Response, error) {
	zone, err := s.zone(ctx)
	if err != nil {
		return Response{}, err
	}
	var r Response
	now := s.clock.Now().In(zone)
	if r.From, r.To, err = q.dates(now); err != nil {
		return Response{}, err
	}
	owner, err := q.owner(v)
	if err != nil {
		return Response{}, err
	}
	if err := s.CountAnew(ctx); err != nil { // for what is not timed
		return Response{}, err
	}
	since, err := dayStart("from", r.From, now, 0)
	if err != nil {
		return Response{}, err
	}
	before, err := dayStart("to", r.To, now, 1)
	if err != nil {
		return Response{}, err
	}
	p := dbx.Params{"owner": owner, "from": r.From, "to": r.To, "since": since, "before": before}
	err = s.store.ReadTx(ctx, func(db dbx.Builder) error {
		t, err := s.setup(db)
		if err != nil {
			return err
		}
		r.HasHours = t.hasHours
		return timing{ctx, db, p, t.officeClock().meter}.fill(&r)
	})
	if err != nil {
		return Response{}, fmt.Errorf("time responses: %w", err)
	}
	return r, nil
}

// owner is whose prospects are counted: everybody, or a user's id, "" for what nobody has. A seller's are their own.
func (q DashboardQuery) owner(v account.Viewer) (string, error) {
	switch {
	case !v.IsAdmin() && (v.UserID == "" || q.Seller != "" && q.Seller != v.UserID):
		return "", fault.Invalid("seller", "input.invalid")
	case !v.IsAdmin():
		return v.UserID, nil
	case q.Seller == SellerNone:
		return "", nil
	case q.Seller != "":
		return q.Seller, nil
	}
	return everybody, nil
}

// ProspectResponse is how soon one lead was responded to, or for how long it has waited, in seconds by each clock.
type ProspectResponse struct {
	Answered     bool `json:"answered"`
	Lead         int  `json:"lead"`
	LeadHours    int  `json:"lead_hours"`
	Receipt      int  `json:"receipt"`
	ReceiptHours int  `json:"receipt_hours"`
	HasHours     bool `json:"has_hours"` // the office has said when it works
}

// timedLead is what the clocks of a prospect follow from. Waits says that somebody is to answer, where nobody has.
type timedLead struct {
	source, leadAt, receivedAt string
	attendedAt                 *string
	waits                      bool
}

// respond times a prospect; nil for one that is not timed: that came otherwise, or is over, or opposed, without an attempt.
func (t *turnSetup) respond(l timedLead, now time.Time) *ProspectResponse {
	lead, ok := unixOf(l.leadAt)
	received, ok2 := unixOf(l.receivedAt)
	if !ok || !ok2 || l.source != SourceLeads {
		return nil
	}
	until := now.Unix()
	if l.attendedAt != nil {
		if until, ok = unixOf(*l.attendedAt); !ok {
			return nil
		}
	} else if !l.waits {
		return nil
	}
	times := timed(t.officeClock().meter, lead, received, until)
	return &ProspectResponse{
		Answered: l.attendedAt != nil, HasHours: t.hasHours,
		Lead: int(times[0]), LeadHours: int(times[1]), Receipt: int(times[2]), ReceiptHours: int(times[3]),
	}
}

// OfficeNow says whether the office's clock runs, and until when: so that a screen shows it running.
type OfficeNow struct {
	Open bool `json:"open"`
	// ChangesAt is when it closes or opens next, nil for never.
	ChangesAt *string `json:"changes_at"`
}

// officeNow is nil for an office that has not said when it works: its clock is the calendar's.
func (t *turnSetup) officeNow(now time.Time) *OfficeNow {
	if !t.hasHours {
		return nil
	}
	runs, until, changes := t.officeClock().meter.State(now.Unix())
	o := &OfficeNow{Open: runs}
	if changes {
		at := clock.Format(time.Unix(until, 0))
		o.ChangesAt = &at
	}
	return o
}

// timed is how long it took until an answer, by each of clocks. All are seconds since 1970; a time before the beginning is none.
func timed(office clock.Meter, lead, received, answered int64) [4]int64 {
	return [4]int64{
		max(answered-lead, 0), office.Elapsed(lead, answered), max(answered-received, 0), office.Elapsed(received, answered),
	}
}

// unixOf reads an instant as SQLite's unixepoch does: in whole seconds.
func unixOf(text string) (int64, bool) {
	at, err := clock.Parse(text)
	return at.Unix(), err == nil
}
