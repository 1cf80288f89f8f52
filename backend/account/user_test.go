package account_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

func TestUser_Create(t *testing.T) {
	tests := []struct {
		name        string
		user        account.NewUser
		code, field string
	}{
		{"a seller", account.NewUser{Login: " Carla.P ", Name: " Carla Paz ", Role: account.RoleSeller, Password: password}, "", ""},
		{"without a login", account.NewUser{Login: " ", Name: "C", Role: account.RoleSeller, Password: password}, "input.required", "login"},
		{"login of two words", account.NewUser{Login: "carla paz", Name: "C", Role: account.RoleSeller, Password: password}, "input.invalid", "login"},
		{"endless login", account.NewUser{Login: strings.Repeat("c", 65), Name: "C", Role: account.RoleSeller, Password: password}, "input.too_long", "login"},
		{"login taken, in other letters", account.NewUser{Login: "BETO", Name: "C", Role: account.RoleSeller, Password: password}, account.CodeLoginTaken, "login"},
		{"without a name", account.NewUser{Login: "c", Role: account.RoleSeller, Password: password}, "input.required", "name"},
		{"name with a line break", account.NewUser{Login: "c", Name: "C\nD", Role: account.RoleSeller, Password: password}, "input.invalid", "name"},
		{"endless name", account.NewUser{Login: "c", Name: strings.Repeat("c", 121), Role: account.RoleSeller, Password: password}, "input.too_long", "name"},
		{"role nobody has", account.NewUser{Login: "c", Name: "C", Role: "owner", Password: password}, "input.invalid", "role"},
		{"short password", account.NewUser{Login: "c", Name: "C", Role: account.RoleSeller, Password: "corta"}, account.CodePasswordShort, "password"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			u, err := h.CreateUser(t.Context(), h.ana, tt.user)
			wantCode(t, "create", err, tt.code)
			if tt.code != "" {
				if got := fault.Find(err).Field; got != tt.field {
					t.Errorf("field = %q, want %q", got, tt.field)
				}
				return
			}
			want := account.User{ID: u.ID, Login: "carla.p", Name: "Carla Paz", Role: account.RoleSeller, Active: true, CreatedAt: "2026-11-02T15:00:00.000Z"}
			if diff := cmp.Diff(want, u); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
			list, err := h.ListUsers(t.Context(), h.ana)
			h.must(err)
			if len(list) != 3 || list[2] != want {
				t.Errorf("users = %+v", list)
			}
		})
	}
}

func TestUser_Update(t *testing.T) {
	h := newHouse(t)
	name, admin, yes := "  Beto Bueno ", account.RoleAdmin, true
	u, _, err := h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Name: &name, Role: &admin, Paused: &yes})
	h.must(err)
	want := account.User{ID: h.beto.UserID, Login: "beto", Name: "Beto Bueno", Role: account.RoleAdmin, Active: true, Paused: true, CreatedAt: u.CreatedAt}
	if diff := cmp.Diff(want, u); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	empty, odd := "", account.Role("owner")
	_, _, err = h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Name: &empty})
	wantCode(t, "empty name", err, "input.required")
	_, _, err = h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Role: &odd})
	wantCode(t, "odd role", err, "input.invalid")
	_, _, err = h.UpdateUser(t.Context(), h.ana, "nobody", account.UserPatch{})
	wantCode(t, "nobody", err, account.CodeUserNotFound)
	wantCode(t, "nobody", h.ResetPassword(t.Context(), h.ana, "nobody", password), account.CodeUserNotFound)
}

func TestUser_LastAdministratorStays(t *testing.T) {
	seller := account.RoleSeller
	ways := map[string]account.UserPatch{"switched off": {Active: new(bool)}, "made a seller": {Role: &seller}}
	for name, patch := range ways {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			_, _, err := h.UpdateUser(t.Context(), h.ana, h.ana.UserID, patch)
			wantCode(t, "the only one", err, account.CodeLastAdmin)

			other := h.hire("carla", "Carla", account.RoleAdmin)
			_, _, err = h.UpdateUser(t.Context(), h.ana, h.ana.UserID, patch)
			wantCode(t, "one of two", err, "")
			_, _, err = h.UpdateUser(t.Context(), other, other.UserID, patch)
			wantCode(t, "the one left", err, account.CodeLastAdmin)
		})
	}
}

