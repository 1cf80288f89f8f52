package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Codes of this package's faults.
const (
	CodeNotAllowed = "export.not_allowed" // nobody has given this seller the right
	CodeNotFound   = "export.not_found"   // no such export, somebody else's, or one that is over
	CodeBusy       = "export.busy"        // too many at once
	CodeState      = "export.state"       // it has begun already
	CodeFolder     = "export.folder"      // the file cannot be written there
	CodeTooMany    = "export.too_many"    // more rows than a worksheet holds
)

// States of an export.
const (
	Waiting   = "waiting"  // for somebody to take the file
	Choosing  = "choosing" // for somebody to say where it goes
	Running   = "running"
	Done      = "done"
	Cancelled = "cancelled"
	Failed    = "failed"
)

// Bounds of exports.
const (
	shortestReason = 5
	longestReason  = 500
	mostColumns    = 64
	mostJobs       = 4                // that run at once
	kept           = 10 * time.Minute // after their end, and for who never comes for the file
)

// Request is what somebody wants to take away.
type Request struct {
	Source    Source
	Form      string // CSV or XLSX
	Separator string // of CSV: "," ";" or a tab; "" is ","
	Reason    string
	Heads     []Head
	Filter    Filter
	Zone      *time.Location
}

// Job is an export and how far it has come.
type Job struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Total   int    `json:"total"` // rows expected, -1 when nobody knows
	Rows    int    `json:"rows"`
	LeftOut int    `json:"left_out"` // people who asked not to be contacted
	Problem string `json:"problem"`  // fault code of a failure
}

type job struct {
	Job
	request Request
	viewer  account.Viewer
	stop    context.CancelFunc // of one that runs
	until   time.Time
}

// MayExport reports whether the viewer may take lists away: administrators may, and sellers to whom one has given the right.
func (s *Service) MayExport(ctx context.Context, v account.Viewer) (bool, error) {
	if v.IsAdmin() {
		return true, nil
	}
	var may bool
	err := s.store.Read().NewQuery(`
		SELECT EXISTS (
			SELECT 1
			FROM user
			WHERE id = {:id}
			AND can_export = 1
			AND active = 1
			AND deleted = 0)`).Bind(dbx.Params{"id": v.UserID}).WithContext(ctx).Row(&may)
	if err != nil {
		return false, fmt.Errorf("look for the right to export: %w", err)
	}
	return may, nil
}

