package intake

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// moves is the state machine: where a line may go from each state. Registered, linked and test are final; only the undo of a
// person's decision takes a line back from there (FollowUndo).
var moves = map[State][]State{
	"":              {StateReceived, StateFetched, StateTest, StateFailed},
	StateReceived:   {StateFetched, StateTest, StateFailed},
	StateFetched:    {StateRegistered, StateLinked, StateTest, StateHeld, StateFailed},
	StateHeld:       {StateFetched, StateRegistered, StateLinked, StateTest, StateHeld, StateFailed},
	StateFailed:     {StateReceived, StateFetched, StateRegistered, StateLinked, StateTest, StateHeld, StateFailed},
	StateRegistered: nil,
	StateLinked:     nil,
	StateTest:       nil,
}

// CanMove reports whether a line may go from one state to another; "" is a line that does not exist yet.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// settled reports whether nothing more can happen to a line in this state.
func (st State) settled() bool { return st != "" && len(moves[st]) == 0 }

// errSettled says that somebody else has settled the line meanwhile: there is nothing left to do.
var errSettled = errors.New("the line is settled")

// line is a row of the table lead.
type line struct {
	LeadID       string  `db:"lead_id"`
	PageID       string  `db:"page_id"`
	FormID       string  `db:"form_id"`
	Origin       string  `db:"origin"`
	State        State   `db:"state"`
	Problem      string  `db:"problem"`
	ProblemArgs  string  `db:"problem_args"`
	Class        string  `db:"class"`
	Attempts     int     `db:"attempts"`
	NextTryAt    *string `db:"next_try_at"`
	LeadAt       string  `db:"lead_at"`
	ReceivedAt   string  `db:"received_at"`
	FetchedAt    *string `db:"fetched_at"`
	RegisteredAt *string `db:"registered_at"`
	Payload      []byte  `db:"payload"`
	SubmissionID string  `db:"submission_id"`
	ProspectID   string  `db:"prospect_id"`
	SeenAgain    int     `db:"seen_again"`
	History      bool    `db:"history"`
}

// lineColumns are the columns of a line, in the order of the table.
const lineColumns = `l.lead_id, l.page_id, l.form_id, l.origin, l.state, l.problem, l.problem_args, l.class, l.attempts,
	l.next_try_at, l.lead_at, l.received_at, l.fetched_at, l.registered_at, l.payload, l.submission_id, l.prospect_id,
	l.seen_again, l.history`

// findLine reads a line; ok is false when there is none.
func findLine(q dbx.Builder, id string) (found line, ok bool, err error) {
	var lines []line
	err = q.NewQuery(`SELECT ` + lineColumns + ` FROM lead l WHERE l.lead_id = {:id}`).Bind(dbx.Params{"id": id}).All(&lines)
	if err != nil || len(lines) == 0 {
		return line{}, false, wrap("read the ledger", err)
	}
	return lines[0], true, nil
}

// mustFind is findLine for somebody who names a line: lead.not_found when there is none.
func mustFind(tx *store.Tx, id string) (line, error) {
	l, ok, err := findLine(tx.Query(), id)
	if err == nil && !ok {
		err = fault.New(CodeLeadNotFound)
	}
	return l, err
}

// insertLine writes a new line.
func insertLine(tx *store.Tx, l line) error {
	if !CanMove("", l.State) {
		return fmt.Errorf("begin a line: no line begins as %s", l.State)
	}
	if l.ProblemArgs == "" {
		l.ProblemArgs = "{}"
	}
	_, err := tx.Exec(`INSERT INTO lead
			(lead_id, page_id, form_id, origin, state, problem, problem_args, class, attempts, next_try_at, lead_at, received_at,
			fetched_at, payload, history)
		VALUES
			({:lead}, {:page}, {:form}, {:origin}, {:state}, {:problem}, {:args}, {:class}, {:attempts}, {:next}, {:leadAt}, {:received},
			{:fetched}, {:payload}, {:history})`,
		dbx.Params{
			"lead": l.LeadID, "page": l.PageID, "form": l.FormID, "origin": l.Origin, "state": string(l.State), "problem": l.Problem,
			"args": l.ProblemArgs, "class": l.Class, "attempts": l.Attempts, "next": l.NextTryAt, "leadAt": l.LeadAt,
			"received": l.ReceivedAt, "fetched": l.FetchedAt, "payload": l.Payload, "history": l.History,
		})
	return wrap("begin a line", err)
}

// move takes a line to another state, if the table allows it, and writes what belongs to that. A settled line gives
// errSettled and stays as it is. The line handed in holds what is to be written; its State is where it comes from.
func move(tx *store.Tx, l line, to State) error {
	if l.State.settled() {
		return errSettled
	}
	if !CanMove(l.State, to) {
		return fmt.Errorf("move a line: not from %s to %s", l.State, to)
	}
	if to.settled() { // nobody needs what Meta sent any longer
		l.Payload, l.NextTryAt, l.Problem, l.ProblemArgs, l.Class = nil, nil, "", "{}", ""
	}
	res, err := tx.Exec(`UPDATE lead
		SET state = {:to}, page_id = {:page}, form_id = {:form}, problem = {:problem}, problem_args = {:args}, class = {:class},
			attempts = {:attempts}, next_try_at = {:next}, lead_at = {:leadAt}, fetched_at = {:fetched}, registered_at = {:registered},
			payload = {:payload}, submission_id = {:submission}, prospect_id = {:prospect}
		WHERE lead_id = {:lead} AND state = {:from}`,
		dbx.Params{
			"to": string(to), "from": string(l.State), "lead": l.LeadID, "page": l.PageID, "form": l.FormID, "problem": l.Problem,
			"args": l.ProblemArgs, "class": l.Class, "attempts": l.Attempts, "next": l.NextTryAt, "leadAt": l.LeadAt,
			"fetched": l.FetchedAt, "registered": l.RegisteredAt, "payload": l.Payload, "submission": l.SubmissionID,
			"prospect": l.ProspectID,
		})
	if err != nil {
		return wrap("move a line", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return wrap("move a line", err)
	}
	return fmt.Errorf("move a line: it is no longer %s", l.State)
}

// wrap says what was being done; nil stays nil.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
