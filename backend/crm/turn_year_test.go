package crm_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
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

// yearProspect is what it knows of a prospect that somebody should call.
type yearProspect struct {
	form, owner string // owner "" is the tray, where it waits for hours to begin
	lead, since time.Time
	told        bool
	hops        int
	had         []string
}

// The steps of the office's answer, in minutes of working time, and how often a prospect is passed on.
const (
	yearTells, yearMoves, yearHops = 15, 30, 2
	yearOpens, yearCloses          = 8, 20 // the office, for whoever has left or pauses
)

// year is an office over a year.
type year struct {
	*crmtest.Office
	t        *testing.T
	rng      *rand.Rand
	zone     *time.Location
	holidays map[string]bool
	sellers  []*yearSeller
	groups   map[string][]*yearSeller // by form
	ahead    map[string]int           // by circle and two sellers: by how many turns the first is ahead
	open     map[string]*yearProspect // nobody has tried to reach them
	seen     int64                    // the last event that was looked at

	given, trayed, most               int
	told, passed, exhausted, reopened int
}

func newYear(t *testing.T, seed uint64) *year {
	t.Helper()
	zone, err := time.LoadLocation("America/Tijuana")
	if err != nil {
		t.Fatal(err)
	}
	y := &year{
		Office: crmtest.New(t, 0).Found("America/Tijuana"), t: t, zone: zone, holidays: map[string]bool{},
		rng:    rand.New(rand.NewPCG(seed, seed)), //nolint:gosec // repeatable on purpose
		groups: map[string][]*yearSeller{}, ahead: map[string]int{}, open: map[string]*yearProspect{},
	}
	y.Clock.Set(time.Date(2026, 1, 5, 8, 0, 0, 0, zone))
	setOffice(t, y.Office, crm.OfficeTurnsPatch{Hours: everyDay(yearOpens, yearCloses)})
	if _, err := y.CRM.BeginEscalating(ctx); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		y.hire()
	}
	for form, members := range map[string][]*yearSeller{"f-0": y.sellers[:4], "f-1": y.sellers[2:5]} {
		y.groups[form] = members
		var viewers []account.Viewer
		for _, s := range members {
			viewers = append(viewers, s.v)
		}
		saveRule(t, y.Office, crm.TurnRule{Name: form, FormID: form, GroupID: saveGroup(t, y.Office, form, viewers...), Otherwise: crm.OtherwiseTray})
	}
	return y
}

func everyDay(from, to int) *crm.WeekHours {
	day := []crm.HoursSpan{{From: fmt.Sprintf("%02d:00", from), To: fmt.Sprintf("%02d:00", to)}}
	return &crm.WeekHours{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day, Sat: day, Sun: day}
}

func (y *year) hire() {
	s := &yearSeller{v: y.AddSeller(), active: true, from: 8, to: 20, away: map[string]bool{}, today: map[string]int{}}
	setSeller(y.t, y.Office, s.v, crm.SellerTurnsPatch{Hours: everyDay(s.from, s.to)})
	y.sellers = append(y.sellers, s)
}

func (y *year) now() time.Time { return y.Clock.Now().In(y.zone) }

func (y *year) seller(id string) *yearSeller {
	return y.sellers[slices.IndexFunc(y.sellers, func(s *yearSeller) bool { return s.v.UserID == id })]
}

// able are those who could take a turn now, of the circle of a form and without those who have had it.
func (y *year) able(form string, had []string) map[string]bool {
	circle := y.groups[form]
	if form == "f-2" {
		circle = y.sellers
	}
	able := map[string]bool{}
	for _, s := range circle {
		if s.canTake(y.now(), y.holidays) && !slices.Contains(had, s.v.UserID) {
			able[s.v.UserID] = true
		}
	}
	return able
}

