package app

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
)

// openBrowser asks the system to open an address of ours. It does not wait for the browser.
func openBrowser(ctx context.Context, address string) error {
	var cmd *exec.Cmd
	ctx = context.WithoutCancel(ctx) // the browser outlives us
	switch runtime.GOOS {
	case "windows":
		cmd = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", address)
	case "darwin":
		cmd = exec.CommandContext(ctx, "open", address)
	default:
		cmd = exec.CommandContext(ctx, "xdg-open", address)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open browser: %w", err)
	}
	if err := cmd.Process.Release(); err != nil {
		return fmt.Errorf("let go of browser: %w", err)
	}
	return nil
}

// hasDisplay reports whether a window can be shown here.
func hasDisplay(env func(string) string) bool {
	return runtime.GOOS != "linux" || env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
}
