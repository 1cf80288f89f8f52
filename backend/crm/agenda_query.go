package crm

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

// AgendaRange is a stretch of days as a computer's own calendar has them: From and To are dates, To the day after the last
// one. FromAt and ToAt are the instants at which those two days begin there; what has a time is looked for between them, what
// has only a date between the dates. So no zone is ever guessed, and a date never becomes an instant. An appointment that began
// before FromAt and is not over by then is on these days too.
type AgendaRange struct {
	From, To     string
	FromAt, ToAt string
	// Seller narrows an administrator's agenda: a user id, SellerNone for the tray, "" for everybody's. A seller's is their own.
	Seller string
}

// AgendaItem is something planned: DueAt for an instant, DueOn for a date, never both. Body is the beginning of its text; the
// whole stands with the prospect.
type AgendaItem struct {
	ID           string  `json:"id" db:"id"`
	ProspectID   string  `json:"prospect_id" db:"prospect_id"`
	ProspectName string  `json:"prospect_name" db:"prospect_name"`
	OwnerID      string  `json:"owner_id" db:"owner_id"`
	OwnerName    string  `json:"owner_name" db:"owner_name"`
	Kind         string  `json:"kind" db:"kind"`
	Result       string  `json:"result" db:"result"`
	Body         string  `json:"body" db:"body"`
	DueAt        *string `json:"due_at" db:"due_at"`
	DueOn        *string `json:"due_on" db:"due_on"`
	Minutes      *int    `json:"minutes" db:"minutes"` // how long it takes, nil for as long as its kind does
	DoneAt       *string `json:"done_at" db:"done_at"`
	RemindAt     *string `json:"remind_at" db:"remind_at"` // of the open reminder, nil for none
}

// Agenda is what is planned, in order, and how much there is: no screen shows more than mostPlanned at once.
type Agenda struct {
	Items []AgendaItem `json:"items"`
	Total int          `json:"total"`
}

const (
	// mostPlanned bounds one reading of the agenda.
	mostPlanned = 1000
	// longestRange is somewhat more than a quarter.
	longestRange = 100 * 24 * time.Hour
)

// Agenda returns what is planned within a stretch of days, done or not. Fault input.invalid.
func (s *Service) Agenda(ctx context.Context, v account.Viewer, r AgendaRange) (Agenda, error) {
	if err := r.check(); err != nil {
		return Agenda{}, err
	}
	plan := agendaPlan(v, r.Seller, false)
	a, err := s.planned(ctx, plan, r.params(v, plan))
	if err != nil {
		return Agenda{}, fmt.Errorf("read agenda: %w", err)
	}
	return a, nil
}

// Overdue returns what is still open and was due before now (an instant; "" is the clock's) or, if it has only a date, before
// today (a date), the longest overdue first. Fault input.invalid.
func (s *Service) Overdue(ctx context.Context, v account.Viewer, now, today, seller string) (Agenda, error) {
	at, err := checkInstant("now", now)
	if err != nil {
		return Agenda{}, err
	}
	if at == "" {
		at = clock.Format(s.clock.Now())
	}
	if today, err = checkDate("today", today); err != nil {
		return Agenda{}, err
	}
	if today == "" {
		return Agenda{}, fault.Invalid("today", "input.required")
	}
	plan := agendaPlan(v, seller, true)
	a, err := s.planned(ctx, plan, AgendaRange{To: today, ToAt: at}.params(v, plan))
	if err != nil {
		return Agenda{}, fmt.Errorf("read overdue: %w", err)
	}
	return a, nil
}

func (r *AgendaRange) check() (err error) {
	for _, d := range []struct {
		field string
		text  *string
	}{{"from", &r.From}, {"to", &r.To}} {
		if *d.text, err = checkDate(d.field, *d.text); err != nil {
			return err
		}
		if *d.text == "" {
			return fault.Invalid(d.field, "input.required")
		}
	}
	for _, d := range []struct {
		field string
		text  *string
	}{{"from_at", &r.FromAt}, {"to_at", &r.ToAt}} {
		if *d.text, err = checkInstant(d.field, *d.text); err != nil {
			return err
		}
		if *d.text == "" {
			return fault.Invalid(d.field, "input.required")
		}
	}
	from, err := time.Parse(clock.DateLayout, r.From)
	if err != nil {
		return err
	}
	to, err := time.Parse(clock.DateLayout, r.To)
	if err != nil {
		return err
	}
	if !to.After(from) || to.Sub(from) > longestRange {
		return fault.Invalid("to", "input.invalid")
	}
	if r.ToAt <= r.FromAt {
		return fault.Invalid("to_at", "input.invalid")
	}
	return nil
}

