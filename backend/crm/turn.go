package crm

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// seat is a seller in one circle: how many turns they have had in it, and when the last.
type seat struct {
	UserID string
	Given  int64
	LastAt string // "" before the first turn
}

// bench is a circle of sellers at an instant: who can take a turn, and why the others cannot.
type bench struct {
	rota
	seats  []seat
	away   map[string]string // reason, by seller
	latest string            // when anybody had the last turn
	day    string            // the date, where the office is
}

// takeTurn gives the next prospect to whoever of its circle can take it and has been given least, among those the one who has
// waited longest, among those one by lot. Circles are asked in the order of the rules; when nobody can, it is the
// administrator's tray, with the reason. Sellers in had are passed over. It belongs into the transaction that makes the
// prospect, so that a batch goes round row by row and a prospect that is not made costs nobody their turn.
//
// Only the host deals out turns: on any other computer the prospect waits until it has arrived there.
func (s *Service) takeTurn(tx *store.Tx, lead turnLead, had []string) (assignment, error) {
	if s.store.IsMember() {
		return assignment{why: AssignedWhy{Rule: RuleWait}}, nil
	}
	b, err := s.nextBench(tx.Query(), lead, had, tx.Now())
	if err != nil {
		return assignment{}, err
	}
	if len(b.seats) == 0 {
		return assignment{why: AssignedWhy{Rule: RuleTray, Name: b.rule, Reason: b.reason()}}, nil
	}
	chosen, served := pickSeat(b.seats, func(n int) int { return lot(tx.NewID(), n) })
	_, err = tx.Exec(`
		INSERT INTO turn_count (rota, user_id, given, last_at, day, today)
		VALUES ({:rota}, {:user}, {:given}, {:at}, {:day}, 1)
		ON CONFLICT (rota, user_id) DO UPDATE SET given = excluded.given, last_at = excluded.last_at, day = excluded.day,
			today = iif(day = excluded.day, today, 0) + 1`,
		dbx.Params{
			"rota": b.group, "user": chosen.UserID, "given": chosen.Given + 1, "at": nextTurnAt(b.latest, tx.Now()),
			"day": b.day,
		})
	if err != nil {
		return assignment{}, fmt.Errorf("write turn: %w", err)
	}
	why := AssignedWhy{Rule: RuleTurn, Turn: served + 1, Of: len(b.seats), Name: b.rule}
	return assignment{chosen.UserID, why, b.group}, nil
}

// nextBench is the first circle for a lead in which somebody can take a turn; the first of all when nobody can.
func (s *Service) nextBench(q dbx.Builder, lead turnLead, had []string, at time.Time) (bench, error) {
	t, err := s.setup(q)
	if err != nil {
		return bench{}, err
	}
	var first *bench
	for _, r := range t.rotas(lead) {
		b, err := t.bench(q, r, had, at)
		if err != nil || len(b.seats) > 0 {
			return b, err
		}
		if first == nil {
			first = &b
		}
	}
	return *first, nil
}

// bench looks who of a circle can take a turn.
func (t *turnSetup) bench(q dbx.Builder, r rota, had []string, at time.Time) (bench, error) {
	b := bench{rota: r, away: map[string]string{}, day: at.In(t.zone).Format(clock.DateLayout)}
	counts := map[string]seat{}
	var rows []struct {
		UserID string `db:"user_id"`
		Given  int64  `db:"given"`
		LastAt string `db:"last_at"`
	}
	err := q.NewQuery(`
		SELECT user_id, given, last_at
		FROM turn_count
		WHERE rota = {:rota}`).Bind(dbx.Params{"rota": r.group}).All(&rows)
	if err != nil {
		return b, fmt.Errorf("read turns: %w", err)
	}
	for _, row := range rows {
		counts[row.UserID] = seat(row)
		b.latest = max(b.latest, row.LastAt)
	}
	byTime := t.away(at)
	members := t.members(r)
	full, err := full(q, members, b.day)
	if err != nil {
		return b, err
	}
	b.seats = make([]seat, 0, len(members))
	for _, u := range members {
		reason := cmp.Or(byTime[u.ID], full[u.ID])
		if slices.Contains(had, u.ID) {
			reason = AwayHad
		}
		if reason != "" {
			b.away[u.ID] = reason
			continue
		}
		c := counts[u.ID]
		c.UserID = u.ID
		b.seats = append(b.seats, c)
	}
	return b, nil
}

