package office

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/mutant"
)

// membership is a signed list of the office's computers, whose signature was good.
type membership struct {
	identity.Membership
	cert certificate // that its signer had
	raw  []byte
}

// readMembership checks a list's signature and certificate against the office's root.
func readMembership(raw []byte, root [32]byte, officeID string) (membership, error) {
	m, err := identity.VerifyMembership(raw, root)
	if err != nil {
		return membership{}, fmt.Errorf("read membership: %w", err)
	}
	if m.Office != officeID {
		return membership{}, fmt.Errorf("read membership: another office's")
	}
	cert, err := readCertificate(m.Certificate, root, officeID)
	if err != nil {
		return membership{}, err
	}
	return membership{Membership: m, cert: cert, raw: bytes.Clone(raw)}, nil
}

// forgets reports whether a computer that was revoked is not in this list: its host was restored, and has to hear of it
// before the other list is gone.
func (m membership) forgets(known membership) bool {
	revoked := map[string]bool{}
	for _, d := range known.Devices {
		revoked[d.ID] = d.Revoked
	}
	return slices.ContainsFunc(m.Devices, func(d identity.MemberDevice) bool { return revoked[d.ID] && !d.Revoked })
}

// loadMembership adopts the best of what the file, the vault and the file beside it hold, and puts it back where it is
// missing.
func (h *Host) loadMembership(ctx context.Context) error {
	if !h.Prepared() {
		return nil
	}
	raw, err := newestList(h.Store.Read())
	if err != nil {
		return err
	}
	var lists [][]byte
	if raw != nil {
		list, err := readMembership(raw, h.rootKey(), h.officeID())
		if err != nil {
			return err
		}
		h.mu.Lock()
		h.list = list
		h.mu.Unlock()
	}
	if !mutant.On(mutant.MembershipInDatabaseOnly) {
		lists = append(h.vaultLists(), h.sidecarList())
	}
	var known []membership
	for _, raw := range lists {
		list, err := readMembership(raw, h.rootKey(), h.officeID())
		if err != nil {
			continue // damaged, or of an office that was here before
		}
		// The file may be older than the day on which this computer became the host, or ceased to be.
		if err := h.install(ctx, list.cert, nil, ""); err != nil {
			return err
		}
		known = append(known, list)
	}
	if h.Superseded() {
		return nil // this computer adopts nothing any more
	}
	for _, list := range known {
		if err := h.adopt(ctx, list, list.cert.Serial == h.certificate().Serial); err != nil {
			return err
		}
	}
	h.keepOutside(h.newest())
	return nil
}

func newestList(q dbx.Builder) ([]byte, error) {
	var lists [][]byte
	err := q.NewQuery(`
		SELECT list
		FROM membership
		ORDER BY serial DESC
		LIMIT 1`).Column(&lists)
	if err != nil {
		return nil, fmt.Errorf("read membership: %w", err)
	}
	if len(lists) == 0 {
		return nil, nil
	}
	return lists[0], nil
}

// newest returns the newest list.
func (h *Host) newest() membership {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.list
}

// listFor returns the list for a member that has serial, nil when it is as new.
func (h *Host) listFor(serial int64) []byte {
	if mutant.On(mutant.MembershipInDatabaseOnly) {
		return nil
	}
	list := h.newest()
	if list.Serial <= serial {
		return nil
	}
	return list.raw
}

// takeList adopts the list of a member, if it is good and says something new. A member may lag behind or hold the list
// of a host before a restore, so a bad or old one is no breach unless it is no list at all.
func (h *Host) takeList(ctx context.Context, raw []byte) error {
	if mutant.On(mutant.MembershipInDatabaseOnly) {
		return nil
	}
	list, err := readMembership(raw, h.rootKey(), h.officeID())
	if err != nil {
		return &Farewell{ByeProtocol, &breachError{"membership list with a bad signature"}}
	}
	if err := h.takeCertificate(ctx, list.Membership.Certificate); err != nil {
		return err
	}
	if err := h.serving(); err != nil {
		return err
	}
	return h.adopt(ctx, list, list.cert.Serial == h.certificate().Serial)
}

// adopt takes from a list what this host does not know: what was revoked stays revoked for ever, whoever's list says so;
// computers are added only when whole is true, which is for lists of the host that this one is, or was restored from. If
// what comes out is not what the list says, a newer one is signed.
func (h *Host) adopt(ctx context.Context, list membership, whole bool) error {
	var changed []string
	_, err := h.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		changed = nil
		have, err := readMembers(tx.Query())
		if err != nil {
			return err
		}
		if changed, err = mergeMembers(tx, have, list, whole); err != nil {
			return err
		}
		mine := h.newest()
		if len(changed) == 0 && list.Serial <= mine.Serial {
			return nil
		}
		if list.Serial > mine.Serial && list.cert.of(h.Key) && sameMembers(have, list.Devices) {
			return h.keepList(tx, list)
		}
		return h.publish(tx, max(list.Serial, mine.Serial)+1)
	})
	if err != nil {
		return fmt.Errorf("adopt membership: %w", err)
	}
	for _, id := range changed {
		h.Changed(id)
	}
	return nil
}

