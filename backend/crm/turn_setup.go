package crm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/pocketbase/dbx"
	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"sitegroup.mx/crm/backend/clock"
)

// Reasons why a seller does not take a turn now, and with them why a prospect waits in the tray.
const (
	AwayPaused  = "paused"
	AwayAbsent  = "absent"
	AwayHoliday = "holiday"
	AwayHours   = "hours"
	AwayDaily   = "daily_cap"
	AwayBacklog = "backlog_cap"
	// AwayOffice is the pause of the whole office.
	AwayOffice = "office_paused"
	// AwayNobody is a group without active sellers.
	AwayNobody = "nobody"
	// AwayHad is a seller who has had the prospect and did not attend it.
	AwayHad = "had"
)

// turnSetup is everything that turns follow from beside who has had how many: read once, and used until something of it
// changes. It is not changed after it was read, but for what it remembers of the last minute.
type turnSetup struct {
	version  int64
	zone     *time.Location
	policy   policy
	hasHours bool // the office has said when it works
	week     clock.Week
	holidays []clock.Days
	sellers  []turnSeller // active ones, by id
	groups   map[string]turnGroup
	rules    []turnRule // active ones, in order

	mu     sync.Mutex
	minute time.Time
	absent map[string]string // by seller: why not in that minute, as far as time alone decides

	written sync.Once
	hours   officeClock // once written
}

// policy is how the office answers.
type policy struct {
	ID              string `db:"id"`
	Timezone        string `db:"timezone"`
	Hours           string `db:"hours"`
	TurnsPaused     bool   `db:"turns_paused"`
	RemindAfter     int    `db:"remind_after"`
	NotifyAfter     int    `db:"notify_after"`
	ReassignAfter   int    `db:"reassign_after"`
	MostHops        int    `db:"most_hops"`
	SharesAtOpening bool   `db:"shares_at_opening"`
}

type turnSeller struct {
	ID         string `db:"id"`
	Name       string `db:"name"`
	Paused     bool   `db:"paused"`
	Hours      string `db:"hours"`
	DailyCap   int    `db:"daily_cap"`
	BacklogCap int    `db:"backlog_cap"`

	works  clock.Calendar // own or the office's hours, without absences
	owns   bool           // the hours are their own
	absent []clock.Days
}

type turnGroup struct {
	name    string
	members []string
}

// readVersion is the number that changes with every setting.
func readVersion(q dbx.Builder) (v int64, err error) {
	if err = q.NewQuery("SELECT v FROM turn_version").Row(&v); err != nil {
		err = fmt.Errorf("read version of turns: %w", err)
	}
	return v, err
}

// setup returns what turns follow from, as q sees it.
func (s *Service) setup(q dbx.Builder) (*turnSetup, error) {
	v, err := readVersion(q)
	if err != nil {
		return nil, err
	}
	return s.setupOf(q, v)
}

func (s *Service) setupOf(q dbx.Builder, version int64) (*turnSetup, error) {
	if known := s.turns.Load(); known != nil && known.version == version {
		return known, nil
	}
	t := &turnSetup{version: version, groups: map[string]turnGroup{}}
	for _, read := range []func(dbx.Builder) error{t.readOffice, t.readSellers, t.readGroups, t.readRules} {
		if err := read(q); err != nil {
			return nil, err
		}
	}
	s.turns.Store(t)
	return t, nil
}

func (t *turnSetup) readOffice(q dbx.Builder) error {
	var rows []policy
	err := q.NewQuery(`
		SELECT id, timezone, hours, turns_paused, remind_after, notify_after, reassign_after, most_hops, shares_at_opening
		FROM office
		WHERE deleted = 0
		LIMIT 1`).All(&rows)
	if err != nil {
		return fmt.Errorf("read office: %w", err)
	}
	t.zone, t.week = time.UTC, clock.Always()
	if len(rows) > 0 {
		t.policy = rows[0]
		if zone, err := time.LoadLocation(t.policy.Timezone); err == nil {
			t.zone = zone
		}
		if week, ok := readHours(t.policy.Hours); ok {
			t.week, t.hasHours = week, true
		}
	}
	var days []string
	err = q.NewQuery(`
		SELECT DISTINCT day
		FROM holiday
		WHERE deleted = 0
		ORDER BY day`).Column(&days)
	if err != nil {
		return fmt.Errorf("read holidays: %w", err)
	}
	for _, day := range days {
		t.holidays = append(t.holidays, clock.Days{From: day, To: day})
	}
	return nil
}