func TestUser_SellersSeeAndManageNobody(t *testing.T) {
	h := newHouse(t)
	list, err := h.ListUsers(t.Context(), h.beto)
	h.must(err)
	if len(list) != 1 || list[0].ID != h.beto.UserID {
		t.Errorf("a seller sees %+v", list)
	}
	before := h.dump()
	_, err = h.CreateUser(t.Context(), h.beto, account.NewUser{Login: "x", Name: "X", Role: account.RoleAdmin, Password: password})
	wantCode(t, "create", err, account.CodeAdminOnly)
	admin := account.RoleAdmin
	_, _, err = h.UpdateUser(t.Context(), h.beto, h.beto.UserID, account.UserPatch{Role: &admin})
	wantCode(t, "promote oneself", err, account.CodeAdminOnly)
	wantCode(t, "reset", h.ResetPassword(t.Context(), h.beto, h.ana.UserID, password), account.CodeAdminOnly)
	_, err = h.ListAudit(t.Context(), h.beto, "", 0)
	wantCode(t, "audit", err, account.CodeAdminOnly)
	if diff := cmp.Diff(before, h.dump()); diff != "" {
		t.Errorf("something was left (-before +after):\n%s", diff)
	}
}

func TestUser_First(t *testing.T) {
	c := storetest.Clock(t)
	st := storetest.Open(t, storetest.WithClock(c))
	s := account.New(st, c, nil)
	for _, login := range []string{"primera", "segunda"} { // the first attempt was interrupted before there was an office
		if _, err := s.CreateFirst(t.Context(), account.NewUser{Login: login, Name: login, Role: account.RoleSeller, Password: password}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.SignIn(t.Context(), "primera", password)
	wantCode(t, "who was left behind", err, account.CodeBadCredentials)
	session, err := s.SignIn(t.Context(), "segunda", password)
	wantCode(t, "the first", err, "")
	if session.User.Role != account.RoleAdmin {
		t.Errorf("the first user is %q", session.User.Role)
	}

	h := newHouse(t)
	_, err = h.CreateFirst(t.Context(), account.NewUser{Login: "x", Name: "X", Password: password})
	wantCode(t, "in an office that exists", err, "setup.done")
}

// undo takes back a transaction as ana, with everything that follows from it.
func (h *house) undo(txID string) error {
	_, err := h.store.UndoAround(h.t.Context(), h.ana.Author(), txID, func(tx *store.Tx, rows []store.Ref, reverse func() error) error {
		return h.AroundUndo(tx, h.ana, rows, reverse)
	})
	return err
}

func TestUser_ChangeIsTakenBack(t *testing.T) {
	h := newHouse(t)
	off, name := false, "Beto Otro"
	before, _, err := h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{})
	h.must(err)
	_, txID, err := h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Name: &name, Active: &off})
	h.must(err)
	h.must(h.undo(txID))
	list, err := h.ListUsers(t.Context(), h.ana)
	h.must(err)
	if list[1] != before {
		t.Errorf("beto = %+v, want %+v", list[1], before)
	}
	h.signIn("beto")
	page, err := h.ListAudit(t.Context(), h.ana, "", 0)
	h.must(err)
	actions := map[string]int{}
	for _, l := range page.Items {
		actions[l.Action]++
	}
	if actions["user.changed"] != 2 || actions["user.deactivated"] != 1 || actions["user.reactivated"] != 1 {
		t.Errorf("audit = %v", actions)
	}
}

// Taking back that somebody was let in again throws them out again.
func TestUser_TakingBackAReactivationEndsSessions(t *testing.T) {
	h := newHouse(t)
	on := true
	_, _, err := h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: new(bool)})
	h.must(err)
	_, txID, err := h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: &on})
	h.must(err)
	token := h.signIn("beto")
	h.must(h.undo(txID))
	if _, err := h.Resume(t.Context(), token, true); !fault.Has(err, account.CodeSessionMissing) {
		t.Errorf("beto is still in: %v", err)
	}
	_, _, err = h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Active: &on})
	h.must(err)
	if _, err := h.Resume(t.Context(), token, true); !fault.Has(err, account.CodeSessionMissing) {
		t.Errorf("his session came back with him: %v", err)
	}
}

func TestUser_UndoLeavesAnAdministrator(t *testing.T) {
	h := newHouse(t)
	admin, seller := account.RoleAdmin, account.RoleSeller
	_, txID, err := h.UpdateUser(t.Context(), h.ana, h.beto.UserID, account.UserPatch{Role: &admin})
	h.must(err)
	_, _, err = h.UpdateUser(t.Context(), h.ana, h.ana.UserID, account.UserPatch{Role: &seller})
	h.must(err)
	wantCode(t, "undo", h.undo(txID), account.CodeLastAdmin)
	if list, err := h.ListUsers(t.Context(), h.ana); err != nil || list[1].Role != account.RoleAdmin {
		t.Errorf("beto = %+v, %v", list[1], err)
	}
}
