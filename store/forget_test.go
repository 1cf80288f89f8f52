package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pocketbase/dbx"
	"golang.org/x/crypto/chacha20"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// plainPages decrypts a store's file and its log page by page, free and superseded ones too, and returns the bytes.
func plainPages(t *testing.T, s *store.Store) []byte {
	t.Helper()
	content := mainPages(t, s.Path())
	log, err := os.ReadFile(s.Path() + "-wal")
	if errors.Is(err, os.ErrNotExist) {
		return content
	}
	if err != nil {
		t.Fatal(err)
	}
	const logHeader, frameHeader = 32, 24
	for at := logHeader; at+frameHeader+pageSize <= len(log); at += frameHeader + pageSize {
		content = append(content, decrypted(t, binary.BigEndian.Uint32(log[at:]), log[at+frameHeader:][:pageSize])...)
	}
	return content
}

// mainPages decrypts a file alone, as it is on the disk, without its log.
func mainPages(t *testing.T, path string) (content []byte) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if size := binary.BigEndian.Uint16(file[16:]); size != pageSize { // the header's first bytes are not encrypted
		t.Fatalf("pages of %d bytes", size)
	}
	for page := range uint32(len(file) / pageSize) {
		content = append(content, decrypted(t, page+1, file[int(page)*pageSize:][:pageSize])...)
	}
	if kind := content[100]; kind != 5 && kind != 13 {
		t.Fatal("the file is not decrypted")
	}
	return content
}

const pageSize = 4096

// decrypted is a page of the file as SQLite3 Multiple Ciphers encrypts it: ChaCha20 with a key of the page's own, which the
// nonce at its end gives. SQLite itself cannot be asked: it has no way to show a free page, and changing the key to none
// leaves them out.
func decrypted(t *testing.T, page uint32, sealed []byte) []byte {
	t.Helper()
	const reserved, nonceAt, clear = 32, pageSize - 32, 24
	counter := binary.LittleEndian.Uint32(sealed[nonceAt+chacha20.NonceSize:]) ^ page
	stream := func(key []byte, counter uint32, text []byte) {
		c, err := chacha20.NewUnauthenticatedCipher(key, sealed[nonceAt:][:chacha20.NonceSize])
		if err != nil {
			t.Fatal(err)
		}
		c.SetCounter(counter)
		c.XORKeyStream(text, text)
	}
	var keys [64]byte
	stream(storetest.Key(), counter, keys[:])
	plain := bytes.Clone(sealed[:pageSize-reserved])
	from := 0
	if page == 1 {
		from = clear
	}
	stream(keys[32:], counter+1, plain[from:])
	return plain
}

// secretOf are the names, phones and addresses of those who are forgotten.
func secretOf(n int) [3]string {
	return [3]string{fmt.Sprintf("Zacarías Inventado%d", n), fmt.Sprintf("+5255550199%02d", n), fmt.Sprintf("zacarias%d@example.mx", n)}
}

// secrets counts what is found of them.
func secrets(content []byte) (found int) {
	content = bytes.ToLower(content)
	for n := 70; n < 90; n++ {
		for _, text := range secretOf(n) {
			found += bytes.Count(content, bytes.ToLower([]byte(text)))
		}
	}
	return found
}