func (r AgendaRange) params(v account.Viewer, plan planOfAgenda) dbx.Params {
	p := viewerParams(v, "")
	p["owner"] = plan.owner
	p["from"], p["to"], p["from_at"], p["to_at"] = r.From, r.To, r.FromAt, r.ToAt
	p["first"], p["last"] = min(r.From, r.earliest()), max(r.To, r.ToAt)
	return p
}

// earliest is when something may begin at the earliest that is not over at FromAt.
func (r AgendaRange) earliest() string {
	at, err := clock.Parse(r.FromAt)
	if err != nil { // "": what is overdue has no beginning
		return r.FromAt
	}
	return clock.Format(at.Add(-longestMinutes * time.Minute))
}

// runsInto is the condition that an appointment, whose columns are given, is not over at {:from_at}.
func runsInto(kind, due, minutes string) string {
	return fmt.Sprintf(`(%s IN ('%s', '%s', '%s') AND strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', %s, coalesce(%s, %d) || ' minutes') > {:from_at})`,
		kind, KindAppointment, KindVisit, KindVideo, due, minutes, meeting/time.Minute)
}

// planOfAgenda says in which order an agenda is read and what beside the time narrows it.
type planOfAgenda struct {
	index string // "" for the table's own: by owner, then by time
	owner string // "" for everybody
	where []string
	empty bool
}

func agendaPlan(v account.Viewer, seller string, open bool) planOfAgenda {
	p := planOfAgenda{index: " INDEXED BY agenda_due"}
	if open {
		p.index = " INDEXED BY agenda_open"
		p.where = append(p.where, "g.is_open = 1")
	}
	switch {
	case !v.IsAdmin():
		p.owner = v.UserID
		p.empty = v.UserID == "" || seller != "" && seller != v.UserID
	case seller == "":
		return p
	case seller != SellerNone:
		p.owner = seller
	}
	if p.index = ""; open { // all of a person's stands in the table's own order
		p.index = " INDEXED BY agenda_owner_open"
	}
	p.where = append(p.where, "g.owner_id = {:owner}")
	return p
}

// from is the part that items and their number share. A date and an instant are compared with their own kind of bound; the
// stretch of the table, or of its index, holds both. Everything that is asked stands in agenda: whose it is follows its prospect.
func (p planOfAgenda) from() string {
	where := append([]string{
		"g.due >= {:first}", "g.due < {:last}",
		"CASE WHEN length(g.due) = 10 THEN g.due >= {:from} AND g.due < {:to} ELSE g.due < {:to_at} AND (g.due >= {:from_at} OR " +
			runsInto("g.kind", "g.due", "g.minutes") + ") END",
		"g.is_shown = 1", "({:everything} = 1 OR g.owner_id = {:viewer})",
	}, p.where...)
	return `
	FROM agenda g` + p.index + `
	WHERE ` + strings.Join(where, "\n\tAND ")
}

// whenColumns are the due time of agenda's row g as an instant or a date.
const whenColumns = "CASE WHEN length(g.due) = 10 THEN NULL ELSE g.due END AS due_at, CASE WHEN length(g.due) = 10 THEN g.due END AS due_on"

func (p planOfAgenda) items() string {
	return `
	SELECT g.activity_id AS id, g.prospect_id, g.name AS prospect_name, g.owner_id,
		coalesce((SELECT u.name FROM user u WHERE u.id = g.owner_id), '') AS owner_name,
		g.kind, g.result, g.body, ` + whenColumns + `, g.minutes, g.done_at, g.remind_at` + p.from() + `
	ORDER BY g.due
	LIMIT {:limit}`
}

func (p planOfAgenda) count() string { return "SELECT count(*)" + p.from() }

// planned reads the items; they are only counted when there are more than were read.
func (s *Service) planned(ctx context.Context, plan planOfAgenda, params dbx.Params) (Agenda, error) {
	a := Agenda{Items: []AgendaItem{}}
	if plan.empty {
		return a, nil
	}
	params["limit"] = mostPlanned + 1
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		if err := q.NewQuery(plan.items()).Bind(params).All(&a.Items); err != nil {
			return err
		}
		a.Total = len(a.Items)
		if a.Total <= mostPlanned {
			return nil
		}
		a.Items = a.Items[:mostPlanned]
		return q.NewQuery(plan.count()).Bind(params).Row(&a.Total)
	})
	return a, err
}
