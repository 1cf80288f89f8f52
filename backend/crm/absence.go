package crm

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Absence are days on which a seller takes no turns, From and Until included.
type Absence struct {
	ID     string `json:"id" db:"id"`
	UserID string `json:"user_id" db:"user_id"`
	From   string `json:"from" db:"from_on"`
	Until  string `json:"until" db:"until_on"`
}

// SavedAbsence is a change of absences, with the days that it leaves without anybody.
type SavedAbsence struct {
	Created
	Uncovered []Uncovered `json:"uncovered"`
}

// Uncovered are days on which nobody of a group works although the office does.
type Uncovered struct {
	GroupID string `json:"group_id"` // "" is everybody
	Group   string `json:"group"`
	From    string `json:"from"`
	Until   string `json:"until"`
}

// Holiday is a day on which the office is closed.
type Holiday struct {
	ID   string `json:"id" db:"id"`
	Day  string `json:"day" db:"day"`
	Name string `json:"name" db:"name"`
}

const (
	longestAbsence = 366 // days
	longestHoliday = 80
)

// SaveAbsence writes an absence down, or with an id changes one, and tells which days it leaves without anybody; it is written
// all the same. Faults: access.admin_only, user.not_found, input.required, input.invalid, absence.not_found, absence.backwards,
// absence.too_long (argument max), absence.overlap (arguments from, until) for days that the seller is away on already.
func (s *Service) SaveAbsence(ctx context.Context, v account.Viewer, a Absence) (SavedAbsence, error) {
	if err := a.check(); err != nil {
		return SavedAbsence{}, err
	}
	done := SavedAbsence{Created: Created{ID: a.ID}, Uncovered: []Uncovered{}}
	c, err := s.changeTurns(ctx, v, func(tx *store.Tx) error {
		if a.ID != "" {
			known, err := exists(tx, "SELECT 1 FROM absence WHERE id = {:id} AND deleted = 0", dbx.Params{"id": a.ID})
			if err != nil {
				return err
			}
			if !known {
				return fault.New("absence.not_found")
			}
		}
		if err := mustSell(tx, a.UserID); err != nil {
			return err
		}
		if err := a.refuseOverlap(tx); err != nil {
			return err
		}
		row := store.Row{"user_id": a.UserID, "from_on": a.From, "until_on": a.Until}
		var err error
		if a.ID == "" {
			done.ID = tx.NewID()
			row["created_at"] = nowText(tx)
			err = tx.Create("absence", done.ID, row)
		} else {
			err = tx.Set("absence", a.ID, row)
		}
		if err != nil {
			return err
		}
		t, err := s.setup(tx.Query())
		if err != nil {
			return err
		}
		from := max(a.From, t.calendar("").Date(tx.Now()))
		done.Uncovered = t.uncovered(from, a.Until, a.UserID)
		return nil
	})
	if err != nil {
		return SavedAbsence{}, err
	}
	done.Change = c
	return done, nil
}

func (a *Absence) check() (err error) {
	for field, day := range map[string]*string{"from": &a.From, "until": &a.Until} {
		if *day == "" {
			return fault.Invalid(field, "input.required")
		}
		if *day, err = checkDate(field, *day); err != nil {
			return err
		}
	}
	if a.Until < a.From {
		return fault.Invalid("until", "absence.backwards")
	}
	if a.Until > dayAfter(a.From, longestAbsence-1) {
		return fault.Invalid("until", "absence.too_long", "max", longestAbsence)
	}
	return nil
}

func (a *Absence) refuseOverlap(tx *store.Tx) error {
	var others []Absence
	err := tx.Query().NewQuery(`
		SELECT id, user_id, from_on, until_on
		FROM absence
		WHERE user_id = {:user}
		AND from_on <= {:until}
		AND until_on >= {:from}
		AND id <> {:id}
		AND deleted = 0
		ORDER BY from_on
		LIMIT 1`).Bind(dbx.Params{"user": a.UserID, "from": a.From, "until": a.Until, "id": a.ID}).All(&others)
	if err != nil {
		return fmt.Errorf("read absences: %w", err)
	}
	if len(others) > 0 {
		return fault.Invalid("from", "absence.overlap", "from", others[0].From, "until", others[0].Until)
	}
	return nil
}

// RemoveAbsence takes an absence back. Faults: access.admin_only, absence.not_found.
func (s *Service) RemoveAbsence(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.removeTurns(ctx, v, "absence", id, "absence.not_found")
}

// AddHoliday closes the office for a day. Faults: access.admin_only, input.required, input.invalid, input.too_long, and
// holiday.known for a day that is one.
func (s *Service) AddHoliday(ctx context.Context, v account.Viewer, h Holiday) (Created, error) {
	if h.Day == "" {
		return Created{}, fault.Invalid("day", "input.required")
	}
	day, err := checkDate("day", h.Day)
	if err != nil {
		return Created{}, err
	}
	name, err := checkText("name", h.Name, longestHoliday)
	if err != nil {
		return Created{}, err
	}
	var id string
	c, err := s.changeTurns(ctx, v, func(tx *store.Tx) error {
		known, err := isHoliday(tx, day)
		if err != nil {
			return err
		}
		if known {
			return fault.Invalid("day", "holiday.known")
		}
		id = tx.NewID()
		return tx.Create("holiday", id, store.Row{"day": day, "name": name, "created_at": nowText(tx)})
	})
	if err != nil {
		return Created{}, err
	}
	return Created{ID: id, Change: c}, nil
}

