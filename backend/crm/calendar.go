package crm

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

// CalendarFile is a calendar as other programs read it (RFC 5545).
type CalendarFile struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// CalendarStyle is how a person wants calendars: in which language, and whether they may name anybody.
type CalendarStyle struct {
	Language  string
	HideNames bool
}

const (
	// mostExported bounds one calendar; it is more than anybody plans.
	mostExported = 10_000
	// meeting and duty are how long something takes of which nobody has said it.
	meeting = time.Hour
	duty    = 15 * time.Minute
	// calendarZone ends the identifiers of events (RFC 5545, section 3.8.4.7).
	calendarZone = "@sitegroup-crm"
)

// calendarWords are what an event is called. They leave the program, so they are not the screen's to fill in.
var calendarWords = map[string]map[string]string{
	"es-MX": {
		KindCall: "Llamada", KindWhatsApp: "WhatsApp", KindEmail: "Correo", KindAppointment: "Cita", KindVisit: "Visita",
		KindVideo: "Videollamada", KindTask: "Tarea",
	},
	"en": {
		KindCall: "Call", KindWhatsApp: "WhatsApp", KindEmail: "E-mail", KindAppointment: "Appointment", KindVisit: "Visit",
		KindVideo: "Video call", KindTask: "Task",
	},
}

// calendarItem is an AgendaItem and how often it has been moved, which another calendar wants to know.
type calendarItem struct {
	ID    string  `db:"id"`
	Name  string  `db:"prospect_name"`
	Kind  string  `db:"kind"`
	DueAt *string `db:"due_at"`
	DueOn *string `db:"due_on"`
	Long  *int    `db:"minutes"`
	Moved int     `db:"moved"`
}

// movedColumn counts the moves of an activity, and those that were taken back twice: each is a newer version of the event.
func movedColumn(prospect, activity string) string {
	return `(
			SELECT count(*) + total(e.deleted)
			FROM event e
			WHERE e.prospect_id = ` + prospect + `
			AND e.kind = '` + EventRescheduled + `'
			AND e.data ->> 'activity_id' = ` + activity + `) AS moved`
}

// CalendarOf returns one planned activity as a calendar. Faults: activity.not_found, activity.no_date for one without a date,
// contact.opposed for when to reach somebody who asked not to be contacted.
func (s *Service) CalendarOf(ctx context.Context, v account.Viewer, id string, style CalendarStyle) (CalendarFile, error) {
	var item struct {
		calendarItem
		Waits bool `db:"waits"`
	}
	err := s.store.Read().NewQuery(`
		SELECT a.id, c.name AS prospect_name, a.kind, a.due_at, a.due_on, a.minutes,
			a.done_at IS NULL AND c.opposed_at IS NOT NULL AS waits, ` + movedColumn("a.prospect_id", "a.id") + `
		FROM activity a
		JOIN prospect p ON p.id = a.prospect_id
		JOIN contact c ON c.id = p.contact_id
		WHERE a.id = {:id}
		AND a.deleted = 0
		AND` + seen).Bind(viewerParams(v, id)).WithContext(ctx).One(&item)
	if err = orNotFound(err, "activity.not_found"); err != nil {
		return CalendarFile{}, fmt.Errorf("read activity: %w", err)
	}
	if item.DueAt == nil && item.DueOn == nil {
		return CalendarFile{}, fault.New("activity.no_date")
	}
	if item.Waits && reachesOut(item.Kind) {
		return CalendarFile{}, fault.New(CodeOpposed)
	}
	name := "cita-" + (deref(item.DueAt) + deref(item.DueOn))[:len(clock.DateLayout)]
	return s.calendar(name, []calendarItem{item.calendarItem}, style)
}

// Calendar returns a stretch of the agenda as a calendar. Faults are Agenda's, and agenda.empty where nothing is planned: a
// calendar has at least one event (RFC 5545, section 3.6).
func (s *Service) Calendar(ctx context.Context, v account.Viewer, r AgendaRange, style CalendarStyle) (CalendarFile, error) {
	if err := r.check(); err != nil {
		return CalendarFile{}, err
	}
	var items []calendarItem
	if plan := agendaPlan(v, r.Seller, false); !plan.empty {
		p := r.params(v, plan)
		p["limit"] = mostExported
		err := s.store.Read().NewQuery(plan.events()).Bind(p).WithContext(ctx).All(&items)
		if err != nil {
			return CalendarFile{}, fmt.Errorf("read agenda: %w", err)
		}
	}
	if len(items) == 0 {
		return CalendarFile{}, fault.New("agenda.empty")
	}
	return s.calendar("agenda-"+r.From, items, style)
}

func (p planOfAgenda) events() string {
	return "SELECT g.activity_id AS id, g.name AS prospect_name, g.kind, " + whenColumns + ", g.minutes, " + movedColumn("g.prospect_id", "g.activity_id") + p.from() + `
	ORDER BY g.due
	LIMIT {:limit}`
}

// calendar writes events. Each says what kind of thing it is and the person's first name: neither phone nor notes leave the
// program, for a calendar is shared with others and kept by strangers.
func (s *Service) calendar(name string, items []calendarItem, style CalendarStyle) (CalendarFile, error) {
	words := calendarWords[style.Language]
	if words == nil {
		words = calendarWords["es-MX"]
	}
	c := ics.NewCalendarFor("SITEGROUP CRM")
	c.SetProductId("-//SITEGROUP//CRM//ES")
	c.SetCalscale("GREGORIAN")
	for _, item := range items {
		e := c.AddEvent(item.ID + calendarZone)
		e.SetDtStampTime(s.clock.Now())
		e.SetSequence(item.Moved)
		title := words[item.Kind]
		if first := plainLine(FirstName(item.Name)); first != "" && !style.HideNames {
			title += " · " + first
		}
		e.SetSummary(title)
		e.SetClass(ics.ClassificationPrivate)
		if err := item.schedule(e); err != nil {
			return CalendarFile{}, err
		}
	}
	return CalendarFile{Name: name + ".ics", Content: c.Serialize(ics.WithNewLineWindows)}, nil
}

// schedule says when: a date stays a date, an instant is written in UTC and so is the same in every zone, whatever becomes of
// daylight saving.
func (item calendarItem) schedule(e *ics.VEvent) error {
	if item.DueOn != nil {
		day, err := time.Parse(clock.DateLayout, *item.DueOn)
		if err != nil {
			return fmt.Errorf("read date: %w", err)
		}
		e.SetAllDayStartAt(day)
		e.SetAllDayEndAt(day.AddDate(0, 0, 1)) // the day after, which is no longer part of it
		e.SetTimeTransparency(ics.TransparencyTransparent)
		return nil
	}
	at, err := clock.Parse(deref(item.DueAt))
	if err != nil {
		return err
	}
	if !isMeeting(item.Kind) {
		e.SetTimeTransparency(ics.TransparencyTransparent)
	}
	e.SetStartAt(at)
	e.SetEndAt(at.Add(howLong(item.Kind, item.Long)))
	return nil
}

// howLong is how long something takes: as somebody said, or as its kind usually does.
func howLong(kind string, minutes *int) time.Duration {
	switch {
	case minutes != nil && *minutes > 0:
		return time.Duration(*minutes) * time.Minute
	case isMeeting(kind):
		return meeting
	}
	return duty
}

// isMeeting reports whether a kind is an appointment: something that two people come to, as against what one does alone.
func isMeeting(kind string) bool {
	return kind == KindAppointment || kind == KindVisit || kind == KindVideo
}

// plainLine drops what would break a line of a file that others read.
func plainLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, text)
}
