package officesim

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// edit is a transaction that somebody made.
type edit struct {
	by    *member // nil on the host
	tx    string  // as the store writes it
	body  string  // of the activity it logged, "" for none
	at    time.Time
	sound bool // made by a clock that was right
	lost  bool // its computer has forgotten it: the file was brought back from before
	ops   []madeOp
}

// madeOp is one op of an edit.
type madeOp struct {
	ID     string `db:"id"` // hexadecimal
	Entity string `db:"entity"`
	Row    string `db:"row_id"`
	Field  string `db:"field"`
	Value  string `db:"value"`
}

// desk is where somebody works: the host's office or a member.
type desk struct {
	m     *member
	store *store.Store
	crm   *crm.Service
	user  account.Viewer
	now   time.Time
}

func (s *sim) hostDesk() desk {
	return desk{nil, s.host.store, s.host.crm, s.plan.admin, s.host.clock.Now()}
}

func (m *member) desk() desk { return desk{m, m.store, m.crm, m.user, m.clock.Now()} }

func (d desk) name() string {
	if d.m == nil {
		return "host"
	}
	return d.m.name
}

// job is one thing that people do.
type job struct {
	name string
	do   func(s *sim, ctx context.Context, d desk, prospect string) (tx, body string, err error)
}

var jobs = []job{
	{"temperature", setTemperature},
	{"temperature", setTemperature},
	{"rename", rename},
	{"activity", logActivity},
	{"activity", logActivity},
	{"stage and status", setMuch},
	{"two in one", logAndName},
	{"phone", addPhone},
	{"tag", setTag},
	{"view", setView},
	{"many at once", changeMany},
	{"undo", takeBack},
	{"remove activity", removeActivity},
	{"plan", planStep},
	{"plan", planStep},
	{"replan", replan},
	{"snooze", snooze},
	{"template", writeTemplate},
	{"use template", useTemplate},
	{"note export", noteExport},
	{"end export", endExport},
	{"new prospect", newProspect},
	{"ask for a merge", askMerge},
	{"move", moveStage},
	{"a person's no", oppose},
	{"read notices", readNotices},
	{"meddle", meddle},
}

var officeJobs = []job{
	{"reassign", reassign},
	{"reassign", reassign},
	{"reassign", reassign},
	{"delete", remove},
	{"into the bin", bin},
	{"out of the bin", unbin},
	{"new tag", newTag},
	{"merge", mergeTwo},
	{"merge", mergeTwo},
	{"part", partTwo},
	{"answer a merge", answerMerge},
	{"forget", forgetMerged},
	{"tell apart", tellApart},
	{"arrange stages", arrangeStages},
	{"arrange stages", arrangeStages},
	{"lift a no", liftOpposition},
	{"by turn", byTurn},
	{"settings of turns", setTurns},
	{"pass on", passOn},
}

// work has somebody do something at their desk, and puts it into the ledger.
func (s *sim) work(d desk) error {
	list := jobs
	if d.user.IsAdmin() && s.chance(3) {
		list = officeJobs
	}
	return s.doOne(d, pick(s, list))
}

// doOne has somebody do one thing.
func (s *sim) doOne(d desk, j job) error {
	prospect, err := s.some(d, "SELECT id FROM prospect WHERE deleted = 0 ORDER BY id")
	if err != nil {
		return err
	}
	if prospect == "" && j.name != "new prospect" {
		return nil
	}
	tx, body, err := j.do(s, s.ctx, d, prospect)
	if err != nil && !tolerable(err) {
		return fmt.Errorf("%s at %s: %w", j.name, d.name(), err)
	}
	s.say("%s: %s of %s: %s %v", d.name(), j.name, prospect, tx, err != nil)
	if tx == "" || err != nil {
		return nil
	}
	return s.enter(d, tx, body)
}

// tolerable are what people meet: a rule, or a row that has just gone.
func tolerable(err error) bool {
	var refused *store.RefusedError
	return fault.Find(err) != nil || errors.As(err, &refused) || errors.Is(err, store.ErrNoRow) || errors.Is(err, store.ErrDiskFull) ||
		errors.Is(err, store.ErrNothingToUndo) || errors.Is(err, store.ErrChangedSince)
}

// enter puts a transaction into the ledger and checks that its author sees it.
func (s *sim) enter(d desk, tx, body string) error {
	s.report.Edits++
	e := &edit{by: d.m, tx: tx, body: body, at: s.now, sound: true}
	from := "op_log"
	if d.m != nil {
		from = "outbox"
		d.m.ahead = d.m.ahead || d.m.fast && !d.m.sound
		e.sound = d.m.sound && !d.m.ahead
	}
	err := d.store.Read().NewQuery(`
		SELECT hex(op_id) AS id, entity, row_id, field, CAST(coalesce(value, '') AS TEXT) AS value
		FROM ` + from + `
		WHERE tx_id = {:tx}
		AND entity <> 'scope'
		ORDER BY n`).Bind(dbx.Params{"tx": bytesOf(tx)}).All(&e.ops)
	if err != nil {
		return fmt.Errorf("read a transaction: %w", err)
	}
	s.ledger = append(s.ledger, e)
	if d.m == nil {
		return s.noteGrants()
	}
	if len(e.ops) == 0 {
		return violation("I2", "%s has written %s and has nothing to send", d.name(), tx)
	}
	return s.readsOwn(d.m)
}

