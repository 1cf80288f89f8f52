package account

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// unwritten is what a full disk has kept out of the database, so that people still come in and read: how sessions stand,
// failures, and lines of the audit trail. It is written down once there is room, and lost if the program ends before.
type unwritten struct {
	mu       sync.Mutex
	sessions map[string]unwrittenSession // by the hash of their token
	delays   map[string]delay            // by delayKey; they end by themselves and are never written down
	lines    []unwrittenLine
	tried    time.Time
}

// mostUnwritten bounds each of its three kinds.
const mostUnwritten = 1000

type unwrittenSession struct {
	userID                 string
	against                string // the password's hash that opened it; "" for a session that the database has
	created, seen, expires time.Time
	locked                 bool
}

type unwrittenLine struct {
	at             time.Time
	action, userID string
	reason         string
}

// session is how a session stands that the database cannot say.
func (u *unwritten) session(hash []byte) (unwrittenSession, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	k, ok := u.sessions[string(hash)]
	return k, ok
}

// keep notes how a session stands. A new one is refused when there are too many already.
func (u *unwritten) keep(hash []byte, k unwrittenSession) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, ok := u.sessions[string(hash)]; !ok && len(u.sessions) >= mostUnwritten {
		return store.ErrDiskFull
	}
	if u.sessions == nil {
		u.sessions = map[string]unwrittenSession{}
	}
	u.sessions[string(hash)] = k
	return nil
}

// end ends the sessions of a user that the database does not have.
func (u *unwritten) end(userID string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.sessions, func(_ string, k unwrittenSession) bool { return k.against != "" && k.userID == userID })
}

func (u *unwritten) note(l unwrittenLine) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.add(l)
}

func (u *unwritten) add(l unwrittenLine) {
	if len(u.lines) < mostUnwritten {
		u.lines = append(u.lines, l)
	}
}

// attempt is Service.attempt without the database, whose delay it is given. It answers how long there is to wait.
func (u *unwritten) attempt(key, userID string, now time.Time, d delay) (time.Duration, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if kept, ok := u.delays[key]; ok && kept.nextAt.After(d.nextAt) {
		d = kept
	}
	if wait := d.left(now); wait > 0 {
		since := d.nextAt.Add(-delayAfter(d.failures))
		if !slices.ContainsFunc(u.lines, func(l unwrittenLine) bool {
			return l.reason == reasonWait && l.userID == userID && !l.at.Before(since)
		}) {
			u.add(unwrittenLine{at: now, action: actionSessionRefused, userID: userID, reason: reasonWait})
		}
		return wait, nil
	}
	if u.delays == nil {
		u.delays = map[string]delay{}
	}
	maps.DeleteFunc(u.delays, func(_ string, d delay) bool { return now.Sub(d.nextAt) > forgetAfter })
	if _, ok := u.delays[key]; !ok && len(u.delays) >= mostUnwritten {
		return 0, store.ErrDiskFull
	}
	u.delays[key] = delay{failures: d.failures + 1, nextAt: now.Add(delayAfter(d.failures + 1))}
	return 0, nil
}

func (u *unwritten) forgive(key string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.delays, key)
}

// due returns what is to be written down, unless that was tried a moment ago.
func (u *unwritten) due(now time.Time, force bool) (sessions map[string]unwrittenSession, lines []unwrittenLine) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if since := now.Sub(u.tried); !force && since >= 0 && since < seenEvery {
		return nil, nil
	}
	u.tried = now
	return maps.Clone(u.sessions), slices.Clone(u.lines)
}

// written forgets what due has returned, but for what has changed since.
func (u *unwritten) written(sessions map[string]unwrittenSession, lines int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.sessions, func(hash string, k unwrittenSession) bool { return sessions[hash] == k })
	u.lines = slices.Delete(u.lines, 0, lines)
}

// forgiveUnwritten forgets the failures of somebody who is let in although that cannot be written with the rest.
func (s *Service) forgiveUnwritten(ctx context.Context, key string) {
	s.unwritten.forgive(key)
	if _, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error { return forgive(tx, key) }); err != nil {
		s.log.WithError(err).Warn("failures were not forgotten")
	}
}

