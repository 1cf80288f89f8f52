//go:build desktop

package app

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	system "runtime"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"sitegroup.mx/crm/backend/api"
)

// reminderCategory names the notifications of reminders, which have buttons.
const reminderCategory = "reminder"

// noticeEvent is the name under which the page hears of a button that was pressed; see frontend/src/shared/host/window.ts.
const noticeEvent = "crm-notice"

// icon is the window's on Linux; the other systems take theirs from the program's file. It is drawn by build/make/icons.sh.
//
//go:embed icon.png
var icon []byte

// Notify implements api.Window: it shows a system notification. Choosing it opens the prospect, if one is named. That of a
// reminder has buttons.
func (w *window) Notify(_ context.Context, n api.Notice) error {
	options := runtime.NotificationOptions{
		ID: uuid.NewString(), Title: n.Title, Body: noticeBody(system.GOOS, n.Body), Data: noticeData(n),
	}
	send := runtime.SendNotification
	if n.ReminderID != "" {
		options.CategoryID, send = reminderCategory, runtime.SendNotificationWithActions
	}
	if err := send(w.ctx, options); err != nil {
		return fmt.Errorf("send notification: %w", err)
	}
	return nil
}

// Announce implements api.Window: it tells of a lead as the page does in a browser.
func (w *window) Announce(ctx context.Context, e api.LeadEvent) error {
	title := w.c.say.say("window.notice")
	if e.State == "linked" {
		title = w.c.say.say("window.noticeAgain")
	}
	who := cmp.Or(e.Name, e.Phone)
	body := strings.Join(slices.DeleteFunc([]string{who, e.FormName}, func(s string) bool { return s == "" }), " · ")
	if who == "" {
		body = w.c.say.say("window.noticeHidden")
	}
	return w.Notify(ctx, api.Notice{Title: title, Body: body, ProspectID: e.ProspectID})
}

// Emit implements api.Window: it hands an event to the page.
func (w *window) Emit(event any) { runtime.EventsEmit(w.ctx, windowEvent, event) }

// offerButtons makes the buttons of reminders known to the system.
func (w *window) offerButtons(ctx context.Context) {
	err := runtime.RegisterNotificationCategory(ctx, runtime.NotificationCategory{ID: reminderCategory, Actions: []runtime.NotificationAction{
		{ID: noticeDone, Title: w.c.say.say("window.noticeDone")},
		{ID: noticeLater, Title: w.c.say.say("window.noticeLater")},
	}})
	if err != nil {
		w.log.WithError(err).Info("notifications have no buttons here")
	}
}

// answered opens the prospect of the notification that was chosen, or hands the button that was pressed to the page.
func (w *window) answered(r runtime.NotificationResult) {
	if r.Error != nil {
		w.log.WithError(r.Error).Info("notification went wrong")
		return
	}
	reply := replyOf(r.Response.ActionIdentifier, r.Response.UserInfo)
	if reply.Action != "open" {
		runtime.EventsEmit(w.ctx, noticeEvent, reply)
		return
	}
	w.raise()
	if reply.ProspectID != "" {
		runtime.WindowExecJS(w.ctx, "location.hash = '#/prospectos/"+reply.ProspectID+"'")
	}
}

// Save implements api.Window: it asks where to keep a file and writes it there. It answers false when the person closes the
// dialog.
func (w *window) Save(ctx context.Context, name string, content []byte) (bool, error) {
	path, err := w.Place(ctx, name)
	if err != nil || path == "" {
		return false, err
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return false, folderFault(fmt.Errorf("save file: %w", err), filepath.Dir(path))
	}
	return true, nil
}

// Place implements api.Window: it asks where a file is to be written.
func (w *window) Place(_ context.Context, name string) (string, error) {
	path, err := runtime.SaveFileDialog(w.ctx, runtime.SaveDialogOptions{
		DefaultFilename: filepath.Base(name), Title: w.c.say.say("window.save"), CanCreateDirectories: true,
	})
	if err != nil {
		return "", fmt.Errorf("ask where to save: %w", err)
	}
	return path, nil
}
