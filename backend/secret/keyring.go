package secret

import (
	"errors"
	"fmt"

	keyring "github.com/zalando/go-keyring"

	"sitegroup.mx/crm/backend/fault"
)

// codeUnavailable is for a keyring that is missing, locked or answers nonsense.
const codeUnavailable = "secret.keyring_unavailable"

// Keyring keeps secrets in the system's keyring – the Secret Service, Windows' credential store, macOS' keychain – under
// service. Every method may wait for the person to unlock it. Fault secret.keyring_unavailable.
func Keyring(service string) Vault { return systemKeyring(service) }

type systemKeyring string

// Get implements Vault.
func (k systemKeyring) Get(name string) ([]byte, error) {
	text, err := keyring.Get(string(k), name)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("read keyring: %w", err), codeUnavailable)
	}
	value, err := decode(text)
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("read keyring: %w", err), codeUnavailable)
	}
	return value, nil
}

// Set implements Vault. It reads back what it wrote: some keyrings take a secret and keep nothing, and the key of a database
// must not be lost that way.
func (k systemKeyring) Set(name string, value []byte) error {
	text, err := encode(value)
	if err != nil {
		return err
	}
	if err := keyring.Set(string(k), name, text); err != nil {
		return fault.Wrap(fmt.Errorf("write keyring: %w", err), codeUnavailable)
	}
	kept, err := keyring.Get(string(k), name)
	if err != nil {
		return fault.Wrap(fmt.Errorf("read back from keyring: %w", err), codeUnavailable)
	}
	if kept != text {
		return fault.Wrap(errors.New("keyring kept something else"), codeUnavailable)
	}
	return nil
}

// Delete implements Vault.
func (k systemKeyring) Delete(name string) error {
	err := keyring.Delete(string(k), name)
	if err == nil || errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return fault.Wrap(fmt.Errorf("delete from keyring: %w", err), codeUnavailable)
}
