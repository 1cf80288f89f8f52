package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/clock"
)

// TestMeter_IsTheCalendar holds the written-out calendar to the one that walks through the days, in zones that change their
// clocks, that stopped and that never did.
func TestMeter_IsTheCalendar(t *testing.T) {
	zones := []string{"America/Mexico_City", "America/Tijuana", "America/Ciudad_Juarez", "America/Cancun", "Asia/Kolkata"}
	start := at(t, "2022-01-01T00:00:00Z")
	rapid.Check(t, func(rt *rapid.T) {
		c := clock.Calendar{Zone: zone(t, rapid.SampledFrom(zones).Draw(rt, "zone")), Week: week(rt)}
		if rapid.Bool().Draw(rt, "holiday") {
			c.Off = []clock.Days{{From: "2022-10-29", To: "2022-10-31"}, {From: "2023-03-12", To: "2023-03-12"}}
		}
		m := c.Meter(start, start.AddDate(2, 0, 0))
		for i, s := range m.Stretches() {
			if s.Opens >= s.Closes || i > 0 && m.Stretches()[i-1].Closes >= s.Opens {
				rt.Fatalf("stretch %d is %+v", i, s)
			}
		}
		for range 20 {
			from := start.Add(time.Duration(rapid.IntRange(0, 2*365*24*3600).Draw(rt, "from")) * time.Second)
			to := from.Add(time.Duration(rapid.IntRange(-3600, 20*24*3600).Draw(rt, "seconds")) * time.Second)
			if to.After(start.AddDate(2, 0, 0)) {
				continue
			}
			if got, want := m.Elapsed(from.Unix(), to.Unix()), int64(c.Elapsed(from, to)/time.Second); got != want {
				rt.Fatalf("from %v to %v: %d s, want %d", from, to, got, want)
			}
			if last := start.AddDate(2, 0, 0); from.Before(last) {
				runs, until, changes := m.State(from.Unix())
				if runs != c.Open(from) {
					rt.Fatalf("at %v it runs: %t", from, runs)
				}
				if end := time.Unix(until, 0); changes && end.Before(last) && (c.Open(end) == runs || c.Open(end.Add(-time.Second)) != runs) {
					rt.Fatalf("at %v it changes at %v, where it does not", from, end)
				}
			}
		}
	})
}

// TestMeter_Responses is the response clock: leads at night, on a holiday, over a change of clocks, and answers before the lead.
func TestMeter_Responses(t *testing.T) {
	sundays := clock.Week{time.Sunday: {{From: 60, To: 4 * 60}}}
	tests := []struct {
		name, zone, lead, attended string
		week                       clock.Week
		off                        []clock.Days
		want                       time.Duration
	}{
		{"within hours both clocks agree", "America/Mexico_City", "2026-11-03T10:00:00-06:00", "2026-11-03T10:04:59-06:00", offices(), nil, 299 * time.Second},
		{"a lead at night is timed from the opening", "America/Mexico_City", "2026-11-03T23:40:00-06:00", "2026-11-04T09:03:00-06:00", offices(), nil, 3 * time.Minute},
		{"who answers at night has kept nobody waiting", "America/Mexico_City", "2026-11-03T23:40:00-06:00", "2026-11-04T01:00:00-06:00", offices(), nil, 0},
		{"a lead over lunch", "America/Mexico_City", "2026-11-03T14:20:00-06:00", "2026-11-03T16:02:00-06:00", offices(), nil, 2 * time.Minute},
		{"a lead of a holiday", "America/Mexico_City", "2026-11-16T11:00:00-06:00", "2026-11-17T09:04:00-06:00", offices(), []clock.Days{{From: "2026-11-16", To: "2026-11-16"}}, 4 * time.Minute},
		{"an answer before the lead reached the office", "America/Mexico_City", "2026-11-03T10:02:00-06:00", "2026-11-03T10:00:00-06:00", offices(), nil, 0},
		{"Mexico City, the last hour that came twice, 2022", "America/Mexico_City", "2022-10-30T00:30:00-05:00", "2022-10-30T02:10:00-06:00", sundays, nil, 2*time.Hour + 10*time.Minute},
		{"Mexico City, weekdays across the end of daylight saving", "America/Mexico_City", "2022-10-28T18:50:00-05:00", "2022-10-31T09:05:00-06:00", offices(), nil, 4*time.Hour + 15*time.Minute},
		{"Tijuana skips an hour, March 2026", "America/Tijuana", "2026-03-08T00:30:00-08:00", "2026-03-08T03:30:00-07:00", sundays, nil, 90 * time.Minute},
		{"Tijuana has one twice, November 2026", "America/Tijuana", "2026-11-01T00:30:00-07:00", "2026-11-01T02:00:00-08:00", sundays, nil, 2 * time.Hour},
		{"Ciudad Juárez changes its zone, November 2022", "America/Ciudad_Juarez", "2022-11-29T18:50:00-06:00", "2022-11-30T09:05:00-07:00", offices(), nil, 15 * time.Minute},
		{"day and night", "America/Mexico_City", "2026-11-03T23:40:00-06:00", "2026-11-04T09:03:00-06:00", clock.Always(), nil, 9*time.Hour + 23*time.Minute},
		{"never", "America/Mexico_City", "2026-11-03T10:00:00-06:00", "2026-11-03T10:04:59-06:00", clock.Week{}, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clock.Calendar{Zone: zone(t, tt.zone), Week: tt.week, Off: tt.off}
			m := c.Meter(at(t, "2022-01-01T00:00:00Z"), at(t, "2027-01-01T00:00:00Z"))
			got := time.Duration(m.Elapsed(at(t, tt.lead).Unix(), at(t, tt.attended).Unix())) * time.Second
			if got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
			if walked := c.Elapsed(at(t, tt.lead), at(t, tt.attended)); walked != got {
				t.Errorf("the calendar says %v", walked)
			}
		})
	}
}

func TestMeter_StandsStillOutside(t *testing.T) {
	from, to := at(t, "2026-11-03T00:00:00Z"), at(t, "2026-11-04T00:00:00Z")
	for name, week := range map[string]clock.Week{"day and night": clock.Always(), "with hours": offices()} {
		c := clock.Calendar{Week: week}
		m := c.Meter(from, to)
		whole := m.Elapsed(from.Unix(), to.Unix())
		if got := m.Elapsed(from.AddDate(-5, 0, 0).Unix(), to.AddDate(5, 0, 0).Unix()); got != whole || whole == 0 {
			t.Errorf("%s: five years more make %d s of %d", name, got, whole)
		}
		if got := m.Elapsed(from.AddDate(-5, 0, 0).Unix(), from.AddDate(-4, 0, 0).Unix()); got != 0 {
			t.Errorf("%s: before the beginning it ran for %d s", name, got)
		}
	}
}
