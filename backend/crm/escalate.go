package crm

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// Bounds of a pass over what waits.
const (
	// escalationWindow is how old a lead may be to be hurried: after that, nobody is in time any more.
	escalationWindow = 14 * 24 * time.Hour
	// sharedAtOnce is how many prospects of the tray one transaction gives out.
	sharedAtOnce = 500
)

// Escalation is what one pass has done.
type Escalation struct {
	Told   int // prospects that administrators were told of
	Moved  int // prospects that went to another seller
	Trayed int // prospects that went to the tray
	Shared int // prospects that came out of the tray
}

// settingEscalating is since when this host watches; a prospect that was given out before is nobody's delay.
const settingEscalating = "turns.escalating_since"

// Escalate looks once at all that waits: it tells administrators of prospects that their seller has not tried to reach, gives
// them to the next seller after some more of the working time, at most so often as the office wants, then to the tray; and it
// shares what waits in the tray for the hours to begin, or for this computer. Only the host calls it.
//
// An office that has not said when it works is told of delays by day, and moves nothing: nobody has promised to be there.
func (s *Service) Escalate(ctx context.Context) (done Escalation, err error) {
	if s.store.IsMember() {
		return done, nil
	}
	if done.Shared, err = s.shareByItself(ctx); err != nil {
		return done, fmt.Errorf("share the tray: %w", err)
	}
	waiting, err := s.waiting(ctx)
	if err != nil {
		return done, fmt.Errorf("look what waits: %w", err)
	}
	for _, w := range waiting {
		if err := s.escalate(ctx, w, &done); err != nil {
			return done, fmt.Errorf("escalate: %w", err)
		}
	}
	return done, nil
}

// watched is an unattended prospect with its seller's clock.
type watched struct {
	ID         string  `db:"id"`
	OwnerID    string  `db:"owner_id"`
	ReceivedAt string  `db:"received_at"`
	AssignedAt *string `db:"assigned_at"`
	FormID     string  `db:"form_id"`
	FormName   string  `db:"form_name"`
	CampaignID string  `db:"campaign_id"`
	LeadAt     string  `db:"lead_at"`
	PageID     string  `db:"page_id"`
	City       string  `db:"city"`
	Told       bool    `db:"told"`
	Hops       int     `db:"hops"`
	Owners     string  `db:"owners"`
	EscSince   string  `db:"esc_since"`
	EscFor     string  `db:"esc_received"`
}

const watchedColumns = `
	SELECT p.id, p.owner_id, p.received_at, p.assigned_at, p.form_id, p.form_name, p.campaign_id, p.lead_at,
		coalesce((
			SELECT s.page_id
			FROM submission s
			WHERE s.prospect_id = p.id
			AND s.deleted = 0
			ORDER BY s.lead_at DESC
			LIMIT 1), '') AS page_id,
		c.city, coalesce(e.told, 0) AS told, coalesce(e.hops, 0) AS hops, coalesce(e.owners, '[]') AS owners,
		coalesce(e.since, '') AS esc_since, coalesce(e.received_at, '') AS esc_received
	FROM prospect_card k
	JOIN prospect p ON p.n = k.n
	JOIN contact c ON c.id = p.contact_id
	LEFT JOIN escalation e ON e.prospect_id = p.id`

// watchedQuery reads the inboxes' index: what is attended is not in it.
const watchedQuery = watchedColumns + `
	WHERE k.attended_at IS NULL
	AND k.is_open = 1
	AND k.lead_at > {:since}
	AND k.owner_id <> ''
	AND` + hurried + `
	ORDER BY k.lead_at`

// since is when the clock of a prospect's present seller began.
func (w watched) since() string { return sellersSince(w.ReceivedAt, w.AssignedAt) }

// fresh forgets what was done about a former enquiry, or for a former seller.
func (w *watched) fresh() {
	if w.EscFor != w.ReceivedAt {
		w.Told, w.Hops, w.Owners = false, 0, "[]"
	}
	if w.EscSince != w.since() {
		w.Told = false
	}
}

