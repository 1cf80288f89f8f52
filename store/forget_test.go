package store_test

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// plainPages copies a store's file with its log, decrypts the copy page by page, free ones too, and returns the bytes.
func plainPages(t *testing.T, s *store.Store) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plain.db")
	for _, suffix := range []string{"", "-wal"} {
		content, err := os.ReadFile(s.Path() + suffix)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+suffix, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: path}).String()+"?key=raw:"+hex.EncodeToString(storetest.Key())+"&cipher=chacha20")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, pragma := range []string{"PRAGMA journal_mode = DELETE", "PRAGMA rekey = ''"} {
		if _, err := db.Exec(pragma); err != nil {
			t.Fatalf("%s: %v", pragma, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(content, []byte("SQLite format 3\x00")) {
		t.Fatal("the copy is not decrypted")
	}
	return content
}

func TestForget_LeavesNoTrace(t *testing.T) {
	p := newPair(t, nil)
	p.limit = 500
	for n := range 60 {
		p.prospectOf(n, "u-ana")
	}
	secret := func(n int) [3]string {
		return [3]string{fmt.Sprintf("Zacarías Inventado%d", n), fmt.Sprintf("+5255550199%02d", n), fmt.Sprintf("zacarias%d@example.mx", n)}
	}
	for n := 70; n < 90; n++ {
		id, s := fmt.Sprint(n), secret(n)
		write(t, p.host, admin, func(tx *store.Tx) error {
			return errors.Join(
				createContact(tx, "c"+id, s[0]),
				tx.Create("contact_phone", "h"+id, store.Row{"contact_id": "c" + id, "raw": s[1], "e164": s[1], "created_at": at}),
				tx.Create("contact_email", "m"+id, store.Row{"contact_id": "c" + id, "raw": s[2], "address": s[2], "created_at": at}),
				createProspect(tx, "p"+id, "c"+id, "u-ana"),
			)
		})
	}
	p.sync()
	for n := 70; n < 90; n += 3 { // edits of the member are in its outbox and its kept rows
		id, s := fmt.Sprint(n), secret(n)
		write(t, p.member, ana, func(tx *store.Tx) error {
			return errors.Join(
				tx.Set("contact", "c"+id, store.Row{"name": s[0] + " Editado", "city": s[2]}),
				tx.Create("activity", "n"+id, store.Row{"prospect_id": "p" + id, "author_id": "u-ana", "kind": "note", "body": "Llamar a " + s[0], "created_at": at}),
			)
		})
		if n%2 == 0 {
			p.sync()
		}
	}
	before := plainTraces(t, p, secret)
	if before == 0 {
		t.Fatal("the scan finds nothing where there is something")
	}
	for n := 70; n < 90; n++ {
		write(t, p.host, admin, func(tx *store.Tx) error {
			return tx.Set("prospect", fmt.Sprint("p", n), store.Row{"owner_id": "u-beto"})
		})
	}
	p.sync()
	p.same()
	if log, err := os.Stat(p.member.Path() + "-wal"); err != nil || log.Size() != 0 {
		t.Errorf("the log is not empty: %v", err)
	}
	if after := plainTraces(t, p, secret); after != 0 {
		t.Errorf("%d traces are left of %d", after, before)
	}
}

func plainTraces(t *testing.T, p *pair, secret func(int) [3]string) (found int) {
	t.Helper()
	content := bytes.ToLower(plainPages(t, p.member))
	for n := 70; n < 90; n++ {
		s := secret(n)
		for _, text := range append(s[:], fmt.Sprintf("inventado%d", n), fmt.Sprintf("zacarias%d", n), fmt.Sprintf("5550199%02d", n)) {
			found += bytes.Count(content, bytes.ToLower([]byte(text)))
		}
	}
	return found
}

// TestForget_WhatCameBeforeItsContact: while a replica is filled, a phone may come on an earlier page than its contact, and
// the prospect be taken away in between.
func TestForget_WhatCameBeforeItsContact(t *testing.T) {
	p := newPair(t, nil)
	p.limit = 2
	p.prospectOf(1, "u-ana")
	write(t, p.host, admin, func(tx *store.Tx) error {
		return tx.Create("contact_phone", "h99", store.Row{"contact_id": "c1", "raw": "55 5555 0177", "e164": "+525555550177", "created_at": at})
	})
	for n := 2; n < 5; n++ {
		p.prospectOf(n, "u-ana")
	}
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"name": "Otra"}) })
	for value(t, p.member.Read(), "SELECT count(*) FROM contact_phone") == "0" {
		page, err := p.host.Feed(t.Context(), store.FeedQuery{User: p.as.User, Device: p.as.Device, From: p.cursor(), Limit: p.limit})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.member.ApplyPage(t.Context(), page); err != nil {
			t.Fatal(err)
		}
	}
	if n := value(t, p.member.Read(), "SELECT count(*) FROM contact WHERE id = 'c1'"); n != "0" {
		t.Fatal("the contact has come with the phone")
	}
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p1", store.Row{"owner_id": "u-beto"}) })
	p.pull()
	p.same()
	if n := value(t, p.member.Read(), "SELECT count(*) FROM contact_phone WHERE contact_id = 'c1'"); n != "0" {
		t.Error("a phone of somebody else's prospect is left")
	}
	if bytes.Contains(plainPages(t, p.member), []byte("5555550177")) {
		t.Error("a trace of it is left")
	}
}

// cursor is where the member stands.
func (p *pair) cursor() store.Cursor {
	p.t.Helper()
	r, err := p.member.Replica(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return r.Cursor
}
