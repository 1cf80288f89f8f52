package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/store"
)

// maxNamed is how many prospects an event names; more than that, and pages read their lists again in any case.
const maxNamed = 200

// digest is what some commits changed: tables that everybody shares, and prospects with the users who may know.
type digest struct {
	shared    map[string]bool
	entities  map[string]bool            // of prospects
	prospects map[string]map[string]bool // prospect to users; administrators know anyway
}

// sharedEntities are the replicated tables that belong to no prospect.
var sharedEntities = map[string]bool{"office": true, "user": true, "stage": true, "discard_reason": true}

// digestOf looks up whose the changed rows are.
func digestOf(ctx context.Context, st *store.Store, commits []store.Commit) (digest, error) {
	d := digest{shared: map[string]bool{}, entities: map[string]bool{}, prospects: map[string]map[string]bool{}}
	rows := map[string][]string{}
	for _, c := range commits {
		for _, op := range c.Ops {
			switch {
			case sharedEntities[op.Entity]:
				d.shared[op.Entity] = true
			case op.Entity == store.EntityScope:
				d.add(op.Row, op.Field) // a grant or a revocation concerns its user, also when it takes the prospect away
				d.entities["prospect"] = true
			default:
				d.entities[op.Entity] = true
				if len(rows[op.Entity]) < maxNamed {
					rows[op.Entity] = append(rows[op.Entity], op.Row)
				}
			}
		}
	}
	for entity, ids := range rows {
		if err := d.owners(ctx, st.Read(), entity, ids); err != nil {
			return d, err
		}
	}
	return d, nil
}

// ownerQueries find the prospects and owners behind rows of a table.
var ownerQueries = map[string]string{
	"prospect":      "SELECT p.id, p.owner_id FROM prospect p WHERE p.id IN (%s)",
	"contact":       "SELECT p.id, p.owner_id FROM prospect p WHERE p.contact_id IN (%s)",
	"contact_phone": "SELECT p.id, p.owner_id FROM prospect p JOIN contact_phone x ON x.contact_id = p.contact_id WHERE x.id IN (%s)",
	"contact_email": "SELECT p.id, p.owner_id FROM prospect p JOIN contact_email x ON x.contact_id = p.contact_id WHERE x.id IN (%s)",
	"submission":    "SELECT p.id, p.owner_id FROM prospect p JOIN submission x ON x.prospect_id = p.id WHERE x.id IN (%s)",
	"activity":      "SELECT p.id, p.owner_id FROM prospect p JOIN activity x ON x.prospect_id = p.id WHERE x.id IN (%s)",
	"reminder":      "SELECT p.id, p.owner_id FROM prospect p JOIN reminder x ON x.prospect_id = p.id WHERE x.id IN (%s)",
	"event":         "SELECT p.id, p.owner_id FROM prospect p JOIN event x ON x.prospect_id = p.id WHERE x.id IN (%s)",
}

func (d digest) owners(ctx context.Context, q dbx.Builder, entity string, ids []string) error {
	query, ok := ownerQueries[entity]
	if !ok {
		return fmt.Errorf("find owners: no query for entity %q", entity)
	}
	params, names := dbx.Params{}, make([]string, len(ids))
	for i, id := range ids {
		name := fmt.Sprint("id", i)
		params[name], names[i] = id, "{:"+name+"}"
	}
	var found []struct {
		ID    string `db:"id"`
		Owner string `db:"owner_id"`
	}
	err := q.NewQuery(fmt.Sprintf(query, strings.Join(names, ", "))).Bind(params).WithContext(ctx).All(&found)
	if err != nil {
		return fmt.Errorf("find owners: %w", err)
	}
	for _, f := range found {
		d.add(f.ID, f.Owner)
	}
	return nil
}

func (d digest) add(prospect, user string) {
	if d.prospects[prospect] == nil {
		d.prospects[prospect] = map[string]bool{}
	}
	d.prospects[prospect][user] = true
}

// eventFor is what a viewer is told; false when nothing concerns them.
func (d digest) eventFor(v account.Viewer) (ChangedEvent, bool) {
	e := ChangedEvent{Type: "changed", Entities: []string{}, Prospects: []string{}}
	for id, users := range d.prospects {
		if v.IsAdmin() || users[v.UserID] {
			e.Prospects = append(e.Prospects, id)
		}
	}
	for entity := range d.shared {
		e.Entities = append(e.Entities, entity)
	}
	if len(e.Prospects) > 0 || v.IsAdmin() {
		for entity := range d.entities {
			e.Entities = append(e.Entities, entity)
		}
	}
	slices.Sort(e.Entities)
	slices.Sort(e.Prospects)
	if len(e.Prospects) > maxNamed {
		e.Prospects = e.Prospects[:maxNamed]
	}
	return e, len(e.Entities) > 0
}
