package store

import (
	"strings"
	"sync/atomic"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// guard is SQLite's authorizer ("Compile-Time Authorization Callbacks"): it is asked about every action of a statement
// while the statement is prepared, and again when a change of schema makes SQLite prepare it anew. The store's own
// statements are prepared and run between enter and leave; every other statement may read everything and write only
// tables that are not protected. It may not change the schema, transactions, settings or attached files.
//
// Triggers of the schema run as part of the store's own statements, so derived tables follow without an exception here.
type guard struct {
	own       atomic.Int32
	protected map[string]bool // lower-case names of tables that only the store writes
	readOnly  bool            // nothing may be written at all
}

func (g *guard) enter() { g.own.Add(1) }
func (g *guard) leave() { g.own.Add(-1) }

// Actions that go-sqlite3 does not name ("SQLite: Authorizer Action Codes").
const (
	actionFunction  = 31
	actionRecursive = 33
)

// pragmas that answer a question and change nothing. FTS5 asks for data_version by itself.
var harmlessPragmas = map[string]bool{
	"data_version": true, "table_info": true, "table_xinfo": true, "table_list": true, "index_list": true, "index_info": true,
	"page_count": true, "page_size": true, "freelist_count": true, "quick_check": true, "integrity_check": true, "compile_options": true,
}

// authorize implements the callback. Its arguments are the action and up to three names whose meaning depends on it.
func (g *guard) authorize(action int, first, second, _ string) int {
	if g.own.Load() > 0 {
		return sqlite3.SQLITE_OK
	}
	switch action {
	case sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, actionRecursive:
		return sqlite3.SQLITE_OK
	case actionFunction:
		if strings.EqualFold(second, "load_extension") || strings.HasPrefix(strings.ToLower(second), "sqlite3mc") {
			return sqlite3.SQLITE_DENY
		}
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE:
		if g.readOnly || g.isProtected(first) {
			return sqlite3.SQLITE_DENY
		}
		return sqlite3.SQLITE_OK
	case sqlite3.SQLITE_PRAGMA:
		if harmlessPragmas[strings.ToLower(first)] {
			return sqlite3.SQLITE_OK
		}
		return sqlite3.SQLITE_DENY
	case sqlite3.SQLITE_TRANSACTION:
		if g.readOnly { // ReadTx; on a read-only connection a transaction is a snapshot and no more
			return sqlite3.SQLITE_OK
		}
		return sqlite3.SQLITE_DENY
	default: // the schema, savepoints, attached files, ANALYZE, REINDEX, and whatever a later SQLite brings
		return sqlite3.SQLITE_DENY
	}
}

func (g *guard) isProtected(table string) bool {
	name := strings.ToLower(table)
	return g.protected[name] || strings.HasPrefix(name, "sqlite_")
}
