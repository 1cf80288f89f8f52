package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// newOffice is what somebody says who sets up an office.
type newOffice struct {
	Name     string
	Timezone string // IANA
	Admin    account.NewUser
}

// createOffice makes an office in a folder. The office's own row is written last: without it the folder counts as not set up,
// and the next attempt goes on where this one ended.
func createOffice(ctx context.Context, p place, n newOffice) (_ *openOffice, err error) {
	if n.Name == "" {
		return nil, fault.Invalid("office_name", "input.required")
	}
	if _, err := time.LoadLocation(n.Timezone); err != nil || n.Timezone == "" {
		return nil, fault.Invalid("timezone", "input.invalid")
	}
	o, err := prepareOffice(ctx, p)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(explainStore(err), o.Close())
		}
	}()
	if name, err := o.name(ctx); err != nil || name != "" {
		return nil, errors.Join(fault.New("setup.done"), err)
	}
	if _, err := o.Accounts.CreateFirst(ctx, n.Admin); err != nil {
		return nil, fmt.Errorf("create first user: %w", err)
	}
	_, err = o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := o.CRM.SeedVocabulary(tx); err != nil {
			return err
		}
		return tx.Create("office", tx.NewID(), store.Row{
			"name": n.Name, "timezone": n.Timezone, "created_at": clock.Format(tx.Now()),
		})
	})
	if err != nil {
		return nil, fmt.Errorf("write office: %w", err)
	}
	return o, markReady(p.folder)
}

// prepareOffice opens the folder's file, with a new key and new ids where there is none yet.
func prepareOffice(ctx context.Context, p place) (*openOffice, error) {
	o, err := openFolder(ctx, p)
	if !fault.Has(err, "setup.needed") {
		return o, err
	}
	if err := p.make(); err != nil {
		return nil, err
	}
	i, err := readInstallation(p.folder)
	if err != nil {
		return nil, err
	}
	if i.File == "" {
		if i, err = writeInstallation(p, ""); err != nil {
			return nil, err
		}
	}
	key := make([]byte, keyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("make database key: %w", err)
	}
	// The key is safe before anything is encrypted with it.
	if err := p.vault.Set(i.keyName(), key); err != nil {
		return nil, fmt.Errorf("keep database key: %w", err)
	}
	return openFile(ctx, p, i, key)
}
