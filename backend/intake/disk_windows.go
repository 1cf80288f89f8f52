package intake

import (
	"fmt"
	"math"

	"golang.org/x/sys/windows"
)

// diskFree is how many bytes a user may still write to the disk that holds a folder.
func diskFree(folder string) (int64, error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, fmt.Errorf("look at the disk: %w", err)
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return 0, fmt.Errorf("look at the disk: %w", err)
	}
	return int64(min(free, math.MaxInt64)), nil //nolint:gosec // bounded
}
