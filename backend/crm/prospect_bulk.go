package crm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// MostAtOnce is how many prospects one transaction changes. Whoever changes more does it in steps, so that others get to
// write in between.
const MostAtOnce = 500

// BulkChange is what is done to each of many prospects.
type BulkChange struct {
	ProspectPatch
	AddTags, RemoveTags []string
	// Delete moves them into the bin; administrators only.
	Delete bool
}

// BulkResult tells how it went. What was refused has not been changed, what was not refused has.
type BulkResult struct {
	Changed int       `json:"changed"`
	Same    int       `json:"same"` // were so already
	Refused []Refused `json:"refused"`
	Change
}

// Refused is one prospect whose change a rule forbids.
type Refused struct {
	ID    string         `json:"id"`
	Name  string         `json:"name"` // "" for one that the viewer does not see
	Code  string         `json:"code"` // the fault that the same change alone would have ended in
	Field string         `json:"field"`
	Args  map[string]any `json:"args"`
}

// ChangeProspects does the same to up to MostAtOnce prospects, in one transaction that one undo takes back, by the rules of a
// single change. A prospect that a rule forbids it for is left as it is and named; the others are changed.
//
// Faults: bulk.too_many; access.admin_only for a seller who hands over or deletes; what is wrong whatever the prospect.
func (s *Service) ChangeProspects(ctx context.Context, v account.Viewer, ids []string, b BulkChange) (BulkResult, error) {
	r := BulkResult{}
	if len(ids) > MostAtOnce {
		return r, fault.New("bulk.too_many", "max", MostAtOnce)
	}
	if !v.IsAdmin() && (b.OwnerID != nil || b.Delete) {
		return r, fault.New("access.admin_only")
	}
	c, err := s.store.WriteMany(ctx, v.Author(), func(tx *store.Tx) error {
		r = BulkResult{Refused: []Refused{}}
		if err := b.check(tx); err != nil {
			return err
		}
		done := map[string]bool{}
		for _, id := range ids {
			if done[id] {
				continue
			}
			done[id] = true
			if err := tx.Context().Err(); err != nil {
				return err
			}
			if err := b.apply(tx, v, id, &r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return BulkResult{}, fmt.Errorf("change prospects: %w", err)
	}
	r.Change = Change{TxID: c.TxID}
	return r, nil
}

// check refuses what is wrong for every prospect alike: rules about a seller or a tag would otherwise stop a prospect half way.
func (b BulkChange) check(tx *store.Tx) error {
	if b.OwnerID != nil && *b.OwnerID != "" {
		if err := mustSell(tx, *b.OwnerID); err != nil {
			return err
		}
	}
	if _, err := checkText("owner_reason", deref(b.OwnerReason), longestReason); err != nil {
		return err
	}
	if t := deref(b.Temperature); t != "" && !slices.Contains(temperatures, t) {
		return fault.Invalid("temperature", "input.invalid")
	}
	for _, tag := range b.AddTags {
		if err := mustBeTag(tx, tag); err != nil {
			return err
		}
	}
	return nil
}

// apply does it to one prospect. A fault of the rules is noted, everything else ends the transaction.
func (b BulkChange) apply(tx *store.Tx, v account.Viewer, id string, r *BulkResult) error {
	p, err := findProspect(tx, v, id)
	if err == nil {
		var changed bool
		changed, err = b.one(tx, v, p)
		switch {
		case err == nil && changed:
			r.Changed++
			return nil
		case err == nil:
			r.Same++
			return nil
		}
	}
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	refused := Refused{ID: id, Code: f.Code, Field: f.Field, Args: f.Args}
	if refused.Args == nil {
		refused.Args = map[string]any{}
	}
	if p.ID != "" {
		err := tx.Query().NewQuery("SELECT name FROM contact WHERE id = {:id}").Bind(dbx.Params{"id": p.ContactID}).Row(&refused.Name)
		if err != nil {
			return fmt.Errorf("read name: %w", err)
		}
	}
	r.Refused = append(r.Refused, refused)
	return nil
}

// one changes a prospect: first what a rule may forbid, so that what is refused has written nothing.
func (b BulkChange) one(tx *store.Tx, v account.Viewer, p held) (changed bool, err error) {
	before := tx.Written()
	if err := updateProspect(tx, v, p, b.ProspectPatch); err != nil {
		return false, err
	}
	if len(b.AddTags)+len(b.RemoveTags) > 0 {
		if err := setTags(tx, p.ID, b.AddTags, b.RemoveTags); err != nil {
			return false, err
		}
	}
	if b.Delete {
		if err := deleteProspect(tx, p); err != nil {
			return false, err
		}
	}
	return tx.Written() > before, nil
}
