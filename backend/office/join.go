package office

import (
	"context"
	"fmt"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// Join makes an empty replica the member that a host has admitted. It believes nothing but what is signed under the root
// whose fingerprint the invitation carries. Fault invitation.foreign.
func Join(ctx context.Context, st *store.Store, invitation identity.Invitation, device string, e *wire.EnrolState) error {
	if err := checkAdmission(invitation, device, e); err != nil {
		return err
	}
	_, err := st.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := putCertificate(tx, invitation.Root, e.Certificate); err != nil {
			return err
		}
		addresses := e.Addresses
		if len(addresses) == 0 {
			addresses = invitation.Addresses
		}
		if err := putAddresses(tx, addresses); err != nil {
			return err
		}
		for key, value := range map[string]string{
			stateOfficeID: e.OfficeID, stateUser: e.User, stateMembers: encode64(e.Members), stateWiped: "",
		} {
			if err := tx.PutState(key, value); err != nil {
				return err
			}
		}
		if e.Credential == nil {
			return nil
		}
		_, err := account.CopyCredential(tx, account.Credential{
			UserID: e.Credential.User, Hash: e.Credential.Hash, ChangedAt: time.UnixMilli(e.Credential.ChangedAt).UTC(),
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("join office: %w", err)
	}
	return nil
}

// checkAdmission checks that who admitted is the certified host of the office that invited, and that its list has this
// computer as one of the user's.
func checkAdmission(invitation identity.Invitation, device string, e *wire.EnrolState) error {
	foreign := func(err error) error { return fault.Wrap(err, CodeInvitationForeign) }
	if e.State != EnrolAdmitted || e.OfficeID != invitation.Office {
		return fault.New(CodeInvitationForeign)
	}
	cert, err := readCertificate(e.Certificate, invitation.Root, e.OfficeID)
	if err != nil {
		return foreign(err)
	}
	if deviceOf(cert) != invitation.Host {
		return fault.New(CodeInvitationForeign)
	}
	list, err := readMembership(e.Members, invitation.Root, e.OfficeID)
	if err != nil {
		return foreign(err)
	}
	for _, d := range list.Devices {
		if d.ID == device && d.User == e.User && !d.Revoked {
			return checkAdmitted(e)
		}
	}
	return fault.New(CodeInvitationForeign)
}

func checkAdmitted(e *wire.EnrolState) error {
	if e.Credential == nil {
		return nil
	}
	c := account.Credential{UserID: e.Credential.User, Hash: e.Credential.Hash}
	if c.UserID != e.User {
		return fault.New(CodeInvitationForeign)
	}
	return fault.Wrap(c.Check(), CodeInvitationForeign)
}
