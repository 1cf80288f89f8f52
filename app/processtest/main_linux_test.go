package processtest

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"sitegroup.mx/crm/app"
	"sitegroup.mx/crm/build/field"
)

// What this test binary is, when it is not the test.
const (
	roleEnv     = "SITEGROUP_TEST_ROLE"
	roleProgram = "program" // the CRM, with the arguments that it is given
	roleApart   = "apart"   // the test, in namespaces of its own
)

// noNetwork is what the test says in namespaces of its own that are of no use.
const noNetwork = "no network of our own: "

func TestMain(m *testing.M) {
	field.ServeNATS()
	if os.Getenv(roleEnv) == roleProgram {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin) // it ends when the test does, however that ends
			os.Exit(3)
		}()
		around := app.StandardIO()
		around.In, around.Env = strings.NewReader(""), func(string) string { return "" }
		os.Exit(app.Main(os.Args[1:], around))
	}
	os.Exit(m.Run())
}

// inNamespaces runs a test once more in a child that is root in namespaces of its own, which an ordinary account may have
// where the system allows it. It reports whether that was possible; processes that the child started end with it.
func inNamespaces(t *testing.T) bool {
	t.Helper()
	for _, user := range []uintptr{syscall.CLONE_NEWUSER, 0} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=0")
		child.Env = append(os.Environ(), roleEnv+"="+roleApart, "TMPDIR="+t.TempDir())
		child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: user | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
		if user != 0 {
			child.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
			child.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
		}
		said := &relay{t: t}
		child.Stdout, child.Stderr = said, said
		err := child.Run()
		switch {
		case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSPC), said.refused:
			t.Logf("this machine gives an ordinary process no network of its own: %v", err)
			continue
		case err != nil:
			t.Errorf("in namespaces of its own: %v", err)
		}
		return true
	}
	return false
}

// relay passes on what the child says, line by line.
type relay struct {
	t       *testing.T
	rest    string
	refused bool
}

// Write implements io.Writer.
func (r *relay) Write(b []byte) (int, error) {
	lines := strings.Split(r.rest+string(b), "\n")
	r.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		r.refused = r.refused || strings.Contains(line, noNetwork)
		r.t.Log(line)
	}
	return len(b), nil
}
