package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

const smallDiskEnv = "STORE_TEST_SMALL_DISK"

// TestDiskFull_RealDisk runs the scenario on a file system of 3 MiB: a tmpfs in a mount namespace of a child process,
// which needs no privileges where the system allows user namespaces.
func TestDiskFull_RealDisk(t *testing.T) {
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), smallDiskEnv+"="+t.TempDir())
	child.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := child.CombinedOutput()
	if errors.Is(err, os.ErrPermission) || errors.Is(err, syscall.EINVAL) || strings.Contains(string(out), mountRefused) {
		t.Logf("this machine gives no small disk to an ordinary process: %v %s", err, out)
		return
	}
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

const mountRefused = "mount refused"

// useSmallDisk is the child: it mounts the disk, fills it with an office, frees space and goes on.
func useSmallDisk(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		return fmt.Errorf("%s: %w", mountRefused, err)
	}
	n := 0
	o := store.Options{Path: filepath.Join(dir, "office.db"), Key: storetest.Key(), Device: storetest.Device, Now: func() time.Time { return storetest.Start }}
	o.NewID = func() string {
		n++
		return fmt.Sprintf("01a19cc6-3d80-7000-8000-%012d", n)
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		return err
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 512<<10), 0o600); err != nil {
		return err
	}
	fitted, err := fill(s)
	if err != nil {
		return err
	}
	if err := s.BackupTo(context.Background(), filepath.Join(dir, "backup.db")); !errors.Is(err, store.ErrDiskFull) {
		return fmt.Errorf("a backup onto the full disk: %w", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "backup*")); len(left) != 0 {
		return fmt.Errorf("the failed backup left %v", left)
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	commit, err := s.Write(context.Background(), admin, func(tx *store.Tx) error { return createContact(tx, "after", "Ana") })
	if err != nil || commit.Rev != int64(fitted)+1 {
		return fmt.Errorf("after freeing space: revision %d of %d: %w", commit.Rev, fitted+1, err)
	}
	if err := errors.Join(s.Check(context.Background()), s.Close()); err != nil {
		return err
	}
	again, err := store.Open(context.Background(), o)
	if err != nil {
		return err
	}
	stats, err := again.Stats(context.Background())
	if err != nil || stats.Rev != commit.Rev {
		return fmt.Errorf("opened again at revision %d: %w", stats.Rev, err)
	}
	return errors.Join(again.Check(context.Background()), again.Close())
}
