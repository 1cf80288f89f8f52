package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// How long a scrub waits for readers before it gives way to writers, and when it is tried again. Who wipes waits longer.
const (
	scrubWait = 250 * time.Millisecond
	wipeWait  = 5 * time.Second
)

var scrubAgain = 5 * time.Second

// scrubbed is told of each step of a scrub, so that tests can look at the file after it.
var scrubbed = func(*Store, string) {}

// ErrBeingRead says that somebody reads what was in the file before: traces stay until they have ended.
var ErrBeingRead = errors.New("store: the file is being read")

// leaveTraces notes that something was deleted whose traces are still in the file. It is kept with the deletion itself.
func (r *replica) leaveTraces() { r.scrub, r.rewritten = true, false }

// tidy scrubs after something was forgotten, and drops copies that nobody needs any more. A file that is being read or full
// is scrubbed later, whether or not another page comes.
func (s *Store) tidy(ctx context.Context) error {
	due := false
	_, err := s.Write(ctx, System, func(*Tx) error {
		s.dropSpentCopies()
		due = s.scrubDue()
		return nil
	})
	if err != nil || !due {
		return err
	}
	if _, err := s.Scrub(ctx); err != nil && !errors.Is(err, ErrDiskFull) && !errors.Is(err, ErrBeingRead) {
		return err
	} else if err != nil {
		s.log.WithError(err).Warn("traces of what was forgotten stay for now")
	}
	return nil
}

func (s *Store) scrubDue() bool { return s.opts.Member && s.replica.scrub && !s.replica.filling }

// Scrub rewrites the file without what was deleted from it, and empties its log: deleted cells are overwritten at once,
// but pages that were rearranged, words of the index and the log still hold copies. It waits for the writer and answers
// how long the writer was held. ErrBeingRead and ErrDiskFull say that it is not done; it is tried again by itself.
func (s *Store) Scrub(ctx context.Context) (held time.Duration, err error) {
	return s.scrubWithin(ctx, scrubWait)
}

func (s *Store) scrubWithin(ctx context.Context, wait time.Duration) (held time.Duration, err error) {
	r := &request{ctx: ctx, author: System, alone: func() error {
		begun := s.opts.Now()
		err := s.scrub(wait)
		held = s.opts.Now().Sub(begun)
		return err
	}, units: []unit{{}}}
	s.submit(r)
	return held, r.units[0].err
}

// scrubLater is when a scrub that the last run or a reader has left undone is due; nil for never.
func (s *Store) scrubLater(after time.Duration) {
	s.scrubTimer = nil
	switch {
	case !s.scrubDue():
	case after == 0:
		now := make(chan time.Time)
		close(now)
		s.scrubTimer = now
	case s.opts.After != nil:
		s.scrubTimer = s.opts.After(after)
	}
}

// scrubOverdue tries again what could not be done.
func (s *Store) scrubOverdue() {
	if s.scrubTimer = nil; !s.scrubDue() {
		return
	}
	if err := s.scrub(scrubWait); err != nil && !errors.Is(err, ErrBeingRead) {
		s.log.WithError(err).Warn("traces of what was forgotten stay for now")
	}
}

// scrub runs in the writer's goroutine, outside a transaction. That it is due is taken back last, when nothing is left: what
// ends in between begins again.
func (s *Store) scrub(wait time.Duration) (err error) {
	s.guard.enter()
	defer s.guard.leave()
	if !s.replica.scrub {
		s.replica.leaveTraces()
	}
	defer func() {
		if !s.raw.AutoCommit() {
			err = errors.Join(err, s.plain("ROLLBACK"))
		}
		if err != nil {
			err = fmt.Errorf("scrub the file: %w", err)
		}
		s.scrubLater(scrubAgain)
	}()
	if err := s.dropCopies(); err != nil {
		return err
	}
	if !s.replica.rewritten {
		if err := s.plain("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		if err := s.derive(); err != nil { // words of deleted rows leave the indexes
			return err
		}
		for _, step := range append(slices.Clone(s.optimizeIndexes), "COMMIT", "VACUUM") {
			if err := s.plain(step); err != nil {
				return err
			}
			scrubbed(s, step)
		}
		s.replica.rewritten = true
	}
	if err := s.emptyLog(wait); err != nil {
		return err
	}
	scrubbed(s, "checkpoint")
	err = s.plain("INSERT INTO main.store_state (k, v) VALUES ('" + stateScrub + "', 0) ON CONFLICT DO UPDATE SET v = excluded.v")
	if err != nil {
		return err
	}
	s.replica.scrub, s.replica.rewritten = false, false
	scrubbed(s, "done")
	if err := s.emptyLog(wait); err != nil && !errors.Is(err, ErrBeingRead) { // the log holds that alone
		return err
	}
	return nil
}

// emptyLog moves the log into the file and leaves it empty. A reader who prevents that is no error of SQLite's.
func (s *Store) emptyLog(wait time.Duration) (err error) {
	if err := s.plain("PRAGMA busy_timeout = " + strconv.FormatInt(wait.Milliseconds(), 10)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.plain("PRAGMA busy_timeout = "+busyTimeout)) }()
	var busy, pages, moved int64
	if err := s.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return explain(err)
	}
	if busy != 0 {
		return ErrBeingRead
	}
	return nil
}

// plain runs a statement that is not prepared.
func (s *Store) plain(text string) error {
	_, err := s.conn.ExecContext(context.Background(), text)
	return explain(err)
}
