package intake

import (
	"encoding/json"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

// audit notes in the transaction who did what. detail holds codes and counts, no personal data.
func audit(tx *store.Tx, v account.Viewer, action, subject string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode audit: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO audit (at, user_id, action, subject, detail)
		VALUES ({:at}, {:user}, {:action}, {:subject}, {:detail})`,
		dbx.Params{"at": format(tx.Now()), "user": v.UserID, "action": action, "subject": subject, "detail": string(text)})
	return wrap("write audit", err)
}