// waiting are the prospects whose clock has passed the first mark.
func (s *Service) waiting(ctx context.Context) ([]watched, error) {
	var late []watched
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		t, err := s.setup(q)
		if err != nil {
			return err
		}
		first := t.policy.firstMark()
		if first == 0 || t.policy.TurnsPaused {
			return nil
		}
		now := s.clock.Now()
		var all []watched
		err = q.NewQuery(watchedQuery).Bind(dbx.Params{"since": clock.Format(now.Add(-escalationWindow))}).All(&all)
		if err != nil {
			return err
		}
		for _, w := range all {
			w.fresh()
			if due, err := t.due(w, now); err != nil || due == "" {
				continue
			}
			late = append(late, w)
		}
		return nil
	})
	if err != nil || len(late) == 0 {
		return nil, err
	}
	from, err := s.escalatingSince(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(late, func(w watched) bool { return w.since() < from }), nil
}

// firstMark is the first minute at which something happens on the host, 0 for none.
func (p policy) firstMark() int {
	switch {
	case p.NotifyAfter == 0:
		return p.ReassignAfter
	case p.ReassignAfter == 0:
		return p.NotifyAfter
	}
	return min(p.NotifyAfter, p.ReassignAfter)
}

// Steps of an escalation.
const (
	stepTell = "tell"
	stepMove = "move"
)

// due is the step that a prospect is due for, "" for none yet.
func (t *turnSetup) due(w watched, now time.Time) (string, error) {
	passed, err := t.passed(w, now)
	switch p := t.policy; {
	case err != nil:
		return "", err
	case p.ReassignAfter > 0 && passed >= time.Duration(p.ReassignAfter)*time.Minute && t.hasHours:
		return stepMove, nil
	case p.NotifyAfter > 0 && passed >= time.Duration(p.NotifyAfter)*time.Minute && !w.Told:
		return stepTell, nil
	}
	return "", nil
}

// passed is the working time of its seller since they have it.
func (t *turnSetup) passed(w watched, now time.Time) (time.Duration, error) {
	since, err := clock.Parse(w.since())
	if err != nil {
		return 0, err
	}
	return t.hurrying(w.OwnerID).Elapsed(since, now), nil
}

// escalatingSince is when this host began to watch; now, the first time.
func (s *Service) escalatingSince(ctx context.Context) (string, error) {
	var from []string
	err := s.store.Read().NewQuery("SELECT v ->> '$' FROM setting WHERE k = {:k}").
		Bind(dbx.Params{"k": settingEscalating}).WithContext(ctx).Column(&from)
	if err != nil {
		return "", fmt.Errorf("read since when: %w", err)
	}
	if len(from) > 0 {
		return from[0], nil
	}
	return s.BeginEscalating(ctx)
}

// BeginEscalating has the clock of answering run from now on for what is given out from now on. The host calls it at its start;
// what was there before is left alone.
func (s *Service) BeginEscalating(ctx context.Context) (since string, err error) {
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		since = clock.Format(tx.Now())
		_, err := tx.Exec("INSERT OR IGNORE INTO setting (k, v) VALUES ({:k}, json_quote({:v}))", dbx.Params{"k": settingEscalating, "v": since})
		return err
	})
	if err != nil {
		return "", fmt.Errorf("begin to watch: %w", err)
	}
	return since, nil
}

// escalate takes the step that a prospect is due for, if it still is.
func (s *Service) escalate(ctx context.Context, seen watched, done *Escalation) error {
	var did Escalation
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		did = Escalation{}
		var w watched
		err := tx.Query().NewQuery(watchedColumns + `
			WHERE k.attended_at IS NULL
			AND k.is_open = 1
			AND p.id = {:id}
			AND p.owner_id = {:owner}`).Bind(dbx.Params{"id": seen.ID, "owner": seen.OwnerID}).One(&w)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // attended meanwhile, or somebody else's
		}
		if err != nil {
			return err
		}
		w.fresh()
		t, err := s.setup(tx.Query())
		if err != nil {
			return err
		}
		step, err := t.due(w, tx.Now())
		if err != nil {
			return err
		}
		passed, err := t.passed(w, tx.Now())
		if err != nil {
			return err
		}
		minutes := int(passed / time.Minute)
		switch step {
		case stepTell:
			did.Told = 1
			return s.tellLate(tx, w, minutes)
		case stepMove:
			return s.moveOn(tx, w, t, minutes, &did)
		}
		return nil
	})
	if err != nil {
		return err
	}
	done.Told, done.Moved, done.Trayed = done.Told+did.Told, done.Moved+did.Moved, done.Trayed+did.Trayed
	return nil
}

