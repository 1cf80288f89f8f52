package recovery

import (
	"context"
	"os"

	"filippo.io/age"
)

// Seal writes a backup of a file as it is, whatever is in it.
func Seal(ctx context.Context, to string, m Manifest, key []byte, file string, recipient age.Recipient) error {
	m.Version = formatVersion
	return writeWhole(to, func(f *os.File) error { return seal(ctx, f, m, key, file, []age.Recipient{recipient}) })
}
