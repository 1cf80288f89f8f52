package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// protectedTables reads from the file which tables only the store writes.
func protectedTables(t *testing.T, s *store.Store) []string {
	t.Helper()
	tables := []string{"commits", "op_log", "field_clock", "scope", "store_state", "entity", "goose_db_version", "sqlite_sequence", "sqlite_schema", "sqlite_master"}
	for _, line := range rows(t, s.Read(), "SELECT name FROM entity ORDER BY name") {
		tables = append(tables, line[0])
	}
	if len(tables) < 20 {
		t.Fatalf("only %v", tables)
	}
	return tables
}

// verbs returns statements that would write a table, one for each way of SQL.
func verbs(t *testing.T, s *store.Store, table string) map[string]string {
	t.Helper()
	column := "name"
	if table != "sqlite_schema" && table != "sqlite_master" {
		column = value(t, s.Read(), "SELECT name FROM pragma_table_info({:t}) ORDER BY cid LIMIT 1", dbx.Params{"t": table})
	}
	return map[string]string{
		"insert":            fmt.Sprintf("INSERT INTO %s (%s) VALUES ('x')", table, column),
		"insert or replace": fmt.Sprintf("REPLACE INTO %s (%s) VALUES ('x')", table, column),
		"insert from query": fmt.Sprintf("WITH x(v) AS (SELECT 'x') INSERT INTO main.%s (%s) SELECT v FROM x", table, column),
		"insert returning":  fmt.Sprintf("INSERT INTO %s (%s) VALUES ('x') RETURNING 1", table, column),
		"update":            fmt.Sprintf("UPDATE %s SET %s = 'x'", table, column),
		"update quoted":     fmt.Sprintf(`UPDATE "main"."%s" SET "%s" = 'x' WHERE 0`, table, column),
		"delete":            fmt.Sprintf("DELETE FROM %s", table),
		"delete where":      fmt.Sprintf("DELETE FROM %s WHERE 0", table),
		"drop":              fmt.Sprintf("DROP TABLE %s", table),
		"alter":             fmt.Sprintf("ALTER TABLE %s ADD COLUMN x TEXT", table),
		"rename":            fmt.Sprintf("ALTER TABLE %s RENAME TO x", table),
		"index":             fmt.Sprintf("CREATE INDEX x ON %s (%s)", table, column),
		"trigger":           fmt.Sprintf("CREATE TRIGGER x AFTER INSERT ON %s BEGIN SELECT 1; END", table),
		"temporary trigger": fmt.Sprintf("CREATE TEMP TRIGGER x AFTER INSERT ON %s BEGIN SELECT 1; END", table),
		"trigger elsewhere": fmt.Sprintf("CREATE TRIGGER x AFTER INSERT ON setting BEGIN DELETE FROM %s; END", table),
		"shadow table":      fmt.Sprintf("CREATE TEMP TABLE %s (id TEXT)", table),
		"shadow view":       fmt.Sprintf("CREATE TEMP VIEW %s AS SELECT 1", table),
		"two statements":    fmt.Sprintf("SELECT 1; DELETE FROM %s", table),
	}
}

// state is everything the guard protects: the schema and the content of each table.
func state(t *testing.T, s *store.Store, tables []string) map[string][][]string {
	t.Helper()
	content := map[string][][]string{}
	for _, table := range tables {
		content[table] = rows(t, s.Read(), "SELECT * FROM "+table)
	}
	return content
}

func fillEveryTable(t *testing.T, s *store.Store) {
	t.Helper()
	contact(t, s, "c1", "Ana")
	write(t, s, admin, func(tx *store.Tx) error {
		if err := createProspect(tx, "p1", "c1", ana.User); err != nil {
			return err
		}
		if err := tx.Grant(ana.User, "p1"); err != nil {
			return err
		}
		return tx.Set("contact", "c1", store.Row{"city": "Puebla"})
	})
}

