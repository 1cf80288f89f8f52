package export

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"sitegroup.mx/crm/backend/fault"
)

// windowsDiskFull is ERROR_DISK_FULL (Microsoft, System Error Codes), which Go does not take for ENOSPC.
const windowsDiskFull = syscall.Errno(112)

// writeFile writes a file beside its place and moves it there when it is whole: what fails or is cancelled leaves nothing, and
// leaves what was there before. Faults: disk.full, export.folder.
func writeFile(path string, write func(io.Writer) error) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".exportando-*")
	if err != nil {
		return fileFault(fmt.Errorf("make file: %w", err))
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()           // closed already when it came that far
			_ = os.Remove(tmp.Name()) // the first error is the one that counts
		}
	}()
	to := bufio.NewWriterSize(tmp, 256<<10)
	if err := write(to); err != nil {
		return fileFault(err)
	}
	for _, step := range []func() error{to.Flush, tmp.Sync, tmp.Close, func() error { return os.Rename(tmp.Name(), path) }} {
		if err := step(); err != nil {
			return fileFault(fmt.Errorf("keep file: %w", err))
		}
	}
	return nil
}

// fileFault says what a person can do about a file that cannot be written.
func fileFault(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case fault.Find(err) != nil:
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), runtime.GOOS == "windows" && errors.Is(err, windowsDiskFull):
		return fault.Wrap(err, "disk.full")
	case errors.As(err, &path), errors.As(err, &link):
		return fault.Wrap(err, CodeFolder)
	}
	return err
}
