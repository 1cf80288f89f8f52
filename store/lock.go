package store

import (
	"errors"
	"fmt"
	"os"
)

// fileLock keeps a second process, and a second Store of this process, away from a file. The lock lives on a file of its
// own beside the database, because closing any descriptor of the database itself would drop SQLite's own locks on Unix.
// The operating system lets go of it when the process ends, however it ends.
type fileLock struct{ file *os.File }

func lockPath(path string) string { return path + ".lock" }

// takeLock locks the file at path, creating it when create is set. It answers nil, nil when the file is missing and
// create is not set, and ErrInUse when somebody else holds the lock.
func takeLock(path string, create bool) (*fileLock, error) {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if errors.Is(err, os.ErrNotExist) && !create {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the lock file: %w", err)
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileLock{file: f}, nil
}

// release lets go. The file stays: removing it would let two processes lock two different files of that name.
func (l *fileLock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}
