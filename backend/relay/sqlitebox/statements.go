package sqlitebox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// statements are prepared once: the first on the connection that writes, the others on those that read.
type statements struct {
	begin, commit, rollback, touch    *sql.Stmt
	put, precedence, append           *sql.Stmt
	waiting, ack, putDeletion, expire *sql.Stmt

	list, first, office, byHook, byPage, deletion, old *sql.Stmt

	all []*sql.Stmt
}

const officeColumns = `id, device, serial, serial_at, hook, verify_token, page, created, version, updated, name, privacy, deletion`

func (b *Inbox) prepare(ctx context.Context) error {
	var err error
	prepare := func(on interface {
		PrepareContext(context.Context, string) (*sql.Stmt, error)
	}, query string,
	) *sql.Stmt {
		s, e := on.PrepareContext(ctx, query)
		if err = errors.Join(err, e); s != nil {
			b.st.all = append(b.st.all, s)
		}
		return s
	}
	s := &b.st
	s.begin, s.commit, s.rollback = prepare(b.conn, "BEGIN IMMEDIATE"), prepare(b.conn, "COMMIT"), prepare(b.conn, "ROLLBACK")
	s.touch = prepare(b.conn, "UPDATE probe SET n = n + 1")
	s.put = prepare(b.conn, `
		INSERT INTO office (`+officeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET device = excluded.device, serial = excluded.serial, serial_at = excluded.serial_at,
			hook = excluded.hook, verify_token = excluded.verify_token, page = excluded.page, created = excluded.created,
			version = excluded.version, updated = excluded.updated, name = excluded.name, privacy = excluded.privacy, deletion = excluded.deletion
		RETURNING n`)
	s.precedence = prepare(b.conn, "SELECT serial, serial_at, device FROM office WHERE id = ?")
	s.append = prepare(b.conn, "INSERT INTO event (office, at, kind, code, signature, body) VALUES (?, ?, ?, ?, ?, ?)")
	s.waiting = prepare(b.conn, "SELECT count(*), coalesce(sum(length(body) + length(signature)), 0) FROM event WHERE office = ? AND seq <= ?")
	s.ack = prepare(b.conn, "DELETE FROM event WHERE office = ? AND seq <= ?")
	s.putDeletion = prepare(b.conn, `
		INSERT INTO deletion (code, office, state, reason, at, changed) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (code) DO UPDATE SET office = excluded.office, state = excluded.state, reason = excluded.reason, at = excluded.at, changed = excluded.changed`)
	s.expire = prepare(b.conn, "DELETE FROM event WHERE seq = ?")

	s.list = prepare(b.read, "SELECT seq, at, kind, code, signature, body FROM event WHERE office = (SELECT n FROM office WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ?")
	s.first = prepare(b.read, `
		SELECT count(*), coalesce(sum(length(body) + length(signature)), 0), coalesce(min(at), 0)
		FROM event
		WHERE office = (SELECT n FROM office WHERE id = ?)`)
	s.office = prepare(b.read, "SELECT "+officeColumns+" FROM office WHERE id = ?")
	s.byHook = prepare(b.read, "SELECT "+officeColumns+" FROM office WHERE hook = ?")
	s.byPage = prepare(b.read, "SELECT "+officeColumns+" FROM office WHERE page = ?")
	s.deletion = prepare(b.read, "SELECT code, office, state, reason, at, changed FROM deletion WHERE code = ?")
	s.old = prepare(b.read, `
		SELECT e.seq, o.id, length(e.body) + length(e.signature)
		FROM event e JOIN office o ON o.n = e.office
		WHERE e.at < ? AND e.seq > ?
		ORDER BY e.seq
		LIMIT 500`)
	if err != nil {
		return fmt.Errorf("prepare statements: %w", err)
	}
	return nil
}
