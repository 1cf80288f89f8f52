package hlc_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"sitegroup.mx/crm/store/hlc"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func TestString(t *testing.T) {
	tests := []struct {
		name string
		in   hlc.Time
		want string
	}{
		{"a millisecond's first", hlc.At(noon), "2026-11-02T12:00:00.000Z-0000"},
		{"counted", hlc.At(noon) + 31, "2026-11-02T12:00:00.000Z-001f"},
		{"the counter's last", hlc.At(noon) + 0xffff, "2026-11-02T12:00:00.000Z-ffff"},
		{"borrowed from the next millisecond", hlc.At(noon) + 0x10000, "2026-11-02T12:00:00.001Z-0000"},
		{"zero", 0, "1970-01-01T00:00:00.000Z-0000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.in.String(); got != tt.want {
				t.Errorf("String = %q, want %q", got, tt.want)
			}
			if got, err := hlc.Parse(tt.want); got != tt.in || err != nil {
				t.Errorf("Parse = %d, %v, want %d", got, err, tt.in)
			}
		})
	}
}

func TestParse_RefusesOtherText(t *testing.T) {
	for _, text := range []string{
		"", "2026-11-02T12:00:00.000Z", "2026-11-02T12:00:00.000Z-001", "2026-11-02T12:00:00.000Z-00g1", "2026-11-02T12:00:00.000Z+0001",
		"2026-13-02T12:00:00.000Z-0001", "2026-11-02T12:00:00.000Z-00001", "2026-11-02 12:00:00.000Z-0001", "2026-11-02T12:00:00.000Z--001",
		"6626-11-02T12:00:00.002Z-066f",
	} {
		if got, err := hlc.Parse(text); err == nil {
			t.Errorf("Parse(%q) = %v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-02T12:00:00.000Z-001f")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := hlc.Parse(text)
		if err != nil {
			return
		}
		if again, err := hlc.Parse(got.String()); err != nil || again != got {
			t.Errorf("%q reads as %d, whose text reads as %d, %v", text, got, again, err)
		}
	})
}

// drawTime draws a time between 1970 and 2200.
func drawTime(t *rapid.T, label string) hlc.Time {
	return hlc.Time(rapid.Int64Range(0, 7_258_118_400_000<<16).Draw(t, label))
}

func TestString_SortsAsTheTimeDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawTime(t, "a"), drawTime(t, "b")
		if (a < b) != (a.String() < b.String()) {
			t.Fatalf("%d and %d sort otherwise than %q and %q", a, b, a, b)
		}
		if got, err := hlc.Parse(a.String()); err != nil || got != a {
			t.Fatalf("Parse(String(%d)) = %d, %v", a, got, err)
		}
		if want := hlc.At(a.Wall()) + hlc.Time(a.Counter()); want != a {
			t.Fatalf("parts of %d make %d", a, want)
		}
	})
}

func TestClock_GrowsWhateverTheWallClockDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := hlc.NewClock(drawTime(t, "start"))
		seen := c.Last()
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now := time.UnixMilli(rapid.Int64Range(0, 7_258_118_400_000).Draw(t, "wall"))
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				got := c.Stamp(now)
				if got <= seen {
					t.Fatalf("stamp %v after %v", got, seen)
				}
				if got < hlc.At(now) {
					t.Fatalf("stamp %v is before the wall clock's %v", got, now)
				}
				seen = got
			case 1:
				c.Observe(drawTime(t, "observed"))
			case 2:
				claimed := drawTime(t, "claimed")
				got := c.Admit(claimed, now)
				switch {
				case claimed.Wall().Sub(now) <= hlc.Drift && got != claimed:
					t.Fatalf("%v was re-stamped as %v at %v", claimed, got, now)
				case claimed.Wall().Sub(now) > hlc.Drift && got <= seen:
					t.Fatalf("%v was re-stamped as %v, not after %v", claimed, got, seen)
				}
			}
			if c.Last() < seen {
				t.Fatalf("the clock went back from %v to %v", seen, c.Last())
			}
			seen = c.Last()
		}
	})
}

func TestClock_Admit(t *testing.T) {
	tests := []struct {
		name    string
		claimed time.Time
		want    time.Time
	}{
		{"from a year ago", noon.AddDate(-1, 0, 0), noon.AddDate(-1, 0, 0)},
		{"a little ahead", noon.Add(time.Second), noon.Add(time.Second)},
		{"at the limit", noon.Add(hlc.Drift), noon.Add(hlc.Drift)},
		{"beyond the limit", noon.Add(hlc.Drift + time.Millisecond), noon},
		{"a year ahead", noon.AddDate(1, 0, 0), noon},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c hlc.Clock
			if got := c.Admit(hlc.At(tt.claimed), noon); !got.Wall().Equal(tt.want) {
				t.Errorf("counts as %v, want %v", got, tt.want)
			}
			if next := c.Stamp(noon); next <= hlc.At(tt.want) && tt.want.After(noon) {
				t.Errorf("the next stamp %v is not after %v", next, tt.want)
			}
		})
	}
}

func TestCompare_TiesGoToTheGreaterDevice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := hlc.Time(rapid.Int64Range(0, 3).Draw(t, "a")), hlc.Time(rapid.Int64Range(0, 3).Draw(t, "b"))
		x, y := rapid.SampledFrom([]string{"", "d1", "d2"}).Draw(t, "x"), rapid.SampledFrom([]string{"", "d1", "d2"}).Draw(t, "y")
		got := hlc.Compare(a, x, b, y)
		if got != -hlc.Compare(b, y, a, x) {
			t.Fatalf("Compare(%d %q, %d %q) = %d is not the opposite of its reverse", a, x, b, y, got)
		}
		if (got == 0) != (a == b && x == y) {
			t.Fatalf("Compare(%d %q, %d %q) = %d", a, x, b, y, got)
		}
		if a < b && got != -1 {
			t.Fatalf("the earlier time won")
		}
	})
}