// turn checks one turn: nobody who could not take it has it, it waits exactly when nobody could, and nobody is more than one
// ahead of a colleague who could take each of them.
func (y *year) turn(form, owner string, had []string) {
	y.t.Helper()
	able := y.able(form, had)
	if owner == "" != (len(able) == 0) || owner != "" && !able[owner] {
		y.t.Fatalf("at %v a lead of %s went to %q; able were %v", y.now(), form, owner, able)
	}
	if owner == "" {
		y.trayed++
		return
	}
	y.given++
	for _, a := range y.sellers {
		for _, b := range y.sellers {
			key := form + a.v.UserID + b.v.UserID
			switch {
			case !able[a.v.UserID] || !able[b.v.UserID]:
				delete(y.ahead, key)
			case owner == a.v.UserID && a != b:
				y.ahead[key]++
			case owner == b.v.UserID && a != b:
				y.ahead[key]--
			}
			if y.most = max(y.most, y.ahead[key]); y.ahead[key] > 1 {
				y.t.Fatalf("at %v one of %s is %d turns ahead of a colleague who could take each of them", y.now(), form, y.ahead[key])
			}
		}
	}
	y.seller(owner).today[y.now().Format(time.DateOnly)]++
}

// waited is the working time for which a seller has a prospect, by what the settings say now.
func (y *year) waited(p *yearProspect) time.Duration {
	from, to := yearOpens, yearCloses
	if s := y.seller(p.owner); s.active && !s.paused {
		from, to = s.from, s.to
	}
	now, sum := y.now(), time.Duration(0)
	since := p.since.In(y.zone)
	for day := since; day.Format(time.DateOnly) <= now.Format(time.DateOnly); day = day.AddDate(0, 0, 1) {
		if y.holidays[day.Format(time.DateOnly)] {
			continue
		}
		opens := time.Date(day.Year(), day.Month(), day.Day(), from, 0, 0, 0, y.zone)
		closes := time.Date(day.Year(), day.Month(), day.Day(), to, 0, 0, 0, y.zone)
		if opens.Before(since) {
			opens = since
		}
		if closes.After(now) {
			closes = now
		}
		if closes.After(opens) {
			sum += closes.Sub(opens)
		}
	}
	return sum
}

// change is one thing that happens to sellers and settings.
func (y *year) change() {
	at, rng := y.now(), y.rng
	s := y.sellers[rng.IntN(len(y.sellers))]
	if !s.active { // who has left has no settings, and may come back
		s.active = true
		y.SetUser(s.v.UserID, map[string]any{"active": true})
		return
	}
	switch rng.IntN(8) {
	case 0, 1:
		s.paused = !s.paused
		setSeller(y.t, y.Office, s.v, crm.SellerTurnsPatch{Paused: &s.paused})
	case 2:
		s.from, s.to = 6+rng.IntN(5), 13+rng.IntN(10)
		setSeller(y.t, y.Office, s.v, crm.SellerTurnsPatch{Hours: everyDay(s.from, s.to)})
	case 3:
		from := at.AddDate(0, 0, rng.IntN(3))
		until := from.AddDate(0, 0, rng.IntN(10))
		a := crm.Absence{UserID: s.v.UserID, From: from.Format(time.DateOnly), Until: until.Format(time.DateOnly)}
		if _, err := y.CRM.SaveAbsence(ctx, y.Admin, a); err == nil { // refused: on top of another, or of who has left
			for d := from; !d.After(until); d = d.AddDate(0, 0, 1) {
				s.away[d.Format(time.DateOnly)] = true
			}
		}
	case 4:
		if day := at.AddDate(0, 0, rng.IntN(2)).Format(time.DateOnly); rng.IntN(3) == 0 && !y.holidays[day] {
			if _, err := y.CRM.AddHoliday(ctx, y.Admin, crm.Holiday{Day: day}); err != nil {
				y.t.Fatal(err)
			}
			y.holidays[day] = true
		}
	case 5:
		s.daily = rng.IntN(6)
		setSeller(y.t, y.Office, s.v, crm.SellerTurnsPatch{DailyCap: &s.daily})
	case 6:
		s.active = false
		y.SetUser(s.v.UserID, map[string]any{"active": false})
	case 7:
		if len(y.sellers) < 14 && rng.IntN(4) == 0 {
			y.hire()
		}
	}
}

