package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// filePayload is the payload of a lead that a file brought; Meta's own have no such key.
type filePayload struct {
	File *crm.Enquiry `json:"file"`
}

// outcome is what became of one lead.
type outcome struct {
	id    string
	state State
	// already is true when somebody else had settled it.
	already bool
}

// count adds an outcome to a Pull.
func (p *Pull) count(o outcome) {
	if o.already {
		return
	}
	switch o.state {
	case StateRegistered:
		p.Registered++
	case StateLinked:
		p.Linked++
	case StateTest:
		p.Test++
	case StateHeld:
		p.Held++
	case StateFailed:
		p.Failed++
	}
}

// prepared is a lead that is ready to be written.
type prepared struct {
	line    line
	test    bool
	enquiry crm.Enquiry
	failure *failure // it cannot be read
}

// settleTimes is how many leads are written in one wait for the disk.
const settleTimes = 200

// settle takes leads whose answers are in the ledger to their end, each in its own transaction. The error is one that
// concerns them all: the lines stay as they are, for the retries.
func (s *Service) settle(ctx context.Context, ids []string) ([]outcome, error) {
	return s.settleWith(ctx, ids, s.newTestFinder())
}

// settleWith is settle with what is known of test leads already. While some leads are written, the next are read.
func (s *Service) settleWith(ctx context.Context, ids []string, tests *testFinder) ([]outcome, error) {
	var all []outcome
	parts := slices.Collect(slices.Chunk(ids, settleTimes))
	next := s.prepareBeside(ctx, parts, tests)
	for len(parts) > 0 {
		ready, err := next()
		if err != nil {
			return all, err
		}
		parts = parts[1:]
		next = s.prepareBeside(ctx, parts, tests)
		done, err := s.write(ctx, ready)
		all = append(all, done...)
		if err != nil {
			_, _ = next() // nobody reads on behind the caller's back
			return all, err
		}
	}
	return all, nil
}

// prepareBeside prepares the first of parts while the caller goes on; next waits for it.
func (s *Service) prepareBeside(ctx context.Context, parts [][]string, tests *testFinder) (next func() ([]prepared, error)) {
	if len(parts) == 0 {
		return func() ([]prepared, error) { return nil, nil }
	}
	var ready []prepared
	wait := beside(ctx, 1, []func(context.Context) error{func(ctx context.Context) error {
		lines, err := s.linesOf(ctx, parts[0])
		if err == nil {
			ready, err = s.prepare(ctx, lines, tests)
		}
		return err
	}})
	return func() ([]prepared, error) {
		err := wait()
		return ready, err
	}
}

