package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/clock"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	i, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// offices is 9 to 14 and 16 to 19 on weekdays, 10 to 14 on Saturdays.
func offices() clock.Week {
	var w clock.Week
	for d := time.Monday; d <= time.Friday; d++ {
		w[d] = []clock.Span{{From: 9 * 60, To: 14 * 60}, {From: 16 * 60, To: 19 * 60}}
	}
	w[time.Saturday] = []clock.Span{{From: 10 * 60, To: 14 * 60}}
	return w
}

func TestCalendar_Elapsed(t *testing.T) {
	always, nights := clock.Always(), clock.Week{}
	for d := range nights {
		nights[d] = []clock.Span{{From: 0, To: 6 * 60}, {From: 22 * 60, To: 24 * 60}}
	}
	sundays := clock.Week{time.Sunday: {{From: 60, To: 4 * 60}}}
	tests := []struct {
		name, zone, from, to string
		week                 clock.Week
		off                  []clock.Days
		want                 time.Duration
	}{
		{"within hours", "America/Mexico_City", "2026-11-03T10:00:00-06:00", "2026-11-03T10:07:30-06:00", offices(), nil, 450 * time.Second},
		{"over lunch", "America/Mexico_City", "2026-11-03T13:50:00-06:00", "2026-11-03T16:10:00-06:00", offices(), nil, 20 * time.Minute},
		{"overnight", "America/Mexico_City", "2026-11-03T18:50:00-06:00", "2026-11-04T09:05:00-06:00", offices(), nil, 15 * time.Minute},
		{"over a weekend", "America/Mexico_City", "2026-11-06T18:59:00-06:00", "2026-11-09T09:01:00-06:00", offices(), nil, 4*time.Hour + 2*time.Minute},
		{"all outside hours", "America/Mexico_City", "2026-11-07T20:00:00-06:00", "2026-11-09T08:00:00-06:00", offices(), nil, 0},
		{"a holiday stops it", "America/Mexico_City", "2026-11-13T18:50:00-06:00", "2026-11-17T09:05:00-06:00", offices(), []clock.Days{{From: "2026-11-16", To: "2026-11-16"}}, 4*time.Hour + 15*time.Minute},
		{"backwards", "America/Mexico_City", "2026-11-03T11:00:00-06:00", "2026-11-03T10:00:00-06:00", offices(), nil, 0},
		{"always open is the time itself", "America/Tijuana", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", always, nil, 31 * 24 * time.Hour},

		// The last change of clocks in most of Mexico: 30 October 2022, 2:00 became 1:00. None since.
		{"Mexico City, the hour that came twice", "America/Mexico_City", "2022-10-30T00:00:00-05:00", "2022-10-31T00:00:00-06:00", sundays, nil, 4 * time.Hour},
		{"Mexico City, spring 2022 skips an hour", "America/Mexico_City", "2022-04-03T00:00:00-06:00", "2022-04-04T00:00:00-05:00", sundays, nil, 2 * time.Hour},
		{"Mexico City, spring 2023 skips none", "America/Mexico_City", "2023-04-02T00:00:00-06:00", "2023-04-03T00:00:00-06:00", sundays, nil, 3 * time.Hour},
		{"Mexico City, weekdays across the end", "America/Mexico_City", "2022-10-28T18:30:00-05:00", "2022-10-31T09:30:00-06:00", offices(), nil, 5 * time.Hour},
		{"nights across the end", "America/Mexico_City", "2022-10-29T22:00:00-05:00", "2022-10-30T06:00:00-06:00", nights, nil, 9 * time.Hour},

		// Border towns go on changing with the United States; Ciudad Juárez only since 30 November 2022.
		{"Tijuana, March 2026", "America/Tijuana", "2026-03-08T00:00:00-08:00", "2026-03-09T00:00:00-07:00", sundays, nil, 2 * time.Hour},
		{"Tijuana, November 2026", "America/Tijuana", "2026-11-01T00:00:00-07:00", "2026-11-02T00:00:00-08:00", sundays, nil, 4 * time.Hour},
		{"Ciudad Juárez, March 2023", "America/Ciudad_Juarez", "2023-03-12T00:00:00-07:00", "2023-03-13T00:00:00-06:00", sundays, nil, 2 * time.Hour},
		{"Ciudad Juárez, the change of November 2022", "America/Ciudad_Juarez", "2022-11-29T18:30:00-06:00", "2022-11-30T09:30:00-07:00", offices(), nil, time.Hour},
		{"Hermosillo never changes", "America/Hermosillo", "2026-03-08T00:00:00-07:00", "2026-03-09T00:00:00-07:00", sundays, nil, 3 * time.Hour},
		{"Cancún", "America/Cancun", "2026-11-03T10:00:00-05:00", "2026-11-03T10:05:00-05:00", offices(), nil, 5 * time.Minute},
		{"Chihuahua left daylight saving for good", "America/Chihuahua", "2022-10-30T00:00:00-06:00", "2022-10-31T00:00:00-06:00", sundays, nil, 3 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clock.Calendar{Zone: zone(t, tt.zone), Week: tt.week, Off: tt.off}
			if got := c.Elapsed(at(t, tt.from), at(t, tt.to)); got != tt.want {
				t.Errorf("Elapsed = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCalendar_OpenAndNext(t *testing.T) {
	c := clock.Calendar{Zone: zone(t, "America/Mexico_City"), Week: offices(), Off: []clock.Days{{From: "2026-12-24", To: "2027-01-03"}}}
	tests := []struct {
		name, at string
		open     bool
		next     string
	}{
		{"the first second", "2026-11-03T09:00:00-06:00", true, "2026-11-03T09:00:00-06:00"},
		{"the last second", "2026-11-03T13:59:59-06:00", true, "2026-11-03T13:59:59-06:00"},
		{"the end is outside", "2026-11-03T14:00:00-06:00", false, "2026-11-03T16:00:00-06:00"},
		{"evening", "2026-11-03T19:00:00-06:00", false, "2026-11-04T09:00:00-06:00"},
		{"Sunday", "2026-11-08T12:00:00-06:00", false, "2026-11-09T09:00:00-06:00"},
		{"holidays over the new year", "2026-12-23T19:30:00-06:00", false, "2027-01-04T09:00:00-06:00"},
		{"UTC is already tomorrow", "2026-11-04T00:30:00Z", true, "2026-11-04T00:30:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Open(at(t, tt.at)); got != tt.open {
				t.Errorf("Open = %v", got)
			}
			if got, ok := c.Next(at(t, tt.at)); !ok || !got.Equal(at(t, tt.next)) {
				t.Errorf("Next = %v, %v, want %v", got, ok, tt.next)
			}
		})
	}
	if _, ok := (clock.Calendar{}).Next(at(t, "2026-11-03T09:00:00Z")); ok {
		t.Error("who never works has a next working hour")
	}
}

// TestCalendar_AddIsTheInverse holds Add, Elapsed, Open and Next to one another over three years of every zone of Mexico.
func TestCalendar_AddIsTheInverse(t *testing.T) {
	zones := []string{"America/Mexico_City", "America/Tijuana", "America/Ciudad_Juarez", "America/Hermosillo", "America/Cancun", "America/Ojinaga", "America/Matamoros"}
	start := at(t, "2022-01-01T00:00:00Z")
	rapid.Check(t, func(rt *rapid.T) {
		c := clock.Calendar{Zone: zone(t, rapid.SampledFrom(zones).Draw(rt, "zone")), Week: week(rt)}
		if rapid.Bool().Draw(rt, "holiday") {
			c.Off = []clock.Days{{From: "2022-10-29", To: "2022-10-31"}, {From: "2023-03-12", To: "2023-03-12"}}
		}
		from := start.Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(rt, "from")) * time.Minute)
		d := time.Duration(rapid.IntRange(1, 3000).Draw(rt, "minutes")) * time.Minute
		until, ok := c.Add(from, d)
		if !ok {
			if !c.Week.Empty() && d < 400*time.Minute {
				rt.Fatalf("%v are not found within a year", d)
			}
			return
		}
		if got := c.Elapsed(from, until); got != d {
			rt.Fatalf("Elapsed(Add(%v, %v) = %v) = %v", from, d, until, got)
		}
		if !c.Open(until.Add(-time.Nanosecond)) {
			rt.Fatalf("working time ends outside of it, at %v", until)
		}
		middle := from.Add(until.Sub(from) / 3)
		if got := c.Elapsed(from, middle) + c.Elapsed(middle, until); got != d {
			rt.Fatalf("two parts make %v, the whole %v", got, d)
		}
		if next, ok := c.Next(from); ok && (!c.Open(next) || c.Elapsed(from, next) != 0) {
			rt.Fatalf("Next(%v) = %v", from, next)
		}
	})
}

func week(rt *rapid.T) (w clock.Week) {
	for d := range w {
		minute := 0
		for range rapid.IntRange(0, 3).Draw(rt, "spans") {
			from := minute + rapid.IntRange(1, 300).Draw(rt, "pause")
			to := from + rapid.IntRange(1, 400).Draw(rt, "length")
			if to > 24*60 {
				break
			}
			w[d] = append(w[d], clock.Span{From: from, To: to})
			minute = to
		}
	}
	return w
}

func TestWeek_Fault(t *testing.T) {
	tests := []struct {
		name   string
		spans  []clock.Span
		ok     bool
		second clock.Span
	}{
		{"none", nil, true, clock.Span{}},
		{"one after the other", []clock.Span{{From: 600, To: 700}, {From: 540, To: 600}}, true, clock.Span{}},
		{"overlapping", []clock.Span{{From: 600, To: 700}, {From: 540, To: 601}}, false, clock.Span{From: 600, To: 700}},
		{"one in the other", []clock.Span{{From: 540, To: 1140}, {From: 600, To: 660}}, false, clock.Span{From: 600, To: 660}},
		{"the same twice", []clock.Span{{From: 540, To: 600}, {From: 540, To: 600}}, false, clock.Span{From: 540, To: 600}},
		{"backwards", []clock.Span{{From: 1320, To: 120}}, false, clock.Span{}},
		{"no length", []clock.Span{{From: 540, To: 540}}, false, clock.Span{}},
		{"past midnight", []clock.Span{{From: 1200, To: 1500}}, false, clock.Span{}},
		{"until midnight", []clock.Span{{From: 1200, To: 1440}}, true, clock.Span{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			day, _, second, ok := clock.Week{time.Tuesday: tt.spans}.Fault()
			if ok != tt.ok || second != tt.second || !ok && day != time.Tuesday {
				t.Errorf("Fault = %v, %v, %v", day, second, ok)
			}
		})
	}
}
