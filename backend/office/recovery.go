package office

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/subtle"
	"fmt"

	"filippo.io/age"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/mutant"
)

// NewCode makes the office's recovery code, which is the private half of its root key and exists on paper alone. Nothing
// is kept until ConfirmCode has seen it typed back; asking again makes another one. Faults: access.admin_only,
// recovery.done.
func (h *Host) NewCode(ctx context.Context, v account.Viewer) (identity.Code, error) {
	if err := account.AdminOnly(v); err != nil {
		return "", err
	}
	if err := h.ready(ctx); err != nil {
		return "", err
	}
	if h.Prepared() {
		return "", fault.New(CodeRecoveryDone)
	}
	code, err := identity.NewCode(h.Random)
	if err != nil {
		return "", fmt.Errorf("make recovery code: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.code, h.codeBy = code, v.UserID
	return code, nil
}

// ConfirmCode makes this computer the certified host, when the code that NewCode gave the same person was typed back
// right. Faults: access.admin_only, recovery.done, recovery.expired; recovery.malformed and
// recovery.mistyped for the field code.
func (h *Host) ConfirmCode(ctx context.Context, v account.Viewer, typed string) error {
	if err := account.AdminOnly(v); err != nil {
		return err
	}
	if err := h.ready(ctx); err != nil {
		return err
	}
	h.mu.Lock()
	code, by := h.code, h.codeBy
	h.mu.Unlock()
	switch {
	case h.Prepared():
		return fault.New(CodeRecoveryDone)
	case code == "" || by != v.UserID:
		return fault.New(CodeRecoveryExpired)
	}
	parsed, err := identity.ParseCode(typed)
	if f := fault.Find(err); f != nil {
		return &fault.Error{Code: f.Code, Field: "code", Args: f.Args}
	}
	if err != nil || subtle.ConstantTimeCompare([]byte(parsed), []byte(code)) != 1 {
		return fault.Invalid("code", CodeRecoveryMistyped)
	}
	if err := h.certify(ctx, v.UserID, code, 1); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.code, h.codeBy = "", ""
	return nil
}

// certify signs, with the root key, that this computer is the host, and publishes the first list under it.
func (h *Host) certify(ctx context.Context, by string, code identity.Code, serial int64, known ...membership) error {
	info, err := ReadInfo(ctx, h.Store)
	if err != nil {
		return err
	}
	backup, err := code.BackupIdentity()
	if err != nil {
		return fmt.Errorf("derive backup key: %w", err)
	}
	root := code.RootKey()
	raw, err := identity.SignHostCertificate(identity.HostCertificate{
		Office: info.ID, Serial: serial, Host: h.Key.Public(), Root: root.Public(), Backup: backup.Recipient().String(),
		At: h.now().UnixMilli(), SignedBy: identity.SignedByRoot,
	}, root)
	if err != nil {
		return fmt.Errorf("sign certificate: %w", err)
	}
	fingerprint := identity.Fingerprint(root.Public())
	cert, err := readCertificate(raw, fingerprint, info.ID)
	if err != nil {
		return err
	}
	return h.assume(ctx, by, fingerprint, cert, known)
}

// assume makes this computer the host by its certificate: what other lists know is adopted, this computer enrolled, and a
// list published under the certificate, all in one transaction. Who was revoked is so before anybody can connect.
func (h *Host) assume(ctx context.Context, by string, root [32]byte, cert certificate, known []membership) error {
	var changed []string
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		changed = nil
		if err := putCertificate(tx, root, cert.raw); err != nil {
			return err
		}
		if err := account.Audit(tx, by, actionHostCertified, h.DeviceID(), map[string]int64{"serial": cert.Serial}); err != nil {
			return err
		}
		have, err := readMembers(tx.Query())
		if err != nil {
			return err
		}
		serial, err := h.nextSerial(tx)
		if err != nil {
			return err
		}
		for _, list := range known {
			taken, err := mergeMembers(tx, have, list, true)
			if err != nil {
				return err
			}
			changed, serial = append(changed, taken...), max(serial, list.Serial+1)
		}
		if _, known := have[h.DeviceID()]; !known {
			if err := addDevice(tx, newDevice{id: h.DeviceID(), user: by, name: h.Name, by: by, version: h.Version}); err != nil {
				return err
			}
		}
		tx.AfterCommit(func() { // before the list goes where the office's id and root are read
			h.mu.Lock()
			defer h.mu.Unlock()
			h.office, h.root, h.cert, h.movedTo, h.handover = cert.Office, root, cert, nil, Handover{}
		})
		return h.publishUnder(tx, cert, serial)
	})
	if err != nil {
		return fmt.Errorf("become the host: %w", err)
	}
	for _, id := range changed {
		h.Changed(id)
	}
	return nil
}

