package app

import (
	"os"

	"golang.org/x/sys/windows"
)

// attachConsole lets a program that was linked for windows, and so has no console of its own, print to the terminal it was
// started from. Output that was sent to a file or a pipe stays there (Microsoft, AttachConsole).
func attachConsole() {
	if _, err := os.Stdout.Stat(); err == nil {
		return
	}
	const parent = ^uintptr(0) // ATTACH_PARENT_PROCESS
	attached, _, _ := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole").Call(parent)
	if attached == 0 {
		return // started by a double click: there is no terminal
	}
	if out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0); err == nil {
		os.Stdout, os.Stderr = out, out
	}
}
