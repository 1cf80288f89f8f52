// Package store keeps an office's data in one encrypted SQLite file: it opens and migrates the file, reads it through a
// pool, and writes it through one grouping writer that turns every change of replicated data into ops, settles them,
// gives them a dense revision and logs them. It knows no business rule and none of our other packages: what may be
// written is decided by the Decide it is handed, and the tables are described by the table "entity".
//
// Invariants, kept by construction and by tests (see DESIGN.md):
//   - replicated and log tables are written by this package's own statements only; SQLite's authorizer refuses the rest;
//   - revisions are dense, and a row's rev is that of the last commit that touched it;
//   - what Write has answered is on disk; what it has not answered is there whole or not at all.
//
// Write, Undo and Read may be called from any goroutine.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/store/hlc"
)

// Options say which file to open and what the store is handed instead of reaching for it.
type Options struct {
	Path    string                               // the office's file; its directory must exist
	Key     []byte                               // exactly 32 bytes: the raw key, without derivation
	Device  string                               // id of this installation
	Now     func() time.Time                     // the clock
	NewID   func() string                        // fresh UUIDs; also the source of the commits' nonces
	Decide  Decide                               // nil applies everything
	Follow  Follow                               // nil entails nothing; not asked on a member
	Log     logrus.FieldLogger                   // events of the file's life; never values
	Readers int                                  // connections that read, 0 means 4
	After   func(time.Duration) <-chan time.Time // the clock's; nil tries nothing again by itself
	Member  bool                                 // a replica: what is written waits in an outbox until the host has settled it
}

// Store is an open file.
type Store struct {
	opts Options
	log  logrus.FieldLogger
	lock *fileLock

	writerDB *sql.DB
	conn     *sql.Conn           // the writer's connection
	raw      *sqlite3.SQLiteConn // the same, as the driver sees it
	cipher   string
	guard    *guard
	readDB   *sql.DB
	reader   dbx.Builder

	entities  map[string]*entity
	feedOrder []*entity
	st        *statements
	prepared  []*sql.Stmt // to be closed
	local     *local      // what Tx.Query hands out

	optimizeIndexes []string // statements that merge the full-text indexes
	derived         derived

	offset atomic.Int64 // nanoseconds that the host's clock is ahead of ours

	// Owned by the writer's goroutine.
	rev        int64 // of the last commit, or of the last transaction of the running group; on a member a number of its own
	replica    replica
	copies     bool             // a member has copies of its file from before a migration
	backlog    []*request       // taken from the queue, not begun
	kept       bool             // the running group has a unit that ended well
	scrubTimer <-chan time.Time // when a scrub that was not done is tried again
	restTimer  <-chan time.Time // when it is seen whether writes rest
	written    bool             // since that was last seen
	clock      *hlc.Clock

	queue     chan *request
	closing   chan struct{} // closed by Close
	stopped   chan struct{} // closed when the writer has ended
	closeOnce sync.Once
	closeErr  error
	done      sync.WaitGroup
	delivery  delivery
}

// Open opens the file, creating it when it is missing or empty, and brings its schema up to date. It answers ErrNoCipher,
// ErrWrongKey, ErrInUse or ErrNewerSchema; of these only ErrNewerSchema may have touched anything on disk, and then only
// the lock file and SQLite's side files.
func Open(ctx context.Context, o Options) (*Store, error) {
	s, err := newStore(o)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open database: %w", errors.Join(err, s.closeFiles()))
	}
	s.start()
	return s, nil
}

