package recovery_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// office is a store with backups.
type office struct {
	*recovery.Service
	st       *store.Store
	clock    *clock.Fake
	identity *age.X25519Identity
}

func newOffice(t *testing.T) *office {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	o := &office{clock: storetest.Clock(t), identity: id}
	o.st = storetest.Open(t, storetest.WithClock(o.clock))
	log := logrus.New()
	log.SetOutput(t.Output())
	o.Service = recovery.New(recovery.Deps{
		Store: o.st, Key: storetest.Key(), Dir: filepath.Join(t.TempDir(), "respaldos"), Office: "o1", Device: "d1", Version: "1.0",
		Clock: o.clock, Log: log, Recipients: func(context.Context) ([]age.Recipient, error) { return []age.Recipient{id.Recipient()}, nil },
	})
	o.contact(t, "c1", "Ana Inventada")
	return o
}

func (o *office) contact(t *testing.T, id, name string) {
	t.Helper()
	_, err := o.st.Write(t.Context(), store.Author{User: "u", Role: "admin"}, func(tx *store.Tx) error {
		return tx.Create("contact", id, store.Row{"name": name, "created_at": "2026-11-02T15:00:00.000Z"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// target is another computer, or the same one, and its keyring.
type target struct {
	recovery.Target
	pending, key []byte
}

func newTarget(t *testing.T) *target {
	t.Helper()
	g := &target{}
	g.Target = recovery.Target{
		File: filepath.Join(t.TempDir(), "office.db"), Now: time.Now,
		PutKey: func(key []byte) error {
			g.pending = bytes.Clone(key)
			return nil
		},
		TakeKey: func() error {
			if g.pending != nil {
				g.key, g.pending = g.pending, nil
			}
			return nil
		},
	}
	return g
}

// names opens what was restored and reads it.
func (g *target) names(t *testing.T) []string {
	t.Helper()
	c := storetest.Clock(t)
	s, err := store.Open(t.Context(), store.Options{Path: g.File, Key: g.key, Device: "d2", Now: c.Now, NewID: c.NewID})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // only read
	var names []string
	if err := s.Read().NewQuery("SELECT name FROM contact ORDER BY id").Column(&names); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestBackup_ComesBackOnAnotherComputer(t *testing.T) {
	o := newOffice(t)
	b, err := o.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(b.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range [][]byte{[]byte("Inventada"), storetest.Key(), []byte("SQLite format")} {
		if bytes.Contains(content, secret) {
			t.Errorf("the backup shows %q", secret)
		}
	}
	o.contact(t, "c2", "Después")
	g := newTarget(t)
	var steps []string
	m, err := recovery.Restore(t.Context(), g.Target, b.Path, func(step string) { steps = append(steps, step) }, o.identity)
	if err != nil {
		t.Fatal(err)
	}
	if m.Office != "o1" || m.Rev != 1 || len(steps) != len(recovery.Steps)-2 {
		t.Errorf("manifest %+v, steps %v", m, steps)
	}
	if got := g.names(t); len(got) != 1 || got[0] != "Ana Inventada" {
		t.Errorf("restored %v", got)
	}
	for _, left := range []string{".restore", ".restored", ".restored.part"} {
		if _, err := os.Stat(g.File + left); err == nil {
			t.Errorf("%s is left over", left)
		}
	}
}

func TestRestore_BadFilesTouchNothing(t *testing.T) {
	o := newOffice(t)
	b, err := o.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(b.Path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	turned := bytes.Clone(content)
	turned[len(turned)/2] ^= 1
	tests := []struct {
		name    string
		content []byte
		by      age.Identity
		code    string
	}{
		{"another code", content, other, recovery.CodeWrongCode},
		{"cut off", content[:len(content)-100], o.identity, recovery.CodeDamaged},
		{"cut off in the head", content[:50], o.identity, recovery.CodeDamaged},
		{"a bit turned", turned, o.identity, recovery.CodeDamaged},
		{"no backup", []byte("nombre,teléfono\nAna,55"), o.identity, recovery.CodeDamaged},
		{"empty", nil, o.identity, recovery.CodeDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.sgbackup")
			if err := os.WriteFile(path, tt.content, 0o600); err != nil {
				t.Fatal(err)
			}
			g := newTarget(t)
			if err := os.WriteFile(g.File, []byte("the office that is there"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := recovery.Restore(t.Context(), g.Target, path, nil, tt.by); !fault.Has(err, tt.code) {
				t.Errorf("answers %v, want %s", err, tt.code)
			}
			entries, err := os.ReadDir(filepath.Dir(g.File))
			if err != nil || len(entries) != 1 || g.key != nil {
				t.Errorf("left behind: %v, key %v", entries, g.key)
			}
		})
	}
}

// A seal says who made a backup and not that what is in it was whole.
func TestRestore_WhatWasBrokenBeforeItWasSealed(t *testing.T) {
	o := newOffice(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := o.st.BackupTo(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	turned := bytes.Clone(whole)
	turned[len(turned)/2] ^= 1
	for name, content := range map[string][]byte{"a bit turned": turned, "cut off": whole[:len(whole)/2], "no database": []byte("x")} {
		t.Run(name, func(t *testing.T) {
			file, sealed := filepath.Join(t.TempDir(), "x.db"), filepath.Join(t.TempDir(), "x.sgbackup")
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := recovery.Seal(t.Context(), sealed, recovery.Manifest{Office: "o1"}, storetest.Key(), file, o.identity.Recipient()); err != nil {
				t.Fatal(err)
			}
			g := newTarget(t)
			if err := os.WriteFile(g.File, []byte("the office that is there"), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := recovery.Restore(t.Context(), g.Target, sealed, nil, o.identity); !fault.Has(err, recovery.CodeDamaged) {
				t.Errorf("answers %v, want %s", err, recovery.CodeDamaged)
			}
			if entries, err := os.ReadDir(filepath.Dir(g.File)); err != nil || len(entries) != 1 || g.key != nil {
				t.Errorf("left behind: %v, key %v", entries, g.key)
			}
		})
	}
}

// The log of the office that was there must not be taken for the restored file's.
func TestRestore_TheLogGoesAsideToo(t *testing.T) {
	o := newOffice(t)
	b, err := o.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := newTarget(t)
	ends := []string{"", "-wal", "-shm"}
	for _, end := range ends {
		if err := os.WriteFile(g.File+end, []byte("of before"+end), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := recovery.Restore(t.Context(), g.Target, b.Path, nil, o.identity); err != nil {
		t.Fatal(err)
	}
	aside, err := filepath.Glob(g.File + ".before-restore-*Z")
	if err != nil || len(aside) != 1 {
		t.Fatal(aside, err)
	}
	for _, end := range ends {
		if content, err := os.ReadFile(aside[0] + end); err != nil || string(content) != "of before"+end {
			t.Errorf("put aside as %q: %q, %v", end, content, err)
		}
	}
	for _, end := range ends[1:] {
		if _, err := os.Stat(g.File + end); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the restored file has %s of before: %v", end, err)
		}
	}
	if got := g.names(t); len(got) != 1 {
		t.Errorf("restored %v", got)
	}
}

// Wherever the program ends once the plan is written, starting it again ends the restore.
func TestRestore_GoesOnAfterEachStep(t *testing.T) {
	o := newOffice(t)
	b, err := o.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	power := errors.New("the power went")
	for _, kept := range []bool{false, true} {
		t.Run(map[bool]string{false: "before the key is kept", true: "before that was written down"}[kept], func(t *testing.T) {
			g := newTarget(t)
			old := []byte("what was there")
			if err := os.WriteFile(g.File, old, 0o600); err != nil {
				t.Fatal(err)
			}
			cut := g.Target
			cut.TakeKey = func() error {
				if kept {
					return errors.Join(g.TakeKey(), power)
				}
				return power
			}
			if _, err := recovery.Restore(t.Context(), cut, b.Path, nil, o.identity); !errors.Is(err, power) {
				t.Fatalf("answers %v", err)
			}
			if _, err := recovery.Restore(t.Context(), g.Target, b.Path, nil, o.identity); !fault.Has(err, recovery.CodeUnderWay) {
				t.Errorf("a second restore answers %v", err)
			}
			if _, resumed, err := recovery.Resume(g.Target); err != nil || !resumed {
				t.Fatalf("resumed %v: %v", resumed, err)
			}
			if got := g.names(t); len(got) != 1 {
				t.Errorf("restored %v", got)
			}
			aside, err := filepath.Glob(g.File + ".before-restore-*")
			if err != nil || len(aside) != 1 {
				t.Fatalf("put aside: %v, %v", aside, err)
			}
			if content, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(content, old) {
				t.Errorf("what was there is %q, %v", content, err)
			}
			if _, resumed, err := recovery.Resume(g.Target); err != nil || resumed {
				t.Errorf("resumed again: %v, %v", resumed, err)
			}
		})
	}
}

// What has to be agreed to by somebody else, and what is to be done once the office is open, waits in the plan.
func TestRestore_WaitsForOthers(t *testing.T) {
	o := newOffice(t)
	b, err := o.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lost := errors.New("the line broke")
	g := newTarget(t)
	if err := os.WriteFile(g.File, []byte("what was there"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := g.Target
	asked.Note = []byte("whom to look after")
	asked.Appoint = func(context.Context, string) error { return recovery.ErrRefused }
	if _, err := recovery.Restore(t.Context(), asked, b.Path, nil, o.identity); !errors.Is(err, recovery.ErrRefused) {
		t.Fatalf("refused, it answers %v", err)
	}
	if waits, err := recovery.Waiting(g.Target); waits || err != nil {
		t.Errorf("it waits for who has refused: %v", err)
	}
	asked.Appoint = func(context.Context, string) error { return lost }
	if _, err := recovery.Restore(t.Context(), asked, b.Path, nil, o.identity); !errors.Is(err, lost) {
		t.Fatalf("without an answer it answers %v", err)
	}
	if _, resumed, err := recovery.Resume(g.Target); resumed || err != nil {
		t.Errorf("resumed by itself: %v", err)
	}
	if waits, err := recovery.Waiting(g.Target); !waits || err != nil {
		t.Errorf("it does not wait: %v", err)
	}
	if content, err := os.ReadFile(g.File); string(content) != "what was there" {
		t.Errorf("what was there is %q, %v", content, err)
	}
	if err := recovery.GiveUp(g.Target); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(g.File + ".restore*"); err != nil || len(left) > 0 {
		t.Errorf("given up, it leaves %v, %v", left, err)
	}
	if _, err := recovery.Restore(t.Context(), asked, b.Path, nil, o.identity); !errors.Is(err, lost) {
		t.Fatalf("without an answer again it answers %v", err)
	}
	taken := ""
	err = recovery.Appointed(t.Context(), g.Target, func(_ context.Context, file string) error {
		taken = file
		return nil
	})
	if err != nil || taken == "" {
		t.Fatalf("appointed: %q, %v", taken, err)
	}
	if got := g.names(t); len(got) != 1 {
		t.Errorf("restored %v", got)
	}
	for range 2 { // until End, however often
		note, aside, left, err := recovery.Left(g.Target)
		if content, _ := os.ReadFile(aside); err != nil || !left || string(note) != "whom to look after" || string(content) != "what was there" {
			t.Fatalf("left: %q, %q, %v, %v", note, content, left, err)
		}
	}
	if err := recovery.End(g.Target); err != nil {
		t.Fatal(err)
	}
	if _, _, left, err := recovery.Left(g.Target); left || err != nil {
		t.Errorf("something is left after the end: %v", err)
	}
}

func TestBackup_CopiesGoWhereTheyShould(t *testing.T) {
	o := newOffice(t)
	if err := o.SetFolder(t.Context(), filepath.Join(t.TempDir(), "no")); !fault.Has(err, recovery.CodeFolderMissing) {
		t.Errorf("a folder that is not there answers %v", err)
	}
	folder := filepath.Join(t.TempDir(), "usb")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := o.SetFolder(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	if b, err := o.Now(t.Context()); err != nil || !b.Copied {
		t.Errorf("%+v, %v", b, err)
	}
	if err := os.RemoveAll(folder); err != nil { // the stick was pulled out
		t.Fatal(err)
	}
	o.clock.Advance(time.Hour)
	b, err := o.Now(t.Context())
	if !fault.Has(err, recovery.CodeFolderMissing) || b.Path == "" || o.Problem() != recovery.CodeFolderMissing {
		t.Errorf("%+v, %v, %s", b, err, o.Problem())
	}
	if all, err := o.List(t.Context()); err != nil || len(all) != 2 || all[0].Copied {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestBackup_OldOnesGo(t *testing.T) {
	o := newOffice(t)
	dir := o.Dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	begun := o.clock.Now()
	for n := range 24 * 100 { // a hundred days, hour by hour
		name := "sitegroup-crm-" + begun.Add(-time.Duration(n+1)*time.Hour).Format("20060102T150405Z") + ".sgbackup"
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notas.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Now(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := o.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 24+4+6 || len(all) > 24+7+8 || begun.Sub(all[len(all)-1].At) < 42*24*time.Hour {
		t.Errorf("%d backups, the oldest of %v", len(all), all[len(all)-1].At)
	}
	if _, err := os.Stat(filepath.Join(dir, "notas.txt")); err != nil {
		t.Error("a file that is none of ours went too")
	}
}

func TestRun_BacksUpWhatIsNew(t *testing.T) {
	o := newOffice(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.Run(ctx)
	}()
	count := func() int {
		all, err := o.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	asleep := func() {
		for o.clock.Waiting() == 0 {
			runtime.Gosched()
		}
	}
	tick := func() { asleep(); o.clock.Advance(time.Hour); asleep() }
	tick()
	if got := count(); got != 1 {
		t.Errorf("%d backups after the first hour", got)
	}
	tick()
	if got := count(); got != 1 {
		t.Errorf("%d backups after an hour without a change", got)
	}
	o.contact(t, "c2", "Nueva")
	o.clock.Advance(time.Minute)
	stop()
	<-ended
	if got := count(); got != 2 {
		t.Errorf("%d backups after the end", got)
	}
}
