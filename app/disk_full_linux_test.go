package app

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sitegroup.mx/crm/backend/fault"
)

const smallDiskEnv = "APP_TEST_SMALL_DISK"

// TestOffice_FullDisk makes and opens offices on a file system of 12 MiB that is full: a tmpfs in a mount namespace of a
// child process, which needs no privileges where the system allows user namespaces.
func TestOffice_FullDisk(t *testing.T) {
	if dir := os.Getenv(smallDiskEnv); dir != "" {
		useSmallDisk(t, dir)
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
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
	if err != nil || !strings.Contains(string(out), "opened a full disk") {
		t.Errorf("%v: %s", err, out)
	}
}

const mountRefused = "mount refused"

// useSmallDisk is the child.
func useSmallDisk(t *testing.T, dir string) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=12m"); err != nil {
		t.Fatalf("%s: %v", mountRefused, err)
	}
	ballast := filepath.Join(dir, "ballast")
	made := setUp(t)
	t.Run("an office is made", func(t *testing.T) {
		for _, room := range []int64{0, 40, 400, 960} {
			p := made
			p.folder = folder(filepath.Join(dir, "new"))
			leaveRoom(t, ballast, room)
			o, err := createOffice(t.Context(), p, smallOffice)
			if fault.Code(err) != "disk.full" {
				t.Errorf("with %d KiB left: %v", room, err)
			}
			if err == nil {
				must(t, o.Close())
			}
			must(t, os.Remove(ballast))
			if o, err = createOffice(t.Context(), p, smallOffice); err != nil {
				t.Errorf("once there is room: %v", err)
			} else {
				must(t, o.Close())
			}
			must(t, os.RemoveAll(string(p.folder)))
		}
	})
	t.Run("an office is opened", func(t *testing.T) {
		p := made
		p.folder = folder(filepath.Join(dir, "data"))
		must(t, os.CopyFS(string(p.folder), os.DirFS(string(made.folder))))
		before, err := os.ReadFile(p.officeFile())
		must(t, err)
		leaveRoom(t, ballast, 0)
		if _, err := openFolder(t.Context(), p); fault.Code(err) != "disk.full" {
			t.Errorf("on a full disk: %v", err)
		}
		if after, err := os.ReadFile(p.officeFile()); err != nil || !bytes.Equal(before, after) {
			t.Errorf("the office's file has changed, %v", err)
		}
		must(t, os.Remove(ballast))

		leaveRoom(t, ballast, 40) // enough for SQLite's index of the log, and for nothing else
		o, err := openFolder(t.Context(), p)
		if err != nil {
			t.Fatalf("with 40 KiB left: %v", err)
		}
		s, err := o.Accounts.SignIn(t.Context(), smallOffice.Admin.Login, smallOffice.Admin.Password)
		if err != nil {
			t.Errorf("sign in: %v", err)
		}
		if _, err := o.Accounts.Resume(t.Context(), s.Token, true); err != nil {
			t.Errorf("resume: %v", err)
		}
		must(t, o.Close())
		t.Log("opened a full disk")
	})
}

// leaveRoom fills the disk but for so many KiB.
func leaveRoom(t *testing.T, ballast string, room int64) {
	t.Helper()
	f, err := os.Create(ballast)
	must(t, err)
	size, block := int64(0), make([]byte, 4096)
	for err == nil {
		var n int
		n, err = f.Write(block)
		size += int64(n)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	must(t, errors.Join(f.Truncate(max(size-room<<10, 0)), f.Close()))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
