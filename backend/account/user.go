package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pocketbase/dbx"
	"golang.org/x/text/unicode/norm"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// User is a person with an account.
type User struct {
	ID        string `json:"id"`
	Login     string `json:"login"` // lower case
	Name      string `json:"name"`
	Role      Role   `json:"role"`
	Active    bool   `json:"active"`
	Paused    bool   `json:"paused"`     // takes no turns
	CanExport bool   `json:"can_export"` // may take lists away as files; administrators always may
	CreatedAt string `json:"created_at"`
}

// NewUser is an account to be made.
type NewUser struct {
	Login, Name string
	Role        Role
	Password    string
}

// UserPatch changes what is not nil.
type UserPatch struct {
	Name           *string
	Role           *Role
	Active, Paused *bool
	CanExport      *bool
}

const (
	longestLogin = 64
	longestName  = 120
)

// checked returns the user with login and name as they are kept.
func (n NewUser) checked() (NewUser, error) {
	var err error
	if n.Login, err = checkLogin(n.Login); err != nil {
		return NewUser{}, err
	}
	if n.Name, err = checkName(n.Name); err != nil {
		return NewUser{}, err
	}
	if err := n.Role.check(); err != nil {
		return NewUser{}, err
	}
	return n, checkPassword("password", n.Password)
}

func (r Role) check() error {
	if slices.Contains([]Role{RoleAdmin, RoleSeller}, r) {
		return nil
	}
	return fault.Invalid("role", "input.invalid")
}

// tidyLogin is a login as it is compared: the same letters, whatever keyboard and case.
func tidyLogin(login string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(login)))
}

func checkLogin(login string) (string, error) {
	login = tidyLogin(login)
	switch {
	case login == "":
		return "", fault.Invalid("login", "input.required")
	case utf8.RuneCountInString(login) > longestLogin:
		return "", fault.Invalid("login", "input.too_long", "max", longestLogin)
	case !utf8.ValidString(login), strings.ContainsFunc(login, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }):
		return "", fault.Invalid("login", "input.invalid")
	}
	return login, nil
}

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fault.Invalid("name", "input.required")
	case utf8.RuneCountInString(name) > longestName:
		return "", fault.Invalid("name", "input.too_long", "max", longestName)
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		return "", fault.Invalid("name", "input.invalid")
	}
	return name, nil
}

// CreateFirst makes the first administrator of an office that is being set up. An attempt that was interrupted may have left
// users behind; they are removed, so that nobody but the new one can enter. Faults: setup.done for an office that exists,
// input.required, input.invalid, input.too_long, account.password_short.
func (s *Service) CreateFirst(ctx context.Context, n NewUser) (User, error) {
	n.Role = RoleAdmin
	n, err := n.checked()
	if err != nil {
		return User{}, err
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	var u User
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := clearForFirst(tx); err != nil {
			return err
		}
		u, err = createUser(tx, n, hash)
		if err != nil {
			return err
		}
		return Audit(tx, u.ID, actionUserCreated, u.ID, map[string]string{"role": string(u.Role)})
	})
	if err != nil {
		return User{}, fmt.Errorf("create first user: %w", err)
	}
	return u, nil
}

func clearForFirst(tx *store.Tx) error {
	var offices int
	if err := tx.Query().NewQuery("SELECT count(*) FROM office").Row(&offices); err != nil {
		return err
	}
	if offices > 0 {
		return fault.New("setup.done")
	}
	var left []string
	if err := tx.Query().NewQuery("SELECT id FROM user WHERE deleted = 0").Column(&left); err != nil {
		return err
	}
	for _, id := range left {
		if err := tx.Remove("user", id); err != nil {
			return err
		}
		if err := endSessions(tx, id, nil); err != nil {
			return err
		}
	}
	return nil
}

// CreateUser makes an account. Faults: access.admin_only, account.login_taken, account.password_short, input.required,
// input.invalid, input.too_long.
func (s *Service) CreateUser(ctx context.Context, v Viewer, n NewUser) (User, error) {
	if err := AdminOnly(v); err != nil {
		return User{}, err
	}
	n, err := n.checked()
	if err != nil {
		return User{}, err
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	var u User
	_, err = s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		if u, err = createUser(tx, n, hash); err != nil {
			return err
		}
		return Audit(tx, v.UserID, actionUserCreated, u.ID, map[string]string{"role": string(u.Role)})
	})
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return u, nil
}

func createUser(tx *store.Tx, n NewUser, hash string) (User, error) {
	u := User{ID: tx.NewID(), Login: n.Login, Name: n.Name, Role: n.Role, Active: true, CreatedAt: clock.Format(tx.Now())}
	err := tx.Create("user", u.ID, store.Row{
		"login": u.Login, "name": u.Name, "role": string(u.Role), "created_at": u.CreatedAt,
	})
	if errors.Is(err, store.ErrConflict) {
		return User{}, fault.Invalid("login", CodeLoginTaken)
	}
	if err != nil {
		return User{}, err
	}
	if err := forgive(tx, u.Login); err != nil {
		return User{}, err
	}
	return u, writeCredential(tx, u.ID, hash)
}

