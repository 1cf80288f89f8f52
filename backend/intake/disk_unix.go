//go:build unix

package intake

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// diskFree is how many bytes a user may still write to the disk that holds a folder.
func diskFree(folder string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, fmt.Errorf("look at the disk: %w", err)
	}
	return int64(st.Bavail) * int64(st.Bsize), nil //nolint:gosec,unconvert // the types differ from system to system
}