// AddOfficialHolidays closes the office on the days of a year that article 74 of Mexico's labour law names, but for elections,
// which are called for. Days that are closed already stay as they are. Faults: access.admin_only, input.invalid.
func (s *Service) AddOfficialHolidays(ctx context.Context, v account.Viewer, year int) (Change, error) {
	if year < 2000 || year > 2199 {
		return Change{}, fault.Invalid("year", "input.invalid")
	}
	return s.changeTurns(ctx, v, func(tx *store.Tx) error {
		for _, h := range officialHolidays(year) {
			known, err := isHoliday(tx, h.Day)
			if err != nil {
				return err
			}
			if known {
				continue
			}
			if err := tx.Create("holiday", tx.NewID(), store.Row{"day": h.Day, "name": h.Name, "created_at": nowText(tx)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// officialHolidays are those of article 74 of the Ley Federal del Trabajo. Their names are data of the office.
func officialHolidays(year int) []Holiday {
	monday := func(month time.Month, nth int) string {
		first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
		days := (int(time.Monday)-int(first.Weekday())+7)%7 + 7*(nth-1)
		return first.AddDate(0, 0, days).Format(clock.DateLayout)
	}
	day := func(month time.Month, day int) string {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(clock.DateLayout)
	}
	list := []Holiday{
		{Day: day(time.January, 1), Name: "Año Nuevo"},
		{Day: monday(time.February, 1), Name: "Día de la Constitución"},
		{Day: monday(time.March, 3), Name: "Natalicio de Benito Juárez"},
		{Day: day(time.May, 1), Name: "Día del Trabajo"},
		{Day: day(time.September, 16), Name: "Independencia"},
		{Day: monday(time.November, 3), Name: "Revolución"},
		{Day: day(time.December, 25), Name: "Navidad"},
	}
	if (year-2024)%6 == 0 {
		list = append(list, Holiday{Day: day(time.October, 1), Name: "Transmisión del Poder Ejecutivo Federal"})
	}
	return list
}

// RemoveHoliday opens the office again. Faults: access.admin_only, holiday.not_found.
func (s *Service) RemoveHoliday(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.removeTurns(ctx, v, "holiday", id, "holiday.not_found")
}

func isHoliday(tx *store.Tx, day string) (bool, error) {
	return exists(tx, "SELECT 1 FROM holiday WHERE day = {:day} AND deleted = 0", dbx.Params{"day": day})
}

func readAbsences(q dbx.Builder, since string) ([]Absence, error) {
	list := []Absence{}
	err := q.NewQuery(`
		SELECT id, user_id, from_on, until_on
		FROM absence
		WHERE until_on >= {:since}
		AND deleted = 0
		ORDER BY from_on, until_on, id`).Bind(dbx.Params{"since": since}).All(&list)
	if err != nil {
		return nil, fmt.Errorf("read absences: %w", err)
	}
	return list, nil
}

func readHolidays(q dbx.Builder, since string) ([]Holiday, error) {
	list := []Holiday{}
	err := q.NewQuery(`
		SELECT id, day, name
		FROM holiday
		WHERE day >= {:since}
		AND deleted = 0
		ORDER BY day, id`).Bind(dbx.Params{"since": since}).All(&list)
	if err != nil {
		return nil, fmt.Errorf("read holidays: %w", err)
	}
	return list, nil
}

// uncovered finds the days of a stretch on which the office works and nobody of a circle does: of everybody's, and of each that
// a rule names; with a user only of those that they are in.
func (t *turnSetup) uncovered(from, until, user string) []Uncovered {
	list := []Uncovered{}
	rotas := []rota{{}}
	for _, r := range t.rules {
		if g := t.groupOr(r.GroupID); g != "" && !slices.ContainsFunc(rotas, func(known rota) bool { return known.group == g }) {
			rotas = append(rotas, rota{group: g})
		}
	}
	office := t.calendar("")
	for _, r := range rotas {
		members := t.members(r)
		if user != "" && !slices.ContainsFunc(members, func(u *turnSeller) bool { return u.ID == user }) {
			continue
		}
		open := false // the last one goes on
		for day := from; day <= until; day = dayAfter(day, 1) {
			weekday := weekdayOf(day)
			if office.IsOff(day) || len(office.Week[weekday]) == 0 || slices.ContainsFunc(members, func(u *turnSeller) bool { return u.worksOn(day, weekday) }) {
				open = open && (office.IsOff(day) || len(office.Week[weekday]) == 0) // a Sunday does not interrupt
				continue
			}
			if open {
				list[len(list)-1].Until = day
				continue
			}
			list, open = append(list, Uncovered{r.group, t.groups[r.group].name, day, day}), true
		}
	}
	return list
}

// worksOn reports whether a seller takes turns at some time of a day.
func (u *turnSeller) worksOn(day string, weekday time.Weekday) bool {
	if u.Paused || len(u.works.Week[weekday]) == 0 || u.works.IsOff(day) {
		return false
	}
	return !slices.ContainsFunc(u.absent, func(d clock.Days) bool { return d.Contain(day) })
}

func weekdayOf(day string) time.Weekday {
	t, err := time.Parse(clock.DateLayout, day)
	if err != nil {
		return time.Sunday
	}
	return t.Weekday()
}
