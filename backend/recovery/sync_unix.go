//go:build !windows

package recovery

import (
	"errors"
	"fmt"
	"os"
)

// syncDir makes a new name in a directory survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // a path of our own
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("write directory: %w", err)
	}
	return nil
}
