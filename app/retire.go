package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

// What a computer has no right to keep once it is another kind of computer.

const (
	// asideForJoin is between the name of the office's file and the time at which joining another office has put it aside.
	asideForJoin = ".before-join-"
	// asideForRestore is what a restore does so by.
	asideForRestore = ".before-restore-"
	// installationEnd is how the installation of an office that was put aside ends.
	installationEnd = ".installation.json"
)

// retire deletes from the keyring what nobody but the office's host may have, on a computer that is it no more: the connection
// with Meta, and the relay's word of admission.
func (o *openOffice) retire(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	if err := errors.Join(o.Intake.DropSecrets(ctx), o.relay.dropAdmission()); err != nil {
		o.log.WithError(err).Warn("what only the host may have is still in the keyring; the next start tries again")
	}
}

// dropFormer deletes the offices that were here before from the computer of a seller, who may hold their own prospects alone.
// It waits for nothing: it is called when everything has come, and at each start.
func (o *openOffice) dropFormer(ctx context.Context) {
	if err := o.tryDropFormer(context.WithoutCancel(ctx)); err != nil {
		o.log.WithError(err).Error("an office that was here before is still on a seller's computer; the next start tries again")
	}
}

func (o *openOffice) tryDropFormer(ctx context.Context) error {
	r, err := o.Store.Replica(ctx)
	if err != nil || r.Filling {
		return err
	}
	s, err := o.Member.Status(ctx)
	if err != nil {
		return err
	}
	v, err := o.Accounts.ViewerOf(ctx, s.User)
	switch {
	case fault.Has(err, account.CodeUserNotFound), err == nil && v.IsAdmin():
		return nil
	case err != nil:
		return err
	}
	former, err := formerOffices(o.folder)
	if err != nil || len(former) == 0 {
		return err
	}
	o.log.WithField("files", len(former)).Info("an office that was here before is deleted: this is a seller's computer now")
	return eraseFormer(o.place)
}

// formerOffices are the files of offices that were put aside.
func formerOffices(f folder) ([]string, error) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil, fmt.Errorf("list data folder: %w", err)
	}
	var paths []string
	for _, e := range entries {
		if isFormer(f, e.Name()) {
			paths = append(paths, filepath.Join(string(f), e.Name()))
		}
	}
	return paths, nil
}

func isFormer(f folder, name string) bool {
	end, ours := strings.CutPrefix(name, filepath.Base(f.officeFile()))
	return ours && (strings.HasPrefix(end, asideForJoin) || strings.HasPrefix(end, asideForRestore))
}

// eraseFormer deletes offices that were put aside, with the keys that are known of them: the keys first, the names of the keys
// last. It can be done again.
func eraseFormer(p place) error {
	paths, err := formerOffices(p.folder)
	if err != nil {
		return err
	}
	names := slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return !strings.HasSuffix(path, installationEnd) })
	for _, path := range names {
		i, err := readInstallationFile(path)
		if err != nil {
			continue // it names no key
		}
		if err := errors.Join(p.vault.Delete(i.keyName()), p.vault.Delete(i.deviceKeyName())); err != nil {
			return fmt.Errorf("delete keys: %w", err)
		}
	}
	for _, path := range append(slices.DeleteFunc(paths, func(path string) bool { return slices.Contains(names, path) }), names...) {
		if err := removeIfThere(path); err != nil {
			return err
		}
	}
	return nil
}
