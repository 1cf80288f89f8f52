package sqlitebox

import (
	"context"
	"strconv"
	"testing"

	"sitegroup.mx/crm/backend/relay"
)

// SetMaxPages makes the disk small.
func SetMaxPages(t *testing.T, in relay.Inbox, pages int) {
	t.Helper()
	b := in.(*Inbox)
	done := make(chan error, 1)
	b.queue <- request{run: func(context.Context) error {
		_, err := b.conn.ExecContext(context.Background(), "PRAGMA max_page_count = "+strconv.Itoa(pages))
		return err
	}, done: done}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// Pragma reads a setting of the connection that writes.
func Pragma(t *testing.T, in relay.Inbox, name string) (value string) {
	t.Helper()
	b := in.(*Inbox)
	done := make(chan error, 1)
	b.queue <- request{run: func(context.Context) error {
		return b.conn.QueryRowContext(context.Background(), "PRAGMA "+name).Scan(&value)
	}, done: done}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return value
}
