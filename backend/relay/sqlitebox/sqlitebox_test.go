package sqlitebox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/inboxtest"
	"sitegroup.mx/crm/backend/relay/relaywire"
	"sitegroup.mx/crm/backend/relay/sqlitebox"
)

func silent() *logrus.Logger {
	log := logrus.New()
	log.SetOutput(io.Discard)
	return log
}

func open(t *testing.T, dir string) relay.Inbox {
	t.Helper()
	in, err := sqlitebox.Open(t.Context(), filepath.Join(dir, "relay.db"), silent())
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestInbox(t *testing.T) { inboxtest.Run(t, inboxtest.Subject{Open: open}) }

func TestOpen_OneAtATime(t *testing.T) {
	dir := t.TempDir()
	in := open(t, dir)
	path := filepath.Join(dir, "relay.db")
	if _, err := sqlitebox.Open(t.Context(), path, silent()); !errors.Is(err, sqlitebox.ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpen_FileIsItsOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	in := open(t, dir)
	defer in.Close() //nolint:errcheck // another test's
	for _, name := range []string{"relay.db", "relay.db-wal", "relay.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", name, info.Mode())
		}
	}
}

// A program that is killed loses nothing either way; a power cut loses what was answered for before the disk had it.
func TestOpen_EachCommitWaitsForTheDisk(t *testing.T) {
	in := open(t, t.TempDir())
	defer in.Close() //nolint:errcheck // only read
	for name, want := range map[string]string{"synchronous": "2", "fullfsync": "1", "checkpoint_fullfsync": "1", "journal_mode": "wal"} {
		if got := sqlitebox.Pragma(t, in, name); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
}

// What an office has fetched is none of the relay's business any more, nor of whoever gets hold of its disk.
func TestExpire_NothingIsLeftOfWhatWasFetched(t *testing.T) {
	dir := t.TempDir()
	in := open(t, dir)
	o := inboxtest.Office(1)
	if err := in.PutOffice(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	marked := []byte(`{"leadgen_id":"1234567890123456"}`)
	left := func() (where []string) {
		t.Helper()
		for _, name := range []string{"relay.db", "relay.db-wal"} {
			file, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if bytes.Contains(file, marked) {
				where = append(where, name)
			}
		}
		return where
	}
	expire := func() {
		t.Helper()
		if _, err := in.Expire(t.Context(), time.UnixMilli(1)); err != nil {
			t.Fatal(err)
		}
	}
	seq, err := in.Append(t.Context(), o.ID, relaywire.Event{Kind: relaywire.KindWebhook, At: 1, Body: marked}, relay.Quota{})
	if err != nil {
		t.Fatal(err)
	}
	if expire(); len(left()) == 0 {
		t.Fatal("it is not on the disk")
	}
	if err := in.AckThrough(t.Context(), o.ID, seq); err != nil {
		t.Fatal(err)
	}
	if expire(); len(left()) > 0 {
		t.Errorf("it is still in %v", left())
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "relay.db-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is there although nobody has the file open: %v", err)
	}
}

// What Meta was told is kept must still be there when the disk fills up, and what is not kept must not be answered for.
func TestAppend_DiskFullKeepsWhatWasAnswered(t *testing.T) {
	dir := t.TempDir()
	in := open(t, dir)
	o := inboxtest.Office(1)
	if err := in.PutOffice(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	sqlitebox.SetMaxPages(t, in, 64)
	e := relaywire.Event{Kind: relaywire.KindWebhook, At: 1, Body: make([]byte, 4000)}
	kept := 0
	var err error
	for err == nil {
		if _, err = in.Append(t.Context(), o.ID, e, relay.Quota{}); err == nil {
			kept++
		}
		if kept > 1000 {
			t.Fatal("the disk is never full")
		}
	}
	count := func(in relay.Inbox) int {
		stats, err := in.Stats(context.Background(), o.ID)
		if err != nil {
			t.Fatal(err)
		}
		return int(stats.Events)
	}
	if got := count(in); got != kept {
		t.Errorf("%d were answered for, %d are there", kept, got)
	}
	sqlitebox.SetMaxPages(t, in, 1<<30)
	if _, err := in.Append(t.Context(), o.ID, e, relay.Quota{Events: int64(kept) + 1}); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := in.Healthy(t.Context()); err != nil {
		t.Error(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	in = open(t, dir)
	defer in.Close() //nolint:errcheck // only read
	if got := count(in); got != kept+1 {
		t.Errorf("%d were answered for, %d are there after another start", kept+1, got)
	}
}
