package crm

import (
	"time"

	"sitegroup.mx/crm/backend/clock"
)

// startOfDay is the first instant in a zone of the date that day shows: usually midnight, later where the clocks skip it.
func startOfDay(day time.Time, zone *time.Location) time.Time {
	start := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	if start.Format(clock.DateLayout) < day.Format(clock.DateLayout) {
		_, start = start.ZoneBounds()
	}
	return start
}

// addDays is the date so many days after another.
func addDays(date string, days int) string {
	day, err := time.Parse(clock.DateLayout, date)
	if err != nil {
		return date
	}
	return day.AddDate(0, 0, days).Format(clock.DateLayout)
}
