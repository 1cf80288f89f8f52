package clock_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/clock"
)

var start = time.Date(2026, 11, 2, 15, 4, 5, 0, time.UTC)

func TestFormat(t *testing.T) {
	tests := []struct {
		name string
		in   time.Time
		want string
	}{
		{"utc", start, "2026-11-02T15:04:05.000Z"},
		{"another zone becomes utc", start.In(time.FixedZone("", -6*3600)), "2026-11-02T15:04:05.000Z"},
		{"below a millisecond is cut", start.Add(1_999_999), "2026-11-02T15:04:05.001Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := clock.Format(tt.in); got != tt.want {
				t.Errorf("Format = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParse_ReadsWhatFormatWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := time.UnixMilli(rapid.Int64Range(0, 4_000_000_000_000).Draw(t, "ms")).UTC()
		got, err := clock.Parse(clock.Format(want))
		if err != nil || !got.Equal(want) {
			t.Fatalf("Parse(Format(%v)) = %v, %v", want, got, err)
		}
	})
	if _, err := clock.Parse("2026-11-02"); err == nil {
		t.Error("a date without a time became an instant")
	}
}

func TestFake_FiresWhatFallsDue(t *testing.T) {
	fake := clock.NewFake(start, 1)
	soon, late := fake.After(time.Minute), fake.After(time.Hour)
	if fake.Waiting() != 2 {
		t.Fatalf("waiting = %d, want 2", fake.Waiting())
	}
	fake.Advance(2 * time.Minute)
	select {
	case at := <-soon:
		if !at.Equal(start.Add(2 * time.Minute)) {
			t.Errorf("fired at %v", at)
		}
	default:
		t.Error("a wait of a minute did not end after two")
	}
	select {
	case <-late:
		t.Error("a wait of an hour ended after two minutes")
	default:
	}
}

func TestNewID_IsVersion7OfItsTime(t *testing.T) {
	fake := clock.NewFake(start, 7)
	for name, c := range map[string]clock.Clock{"fake": fake, "system": clock.System{}} {
		id, err := uuid.Parse(c.NewID())
		if err != nil || id.Version() != 7 {
			t.Errorf("%s: id %v, version %d, error %v", name, id, id.Version(), err)
		}
	}
	first := fake.NewID()
	fake.Advance(time.Millisecond)
	if second := fake.NewID(); second <= first {
		t.Errorf("%s does not sort after %s", second, first)
	}
	if again := clock.NewFake(start, 7); again.NewID() == first {
		t.Error("the second identifier of a seed equals the first of the same seed")
	}
}
