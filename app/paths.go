package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"sitegroup.mx/crm/backend/fault"
)

// folder is where one installation keeps everything: the office's file, its log, its backups.
type folder string

// officeFile is the encrypted database.
func (f folder) officeFile() string { return filepath.Join(string(f), "office.db") }

// installationFile names this installation; it holds no secret.
func (f folder) installationFile() string { return filepath.Join(string(f), "installation.json") }

// membersFile keeps the office's membership list where no restored backup reaches.
func (f folder) membersFile() string { return filepath.Join(string(f), "office.members") }

// backupDir is where sealed backups go.
func (f folder) backupDir() string { return filepath.Join(string(f), "backups") }

// logFile is the file that logging.go turns over.
func (f folder) logFile() string { return filepath.Join(string(f), "log", "sitegroup-crm.log") }

// make creates the folder for this account alone. It answers data.folder or disk.full when that cannot be done.
func (f folder) make() error {
	if err := os.MkdirAll(filepath.Dir(f.logFile()), 0o700); err != nil {
		return folderFault(fmt.Errorf("make data folder: %w", err), string(f))
	}
	return nil
}

// windowsDiskFull is ERROR_DISK_FULL (Microsoft, System Error Codes), which Go does not take for ENOSPC.
const windowsDiskFull = syscall.Errno(112)

// folderFault says why nothing can be written to a folder.
func folderFault(err error, path string) error {
	if errors.Is(err, syscall.ENOSPC) || runtime.GOOS == "windows" && errors.Is(err, windowsDiskFull) {
		return fault.Wrap(err, "disk.full")
	}
	return fault.Wrap(err, "data.folder", "path", path)
}

// chooseFolder turns the --data flag into a folder; empty means the system's usual place.
func chooseFolder(flag string, env func(string) string) (folder, error) {
	if flag == "" {
		usual, err := usualFolder(env)
		if err != nil {
			return "", fault.Wrap(err, "data.folder", "path", "")
		}
		return folder(usual), nil
	}
	whole, err := filepath.Abs(flag)
	if err != nil {
		return "", fault.Wrap(fmt.Errorf("find data folder: %w", err), "data.folder", "path", flag)
	}
	return folder(whole), nil
}
