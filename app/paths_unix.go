//go:build !windows && !darwin

package app

import (
	"errors"
	"path/filepath"
)

// usualFolder follows the XDG Base Directory Specification.
func usualFolder(env func(string) string) (string, error) {
	if data := env("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "sitegroup-crm"), nil
	}
	if home := env("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "share", "sitegroup-crm"), nil
	}
	return "", errors.New("find data folder: neither XDG_DATA_HOME nor HOME is set")
}
