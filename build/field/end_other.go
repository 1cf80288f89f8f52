//go:build !linux

package field

import "os/exec"

// endWithUs cannot be asked of this system.
func endWithUs(*exec.Cmd) {}
