package office

import (
	"context"
	"errors"
	"strconv"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// meet checks the host's hello: its protocol, its certificate under the office's root, that the certificate is that of
// the key at the other end, and that no newer host is known.
func (m *Member) meet(ctx context.Context, s *MemberSession, h *wire.Hello) error {
	if !common(h.ProtoMin, h.ProtoMax) {
		return farewell(ByeVersion)
	}
	if h.Office != m.office {
		return breach(ByeNotHost, "host of another office")
	}
	cert, err := readCertificate(h.Certificate, m.root, m.office)
	if err != nil {
		return &Farewell{ByeNotHost, err}
	}
	if deviceOf(cert) != s.host {
		return breach(ByeNotHost, "certificate of another device")
	}
	m.mu.Lock()
	known, hostSchema := m.cert, m.seen.schema
	m.mu.Unlock()
	if known.newer(cert) {
		s.send(&wire.Moved{Certificate: known.raw})
		return farewell(ByeSupersededHost)
	}
	if err := m.keepHost(ctx, cert, h); err != nil {
		return err
	}
	if int64(h.Schema) > hostSchema {
		return m.Store.ReleaseHeld(ctx)
	}
	return nil
}

// keepHost notes what the host says of itself. Its time opens the lease; it sets no clock, because nobody has asked.
func (m *Member) keepHost(ctx context.Context, cert certificate, h *wire.Hello) error {
	_, err := m.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := putCertificate(tx, m.root, cert.raw); err != nil {
			return err
		}
		if len(h.Addresses) > 0 {
			if err := putAddresses(tx, h.Addresses); err != nil {
				return err
			}
		}
		return errors.Join(tx.PutState(stateHostSchema, strconv.Itoa(h.Schema)), tx.PutState(stateHostName, cleanName(h.Name)))
	})
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.cert, m.problem = cert, ""
	m.seen.device, m.seen.name = deviceOf(cert), cleanName(h.Name)
	m.seen.version, m.seen.schema = cut(h.Version, longestVersion), int64(h.Schema)
	if len(h.Addresses) > 0 {
		m.seen.addresses = h.Addresses
	}
	m.mu.Unlock()
	life := h.Lease
	if life <= 0 {
		life = Lease.Milliseconds()
	}
	return m.noteContact(ctx, h.At, life)
}

// follow goes to the host that this one names.
func (s *MemberSession) follow(ctx context.Context, b *wire.Moved) error {
	m := s.m
	cert, err := readCertificate(b.Certificate, m.root, m.office)
	if err != nil {
		return &Farewell{ByeProtocol, &breachError{"certificate with a bad signature"}}
	}
	m.mu.Lock()
	known := m.cert
	m.mu.Unlock()
	if !cert.newer(known) {
		return nil
	}
	_, err = m.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if len(b.Addresses) > 0 {
			if err := putAddresses(tx, b.Addresses); err != nil {
				return err
			}
		}
		return errors.Join(tx.PutState(stateHostName, ""), putCertificate(tx, m.root, cert.raw))
	})
	if err != nil {
		return err
	}
	m.mu.Lock()
	m.cert, m.seen.device, m.seen.name = cert, deviceOf(cert), ""
	if len(b.Addresses) > 0 {
		m.seen.addresses = b.Addresses
	}
	m.mu.Unlock()
	return farewell(ByeSupersededHost)
}

// takeList keeps the office's membership list when it is newer than the one here, for a host that has lost its own.
func (m *Member) takeList(ctx context.Context, raw []byte) error {
	list, err := readMembership(raw, m.root, m.office)
	if err != nil {
		return &Farewell{ByeProtocol, &breachError{"membership list with a bad signature"}}
	}
	if known := m.newest(); list.Serial <= known.Serial || list.forgets(known) {
		return nil
	}
	if err := m.put(ctx, stateMembers, encode64(raw)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if list.Serial > m.list.Serial {
		m.list = list
	}
	return nil
}

// wipe empties the replica at the host's word: this computer was revoked.
func (s *MemberSession) wipe(ctx context.Context) error {
	m := s.m
	if err := m.put(ctx, stateWiped, "1"); err != nil {
		return err
	}
	if err := m.Store.Wipe(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	m.wiped = true
	m.mu.Unlock()
	m.Wiped()
	return farewell(ByeWiped)
}

// offerCredential sends the user's password's hash when it was changed here after the host's.
func (s *MemberSession) offerCredential() error {
	c, err := account.ReadCredential(s.m.Store.Read(), s.m.user)
	if err != nil {
		return err
	}
	if changedAt(c) > s.credential {
		s.credential = changedAt(c)
		s.out = append(s.out, credentialFrame(c))
	}
	return nil
}

func (s *MemberSession) takeCredential(ctx context.Context, c *wire.Credential) error {
	if c.User != s.m.user {
		return breach(ByeProtocol, "credential of another user")
	}
	at := time.UnixMilli(c.ChangedAt).UTC()
	if err := copyCredential(ctx, s.m.Store, account.Credential{UserID: c.User, Hash: c.Hash, ChangedAt: at}, s.host); err != nil {
		return err
	}
	s.credential = max(s.credential, c.ChangedAt)
	return nil
}
