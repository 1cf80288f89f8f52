package office

import (
	"context"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
)

// States of a computer.
const (
	DeviceActive  = "active"
	DeviceRevoked = "revoked" // it may still hold data
	DeviceWiped   = "wiped"   // revoked, and it has said that nothing is left
)

// Device is one of the office's computers, as an administrator sees it.
type Device struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	UserID     string  `json:"user_id"`
	UserName   string  `json:"user_name"`
	Role       string  `json:"role"`
	State      string  `json:"state"` // a constant DeviceXxx
	IsHost     bool    `json:"is_host"`
	IsThis     bool    `json:"is_this"`
	Connected  bool    `json:"connected"`
	Path       string  `json:"path"` // how it came last: "lan", "relay"
	Address    string  `json:"address"`
	Version    string  `json:"version"`
	LastSeenAt *string `json:"last_seen_at"`
	EnrolledAt string  `json:"enrolled_at"`
	RevokedAt  *string `json:"revoked_at"`
	Holds      int64   `json:"holds"`     // prospects
	HoldsAll   bool    `json:"holds_all"` // an administrator's computer holds them all
	Behind     int64   `json:"behind"`    // commits that it has not read
}

// Devices lists the office's computers with what they hold: the active ones first, each group by user and name. Fault
// access.admin_only.
func (h *Host) Devices(ctx context.Context, v account.Viewer) ([]Device, error) {
	if err := account.AdminOnly(v); err != nil {
		return nil, err
	}
	if err := h.ready(ctx); err != nil {
		return nil, err
	}
	head, err := h.Store.Head(ctx)
	if err != nil {
		return nil, err
	}
	var rows []deviceRow
	err = h.Store.Read().NewQuery(`
		SELECT d.id, d.name, d.user_id, coalesce(u.name, '') AS user_name, coalesce(u.role, '') AS role, d.path, d.address,
			d.version, d.pos, d.enrolled_at, d.seen_at, d.revoked_at, d.wiped_at, d.held,
			(SELECT count(*) FROM scope s WHERE s.user_id = d.user_id AND s.active = 1 AND s.root_id NOT IN ({:all}, d.user_id)) AS granted,
			(SELECT count(*) FROM prospect p WHERE p.deleted = 0) AS prospects,
			EXISTS (SELECT 1 FROM scope s WHERE s.user_id = d.user_id AND s.root_id = {:all} AND s.active = 1) AS holds_all
		FROM device d
		LEFT JOIN user u ON u.id = d.user_id
		ORDER BY d.revoked_at IS NOT NULL, user_name, d.name, d.id`).
		Bind(dbx.Params{"all": everything}).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	devices := make([]Device, len(rows))
	host := h.certificate()
	for i, r := range rows {
		devices[i] = r.device(head.Head)
		d := &devices[i]
		d.IsThis = r.ID == h.DeviceID()
		d.IsHost = host.raw != nil && r.ID == deviceOf(host)
		if s := h.session(r.ID); s != nil {
			d.Connected = true
			path, address, pos := s.standing()
			d.Path, d.Address, d.Behind = path, address, max(0, head.Head-pos)
		}
		if d.IsHost {
			d.Behind, d.HoldsAll, d.Holds = 0, true, r.Prospects
		}
	}
	return devices, nil
}

// Members counts the computers of the office beside its host.
func (h *Host) Members(ctx context.Context) (int, error) {
	var n int
	err := h.Store.Read().NewQuery(`
		SELECT count(*)
		FROM device
		WHERE revoked_at IS NULL
		AND id <> {:host}`).Bind(dbx.Params{"host": h.DeviceID()}).WithContext(ctx).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count devices: %w", err)
	}
	return n, nil
}

// deviceRow is a device as the query returns it.
type deviceRow struct {
	ID         string  `db:"id"`
	Name       string  `db:"name"`
	UserID     string  `db:"user_id"`
	UserName   string  `db:"user_name"`
	Role       string  `db:"role"`
	Path       string  `db:"path"`
	Address    string  `db:"address"`
	Version    string  `db:"version"`
	Pos        int64   `db:"pos"`
	EnrolledAt string  `db:"enrolled_at"`
	SeenAt     *string `db:"seen_at"`
	RevokedAt  *string `db:"revoked_at"`
	WipedAt    *string `db:"wiped_at"`
	Held       int64   `db:"held"`
	Granted    int64   `db:"granted"`
	Prospects  int64   `db:"prospects"`
	HoldsAll   bool    `db:"holds_all"`
}

func (r deviceRow) device(head int64) Device {
	d := Device{
		ID: r.ID, Name: r.Name, UserID: r.UserID, UserName: r.UserName, Role: r.Role, State: DeviceActive, Path: r.Path,
		Address: r.Address, Version: r.Version, LastSeenAt: r.SeenAt, EnrolledAt: r.EnrolledAt, RevokedAt: r.RevokedAt,
		Holds: r.Granted, HoldsAll: r.HoldsAll, Behind: max(0, head-r.Pos),
	}
	if r.HoldsAll {
		d.Holds = r.Prospects
	}
	switch {
	case r.WipedAt != nil:
		d.State, d.Holds, d.HoldsAll, d.Behind = DeviceWiped, 0, false, 0
	case r.RevokedAt != nil:
		d.State, d.Behind = DeviceRevoked, 0
		if !r.HoldsAll {
			d.Holds = r.Held
		}
	}
	return d
}

func (h *Host) session(device string) *HostSession {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sessions[device]
}
