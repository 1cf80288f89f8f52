package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// lockSlack is by how much the written time of use may lag behind; a lock waits for it, so that nobody is locked out at work.
func (r *sessionRow) lockSlack() time.Duration { return min(seenEvery, r.lockAfter/4) }

// Resume returns who a token belongs to. active says that a person did something: what the program asks by itself must not
// keep a session open. Faults: session.missing, session.expired, and session.locked once nobody has been active for the
// minutes of the user's preferences. The viewer of a locked session is returned beside the fault, for what may go on behind
// the lock: telling them that something is new, without saying what.
func (s *Service) Resume(ctx context.Context, token string, active bool) (Viewer, error) {
	s.writeDown(ctx, false)
	r, err := s.findSession(ctx, token)
	if err != nil {
		return Viewer{}, err
	}
	if r.Locked {
		return r.viewer(), fault.New(CodeSessionLocked)
	}
	idle := s.now().Sub(r.seen)
	ahead := idle < -seenEvery // used while the clock was ahead: nobody knows when
	if r.lockAfter > 0 && (ahead || idle >= r.lockAfter+r.lockSlack()) {
		// Locked it is whether or not that can be written: the next call comes to the same end.
		if err := s.lock(ctx, r); err != nil {
			s.log.WithError(err).WithField("user_id", r.UserID).Warn("lock of a session was not written")
		}
		return r.viewer(), fault.New(CodeSessionLocked)
	}
	every := seenEvery
	if r.lockAfter > 0 {
		every = r.lockSlack()
	}
	if active && idle >= every {
		s.see(ctx, r)
	}
	return r.viewer(), nil
}

// Lock asks for the password before the session does anything more, as when its person leaves the desk. Locking a locked
// session changes nothing. Faults: session.missing, session.expired.
func (s *Service) Lock(ctx context.Context, token string) error {
	r, err := s.findSession(ctx, token)
	if err != nil {
		return err
	}
	return s.lock(ctx, r)
}

func (s *Service) lock(ctx context.Context, r sessionRow) error {
	if r.unwritten {
		return s.lockUnwritten(r)
	}
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		done, err := tx.Exec(`
			UPDATE session
			SET locked = 1
			WHERE token_hash = {:token}
			AND locked = 0`, dbx.Params{"token": r.hash})
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return Audit(tx, r.UserID, actionSessionLocked, r.UserID, nil)
	})
	if errors.Is(err, store.ErrDiskFull) {
		err = s.lockUnwritten(r)
	}
	if err != nil {
		return fmt.Errorf("lock session: %w", err)
	}
	return nil
}

// see moves a session's end. A database that takes no writes does not keep anybody from reading.
func (s *Service) see(ctx context.Context, r sessionRow) {
	var err error
	if !r.unwritten {
		_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error { return seen(tx, r) })
	}
	if r.unwritten || errors.Is(err, store.ErrDiskFull) {
		now := s.now()
		err = s.change(r, "", func(k *unwrittenSession) { k.seen, k.expires = now, r.end(now) })
	}
	if err != nil {
		s.log.WithError(err).WithField("user_id", r.UserID).Warn("use of a session was not written")
	}
}

// end is when a session ends that is used now.
func (r *sessionRow) end(now time.Time) time.Time {
	expires := now.Add(sessionIdle)
	if end := r.created.Add(sessionMost); expires.After(end) {
		return end
	}
	return expires
}

// seen moves a session's end in the transaction.
func seen(tx *store.Tx, r sessionRow) error {
	_, err := tx.Exec(`
		UPDATE session
		SET seen_at = {:now}, expires_at = {:expires}
		WHERE token_hash = {:token}`,
		dbx.Params{"token": r.hash, "now": clock.Format(tx.Now()), "expires": clock.Format(r.end(tx.Now()))})
	return err
}

// Unlock goes on with a session that is locked, on either side of the screen. Faults: session.missing, session.expired,
// account.bad_credentials (field password), account.wait.
func (s *Service) Unlock(ctx context.Context, token, password string) error {
	r, err := s.findSession(ctx, token)
	if err != nil {
		return err
	}
	c, found, err := s.findCredential(ctx, "id", r.UserID)
	if err != nil {
		return err
	}
	if err := s.verify(ctx, c, found, r.Login, password); err != nil {
		if f := fault.Find(err); f != nil && f.Code == CodeBadCredentials {
			return fault.Invalid("password", CodeBadCredentials)
		}
		return err
	}
	if r.unwritten {
		return s.unlockUnwritten(ctx, r, c)
	}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := unchanged(tx.Query(), c); err != nil {
			return err
		}
		if err := forgive(tx, r.Login); err != nil {
			return err
		}
		if err := seen(tx, r); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE session SET locked = 0 WHERE token_hash = {:token}", dbx.Params{"token": r.hash}); err != nil {
			return err
		}
		return Audit(tx, r.UserID, actionSessionUnlocked, r.UserID, nil)
	})
	if errors.Is(err, store.ErrDiskFull) {
		err = s.unlockUnwritten(ctx, r, c)
	}
	if err != nil {
		return fmt.Errorf("unlock session: %w", err)
	}
	return nil
}
