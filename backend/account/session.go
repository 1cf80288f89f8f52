package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

const (
	// sessionIdle is how long a session lasts without anybody using it: a night ends it, a lunch does not.
	sessionIdle = 12 * time.Hour
	// sessionMost is how long it lasts however much it is used.
	sessionMost = 7 * 24 * time.Hour
	// seenEvery is how often the time of use is written down; see lockSlack.
	seenEvery = time.Minute
	// tokenBytes are the random bytes of a token.
	tokenBytes = 32
)

// Session is what a sign-in gives. Token is the only copy: the database has its hash.
type Session struct {
	Token     string `json:"token"`
	ExpiresAt string `json:"expires_at"` // moves on while the session is used
	User      User   `json:"user"`
}

func newToken() string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// SignIn opens a session. Faults: account.bad_credentials for an unknown login and a wrong password alike, account.wait
// (argument seconds) after too many failures, account.inactive.
func (s *Service) SignIn(ctx context.Context, login, password string) (Session, error) {
	login = tidyLogin(login)
	c, found, err := s.findCredential(ctx, "login", login)
	if err != nil {
		return Session{}, err
	}
	if err := s.verify(ctx, c, found, login, password); err != nil {
		return Session{}, err
	}
	if !c.Active {
		return Session{}, s.refuse(ctx, c.ID, map[string]string{"reason": reasonInactive}, CodeInactive)
	}
	hash, err := s.refreshed(ctx, c.Hash, password)
	if err != nil {
		return Session{}, err
	}
	session := Session{Token: newToken(), User: c.user()}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := unchanged(tx, c); err != nil {
			return err
		}
		if err := forgive(tx, login); err != nil {
			return err
		}
		if hash != "" {
			if err := writeCredential(tx, c.ID, hash); err != nil {
				return err
			}
		}
		session.ExpiresAt = clock.Format(tx.Now().Add(sessionIdle))
		if err := openSession(tx, c.ID, session); err != nil {
			return err
		}
		return Audit(tx, c.ID, actionSessionOpened, c.ID, nil)
	})
	if err != nil {
		return Session{}, fmt.Errorf("open session: %w", err)
	}
	s.log.WithField("user_id", c.ID).Info("session opened")
	return session, nil
}

// refreshed returns a new hash for a password that is right when the old one was made with other parameters, else "".
func (s *Service) refreshed(ctx context.Context, old, password string) (string, error) {
	h, err := parsePHC(old)
	if err != nil || !h.outdated() {
		return "", err
	}
	return s.hash(ctx, password)
}

func openSession(tx *store.Tx, userID string, session Session) error {
	now := clock.Format(tx.Now())
	_, err := tx.Exec(`
		INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at)
		VALUES ({:token}, {:user}, {:now}, {:now}, {:expires})`,
		dbx.Params{"token": tokenHash(session.Token), "user": userID, "now": now, "expires": session.ExpiresAt})
	if err != nil {
		return err
	}
	_, err = tx.Exec(`
		DELETE FROM session
		WHERE expires_at <= {:now}`, dbx.Params{"now": now})
	return err
}

