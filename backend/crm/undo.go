package crm

import (
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
)

// FollowUndo brings turns in step with an undo that has changed rows, in the same transaction: a prospect that is taken back
// costs nobody their turn, and one that comes back costs it again.
func (s *Service) FollowUndo(tx *store.Tx, rows []store.Ref) error {
	for _, r := range rows {
		if r.Entity != "event" {
			continue
		}
		_, err := tx.Exec(`
			UPDATE turn_count
			SET given = max(given + iif(e.deleted, -1, 1), 0), today = max(today + iif(e.deleted, -1, 1), 0)
			FROM event e
			WHERE e.id = {:event}
			AND e.data ->> 'rule' IN ({:turn}, {:late})
			AND turn_count.rota = coalesce(e.data ->> 'rota', '')
			AND turn_count.user_id = e.data ->> 'to'`, dbx.Params{"event": r.Row, "turn": RuleTurn, "late": RuleLate})
		if err != nil {
			return fmt.Errorf("give a turn back: %w", err)
		}
	}
	return nil
}