// leads registers some of a form, alone or as a batch. Of most, somebody tries to reach the person at once; the others are watched.
func (y *year) leads() {
	form := fmt.Sprintf("f-%d", y.rng.IntN(3))
	batch := make([]crm.Enquiry, 1+y.rng.IntN(3))
	if y.rng.IntN(24) == 0 {
		batch = make([]crm.Enquiry, 20)
	}
	for i := range batch {
		batch[i] = y.Enquiry(func(e *crm.Enquiry) { e.FormID = form })
	}
	var attended, closed []string
	for i, r := range y.RegisterAll(batch) {
		y.turn(form, r.OwnerID, nil)
		switch {
		case r.OwnerID != "" && y.rng.IntN(4) > 0:
			attended = append(attended, r.ProspectID)
		case r.OwnerID == "" && !y.sharedLater(r.ProspectID):
			closed = append(closed, r.ProspectID)
		default:
			y.open[r.ProspectID] = &yearProspect{form: form, owner: r.OwnerID, lead: batch[i].LeadAt, since: y.now()}
		}
	}
	y.set(attended, store.Row{"attended_at": clock.Format(y.Clock.Now())})
	y.set(closed, store.Row{"status": crm.StatusClosed})
}

// forget drops what is too old for anybody to be in time.
func (y *year) forget() {
	for id, p := range y.open {
		if p.owner != "" && !p.lead.After(y.Clock.Now().Add(-14*24*time.Hour)) {
			delete(y.open, id)
		}
	}
}

// sharedLater reports whether a prospect of the tray waits for hours to begin, and not for an administrator.
func (y *year) sharedLater(id string) (later bool) {
	err := y.Store.Read().NewQuery("SELECT assigned_why ->> 'reason' IN ('hours', 'holiday') FROM prospect WHERE id = {:id}").
		Bind(dbx.Params{"id": id}).Row(&later)
	if err != nil {
		y.t.Fatal(err)
	}
	return later
}

// set writes prospects as a call, or the end of one, does.
func (y *year) set(ids []string, row store.Row) {
	if len(ids) == 0 {
		return
	}
	_, err := y.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := tx.Set("prospect", id, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		y.t.Fatal(err)
	}
}

