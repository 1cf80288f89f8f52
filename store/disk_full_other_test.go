//go:build !linux

package store_test

import "errors"

const smallDiskEnv = "STORE_TEST_SMALL_DISK"

// useSmallDisk needs Linux's mount namespaces; no test asks for it elsewhere.
func useSmallDisk(string) error { return errors.New("only on Linux") }
