package crm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
)

// yearSeller is what the test itself knows of a seller, kept apart from how the program keeps it.
type yearSeller struct {
	v              account.Viewer
	active, paused bool
	from, to       int // hours of the day, every day
	away           map[string]bool
	daily          int
	today          map[string]int
}

// canTake is the rule as people would say it.
func (y *yearSeller) canTake(at time.Time, holidays map[string]bool) bool {
	date := at.Format(time.DateOnly)
	return y.active && !y.paused && !y.away[date] && !holidays[date] && at.Hour() >= y.from && at.Hour() < y.to &&
		(y.daily == 0 || y.today[date] < y.daily)
}

// TestTurns_AYearOfEvents plays a year of leads, one by one and in batches, of pauses, absences, hours, holidays, caps, sellers who
// come and go, and groups that overlap. Nobody who could not take a turn ever has one; a lead waits in the tray exactly when
// nobody could; and of any two sellers of a circle, for as long as both could take each of its turns, neither is ever more than
// one turn ahead.
func TestTurns_AYearOfEvents(t *testing.T) {
	const seed = 20261103
	rng := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // repeatable on purpose
	zone, err := time.LoadLocation("America/Tijuana")
	if err != nil {
		t.Fatal(err)
	}
	o := crmtest.New(t, 0).Found("America/Tijuana")
	o.Clock.Set(time.Date(2026, 1, 5, 8, 0, 0, 0, zone))
	holidays := map[string]bool{}
	var sellers []*yearSeller
	groups := map[string][]*yearSeller{} // by form
	var group [2]string
	hours := func(y *yearSeller) *crm.WeekHours {
		day := []crm.HoursSpan{{From: fmt.Sprintf("%02d:00", y.from), To: fmt.Sprintf("%02d:00", y.to)}}
		return &crm.WeekHours{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day, Sat: day, Sun: day}
	}
	hire := func() {
		y := &yearSeller{v: o.AddSeller(), active: true, from: 8, to: 20, away: map[string]bool{}, today: map[string]int{}}
		setSeller(t, o, y.v, crm.SellerTurnsPatch{Hours: hours(y)})
		sellers = append(sellers, y)
	}
	for range 6 {
		hire()
	}
	viewers := func(list []*yearSeller) (vs []account.Viewer) {
		for _, y := range list {
			vs = append(vs, y.v)
		}
		return vs
	}
	groups["f-0"], groups["f-1"] = sellers[:4], sellers[2:5]
	for i := range group {
		form := fmt.Sprintf("f-%d", i)
		group[i] = saveGroup(t, o, form, viewers(groups[form])...)
		saveRule(t, o, crm.TurnRule{Name: form, FormID: form, GroupID: group[i], Otherwise: crm.OtherwiseTray})
	}
	ahead := map[string]int{} // by circle and two sellers: by how many turns the first is ahead
	given, trayed, most := 0, 0, 0
	check := func(form string, r crm.Registration, at time.Time) {
		circle := groups[form]
		if form == "f-2" {
			circle = sellers
		}
		able := map[string]bool{}
		for _, y := range circle {
			if y.canTake(at, holidays) {
				able[y.v.UserID] = true
			}
		}
		if r.OwnerID == "" != (len(able) == 0) || r.OwnerID != "" && !able[r.OwnerID] {
			t.Fatalf("at %v a lead of %s went to %q; able were %v", at, form, r.OwnerID, able)
		}
		if r.OwnerID == "" {
			trayed++
			return
		}
		given++
		for _, y := range circle {
			for _, z := range circle {
				key := form + y.v.UserID + z.v.UserID
				switch {
				case !able[y.v.UserID] || !able[z.v.UserID]:
					delete(ahead, key)
				case r.OwnerID == y.v.UserID && y != z:
					ahead[key]++
				case r.OwnerID == z.v.UserID && y != z:
					ahead[key]--
				}
				if most = max(most, ahead[key]); ahead[key] > 1 {
					t.Fatalf("at %v one of %s is %d turns ahead of a colleague who could take each of them", at, form, ahead[key])
				}
			}
		}
		i := slices.IndexFunc(sellers, func(y *yearSeller) bool { return y.v.UserID == r.OwnerID })
		sellers[i].today[at.Format(time.DateOnly)]++
	}
	event := func(at time.Time) {
		y := sellers[rng.IntN(len(sellers))]
		if !y.active { // who has left has no settings, and may come back
			y.active = true
			o.SetUser(y.v.UserID, map[string]any{"active": true})
			return
		}
		switch rng.IntN(8) {
		case 0, 1:
			y.paused = !y.paused
			setSeller(t, o, y.v, crm.SellerTurnsPatch{Paused: &y.paused})
		case 2:
			y.from, y.to = 6+rng.IntN(5), 13+rng.IntN(10)
			setSeller(t, o, y.v, crm.SellerTurnsPatch{Hours: hours(y)})
		case 3:
			from := at.AddDate(0, 0, rng.IntN(3))
			until := from.AddDate(0, 0, rng.IntN(10))
			a := crm.Absence{UserID: y.v.UserID, From: from.Format(time.DateOnly), Until: until.Format(time.DateOnly)}
			if _, err := o.CRM.SaveAbsence(ctx, o.Admin, a); err == nil { // refused: on top of another, or of who has left
				for d := from; !d.After(until); d = d.AddDate(0, 0, 1) {
					y.away[d.Format(time.DateOnly)] = true
				}
			}
		case 4:
			if day := at.AddDate(0, 0, rng.IntN(2)).Format(time.DateOnly); rng.IntN(3) == 0 && !holidays[day] {
				if _, err := o.CRM.AddHoliday(ctx, o.Admin, crm.Holiday{Day: day}); err != nil {
					t.Fatal(err)
				}
				holidays[day] = true
			}
		case 5:
			y.daily = rng.IntN(6)
			setSeller(t, o, y.v, crm.SellerTurnsPatch{DailyCap: &y.daily})
		case 6:
			y.active = false
			o.SetUser(y.v.UserID, map[string]any{"active": false})
		case 7:
			if len(sellers) < 14 && rng.IntN(4) == 0 {
				hire()
			}
		}
	}
	for end := o.Clock.Now().AddDate(1, 0, 0); o.Clock.Now().Before(end); {
		o.Clock.Advance(time.Duration(1+rng.IntN(20*60)) * time.Minute)
		at := o.Clock.Now().In(zone)
		if rng.IntN(2) == 0 {
			event(at)
		}
		form := fmt.Sprintf("f-%d", rng.IntN(3))
		batch := make([]crm.Enquiry, 1+rng.IntN(3))
		if rng.IntN(12) == 0 {
			batch = make([]crm.Enquiry, 20)
		}
		for i := range batch {
			batch[i] = o.Enquiry(func(e *crm.Enquiry) { e.FormID = form })
		}
		for _, r := range o.RegisterAll(batch) {
			check(form, r, at)
		}
	}
	if given < 800 || trayed < 100 || most != 1 {
		t.Errorf("the year was idle: %d given, %d in the tray, at most %d ahead", given, trayed, most)
	}
	t.Logf("%d turns, %d in the tray, %d sellers", given, trayed, len(sellers))
}
