package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"
)

// Read returns the read pool. Each query sees what is committed when it starts; give it a context with WithContext.
// Writing through it fails.
func (s *Store) Read() dbx.Builder { return s.reader }

// ReadTx runs fn on one snapshot of the file, the one at its first query. fn must not keep q.
func (s *Store) ReadTx(ctx context.Context, fn func(q dbx.Builder) error) (err error) {
	tx, err := s.readDB.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", explain(err))
	}
	defer func() {
		if rollback := tx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
			err = errors.Join(err, rollback)
		}
	}()
	db := dbx.NewFromDB(s.readDB, "sqlite3").WithContext(ctx)
	return fn(dbx.NewSqliteBuilder(db, explained{tx}))
}