// openUnwritten opens a session that the disk has no room for.
func (s *Service) openUnwritten(ctx context.Context, session *Session, c credential) error {
	if err := unchanged(s.store.Read(), c); err != nil {
		return err
	}
	now := s.now()
	expires := now.Add(sessionIdle)
	k := unwrittenSession{userID: c.ID, against: c.Hash, created: now, seen: now, expires: expires}
	if err := s.unwritten.keep(tokenHash(session.Token), k); err != nil {
		return err
	}
	session.ExpiresAt = clock.Format(expires)
	s.unwritten.note(unwrittenLine{at: now, action: actionSessionOpened, userID: c.ID})
	s.forgiveUnwritten(ctx, c.Login)
	s.log.WithField("user_id", c.ID).Warn("the disk is full: a session is kept in memory")
	return nil
}

// change keeps a session as change leaves it, with a line of the audit trail unless action is "".
func (s *Service) change(r sessionRow, action string, change func(*unwrittenSession)) error {
	k := unwrittenSession{
		userID: r.UserID, against: r.against, created: r.created, seen: r.seen, expires: r.expires, locked: r.Locked,
	}
	change(&k)
	if err := s.unwritten.keep(r.hash, k); err != nil {
		return err
	}
	if action != "" {
		s.unwritten.note(unwrittenLine{at: s.now(), action: action, userID: r.UserID})
	}
	return nil
}

func (s *Service) lockUnwritten(r sessionRow) error {
	action := actionSessionLocked
	if r.Locked {
		action = ""
	}
	return s.change(r, action, func(k *unwrittenSession) { k.locked = true })
}

func (s *Service) unlockUnwritten(ctx context.Context, r sessionRow, c credential) error {
	if err := unchanged(s.store.Read(), c); err != nil {
		return err
	}
	now := s.now()
	err := s.change(r, actionSessionUnlocked, func(k *unwrittenSession) { k.locked, k.seen, k.expires = false, now, r.end(now) })
	if err != nil {
		return err
	}
	s.forgiveUnwritten(ctx, r.Login)
	return nil
}

// signOutUnwritten ends a session by its time.
func (s *Service) signOutUnwritten(ctx context.Context, token string) error {
	r, err := s.findSession(ctx, token)
	if fault.Has(err, CodeSessionMissing) || fault.Has(err, CodeSessionExpired) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.change(r, actionSessionClosed, func(k *unwrittenSession) { k.expires = s.now() })
}

// writeDown writes what a full disk has kept out of the database, at most once a minute unless force. What does not fit yet
// stays where it is.
func (s *Service) writeDown(ctx context.Context, force bool) {
	sessions, lines := s.unwritten.due(s.now(), force)
	if len(sessions)+len(lines) == 0 {
		return
	}
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		for hash, k := range sessions {
			if err := k.write(tx, []byte(hash)); err != nil {
				return err
			}
		}
		for _, l := range lines {
			if err := auditAt(tx, l.at, l.userID, l.action, l.userID, reasonDetail(l.reason)); err != nil {
				return err
			}
		}
		return nil
	})
	switch {
	case err == nil:
		s.unwritten.written(sessions, len(lines))
	case !errors.Is(err, store.ErrDiskFull):
		s.log.WithError(err).Warn("what a full disk has kept out is not written")
	}
}

// write puts the session where it belongs, unless its user may not come in any more.
func (k unwrittenSession) write(tx *store.Tx, hash []byte) error {
	params := dbx.Params{
		"token": hash, "user": k.userID, "created": clock.Format(k.created), "seen": clock.Format(k.seen),
		"expires": clock.Format(k.expires), "locked": k.locked,
	}
	statement := `
		UPDATE session
		SET seen_at = {:seen}, expires_at = {:expires}, locked = {:locked}
		WHERE token_hash = {:token}`
	if k.against != "" {
		c := credential{Hash: k.against}
		c.ID = k.userID
		if err := unchanged(tx.Query(), c); fault.Find(err) != nil {
			return nil //nolint:nilerr // an end is no error
		} else if err != nil {
			return err
		}
		statement = `
			INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at, locked)
			VALUES ({:token}, {:user}, {:created}, {:seen}, {:expires}, {:locked})`
	}
	if _, err := tx.Exec(statement, params); err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}
