package sqlitebox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"sitegroup.mx/crm/backend/relay"
)

// PutOffice implements relay.Inbox.
func (b *Inbox) PutOffice(ctx context.Context, o relay.Office) error {
	return b.do(ctx, 0, func(context.Context) error {
		var kept relay.Office
		err := b.st.precedence.QueryRow(o.ID).Scan(&kept.Serial, &kept.SerialAt, &kept.Device)
		switch {
		case err == nil && o.Before(kept):
			return relay.ErrSuperseded
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		}
		var n int64
		t := o.Notice
		err = b.st.put.QueryRow(o.ID, o.Device, o.Serial, o.SerialAt, o.Hook, o.VerifyToken, o.Page, millis(o.Created),
			t.Version, t.Updated, t.Office, t.Privacy, t.Deletion).Scan(&n)
		if err != nil && strings.Contains(err.Error(), "UNIQUE constraint failed: office.") {
			return relay.ErrTaken
		}
		if err != nil {
			return err
		}
		if b.boxes[o.ID] == nil {
			b.boxes[o.ID] = &box{n: n}
		}
		return nil
	})
}

// Office implements relay.Inbox.
func (b *Inbox) Office(_ context.Context, id string) (relay.Office, error) {
	return find(b.st.office, id)
}

// OfficeByHook implements relay.Inbox.
func (b *Inbox) OfficeByHook(_ context.Context, hook string) (relay.Office, error) {
	return find(b.st.byHook, hook)
}

// OfficeByPage implements relay.Inbox.
func (b *Inbox) OfficeByPage(_ context.Context, page string) (relay.Office, error) {
	return find(b.st.byPage, page)
}

func find(by *sql.Stmt, key string) (relay.Office, error) {
	var o relay.Office
	var created int64
	t := &o.Notice
	err := by.QueryRow(key).Scan(&o.ID, &o.Device, &o.Serial, &o.SerialAt, &o.Hook, &o.VerifyToken, &o.Page, &created,
		&t.Version, &t.Updated, &t.Office, &t.Privacy, &t.Deletion)
	if errors.Is(err, sql.ErrNoRows) {
		return relay.Office{}, relay.ErrNotFound
	}
	if err != nil {
		return relay.Office{}, fmt.Errorf("find office: %w", err)
	}
	o.Created = instant(created)
	return o, nil
}

// PutDeletion implements relay.Inbox.
func (b *Inbox) PutDeletion(ctx context.Context, d relay.Deletion) error {
	return b.do(ctx, 0, func(context.Context) error {
		_, err := b.st.putDeletion.Exec(d.Code, d.Office, d.State, d.Reason, millis(d.At), millis(d.Changed))
		return err
	})
}

// Deletion implements relay.Inbox.
func (b *Inbox) Deletion(_ context.Context, code string) (relay.Deletion, error) {
	var d relay.Deletion
	var at, changed int64
	err := b.st.deletion.QueryRow(code).Scan(&d.Code, &d.Office, &d.State, &d.Reason, &at, &changed)
	if errors.Is(err, sql.ErrNoRows) {
		return relay.Deletion{}, relay.ErrNotFound
	}
	if err != nil {
		return relay.Deletion{}, fmt.Errorf("find deletion request: %w", err)
	}
	d.At, d.Changed = instant(at), instant(changed)
	return d, nil
}