func (t *turnSetup) readSellers(q dbx.Builder) error {
	err := q.NewQuery(`
		SELECT id, name, paused, hours, daily_cap, backlog_cap
		FROM user
		WHERE role = 'seller'
		AND active = 1
		AND deleted = 0
		ORDER BY id`).All(&t.sellers)
	if err != nil {
		return fmt.Errorf("read sellers: %w", err)
	}
	var away []struct {
		UserID string `db:"user_id"`
		From   string `db:"from_on"`
		Until  string `db:"until_on"`
	}
	err = q.NewQuery(`
		SELECT user_id, from_on, until_on
		FROM absence
		WHERE deleted = 0
		ORDER BY from_on, id`).All(&away)
	if err != nil {
		return fmt.Errorf("read absences: %w", err)
	}
	for i := range t.sellers {
		u := &t.sellers[i]
		u.works = clock.Calendar{Zone: t.zone, Week: t.week, Off: t.holidays}
		if week, ok := readHours(u.Hours); ok {
			u.works.Week, u.owns = week, true
		}
		for _, a := range away {
			if a.UserID == u.ID {
				u.absent = append(u.absent, clock.Days{From: a.From, To: a.Until})
			}
		}
	}
	return nil
}

func (t *turnSetup) readGroups(q dbx.Builder) error {
	var groups []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	err := q.NewQuery(`
		SELECT id, name
		FROM seller_group
		WHERE deleted = 0
		ORDER BY id`).All(&groups)
	if err != nil {
		return fmt.Errorf("read groups: %w", err)
	}
	for _, g := range groups {
		var members []string
		err := q.NewQuery(`
			SELECT DISTINCT user_id
			FROM seller_group_member
			WHERE group_id = {:group}
			AND deleted = 0
			ORDER BY user_id`).Bind(dbx.Params{"group": g.ID}).Column(&members)
		if err != nil {
			return fmt.Errorf("read members of a group: %w", err)
		}
		t.groups[g.ID] = turnGroup{g.Name, members}
	}
	return nil
}

// seller returns an active seller, nil when there is none with this id.
func (t *turnSetup) seller(id string) *turnSeller {
	i, ok := slices.BinarySearchFunc(t.sellers, id, func(u turnSeller, id string) int { return cmp.Compare(u.ID, id) })
	if !ok {
		return nil
	}
	return &t.sellers[i]
}

// away tells, for every active seller, why they take no turns at an instant as far as time and switches decide; "" when they
// do. All of it is made of whole minutes, so one answer holds for one.
func (t *turnSetup) away(at time.Time) map[string]string {
	minute := at.Truncate(time.Minute)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.absent != nil && t.minute.Equal(minute) {
		return t.absent
	}
	absent := make(map[string]string, len(t.sellers))
	for i := range t.sellers {
		absent[t.sellers[i].ID] = t.awayOf(&t.sellers[i], at)
	}
	t.minute, t.absent = minute, absent
	return absent
}

func (t *turnSetup) awayOf(u *turnSeller, at time.Time) string {
	date := u.works.Date(at)
	switch {
	case t.policy.TurnsPaused:
		return AwayOffice
	case u.Paused:
		return AwayPaused
	case slices.ContainsFunc(u.absent, func(d clock.Days) bool { return d.Contain(date) }):
		return AwayAbsent
	case u.works.IsOff(date):
		return AwayHoliday
	case !u.works.Open(at):
		return AwayHours
	}
	return ""
}

// calendar is the clock that a seller's prospects run by: the seller's hours and the office's holidays. Neither absence nor
// pause stops it, or what is nobody's would wait for as long. Somebody who no longer sells has the office's hours.
func (t *turnSetup) calendar(seller string) clock.Calendar {
	if u := t.seller(seller); u != nil && !u.Paused {
		return u.works
	}
	return clock.Calendar{Zone: t.zone, Week: t.week, Off: t.holidays}
}

// Minutes of a day between which somebody is hurried whose hours nobody has said.
const (
	daytimeFrom = 8 * 60
	daytimeTo   = 21 * 60
)

// hurrying is the clock by which a seller is reminded, administrators are told and prospects go on: calendar, but where nobody has said
// when the seller works, by day. An office without hours takes leads day and night; who is woken at three in the morning by a person
// who sleeps as well is told nothing that could not wait.
func (t *turnSetup) hurrying(seller string) clock.Calendar {
	c := t.calendar(seller)
	if u := t.seller(seller); t.hasHours || u != nil && u.owns && !u.Paused {
		return c
	}
	c.Week = clock.Week{}
	for i := range c.Week {
		c.Week[i] = []clock.Span{{From: daytimeFrom, To: daytimeTo}}
	}
	return c
}

// fold is a text as places are compared: without case, accents and spaces around.
func fold(text string) string {
	strip := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
	folded, _, err := transform.String(strip, strings.TrimSpace(text))
	if err != nil {
		folded = text
	}
	return strings.Join(strings.Fields(cases.Fold().String(folded)), " ")
}
