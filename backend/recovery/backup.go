package recovery

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Deps is what backups are made with.
type Deps struct {
	Store   *store.Store
	Key     []byte // the database's
	Dir     string // where backups go; made when it is missing
	Office  string // the office's id
	Device  string
	Version string
	Clock   clock.Clock
	Log     logrus.FieldLogger
	// Recipients are whom backups are sealed for; recovery.needed before there is a recovery code.
	Recipients func(context.Context) ([]age.Recipient, error)
}

// Service makes backups. It is safe for concurrent use.
type Service struct {
	Deps
	making sync.Mutex // one at a time

	mu      sync.Mutex
	problem string // code of why the last backup, or its copy, failed
	rev     int64  // of the last backup
}

// New returns a service; Run makes it work.
func New(d Deps) *Service { return &Service{Deps: d} }

// Backup is one file.
type Backup struct {
	Path  string    `json:"-"`
	Name  string    `json:"name"`
	At    time.Time `json:"at"`
	Bytes int64     `json:"bytes"`
	// Copied tells that the folder of the administrator's choice has it too.
	Copied bool `json:"copied"`
}

const (
	prefix = "sitegroup-crm-"
	suffix = ".sgbackup"
	stamp  = "20060102T150405Z"
	every  = time.Hour
	copies = "recovery.folder" // key of setting
)

// Run makes a backup every hour in which something was written, and one more when ctx ends, until then.
func (s *Service) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			farewell, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
			s.ifChanged(farewell)
			cancel()
			return
		case <-s.Clock.After(every):
			s.ifChanged(ctx)
		}
	}
}

// ifChanged makes a backup when there is something new and somebody to seal for.
func (s *Service) ifChanged(ctx context.Context) {
	head, err := s.Store.Head(ctx)
	if err != nil {
		s.Log.WithError(err).Warn("look for changes to back up")
		return
	}
	s.mu.Lock()
	same := head.Pos == s.rev
	s.mu.Unlock()
	if same {
		return
	}
	if _, err := s.Now(ctx); err != nil && !fault.Has(err, CodeNeeded) && ctx.Err() == nil {
		s.Log.WithError(err).Warn("back up")
	}
}

// Now makes a backup, with its copy, and drops old ones: 24 hourly, 7 daily and 8 weekly stay. Faults: recovery.needed,
// disk.full; recovery.folder_missing when only the copy failed.
func (s *Service) Now(ctx context.Context) (b Backup, err error) {
	s.making.Lock()
	defer s.making.Unlock()
	defer func() { s.note(err) }()
	to, err := s.Recipients(ctx)
	if err != nil {
		return Backup{}, err
	}
	if len(to) == 0 {
		return Backup{}, fault.New(CodeNeeded)
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return Backup{}, fmt.Errorf("make folder for backups: %w", err)
	}
	b, rev, err := s.make(ctx, to)
	if err != nil {
		if errors.Is(err, store.ErrDiskFull) {
			return Backup{}, fault.Wrap(err, "disk.full")
		}
		return Backup{}, fmt.Errorf("back up: %w", err)
	}
	s.mu.Lock()
	s.rev = rev
	s.mu.Unlock()
	if err := s.prune(s.Dir); err != nil {
		return b, err
	}
	b.Copied, err = s.copy(ctx, b)
	return b, err
}

func (s *Service) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problem = ""
	if err != nil {
		s.problem = "recovery.failed"
		if code := fault.Code(err); code != "" {
			s.problem = code
		}
	}
}

// Problem is the code of why the last backup, or its copy, failed; "" when it did not.
func (s *Service) Problem() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.problem
}

func (s *Service) make(ctx context.Context, to []age.Recipient) (b Backup, rev int64, err error) {
	at := s.Clock.Now().UTC().Truncate(time.Second)
	b = Backup{Name: prefix + at.Format(stamp) + suffix, At: at}
	b.Path = filepath.Join(s.Dir, b.Name)
	head, err := s.sealed(ctx, b.Path, at, to)
	if err != nil {
		return Backup{}, 0, err
	}
	info, err := os.Stat(b.Path)
	if err != nil {
		return Backup{}, 0, fmt.Errorf("look at the backup: %w", err)
	}
	b.Bytes = info.Size()
	return b, head.Pos, nil
}

// SealTo writes a backup to path for somebody alone, and returns where the office stood when it began.
func (s *Service) SealTo(ctx context.Context, path string, to age.Recipient) (store.Cursor, error) {
	s.making.Lock()
	defer s.making.Unlock()
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return store.Cursor{}, fmt.Errorf("make folder for backups: %w", err)
	}
	head, err := s.sealed(ctx, path, s.Clock.Now().UTC().Truncate(time.Second), []age.Recipient{to})
	if errors.Is(err, store.ErrDiskFull) {
		return head, fault.Wrap(err, "disk.full")
	}
	return head, err
}

