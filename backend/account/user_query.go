package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// userRow is a user as queries return it.
type userRow struct {
	ID        string `db:"id"`
	Login     string `db:"login"`
	Name      string `db:"name"`
	Role      Role   `db:"role"`
	Active    bool   `db:"active"`
	Paused    bool   `db:"paused"`
	CanExport bool   `db:"can_export"`
	CreatedAt string `db:"created_at"`
}

func (r userRow) user() User {
	return User(r)
}

// ListUsers returns everybody's accounts to an administrator, by name, and a seller's own to a seller.
func (s *Service) ListUsers(ctx context.Context, v Viewer) ([]User, error) {
	var rows []userRow
	err := s.store.Read().NewQuery(`
		SELECT id, login, name, role, active, paused, can_export, created_at
		FROM user
		WHERE deleted = 0
		AND ({:everybody} = 1 OR id = {:viewer})
		ORDER BY name, id`).Bind(dbx.Params{"everybody": v.IsAdmin(), "viewer": v.UserID}).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	users := make([]User, len(rows))
	for i, r := range rows {
		users[i] = r.user()
	}
	return users, nil
}

// ViewerOf returns an active user as the viewer of their own calls. Fault user.not_found.
func (s *Service) ViewerOf(_ context.Context, id string) (Viewer, error) {
	row, err := readUser(s.store.Read(), id)
	if err != nil {
		return Viewer{}, err
	}
	if !row.Active {
		return Viewer{}, fault.New(CodeUserNotFound)
	}
	return Viewer{UserID: row.ID, Name: row.Name, Role: row.Role}, nil
}

// Self returns the viewer's own account. Fault user.not_found.
func (s *Service) Self(ctx context.Context, v Viewer) (User, error) {
	row, err := readUser(s.store.Read(), v.UserID)
	return row.user(), err
}

func findUser(tx *store.Tx, id string) (userRow, error) { return readUser(tx.Query(), id) }

func readUser(q dbx.Builder, id string) (userRow, error) {
	var row userRow
	err := q.NewQuery(`
		SELECT id, login, name, role, active, paused, can_export, created_at
		FROM user
		WHERE id = {:id}
		AND deleted = 0`).Bind(dbx.Params{"id": id}).One(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return userRow{}, fault.New(CodeUserNotFound)
	}
	if err != nil {
		return userRow{}, fmt.Errorf("read user: %w", err)
	}
	return row, nil
}
