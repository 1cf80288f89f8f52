//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"html"
	"image"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// The names of the service that shows notifications (Desktop Notifications Specification).
const (
	noticeService = "org.freedesktop.Notifications"
	noticePath    = dbus.ObjectPath("/org/freedesktop/Notifications")
)

// desktopNotice is a notification as a desktop gets it.
type desktopNotice struct {
	id          uint32
	title, body string
	prospect    string // whom choosing it opens
}

// desktop is a session bus with a service of ours behind it, which shows notifications to nobody and keeps them.
type desktop struct {
	address string
	bus     *dbus.Conn
	mu      sync.Mutex
	notices []desktopNotice
}

// startDesktop starts a bus in a folder. It ends with ctx, and is waited for beside.
func startDesktop(ctx context.Context, folder string, beside *sync.WaitGroup) (*desktop, error) {
	cmd := exec.CommandContext(ctx, "dbus-daemon", "--session", "--nofork", "--print-address", "--address=unix:path="+filepath.Join(folder, "bus"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	beside.Go(func() { _ = cmd.Wait() }) // it ends when it is killed, with an error
	if err != nil {
		return nil, fmt.Errorf("read the bus's address: %w", err)
	}
	d := &desktop{address: strings.TrimSpace(line)}
	if d.bus, err = dbus.Connect(d.address); err != nil {
		return nil, fmt.Errorf("connect to the bus: %w", err)
	}
	if err := d.bus.Export(d, noticePath, noticeService); err != nil {
		return nil, fmt.Errorf("offer notifications: %w", err)
	}
	reply, err := d.bus.RequestName(noticeService, dbus.NameFlagDoNotQueue)
	if err == nil && reply != dbus.RequestNameReplyPrimaryOwner {
		err = errors.New("somebody else shows notifications on this bus")
	}
	return d, err
}

var prospectInData = regexp.MustCompile(`"prospect_id":"([0-9a-f-]{36})"`)

// Notify is the service's method of this name.
func (d *desktop) Notify(
	_ string, _ uint32, _, title, body string, _ []string, hints map[string]dbus.Variant, _ int32,
) (uint32, *dbus.Error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := desktopNotice{id: uint32(len(d.notices) + 1), title: title, body: html.UnescapeString(body)} //nolint:gosec // a few
	if data, ok := hints["x-user-data"].Value().(string); ok {
		if found := prospectInData.FindStringSubmatch(data); found != nil {
			n.prospect = found[1]
		}
	}
	d.notices = append(d.notices, n)
	return n.id, nil
}

// GetCapabilities is the service's method of this name.
func (d *desktop) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "body-markup"}, nil
}

// GetServerInformation is the service's method of this name.
func (d *desktop) GetServerInformation() (name, vendor, version, specification string, _ *dbus.Error) {
	return "suite", "SITEGROUP", "1", "1.2", nil
}

// CloseNotification is the service's method of this name.
func (d *desktop) CloseNotification(uint32) *dbus.Error { return nil }

// shown are the notifications so far, newest last.
func (d *desktop) shown() []desktopNotice {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.notices)
}

// choose does what a click on a notification does.
func (d *desktop) choose(id uint32) error {
	return d.bus.Emit(noticePath, noticeService+".ActionInvoked", id, "default")
}

// Words of frontend/src/locales/es-MX/terminal.json.
var (
	noticeTitles = []string{"Nuevo prospecto", "Volvió a preguntar"}
	noticeHidden = "Ábrelo para ver quién es."
	// noticeNamed is a person and one of the demo's forms.
	noticeNamed = regexp.MustCompile(`^\S.*\S · (Bosques del Encino - preventa|Mirador San Ángelo - departamentos|Terrenos Valle Marfil - WhatsApp)$`)
)

// leadNotice is the first notification after the first skip ones; names says whether it has to name the person.
func (d *desktop) leadNotice(skip int, names bool) (n desktopNotice, err error) {
	shown := d.shown()
	if len(shown) <= skip {
		return n, errors.New("no notification has come")
	}
	n = shown[skip]
	switch {
	case !slices.Contains(noticeTitles, n.title):
		return n, fmt.Errorf("its title is %q", n.title)
	case names && !noticeNamed.MatchString(n.body), !names && n.body != noticeHidden:
		return n, fmt.Errorf("its text is %q", n.body)
	case n.prospect == "":
		return n, errors.New("it names no prospect to open")
	}
	return n, nil
}

// notices looks at what a lead's arrival shows on the desktop: who it is and where from, the prospect on being chosen, and
// nobody's name once the person who is signed in has asked for that.
func (w *windowRun) notices(ctx context.Context, d *desktop) {
	var first desktopNotice
	w.until(ctx, "a lead is told on the desktop", func() (err error) {
		first, err = d.leadNotice(0, true)
		return err
	})
	if !w.check("choose the notification", d.choose(first.id)) {
		return
	}
	w.until(ctx, "its prospect opens", func() error { return w.logged("/api/prospects/" + first.prospect) })
	w.check("hide names", w.hideNames(ctx))
	w.until(ctx, "the choice is kept", func() error { return w.logged("/api/me/preferences") })
	seen := len(d.shown()) + 1 // one may have been on its way
	w.until(ctx, "the next lead is told without a name", func() error {
		_, err := d.leadNotice(seen, false)
		return err
	})
}

// hideNames opens the person's own settings by keyboard and clicks the one switch that is there.
func (w *windowRun) hideNames(ctx context.Context) error {
	if _, err := (tool{env: w.env, args: []string{"xdotool", "key", "--delay", "100", "g", "s"}}).run(ctx); err != nil {
		return err
	}
	var at image.Point
	err := waitFor(ctx, "the switch", func() error {
		picture, err := w.photograph(ctx, "account.png")
		if err != nil {
			return err
		}
		found := false
		if at, found = findSwitch(picture); !found {
			return errors.New("there is no switch on the screen")
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = tool{env: w.env, args: []string{
		"xdotool", "mousemove", "--sync", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "1",
	}}.run(ctx)
	return err
}

// findSwitch finds a switch that is off by its track: the only thing of these screens that is a block of one middling grey.
func findSwitch(picture image.Image) (image.Point, bool) {
	const wide, high = 12, 8
	b := picture.Bounds()
	for y := b.Min.Y; y < b.Max.Y-high; y++ {
		for x := b.Min.X; x < b.Max.X-wide; x++ {
			r, g, bl, _ := picture.At(x, y).RGBA()
			if light := (r + g + bl) / 3 >> 8; light > 100 && light < 170 && isPlain(picture, image.Rect(x, y, x+wide, y+high)) {
				return image.Pt(x+wide/2, y+high/2), true
			}
		}
	}
	return image.Point{}, false
}

func isPlain(picture image.Image, area image.Rectangle) bool {
	first := picture.At(area.Min.X, area.Min.Y)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if picture.At(x, y) != first {
				return false
			}
		}
	}
	return true
}
