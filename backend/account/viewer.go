package account

import "sitegroup.mx/crm/store"

// Role is what a user may do.
type Role string

// The two roles of an office.
const (
	// RoleAdmin sees and changes everything in the office.
	RoleAdmin Role = "admin"
	// RoleSeller sees and works only their own prospects.
	RoleSeller Role = "seller"
)

// Viewer is the person on whose behalf a query or a change is made. Every query takes one and answers only what it may see.
type Viewer struct {
	UserID string
	Name   string
	Role   Role
}

// IsAdmin reports whether the viewer sees the whole office.
func (v Viewer) IsAdmin() bool { return v.Role == RoleAdmin }

// Author is the viewer as the store's write path knows them: sellers are held to their scope.
func (v Viewer) Author() store.Author {
	return store.Author{User: v.UserID, Role: string(v.Role), Scoped: !v.IsAdmin()}
}
