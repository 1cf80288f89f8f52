package field

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
)

// File is a computer's, opened after its program has ended.
type File struct {
	Store  *store.Store
	Member bool
	c      *Computer
}

// Open opens the file of a computer with the key from its key file.
func (c *Computer) Open(ctx context.Context) (File, error) {
	var installed struct{ File, Device, Role string }
	text, err := os.ReadFile(filepath.Join(c.Folder(), "installation.json"))
	if err == nil {
		err = json.Unmarshal(text, &installed)
	}
	if err != nil {
		return File{}, fmt.Errorf("%s: read installation: %w", c.Name, err)
	}
	vault, err := secret.File(c.KeyFile())
	if err != nil {
		return File{}, err
	}
	key, err := vault.Get("database-key/" + installed.File)
	if err != nil {
		return File{}, fmt.Errorf("%s: read key: %w", c.Name, err)
	}
	f := File{c: c, Member: installed.Role == "member"}
	f.Store, err = store.Open(ctx, store.Options{
		Path: filepath.Join(c.Folder(), "office.db"), Key: key, Device: installed.Device, Now: time.Now, Member: f.Member,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	})
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	return f, nil
}

// Texts are the first column of a query.
func (f File) Texts(query string, p dbx.Params) ([]string, error) {
	var list []string
	if err := f.Store.Read().NewQuery(query).Bind(p).Column(&list); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", f.c.Name, query, err)
	}
	return list, nil
}
