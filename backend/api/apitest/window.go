package apitest

import (
	"context"
	"path/filepath"

	"sitegroup.mx/crm/backend/api"
)

// Window is a desktop window that remembers what it was asked.
type Window struct {
	Events  chan any
	Notices chan api.Notice
	Leads   chan api.LeadEvent
	Files   map[string][]byte
	// Folder is where the person keeps files.
	Folder string
	// Refuse is the person closing the dialog.
	Refuse bool
}

// NewWindow returns a window.
func NewWindow() *Window {
	return &Window{Events: make(chan any, 1000), Notices: make(chan api.Notice, 10), Leads: make(chan api.LeadEvent, 10), Files: map[string][]byte{}}
}

// Notify implements api.Window.
func (w *Window) Notify(_ context.Context, n api.Notice) error {
	w.Notices <- n
	return nil
}

// Announce implements api.Window.
func (w *Window) Announce(_ context.Context, e api.LeadEvent) error {
	w.Leads <- e
	return nil
}

// Save implements api.Window.
func (w *Window) Save(_ context.Context, name string, content []byte) (bool, error) {
	if w.Refuse {
		return false, nil
	}
	w.Files[name] = content
	return true, nil
}

// Place implements api.Window.
func (w *Window) Place(_ context.Context, name string) (string, error) {
	if w.Refuse {
		return "", nil
	}
	return filepath.Join(w.Folder, name), nil
}

// Emit implements api.Window.
func (w *Window) Emit(event any) { w.Events <- event }