// someoneCalls ends the waiting of one prospect.
func (y *year) someoneCalls() {
	ids := make([]string, 0, len(y.open))
	for id, p := range y.open {
		if p.owner != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	id := ids[y.rng.IntN(len(ids))]
	y.set([]string{id}, store.Row{"attended_at": clock.Format(y.Clock.Now())})
	delete(y.open, id)
}

// pass lets the host look once at what waits. Each step that it takes was due, and none that is due is left: so each is taken
// at its working time, by the pass that comes first.
func (y *year) pass() {
	y.forget()
	if _, err := y.CRM.Escalate(ctx); err != nil {
		y.t.Fatal(err)
	}
	var events []struct {
		N        int64  `db:"n"`
		Prospect string `db:"prospect_id"`
		Kind     string `db:"kind"`
		Data     string `db:"data"`
	}
	err := y.Store.Read().NewQuery(`
		SELECT rowid AS n, prospect_id, kind, data
		FROM event
		WHERE rowid > {:seen}
		AND kind IN ('assigned', 'late')
		ORDER BY rowid`).Bind(dbx.Params{"seen": y.seen}).All(&events)
	if err != nil {
		y.t.Fatal(err)
	}
	for _, e := range events {
		y.seen = e.N
		p := y.open[e.Prospect]
		if p == nil {
			y.t.Fatalf("at %v %s happened to a prospect that nobody waits for: %s", y.now(), e.Kind, e.Data)
		}
		var d struct {
			To, From, Owner, Rule string
		}
		if err := json.Unmarshal([]byte(e.Data), &d); err != nil {
			y.t.Fatal(err)
		}
		y.step(e.Prospect, p, e.Kind, d.From+d.Owner, d.To, d.Rule)
	}
	y.forget()
	for _, p := range y.open {
		switch {
		case p.owner == "":
			if able := y.able(p.form, nil); len(able) > 0 {
				y.t.Fatalf("at %v a lead of %s still waits for hours to begin; able are %v", y.now(), p.form, able)
			}
		case y.waited(p) >= yearMoves*time.Minute, y.waited(p) >= yearTells*time.Minute && !p.told:
			y.t.Fatalf("at %v nothing has happened to %+v, which waits for %v", y.now(), *p, y.waited(p))
		}
	}
}

// step checks one step and follows it.
func (y *year) step(id string, p *yearProspect, kind, from, to, rule string) {
	y.t.Helper()
	if from != p.owner {
		y.t.Fatalf("at %v it was taken from %q and was %q's", y.now(), from, p.owner)
	}
	switch {
	case kind == crm.EventLate:
		if waited := y.waited(p); p.told || waited < yearTells*time.Minute || waited >= yearMoves*time.Minute {
			y.t.Fatalf("at %v administrators were told of %+v after %v", y.now(), *p, waited)
		}
		p.told = true
		y.told++
	case p.owner == "":
		y.turn(p.form, to, nil)
		p.owner, p.since = to, y.now()
		y.reopened++
	default:
		if waited := y.waited(p); waited < yearMoves*time.Minute {
			y.t.Fatalf("at %v it was passed on after %v", y.now(), waited)
		}
		p.had = append(p.had, p.owner)
		if p.hops == yearHops {
			if to != "" {
				y.t.Fatalf("at %v it was passed on a third time, by %s", y.now(), rule)
			}
			y.exhausted++
		} else {
			y.turn(p.form, to, p.had)
		}
		p.owner, p.since, p.told = to, y.now(), false
		p.hops++
		if to == "" {
			delete(y.open, id)
			y.set([]string{id}, store.Row{"status": crm.StatusClosed}) // an administrator has seen to it
			return
		}
		y.passed++
	}
}

// TestTurns_AYearOfEvents plays a year of leads, one by one and in batches, of pauses, absences, hours, holidays, caps, sellers who
// come and go, groups that overlap, and of leads that nobody attends. Nobody who could not take a turn ever has one, neither at
// first nor of what another has left; a lead waits in the tray exactly when nobody could; of any two sellers of a circle, for as
// long as both could take each of its turns, neither is ever more than one turn ahead; administrators are told, and leads are
// passed on, when their working time has come and not before; and no lead is passed on more than twice.
func TestTurns_AYearOfEvents(t *testing.T) {
	y := newYear(t, 20261103)
	for end := y.Clock.Now().AddDate(1, 0, 0); y.Clock.Now().Before(end); {
		y.Clock.Advance(time.Duration(1+y.rng.IntN(40*60)) * time.Minute)
		y.pass()
		if y.rng.IntN(2) == 0 {
			y.change()
			if y.rng.IntN(3) == 0 {
				y.pass() // settings hold at once, also for what waits
			}
		}
		y.leads()
		for range y.rng.IntN(3) {
			y.Clock.Advance(time.Duration(1+y.rng.IntN(25*60)) * time.Second)
			if y.rng.IntN(3) == 0 {
				y.someoneCalls()
			}
			y.pass()
		}
	}
	if y.given < 500 || y.trayed < 100 || y.most != 1 || y.told < 80 || y.passed < 80 || y.exhausted < 15 || y.reopened < 50 {
		t.Errorf("the year was idle: %+v", y)
	}
	t.Logf("%d turns, %d in the tray, %d sellers; %d told, %d passed on, %d twice and then to the tray, %d shared at opening",
		y.given, y.trayed, len(y.sellers), y.told, y.passed, y.exhausted, y.reopened)
}
