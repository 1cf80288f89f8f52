package app

import (
	"errors"
	"path/filepath"
)

// usualFolder is where macOS keeps programs' data (Apple, File System Programming Guide).
func usualFolder(env func(string) string) (string, error) {
	if home := env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, "Library", "Application Support", "SITEGROUP CRM"), nil
	}
	return "", errors.New("find data folder: HOME is not set")
}