// endSessions ends a user's sessions but the one with the hash except; nil ends all.
func endSessions(tx *store.Tx, userID string, except []byte) error {
	if except == nil {
		except = []byte{}
	}
	_, err := tx.Exec(`
		DELETE FROM session
		WHERE user_id = {:user}
		AND token_hash <> {:except}`, dbx.Params{"user": userID, "except": except})
	if err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// sessionRow is a session with its user and their preferences.
type sessionRow struct {
	UserID      string  `db:"user_id"`
	CreatedAt   string  `db:"created_at"`
	SeenAt      string  `db:"seen_at"`
	ExpiresAt   string  `db:"expires_at"`
	Locked      bool    `db:"locked"`
	Login       string  `db:"login"`
	Name        string  `db:"name"`
	Role        Role    `db:"role"`
	Preferences *string `db:"preferences"`

	hash          []byte
	created, seen time.Time
	expires       time.Time
	lockAfter     time.Duration
}

func (r sessionRow) viewer() Viewer { return Viewer{UserID: r.UserID, Name: r.Name, Role: r.Role} }

// findSession reads a session of an active user; it answers session.missing and session.expired.
func (s *Service) findSession(ctx context.Context, token string) (sessionRow, error) {
	if token == "" {
		return sessionRow{}, fault.New(CodeSessionMissing)
	}
	hash := tokenHash(token)
	var rows []sessionRow
	err := s.store.Read().NewQuery(`
		SELECT s.user_id, s.created_at, s.seen_at, s.expires_at, s.locked, u.login, u.name, u.role, p.v AS preferences
		FROM session s
		JOIN user u ON u.id = s.user_id
		LEFT JOIN setting p ON p.k = 'user.' || s.user_id || '.preferences'
		WHERE s.token_hash = {:token}
		AND u.active = 1
		AND u.deleted = 0`).Bind(dbx.Params{"token": hash}).WithContext(ctx).All(&rows)
	if err != nil {
		return sessionRow{}, fmt.Errorf("read session: %w", err)
	}
	if len(rows) == 0 {
		return sessionRow{}, fault.New(CodeSessionMissing)
	}
	r := rows[0]
	r.hash = hash
	if err := r.parse(); err != nil {
		return sessionRow{}, fmt.Errorf("read session: %w", err)
	}
	now := s.now()
	if !now.Before(r.expires) || r.expires.Sub(now) > sessionMost {
		return sessionRow{}, fault.New(CodeSessionExpired)
	}
	return r, nil
}

func (r *sessionRow) parse() (err error) {
	if r.created, err = clock.Parse(r.CreatedAt); err != nil {
		return err
	}
	if r.seen, err = clock.Parse(r.SeenAt); err != nil {
		return err
	}
	if r.expires, err = clock.Parse(r.ExpiresAt); err != nil {
		return err
	}
	p := usual()
	if r.Preferences != nil {
		if p, err = parsePreferences(*r.Preferences); err != nil {
			return err
		}
	}
	r.lockAfter = p.lockAfter()
	return nil
}

// lockSlack is by how much the written time of use may lag behind; a lock waits for it, so that nobody is locked out at work.
func (r *sessionRow) lockSlack() time.Duration { return min(seenEvery, r.lockAfter/4) }

// Resume returns who a token belongs to. active says that a person did something: what the program asks by itself must not
// keep a session open. Faults: session.missing, session.expired, and session.locked once nobody has been active for the
// minutes of the user's preferences. The viewer of a locked session is returned beside the fault, for what may go on behind
// the lock: telling them that something is new, without saying what.
func (s *Service) Resume(ctx context.Context, token string, active bool) (Viewer, error) {
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
	if err != nil {
		return fmt.Errorf("lock session: %w", err)
	}
	return nil
}

// see moves a session's end. A database that takes no writes does not keep anybody from reading.
func (s *Service) see(ctx context.Context, r sessionRow) {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error { return seen(tx, r) })
	if err != nil {
		s.log.WithError(err).WithField("user_id", r.UserID).Warn("use of a session was not written")
	}
}

// seen moves a session's end in the transaction.
func seen(tx *store.Tx, r sessionRow) error {
	expires := tx.Now().Add(sessionIdle)
	if end := r.created.Add(sessionMost); expires.After(end) {
		expires = end
	}
	_, err := tx.Exec(`
		UPDATE session
		SET seen_at = {:now}, expires_at = {:expires}
		WHERE token_hash = {:token}`,
		dbx.Params{"token": r.hash, "now": clock.Format(tx.Now()), "expires": clock.Format(expires)})
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
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := unchanged(tx, c); err != nil {
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
	if err != nil {
		return fmt.Errorf("unlock session: %w", err)
	}
	return nil
}

// SignOut ends a session, also a locked one. A token that nobody knows is no error: it is signed out.
func (s *Service) SignOut(ctx context.Context, token string) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		var users []string
		params := dbx.Params{"token": tokenHash(token)}
		err := tx.Query().NewQuery("SELECT user_id FROM session WHERE token_hash = {:token}").Bind(params).Column(&users)
		if err != nil || len(users) == 0 {
			return err
		}
		if _, err := tx.Exec("DELETE FROM session WHERE token_hash = {:token}", params); err != nil {
			return err
		}
		return Audit(tx, users[0], actionSessionClosed, users[0], nil)
	})
	if err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	return nil
}
