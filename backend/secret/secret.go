// Package secret keeps the program's few secrets – the databases' keys and Meta's tokens – where a copy of the data folder
// does not reach: in the system's keyring or, on a machine without one, in a key file that only its owner can read. It
// knows nothing of what they open, and no secret is ever part of an error.
package secret

import (
	"encoding/base64"
	"errors"

	"sitegroup.mx/crm/backend/fault"
)

// Vault keeps small secrets by name. It is safe for concurrent use.
type Vault interface {
	// Get returns a secret, ErrNotFound when there is none.
	Get(name string) ([]byte, error)
	// Set keeps a secret in place of the one before. Fault secret.too_large.
	Set(name string, value []byte) error
	// Delete forgets a secret. Forgetting what is not there is no error.
	Delete(name string) error
}

// ErrNotFound says that there is no secret of that name.
var ErrNotFound = errors.New("secret: not found")

// longest is the longest value, as text, that every system's keyring takes. Source: Microsoft, CREDENTIALW,
// CRED_MAX_CREDENTIAL_BLOB_SIZE.
const longest = 2560

// encode writes a secret as text, for keyrings that keep no bytes.
func encode(value []byte) (string, error) {
	if base64.StdEncoding.EncodedLen(len(value)) > longest {
		return "", fault.New("secret.too_large", "max", base64.StdEncoding.DecodedLen(longest))
	}
	return base64.StdEncoding.EncodeToString(value), nil
}

// decode reads what encode wrote. The text of what cannot be read stays out of the error.
func decode(text string) ([]byte, error) {
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("secret: it was not written by this program")
	}
	return value, nil
}
