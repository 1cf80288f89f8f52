package office

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store/mutant"
)

// The list is kept outside of what backups bring back: in the vault, whose secrets are small, so in parts, and beside the
// office's file. Two slots take turns in the vault, so that one is whole whenever the program is killed.
const (
	vaultName  = "office.members"
	vaultSlots = 2
	vaultPart  = 1800 // bytes; what Windows keeps is the least of the systems
	vaultParts = 64
)

// vaultKey names a part of a slot. One computer may hold several offices.
func (h *Host) vaultKey(slot, part int) string {
	return vaultName + "." + h.officeID() + "." + strconv.Itoa(slot) + "." + strconv.Itoa(part)
}

// keepOutside writes the list to the vault and beside the file. A vault that is locked does not stop the office: the list
// is written again with the next one and at the next start.
func (h *Host) keepOutside(list membership) {
	if list.raw == nil || mutant.On(mutant.MembershipInDatabaseOnly) {
		return
	}
	h.outside.Lock()
	defer h.outside.Unlock()
	if list.Serial < h.outsideSerial {
		return
	}
	err := errors.Join(h.keepInVault(list), h.keepBeside(list))
	if err == nil {
		h.outsideSerial = list.Serial
	}
	if err != nil && h.Log != nil {
		h.Log.WithError(err).WithField("serial", list.Serial).Warn("membership list is not outside the office's file")
	}
}

func (h *Host) keepInVault(list membership) error {
	if h.Vault == nil {
		return nil
	}
	slot := int(list.Serial % vaultSlots)
	parts := (len(list.raw) + vaultPart - 1) / vaultPart
	if parts > vaultParts {
		return fmt.Errorf("office: a membership list of %d bytes", len(list.raw))
	}
	for i := range parts {
		part := list.raw[i*vaultPart : min(len(list.raw), (i+1)*vaultPart)]
		kept, err := h.Vault.Get(h.vaultKey(slot, i))
		if err == nil && string(kept) == string(part) {
			continue
		}
		if err := h.Vault.Set(h.vaultKey(slot, i), part); err != nil {
			return fmt.Errorf("keep membership in the vault: %w", err)
		}
	}
	// A list may be shorter than the one two before it.
	if err := h.Vault.Delete(h.vaultKey(slot, parts)); err != nil {
		return fmt.Errorf("keep membership in the vault: %w", err)
	}
	return nil
}

// vaultLists reads what the slots hold; what is not whole has no good signature.
func (h *Host) vaultLists() [][]byte {
	if h.Vault == nil {
		return nil
	}
	var lists [][]byte
	for slot := range vaultSlots {
		var raw []byte
		for part := range vaultParts {
			kept, err := h.Vault.Get(h.vaultKey(slot, part))
			if errors.Is(err, secret.ErrNotFound) {
				break
			}
			if err != nil {
				if h.Log != nil {
					h.Log.WithError(err).Warn("membership list in the vault cannot be read")
				}
				break
			}
			raw = append(raw, kept...)
		}
		if raw != nil {
			lists = append(lists, raw)
		}
	}
	return lists
}

// keepBeside writes the list beside the office's file, whole or not at all.
func (h *Host) keepBeside(list membership) (err error) {
	if h.Sidecar == "" {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(h.Sidecar), ".members-*")
	if err != nil {
		return fmt.Errorf("keep membership beside the file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(tmp.Name()) // the first error is the one that counts
		}
	}()
	_, err = tmp.Write(list.raw)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return fmt.Errorf("keep membership beside the file: %w", err)
	}
	if err = os.Rename(tmp.Name(), h.Sidecar); err != nil {
		return fmt.Errorf("keep membership beside the file: %w", err)
	}
	return nil
}

func (h *Host) sidecarList() []byte {
	if h.Sidecar == "" {
		return nil
	}
	raw, err := os.ReadFile(h.Sidecar)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && h.Log != nil {
		h.Log.WithError(err).Warn("membership list beside the file cannot be read")
	}
	return raw
}
