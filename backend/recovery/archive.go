package recovery

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"

	"sitegroup.mx/crm/backend/fault"
)

// formatVersion is the form of a backup that this program writes, and the newest it reads.
const formatVersion = 1

// Manifest says what a backup holds. It has no personal data.
type Manifest struct {
	Version int       `json:"version"`
	Office  string    `json:"office"`  // the office's id
	Device  string    `json:"device"`  // who made it
	Program string    `json:"program"` // the program's version
	Schema  int64     `json:"schema"`
	Rev     int64     `json:"rev"` // the last commit in it
	MadeAt  time.Time `json:"made_at"`
}

// Names within the archive, in this order.
const (
	nameManifest = "manifest.json"
	nameKey      = "office.key"
	nameDatabase = "office.db"
)

// Limits of what a foreign file may hold besides the database.
const (
	mostManifest = 64 << 10
	mostKey      = 1 << 10
)

// seal writes a backup of the database at path to w.
func seal(ctx context.Context, w io.Writer, m Manifest, key []byte, path string, to []age.Recipient) (err error) {
	sealed, err := age.Encrypt(w, to...)
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	packed, err := zstd.NewWriter(sealed, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	archive := tar.NewWriter(packed)
	manifest, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	for _, entry := range []struct {
		name    string
		content []byte
	}{{nameManifest, manifest}, {nameKey, key}} {
		if err := addEntry(archive, entry.name, int64(len(entry.content)), m.MadeAt); err != nil {
			return err
		}
		if _, err := archive.Write(entry.content); err != nil {
			return fmt.Errorf("write %s: %w", entry.name, err)
		}
	}
	if err := addFile(ctx, archive, path, m.MadeAt); err != nil {
		return err
	}
	for _, end := range []io.Closer{archive, packed, sealed} {
		if err := end.Close(); err != nil {
			return fmt.Errorf("end the backup: %w", err)
		}
	}
	return nil
}

func addEntry(archive *tar.Writer, name string, size int64, at time.Time) error {
	err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, ModTime: at, Format: tar.FormatPAX})
	if err != nil {
		return fmt.Errorf("add %s: %w", name, err)
	}
	return nil
}

func addFile(ctx context.Context, archive *tar.Writer, path string, at time.Time) (err error) {
	f, err := os.Open(path) //nolint:gosec // a path of our own
	if err != nil {
		return fmt.Errorf("open the copy: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at the copy: %w", err)
	}
	if err := addEntry(archive, nameDatabase, info.Size(), at); err != nil {
		return err
	}
	if _, err := io.Copy(archive, contextReader{ctx, f}); err != nil {
		return fmt.Errorf("add the copy: %w", err)
	}
	return nil
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Look reads what a backup says of itself, and touches nothing. Faults: recovery.wrong_code, recovery.damaged, recovery.newer.
func Look(ctx context.Context, backup string, by ...age.Identity) (m Manifest, err error) {
	f, err := os.Open(backup) //nolint:gosec // the person has chosen it
	if err != nil {
		return Manifest{}, fault.Wrap(fmt.Errorf("open backup: %w", err), CodeDamaged)
	}
	defer f.Close() //nolint:errcheck // only read
	m, _, err = opening(ctx, f, by, func(*tar.Reader) ([]byte, error) { return nil, nil })
	return m, err
}

// unseal reads a backup and writes its database to path, with mode 0600, through a name of its own. Faults:
// recovery.wrong_code, recovery.damaged, recovery.newer.
func unseal(ctx context.Context, r io.Reader, path string, by ...age.Identity) (m Manifest, key []byte, err error) {
	return opening(ctx, r, by, func(archive *tar.Reader) ([]byte, error) {
		key, err := readEntry(archive, nameKey, mostKey)
		if err != nil {
			return nil, err
		}
		return key, writeDatabase(archive, path)
	})
}

// opening opens a backup, reads its manifest, and has then read what follows.
func opening(
	ctx context.Context, r io.Reader, by []age.Identity, then func(*tar.Reader) ([]byte, error),
) (m Manifest, key []byte, err error) {
	opened, err := age.Decrypt(contextReader{ctx, r}, by...)
	var mismatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &mismatch):
		return Manifest{}, nil, fault.New(CodeWrongCode)
	case err != nil:
		return Manifest{}, nil, damaged(err)
	}
	unpacked, err := zstd.NewReader(opened, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		return Manifest{}, nil, damaged(err)
	}
	defer unpacked.Close()
	archive := tar.NewReader(unpacked)
	manifest, err := readEntry(archive, nameManifest, mostManifest)
	if err != nil {
		return Manifest{}, nil, err
	}
	if err := json.Unmarshal(manifest, &m); err != nil {
		return Manifest{}, nil, damaged(err)
	}
	if m.Version > formatVersion {
		return Manifest{}, nil, fault.New(CodeNewer)
	}
	key, err = then(archive)
	return m, key, err
}

func damaged(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.Wrap(fmt.Errorf("read backup: %w", err), CodeDamaged)
}

func readEntry(archive *tar.Reader, name string, most int64) ([]byte, error) {
	h, err := archive.Next()
	if err != nil {
		return nil, damaged(err)
	}
	if h.Name != name || h.Size > most {
		return nil, damaged(fmt.Errorf("%s is not where it should be", name))
	}
	content, err := io.ReadAll(io.LimitReader(archive, most))
	if err != nil {
		return nil, damaged(err)
	}
	return content, nil
}

// writeDatabase writes the archive's last entry. The end of the archive must be there too: a file that was cut off is none.
func writeDatabase(archive *tar.Reader, path string) (err error) {
	h, err := archive.Next()
	if err != nil {
		return damaged(err)
	}
	if h.Name != nameDatabase {
		return damaged(fmt.Errorf("%s is not where it should be", nameDatabase))
	}
	return writeWhole(path, func(f *os.File) error {
		if _, err := io.Copy(f, archive); err != nil { //nolint:gosec // sealed by ourselves; its size is the office's
			return damaged(err)
		}
		if _, err := archive.Next(); !errors.Is(err, io.EOF) {
			return damaged(errors.New("there is more than there should be"))
		}
		return nil
	})
}

// writeWhole has fill write a file and gives it its name once it is on disk.
func writeWhole(path string, fill func(*os.File) error) (err error) {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) //nolint:gosec // a path of our own
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	if err = fill(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("name file: %w", err)
	}
	return syncDir(filepath.Dir(path))
}
