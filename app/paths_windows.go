package app

import (
	"errors"
	"path/filepath"
)

// usualFolder is the account's local data: it does not roam, because the keyring with the key does not either.
func usualFolder(env func(string) string) (string, error) {
	if data := env("LOCALAPPDATA"); filepath.IsAbs(data) {
		return filepath.Join(data, "SITEGROUP CRM"), nil
	}
	return "", errors.New("find data folder: LOCALAPPDATA is not set")
}
