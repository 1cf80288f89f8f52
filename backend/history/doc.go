// Package history reads the one log that every write leaves: who changed what, when, from what to what and how it was decided.
// It shows a prospect's own lines and the whole office's, with what the audit trail notes beside them, and puts a former value
// back through the same rules that a person's edit goes through.
//
// It refuses to know how a line is worded: it answers codes, ids and the names that belong to them. The log is the host's alone;
// what a seller may see of a prospect's past travels as rows of event, which package crm reads.
package history

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// Service reads the log of an open office. It is safe for concurrent use.
type Service struct {
	store *store.Store
	crm   *crm.Service

	mu     sync.Mutex
	tables []table // read once, at first use
}

// New returns a Service over an open store.
func New(st *store.Store, people *crm.Service) *Service { return &Service{store: st, crm: people} }

// table is a replicated table as the registry describes it.
type table struct {
	Name  string `db:"name"`
	Root  string `db:"root"`
	Named bool   `db:"named"` // it has a column name
}

// catalogue is the registry. Its names come from migrations and may stand in a query.
func (s *Service) catalogue(ctx context.Context) ([]table, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables != nil {
		return s.tables, nil
	}
	var tables []table
	err := s.store.Read().NewQuery(`
		SELECT e.name, e.root, EXISTS (SELECT 1 FROM pragma_table_info(e.name) c WHERE c.name = 'name') AS named
		FROM entity e
		ORDER BY e.name`).WithContext(ctx).All(&tables)
	if err != nil {
		return nil, fmt.Errorf("read registry: %w", err)
	}
	for _, t := range tables {
		if strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
			return nil, errors.New("a table's name is no name")
		}
	}
	s.tables = tables
	return tables, nil
}

// The roots are the columns by which a table belongs to a prospect or to its contact.
const (
	rootProspect = "prospect_id"
	rootContact  = "contact_id"
)

// inList writes ids as the JSON that json_each takes.
func inList(ids []string) dbx.Params { return dbx.Params{"ids": jsonList(ids)} }
