//go:build !windows

package app

// attachConsole has nothing to do where every program has its streams.
func attachConsole() {}
