package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// checkKey answers ErrWrongKey when the key does not open the file at path, without touching anything beside it. A file
// that is missing or empty takes any key.
//
// It reads the first page as it is in the file, without locks and without the write-ahead log. That page can be out of
// date, and after a power cut in the middle of moving the log into the file it can be torn; the log then holds the whole
// one. So a page that the key does not open is an answer only where there is no log, or where the log does not mend it.
func checkKey(ctx context.Context, path string, key []byte) error {
	length, err := size(path)
	if err != nil {
		return err
	}
	if length == 0 {
		// An empty file beside a log is what is left of an office: SQLite would begin anew and drop the log.
		if logged, err := size(path + "-wal"); err != nil || logged == 0 {
			return err
		}
		return fmt.Errorf("%w: its log is there and the file is not", ErrCorrupt)
	}
	err = tryKey(ctx, path, key, "ro&immutable=1")
	if !errors.Is(err, ErrWrongKey) {
		return nil // any other trouble is the opening's to report
	}
	logged, sizeErr := size(path + "-wal")
	if sizeErr != nil {
		return sizeErr
	}
	if logged > 0 {
		return tryKeyWithLog(ctx, path, key)
	}
	return err
}

// tryKey reads the first page.
func tryKey(ctx context.Context, path string, key []byte, uri string) (err error) {
	db := openDB(path, key, mode{uri: uri})
	defer func() { err = errors.Join(err, db.Close()) }()
	var version int
	return explain(db.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&version))
}

// tryKeyWithLog tries the key on a copy of the log and of the beginning of the file, elsewhere: opening a log writes.
func tryKeyWithLog(ctx context.Context, path string, key []byte) (err error) {
	const pageMax = 65536 // SQLite's largest page
	dir, err := os.MkdirTemp("", "sitegroup-key")
	if err != nil {
		return fmt.Errorf("try the key: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	trial := filepath.Join(dir, "trial.db")
	if err := copyBeginning(path, trial, pageMax); err != nil {
		return fmt.Errorf("try the key: %w", err)
	}
	if err := copyFile(path+"-wal", trial+"-wal"); err != nil {
		return fmt.Errorf("try the key: %w", err)
	}
	err = tryKey(ctx, trial, key, "rw")
	if errors.Is(err, ErrWrongKey) {
		return err
	}
	return nil
}

// copyBeginning copies at most length bytes. The file is not open in SQLite, so closing it drops no lock of ours.
func copyBeginning(from, to string, length int64) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	content, err := io.ReadAll(io.LimitReader(in, length))
	if err := errors.Join(err, in.Close()); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}