// UpdateUser changes an account and names the transaction, "" when nothing has changed. Whoever is switched off loses their
// sessions in the same transaction. Faults: access.admin_only, user.not_found, account.last_admin, input.required,
// input.invalid, input.too_long.
func (s *Service) UpdateUser(ctx context.Context, v Viewer, id string, patch UserPatch) (after User, txID string, err error) {
	if err := AdminOnly(v); err != nil {
		return User{}, "", err
	}
	if err := patch.check(); err != nil {
		return User{}, "", err
	}
	commit, err := s.store.Write(ctx, v.Author(), func(tx *store.Tx) error {
		row, err := findUser(tx, id)
		if err != nil {
			return err
		}
		before := row.user()
		after = patch.apply(before)
		err = tx.Set("user", id, store.Row{
			"name": after.Name, "role": string(after.Role), "active": after.Active, "paused": after.Paused, "can_export": after.CanExport,
		})
		if err != nil {
			return err
		}
		return s.follow(tx, v, before, after)
	})
	if err != nil {
		return User{}, "", fmt.Errorf("update user: %w", err)
	}
	return after, commit.TxID, nil
}

// AroundUndo holds the undo of a change of users to what holds for the change: an administrator stays, whoever is switched off
// loses their sessions, and the audit tells. rows are those that reverse changes back. Fault account.last_admin.
func (s *Service) AroundUndo(tx *store.Tx, v Viewer, rows []store.Ref, reverse func() error) error {
	var before []User
	for _, r := range rows {
		if r.Entity != "user" {
			continue
		}
		row, err := findUser(tx, r.Row)
		if err != nil {
			return err
		}
		before = append(before, row.user())
	}
	if err := reverse(); err != nil {
		return err
	}
	for _, u := range before {
		row, err := findUser(tx, u.ID)
		if err != nil {
			return err
		}
		if err := s.follow(tx, v, u, row.user()); err != nil {
			return err
		}
	}
	return nil
}

// follow draws the consequences of a change that is written.
func (s *Service) follow(tx *store.Tx, v Viewer, before, after User) error {
	if err := keepAnAdmin(tx, before, after); err != nil {
		return err
	}
	if !after.Active {
		if err := endSessions(tx, after.ID, nil); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.unwritten.end(after.ID) })
	}
	return auditUpdate(tx, v, before, after)
}

func (patch *UserPatch) check() error {
	if patch.Name != nil {
		name, err := checkName(*patch.Name)
		if err != nil {
			return err
		}
		patch.Name = &name
	}
	if patch.Role != nil {
		return patch.Role.check()
	}
	return nil
}

func (patch UserPatch) apply(u User) User {
	set(&u.Name, patch.Name)
	set(&u.Role, patch.Role)
	set(&u.Active, patch.Active)
	set(&u.Paused, patch.Paused)
	set(&u.CanExport, patch.CanExport)
	return u
}

// keepAnAdmin answers account.last_admin when the change leaves the office without an active administrator.
func keepAnAdmin(tx *store.Tx, before, after User) error {
	rules := func(u User) bool { return u.Active && u.Role == RoleAdmin }
	if !rules(before) || rules(after) {
		return nil
	}
	var others int
	err := tx.Query().NewQuery(`
		SELECT count(*)
		FROM user
		WHERE role = 'admin'
		AND active = 1
		AND deleted = 0
		AND id <> {:id}`).Bind(dbx.Params{"id": before.ID}).Row(&others)
	if err != nil {
		return err
	}
	if others == 0 {
		return fault.New(CodeLastAdmin)
	}
	return nil
}

func auditUpdate(tx *store.Tx, v Viewer, before, after User) error {
	for _, c := range []struct {
		changed bool
		action  string
		detail  any
	}{
		{before.Name != after.Name, actionUserChanged, map[string]string{"field": "name"}},
		{before.Role != after.Role, actionUserChanged, map[string]string{"field": "role", "role": string(after.Role)}},
		{before.Active && !after.Active, actionUserDeactivated, nil},
		{!before.Active && after.Active, actionUserReactivated, nil},
		{!before.Paused && after.Paused, actionUserPaused, nil},
		{before.Paused && !after.Paused, actionUserResumed, nil},
		{!before.CanExport && after.CanExport, actionExportGranted, nil},
		{before.CanExport && !after.CanExport, actionExportRevoked, nil},
	} {
		if !c.changed {
			continue
		}
		if err := Audit(tx, v.UserID, c.action, after.ID, c.detail); err != nil {
			return err
		}
	}
	return nil
}
