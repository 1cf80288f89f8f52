package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/0*.sql
var migrations embed.FS

// copiesKept is how many copies from before a migration stay beside the file.
const copiesKept = 3

// migrationFS returns the migrations as goose wants them: at the root.
func migrationFS() (fs.FS, error) { return fs.Sub(migrations, "migrations") }

// latestVersion is the schema this program writes: the number of its last migration.
func latestVersion() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var latest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("number migration: %w", err)
		}
		latest = max(latest, version)
	}
	return latest, nil
}

// schemaVersion reads which migration the file has reached, 0 for an empty one.
func schemaVersion(ctx context.Context, db *sql.DB) (int64, error) {
	var known bool
	err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'goose_db_version')").Scan(&known)
	if err != nil || !known {
		return 0, explain(err)
	}
	var version int64
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied = 1").Scan(&version)
	return version, explain(err)
}

// migrate brings the file to the latest schema through connections of its own, which nothing else uses afterwards. A file
// that holds an office is copied first, while no connection is open.
func (s *Store) migrate(ctx context.Context) error {
	latest, err := latestVersion()
	if err != nil {
		return err
	}
	var version int64
	err = s.withDB(func(db *sql.DB) (err error) {
		version, err = schemaVersion(ctx, db)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("read schema version: %w", err)
	case version > latest:
		return fmt.Errorf("%w: schema %d, this program knows %d", ErrNewerSchema, version, latest)
	case version == latest:
		return nil
	case version > 0:
		if err := s.copyBefore(version, latest); err != nil {
			return fmt.Errorf("copy the file before migrating: %w", err)
		}
	}
	return s.withDB(func(db *sql.DB) error { return s.migrateUp(ctx, db) })
}

func (s *Store) migrateUp(ctx context.Context, db *sql.DB) error {
	sources, err := migrationFS()
	if err != nil {
		return fmt.Errorf("open migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, sources, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	for _, r := range results {
		s.log.WithField("version", r.Source.Version).WithField("ms", r.Duration.Milliseconds()).Info("migration applied")
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", explain(err))
	}
	return nil
}

// withDB lends a writing connection to fn and closes it. Closing the only connection of a file moves its write-ahead log
// into it.
func (s *Store) withDB(fn func(*sql.DB) error) error {
	db := openDB(s.opts.Path, s.opts.Key, mode{uri: "rwc", pragmas: writing})
	db.SetMaxOpenConns(1)
	return errors.Join(fn(db), db.Close())
}

// copyBefore leaves a copy of the file, encrypted as it is, at "<path>.before-<to>-from-<from>". What stopped half-way has
// another from when it is tried again, so that it never takes the place of the whole one.
func (s *Store) copyBefore(from, to int64) error {
	if info, err := os.Stat(s.opts.Path + "-wal"); err == nil && info.Size() > 0 {
		return errors.New("the write-ahead log did not move into the file")
	}
	if err := copyFile(s.opts.Path, copyName(s.opts.Path, from, to)); err != nil {
		return err
	}
	return dropOldCopies(s.opts.Path)
}

func copyName(path string, from, to int64) string {
	return fmt.Sprintf("%s.before-%d-from-%d", path, to, from)
}

// copyFile copies through a temporary name, so that a copy is either whole or not there.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer in.Close() //nolint:errcheck // only read
	part := to + ".part"
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("copy: %w", errors.Join(err, os.Remove(part)))
	}
	if err := os.Rename(part, to); err != nil {
		return fmt.Errorf("name the copy: %w", err)
	}
	return nil
}

func dropOldCopies(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("list copies: %w", err)
	}
	var copies [][2]int64
	for _, e := range entries {
		text, ok := strings.CutPrefix(e.Name(), filepath.Base(path)+".before-")
		to, from, found := strings.Cut(text, "-from-")
		if !ok || !found {
			continue
		}
		t, errTo := strconv.ParseInt(to, 10, 64)
		f, errFrom := strconv.ParseInt(from, 10, 64)
		if errTo == nil && errFrom == nil {
			copies = append(copies, [2]int64{t, f})
		}
	}
	slices.SortFunc(copies, func(a, b [2]int64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for len(copies) > copiesKept {
		if err := os.Remove(copyName(path, copies[0][1], copies[0][0])); err != nil {
			return fmt.Errorf("remove old copy: %w", err)
		}
		copies = copies[1:]
	}
	return nil
}