func (s *Service) sealed(ctx context.Context, path string, at time.Time, to []age.Recipient) (head store.Cursor, err error) {
	head, err = s.Store.Head(ctx)
	if err != nil {
		return head, err
	}
	copied := filepath.Join(s.Dir, "copy.tmp")
	defer func() { err = errors.Join(err, removeIfThere(copied)) }()
	if err := s.Store.BackupTo(ctx, copied); err != nil { // checked, page by page
		return head, err
	}
	schema, err := store.SchemaVersion()
	if err != nil {
		return head, err
	}
	m := Manifest{Version: formatVersion, Office: s.Office, Device: s.Device, Program: s.Version, Schema: schema, Rev: head.Pos, MadeAt: at}
	return head, writeWhole(path, func(f *os.File) error { return seal(ctx, f, m, s.Key, copied, to) })
}

// copy puts a backup into the folder of the administrator's choice, if there is one.
func (s *Service) copy(ctx context.Context, b Backup) (bool, error) {
	folder, err := s.Folder(ctx)
	if err != nil || folder == "" {
		return false, err
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return false, fault.New(CodeFolderMissing)
	}
	in, err := os.Open(b.Path)
	if err != nil {
		return false, fmt.Errorf("copy backup: %w", err)
	}
	defer in.Close() //nolint:errcheck // only read
	err = writeWhole(filepath.Join(folder, b.Name), func(out *os.File) error {
		_, err := out.ReadFrom(contextReader{ctx, in})
		return err
	})
	if err != nil {
		return false, fault.Wrap(fmt.Errorf("copy backup: %w", err), CodeFolderMissing)
	}
	return true, s.prune(folder)
}

// List returns the backups on this computer, newest first.
func (s *Service) List(ctx context.Context) ([]Backup, error) {
	all, err := list(s.Dir)
	if err != nil {
		return nil, err
	}
	folder, err := s.Folder(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if folder == "" {
			break
		}
		_, missing := os.Stat(filepath.Join(folder, all[i].Name))
		all[i].Copied = missing == nil
	}
	return all, nil
}

func list(dir string) ([]Backup, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var all []Backup
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), suffix)
		name, ours := strings.CutPrefix(name, prefix)
		at, err := time.Parse(stamp, name)
		if !ok || !ours || err != nil {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // it has just gone
		}
		all = append(all, Backup{Path: filepath.Join(dir, e.Name()), Name: e.Name(), At: at, Bytes: info.Size()})
	}
	slices.SortFunc(all, func(a, b Backup) int { return b.At.Compare(a.At) })
	return all, nil
}

func (s *Service) prune(dir string) error {
	all, err := list(dir)
	if err != nil {
		return err
	}
	for _, b := range superfluous(all) {
		if err := os.Remove(b.Path); err != nil {
			return fmt.Errorf("drop old backup: %w", err)
		}
	}
	return nil
}

// superfluous picks, of backups newest first, those that are neither the newest of one of the last 24 hours, 7 days or 8
// weeks that have any.
func superfluous(all []Backup) (old []Backup) {
	kept := map[string]bool{}
	for _, span := range []struct {
		most int
		name func(time.Time) string
	}{
		{24, func(t time.Time) string { return t.Format("2006010215") }},
		{7, func(t time.Time) string { return t.Format("20060102") }},
		{8, func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, "-", w) }},
	} {
		seen := map[string]bool{}
		for _, b := range all {
			if name := span.name(b.At); !seen[name] && len(seen) < span.most {
				seen[name], kept[b.Name] = true, true
			}
		}
	}
	for _, b := range all {
		if !kept[b.Name] {
			old = append(old, b)
		}
	}
	return old
}

// Folder is where copies go, "" for nowhere.
func (s *Service) Folder(ctx context.Context) (string, error) {
	var paths []string
	err := s.Store.Read().NewQuery("SELECT v FROM setting WHERE k = '" + copies + "'").WithContext(ctx).Column(&paths)
	if err != nil || len(paths) == 0 {
		return "", err
	}
	return paths[0], nil
}

// SetFolder has copies go to a folder, "" to none. Faults: recovery.folder_missing for one that is not there, or cannot be
// written to.
func (s *Service) SetFolder(ctx context.Context, path string) error {
	if path != "" {
		probe, err := os.CreateTemp(path, prefix+"*.tmp")
		if err != nil {
			return fault.Wrap(fmt.Errorf("try folder: %w", err), CodeFolderMissing)
		}
		if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
			return fmt.Errorf("try folder: %w", err)
		}
	}
	_, err := s.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, {:v}) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
			map[string]any{"k": copies, "v": path})
		return err
	})
	if err != nil {
		return fmt.Errorf("keep folder: %w", err)
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