// linesOf reads lines in the order of the ids; settled ones and those without a payload are left out.
func (s *Service) linesOf(ctx context.Context, ids []string) ([]line, error) {
	lines := make([]line, 0, len(ids))
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		for _, id := range ids {
			l, ok, err := findLine(q, id)
			if err != nil {
				return err
			}
			if ok && !l.State.settled() && l.Payload != nil {
				lines = append(lines, l)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	return lines, nil
}

// prepare reads what each line holds.
func (s *Service) prepare(ctx context.Context, lines []line, tests *testFinder) ([]prepared, error) {
	forms := map[string]formRow{}
	ready := make([]prepared, 0, len(lines))
	for _, l := range lines {
		var file filePayload
		if json.Unmarshal(l.Payload, &file) == nil && file.File != nil {
			ready = append(ready, prepared{line: l, enquiry: *file.File})
			continue
		}
		lead := meta.ParseLead(l.Payload)
		if lead.Defect == meta.DefectAnswers || lead.Defect == meta.DefectID {
			ready = append(ready, prepared{line: l, failure: &failure{code: CodeLeadUnreadable, class: meta.ClassBug}})
			continue
		}
		if len(lead.LeftOut) > 0 {
			s.log.WithField("lead_id", l.LeadID).WithField("fields", lead.LeftOut).Warn("lead has fields that could not be read")
		}
		formID := first(l.FormID, string(lead.Form))
		form, known := forms[formID]
		if !known {
			var err error
			form, err = findForm(ctx, s.store.Read(), formID)
			if err != nil && !fault.Has(err, CodeFormNotFound) {
				return nil, err
			}
			forms[formID] = form
		}
		l.FormID, l.PageID, l.LeadAt = formID, first(l.PageID, form.PageID), first(l.LeadAt, format(lead.Created))
		p := prepared{line: l, test: lead.LooksLikeTest(), enquiry: form.enquiry(lead, l)}
		if !p.test {
			var silent error
			if p.test, silent = tests.isTest(ctx, l); silent != nil {
				p.failure = silence(silent)
			}
		}
		ready = append(ready, p)
	}
	return ready, nil
}

// write writes prepared leads. What one of them cannot get past is written to its line; what stops them all is returned.
func (s *Service) write(ctx context.Context, ready []prepared) ([]outcome, error) {
	results := make([]outcome, len(ready))
	fns := make([]func(*store.Tx) error, len(ready))
	for i, p := range ready {
		fns[i] = func(tx *store.Tx) (err error) {
			results[i], err = s.settleOne(tx, p)
			return err
		}
	}
	_, errs := s.store.WriteEach(ctx, store.System, fns)
	var broken []int
	var again []func(*store.Tx) error
	for i, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, errSettled):
			results[i] = outcome{id: ready[i].line.LeadID, state: ready[i].line.State, already: true}
		case stops(err):
			return results[:i], fmt.Errorf("settle lead %s: %w", ready[i].line.LeadID, err)
		default:
			broken = append(broken, i)
			why := failureOf(err)
			again = append(again, func(tx *store.Tx) (err error) {
				results[i], err = s.recordFailure(tx, ready[i].line, why)
				return err
			})
			s.explain(ready[i].line.LeadID, err)
		}
	}
	_, errs = s.store.WriteEach(ctx, store.System, again)
	for n, err := range errs {
		i := broken[n]
		switch {
		case errors.Is(err, errSettled):
			results[i] = outcome{id: ready[i].line.LeadID, state: ready[i].line.State, already: true}
		case err != nil:
			return results, fmt.Errorf("record failure of lead %s: %w", ready[i].line.LeadID, err)
		}
	}
	return results, nil
}