// full tells who has reached a cap. Most sellers have none, and cost nothing.
func full(q dbx.Builder, members []*turnSeller, day string) (map[string]string, error) {
	var full map[string]string
	var today map[string]int
	for _, u := range members {
		reason := ""
		if u.DailyCap > 0 {
			if today == nil {
				var err error
				if today, err = givenOn(q, day); err != nil {
					return nil, err
				}
			}
			if today[u.ID] >= u.DailyCap {
				reason = AwayDaily
			}
		}
		if u.BacklogCap > 0 && reason == "" {
			open, err := openOf(q, u.ID, u.BacklogCap)
			if err != nil {
				return nil, err
			}
			if open >= u.BacklogCap {
				reason = AwayBacklog
			}
		}
		if reason != "" {
			if full == nil {
				full = map[string]string{}
			}
			full[u.ID] = reason
		}
	}
	return full, nil
}

// givenOn is how many turns sellers have had on a day, in all their circles.
func givenOn(q dbx.Builder, day string) (map[string]int, error) {
	var rows []struct {
		UserID string `db:"user_id"`
		Given  int    `db:"given"`
	}
	err := q.NewQuery(`
		SELECT user_id, sum(today) AS given
		FROM turn_count
		WHERE day = {:day}
		GROUP BY user_id`).Bind(dbx.Params{"day": day}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read turns of a day: %w", err)
	}
	given := make(map[string]int, len(rows))
	for _, r := range rows {
		given[r.UserID] = r.Given
	}
	return given, nil
}

// openOf counts the open prospects of a seller, no further than to most.
func openOf(q dbx.Builder, seller string, most int) (open int, err error) {
	err = q.NewQuery(`
		SELECT count(*)
		FROM (
			SELECT 1
			FROM prospect_card INDEXED BY card_owner_lead
			WHERE owner_id = {:seller}
			AND is_open = 1
			LIMIT {:most})`).Bind(dbx.Params{"seller": seller, "most": most}).Row(&open)
	if err != nil {
		err = fmt.Errorf("count open prospects: %w", err)
	}
	return open, err
}

// trayReasons are the reasons why nobody took a turn, the one that passes soonest first.
var trayReasons = []string{AwayOffice, AwayHours, AwayHoliday, AwayDaily, AwayBacklog, AwayAbsent, AwayPaused, AwayHad}

// reason is why nobody of the circle took the turn.
func (b bench) reason() string {
	for _, reason := range trayReasons {
		for _, r := range b.away {
			if r == reason {
				return reason
			}
		}
	}
	return AwayNobody
}

// pickSeat returns whose turn it is, with Given as it counts now, and how many have had theirs in this round. draw returns
// a number below n.
func pickSeat(seats []seat, draw func(n int) int) (chosen seat, served int) {
	waiting, served := dueSeats(seats)
	if len(waiting) == 1 {
		return waiting[0], served
	}
	return waiting[draw(len(waiting))], served
}

// dueSeats are those whose turn it may be: one, or several who have waited as long. There is at least one seat.
//
// All who take turns stay within one of each other, so whoever is further behind has been away or is new. They are
// counted as one turn behind at most: coming back brings no flood of everything that was missed.
func dueSeats(seats []seat) (waiting []seat, served int) {
	most := slices.MaxFunc(seats, func(a, b seat) int { return cmp.Compare(a.Given, b.Given) }).Given
	ahead := func(s seat) bool { return s.Given == most }
	level := !slices.ContainsFunc(seats, func(s seat) bool { return !ahead(s) })
	for _, s := range seats {
		if !level && ahead(s) {
			served++
			continue
		}
		s.Given = max(s.Given, most-1)
		switch {
		case len(waiting) == 0 || s.LastAt < waiting[0].LastAt:
			waiting = append(waiting[:0], s)
		case s.LastAt == waiting[0].LastAt:
			waiting = append(waiting, s)
		}
	}
	return waiting, served
}

// nextTurnAt is now, moved on where needed so that every turn of a circle has an instant of its own: who has waited longer is
// then never in doubt, not in a batch of a millisecond and not after the clock was set back.
func nextTurnAt(latest string, now time.Time) string {
	at := clock.Format(now)
	if at > latest {
		return at
	}
	t, err := clock.Parse(latest)
	if err != nil {
		return at
	}
	return clock.Format(t.Add(time.Millisecond))
}

// lot draws a number below n from the random bits of a fresh UUIDv7 (RFC 9562, section 5.7), so that the only source of
// chance is the one that identifiers come from.
func lot(id string, n int) int {
	u, err := uuid.Parse(id)
	if err != nil {
		return 0
	}
	random := binary.BigEndian.Uint64(u[8:]) & (1<<62 - 1) // the two bits above are the variant
	return int(random % uint64(n))                         //nolint:gosec // below n
}