// tellLate tells administrators, and the prospect's history.
func (s *Service) tellLate(tx *store.Tx, w watched, minutes int) error {
	admins, err := adminIDs(tx.Query())
	if err != nil {
		return err
	}
	for _, admin := range admins {
		data := NoticeData{Seller: w.OwnerID, Minutes: minutes, FormName: w.FormName, LeadAt: w.LeadAt}
		if err := tell(tx, admin, NoticeLate, w.ID, data); err != nil {
			return err
		}
	}
	if err := addEvent(tx, w.ID, EventLate, map[string]any{"owner": w.OwnerID, "minutes": minutes}); err != nil {
		return err
	}
	return keepEscalation(tx, w, w.since(), true, w.Hops, nil)
}

// moveOn gives a prospect to whose turn it is among those who have not had it, and after the last hop, or when nobody can, to
// the tray.
func (s *Service) moveOn(tx *store.Tx, w watched, t *turnSetup, minutes int, did *Escalation) error {
	var had []string
	if err := json.Unmarshal([]byte(w.Owners), &had); err != nil {
		had = nil
	}
	had = append(had, w.OwnerID)
	to := assignment{why: AssignedWhy{Rule: RuleTray, Reason: AwayHad}}
	if w.Hops < t.policy.MostHops {
		var err error
		if to, err = s.takeTurn(tx, turnLead{w.FormID, w.CampaignID, w.PageID, w.City}, had); err != nil {
			return err
		}
	}
	if to.owner != "" {
		to.why.Rule = RuleLate
	} else if to.why.Reason == AwayHours || to.why.Reason == AwayHoliday {
		to.why.Reason = AwayHad // it has been with somebody; what comes by itself at opening has not
	}
	to.why.From, to.why.Minutes = w.OwnerID, minutes
	if err := assign(tx, w.ID, w.OwnerID, to, ""); err != nil {
		return err
	}
	if err := tellOfHandOver(tx, w.ID, w.OwnerID, to, ""); err != nil {
		return err
	}
	if to.owner == "" {
		admins, err := adminIDs(tx.Query())
		if err != nil {
			return err
		}
		for _, admin := range admins {
			data := NoticeData{From: w.OwnerID, Minutes: minutes, Reason: to.why.Reason, FormName: w.FormName, LeadAt: w.LeadAt}
			if err := tell(tx, admin, NoticeTray, w.ID, data); err != nil {
				return err
			}
		}
		did.Trayed = 1
	} else {
		did.Moved = 1
	}
	return keepEscalation(tx, w, clock.Format(tx.Now()), false, w.Hops+1, had)
}

func keepEscalation(tx *store.Tx, w watched, since string, told bool, hops int, owners []string) error {
	list := w.Owners
	if owners != nil {
		text, err := json.Marshal(owners)
		if err != nil {
			return err
		}
		list = string(text)
	}
	_, err := tx.Exec(`
		INSERT INTO escalation (prospect_id, since, told, hops, received_at, owners)
		VALUES ({:id}, {:since}, {:told}, {:hops}, {:received}, {:owners})
		ON CONFLICT (prospect_id) DO UPDATE SET since = excluded.since, told = excluded.told, hops = excluded.hops,
			received_at = excluded.received_at, owners = excluded.owners`,
		dbx.Params{"id": w.ID, "since": since, "told": told, "hops": hops, "received": w.ReceivedAt, "owners": list})
	if err != nil {
		return fmt.Errorf("keep escalation: %w", err)
	}
	return nil
}

// DropEscalations forgets what was kept of prospects that somebody has attended, that are over or that are no longer hurried, and
// notices that are older than keep.
func (s *Service) DropEscalations(ctx context.Context, keep time.Duration) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec(`
			DELETE FROM escalation
			WHERE NOT EXISTS (
				SELECT 1
				FROM prospect p
				WHERE p.id = escalation.prospect_id
				AND p.deleted = 0
				AND p.attended_at IS NULL
				AND p.status NOT IN ('discarded', 'closed')
				AND p.lead_at > {:since})`, dbx.Params{"since": clock.Format(tx.Now().Add(-escalationWindow))})
		if err != nil {
			return err
		}
		var old []string
		err = tx.Query().NewQuery(`
			SELECT id
			FROM notice
			WHERE at < {:before}
			AND deleted = 0
			LIMIT 5000`).Bind(dbx.Params{"before": clock.Format(tx.Now().Add(-keep))}).Column(&old)
		if err != nil {
			return err
		}
		for _, id := range old {
			if err := tx.Remove("notice", id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop what was hurried: %w", err)
	}
	return nil
}