func bytesOf(tx string) []byte {
	b, _ := hex.DecodeString(strings.ReplaceAll(tx, "-", ""))
	return b
}

// some draws one of the ids of a query, "" when there are none.
func (s *sim) some(d desk, query string) (string, error) {
	var ids []string
	if err := d.store.Read().NewQuery(query).Column(&ids); err != nil {
		return "", err
	}
	if len(ids) == 0 {
		return "", nil
	}
	return pick(s, ids), nil
}

// text is a text that nobody has written before.
func (s *sim) text() string {
	s.texts++
	return fmt.Sprintf("texto %d", s.texts)
}

func setTemperature(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	value := pick(s, []string{crm.TemperatureCold, crm.TemperatureWarm, crm.TemperatureHot})
	c, err := d.crm.UpdateProspect(ctx, d.user, prospect, crm.ProspectPatch{Temperature: &value})
	return c.TxID, "", err
}

func (s *sim) contactOf(d desk, prospect string) (id string, err error) {
	err = d.store.Read().NewQuery("SELECT contact_id FROM prospect WHERE id = {:id}").Bind(dbx.Params{"id": prospect}).Row(&id)
	return id, err
}

func rename(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	contact, err := s.contactOf(d, prospect)
	if err != nil {
		return "", "", err
	}
	name := s.text()
	c, err := d.crm.UpdateContact(ctx, d.user, contact, crm.ContactPatch{Name: &name})
	return c.TxID, "", err
}

func logActivity(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	body := s.text()
	c, err := d.crm.LogActivity(ctx, d.user, prospect, crm.NewActivity{Kind: crm.KindNote, Body: body})
	return c.TxID, body, err
}

// setMuch changes several fields at once, with their history.
func setMuch(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	status := pick(s, []string{crm.StatusTrying, crm.StatusContacted, crm.StatusFollowing})
	stage, err := s.some(d, "SELECT id FROM stage WHERE deleted = 0 ORDER BY id")
	if err != nil || stage == "" {
		return "", "", err
	}
	c, err := d.crm.UpdateProspect(ctx, d.user, prospect, crm.ProspectPatch{Status: &status, StageID: &stage})
	return c.TxID, "", err
}

// logAndName writes rows of different kinds in one transaction.
func logAndName(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	contact, err := s.contactOf(d, prospect)
	if err != nil {
		return "", "", err
	}
	body := s.text()
	c, err := d.store.Write(ctx, d.user.Author(), func(tx *store.Tx) error {
		if err := tx.Set("contact", contact, store.Row{"city": s.text()}); err != nil {
			return err
		}
		return tx.Create("activity", tx.NewID(), store.Row{
			"prospect_id": prospect, "author_id": d.user.UserID, "kind": crm.KindNote, "body": body, "created_at": start.Format(time.RFC3339),
		})
	})
	return c.TxID, body, err
}

func addPhone(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	contact, err := s.contactOf(d, prospect)
	if err != nil {
		return "", "", err
	}
	c, err := d.crm.AddPhone(ctx, d.user, contact, phone(100+s.rng.IntN(9000)))
	return c.TxID, "", err
}

func removeActivity(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	id, err := s.some(d, "SELECT id FROM activity WHERE deleted = 0 ORDER BY id")
	if id == "" || err != nil {
		return "", "", err
	}
	c, err := d.crm.RemoveActivity(ctx, d.user, id)
	return c.TxID, "", err
}

// takeBack undoes one of the last things that were done at the desk.
func takeBack(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	var own []string
	for i := len(s.ledger) - 1; i >= 0 && len(own) < 4; i-- {
		if e := s.ledger[i]; e.by == d.m && !e.lost {
			own = append(own, e.tx)
		}
	}
	if len(own) == 0 {
		return "", "", nil
	}
	c, err := d.store.Undo(ctx, d.user.Author(), pick(s, own))
	return c.TxID, "", err
}

func newProspect(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	n := crm.NewProspect{Name: s.text(), Phones: []string{phone(100 + s.rng.IntN(9000))}}
	if s.chance(2) {
		n.Note = s.text()
	}
	if d.user.IsAdmin() {
		n.OwnerID = pick(s, s.plan.sellers).UserID
	}
	c, err := d.crm.CreateProspect(ctx, d.user, n)
	return c.TxID, n.Note, err
}

func reassign(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	owner := pick(s, []string{s.plan.sellers[0].UserID, s.plan.sellers[1].UserID, s.plan.sellers[0].UserID, s.plan.sellers[1].UserID, ""})
	c, err := d.crm.UpdateProspect(ctx, d.user, prospect, crm.ProspectPatch{OwnerID: &owner, OwnerReason: &owner})
	return c.TxID, "", err
}

func remove(_ *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	c, err := d.store.Write(ctx, d.user.Author(), func(tx *store.Tx) error { return tx.Remove("prospect", prospect) })
	return c.TxID, "", err
}