// Begin checks who asks and what for, notes it, and returns an export that waits to be taken. Faults: export.not_allowed,
// access.admin_only, input.required and input.too_short for the reason, input.invalid, export.busy, and the list's own for a
// filter that makes no sense.
func (s *Service) Begin(ctx context.Context, v account.Viewer, r Request) (Job, error) {
	may, err := s.MayExport(ctx, v)
	switch {
	case err != nil:
		return Job{}, err
	case r.Source.AdminOnly && !v.IsAdmin():
		return Job{}, fault.New(account.CodeAdminOnly)
	case !may:
		return Job{}, fault.New(CodeNotAllowed)
	}
	if err := r.check(); err != nil {
		return Job{}, err
	}
	total, err := r.Source.Count(ctx, v, r.Filter)
	if err != nil {
		return Job{}, err
	}
	if r.Form == XLSX && total >= mostRows {
		return Job{}, fault.New(CodeTooMany, "max", mostRows-1)
	}
	j := &job{request: r, viewer: v, Job: Job{State: Waiting, Total: total}}
	_, err = s.store.Write(ctx, v.Author(), func(tx *store.Tx) error { return s.noteBegin(tx, j) })
	if err != nil {
		return Job{}, fmt.Errorf("note an export: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	j.until = s.clock.Now().Add(kept)
	s.jobs[j.ID] = j
	return j.Job, nil
}

func (r *Request) check() error {
	r.Reason = strings.TrimSpace(r.Reason)
	length := utf8.RuneCountInString(r.Reason)
	switch {
	case r.Reason == "":
		return fault.Invalid("reason", "input.required")
	case length < shortestReason:
		return fault.Invalid("reason", "input.too_short", "min", shortestReason)
	case length > longestReason:
		return fault.Invalid("reason", "input.too_long", "max", longestReason)
	case r.Form != CSV && r.Form != XLSX:
		return fault.Invalid("form", "input.invalid")
	case !slices.Contains([]string{"", ",", ";", "\t"}, r.Separator):
		return fault.Invalid("separator", "input.invalid")
	case len(r.Heads) == 0:
		return fault.Invalid("columns", "input.required")
	case len(r.Heads) > mostColumns:
		return fault.Invalid("columns", "input.invalid")
	}
	for name := range r.Filter { // one that is not understood would let out more than the person sees
		if !slices.Contains(r.Source.Coded, name) && !slices.Contains(r.Source.Typed, name) {
			return fault.Invalid("filter", "input.invalid")
		}
	}
	for _, h := range r.Heads {
		if !slices.ContainsFunc(r.Source.Columns, func(c Column) bool { return c.Key == h.Key }) {
			return fault.Invalid("columns", "input.invalid")
		}
	}
	return nil
}

// sheet is how the request's file is written.
func (r Request) sheet() Sheet {
	separator := ','
	if r.Separator != "" {
		separator = rune(r.Separator[0])
	}
	return Sheet{Form: r.Form, Separator: separator, Zone: r.Zone, Heads: r.Heads, Columns: r.Source.Columns}
}

// find is a viewer's export. The caller holds the lock.
func (s *Service) find(v account.Viewer, id string) (*job, error) {
	j := s.jobs[id]
	if j == nil || j.viewer.UserID != v.UserID {
		return nil, fault.New(CodeNotFound)
	}
	return j, nil
}

// sweep forgets exports that nobody will ask about again. The caller holds the lock.
func (s *Service) sweep() {
	now := s.clock.Now()
	for id, j := range s.jobs {
		if j.State != Running && j.State != Choosing && now.After(j.until) {
			delete(s.jobs, id)
		}
	}
}

// State tells how far an export of the viewer's has come. Fault export.not_found.
func (s *Service) State(v account.Viewer, id string) (Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, err := s.find(v, id)
	if err != nil {
		return Job{}, err
	}
	return j.Job, nil
}

// Cancel stops an export; what has been written of its file goes. Cancelling one that is over changes nothing. Fault
// export.not_found.
func (s *Service) Cancel(ctx context.Context, v account.Viewer, id string) (Job, error) {
	s.mu.Lock()
	j, err := s.find(v, id)
	if err != nil {
		s.mu.Unlock()
		return Job{}, err
	}
	waited := j.State == Waiting
	switch j.State {
	case Waiting:
		j.State = Cancelled
	case Running, Choosing:
		j.stop()
	}
	state := j.Job
	s.mu.Unlock()
	if waited {
		err = s.noteEnd(ctx, j)
	}
	return state, err
}

// take marks an export as running. Faults: export.not_found, export.state, export.busy.
func (s *Service) take(ctx context.Context, v account.Viewer, id string) (*job, context.Context, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, err := s.find(v, id)
	if err != nil {
		return nil, nil, err
	}
	if j.State != Waiting {
		return nil, nil, fault.New(CodeState)
	}
	running := 0
	for _, other := range s.jobs {
		if other.State == Running || other.State == Choosing {
			running++
		}
	}
	if running >= mostJobs {
		return nil, nil, fault.New(CodeBusy)
	}
	ctx, j.stop = context.WithCancel(ctx)
	j.State = Running
	return j, ctx, nil
}

// Stream writes the file of an export to w as it is read. An error says that what w has got is no whole file, and must not be kept.
// The last of it is only written once the export is noted.
func (s *Service) Stream(ctx context.Context, v account.Viewer, id string, w io.Writer) error {
	j, ctx, err := s.take(ctx, v, id)
	if err != nil {
		return err
	}
	defer j.stop()
	return s.run(ctx, j, func() error { return s.write(ctx, j, w) })
}

// Save asks where the file of an export is to go, and writes it there, in the background: the person may take their time, and
// State tells how it goes on. "" for a place is a change of mind. It leaves no half file.
func (s *Service) Save(ctx context.Context, v account.Viewer, id string, place func(context.Context) (string, error)) (Job, error) {
	j, ctx, err := s.take(context.WithoutCancel(ctx), v, id)
	if err != nil {
		return Job{}, err
	}
	s.set(j, Choosing)
	go func() {
		defer j.stop()
		err := s.run(ctx, j, func() error {
			path, err := place(ctx)
			if err != nil {
				return err
			}
			if path == "" {
				return fault.New(fault.CodeCancelled)
			}
			s.set(j, Running)
			return writeFile(path, func(w io.Writer) error { return s.write(ctx, j, w) })
		})
		if err != nil && !fault.Has(err, fault.CodeCancelled) {
			s.log.WithError(err).Warn("an export was not written")
		}
	}()
	return s.State(v, id)
}

func (s *Service) set(j *job, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.State = state
}

// write writes the file and counts.
func (s *Service) write(ctx context.Context, j *job, w io.Writer) error {
	rows := func(yield func([]string, error) bool) {
		for row, err := range j.request.Source.Rows(ctx, j.viewer, j.request.Filter) {
			if err == nil {
				err = ctx.Err()
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
	_, err := j.request.sheet().Write(w, rows, func(n, left int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		j.Rows, j.LeftOut = n, left
	})
	if errors.Is(err, errTooMany) {
		return fault.Wrap(err, CodeTooMany, "max", mostRows-1)
	}
	return err
}

// run does an export's work and notes how it ended.
func (s *Service) run(ctx context.Context, j *job, work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("export panicked: %v", p)
			s.end(ctx, j, err)
		}
	}()
	err = work()
	if ctx.Err() != nil {
		err = fault.Wrap(errors.Join(ctx.Err(), err), fault.CodeCancelled)
	}
	return errors.Join(err, s.end(ctx, j, err))
}

func (s *Service) end(ctx context.Context, j *job, err error) error {
	s.mu.Lock()
	switch {
	case err == nil:
		j.State = Done
	case fault.Has(err, fault.CodeCancelled):
		j.State = Cancelled
	default:
		j.State, j.Problem = Failed, fault.Code(err)
	}
	j.until = s.clock.Now().Add(kept)
	s.mu.Unlock()
	return s.noteEnd(context.WithoutCancel(ctx), j)
}
