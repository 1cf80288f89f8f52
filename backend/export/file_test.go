package export

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sitegroup.mx/crm/backend/fault"
)

func TestWriteFile_LeavesTheWholeFileOrWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "prospectos.csv")
	if err := os.WriteFile(path, []byte("antes"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := fmt.Errorf("write row: %w", &os.PathError{Op: "write", Path: path, Err: syscall.ENOSPC})
	for name, c := range map[string]struct {
		err  error
		code string
	}{
		"the disk is full": {full, "disk.full"},
		"no permission":    {&os.PathError{Op: "write", Path: path, Err: os.ErrPermission}, CodeFolder},
		"cancelled":        {fault.New(fault.CodeCancelled), fault.CodeCancelled},
		"a defect":         {errors.New("broken"), fault.CodeInternal},
	} {
		t.Run(name, func(t *testing.T) {
			err := writeFile(path, func(w io.Writer) error {
				if _, err := io.WriteString(w, "la mitad"); err != nil {
					return err
				}
				return c.err
			})
			if fault.Code(err) != c.code {
				t.Errorf("it says %v", err)
			}
			onlyFile(t, dir, path, "antes")
		})
	}
	if err := writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, "entero"); return err }); err != nil {
		t.Fatal(err)
	}
	onlyFile(t, dir, path, "entero")
	if err := writeFile(filepath.Join(dir, "falta", "x.csv"), nil); fault.Code(err) != CodeFolder {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func onlyFile(t *testing.T, dir, path, want string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d files, %v", len(entries), err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want { //nolint:gosec // the test's own
		t.Errorf("the file holds %q, %v", got, err)
	}
}
