package account

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// delay is what failures in a row cost.
type delay struct {
	failures int
	nextAt   time.Time // no attempt is looked at before
}

const (
	// freeFailures cost no wait: everybody mistypes.
	freeFailures = 2
	// longestDelay is where the doubling ends.
	longestDelay = 5 * time.Minute
	// forgetAfter is how long failures count.
	forgetAfter = 24 * time.Hour
)

// delayAfter is the wait after so many failures in a row: none, none, one second, two, four and so on to longestDelay.
func delayAfter(failures int) time.Duration {
	if failures <= freeFailures {
		return 0
	}
	doublings := failures - freeFailures - 1
	if doublings > 9 { // 512 s
		return longestDelay
	}
	return min(time.Second<<doublings, longestDelay)
}

// delayKey is what a login's failures are counted under. What was typed for an unknown one is not kept: it may be a
// password in the wrong field.
func delayKey(login string, known bool) string {
	if known {
		return login
	}
	sum := sha256.Sum256([]byte(login))
	return "unknown " + hex.EncodeToString(sum[:])
}

// attempt counts a failure before a password is looked at; forgive takes it back when the password was right. It answers
// account.wait when the last failures are too fresh, and notes that against userID.
func (s *Service) attempt(ctx context.Context, key, userID string) error {
	var wait time.Duration
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		d, err := readDelay(tx.Query(), key, tx.Now())
		if err != nil {
			return err
		}
		if wait = d.left(tx.Now()); wait > 0 {
			return noteWait(tx, userID, d.nextAt.Add(-delayAfter(d.failures)))
		}
		return writeDelay(tx, key, d.failures+1)
	})
	if errors.Is(err, store.ErrDiskFull) {
		var d delay
		if d, err = readDelay(s.store.Read(), key, s.now()); err == nil {
			wait, err = s.unwritten.attempt(key, userID, s.now(), d)
		}
	}
	if err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	if wait > 0 {
		return fault.New(CodeWait, "seconds", int((wait+time.Second-1)/time.Second))
	}
	return nil
}

// left is how long there is to wait. More than the longest delay means that the clock was set back.
func (d delay) left(now time.Time) time.Duration {
	if wait := d.nextAt.Sub(now); wait > 0 && wait <= longestDelay {
		return wait
	}
	return 0
}

// noteWait notes that somebody did not wait for the end of the delay that began at since. One line says so however often they
// try, and one for all logins that nobody has: whoever knocks without end must not fill the audit trail, which is never cut.
func noteWait(tx *store.Tx, userID string, since time.Time) error {
	var noted int
	err := tx.Query().NewQuery(`
		SELECT count(*)
		FROM audit
		WHERE at >= {:since}
		AND action = {:action}
		AND subject = {:user}
		AND detail ->> 'reason' = {:reason}`).Bind(dbx.Params{
		"since": clock.Format(since), "action": actionSessionRefused, "user": userID, "reason": reasonWait,
	}).Row(&noted)
	if err != nil {
		return fmt.Errorf("read audit: %w", err)
	}
	if noted > 0 {
		return nil
	}
	return Audit(tx, userID, actionSessionRefused, userID, reasonDetail(reasonWait))
}

func readDelay(q dbx.Builder, key string, now time.Time) (delay, error) {
	var d delay
	var next string
	err := q.NewQuery(`
		SELECT failures, next_at
		FROM sign_in_delay
		WHERE login = {:login}`).Bind(dbx.Params{"login": key}).Row(&d.failures, &next)
	if errors.Is(err, sql.ErrNoRows) {
		return delay{}, nil
	}
	if err != nil {
		return delay{}, err
	}
	if d.nextAt, err = clock.Parse(next); err != nil {
		return delay{}, err
	}
	if now.Sub(d.nextAt) > forgetAfter {
		d.failures = 0
	}
	return d, nil
}

func writeDelay(tx *store.Tx, key string, failures int) error {
	_, err := tx.Exec(`
		INSERT INTO sign_in_delay (login, failures, next_at)
		VALUES ({:login}, {:failures}, {:next})
		ON CONFLICT (login) DO UPDATE SET failures = excluded.failures, next_at = excluded.next_at`,
		dbx.Params{"login": key, "failures": failures, "next": clock.Format(tx.Now().Add(delayAfter(failures)))})
	if err != nil {
		return err
	}
	_, err = tx.Exec(`
		DELETE FROM sign_in_delay
		WHERE next_at < {:old}`, dbx.Params{"old": clock.Format(tx.Now().Add(-forgetAfter))})
	return err
}

// forgive forgets the failures of a login in the transaction that lets somebody in.
func forgive(tx *store.Tx, key string) error {
	_, err := tx.Exec(`
		DELETE FROM sign_in_delay
		WHERE login = {:login}`, dbx.Params{"login": key})
	return err
}
