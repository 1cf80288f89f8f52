package store

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// What callers branch on. Every other error is for the log.
var (
	// ErrNoCipher says that the program was linked with a SQLite that cannot encrypt. Nothing was touched.
	ErrNoCipher = errors.New("store: this SQLite has no cipher")
	// ErrWrongKey says that the key does not open the file, or that the file is not a database. Nothing was touched.
	ErrWrongKey = errors.New("store: the key does not open this file")
	// ErrNewerSchema says that a newer version of the program has written the file.
	ErrNewerSchema = errors.New("store: the file was written by a newer version")
	// ErrInUse says that another process, or another Store of this one, holds the file.
	ErrInUse = errors.New("store: the file is in use")
	// ErrClosed says that the store is closed or closing.
	ErrClosed = errors.New("store: closed")
	// ErrDiskFull says that the disk, or the file's quota, is full. The transaction left no trace; the store goes on.
	ErrDiskFull = errors.New("store: the disk is full")
	// ErrCorrupt says that the file has failed its check.
	ErrCorrupt = errors.New("store: the file is damaged")

	// ErrNoRow says that the row to change does not exist.
	ErrNoRow = errors.New("store: no such row")
	// ErrExists says that the row to create exists.
	ErrExists = errors.New("store: the row exists")
	// ErrConflict says that a UNIQUE or other constraint of the schema forbids the write.
	ErrConflict = errors.New("store: the schema forbids it")
	// ErrAppendOnly says that rows of this entity are never changed, only created, removed and restored.
	ErrAppendOnly = errors.New("store: rows of this entity are append-only")
	// ErrGuarded says that a statement of a caller would write what only the store writes, or change the schema.
	ErrGuarded = errors.New("store: only the store may do that")
	// ErrTxDone says that a Tx was used after its function returned.
	ErrTxDone = errors.New("store: the transaction has ended")
	// ErrNested says that Write was called with the context of a running transaction, where it would wait for itself.
	ErrNested = errors.New("store: write inside a write")

	// ErrNothingToUndo says that there is no such transaction, that it is another user's, or that it is undone already.
	ErrNothingToUndo = errors.New("store: nothing to undo")
	// ErrChangedSince says that what the transaction wrote has been changed since. Nothing was undone.
	ErrChangedSince = errors.New("store: changed since")
)

// RefusedError is a change that Decide refused. It fails the whole transaction of a local author.
type RefusedError struct {
	Entity, Row string
	Field       string // "" for a creation
	Reason      string // Decide's code
}

// Error implements error. It names ids and codes, never values.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("store: %s of %s %s refused: %s", fieldName(e.Field), e.Entity, e.Row, e.Reason)
}

// PanicError is a panic of a function handed to Write. The function's own writes are rolled back.
type PanicError struct {
	Value any
	Stack []byte
}

// Error implements error.
func (e *PanicError) Error() string {
	return fmt.Sprintf("store: the write panicked: %v\n%s", e.Value, e.Stack)
}

func fieldName(field string) string {
	if field == "" {
		return "creation"
	}
	return "field " + field
}

// explain gives the sentinels' meaning to what SQLite answers. Explaining twice adds nothing.
func explain(err error) error {
	var e sqlite3.Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	sentinel := meaning(e)
	if sentinel == nil || errors.Is(err, sentinel) {
		return err
	}
	return fmt.Errorf("%w: %w", sentinel, err)
}

func meaning(e sqlite3.Error) error {
	switch {
	case e.Code == sqlite3.ErrFull, e.SystemErrno == syscall.ENOSPC:
		return ErrDiskFull
	case e.Code == sqlite3.ErrAuth:
		return ErrGuarded
	case e.Code == sqlite3.ErrNotADB:
		return ErrWrongKey
	case e.Code == sqlite3.ErrCorrupt:
		return ErrCorrupt
	case e.Code == sqlite3.ErrConstraint:
		return ErrConflict
	}
	return nil
}

// existing tells an id that is taken from other constraints.
func existing(e *entity, err error) error {
	if errors.Is(err, ErrConflict) && strings.HasSuffix(err.Error(), "failed: "+e.name+".id") {
		return fmt.Errorf("%w: %w", ErrExists, err)
	}
	return err
}