func newStore(o Options) (*Store, error) {
	switch {
	case len(o.Key) != keySize:
		return nil, fmt.Errorf("open database: the key has %d bytes, not %d", len(o.Key), keySize)
	case o.Path == "", o.Device == "", o.Now == nil, o.NewID == nil:
		return nil, errors.New("open database: path, device, clock and ids are needed")
	}
	o.Key = append([]byte(nil), o.Key...)
	if o.Decide == nil {
		o.Decide = applyAll
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.Log == nil {
		o.Log = silent()
	}
	s := &Store{opts: o, log: o.Log, queue: make(chan *request, queueLength), closing: make(chan struct{}), stopped: make(chan struct{})}
	s.delivery.init()
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := s.takeFile(ctx); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.openWriter(ctx); err != nil {
		return err
	}
	return s.openReaders(ctx)
}

// takeFile checks cipher and key and takes the lock, in an order that creates nothing unless both are right. Where a lock
// file exists it is taken first, because another process may be writing the very page that the key is tried on.
func (s *Store) takeFile(ctx context.Context) error {
	if err := checkCipher(); err != nil {
		return err
	}
	var err error
	if s.lock, err = takeLock(lockPath(s.opts.Path), false); err != nil {
		return err
	}
	if err := checkKey(ctx, s.opts.Path, s.opts.Key); err != nil {
		return err
	}
	if s.lock == nil {
		if s.lock, err = takeLock(lockPath(s.opts.Path), true); err != nil {
			return err
		}
	}
	return private(s.opts.Path)
}

// private makes the file, or takes it as it is, readable by its owner only; SQLite gives its side files the same mode.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

func (s *Store) openWriter(ctx context.Context) (err error) {
	s.guard = &guard{protected: map[string]bool{}}
	s.guard.enter() // until the statements are prepared
	defer s.guard.leave()
	s.writerDB = openDB(s.opts.Path, s.opts.Key, mode{
		uri: "rw", cache: 256, pragmas: writing, guard: s.guard,
		hook: func(c *sqlite3.SQLiteConn) (err error) {
			s.raw = c
			s.cipher, err = cipherOf(c)
			return err
		},
	})
	s.writerDB.SetMaxOpenConns(1)
	if s.conn, err = s.writerDB.Conn(ctx); err != nil {
		return fmt.Errorf("open the writer: %w", err)
	}
	if s.entities, err = s.loadEntities(ctx); err != nil {
		return err
	}
	s.feedOrder = feedOrderOf(s.entities)
	for name := range s.entities {
		s.guard.protected[name] = true
	}
	for _, name := range logTables {
		s.guard.protected[name] = true
	}
	if s.st, err = s.prepareStatements(); err != nil {
		return err
	}
	s.local = newLocal(s)
	if err := errors.Join(s.loadIndexes(ctx), s.loadDerived(ctx), s.loadCopies()); err != nil {
		return err
	}
	return s.loadState(ctx)
}

func (s *Store) openReaders(ctx context.Context) error {
	s.readDB = openDB(s.opts.Path, s.opts.Key, mode{uri: "ro", cache: 128, pragmas: reading, guard: &guard{readOnly: true}})
	s.readDB.SetMaxOpenConns(s.opts.Readers)
	s.readDB.SetMaxIdleConns(s.opts.Readers)
	s.reader = newBuilder(dbx.NewFromDB(s.readDB, "sqlite3"), explained{s.readDB})
	if err := s.readDB.PingContext(ctx); err != nil {
		return fmt.Errorf("open the readers: %w", err)
	}
	return nil
}

// IsMember reports whether the file is a replica, on which another computer has the last word.
func (s *Store) IsMember() bool { return s.opts.Member }

// Path returns the file's path as it was given.
func (s *Store) Path() string { return s.opts.Path }

// Close waits for the writes that have begun, answers ErrClosed to those that have not, delivers what was committed and
// closes the file. Later calls return the same error.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		close(s.closing)
		s.done.Wait()
		s.closeErr = s.closeFiles()
	})
	return s.closeErr
}

func (s *Store) closeFiles() error {
	var errs []error
	if s.readDB != nil {
		errs = append(errs, s.readDB.Close())
	}
	if s.conn != nil {
		s.guard.enter()
		_, err := s.conn.ExecContext(context.Background(), "PRAGMA optimize") // keeps the planner's statistics
		if err = explain(err); !errors.Is(err, ErrDiskFull) {                 // without room they stay as they were
			errs = append(errs, err)
		}
		for _, st := range s.prepared {
			errs = append(errs, st.Close())
		}
		errs = append(errs, s.conn.Close())
	}
	if s.writerDB != nil {
		errs = append(errs, s.writerDB.Close())
	}
	return errors.Join(append(errs, s.lock.release())...)
}
