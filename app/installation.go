package app

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/secret"
)

// installation names this computer's copy of an office. It is written once, before the office's file exists, and is not
// secret: the key it points to is in the keyring.
type installation struct {
	// File is the id under which the keyring holds the database's key.
	File string `json:"file"`
	// Device is the id of this computer: the hash of its public key, whose private half is in the keyring too.
	Device string `json:"device"`
	// Role is roleMember for a replica of an office whose host is another computer, "" for the office itself.
	Role string `json:"role,omitempty"`
	// Wiped says that the host has revoked this computer: what is left is to be deleted.
	Wiped bool `json:"wiped,omitempty"`
	// Ready says that setting up has ended: from then on a missing file is a loss and not a beginning.
	Ready bool `json:"ready,omitempty"`
}

const roleMember = "member"

// keyName is where the vault holds the database's key.
func (i installation) keyName() string { return "database-key/" + i.File }

// deviceKeyName is where the vault holds this computer's own key.
func (i installation) deviceKeyName() string { return "device-key/" + i.File }

// deviceKey reads this computer's own key, and makes one where there is none.
func deviceKey(p place, i *installation) (identity.Key, error) {
	seed, err := p.vault.Get(i.deviceKeyName())
	if errors.Is(err, secret.ErrNotFound) {
		return newDeviceKey(p, i)
	}
	if err != nil {
		return identity.Key{}, fmt.Errorf("read this computer's key: %w", err)
	}
	key, err := identity.ParseKey(seed)
	if err != nil {
		return identity.Key{}, err
	}
	if i.Device != key.DeviceID() { // the program ended between the two
		i.Device = key.DeviceID()
		return key, i.save(p.folder)
	}
	return key, nil
}

func newDeviceKey(p place, i *installation) (identity.Key, error) {
	key, err := identity.NewKey(rand.Reader)
	if err != nil {
		return identity.Key{}, err
	}
	if err := p.vault.Set(i.deviceKeyName(), key.Marshal()); err != nil {
		return identity.Key{}, fmt.Errorf("keep this computer's key: %w", err)
	}
	i.Device = key.DeviceID()
	return key, i.save(p.folder)
}

// readInstallation returns the zero value and no error when nothing was set up in the folder.
func readInstallation(f folder) (installation, error) {
	i, err := readInstallationFile(f.installationFile())
	if errors.Is(err, fs.ErrNotExist) {
		if holds(f.officeFile()) { // without this file nobody knows which key opens it
			return i, fault.New("data.installation", "path", f.installationFile())
		}
		return i, nil
	}
	if err != nil {
		return installation{}, fault.Wrap(fmt.Errorf("read installation: %w", err), "data.installation", "path", f.installationFile())
	}
	return i, nil
}

func readInstallationFile(path string) (i installation, err error) {
	text, err := os.ReadFile(path) //nolint:gosec // a path of our own
	if err == nil {
		err = json.Unmarshal(text, &i)
	}
	if err == nil && (i.File == "" || i.Device == "") {
		err = errors.New("ids are missing")
	}
	if err != nil {
		return installation{}, err
	}
	return i, nil
}

// writeInstallation makes a new one, with a key of this computer's own, and puts it on disk whole or not at all.
func writeInstallation(p place, role string) (installation, error) {
	i := installation{File: p.clock.NewID(), Role: role}
	_, err := newDeviceKey(p, &i)
	return i, err
}

// save puts the installation on disk whole or not at all.
func (i installation) save(f folder) error {
	text, err := json.MarshalIndent(i, "", "  ")
	if err == nil {
		err = replaceFile(f.installationFile(), append(text, '\n'))
	}
	if err != nil {
		return folderFault(fmt.Errorf("write installation: %w", err), string(f))
	}
	return nil
}

// markReady notes that the folder's office has been set up.
func markReady(f folder) error {
	i, err := readInstallation(f)
	if err != nil || i.Ready || i.File == "" {
		return err
	}
	i.Ready = true
	return i.save(f)
}

// replaceFile writes a file beside its place, flushes it, and moves it there.
func replaceFile(path string, content []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name()) // the first error is the one that counts
		}
	}()
	if _, err = tmp.Write(content); err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}

// holds reports whether there is anything in a file.
func holds(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}
