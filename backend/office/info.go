package office

import (
	"context"
	"fmt"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Info is what the office is called and where it is.
type Info struct {
	ID       string `json:"id" db:"id"`
	Name     string `json:"name" db:"name"`
	Timezone string `json:"timezone" db:"timezone"` // IANA name
}

// ReadInfo reads the office's own row. Fault setup.needed when there is none yet.
func ReadInfo(ctx context.Context, st *store.Store) (Info, error) {
	var rows []Info
	err := st.Read().NewQuery(`
		SELECT id, name, timezone
		FROM office
		WHERE deleted = 0
		LIMIT 1`).WithContext(ctx).All(&rows)
	if err != nil {
		return Info{}, fmt.Errorf("read office: %w", err)
	}
	if len(rows) == 0 {
		return Info{}, fault.New("setup.needed")
	}
	return rows[0], nil
}