// TakeOver makes this computer the host of an office whose host is gone: its file was restored here, and the recovery
// code proves the right. papers are what this computer holds from its time as a member, see Member.Papers: who was let in or
// revoked after the backup stays so, and every host that somebody follows is outranked. Faults: recovery.needed,
// recovery.wrong_code.
func (h *Host) TakeOver(ctx context.Context, by string, code identity.Code, papers ...[]byte) error {
	if err := h.ready(ctx); err != nil {
		return err
	}
	root, prepared := h.Root()
	if !prepared {
		return fault.New(CodeNoRecovery)
	}
	if identity.Fingerprint(code.RootKey().Public()) != root {
		return fault.New(CodeRecoveryWrong)
	}
	if !mutant.On(mutant.MembershipInDatabaseOnly) { // this computer may have been the host, and know more than its backup
		papers = append(append(h.vaultLists(), h.sidecarList()), papers...)
	}
	serial := h.certificate().Serial
	var known []membership
	for _, raw := range papers {
		if list, err := readMembership(raw, root, h.officeID()); err == nil {
			known, serial = append(known, list), max(serial, list.cert.Serial)
		} else if cert, err := readCertificate(raw, root, h.officeID()); err == nil {
			serial = max(serial, cert.Serial)
		}
	}
	return h.certify(ctx, by, code, serial+1, known...)
}

// HandOver signs that another computer is the host from now on, and ends this one: members are told where to go. It is
// the last step of a planned hand-over, when the other computer holds the office's file. Faults: access.admin_only,
// recovery.needed, host.superseded.
func (h *Host) HandOver(ctx context.Context, v account.Viewer, host ed25519.PublicKey, addresses []string) (certificate []byte, err error) {
	if err := account.AdminOnly(v); err != nil {
		return nil, err
	}
	cert, err := h.successor(ctx, host)
	if err != nil {
		return nil, err
	}
	return cert.raw, h.install(ctx, cert, addresses, v.UserID)
}

// successor signs a certificate for the next host without installing it.
func (h *Host) successor(ctx context.Context, host ed25519.PublicKey) (certificate, error) {
	if err := h.ready(ctx); err != nil {
		return certificate{}, err
	}
	mine := h.certificate()
	switch {
	case mine.raw == nil:
		return certificate{}, fault.New(CodeNoRecovery)
	case !mine.of(h.Key):
		return certificate{}, fault.New(CodeHostSuperseded)
	}
	raw, err := identity.SignHostCertificate(identity.HostCertificate{
		Office: mine.Office, Serial: mine.Serial + 1, Host: host, Root: mine.Root, Backup: mine.Backup,
		At: h.now().UnixMilli(), SignedBy: h.DeviceID(), Previous: mine.raw,
	}, h.Key)
	if err != nil {
		return certificate{}, fmt.Errorf("sign certificate: %w", err)
	}
	return readCertificate(raw, h.rootKey(), mine.Office)
}

// Accept makes this computer the host by a certificate that the former host has signed for it with HandOver. Accepting it
// again changes nothing.
func (h *Host) Accept(ctx context.Context, by string, raw []byte) error {
	if err := h.ready(ctx); err != nil {
		return err
	}
	root, _ := h.Root()
	cert, err := readCertificate(raw, root, h.officeID())
	if err != nil {
		return err
	}
	mine := h.certificate()
	switch {
	case bytes.Equal(mine.raw, cert.raw) && cert.of(h.Key):
		return nil
	case !cert.of(h.Key), !cert.newer(mine):
		return fault.New(CodeHostSuperseded)
	}
	return h.assume(ctx, by, root, cert, nil)
}

// BackupRecipients returns whom backups are sealed for: who has the recovery code. Fault recovery.needed before there is
// one, host.superseded where another computer makes them.
func (h *Host) BackupRecipients(ctx context.Context) ([]age.Recipient, error) {
	if err := h.ready(ctx); err != nil {
		return nil, err
	}
	cert := h.certificate()
	switch {
	case cert.raw == nil:
		return nil, fault.New(CodeNoRecovery)
	case !cert.of(h.Key): // it would take the place of the backups of who is
		return nil, fault.New(CodeHostSuperseded)
	}
	to, err := age.ParseX25519Recipient(cert.Backup)
	if err != nil {
		return nil, fmt.Errorf("read whom backups are sealed for: %w", err)
	}
	return []age.Recipient{to}, nil
}
