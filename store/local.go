package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"
)

// local runs callers' statements on the writer's connection while a transaction is running. The driver keeps them
// prepared by their text; the guard has looked at each.
//
// It passes no context on: the driver cancels by interrupting whatever runs on the connection, which would take the
// whole group of writes with it. A statement whose context is already done does not start.
type local struct {
	s       *Store
	tx      atomic.Pointer[Tx] // the running one, nil between
	builder dbx.Builder
}

func newLocal(s *Store) *local {
	l := &local{s: s}
	l.builder = newBuilder(dbx.NewFromDB(s.writerDB, "sqlite3"), l)
	return l
}

func (l *local) check(ctx context.Context, query string) error {
	tx := l.tx.Load()
	if tx == nil {
		return ErrTxDone
	}
	if err := l.s.alive(); err != nil {
		return err
	}
	if readsLog(query) {
		if err := tx.flush(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// readsLog reports whether a statement may read what a transaction collects in its burst. No view and no trigger does.
func readsLog(query string) bool {
	return strings.Contains(query, "op_log") || strings.Contains(query, "field_clock")
}

// Exec implements dbx.Executor.
func (l *local) Exec(query string, args ...any) (sql.Result, error) {
	return l.ExecContext(context.Background(), query, args...)
}

// ExecContext implements dbx.Executor.
func (l *local) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := l.check(ctx, query); err != nil {
		return nil, err
	}
	res, err := l.s.conn.ExecContext(context.Background(), query, args...)
	return res, explain(err)
}

// Query implements dbx.Executor.
func (l *local) Query(query string, args ...any) (*sql.Rows, error) {
	return l.QueryContext(context.Background(), query, args...)
}

// QueryContext implements dbx.Executor.
func (l *local) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := l.check(ctx, query); err != nil {
		return nil, err
	}
	rows, err := l.s.conn.QueryContext(context.Background(), query, args...)
	return rows, explain(err)
}

// Prepare implements dbx.Executor by refusing: the driver keeps statements prepared, and one that a caller forgot to close
// would keep the file open after Close.
func (l *local) Prepare(string) (*sql.Stmt, error) {
	return nil, errors.New("store: statements of a transaction stay prepared by themselves")
}

// explained gives the sentinels' meaning to the errors of the read pool and of a snapshot.
type explained struct{ db pool }

// pool is what sql.DB and sql.Tx share.
type pool interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// Exec implements dbx.Executor.
func (e explained) Exec(query string, args ...any) (sql.Result, error) {
	return e.ExecContext(context.Background(), query, args...)
}

// ExecContext implements dbx.Executor.
func (e explained) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := e.db.ExecContext(ctx, query, args...)
	return res, explain(err)
}

// Query implements dbx.Executor.
func (e explained) Query(query string, args ...any) (*sql.Rows, error) {
	return e.QueryContext(context.Background(), query, args...)
}

// QueryContext implements dbx.Executor.
func (e explained) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := e.db.QueryContext(ctx, query, args...)
	return rows, explain(err)
}

// Prepare implements dbx.Executor.
func (e explained) Prepare(query string) (*sql.Stmt, error) {
	st, err := e.db.PrepareContext(context.Background(), query)
	return st, explain(err)
}

// builder is dbx's for SQLite, with NewQuery's reading of the placeholders done once for each text. It costs dbx several
// microseconds of regular expressions each time, more than most statements take to run.
type builder struct {
	dbx.Builder
	mu    sync.RWMutex
	known map[string]*dbx.Query
}

// knownTexts bounds the memory of a builder; texts that are put together at run time could otherwise fill it.
const knownTexts = 1000

func newBuilder(db *dbx.DB, e dbx.Executor) *builder {
	return &builder{Builder: dbx.NewSqliteBuilder(db, e), known: map[string]*dbx.Query{}}
}

// NewQuery implements dbx.Builder.
func (b *builder) NewQuery(text string) *dbx.Query {
	b.mu.RLock()
	known := b.known[text]
	b.mu.RUnlock()
	if known == nil {
		known = b.Builder.NewQuery(text)
		b.mu.Lock()
		if len(b.known) >= knownTexts {
			clear(b.known)
		}
		b.known[text] = known
		b.mu.Unlock()
	}
	q := *known
	q.Bind(dbx.Params{}) // its own parameters: a second Bind adds to those of the first
	return &q
}

// silent is the logger of a store that was given none.
func silent() logrus.FieldLogger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}
