package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// credential is a user with what their password is checked against.
type credential struct {
	userRow
	Hash string `db:"hash"`
}

// findCredential looks a user up by id or login; found is false for an unknown one, whose zero value stands for nobody.
func (s *Service) findCredential(ctx context.Context, column, value string) (c credential, found bool, err error) {
	var rows []credential
	err = s.store.Read().NewQuery(`
		SELECT u.id, u.login, u.name, u.role, u.active, u.paused, u.created_at, c.hash
		FROM user u
		JOIN credential c ON c.user_id = u.id
		WHERE u.` + column + ` = {:value}
		AND u.deleted = 0`).Bind(dbx.Params{"value": value}).WithContext(ctx).All(&rows)
	if err != nil {
		return credential{}, false, fmt.Errorf("read credential: %w", err)
	}
	if len(rows) == 0 {
		return credential{}, false, nil
	}
	return rows[0], true, nil
}

// verify checks a password at the price of an attempt. It answers account.wait and account.bad_credentials; the refusal is
// in the audit trail. The caller forgives the attempt in the transaction that follows.
func (s *Service) verify(ctx context.Context, c credential, found bool, login, password string) error {
	key := delayKey(login, found)
	if err := s.attempt(ctx, key, c.ID); err != nil {
		return err
	}
	against := decoy
	if found {
		var err error
		if against, err = parsePHC(c.Hash); err != nil {
			return err
		}
	}
	right, err := s.matches(ctx, against, password)
	if err != nil {
		return err
	}
	if found && right {
		return nil
	}
	return s.refuse(ctx, c.ID, "", CodeBadCredentials)
}

// unchanged checks, in the transaction that follows verify, that the password that was checked is still the user's and that
// they may still come in. An administrator may have decided otherwise while it was being checked.
func unchanged(q dbx.Builder, c credential) error {
	var now []struct {
		Active bool   `db:"active"`
		Hash   string `db:"hash"`
	}
	err := q.NewQuery(`
		SELECT u.active, c.hash
		FROM user u
		JOIN credential c ON c.user_id = u.id
		WHERE u.id = {:id}
		AND u.deleted = 0`).Bind(dbx.Params{"id": c.ID}).All(&now)
	switch {
	case err != nil:
		return fmt.Errorf("read credential: %w", err)
	case len(now) == 0 || now[0].Hash != c.Hash:
		return fault.New(CodeBadCredentials)
	case !now[0].Active:
		return fault.New(CodeInactive)
	}
	return nil
}

// refuse notes a refusal, with a reason unless it is "", and returns it.
func (s *Service) refuse(ctx context.Context, userID, reason, code string) error {
	_, err := s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		return Audit(tx, userID, actionSessionRefused, userID, reasonDetail(reason))
	})
	if errors.Is(err, store.ErrDiskFull) {
		s.unwritten.note(unwrittenLine{at: s.now(), action: actionSessionRefused, userID: userID, reason: reason})
	} else if err != nil {
		return fmt.Errorf("note a refusal: %w", err)
	}
	return fault.New(code)
}

// writeCredential keeps a new hash.
func writeCredential(tx *store.Tx, userID, hash string) error {
	_, err := tx.Exec(`
		INSERT INTO credential (user_id, hash, changed_at)
		VALUES ({:user}, {:hash}, {:at})
		ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
		dbx.Params{"user": userID, "hash": hash, "at": clock.Format(tx.Now())})
	if err != nil {
		return fmt.Errorf("write credential: %w", err)
	}
	return nil
}

// ChangePassword gives the viewer a new password and ends their other sessions; token names the one that stays. Faults:
// account.bad_credentials (field current), account.wait, account.password_short, input.too_long.
func (s *Service) ChangePassword(ctx context.Context, v Viewer, token, current, password string) error {
	if err := checkPassword("new", password); err != nil {
		return err
	}
	c, found, err := s.findCredential(ctx, "id", v.UserID)
	if err != nil {
		return err
	}
	if err := s.verify(ctx, c, found, c.Login, current); err != nil {
		if f := fault.Find(err); f != nil && f.Code == CodeBadCredentials {
			return fault.Invalid("current", CodeBadCredentials)
		}
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	s.writeDown(ctx, true) // the session that stays may not be in the database yet
	_, err = s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		if err := unchanged(tx.Query(), c); err != nil {
			return err
		}
		if err := forgive(tx, c.Login); err != nil {
			return err
		}
		if err := writeCredential(tx, v.UserID, hash); err != nil {
			return err
		}
		if err := endSessions(tx, v.UserID, tokenHash(token)); err != nil {
			return err
		}
		return Audit(tx, v.UserID, actionPasswordChanged, v.UserID, nil)
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}

// ResetPassword gives a user a new password on an administrator's word, ends their sessions and forgets their failures.
// Faults: access.admin_only, user.not_found, account.password_short, input.too_long.
func (s *Service) ResetPassword(ctx context.Context, v Viewer, id, password string) error {
	if err := AdminOnly(v); err != nil {
		return err
	}
	if err := checkPassword("password", password); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		u, err := findUser(tx, id)
		if err != nil {
			return err
		}
		if err := forgive(tx, u.Login); err != nil {
			return err
		}
		if err := writeCredential(tx, id, hash); err != nil {
			return err
		}
		if err := endSessions(tx, id, nil); err != nil {
			return err
		}
		return Audit(tx, v.UserID, actionPasswordReset, id, nil)
	})
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	return nil
}
