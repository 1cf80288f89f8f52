package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// everyRoot is the root of rows that every member holds.
const everyRoot = "*"

// kind is the type of a replicated column.
type kind string

const (
	kindText    kind = "TEXT"
	kindInteger kind = "INTEGER"
	kindReal    kind = "REAL"
)

type column struct {
	name string
	kind kind
	own  bool // written by the store alone: the id, the clock, the revision …
	bit  uint64
	// refers is the entity that the column names a row of, nil for none and for what everybody holds.
	refers *entity
	// fallback is the column's default, for a row that only this computer has.
	fallback any
}

// entity is one replicated table, as the table "entity" and SQLite's own catalogue describe it.
type entity struct {
	name       string
	root       string // the column whose value decides scope, or everyRoot
	roots      string // a query from :root to the roots that scope knows, "" when the column holds one
	rootOf     string // the entity whose ids the root column holds
	reach      string // from a grant s to the root column's value
	heirs      string // a query from :root to roots whose holders may write the row though they do not hold it; "" for none
	appendOnly bool
	feed       feedQueries

	columns []column // in the table's order
	index   map[string]int
	idAt    int

	sel                               *sql.Stmt // one row by id, columns in order
	inScope                           *sql.Stmt // whether :user is granted what :root leads to
	leads                             *sql.Stmt // the roots that :root leads to; nil where it is one
	clear, remove, forget, forgetBase *sql.Stmt // on a member: rows go for good
	ids                               *sql.Stmt // on a member: all of a root's table
	retire                            *sql.Stmt // on a member: marks a row as removed that is about to go for good
	purge                             []purgeOf // on the host: removed rows go for good
	referred, orphans                 *sql.Stmt // on a member: what roots refer to
	beneath                           *sql.Stmt // on a member: the rows under some of what roots refer to, as the host has told them

	foreign   *sql.Stmt            // whether :root leads to a live root that is not :user's; nil for what lies under one
	joined    *sql.Stmt            // whether a row under a root was created since, by another transaction
	inserts   map[uint64]*sql.Stmt // by the set of columns given
	updates   map[uint64]*sql.Stmt // by the set of columns changed
	standings map[int]*sql.Stmt    // by column: what settles an op on it
	aheads    map[int]*sql.Stmt    // likewise, of many rows
	upserts   map[uint64]*sql.Stmt // by the set of columns that the host has sent
}

