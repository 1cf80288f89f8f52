package crm

import (
	"context"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// TurnSettings are everything an administrator sets about turns, and what follows from it now.
type TurnSettings struct {
	Office    OfficeTurns   `json:"office"`
	Sellers   []SellerTurns `json:"sellers"` // active ones, by name
	Groups    []SellerGroup `json:"groups"`
	Rules     []TurnRule    `json:"rules"` // in the order in which they are asked
	Absences  []Absence     `json:"absences"`
	Holidays  []Holiday     `json:"holidays"`
	Uncovered []Uncovered   `json:"uncovered"` // in the next 60 days
}

// OfficeTurns are when the office works and how it answers. Times are minutes of working time; 0 is never.
type OfficeTurns struct {
	Timezone        string     `json:"timezone"`
	Hours           *WeekHours `json:"hours"` // nil is day and night
	TurnsPaused     bool       `json:"turns_paused"`
	RemindAfter     int        `json:"remind_after"`
	NotifyAfter     int        `json:"notify_after"`
	ReassignAfter   int        `json:"reassign_after"`
	MostHops        int        `json:"most_hops"`
	SharesAtOpening bool       `json:"shares_at_opening"`
	IsOpen          bool       `json:"is_open"` // now
}

// SellerTurns are when a seller takes turns.
type SellerTurns struct {
	UserID     string     `json:"user_id"`
	Name       string     `json:"name"`
	Paused     bool       `json:"paused"`
	Hours      *WeekHours `json:"hours"`       // nil is the office's
	DailyCap   int        `json:"daily_cap"`   // 0 is any number
	BacklogCap int        `json:"backlog_cap"` // 0 is any number
	Away       string     `json:"away"`        // why they take no turn now, as far as time and switches decide; "" when they do
}

// OfficeTurnsPatch changes what is not nil. NoHours takes the hours away.
type OfficeTurnsPatch struct {
	Hours                                             *WeekHours
	NoHours                                           bool
	TurnsPaused, SharesAtOpening                      *bool
	RemindAfter, NotifyAfter, ReassignAfter, MostHops *int
}

// SellerTurnsPatch changes what is not nil. NoHours gives the seller the office's hours.
type SellerTurnsPatch struct {
	Hours                *WeekHours
	NoHours              bool
	Paused               *bool
	DailyCap, BacklogCap *int
}

// Bounds of settings.
const (
	longestWait = 24 * 60
	mostHops    = 2 // then the tray: nobody is passed on for ever
	mostCap     = 100_000
	// coverage is how many days ahead it is looked whether somebody works.
	coverage = 60
)

// TurnSettings returns what is set. Fault access.admin_only.
func (s *Service) TurnSettings(ctx context.Context, v account.Viewer) (TurnSettings, error) {
	if err := account.AdminOnly(v); err != nil {
		return TurnSettings{}, err
	}
	all := TurnSettings{Sellers: []SellerTurns{}, Rules: []TurnRule{}, Groups: []SellerGroup{}}
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		t, err := s.setup(q)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		all.Office = t.office()
		all.Office.IsOpen = t.calendar("").Open(now)
		away := t.away(now)
		for _, u := range t.sellers {
			w := SellerTurns{UserID: u.ID, Name: u.Name, Paused: u.Paused, DailyCap: u.DailyCap, BacklogCap: u.BacklogCap, Away: away[u.ID]}
			if week, ok := readHours(u.Hours); ok {
				hours := weekHours(week)
				w.Hours = &hours
			}
			all.Sellers = append(all.Sellers, w)
		}
		slices.SortStableFunc(all.Sellers, func(a, b SellerTurns) int { return compareNames(a.Name, b.Name) })
		for id, g := range t.groups {
			all.Groups = append(all.Groups, SellerGroup{ID: id, Name: g.name, Members: append([]string{}, g.members...)})
		}
		slices.SortFunc(all.Groups, func(a, b SellerGroup) int { return compareNames(a.Name+a.ID, b.Name+b.ID) })
		if err := q.NewQuery(rulesQuery).All(&all.Rules); err != nil {
			return fmt.Errorf("read rules: %w", err)
		}
		today := t.calendar("").Date(now)
		if all.Absences, err = readAbsences(q, dayAfter(today, -31)); err != nil {
			return err
		}
		if all.Holidays, err = readHolidays(q, dayAfter(today, -31)); err != nil {
			return err
		}
		all.Uncovered = t.uncovered(today, dayAfter(today, coverage-1), "")
		return nil
	})
	if err != nil {
		return TurnSettings{}, fmt.Errorf("read settings of turns: %w", err)
	}
	return all, nil
}

