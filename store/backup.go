package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// BackupTo writes a consistent copy of the whole file to path, encrypted with the same key, compacted and checked. Writes
// go on meanwhile; the copy holds what was committed when it began. What was at path is replaced, and only once the copy
// is whole. ErrDiskFull leaves path as it was.
func (s *Store) BackupTo(ctx context.Context, path string) (err error) {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeIfThere(part))
		}
	}()
	if err := s.vacuumInto(ctx, part); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := checkCopy(ctx, part, s.opts.Key); err != nil {
		return fmt.Errorf("check the backup: %w", err)
	}
	if err := private(part); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := syncFile(part); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

// vacuumInto copies through a connection of its own: VACUUM runs outside transactions and would hold up the writer.
func (s *Store) vacuumInto(ctx context.Context, path string) (err error) {
	db := openDB(s.opts.Path, s.opts.Key, mode{uri: "ro", pragmas: shared})
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM main INTO ?", path)
	return explain(err)
}

// checkCopy opens a copy with the key and has SQLite compare all of it.
func checkCopy(ctx context.Context, path string, key []byte) (err error) {
	db := openDB(path, key, mode{uri: "ro&immutable=1"})
	defer func() { err = errors.Join(err, db.Close()) }()
	var verdict string
	err = db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict)
	if err == nil && verdict != "ok" {
		err = fmt.Errorf("%w: %s", ErrCorrupt, verdict)
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrCorrupt
	}
	return explain(err)
}

func syncFile(path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// CheckFile opens a file that nobody has open, compares all of it, and checks that this program can read it. It answers
// ErrWrongKey, ErrCorrupt or ErrNewerSchema, and writes nothing.
func CheckFile(ctx context.Context, path string, key []byte) (err error) {
	if len(key) != keySize {
		return ErrWrongKey
	}
	if err := checkCopy(ctx, path, key); err != nil {
		return err
	}
	db := openDB(path, key, mode{uri: "ro&immutable=1"})
	defer func() { err = errors.Join(err, db.Close()) }()
	version, err := schemaVersion(ctx, db)
	if err != nil {
		return err
	}
	latest, err := latestVersion()
	switch {
	case err != nil:
		return err
	case version == 0:
		return fmt.Errorf("%w: it holds no office", ErrCorrupt)
	case version > latest:
		return fmt.Errorf("%w: schema %d, this program knows %d", ErrNewerSchema, version, latest)
	}
	return nil
}

// SchemaVersion is the schema that this program writes.
func SchemaVersion() (int64, error) { return latestVersion() }
