package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// dashboardLead is the id of the event that the Test button of Meta's app dashboard sends. It names no lead.
const dashboardLead = "444444444444"

// grace is how long a line that somebody is working on is left to them before the retries take it up.
const grace = time.Minute

// historyAge is the age from which on a lead of a first reading, or of a file, alarms nobody.
const historyAge = 24 * time.Hour

// arrival is a lead on its way into the ledger.
type arrival struct {
	ref     Ref
	origin  string
	payload []byte // what Meta sent; nil when only the id is known
	defect  string // code of why the payload cannot be read; "" when it can
	history bool
	now     bool      // nobody works on it: the retries are to take it up at once
	at      time.Time // when it was received; zero is now
}

// Receive enters leads into the ledger by their ids, whoever tells of them, and has the new ones fetched soon. Ids that
// have a line are counted as seen again. It answers input.invalid when an id is not one of Meta's; then nothing was
// entered.
func (s *Service) Receive(ctx context.Context, origin string, refs []Ref) (Receipt, error) {
	arrivals := make([]arrival, len(refs))
	for i, r := range refs {
		if !meta.ID(r.LeadID).Valid() {
			return Receipt{}, fault.Invalid("lead_id", "input.invalid")
		}
		arrivals[i] = arrival{ref: r, origin: origin, now: true}
	}
	receipt, err := s.receive(ctx, arrivals)
	if err == nil && len(receipt.New) > 0 {
		nudge(s.wakes.work)
	}
	return receipt, err
}

// receive enters arrivals in one transaction, with what else belongs into it.
func (s *Service) receive(ctx context.Context, arrivals []arrival, also ...func(*store.Tx) error) (receipt Receipt, err error) {
	if len(arrivals)+len(also) == 0 {
		return Receipt{}, nil
	}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		receipt = Receipt{}
		for _, a := range arrivals {
			isNew, completed, err := enter(tx, a)
			if err != nil {
				return err
			}
			if isNew {
				receipt.New = append(receipt.New, a.ref.LeadID)
			} else {
				receipt.Known++
			}
			if a.defect == "" && a.payload != nil && (isNew || completed) {
				receipt.open = append(receipt.open, a.ref.LeadID)
			}
		}
		for _, fn := range also {
			if err := fn(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("enter leads: %w", err)
	}
	return receipt, nil
}

// enter writes one arrival: a new line, or one more sight of a known one, which it completes when its answers were missing.
func enter(tx *store.Tx, a arrival) (isNew, completed bool, err error) {
	known, ok, err := findLine(tx.Query(), a.ref.LeadID)
	if err != nil {
		return false, false, err
	}
	if !ok {
		return true, false, insertLine(tx, a.line(tx.Now()))
	}
	_, err = tx.Exec(`UPDATE lead SET seen_again = seen_again + 1 WHERE lead_id = {:id}`, dbx.Params{"id": a.ref.LeadID})
	if err != nil {
		return false, false, wrap("count a lead", err)
	}
	if known.State.settled() || known.Payload != nil || a.payload == nil || a.defect != "" {
		return false, false, nil
	}
	fresh := a.line(tx.Now())
	known.Payload, known.FetchedAt, known.NextTryAt = fresh.Payload, fresh.FetchedAt, fresh.NextTryAt
	known.Problem, known.ProblemArgs, known.Class = "", "{}", ""
	known.PageID, known.FormID = first(known.PageID, fresh.PageID), first(known.FormID, fresh.FormID)
	known.LeadAt = first(known.LeadAt, fresh.LeadAt)
	return false, true, move(tx, known, StateFetched)
}

// line is the arrival as a new line.
func (a arrival) line(now time.Time) line {
	l := line{
		LeadID: a.ref.LeadID, PageID: a.ref.PageID, FormID: a.ref.FormID, LeadAt: a.ref.LeadAt, Origin: a.origin,
		State: StateReceived, ReceivedAt: format(now), Payload: a.payload, History: a.history,
	}
	if !a.at.IsZero() {
		l.ReceivedAt = format(a.at)
	}
	next := now
	if !a.now {
		next = now.Add(grace)
	}
	l.NextTryAt = instant(next)
	switch {
	case a.ref.LeadID == dashboardLead:
		l.State, l.NextTryAt, l.Payload = StateTest, nil, nil
	case a.defect != "":
		l.State, l.NextTryAt, l.Problem, l.Class, l.Attempts = StateFailed, nil, a.defect, string(meta.ClassBug), 1
		l.FetchedAt = instant(now)
	case a.payload != nil:
		l.State, l.FetchedAt = StateFetched, instant(now)
	}
	return l
}

// arrivalOf makes an arrival of a lead that a list brought.
func arrivalOf(l meta.Lead, form formRow, origin string, now time.Time, firstReading bool) arrival {
	a := arrival{
		ref:    Ref{LeadID: string(l.ID), PageID: form.PageID, FormID: form.ID, LeadAt: format(l.Created)},
		origin: origin, payload: l.Raw,
		history: firstReading && isOld(l.Created, now),
	}
	switch l.Defect {
	case meta.DefectID: // without an id it can only be kept and shown
		sum := sha256.Sum256(l.Raw)
		a.ref.LeadID, a.defect = "raw-"+hex.EncodeToString(sum[:12]), CodeLeadWithoutID
	case meta.DefectAnswers:
		a.defect = CodeLeadUnreadable
	case meta.DefectUnreadable: // the list gave up on it; alone it may be readable
		a.payload, a.now = nil, true
	case meta.DefectTime:
	}
	return a
}

// isOld reports whether a lead is too old to alarm anybody. A lead without a time is not.
func isOld(created, now time.Time) bool {
	return !created.IsZero() && now.Sub(created) > historyAge
}

func instant(t time.Time) *string {
	text := format(t)
	return &text
}

// first returns the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// knownLine is what a reading has to know of a line that is there.
type knownLine struct {
	LeadID string `db:"lead_id"`
	Origin string `db:"origin"`
	// Complete is true when nothing that Meta sends could add to it.
	Complete bool `db:"complete"`
}

// ours reports whether the lead came from a reading of Meta's lists, so that reading it once more is no news.
func (k knownLine) ours() bool { return k.Origin == OriginPoll || k.Origin == OriginSweep }

// knownLeads returns which of the ids have a line.
func (s *Service) knownLeads(ctx context.Context, ids []string) (map[string]knownLine, error) {
	known := map[string]knownLine{}
	const chunk = 400
	for start := 0; start < len(ids); start += chunk {
		part := ids[start:min(start+chunk, len(ids))]
		params, names := dbx.Params{}, make([]string, len(part))
		for i, id := range part {
			name := fmt.Sprintf("p%d", i)
			params[name], names[i] = id, "{:"+name+"}"
		}
		var found []knownLine
		err := s.store.Read().NewQuery(`SELECT lead_id, origin, payload IS NOT NULL OR state IN ('registered', 'linked', 'test') AS complete
			FROM lead
			WHERE lead_id IN (` + strings.Join(names, ", ") + `)`).Bind(params).WithContext(ctx).All(&found)
		if err != nil {
			return nil, fmt.Errorf("look up leads: %w", err)
		}
		for _, k := range found {
			known[k.LeadID] = k
		}
	}
	return known, nil
}