// stops reports whether an error of a write has nothing to do with the lead that was written.
func stops(err error) bool {
	return errors.Is(err, store.ErrClosed) || errors.Is(err, store.ErrDiskFull) || errors.Is(err, store.ErrCorrupt) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// explain logs an error of our own about a lead: its code, and the stack of a panic. Errors of crm name no values.
func (s *Service) explain(leadID string, err error) {
	log := s.log.WithFields(logrus.Fields{"lead_id": leadID, "problem": fault.Code(err)})
	var p *store.PanicError
	if errors.As(err, &p) { // its value could hold anything
		log.WithField("stack", string(p.Stack)).Error("lead broke the program")
		return
	}
	if fault.Code(err) == fault.CodeInternal {
		log.WithError(err).Warn("lead could not be registered")
	}
}

// settleOne takes one lead to its end inside the transaction.
func (s *Service) settleOne(tx *store.Tx, p prepared) (outcome, error) {
	current, ok, err := findLine(tx.Query(), p.line.LeadID)
	if err != nil {
		return outcome{}, err
	}
	if !ok || current.State.settled() {
		return outcome{}, errSettled
	}
	current.FormID, current.PageID, current.LeadAt = p.line.FormID, p.line.PageID, p.line.LeadAt
	switch {
	case p.failure != nil:
		return s.recordFailure(tx, current, *p.failure)
	case p.test:
		s.notify(tx, LeadNotice{LeadID: current.LeadID, State: StateTest, FormName: p.enquiry.FormName, History: current.History}, current)
		return outcome{id: current.LeadID, state: StateTest}, move(tx, current, StateTest)
	}
	return s.register(tx, current, p.enquiry)
}

// register makes the lead a submission, in the same transaction as its line.
func (s *Service) register(tx *store.Tx, l line, e crm.Enquiry) (outcome, error) {
	return s.registerBy(tx, l, e, func() (crm.Registration, error) { return s.crm.Register(tx, e) })
}

// registerBy is register with whoever decides whose the enquiry is.
func (s *Service) registerBy(tx *store.Tx, l line, e crm.Enquiry, by func() (crm.Registration, error)) (outcome, error) {
	r, err := by()
	duplicate := fault.Has(err, crm.CodeSubmissionDuplicate)
	if err != nil && !duplicate {
		return outcome{}, err
	}
	to := StateRegistered
	switch {
	case duplicate: // the submission is there; its line had not heard of it
		r.ProspectID, _ = fault.Find(err).Args["prospect_id"].(string)
	case r.Linked:
		to = StateLinked
	}
	l.ProspectID, l.SubmissionID, l.RegisteredAt = r.ProspectID, r.SubmissionID, instant(tx.Now())
	if err := move(tx, l, to); err != nil {
		return outcome{}, err
	}
	if duplicate {
		return outcome{id: l.LeadID, state: to}, nil
	}
	return outcome{id: l.LeadID, state: to}, s.announce(tx, to, r, e, l)
}

// announce tells of an enquiry that has become a submission.
func (s *Service) announce(tx *store.Tx, to State, r crm.Registration, e crm.Enquiry, l line) error {
	notice := LeadNotice{
		LeadID: e.LeadID, State: to, ProspectID: r.ProspectID, SellerID: r.OwnerID, Name: e.Name, FormName: e.FormName, History: l.History,
	}
	if len(e.Phones) > 0 {
		notice.Phone = first(crm.Phone(e.Phones[0]).E164, e.Phones[0])
	}
	if r.Opposed { // an administrator's to look at
		notice.SellerID = ""
	}
	var err error
	if notice.SellerName, err = userName(tx.Query(), r.OwnerID); err != nil {
		return err
	}
	s.notify(tx, notice, l)
	return nil
}

// userName is the name of a user, "" for nobody.
func userName(q dbx.Builder, id string) (string, error) {
	var names []string
	err := q.NewQuery(`SELECT name FROM user WHERE id = {:id}`).Bind(dbx.Params{"id": id}).Column(&names)
	if err != nil || len(names) == 0 {
		return "", wrap("read user", err)
	}
	return names[0], nil
}

// recordFailure writes why a lead could not be taken further.
func (s *Service) recordFailure(tx *store.Tx, l line, f failure) (outcome, error) {
	current, ok, err := findLine(tx.Query(), l.LeadID)
	if err != nil {
		return outcome{}, err
	}
	if !ok || current.State.settled() {
		return outcome{}, errSettled
	}
	current.FormID, current.PageID, current.LeadAt = first(l.FormID, current.FormID), first(l.PageID, current.PageID), first(l.LeadAt, current.LeadAt)
	to := StateFailed
	if f.held() {
		to = StateHeld
		current.Problem, current.ProblemArgs, current.Class, current.NextTryAt = f.code, encodeArgs(f.args), "", nil
	} else {
		current = f.apply(current, tx.Now(), s.random())
	}
	s.notify(tx, LeadNotice{LeadID: current.LeadID, State: to, History: current.History}, current)
	return outcome{id: current.LeadID, state: to}, move(tx, current, to)
}

// notify tells the listeners and the log of a lead, once its transaction is on disk.
func (s *Service) notify(tx *store.Tx, n LeadNotice, l line) {
	tx.AfterCommit(func() {
		fields := logrus.Fields{"lead_id": n.LeadID, "state": string(n.State), "seller_id": n.SellerID, "origin": l.Origin}
		if n.State == StateFailed || n.State == StateHeld {
			fields["problem"], fields["class"], fields["attempts"] = l.Problem, l.Class, l.Attempts
		}
		s.log.WithFields(fields).Info("lead settled")
		s.hooks.tellLead(n)
	})
}
