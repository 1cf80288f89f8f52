package office

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// Keys of what both sides keep with the office's file.
const (
	stateRoot        = "root"        // fingerprint of the office's root key, hexadecimal
	stateCertificate = "certificate" // of the host, base64
	stateMembers     = "members"     // the membership list on a member, base64
	stateAddresses   = "addresses"   // of the host, JSON
	stateUser        = "user"        // whose computer a member is
	stateOfficeID    = "office"      // the office that a member has joined
	stateContact     = "contact"     // JSON, see contact
	stateOffset      = "offset"      // the host's time minus ours, milliseconds
	stateHostSchema  = "host_schema" // of the host at the last contact
	stateHostName    = "host_name"   // of the host's computer, likewise
	stateAnew        = "begun_anew"  // how often a replica had to be read anew, JSON
	stateWiped       = "wiped"       // the host has revoked this computer
)

// certificate says which computer is the office's host. It was checked against the root's fingerprint.
type certificate struct {
	identity.HostCertificate
	raw []byte
}

func readCertificate(raw []byte, root [32]byte, officeID string) (certificate, error) {
	c, err := identity.VerifyHostCertificate(raw, root)
	if err != nil {
		return certificate{}, fmt.Errorf("read certificate: %w", err)
	}
	if c.Office != officeID {
		return certificate{}, fmt.Errorf("read certificate: another office's")
	}
	return certificate{HostCertificate: c, raw: bytes.Clone(raw)}, nil
}

// of reports whether the certificate is that of a key.
func (c certificate) of(k identity.Key) bool { return c.raw != nil && bytes.Equal(c.Host, k.Public()) }

// newer reports whether the certificate takes precedence. Two with the same serial come from two take-overs that did not
// know of each other; everybody has to choose the same.
func (c certificate) newer(than certificate) bool {
	if than.raw == nil {
		return c.raw != nil
	}
	return cmp.Or(cmp.Compare(c.Serial, than.Serial), cmp.Compare(c.At, than.At), bytes.Compare(c.Host, than.Host)) > 0
}

func (h *Host) certificate() certificate {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cert
}

func (h *Host) officeID() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.office
}

// Certificate returns the host's certificate with all before it, as others verify it; nil before there is one.
func (h *Host) Certificate() []byte { return h.certificate().raw }

// loadCertificate reads the host's certificate. There is none before the recovery code was confirmed.
func (h *Host) loadCertificate(ctx context.Context) error {
	root, raw, err := readRoot(ctx, h.Store)
	if err != nil || raw == nil {
		return err
	}
	cert, err := readCertificate(raw, root, h.officeID())
	if err != nil {
		return err
	}
	var addresses []string
	if text, err := h.Store.State(ctx, stateAddresses); err != nil {
		return err
	} else if text != "" {
		if err := json.Unmarshal([]byte(text), &addresses); err != nil {
			return fmt.Errorf("read addresses: %w", err)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.root = root
	if cert.newer(h.cert) {
		h.cert, h.movedTo = cert, addresses
	}
	return nil
}

// readRoot reads the root's fingerprint and the host's certificate; nil when there are none.
func readRoot(ctx context.Context, st *store.Store) (root [32]byte, raw []byte, err error) {
	text, err := st.State(ctx, stateRoot)
	if err != nil {
		return root, nil, err
	}
	if n, err := hex.Decode(root[:], []byte(text)); text == "" || err != nil || n != len(root) {
		return root, nil, err
	}
	encoded, err := st.State(ctx, stateCertificate)
	if err != nil || encoded == "" {
		return root, nil, err
	}
	raw, err = base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return root, nil, fmt.Errorf("read certificate: %w", err)
	}
	return root, raw, nil
}

func putCertificate(tx *store.Tx, root [32]byte, raw []byte) error {
	if err := tx.PutState(stateRoot, hex.EncodeToString(root[:])); err != nil {
		return err
	}
	return tx.PutState(stateCertificate, base64.StdEncoding.EncodeToString(raw))
}

func putAddresses(tx *store.Tx, addresses []string) error {
	text, err := json.Marshal(addresses)
	if err != nil {
		return fmt.Errorf("write addresses: %w", err)
	}
	return tx.PutState(stateAddresses, string(text))
}

// takeCertificate looks at a certificate that a member holds. One that names another computer and takes precedence ends
// this host: whoever comes is told where to go.
func (h *Host) takeCertificate(ctx context.Context, raw []byte) error {
	cert, err := readCertificate(raw, h.rootKey(), h.officeID())
	if err != nil {
		return &Farewell{ByeProtocol, &breachError{"certificate with a bad signature"}}
	}
	return h.install(ctx, cert, nil, "")
}

// install makes a certificate this office's, if it takes precedence over the one it has.
func (h *Host) install(ctx context.Context, cert certificate, addresses []string, by string) error {
	if !cert.newer(h.certificate()) {
		return nil
	}
	root := h.rootKey()
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		if err := putCertificate(tx, root, cert.raw); err != nil {
			return err
		}
		if len(addresses) > 0 { // where members are sent also after another start
			if err := putAddresses(tx, addresses); err != nil {
				return err
			}
		}
		action := actionHostSuperseded
		if cert.of(h.Key) {
			action = actionHostCertified
		}
		device := identity.DeviceID(cert.Host)
		return account.Audit(tx, by, action, device, map[string]int64{"serial": cert.Serial})
	})
	if err != nil {
		return fmt.Errorf("install certificate: %w", err)
	}
	h.mu.Lock()
	was := h.cert
	if cert.newer(h.cert) {
		h.cert, h.movedTo = cert, addresses
	}
	ended := was.of(h.Key) && !h.cert.of(h.Key)
	h.mu.Unlock()
	if ended {
		h.Ended()
	}
	if h.Superseded() {
		for _, id := range h.Connected() {
			h.Changed(id)
		}
	}
	return nil
}

// moved tells where the host is now; nothing while it is this one.
func (h *Host) moved() []wire.Frame {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cert.raw == nil || h.cert.of(h.Key) {
		return nil
	}
	return []wire.Frame{frame(&wire.Moved{Certificate: h.cert.raw, Addresses: h.movedTo})}
}