func TestGuard_RefusesEveryVerbOnEveryTable(t *testing.T) {
	s := storetest.Open(t)
	fillEveryTable(t, s)
	tables := protectedTables(t, s)
	before := state(t, s, tables)
	ctx := context.Background()
	for _, table := range tables {
		for verb, text := range verbs(t, s, table) {
			ways := map[string]func(tx *store.Tx) error{
				"Exec": func(tx *store.Tx) error {
					_, err := tx.Exec(text, nil)
					return err
				},
				"Query.Execute": func(tx *store.Tx) error {
					_, err := tx.Query().NewQuery(text).Execute()
					return err
				},
				"Query.Rows": func(tx *store.Tx) error { return drain(tx.Query().NewQuery(text)) },
				"Query.Rows with a context": func(tx *store.Tx) error {
					return drain(tx.Query().NewQuery(text).WithContext(ctx))
				},
			}
			for way, try := range ways {
				// The function swallows the refusal, so that whatever was written would be committed.
				write(t, s, admin, func(tx *store.Tx) error {
					if err := try(tx); err == nil || !errors.Is(err, store.ErrGuarded) && !strings.HasPrefix(table, "sqlite_") {
						t.Errorf("%s %s by %s = %v", verb, table, way, err)
					}
					return nil
				})
			}
			if _, err := s.Read().NewQuery(text).Execute(); err == nil {
				t.Errorf("%s %s through Read was accepted", verb, table)
			}
			if err := drain(s.Read().NewQuery(text)); err == nil {
				t.Errorf("%s %s through Read's rows was accepted", verb, table)
			}
		}
	}
	if diff := cmp.Diff(before, state(t, s, tables)); diff != "" {
		t.Errorf("the guard let something through (-before +after):\n%s", diff)
	}
}

func drain(q *dbx.Query) error {
	found, err := q.Rows()
	if err != nil {
		return err
	}
	for found.Next() {
		continue
	}
	return errors.Join(found.Err(), found.Close())
}

