//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/png" // photographs are PNG
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// program is what `make build` writes.
const program = "build/bin/sitegroup-crm"

// patience is how long the window may take for one step; it takes a few seconds.
const patience = 60 * time.Second

// windowTest starts the real program on a demo office under Xvfb, signs in with the keyboard, and looks at what is there.
func windowTest(ctx context.Context, r *result) {
	work, err := os.MkdirTemp("", "sitegroup-window-")
	if !r.check("make a folder", err) {
		return
	}
	defer os.RemoveAll(work) //nolint:errcheck // a leftover in the system's folder for such things
	var beside sync.WaitGroup
	defer beside.Wait() // what runs beside the program is gone when the test ends
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	display, err := startXvfb(ctx, &beside)
	if !r.check("start Xvfb", err) {
		return
	}
	bus, err := startDesktop(ctx, work, &beside)
	if !r.check("start a desktop's bus", err) {
		return
	}
	w := &windowRun{result: r, work: work, env: []string{
		"DBUS_SESSION_BUS_ADDRESS=" + bus.address,
		"DISPLAY=" + display, "WAYLAND_DISPLAY=", "HOME=" + work, "XDG_RUNTIME_DIR=" + work, "XDG_DATA_HOME=" + filepath.Join(work, "data"),
		"LIBGL_ALWAYS_SOFTWARE=1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1", "TMPDIR=" + work, "NO_AT_BRIDGE=1",
	}}
	w.steps(ctx, bus)
	w.keepEvidence()
}

// windowRun is one start of the program.
type windowRun struct {
	*result
	work  string
	env   []string
	out   bytes.Buffer
	ended chan struct{} // closed once the program has ended
}

func (w *windowRun) steps(ctx context.Context, bus *desktop) {
	start := tool{env: w.env, args: []string{
		program, "demo", "--surface=window", "--every=2s", "--log-level=debug", "--language=es-MX",
	}}.command(ctx)
	start.Stdout, start.Stderr = &w.out, &w.out
	if !w.check("start the program", start.Start()) {
		return
	}
	w.ended = make(chan struct{})
	go func() {
		_ = start.Wait() // ended from outside, so always with an error; what counts is what was seen before
		close(w.ended)
	}()
	defer func() {
		_ = start.Cancel() // a program that has ended already cannot be ended
		w.check("end the program", waitFor(ctx, "the end", func() error {
			if w.over() {
				return nil
			}
			return errors.New("still running")
		}))
	}()

	w.until(ctx, "the window has its title", func() error {
		_, err := tool{env: w.env, args: []string{"xdotool", "search", "--onlyvisible", "--name", "SITEGROUP CRM"}}.run(ctx)
		return err
	})
	w.until(ctx, "the page asked the program over the window", func() error { return w.logged("/api/setup") })
	var door, list figures
	w.until(ctx, "the sign-in screen is drawn", func() error { return w.drawn(ctx, "sign-in.png", &door) })
	w.check("sign in", w.signIn(ctx))
	w.until(ctx, "the page read the leads", func() error { return w.logged("/api/inbox") })
	w.until(ctx, "the leads are drawn", func() error {
		if err := w.drawn(ctx, "leads.png", &list); err != nil {
			return err
		}
		// A list is text all over; the door is one small box.
		if list.detail < 2*door.detail {
			return fmt.Errorf("the picture has hardly more on it than the sign-in screen: %v against %v", list, door)
		}
		return nil
	})
	w.notices(ctx, bus)
}

func (w *windowRun) until(ctx context.Context, what string, try func() error) {
	if w.over() {
		w.check(what, errors.New("the program has ended"))
		return
	}
	w.check(what, waitFor(ctx, what, try))
}

func (w *windowRun) over() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// signIn types as a person would: the field for the name has the focus when the screen opens.
func (w *windowRun) signIn(ctx context.Context) error {
	for _, args := range [][]string{
		{"xdotool", "type", "--delay", "30", "lucia"},
		{"xdotool", "key", "Tab"},
		{"xdotool", "type", "--delay", "30", "demo-sitegroup"},
		{"xdotool", "key", "Return"},
	} {
		if _, err := (tool{env: w.env, args: args}).run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// logged reports whether the program's log has a good answer to this path given in the window.
func (w *windowRun) logged(path string) error {
	logs, err := filepath.Glob(filepath.Join(w.work, "*", "log", "sitegroup-crm.log"))
	if err != nil || len(logs) == 0 {
		return errors.Join(errors.New("there is no log yet"), err)
	}
	text, err := os.ReadFile(logs[0])
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, `"surface":"window"`) && strings.Contains(line, `"path":"`+path) && strings.Contains(line, `"status":200`) {
			return nil
		}
	}
	return fmt.Errorf("no answer to %s is in the log", path)
}

// figures say how much is on a picture.
type figures struct {
	colours int
	detail  int // neighbouring pixels that differ clearly
}

// drawn photographs the screen and measures the picture.
func (w *windowRun) drawn(ctx context.Context, name string, f *figures) error {
	picture, err := w.photograph(ctx, name)
	if err != nil {
		return err
	}
	*f = measure(picture)
	if f.colours < 24 || f.detail < 300 {
		return fmt.Errorf("the picture is as good as empty: %+v", *f)
	}
	return nil
}

// photograph takes a picture of the screen and keeps it under this name.
func (w *windowRun) photograph(ctx context.Context, name string) (image.Image, error) {
	path := filepath.Join(w.work, name)
	if _, err := (tool{env: w.env, args: []string{"import", "-window", "root", path}}).run(ctx); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // read only
	picture, _, err := image.Decode(file)
	return picture, err
}

func measure(picture image.Image) figures {
	seen := map[[3]uint32]bool{}
	var f figures
	b := picture.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		var before int
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := picture.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, bl >> 8}] = true
			light := int(r>>8+g>>8+bl>>8) / 3
			if x > b.Min.X && (light-before > 40 || before-light > 40) {
				f.detail++
			}
			before = light
		}
	}
	f.colours = len(seen)
	return f
}

// keepEvidence leaves the photographs and what the program said where a person finds them.
func (w *windowRun) keepEvidence() {
	kept := filepath.Join("build", "bin", "reports", "window")
	if err := os.MkdirAll(kept, 0o755); err != nil {
		fmt.Println("  keep evidence:", err)
		return
	}
	pictures, _ := filepath.Glob(filepath.Join(w.work, "*.png")) // the pattern is well formed
	logs, _ := filepath.Glob(filepath.Join(w.work, "*", "log", "*.log"))
	for _, path := range append(pictures, logs...) {
		if content, err := os.ReadFile(path); err == nil {
			_ = os.WriteFile(filepath.Join(kept, filepath.Base(path)), content, 0o644) // best effort
		}
	}
	if len(w.failures) > 0 {
		fmt.Printf("  what was there is in %s\n%s\n", kept, tail(w.out.String(), 30))
	}
}

// startXvfb starts a screen of its own and returns its name. It ends with ctx, and is waited for beside.
func startXvfb(ctx context.Context, beside *sync.WaitGroup) (string, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer read.Close() //nolint:errcheck // read only
	cmd := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Start()
	_ = write.Close() // the child has its own
	if err != nil {
		return "", err
	}
	beside.Go(func() { _ = cmd.Wait() }) // it ends when it is killed, with an error
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("read the display's number: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	return ":" + strconv.Itoa(n), err
}

// waitFor tries until it works or the patience is over, and returns the last error.
func waitFor(ctx context.Context, what string, try func() error) error {
	deadline := time.Now().Add(patience)
	for {
		err := try()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited %s for %s: %w", patience, what, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}