// withSecrets is a member that has twenty prospects more than it is to keep, in its file and not only in its log.
func withSecrets(t *testing.T) *pair {
	t.Helper()
	p := newPair(t, nil)
	p.limit = 500
	for n := range 60 {
		p.prospectOf(n, "u-ana")
	}
	for n := 70; n < 90; n++ {
		id, s := fmt.Sprint(n), secretOf(n)
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
	if _, err := p.member.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	if secrets(mainPages(t, p.member.Path())) == 0 {
		t.Fatal("the scan finds nothing where there is something")
	}
	return p
}

func (p *pair) takeAway() {
	p.t.Helper()
	for n := 70; n < 90; n++ {
		write(p.t, p.host, admin, func(tx *store.Tx) error {
			return tx.Set("prospect", fmt.Sprint("p", n), store.Row{"owner_id": "u-beto"})
		})
	}
}

// clean fails when the member's file or its log holds anything of the secrets.
func clean(t *testing.T, path string) {
	t.Helper()
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() != 0 {
		t.Errorf("the log still holds %d bytes", log.Size())
	}
	if n := secrets(mainPages(t, path)); n != 0 {
		t.Errorf("%d traces are left", n)
	}
}

// TestForget_WhileSomebodyReads: a list or an export that reads the former rows keeps them in the file, and no other page
// need ever come.
func TestForget_WhileSomebodyReads(t *testing.T) {
	done := make(chan struct{}, 1)
	watchDone(t, done)
	p := withSecrets(t)
	<-done
	p.takeAway()
	err := p.member.ReadTx(t.Context(), func(q dbx.Builder) error {
		var n int
		if err := q.NewQuery("SELECT count(*) FROM prospect").Row(&n); err != nil {
			return err
		}
		p.sync()
		if _, err := p.member.Scrub(t.Context()); !errors.Is(err, store.ErrBeingRead) {
			t.Errorf("scrubbed below a reader: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-done
	if _, err := p.member.Write(t.Context(), store.System, func(*store.Tx) error { return nil }); err != nil { // behind the scrub
		t.Fatal(err)
	}
	clean(t, p.member.Path())
}

// watchDone has done told when a scrub is complete.
func watchDone(t *testing.T, done chan struct{}) {
	t.Helper()
	store.WatchScrubs(t, func(_ *store.Store, step string) {
		if step == "done" {
			done <- struct{}{}
		}
	})
}

// TestForget_KilledWhileScrubbing: what is on the disk after each step is what a kill would leave. The next start goes on.
func TestForget_KilledWhileScrubbing(t *testing.T) {
	dir := t.TempDir()
	var copies []string
	armed := false
	store.WatchScrubs(t, func(s *store.Store, step string) {
		if !armed {
			return
		}
		path := filepath.Join(dir, fmt.Sprintf("%d.db", len(copies)))
		for _, suffix := range []string{"", "-wal"} {
			content, err := os.ReadFile(s.Path() + suffix)
			if err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(path+suffix, content, 0o600); err != nil {
				t.Error(err)
			}
		}
		copies = append(copies, path)
	})
	p := withSecrets(t)
	p.takeAway()
	_, _ = p.member.Write(t.Context(), store.System, func(*store.Tx) error { armed = true; return nil })
	p.sync()
	_, _ = p.member.Write(t.Context(), store.System, func(*store.Tx) error { armed = false; return nil })
	if len(copies) < 4 {
		t.Fatalf("only %d steps", len(copies))
	}
	clean(t, p.member.Path())
	done := make(chan struct{}, 1)
	watchDone(t, done)
	for i, path := range copies {
		o := storetest.Options(t, dir)
		o.Path, o.Member, o.Device = path, true, "device-ana"
		s, err := store.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if i < len(copies)-1 { // the last one was done
			<-done
		}
		_, err = s.Write(t.Context(), store.System, func(*store.Tx) error { return nil })
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		clean(t, path)
	}
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

// TestForget_OpsOfAContactMadeHereAndLostBeforeItCameBack: with the prospect go the values of its contact, which the host has
// never told of here, and nothing of the contact is sent to a host that comes back from a copy.
func TestForget_OpsOfAContactMadeHereAndLostBeforeItCameBack(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	p.sync()
	write(t, p.member, ana, func(tx *store.Tx) error {
		return errors.Join(createContact(tx, "c7", "Zacarías Inventado"), createProspect(tx, "p7", "c7", "u-ana"))
	})
	p.push()
	write(t, p.host, admin, func(tx *store.Tx) error { return tx.Set("prospect", "p7", store.Row{"owner_id": "u-beto"}) })
	p.pull()
	p.same()
	var kept int
	err := p.member.Read().NewQuery("SELECT count(*) FROM outbox WHERE entity = 'contact' AND row_id = 'c7' AND (forgotten = 0 OR value IS NOT NULL)").Row(&kept)
	if err != nil || kept > 0 {
		t.Errorf("%d ops of somebody else's contact are kept with their values, %v", kept, err)
	}
	if err := p.member.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again, err := p.member.Pending(t.Context(), 0, 100); err != nil || len(again) > 0 {
		t.Errorf("they are sent again: %+v, %v", again, err)
	}
}

// TestForget_PagesThatBecomeFree: what is removed is overwritten in pages that stay, but a page that becomes free keeps what it
// held until it is used again. A long note has pages of its own, and so have many prospects.
func TestForget_PagesThatBecomeFree(t *testing.T) {
	p := newPair(t, nil)
	p.limit = 500
	p.prospectOf(1, "u-ana")
	for n := 70; n < 90; n++ {
		id, s := fmt.Sprint(n), secretOf(n)
		note := strings.Repeat("Llamar a "+strings.Join(s[:], ", ")+". ", 300)
		write(t, p.host, admin, func(tx *store.Tx) error {
			return errors.Join(
				createContact(tx, "c"+id, s[0]), createProspect(tx, "p"+id, "c"+id, "u-ana"),
				tx.Create("activity", "n"+id, store.Row{"prospect_id": "p" + id, "author_id": "u-ana", "kind": "note", "body": note, "created_at": at}),
			)
		})
	}
	p.sync()
	if secrets(plainPages(t, p.member)) == 0 {
		t.Fatal("the scan finds nothing where there is something")
	}
	p.takeAway()
	p.sync()
	p.same()
	clean(t, p.member.Path())
	if st, err := p.member.Stats(t.Context()); err != nil || st.FreePages != 0 {
		t.Errorf("%d pages are free, with whatever they held: %v", st.FreePages, err)
	}
}
