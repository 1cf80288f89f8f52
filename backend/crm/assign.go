package crm

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// assignment is a seller and how they were found.
type assignment struct {
	owner string // "" for the tray
	why   AssignedWhy
}

// seat is a seller who takes turns now.
type seat struct {
	UserID string `db:"user_id"`
	Given  int64  `db:"given"`
	LastAt string `db:"last_at"` // "" before the first turn
}

// takeTurn gives the next prospect to whoever has been given least, among those the one who has waited longest, among
// those one by lot; with nobody to give it to, to the administrator's tray. It belongs into the transaction that makes the
// prospect, so that a batch goes round row by row and a prospect that is not made costs nobody their turn.
func takeTurn(tx *store.Tx) (assignment, error) {
	var seats []seat
	err := tx.Query().NewQuery(`
		SELECT u.id AS user_id, coalesce(t.given, 0) AS given, coalesce(t.last_at, '') AS last_at
		FROM user u
		LEFT JOIN turn t ON t.user_id = u.id
		WHERE u.role = 'seller'
		AND u.active = 1
		AND u.paused = 0
		AND u.deleted = 0
		ORDER BY u.id`).All(&seats)
	if err != nil {
		return assignment{}, fmt.Errorf("read turns: %w", err)
	}
	if len(seats) == 0 {
		return assignment{why: AssignedWhy{Rule: RuleTray}}, nil
	}
	chosen, served := pickSeat(seats, func(n int) int { return lot(tx.NewID(), n) })
	_, err = tx.Exec(`
		INSERT INTO turn (user_id, given, last_at)
		VALUES ({:user}, {:given}, {:at})
		ON CONFLICT (user_id) DO UPDATE SET given = excluded.given, last_at = excluded.last_at`,
		dbx.Params{"user": chosen.UserID, "given": chosen.Given + 1, "at": nextTurnAt(seats, tx.Now())})
	if err != nil {
		return assignment{}, fmt.Errorf("write turn: %w", err)
	}
	return assignment{chosen.UserID, AssignedWhy{Rule: RuleTurn, Turn: served + 1, Of: len(seats)}}, nil
}

// pickSeat returns whose turn it is, with Given as it counts now, and how many have had theirs in this round. draw returns
// a number below n.
//
// All who take turns stay within one of each other, so whoever is further behind has been away or is new. They are
// counted as one turn behind at most: coming back brings no flood of everything that was missed.
func pickSeat(seats []seat, draw func(n int) int) (chosen seat, served int) {
	most := slices.MaxFunc(seats, func(a, b seat) int { return cmp.Compare(a.Given, b.Given) }).Given
	ahead := func(s seat) bool { return s.Given == most }
	level := !slices.ContainsFunc(seats, func(s seat) bool { return !ahead(s) })
	var waiting []seat
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
	if len(waiting) == 1 {
		return waiting[0], served
	}
	return waiting[draw(len(waiting))], served
}

// nextTurnAt is now, moved on where needed so that every turn has an instant of its own: who has waited longer is then
// never in doubt, not in a batch of a millisecond and not after the clock was set back.
func nextTurnAt(seats []seat, now time.Time) string {
	at := clock.Format(now)
	last := slices.MaxFunc(seats, func(a, b seat) int { return cmp.Compare(a.LastAt, b.LastAt) }).LastAt
	if at > last {
		return at
	}
	t, err := clock.Parse(last)
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

// assign puts an existing prospect into other hands: the row, the scope of both sellers' computers, the reminders that
// are still open on some seller's name, and the history. from is the owner it has.
func assign(tx *store.Tx, prospectID, from string, to assignment, reason string) error {
	if err := handOver(tx, prospectID, from, to.owner); err != nil {
		return err
	}
	err := tx.Set("prospect", prospectID, store.Row{
		"owner_id": to.owner, "assigned_at": clock.Format(tx.Now()), "assigned_why": to.why.text(),
	})
	if err != nil {
		return fmt.Errorf("assign prospect: %w", err)
	}
	return addEvent(tx, prospectID, EventAssigned, to.event(from, reason))
}

func handOver(tx *store.Tx, prospectID, from, to string) error {
	if from != "" {
		if err := tx.Revoke(from, prospectID); err != nil {
			return err
		}
	}
	if to == "" {
		return nil
	}
	if err := tx.Grant(to, prospectID); err != nil {
		return err
	}
	var reminders []string
	err := tx.Query().NewQuery(`
		SELECT r.id
		FROM activity a
		JOIN reminder r ON r.activity_id = a.id
		JOIN user u ON u.id = r.user_id
		WHERE a.prospect_id = {:prospect}
		AND r.deleted = 0
		AND r.done_at IS NULL
		AND u.role = 'seller'`).Bind(dbx.Params{"prospect": prospectID}).Column(&reminders)
	if err != nil {
		return fmt.Errorf("read reminders: %w", err)
	}
	for _, id := range reminders {
		if err := tx.Set("reminder", id, store.Row{"user_id": to}); err != nil {
			return fmt.Errorf("hand over reminder: %w", err)
		}
	}
	return nil
}

// text is the column assigned_why.
func (w AssignedWhy) text() string {
	text, err := json.Marshal(w)
	if err != nil {
		return "{}"
	}
	return string(text)
}

func (a assignment) event(from, reason string) map[string]any {
	data := map[string]any{"to": a.owner, "rule": a.why.Rule}
	if from != "" {
		data["from"] = from
	}
	if a.why.Of > 0 {
		data["turn"], data["of"] = a.why.Turn, a.why.Of
	}
	if reason != "" {
		data["reason"] = reason
	}
	return data
}
