// Package officesim is one office in a glass: a host and its members, made of the real packages – store on real SQLite
// files, the sessions and frames of package office, crm for the work – with the time, the network and all chance in the
// hands of one goroutine. Everything that happens follows from a seed, so that a failure can be seen again. It refuses to
// know how replication works: at the end it compares what is on every computer with what the host's own SQL says, and what
// people have done with what has become of it.
package officesim

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"time"

	"sitegroup.mx/crm/store"
)

// Options say what is played.
type Options struct {
	Seed      uint64
	Steps     int    // things that happen before everything heals; 0 means 80
	PageLimit int    // rows of a page; 0 lets the seed choose from 2 to 5, 20 and 1000
	Dir       string // where files are made; "" means the system's place for temporary files, best in memory
	Calm      bool   // no faults but of the network
	// Trace is told of each step in words; nil is told nothing.
	Trace func(string)
}

// Report is what was played.
type Report struct {
	Seed    uint64
	Steps   int
	Edits   int   // transactions of people
	Frames  int   // delivered
	Resets  int   // replicas that began again
	Faults  int   // of computers, not of the network
	Dropped int64 // rows, lines and values that were old
	// Hash is the same whenever the same seed plays with the same program.
	Hash uint64
}

// Violation says that an invariant does not hold.
type Violation struct {
	Invariant string // I1 to I12, or a word
	Text      string
}

// Error implements error.
func (v *Violation) Error() string { return v.Invariant + ": " + v.Text }

func violation(invariant, format string, args ...any) error {
	return &Violation{invariant, fmt.Sprintf(format, args...)}
}

// sim is a run.
type sim struct {
	ctx     context.Context //nolint:containedctx // it lives for one call of Run
	opts    Options
	rng     *rand.Rand
	dir     string
	plan    *plan
	now     time.Time // true time
	host    *host
	members []*member
	ledger  []*edit
	granted map[grant]bool // everything that was ever granted
	mishaps []*mishap      // that this run has
	full    map[*store.Store]bool
	broken  error // found where no error can be returned
	old     old

	hostClock bool // this run sets the host's clock too
	files     int
	texts     int
	rewound   time.Time // when the host's file was last brought back from a copy
	report    Report
	sum       hash.Hash64 // of what happened
}

// grant is a prospect that was, at some time, a user's.
type grant struct{ user, root string }

// Run plays one seed. An error that is a *Violation says which invariant broke; any other is the simulation's own trouble
// or an error that no program should meet.
func Run(ctx context.Context, o Options) (report Report, err error) {
	p, err := thePlan(ctx)
	if err != nil {
		return Report{}, err
	}
	if o.Steps <= 0 {
		o.Steps = 80
	}
	dir, err := os.MkdirTemp(o.Dir, "officesim")
	if err != nil {
		return Report{}, fmt.Errorf("make a place: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s := &sim{
		ctx: ctx, opts: o, rng: rand.New(rand.NewPCG(o.Seed, 0x0ff1ce)), dir: dir, plan: p, now: start, //nolint:gosec // repeatable on purpose
		old: newOld(), granted: map[grant]bool{}, full: map[*store.Store]bool{}, sum: fnv.New64a(), report: Report{Seed: o.Seed, Steps: o.Steps},
	}
	defer func() { err = errors.Join(err, s.close()) }()
	err = s.play()
	s.report.Hash = s.sum.Sum64()
	return s.report, err
}

// play opens the office, lets things happen, heals it and looks.
func (s *sim) play() error {
	s.choose()
	if err := s.open(); err != nil {
		return err
	}
	for step := range s.opts.Steps {
		if err := errors.Join(s.step(), s.broken); err != nil {
			return fmt.Errorf("step %d: %w", step, err)
		}
	}
	s.say("heal")
	if err := errors.Join(s.heal(), s.broken); err != nil {
		return fmt.Errorf("heal: %w", err)
	}
	return s.check()
}

// say notes what happens.
func (s *sim) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	_, _ = s.sum.Write([]byte(text + "\n"))
	if s.opts.Trace != nil {
		s.opts.Trace(text)
	}
}

// advance lets time pass for everybody.
func (s *sim) advance(d time.Duration) {
	s.now = s.now.Add(d)
	s.host.clock.Advance(d)
	for _, m := range s.members {
		m.clock.Advance(d)
	}
}

// chance is true once in n.
func (s *sim) chance(n int) bool { return s.rng.IntN(n) == 0 }

// pick draws one of a list that is not empty.
func pick[T any](s *sim, of []T) T { return of[s.rng.IntN(len(of))] }

// path names a new file.
func (s *sim) path(kind string) string {
	s.files++
	return fmt.Sprintf("%s/%s-%d.db", s.dir, kind, s.files)
}

func (s *sim) close() error {
	var errs []error
	if s.host != nil && s.host.store != nil {
		errs = append(errs, s.host.store.Close())
	}
	for _, m := range s.members {
		if m.store != nil {
			errs = append(errs, m.store.Close())
		}
	}
	return errors.Join(errs...)
}
