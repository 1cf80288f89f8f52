package store

import (
	"cmp"
	"slices"
	"strings"
)

// feedQueries are what pages read of one entity. Each selects columns and, last, the row's place in the feed; the
// parameters are :user, :after, :to and, but for granted, :limit.
type feedQueries struct {
	columns   []string // the id first; neither the integer key nor created_hlc, which mean something here only
	revAt     int      // in columns
	deletedAt int      // in columns
	every     string   // rows by revision
	scoped    string   // rows by revision, of the user's roots
	granted   string   // older rows of roots granted meanwhile
	whole     string   // what roots granted meanwhile refer to; "" but for the entity that they refer to
	roots     string   // the roots of a row e
	sums      string   // id and rev of every row that stands in a replica, for the check sum
}

// planFeed puts the queries together. A table with a root has an index on rev called after it.
func (e *entity) planFeed() {
	q := &e.feed
	q.columns = []string{"id"}
	for _, c := range e.columns {
		if c.name != "id" && c.name != "created_hlc" && (!c.own || c.name == fieldDeleted || c.name == "extra" || c.name == "rev") {
			q.columns = append(q.columns, c.name)
		}
	}
	q.revAt, q.deletedAt = slices.Index(q.columns, "rev"), slices.Index(q.columns, fieldDeleted)
	list := func(alias string) string {
		names := make([]string, len(q.columns))
		for i, name := range q.columns {
			names[i] = alias + quote(name)
		}
		return strings.Join(names, ", ")
	}
	table := "main." + quote(e.name)
	if e.root == everyRoot {
		q.every = "SELECT " + list("") + ", rev FROM " + table + " WHERE rev > :after AND rev <= :to ORDER BY rev LIMIT :limit"
		q.sums = "SELECT id, rev FROM " + table + " WHERE deleted = 0"
		return
	}
	byRev := table + " e INDEXED BY " + quote(e.name+"_rev") + " WHERE e.rev > :after AND e.rev <= :to ORDER BY e.rev"
	q.every = "SELECT " + list("e.") + ", e.rev FROM " + byRev + " LIMIT :limit"
	roots := e.roots
	if roots == "" {
		roots = "SELECT :root"
	}
	roots = replaceRoot(roots, "e."+quote(e.root))
	q.scoped = "SELECT " + list("") + ", max(rev, granted) FROM (SELECT " + list("e.") + `, (
			SELECT min(s.granted_rev)
			FROM main.scope s
			WHERE s.user_id = :user
			AND s.active = 1
			AND s.root_id IN (` + roots + `)) AS granted
		FROM ` + byRev + `)
		WHERE granted IS NOT NULL
		LIMIT :limit`
	q.granted = `
		WITH g AS (
			SELECT ` + e.reach + ` AS root, min(s.granted_rev) AS rev
			FROM main.scope s
			WHERE s.user_id = :user
			AND s.active
			AND s.granted_rev > :after
			AND s.granted_rev <= :to
			GROUP BY 1)
		SELECT ` + list("e.") + `, g.rev
		FROM g
		CROSS JOIN ` + table + " e ON e." + quote(e.root) + ` = g.root
		WHERE e.rev <= :after`
	if e.roots != "" && e.root == "id" {
		q.whole = `
			SELECT DISTINCT ` + e.reach + ` AS id
			FROM main.scope s
			WHERE s.user_id = :user
			AND s.active
			AND s.granted_rev > :after
			AND s.granted_rev <= :to
			AND id IS NOT NULL
			ORDER BY id`
	}
	q.sums = `
		SELECT e.id, e.rev
		FROM ` + table + ` e
		WHERE e.deleted = 0
		AND (:user IS NULL OR EXISTS (
			SELECT 1
			FROM main.scope s
			WHERE s.user_id = :user
			AND s.active = 1
			AND s.root_id IN (` + roots + ")))"
	q.roots = roots
}

// sumStanding leaves out of the check sum what is under removed roots alone: the host drops these rows after a while, and
// replicas keep them.
func (e *entity) sumStanding(root *entity) {
	if e.root == everyRoot || e.isRoot() || e.roots == "" && strings.TrimSuffix(e.root, "_id") != root.name {
		return
	}
	// Each row's own root is looked up: asked whether it is among some, SQLite goes through all there are for each row.
	from := "main." + quote(root.name) + " r"
	where := "r.id = e." + quote(e.root)
	if e.roots != "" {
		from = "(" + e.feed.roots + ") l CROSS JOIN " + from
		// Of several the one that stands has to be the user's: a replica knows no other.
		where = `r.id = l.id
			AND (:user IS NULL OR EXISTS (
				SELECT 1
				FROM main.scope g
				WHERE g.user_id = :user
				AND g.active = 1
				AND g.root_id = l.id))`
	}
	e.feed.sums += `
		AND EXISTS (
			SELECT 1
			FROM ` + from + `
			WHERE ` + where + `
			AND r.deleted = 0)`
}

// feedOrderOf sorts entities as a page has them: what everybody holds, then what belongs to a root, then what roots refer
// to, then the roots. Lists and search are derived when a root arrives; by then everything under it is there.
func feedOrderOf(entities map[string]*entity) []*entity {
	rank := func(e *entity) int {
		switch {
		case e.root == everyRoot:
			return 0
		case e.isRoot():
			return 3
		case e.root == "id":
			return 2
		}
		return 1
	}
	order := make([]*entity, 0, len(entities))
	for _, e := range entities {
		order = append(order, e)
	}
	slices.SortFunc(order, func(a, b *entity) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.name, b.name))
	})
	return order
}

// isRoot reports whether the entity's rows are roots themselves.
func (e *entity) isRoot() bool { return e.root == "id" && e.roots == "" }
