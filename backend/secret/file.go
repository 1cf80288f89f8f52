package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"sitegroup.mx/crm/backend/fault"
)

// File keeps secrets in a key file, for machines without a keyring. The file is made by the first Set. One that others than
// its owner can read is refused: secret.file_mode, argument path. One that is damaged is never written over.
func File(path string) (Vault, error) {
	f := keyFile(path)
	filesMu.Lock()
	defer filesMu.Unlock()
	if _, err := f.load(); err != nil {
		return nil, err
	}
	return f, nil
}

// filesMu is held while a key file is read and written anew; several Vaults may share a file.
var filesMu sync.Mutex

type keyFile string

// Get implements Vault.
func (f keyFile) Get(name string) ([]byte, error) {
	filesMu.Lock()
	defer filesMu.Unlock()
	secrets, err := f.load()
	if err != nil {
		return nil, err
	}
	text, ok := secrets[name]
	if !ok {
		return nil, ErrNotFound
	}
	return decode(text)
}

// Set implements Vault.
func (f keyFile) Set(name string, value []byte) error {
	text, err := encode(value)
	if err != nil {
		return err
	}
	return f.change(func(secrets map[string]string) { secrets[name] = text })
}

// Delete implements Vault.
func (f keyFile) Delete(name string) error {
	return f.change(func(secrets map[string]string) { delete(secrets, name) })
}

func (f keyFile) change(fn func(map[string]string)) error {
	filesMu.Lock()
	defer filesMu.Unlock()
	secrets, err := f.load()
	if err != nil {
		return err
	}
	fn(secrets)
	if err := f.save(secrets); err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	return nil
}

// load reads the whole file; one that does not exist is empty.
func (f keyFile) load() (map[string]string, error) {
	file, err := os.Open(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	defer file.Close() //nolint:errcheck // read only
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	if !info.Mode().IsRegular() || othersMay(info.Mode()) {
		return nil, fault.New("secret.file_mode", "path", string(f))
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	secrets := map[string]string{}
	if err := json.Unmarshal(text, &secrets); err != nil {
		return nil, errors.New("secret: the key file is damaged") // json's errors quote what they stumble over
	}
	return secrets, nil
}

// othersMay reports whether anybody but the owner has any right. Windows keeps rights elsewhere; there the file inherits
// those of the person's own folder.
func othersMay(mode fs.FileMode) bool {
	return runtime.GOOS != "windows" && mode.Perm()&0o077 != 0
}

// save puts the file on disk whole or not at all.
func (f keyFile) save(secrets map[string]string) (err error) {
	text, err := json.MarshalIndent(secrets, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(string(f))
	tmp, err := os.CreateTemp(dir, ".keys-*") // 0600 from the start
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name()) // the first error is the one that counts
		}
	}()
	if _, err = tmp.Write(append(text, '\n')); err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err = os.Rename(tmp.Name(), string(f)); err != nil {
		return err
	}
	return syncFolder(dir)
}

// syncFolder makes the new name of a file durable, where the system can do that.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
