package office

import (
	"context"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// changedAt is when a credential was last changed, in milliseconds since 1970, 0 for none.
func changedAt(c account.Credential) int64 {
	if c.ChangedAt.IsZero() {
		return 0
	}
	return c.ChangedAt.UnixMilli()
}

func credentialFrame(c account.Credential) wire.Frame {
	return frame(&wire.Credential{User: c.UserID, Hash: c.Hash, ChangedAt: changedAt(c)})
}

// clockSlack is how far ahead a member's clock may be before its word on time is not taken.
const clockSlack = 2 * time.Minute

// takeCredential keeps a password that the member's own user has changed there. A time that is yet to come would outlast
// every later change, so it becomes now.
func (h *Host) takeCredential(ctx context.Context, a actor, c *wire.Credential) error {
	if c.User != a.User {
		return breach(ByeProtocol, "credential of another user")
	}
	at := time.UnixMilli(c.ChangedAt).UTC()
	if now := h.now(); at.After(now.Add(clockSlack)) {
		at = now
	}
	return copyCredential(ctx, h.Store, account.Credential{UserID: c.User, Hash: c.Hash, ChangedAt: at}, a.Device)
}

// copyCredential keeps a credential, if it is newer, and notes where it came from.
func copyCredential(ctx context.Context, st *store.Store, c account.Credential, device string) error {
	if err := c.Check(); err != nil {
		return &Farewell{ByeProtocol, &breachError{"credential that is none"}}
	}
	_, err := st.Write(ctx, store.System, func(tx *store.Tx) error {
		changed, err := account.CopyCredential(tx, c)
		if err != nil || !changed {
			return err
		}
		return account.Audit(tx, c.UserID, actionCredentialCopied, c.UserID, map[string]string{"device": device})
	})
	return err
}