// mergeMembers writes what adopt takes from a list, also into have, and returns whom it is about.
func mergeMembers(tx *store.Tx, have map[string]identity.MemberDevice, list membership, whole bool) (changed []string, err error) {
	for _, d := range list.Devices {
		known, ok := have[d.ID]
		switch {
		case ok && d.Revoked && !known.Revoked:
			err = revokeDevice(tx, "", d.ID)
		case !ok && whole:
			err = addDevice(tx, newDevice{id: d.ID, user: d.User, revoked: d.Revoked})
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		have[d.ID] = d
		changed = append(changed, d.ID)
	}
	return changed, nil
}

// readMembers reads every computer as a list names it.
func readMembers(q dbx.Builder) (map[string]identity.MemberDevice, error) {
	var rows []struct {
		ID      string `db:"id"`
		User    string `db:"user_id"`
		Revoked bool   `db:"revoked"`
	}
	err := q.NewQuery(`
		SELECT id, user_id, revoked_at IS NOT NULL AS revoked
		FROM device
		ORDER BY id`).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read devices: %w", err)
	}
	members := make(map[string]identity.MemberDevice, len(rows))
	for _, r := range rows {
		members[r.ID] = identity.MemberDevice{ID: r.ID, User: r.User, Revoked: r.Revoked}
	}
	return members, nil
}

func sameMembers(have map[string]identity.MemberDevice, list []identity.MemberDevice) bool {
	if len(have) != len(list) {
		return false
	}
	for _, d := range list {
		if have[d.ID] != d {
			return false
		}
	}
	return true
}

// publish signs the list of the computers as they are in the transaction. It becomes this host's once that is durable.
func (h *Host) publish(tx *store.Tx, serial int64) error {
	if !h.Prepared() {
		return fault.New(CodeNoRecovery)
	}
	cert := h.certificate()
	if !cert.of(h.Key) {
		return fault.New(CodeHostSuperseded)
	}
	return h.publishUnder(tx, cert, serial)
}

// publishUnder is publish with a certificate that may be of the same transaction.
func (h *Host) publishUnder(tx *store.Tx, cert certificate, serial int64) error {
	have, err := readMembers(tx.Query())
	if err != nil {
		return err
	}
	m := identity.Membership{
		Office: cert.Office, Serial: serial, At: tx.Now().UnixMilli(), Certificate: cert.raw,
	}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		m.Devices = append(m.Devices, have[id])
	}
	raw, err := identity.SignMembership(m, h.Key)
	if err != nil {
		return fmt.Errorf("sign membership: %w", err)
	}
	return h.keepList(tx, membership{Membership: m, cert: cert, raw: raw})
}

// publishNext is publish with the serial after the newest, which may be that of a transaction whose caller has not been
// answered yet.
func (h *Host) publishNext(tx *store.Tx) error {
	serial, err := h.nextSerial(tx)
	if err != nil {
		return err
	}
	return h.publish(tx, serial)
}

func (h *Host) nextSerial(tx *store.Tx) (serial int64, err error) {
	err = tx.Query().NewQuery(`
		SELECT coalesce(max(serial), 0)
		FROM membership`).Row(&serial)
	if err != nil {
		return 0, fmt.Errorf("read membership: %w", err)
	}
	return max(serial, h.newest().Serial) + 1, nil
}

// keptLists is how many lists the file keeps.
const keptLists = 5

func (h *Host) keepList(tx *store.Tx, list membership) error {
	_, err := tx.Exec(`
		INSERT INTO membership (serial, at, list)
		VALUES ({:serial}, {:at}, {:list})
		ON CONFLICT (serial) DO UPDATE SET at = excluded.at, list = excluded.list`,
		dbx.Params{"serial": list.Serial, "at": clock.Format(tx.Now()), "list": list.raw})
	if err != nil {
		return fmt.Errorf("keep membership: %w", err)
	}
	_, err = tx.Exec(`
		DELETE FROM membership
		WHERE serial <= {:old}`, dbx.Params{"old": list.Serial - keptLists})
	if err != nil {
		return fmt.Errorf("keep membership: %w", err)
	}
	if err := account.Audit(tx, tx.Author().User, actionMembership, "", map[string]int64{"serial": list.Serial}); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		h.mu.Lock()
		if h.list.Serial < list.Serial {
			h.list = list
		}
		h.mu.Unlock()
		h.keepOutside(h.newest())
		for _, id := range h.Connected() {
			h.Changed(id)
		}
	})
	return nil
}
