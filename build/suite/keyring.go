//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// keyringScript opens a keyring of its own, with a password nobody needs, and hands over to the command behind it.
const keyringScript = `printf 'for this run only\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"`

// keyringTest runs the tests of the keyring, and the program itself, against a real Secret Service on a session bus of its
// own. The account's keyring is not touched: HOME is a folder made for this run.
func keyringTest(ctx context.Context, r *result) {
	home, err := os.MkdirTemp("", "sitegroup-keyring-")
	if !r.check("make a folder", err) {
		return
	}
	defer os.RemoveAll(home) //nolint:errcheck // a leftover in the system's folder for such things
	env := []string{
		"HOME=" + home, "XDG_DATA_HOME=" + filepath.Join(home, "data"), "XDG_RUNTIME_DIR=" + home, "XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"SITEGROUP_TEST_KEYRING=1",
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		value, err := tool{args: []string{"go", "env", name}}.run(ctx)
		if !r.check("go env "+name, err) {
			return
		}
		env = append(env, name+"="+strings.TrimSpace(value))
	}
	inside := func(args ...string) tool {
		return tool{env: env, args: append([]string{"dbus-run-session", "--", "bash", "-c", keyringScript, "bash"}, args...)}
	}
	runGoTests(ctx, r, inside("go", "test", "-count=1", "-vet=off", "-json", "./backend/secret/..."))
	runGoTests(ctx, r, inside("go", "test", "-count=1", "-vet=off", "-json", "-run", "^TestServe_OfficeSurvivesARestart$", "./app"))

	out, err := inside(program, "doctor", "--language=en").run(ctx)
	if err == nil && !strings.Contains(out, "the system's keyring") {
		err = errors.New("doctor says nothing of the keyring:\n" + tail(out, 30))
	}
	r.check("doctor with the keyring", err)
}
