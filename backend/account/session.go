package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
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
		return Session{}, s.refuse(ctx, c.ID, reasonInactive, CodeInactive)
	}
	hash, err := s.refreshed(ctx, c.Hash, password)
	if err != nil {
		return Session{}, err
	}
	session := Session{Token: newToken(), User: c.user()}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := unchanged(tx.Query(), c); err != nil {
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
	if errors.Is(err, store.ErrDiskFull) {
		err = s.openUnwritten(ctx, &session, c)
	}
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
	against       string // see unwrittenSession
	unwritten     bool   // the database does not say how it stands
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
	kept, unwritten := s.unwritten.session(hash)
	var rows []sessionRow
	var err error
	if kept.against == "" {
		err = s.store.Read().NewQuery(`
			SELECT s.user_id, s.created_at, s.seen_at, s.expires_at, s.locked, u.login, u.name, u.role, p.v AS preferences
			FROM session s
			JOIN user u ON u.id = s.user_id
			LEFT JOIN setting p ON p.k = 'user.' || s.user_id || '.preferences'
			WHERE s.token_hash = {:token}
			AND u.active = 1
			AND u.deleted = 0`).Bind(dbx.Params{"token": hash}).WithContext(ctx).All(&rows)
	} else {
		err = s.store.Read().NewQuery(`
			SELECT u.id AS user_id, u.login, u.name, u.role, p.v AS preferences
			FROM user u
			JOIN credential c ON c.user_id = u.id
			LEFT JOIN setting p ON p.k = 'user.' || u.id || '.preferences'
			WHERE u.id = {:user}
			AND c.hash = {:against}
			AND u.active = 1
			AND u.deleted = 0`).Bind(dbx.Params{"user": kept.userID, "against": kept.against}).WithContext(ctx).All(&rows)
	}
	if err != nil {
		return sessionRow{}, fmt.Errorf("read session: %w", err)
	}
	if len(rows) == 0 {
		return sessionRow{}, fault.New(CodeSessionMissing)
	}
	r := rows[0]
	r.hash, r.against, r.unwritten = hash, kept.against, unwritten
	if unwritten {
		r.CreatedAt, r.SeenAt, r.ExpiresAt = clock.Format(kept.created), clock.Format(kept.seen), clock.Format(kept.expires)
		r.Locked = kept.locked
	}
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

// SignOut ends a session, also a locked one. A token that nobody knows is no error: it is signed out.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if _, unwritten := s.unwritten.session(tokenHash(token)); unwritten {
		return s.signOutUnwritten(ctx, token)
	}
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
	if errors.Is(err, store.ErrDiskFull) {
		err = s.signOutUnwritten(ctx, token)
	}
	if err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	return nil
}
