package crm

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

// WeekHours are the working hours of a week as people write them and as the columns office.hours and user.hours keep them.
type WeekHours struct {
	Mon []HoursSpan `json:"mon"`
	Tue []HoursSpan `json:"tue"`
	Wed []HoursSpan `json:"wed"`
	Thu []HoursSpan `json:"thu"`
	Fri []HoursSpan `json:"fri"`
	Sat []HoursSpan `json:"sat"`
	Sun []HoursSpan `json:"sun"`
}

// HoursSpan is a stretch of a day by the clock on the wall, "09:00" to "14:00"; To may be "24:00".
type HoursSpan struct {
	From string `json:"from" maxLength:"5"`
	To   string `json:"to" maxLength:"5"`
}

// mostSpans bounds the stretches of one day.
const mostSpans = 8

// dayWords are the names of weekdays, by time.Weekday, as columns and arguments of faults have them.
var dayWords = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (w *WeekHours) days() [7]*[]HoursSpan {
	return [7]*[]HoursSpan{&w.Sun, &w.Mon, &w.Tue, &w.Wed, &w.Thu, &w.Fri, &w.Sat}
}

// week reads the hours. Faults: hours.malformed (arguments day, text), hours.backwards (day, from, to), hours.overlap (day,
// first, second), hours.too_many (day, max), each with the weekday as its field.
func (w WeekHours) week() (clock.Week, error) {
	var week clock.Week
	for i, spans := range w.days() {
		if len(*spans) > mostSpans {
			return week, fault.Invalid("hours."+dayWords[i], "hours.too_many", "day", dayWords[i], "max", mostSpans)
		}
		for _, s := range *spans {
			from, ok := readMinutes(s.From)
			to, ok2 := readMinutes(s.To)
			if !ok || !ok2 {
				return week, fault.Invalid("hours."+dayWords[i], "hours.malformed", "day", dayWords[i], "text", s.From+"–"+s.To)
			}
			week[i] = append(week[i], clock.Span{From: from, To: to})
		}
	}
	day, first, second, ok := week.Fault()
	word := dayWords[day]
	switch {
	case ok:
		return week.Sorted(), nil
	case !first.Valid():
		return week, fault.Invalid("hours."+word, "hours.backwards", "day", word, "from", minutesText(first.From), "to", minutesText(first.To))
	}
	return week, fault.Invalid("hours."+word, "hours.overlap", "day", word, "first", spanText(first), "second", spanText(second))
}

// weekHours writes a week for people.
func weekHours(week clock.Week) WeekHours {
	var w WeekHours
	for i, spans := range w.days() {
		*spans = []HoursSpan{}
		for _, s := range week[i] {
			*spans = append(*spans, HoursSpan{minutesText(s.From), minutesText(s.To)})
		}
	}
	return w
}

// hoursText is the column for a week; nil is "", which leaves it to the office, or to nobody.
func hoursText(w *WeekHours) (string, error) {
	if w == nil {
		return "", nil
	}
	week, err := w.week()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(weekHours(week))
	if err != nil {
		return "", fmt.Errorf("write hours: %w", err)
	}
	return string(text), nil
}

// readHours reads the column; false where it says nothing. What cannot be read, because a later version wrote it, says
// nothing either.
func readHours(text string) (clock.Week, bool) {
	if text == "" {
		return clock.Week{}, false
	}
	var w WeekHours
	if json.Unmarshal([]byte(text), &w) != nil {
		return clock.Week{}, false
	}
	week, err := w.week()
	return week, err == nil
}

// readMinutes reads "09:00" or "24:00".
func readMinutes(text string) (int, bool) {
	hours, minutes, ok := strings.Cut(text, ":")
	h, err := strconv.Atoi(hours)
	m, err2 := strconv.Atoi(minutes)
	if !ok || err != nil || err2 != nil || len(minutes) != 2 || len(hours) == 0 || len(hours) > 2 || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, false
	}
	return h*60 + m, true
}

func minutesText(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

func spanText(s clock.Span) string { return minutesText(s.From) + "–" + minutesText(s.To) }

// dayAfter is the date so many days after another one.
func dayAfter(date string, days int) string {
	t, err := time.Parse(clock.DateLayout, date)
	if err != nil {
		return date
	}
	return t.AddDate(0, 0, days).Format(clock.DateLayout)
}
