package account

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/store"
)

// Credential is what a user's password is checked against, as it goes to the computers that are theirs and to no other. It
// is in no log and no history.
type Credential struct {
	UserID    string
	Hash      string    // argon2id in PHC form
	ChangedAt time.Time // UTC; the zero time when there is none
}

// ReadCredential reads a user's credential, the zero value when they have none.
func ReadCredential(q dbx.Builder, userID string) (Credential, error) {
	var hash, at string
	err := q.NewQuery(`
		SELECT hash, changed_at
		FROM credential
		WHERE user_id = {:user}`).Bind(dbx.Params{"user": userID}).Row(&hash, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Credential{}, nil
	}
	if err != nil {
		return Credential{}, fmt.Errorf("read credential: %w", err)
	}
	changed, err := clock.Parse(at)
	if err != nil {
		return Credential{}, fmt.Errorf("read credential: %w", err)
	}
	return Credential{UserID: userID, Hash: hash, ChangedAt: changed}, nil
}

// Check refuses a hash that is none of ours.
func (c Credential) Check() error {
	_, err := parsePHC(c.Hash)
	return err
}

// CopyCredential keeps a credential that another of the user's computers has, if it is newer than the one here, and ends
// the user's sessions when it is another one. The caller has checked it.
func CopyCredential(tx *store.Tx, c Credential) (changed bool, err error) {
	have, err := ReadCredential(tx.Query(), c.UserID)
	if err != nil || !c.ChangedAt.After(have.ChangedAt) {
		return false, err
	}
	_, err = tx.Exec(`
		INSERT INTO credential (user_id, hash, changed_at)
		VALUES ({:user}, {:hash}, {:at})
		ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at`,
		dbx.Params{"user": c.UserID, "hash": c.Hash, "at": clock.Format(c.ChangedAt)})
	if err != nil {
		return false, fmt.Errorf("write credential: %w", err)
	}
	if have.Hash == c.Hash {
		return true, nil
	}
	return true, endSessions(tx, c.UserID, nil)
}