// loadEntities reads the registry through the writer's connection.
func (s *Store) loadEntities(ctx context.Context) (map[string]*entity, error) {
	rows, err := s.conn.QueryContext(ctx, "SELECT name, root, roots, reach, heirs, append_only FROM main.entity ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("read entities: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	entities := map[string]*entity{}
	for rows.Next() {
		e := &entity{index: map[string]int{}, inserts: map[uint64]*sql.Stmt{}, updates: map[uint64]*sql.Stmt{}, upserts: map[uint64]*sql.Stmt{}, standings: map[int]*sql.Stmt{}, aheads: map[int]*sql.Stmt{}}
		if err := rows.Scan(&e.name, &e.root, &e.roots, &e.reach, &e.heirs, &e.appendOnly); err != nil {
			return nil, fmt.Errorf("read entities: %w", err)
		}
		entities[e.name] = e
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read entities: %w", err)
	}
	for _, e := range entities {
		if err := e.loadColumns(ctx, s.conn); err != nil {
			return nil, fmt.Errorf("read columns of %s: %w", e.name, err)
		}
		e.planFeed()
		if err := e.prepare(s); err != nil {
			return nil, fmt.Errorf("prepare statements of %s: %w", e.name, err)
		}
	}
	s.entities = entities
	for _, e := range entities {
		if err := e.prepareForeign(s); err != nil {
			return nil, fmt.Errorf("prepare statements of %s: %w", e.name, err)
		}
		for _, root := range entities {
			if root.isRoot() {
				e.sumStanding(root)
			}
		}
		prepare := e.preparePurge
		if s.opts.Member {
			prepare = e.prepareForget
		}
		if err := prepare(s); err != nil {
			return nil, fmt.Errorf("prepare statements of %s: %w", e.name, err)
		}
	}
	linkColumns(entities)
	return entities, nil
}

func (e *entity) loadColumns(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "SELECT name, type, pk, dflt_value FROM pragma_table_info(?) ORDER BY cid", e.name)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var c column
		var key bool
		var fallback sql.NullString
		if err := rows.Scan(&c.name, &c.kind, &key, &fallback); err != nil {
			return err
		}
		if c.fallback, err = readDefault(&c, fallback); err != nil {
			return err
		}
		switch c.name {
		case "id", "created_hlc", fieldDeleted, "extra", "rev":
			c.own = true
		default:
			c.own = key
		}
		if len(e.columns) == 64 {
			return fmt.Errorf("more than 64 columns")
		}
		c.bit = 1 << len(e.columns)
		e.index[c.name] = len(e.columns)
		e.columns = append(e.columns, c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, name := range []string{"id", "created_hlc", fieldDeleted, "extra", "rev"} {
		if _, ok := e.index[name]; !ok {
			return fmt.Errorf("no column %s", name)
		}
	}
	if _, ok := e.index[e.root]; !ok && e.root != everyRoot {
		return fmt.Errorf("no root column %s", e.root)
	}
	for _, c := range e.columns {
		if !slices.Contains([]kind{kindText, kindInteger, kindReal}, c.kind) {
			return fmt.Errorf("column %s has type %q", c.name, c.kind)
		}
	}
	e.idAt = e.index["id"]
	return nil
}

func (e *entity) prepare(s *Store) error {
	names := make([]string, len(e.columns))
	for i, c := range e.columns {
		names[i] = quote(c.name)
	}
	var err error
	e.sel, err = s.prepare("SELECT " + strings.Join(names, ", ") + " FROM main." + quote(e.name) + " WHERE id = ?")
	if err != nil || e.root == everyRoot {
		return err
	}
	roots := e.roots
	if roots == "" {
		roots = "SELECT :root"
	}
	e.inScope, err = s.prepare("SELECT " + e.grantedTo(roots, ":root"))
	if err == nil && e.roots != "" {
		e.leads, err = s.prepare(e.roots)
	}
	if err != nil || e.root == "id" {
		return err
	}
	if s.opts.Member {
		e.joined, err = s.prepare(`SELECT EXISTS (
			SELECT 1
			FROM main.` + quote(e.name) + ` r
			CROSS JOIN main.outbox o INDEXED BY outbox_row ON o.entity = ?1 AND o.row_id = r.id AND o.field = '' AND o.state <> 3
			WHERE r.` + quote(e.root) + ` = ?2
			AND r.deleted = 0
			AND o.tx_id <> ?3
			AND o.n > ?4
			AND ?5 = '')`)
		return err
	}
	e.joined, err = s.prepare(`SELECT EXISTS (
		SELECT 1
		FROM main.` + quote(e.name) + ` r
		CROSS JOIN main.op_log o INDEXED BY op_row ON o.entity = ?1 AND o.row_id = r.id AND o.field = '' AND o.outcome = 1
		WHERE r.` + quote(e.root) + ` = ?2
		AND r.deleted = 0
		AND o.tx_id <> ?3
		AND o.n > ?4
		AND (?5 = '' OR NOT EXISTS (SELECT 1 FROM main.commits c WHERE c.rev = o.rev AND c.device_id = ?5)))`)
	return err
}

// grantedTo is whether :user is granted one of the roots that a query tells, or may write on behalf of the heirs that root
// leads to.
func (e *entity) grantedTo(roots, root string) string {
	exists := func(query string) string {
		return `EXISTS (
			SELECT 1
			FROM main.scope s
			WHERE s.user_id = :user
			AND s.active = 1
			AND s.root_id IN (` + replaceRoot(query, root) + "))"
	}
	if e.heirs == "" {
		return exists(roots)
	}
	return "(" + exists(roots) + " OR " + exists(e.heirs) + ")"
}

// writable returns the column a caller may give, or an error that names it.
func (e *entity) writable(name string) (*column, error) {
	i, ok := e.index[name]
	if !ok {
		return nil, fmt.Errorf("store: %s has no column %q", e.name, name)
	}
	if c := &e.columns[i]; !c.own {
		return c, nil
	}
	return nil, fmt.Errorf("store: column %q of %s is the store's own", name, e.name)
}

// insertOf returns the statement that creates a row with the columns of set, then id, created_hlc and rev.
func (e *entity) insertOf(s *Store, set uint64) (*sql.Stmt, error) {
	if st := e.inserts[set]; st != nil {
		return st, nil
	}
	var names, marks strings.Builder
	for _, c := range e.columns {
		if set&c.bit != 0 {
			names.WriteString(quote(c.name) + ", ")
			marks.WriteString("?, ")
		}
	}
	st, err := s.prepare("INSERT INTO main." + quote(e.name) + " (" + names.String() + "id, created_hlc, rev) VALUES (" + marks.String() + "?, ?, ?)")
	if err != nil {
		return nil, fmt.Errorf("prepare insert: %w", err)
	}
	e.inserts[set] = st
	return st, nil
}

// updateOf returns the statement that sets the columns of set and rev in the row of an id.
func (e *entity) updateOf(s *Store, set uint64) (*sql.Stmt, error) {
	if st := e.updates[set]; st != nil {
		return st, nil
	}
	var names strings.Builder
	for _, c := range e.columns {
		if set&c.bit != 0 {
			names.WriteString(quote(c.name) + " = ?, ")
		}
	}
	st, err := s.prepare("UPDATE main." + quote(e.name) + " SET " + names.String() + "rev = ? WHERE id = ?")
	if err != nil {
		return nil, fmt.Errorf("prepare update: %w", err)
	}
	e.updates[set] = st
	return st, nil
}

// row turns column values into a Row.
func (e *entity) row(values []any) Row {
	row := make(Row, len(values))
	for i, c := range e.columns {
		row[c.name] = values[i]
	}
	return row
}

// under names the row that a value of the root column is the id of.
func (e *entity) under(root string) rowKey { return rowKey{e.rootOf, root} }

// quote writes a name of the schema as an SQL identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// readDefault reads a column's default: a number, a text in single quotes, or none.
func readDefault(c *column, text sql.NullString) (any, error) {
	switch {
	case !text.Valid, text.String == "NULL":
		return nil, nil
	case strings.HasPrefix(text.String, "'"):
		return strings.ReplaceAll(strings.Trim(text.String, "'"), "''", "'"), nil
	}
	n, err := strconv.ParseInt(text.String, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("read default of %s: %w", c.name, err)
	}
	return normalInt(c, n)
}

// replaceRoot puts a column where a query of the registry names :root.
func replaceRoot(query, column string) string { return strings.ReplaceAll(query, ":root", column) }

// prepareForeign prepares the question whose roots a row leads to that may have several.
func (e *entity) prepareForeign(s *Store) error {
	if e.roots == "" {
		return nil
	}
	for _, root := range s.entities {
		if !root.isRoot() {
			continue
		}
		var err error
		e.foreign, err = s.prepare(`SELECT EXISTS (
			SELECT 1
			FROM main.` + quote(root.name) + ` r
			WHERE r.id IN (` + e.roots + `)
			AND r.deleted = 0
			AND NOT EXISTS (
				SELECT 1
				FROM main.scope g
				WHERE g.user_id = :user
				AND g.root_id = r.id
				AND g.active = 1))`)
		return err
	}
	return nil
}