func (t *turnSetup) office() OfficeTurns {
	p := t.policy
	o := OfficeTurns{
		Timezone: p.Timezone, TurnsPaused: p.TurnsPaused, RemindAfter: p.RemindAfter, NotifyAfter: p.NotifyAfter,
		ReassignAfter: p.ReassignAfter, MostHops: p.MostHops, SharesAtOpening: p.SharesAtOpening,
	}
	if t.hasHours {
		hours := weekHours(t.week)
		o.Hours = &hours
	}
	return o
}

// UpdateOfficeTurns changes when the office works and how it answers. Faults: access.admin_only; what is wrong with hours (see
// WeekHours); input.out_of_range (arguments min, max); turns.order when a later step would come before an earlier one.
func (s *Service) UpdateOfficeTurns(ctx context.Context, v account.Viewer, p OfficeTurnsPatch) (Change, error) {
	row, err := p.row()
	if err != nil {
		return Change{}, err
	}
	return s.changeTurns(ctx, v, func(tx *store.Tx) error {
		t, err := s.setup(tx.Query())
		if err != nil {
			return err
		}
		steps := []int{or(p.RemindAfter, t.policy.RemindAfter), or(p.NotifyAfter, t.policy.NotifyAfter), or(p.ReassignAfter, t.policy.ReassignAfter)}
		steps = slices.DeleteFunc(steps, func(minutes int) bool { return minutes == 0 })
		if !slices.IsSorted(steps) {
			return fault.Invalid("reassign_after", "turns.order")
		}
		if t.policy.ID == "" || len(row) == 0 {
			return nil
		}
		return tx.Set("office", t.policy.ID, row)
	})
}

func (p OfficeTurnsPatch) row() (store.Row, error) {
	row := store.Row{}
	if p.Hours != nil || p.NoHours {
		text, err := hoursText(p.Hours)
		if err != nil {
			return nil, err
		}
		row["hours"] = text
	}
	for name, value := range map[string]*bool{"turns_paused": p.TurnsPaused, "shares_at_opening": p.SharesAtOpening} {
		if value != nil {
			row[name] = *value
		}
	}
	for _, f := range []struct {
		name  string
		value *int
		most  int
	}{
		{"remind_after", p.RemindAfter, longestWait},
		{"notify_after", p.NotifyAfter, longestWait},
		{"reassign_after", p.ReassignAfter, longestWait},
		{"most_hops", p.MostHops, mostHops},
	} {
		if err := setInt(row, f.name, f.value, f.most); err != nil {
			return nil, err
		}
	}
	return row, nil
}

// UpdateSellerTurns changes when a seller takes turns. Faults: access.admin_only, user.not_found, input.out_of_range, and what is
// wrong with hours.
func (s *Service) UpdateSellerTurns(ctx context.Context, v account.Viewer, user string, p SellerTurnsPatch) (Change, error) {
	row := store.Row{}
	if p.Hours != nil || p.NoHours {
		text, err := hoursText(p.Hours)
		if err != nil {
			return Change{}, err
		}
		row["hours"] = text
	}
	if p.Paused != nil {
		row["paused"] = *p.Paused
	}
	for name, value := range map[string]*int{"daily_cap": p.DailyCap, "backlog_cap": p.BacklogCap} {
		if err := setInt(row, name, value, mostCap); err != nil {
			return Change{}, err
		}
	}
	return s.changeTurns(ctx, v, func(tx *store.Tx) error {
		if err := mustSell(tx, user); err != nil {
			return err
		}
		if len(row) == 0 {
			return nil
		}
		return tx.Set("user", user, row)
	})
}

// changeTurns runs a change of settings, which are an administrator's.
func (s *Service) changeTurns(ctx context.Context, v account.Viewer, fn func(*store.Tx) error) (Change, error) {
	if err := account.AdminOnly(v); err != nil {
		return Change{}, err
	}
	c, err := s.change(ctx, v, fn)
	if err != nil {
		return Change{}, fmt.Errorf("change turns: %w", err)
	}
	return c, nil
}

func setInt(row store.Row, name string, value *int, most int) error {
	if value == nil {
		return nil
	}
	if *value < 0 || *value > most {
		return fault.Invalid(name, "input.out_of_range", "min", 0, "max", most)
	}
	row[name] = *value
	return nil
}

func or(value *int, otherwise int) int {
	if value == nil {
		return otherwise
	}
	return *value
}

// compareNames orders as people do, without case and accents.
func compareNames(a, b string) int {
	switch fa, fb := fold(a), fold(b); {
	case fa < fb:
		return -1
	case fa > fb:
		return 1
	}
	return 0
}
