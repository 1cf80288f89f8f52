package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// keySize is the length of a raw key in bytes: ChaCha20-Poly1305's.
const keySize = 32

// mode is how a connection is opened.
type mode struct {
	uri     string   // SQLite's mode parameter: ro, rw, rwc; immutable=1 may follow
	cache   int      // statements kept by the driver
	pragmas []string // run on each new connection, after the key
	guard   *guard   // consulted on every prepared statement; nil for none
	hook    func(*sqlite3.SQLiteConn) error
}

// busyTimeout is how long a statement waits for a lock, in milliseconds.
const busyTimeout = "5000"

// shared are the settings of every connection that stays open.
//
// There is no mmap_size: pages are decrypted into the page cache, so SQLite3 Multiple Ciphers never maps an encrypted
// file and the page cache is the only one. It fills as it is used.
var shared = []string{
	"PRAGMA foreign_keys = ON",
	"PRAGMA temp_store = MEMORY", // sorting must not leave plain text in a temporary file
	"PRAGMA busy_timeout = " + busyTimeout,
}

// How many pages the write-ahead log grows to before it is written back: 32 MiB, and 256 MiB while a replica is filled.
const (
	logPages     = 8_000
	fillLogPages = 64_000
)

// writing are the settings of the one connection that writes. secure_delete is FAST: what is removed is overwritten in
// the pages that are written anyway; whole pages that become free keep their old content, encrypted, until they are used
// again. fullfsync only means something on macOS, where fsync alone does not reach the disk.
var writing = append([]string{
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = FULL",
	"PRAGMA fullfsync = ON",
	"PRAGMA checkpoint_fullfsync = ON",
	"PRAGMA secure_delete = FAST",
	"PRAGMA cache_size = -65536",
	"PRAGMA journal_size_limit = 67108864",
	"PRAGMA wal_autocheckpoint = " + strconv.Itoa(logPages),
	"PRAGMA analysis_limit = 400",
}, shared...)

// reading are the settings of the connections that only read.
var reading = append([]string{
	"PRAGMA query_only = ON",
	"PRAGMA cache_size = -32768",
}, shared...)

// connector opens connections of one file with one key. The data source name holds the key, so it never leaves it.
type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

// Connect implements driver.Connector.
func (c *connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, explain(err)
	}
	return conn, nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.driver }

// openDB returns a pool over the file; no connection is made yet.
//
// The key goes in as a parameter of the file's URI: SQLite3 Multiple Ciphers applies it inside sqlite3_open_v2. A PRAGMA
// in the driver's ConnectHook would be too late, because the driver sets "synchronous" before it calls the hook, which
// reads the first page. The "raw:" form is the key itself, so that no connection pays for a key derivation.
func openDB(path string, key []byte, m mode) *sql.DB {
	hook := func(c *sqlite3.SQLiteConn) error {
		if _, err := cipherOf(c); err != nil {
			return err
		}
		for _, pragma := range m.pragmas {
			if _, err := c.Exec(pragma, nil); err != nil {
				return fmt.Errorf("%s: %w", strings.ToLower(pragma), err)
			}
		}
		if m.guard != nil {
			c.RegisterAuthorizer(m.guard.authorize)
		}
		if m.hook != nil {
			return m.hook(c)
		}
		return nil
	}
	query := "?key=raw:" + hex.EncodeToString(key) + "&cipher=chacha20&_mutex=no&_stmt_cache_size=" + strconv.Itoa(m.cache) + "&mode=" + m.uri
	return sql.OpenDB(&connector{driver: &sqlite3.SQLiteDriver{ConnectHook: hook}, dsn: fileURI(path) + query})
}

// fileURI writes a path as SQLite reads it ("SQLite: Uniform Resource Identifiers", section 3.1).
func fileURI(path string) string {
	p := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" && !strings.HasPrefix(p, "/") {
		p = "/" + p // C:/x becomes file:///C:/x
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

// cipherPragma asks for the cipher's name. Plain SQLite ignores it, like every PRAGMA that it does not know, and answers no
// row. A variable so that a test can ask what plain SQLite would be asked.
var cipherPragma = "PRAGMA cipher"

// cipherOf names the cipher of a connection and answers ErrNoCipher when the SQLite behind it does not encrypt.
func cipherOf(c *sqlite3.SQLiteConn) (string, error) {
	rows, err := c.Query(cipherPragma, nil)
	if err != nil {
		return "", fmt.Errorf("ask for the cipher: %w", err)
	}
	defer rows.Close() //nolint:errcheck // a pragma's rows have nothing left to report
	value := make([]driver.Value, len(rows.Columns()))
	if len(value) == 0 || rows.Next(value) != nil {
		return "", ErrNoCipher
	}
	name, _ := value[0].(string)
	if name == "" {
		return "", ErrNoCipher
	}
	return name, nil
}

// checkCipher asks a connection that has no file.
func checkCipher() error {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(":memory:")
	if err != nil {
		return fmt.Errorf("open SQLite: %w", err)
	}
	_, err = cipherOf(conn.(*sqlite3.SQLiteConn))
	return errors.Join(err, conn.Close())
}
