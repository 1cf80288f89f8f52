// Package sqlitebox is the inbox of a relay of one node: one file of SQLite, one writer that turns what waits into one
// commit, and the signals of the node's own links. What it has answered is on disk, whatever ends the process. It knows
// nothing of sockets and reads no event's body.
package sqlitebox

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/relay"
)

//go:embed migrations/0*.sql
var migrations embed.FS

// ErrInUse says that another process has the file open.
var ErrInUse = errors.New("relay: another relay has the inbox open")

// ErrNewer says that a later program has written the file.
var ErrNewer = errors.New("relay: the inbox is of a later program")

var errClosed = errors.New("relay: the inbox is closed")

// Inbox is an open file. It implements relay.Inbox.
type Inbox struct {
	log   logrus.FieldLogger
	lock  *sql.DB
	write *sql.DB
	conn  *sql.Conn
	read  *sql.DB
	st    statements

	queue   chan request
	closing chan struct{}
	stopped chan struct{}
	close   sync.Once
	err     error

	// Owned by the writer.
	boxes map[string]*box
	sick  bool // boxes may not be what is on disk

	mu        sync.Mutex
	attending map[string]*attendant
}

var _ relay.Inbox = (*Inbox)(nil)

// The connection that writes waits for the disk at each commit. secure_delete overwrites what was acknowledged.
var (
	writing = []string{
		"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA fullfsync = ON", "PRAGMA checkpoint_fullfsync = ON",
		"PRAGMA secure_delete = ON", "PRAGMA foreign_keys = ON", "PRAGMA busy_timeout = 5000", "PRAGMA cache_size = -16384",
		"PRAGMA wal_autocheckpoint = 4000", "PRAGMA journal_size_limit = 67108864",
	}
	reading = []string{"PRAGMA query_only = ON", "PRAGMA busy_timeout = 5000", "PRAGMA cache_size = -2048"}
)

// Open opens the file, creating it where it is missing, and brings its schema up to date. Errors ErrInUse and ErrNewer.
func Open(ctx context.Context, path string, log logrus.FieldLogger) (_ *Inbox, err error) {
	b := &Inbox{
		log: log, queue: make(chan request, maxGroup), closing: make(chan struct{}), stopped: make(chan struct{}),
		boxes: map[string]*box{}, attending: map[string]*attendant{},
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("open inbox: %w", errors.Join(err, b.closeFiles()))
		}
	}()
	if b.lock, err = lock(ctx, path+".lock"); err != nil {
		return nil, err
	}
	if err := onlyOurs(path); err != nil {
		return nil, err
	}
	b.write, b.read = openDB(path, writing), openDB(path, reading)
	b.write.SetMaxOpenConns(1)
	b.read.SetMaxOpenConns(4)
	b.read.SetMaxIdleConns(4)
	if b.conn, err = b.write.Conn(ctx); err != nil {
		return nil, err
	}
	if err := migrate(ctx, b.conn); err != nil {
		return nil, err
	}
	if err := b.prepare(ctx); err != nil {
		return nil, err
	}
	if err := b.count(ctx); err != nil {
		return nil, err
	}
	b.start(b.writes)
	return b, nil
}

// onlyOurs creates the file so that others on the computer cannot read it.
func onlyOurs(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// lock takes a file for this process. The system lets go of it with the process, however that ends.
func lock(ctx context.Context, path string) (*sql.DB, error) {
	db := openDB(path, []string{"PRAGMA locking_mode = EXCLUSIVE"})
	db.SetMaxOpenConns(1)
	_, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE")
	var refused sqlite3.Error
	if errors.As(err, &refused) && (refused.Code == sqlite3.ErrBusy || refused.Code == sqlite3.ErrLocked) {
		err = ErrInUse
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func openDB(path string, pragmas []string) *sql.DB {
	dsn := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String() + "?mode=rwc&_mutex=no"
	hook := func(c *sqlite3.SQLiteConn) error {
		for _, pragma := range pragmas {
			if _, err := c.Exec(pragma, nil); err != nil {
				return fmt.Errorf("%s: %w", strings.ToLower(pragma), err)
			}
		}
		return nil
	}
	return sql.OpenDB(&connector{&sqlite3.SQLiteDriver{ConnectHook: hook}, dsn})
}

// migrate runs the migrations that the file has not seen. SQLite keeps their number with the same commit.
func migrate(ctx context.Context, conn *sql.Conn) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if version > len(names) {
		return ErrNewer
	}
	for i, name := range names[version:] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read migration: %w", err)
		}
		step := "BEGIN IMMEDIATE;\n" + string(text) + "\nPRAGMA user_version = " + strconv.Itoa(version+i+1) + ";\nCOMMIT;"
		if _, err := conn.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("migrate to %s: %w", filepath.Base(name), err)
		}
	}
	return nil
}

// Healthy implements relay.Inbox: it commits something.
func (b *Inbox) Healthy(ctx context.Context) error {
	return b.do(ctx, 0, func(context.Context) error {
		if b.sick {
			return errors.New("relay: the inbox could not be read")
		}
		_, err := b.st.touch.Exec()
		return err
	})
}

// Close implements relay.Inbox.
func (b *Inbox) Close() error {
	b.close.Do(func() {
		close(b.closing)
		<-b.stopped
		b.err = b.closeFiles()
	})
	return b.err
}

func (b *Inbox) closeFiles() error {
	var errs []error
	for _, s := range b.st.all { // one that is left keeps its connection open, and with it the log beside the file
		errs = append(errs, s.Close())
	}
	if b.conn != nil {
		errs = append(errs, b.conn.Close())
	}
	for _, db := range []*sql.DB{b.read, b.write, b.lock} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// start runs the writer; after a panic it goes on with what is on disk.
func (b *Inbox) start(work func()) {
	go func() {
		defer close(b.stopped)
		for b.panics(work) {
			b.sick = true
		}
	}()
}

func (b *Inbox) panics(work func()) (panicked bool) {
	defer func() {
		if reason := recover(); reason != nil {
			panicked = true
			b.log.WithFields(logrus.Fields{"reason": reason, "stack": string(debug.Stack())}).Error("the inbox's writer panicked")
		}
	}()
	work()
	return false
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