func TestGuard_RefusesWaysAround(t *testing.T) {
	s := storetest.Open(t)
	fillEveryTable(t, s)
	tables := protectedTables(t, s)
	before := state(t, s, tables)
	for _, text := range []string{
		"PRAGMA writable_schema = 1", "PRAGMA foreign_keys = 0", "PRAGMA journal_mode = DELETE", "PRAGMA synchronous = OFF", "PRAGMA query_only = 0",
		"PRAGMA key = 'x'", "PRAGMA rekey = 'x'", "PRAGMA user_version = 9", "PRAGMA schema_version = 9", "PRAGMA wal_checkpoint", "PRAGMA optimize",
		"PRAGMA recursive_triggers = 1", "PRAGMA main.max_page_count = 5", "SELECT * FROM pragma_wal_checkpoint",
		"ATTACH '" + s.Path() + "' AS again", "ATTACH ':memory:' AS other", "DETACH main", "VACUUM", "VACUUM INTO '" + s.Path() + ".stolen'",
		"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT mine", "RELEASE one_write", "ROLLBACK TO one_write",
		"CREATE TABLE mine (x)", "CREATE TEMP TABLE mine (x)", "CREATE VIEW mine AS SELECT 1", "CREATE VIRTUAL TABLE mine USING fts5 (x)", "DROP INDEX op_tx",
		"DROP TABLE setting", "ALTER TABLE setting ADD COLUMN x", "ANALYZE", "REINDEX",
		"SELECT load_extension('/lib/x.so')", "SELECT sqlite3mc_config('cipher', 'aes256cbc')", "SELECT sqlite3mc_codec_data('cipher_salt')",
		// The store's own statements, word for word: they must not be served from the driver's cache.
		"BEGIN IMMEDIATE", "UPDATE main.op_log SET outcome_rev = ? WHERE op_id = ?",
		"UPDATE main.scope SET active = 0, revoked_rev = ?3 WHERE user_id = ?1 AND root_id = ?2",
		`UPDATE main."contact" SET "city" = ?, rev = ? WHERE id = ?`,
	} {
		write(t, s, admin, func(tx *store.Tx) error {
			if _, err := tx.Exec(text, nil); err == nil {
				t.Errorf("Exec %q was accepted", text)
			}
			if err := drain(tx.Query().NewQuery(text)); err == nil {
				t.Errorf("Query %q was accepted", text)
			}
			return nil
		})
	}
	for _, text := range []string{"PRAGMA query_only = 0", "ATTACH ':memory:' AS other", "CREATE TEMP TABLE mine (x)", "INSERT INTO setting (k, v) VALUES ('a', '1')"} {
		if _, err := s.Read().NewQuery(text).Execute(); err == nil {
			t.Errorf("Read accepted %q", text)
		}
	}
	if diff := cmp.Diff(before, state(t, s, tables)); diff != "" {
		t.Errorf("something went through (-before +after):\n%s", diff)
	}
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestGuard_LocalTablesAreWritable(t *testing.T) {
	s := storetest.Open(t)
	write(t, s, admin, func(tx *store.Tx) error {
		for _, text := range []string{
			"INSERT INTO setting (k, v) VALUES ('a', '1'), ('b', '2')",
			"UPDATE setting SET v = '3' WHERE k = 'a'",
			"DELETE FROM setting WHERE k = 'b'",
			"INSERT INTO setting (k, v) VALUES ('a', '4') ON CONFLICT DO UPDATE SET v = excluded.v",
			"INSERT INTO prospect_search (rowid, owner, name) VALUES (7, 'u', 'Ana')",
			"DELETE FROM prospect_search WHERE rowid = 7",
		} {
			if _, err := tx.Exec(text, nil); err != nil {
				return fmt.Errorf("%s: %w", text, err)
			}
		}
		var columns []string
		return tx.Query().NewQuery("SELECT name FROM pragma_table_info('contact')").Column(&columns)
	})
	if got := value(t, s.Read(), "SELECT group_concat(k || v) FROM setting"); got != "a4" {
		t.Errorf("setting = %q", got)
	}
}

// A trigger of a migration runs inside the store's statement and may write what is derived.
func TestGuard_DerivedTriggersWork(t *testing.T) {
	o := closed(t, nil)
	db := plain(t, o.Path)
	if _, err := db.Exec(`CREATE TABLE copied (id TEXT, city TEXT);
		CREATE TRIGGER derive AFTER INSERT ON contact BEGIN INSERT INTO copied VALUES (new.id, new.city); END;
		CREATE TRIGGER derive_again AFTER UPDATE OF city ON contact BEGIN UPDATE copied SET city = new.city WHERE id = new.id; END`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	fillEveryTable(t, s)
	if got := value(t, s.Read(), "SELECT id || city FROM copied"); got != "c1Puebla" {
		t.Errorf("derived = %q", got)
	}
}

// A change of schema makes SQLite prepare its statements again, and ask the guard again.
func TestGuard_StandsAfterAChangeOfSchema(t *testing.T) {
	var o store.Options
	s := storetest.Open(t, func(opts *store.Options) { o = *opts })
	fillEveryTable(t, s)
	local := func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, '1')", dbx.Params{"k": tx.NewID()})
		return err
	}
	write(t, s, admin, local)
	if _, err := plain(t, o.Path).Exec("CREATE TABLE unrelated (x)"); err != nil {
		t.Fatal(err)
	}
	write(t, s, admin, local)
	write(t, s, admin, func(tx *store.Tx) error { return tx.Set("contact", "c1", store.Row{"city": "Cholula"}) })
	write(t, s, admin, func(tx *store.Tx) error {
		if _, err := tx.Exec("UPDATE contact SET city = 'x'", nil); !errors.Is(err, store.ErrGuarded) {
			t.Errorf("Exec = %v", err)
		}
		return nil
	})
	if got := value(t, s.Read(), "SELECT city FROM contact"); got != "Cholula" {
		t.Errorf("city = %q", got)
	}
}
