package clock

import (
	"cmp"
	"slices"
	"time"
)

// minutesADay are those of a wall clock; a day on which clocks are changed has as many.
const minutesADay = 24 * 60

// Span is a stretch of a day by the clock on the wall, in minutes since midnight: From belongs to it, To does not. To is at
// most 1440; who works past midnight has a span on each of the two days.
type Span struct{ From, To int }

// Valid reports whether the span lies in one day and has a length.
func (s Span) Valid() bool { return 0 <= s.From && s.From < s.To && s.To <= minutesADay }

// Week are the working hours of each weekday, by time.Weekday. The zero Week is always closed.
type Week [7][]Span

// Always is open day and night: the hours of who has not said any.
func Always() Week {
	var w Week
	for i := range w {
		w[i] = []Span{{0, minutesADay}}
	}
	return w
}

// Fault returns the first weekday that has a span without a length, or two that overlap, and the spans that are to blame:
// one in the first case, two in the second. ok says that there is none.
func (w Week) Fault() (day time.Weekday, first, second Span, ok bool) {
	for i, spans := range w {
		sorted := slices.SortedFunc(slices.Values(spans), bySpan)
		for j, s := range sorted {
			if !s.Valid() {
				return time.Weekday(i), s, Span{}, false
			}
			if j > 0 && s.From < sorted[j-1].To {
				return time.Weekday(i), sorted[j-1], s, false
			}
		}
	}
	return 0, Span{}, Span{}, true
}

// Sorted returns the week with the spans of each day in order.
func (w Week) Sorted() Week {
	for i := range w {
		w[i] = slices.SortedFunc(slices.Values(w[i]), bySpan)
	}
	return w
}

// Empty reports whether no day has hours.
func (w Week) Empty() bool {
	return !slices.ContainsFunc(w[:], func(spans []Span) bool { return len(spans) > 0 })
}

func bySpan(a, b Span) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) }

// Days are dates from From to To, both included, as DateLayout writes them.
type Days struct{ From, To string }

// Contain reports whether a date is among them.
func (d Days) Contain(date string) bool { return d.From <= date && date <= d.To }

// Calendar says when somebody works: a week that repeats, less the days off, by the clocks of one place. It is a value: what
// it answers follows from its fields alone. A nil Zone is UTC.
type Calendar struct {
	Zone *time.Location
	Week Week
	Off  []Days
}

// Open reports whether at is in working hours.
func (c Calendar) Open(at time.Time) bool {
	open := false
	c.each(c.date(at), func(from, to time.Time) bool {
		open = !at.Before(from) && at.Before(to)
		return !open && from.Before(at)
	}, 1)
	return open
}

// Elapsed is how much working time lies between two instants; 0 when to is not after from.
func (c Calendar) Elapsed(from, to time.Time) time.Duration {
	if !to.After(from) {
		return 0
	}
	if c.alwaysOpen() {
		return to.Sub(from)
	}
	var sum time.Duration
	c.each(c.date(from), func(opens, closes time.Time) bool {
		if !opens.Before(to) {
			return false
		}
		if opens.Before(from) {
			opens = from
		}
		if closes.After(to) {
			closes = to
		}
		if closes.After(opens) {
			sum += closes.Sub(opens)
		}
		return true
	}, c.daysBetween(from, to))
	return sum
}

// horizon is how far ahead Next and Add look: longer than any holiday.
const horizon = 400

// Next is the first working instant at or after at; false when there is none within a year.
func (c Calendar) Next(at time.Time) (next time.Time, ok bool) {
	c.each(c.date(at), func(opens, closes time.Time) bool {
		if !closes.After(at) {
			return true
		}
		if next, ok = opens, true; opens.Before(at) {
			next = at
		}
		return false
	}, horizon)
	return next, ok
}

// Add is the first instant at which so much working time has passed since from; false when that takes more than a year.
func (c Calendar) Add(from time.Time, d time.Duration) (at time.Time, ok bool) {
	c.each(c.date(from), func(opens, closes time.Time) bool {
		if opens.Before(from) {
			opens = from
		}
		if !closes.After(opens) {
			return true
		}
		if length := closes.Sub(opens); length < d {
			d -= length
			return true
		}
		at, ok = opens.Add(d), true
		return false
	}, horizon)
	return at, ok
}

// Date is the day that it is at an instant, where the calendar is kept.
func (c Calendar) Date(at time.Time) string { return c.date(at).Format(DateLayout) }

// IsOff reports whether a date, as DateLayout writes it, is a day off.
func (c Calendar) IsOff(date string) bool {
	return slices.ContainsFunc(c.Off, func(d Days) bool { return d.Contain(date) })
}

// alwaysOpen says that counting is subtraction, whatever clocks do meanwhile.
func (c Calendar) alwaysOpen() bool {
	if len(c.Off) > 0 {
		return false
	}
	return !slices.ContainsFunc(c.Week[:], func(spans []Span) bool { return len(spans) != 1 || spans[0] != Span{0, minutesADay} })
}

// each calls fn with every working stretch of so many days, in order, until it answers false. None begins before the one before
// it has ended: of two spans that touch the hour which comes twice, the first goes on to its second end.
func (c Calendar) each(day time.Time, fn func(opens, closes time.Time) bool, days int) {
	var last time.Time
	for range days {
		if spans := c.Week[day.Weekday()]; len(spans) > 0 && !c.IsOff(day.Format(DateLayout)) {
			for _, s := range spans {
				opens, closes := c.wall(day, s.From, false), c.wall(day, s.To, true)
				if opens.Before(last) {
					opens = last
				}
				if !closes.After(opens) { // a span within the hour that a change of clocks skips has no length
					continue
				}
				if last = closes; !fn(opens, closes) {
					return
				}
			}
		}
		day = day.AddDate(0, 0, 1)
	}
}

// date is midnight UTC of the day that it is at an instant where the calendar is kept.
func (c Calendar) date(at time.Time) time.Time {
	y, m, d := at.In(c.zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (c Calendar) daysBetween(from, to time.Time) int {
	return int(c.date(to).Sub(c.date(from))/(24*time.Hour)) + 1
}

func (c Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// wall is when the clock on the wall shows so many minutes of a day. What it shows twice, because it is set back, is the
// later one for late and else the earlier one: who works through that hour works it twice. What it skips is the moment of
// the change. time.Date does not promise either.
func (c Calendar) wall(day time.Time, minutes int, late bool) time.Time {
	shown := day.Add(time.Duration(minutes) * time.Minute) // as if the zone were UTC
	const around = 26 * time.Hour                          // further from UTC than any zone, and past any one change
	_, before := shown.Add(-around).In(c.zone()).Zone()
	_, after := shown.Add(around).In(c.zone()).Zone()
	first, second := shown.Add(-time.Duration(before)*time.Second), shown.Add(-time.Duration(after)*time.Second)
	if first.Equal(second) {
		return first
	}
	isFirst, isSecond := c.shows(first, before), c.shows(second, after)
	switch {
	case isFirst && isSecond && late, isSecond && !isFirst:
		return second
	case isFirst:
		return first
	}
	change, _ := first.In(c.zone()).ZoneBounds() // the old clock would show it: the new one is just in force
	return change.UTC()
}

// shows reports whether the zone is so many seconds off UTC at an instant.
func (c Calendar) shows(at time.Time, offset int) bool {
	_, now := at.In(c.zone()).Zone()
	return now == offset
}
