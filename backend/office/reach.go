package office

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
)

// Reach is what some commits touched and who may hear of it: what the whole office shares, and each prospect with its seller.
type Reach struct {
	shared    map[string]bool
	prospects map[string]*touched
	told      map[string]bool // users with something new to be told
}

// touched is one prospect, what of it changed, and the users whose it is, or was until now.
type touched struct {
	entities, users map[string]bool
	// forgotten is true for one that this computer no longer has. Whose it was went with it, and whoever looks at it here hears of it.
	forgotten bool
}

// prospectQueries find the prospects behind rows of a table, and whose they are. A test holds them to the store's registry.
var prospectQueries = map[string]string{
	"prospect":      behind("prospect p", "p"),
	"contact":       behind("contact x JOIN prospect p ON p.contact_id = x.id", "x"),
	"contact_phone": behind("contact_phone x JOIN prospect p ON p.contact_id = x.contact_id", "x"),
	"contact_email": behind("contact_email x JOIN prospect p ON p.contact_id = x.contact_id", "x"),
	"submission":    behind("submission x JOIN prospect p ON p.id = x.prospect_id", "x"),
	"activity":      behind("activity x JOIN prospect p ON p.id = x.prospect_id", "x"),
	"reminder":      behind("reminder x JOIN prospect p ON p.id = x.prospect_id", "x"),
	"prospect_tag":  behind("prospect_tag x JOIN prospect p ON p.id = x.prospect_id", "x"),
	"event":         behind("event x JOIN prospect p ON p.id = x.prospect_id", "x"),

	"contact_merge":    behind("contact_merge x JOIN prospect p ON p.id = x.prospect_id OR p.contact_id = x.survivor_id", "x"),
	"contact_distinct": behind("contact_distinct x JOIN prospect p ON p.id = x.prospect_id", "x"),
}

func behind(from, row string) string {
	return `
		SELECT p.id, p.owner_id
		FROM ` + from + `
		WHERE ` + row + `.id IN (SELECT value FROM json_each({:ids}))`
}

// ReadReach looks up whose the rows of some commits are, as things stand now.
func ReadReach(ctx context.Context, st *store.Store, commits []store.Commit) (Reach, error) {
	r := Reach{shared: map[string]bool{}, prospects: map[string]*touched{}, told: map[string]bool{}}
	rows := map[string]map[string]bool{}
	for _, c := range commits {
		for _, op := range c.Ops {
			switch {
			case rules[op.Entity].shared:
				r.shared[op.Entity] = true
			case op.Entity == store.EntityScope && op.Row == op.Field: // a new user may be told something
			case op.Entity == store.EntityScope && op.Field == "":
				r.touch(op.Row, "", "prospect").forgotten = true
			case op.Entity == store.EntityScope: // whoever loses a prospect hears of it too
				r.touch(op.Row, op.Field, "prospect")
			case rows[op.Entity] == nil:
				rows[op.Entity] = map[string]bool{op.Row: true}
			default:
				rows[op.Entity][op.Row] = true
			}
		}
	}
	for entity, ids := range rows {
		if entity == "notice" {
			if err := r.lookUpTold(ctx, st.Read(), slices.Sorted(maps.Keys(ids))); err != nil {
				return Reach{}, fmt.Errorf("look up who is told something: %w", err)
			}
			continue
		}
		if err := r.lookUp(ctx, st.Read(), entity, slices.Sorted(maps.Keys(ids))); err != nil {
			return Reach{}, fmt.Errorf("look up whose rows of %s are: %w", entity, err)
		}
	}
	return r, nil
}

func (r Reach) lookUp(ctx context.Context, q dbx.Builder, entity string, ids []string) error {
	query, known := prospectQueries[entity]
	if !known {
		return fmt.Errorf("no query for it")
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	var found []struct {
		ID    string `db:"id"`
		Owner string `db:"owner_id"`
	}
	if err := q.NewQuery(query).Bind(dbx.Params{"ids": string(list)}).WithContext(ctx).All(&found); err != nil {
		return err
	}
	for _, f := range found {
		r.touch(f.ID, f.Owner, entity)
	}
	return nil
}

func (r Reach) lookUpTold(ctx context.Context, q dbx.Builder, ids []string) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	var users []string
	err = q.NewQuery("SELECT DISTINCT user_id FROM notice WHERE id IN (SELECT value FROM json_each({:ids}))").
		Bind(dbx.Params{"ids": string(list)}).WithContext(ctx).Column(&users)
	for _, user := range users {
		r.told[user] = true
	}
	return err
}

func (r Reach) touch(prospect, user, entity string) *touched {
	t := r.prospects[prospect]
	if t == nil {
		t = &touched{entities: map[string]bool{}, users: map[string]bool{}}
		r.prospects[prospect] = t
	}
	t.users[user], t.entities[entity] = true, true
	return t
}

// For returns the tables and the prospects that a user is told of, in order; everything for whoever sees everything.
func (r Reach) For(user string, everything bool) (entities, prospects []string) {
	tables := maps.Clone(r.shared)
	if r.told[user] || everything && len(r.told) > 0 { // an administrator's computers hold everybody's
		tables["notice"] = true
	}
	for id, t := range r.prospects {
		if !everything && !t.users[user] && !t.forgotten {
			continue
		}
		prospects = append(prospects, id)
		maps.Copy(tables, t.entities)
	}
	slices.Sort(prospects)
	return slices.Sorted(maps.Keys(tables)), prospects
}
