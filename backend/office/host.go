package office

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/store"
)

// Codes of the faults of this package.
const (
	CodeNoRecovery         = "recovery.needed"             // the recovery code comes before the first invitation
	CodeRecoveryDone       = "recovery.done"               // the office has its recovery code
	CodeRecoveryMistyped   = identity.CodeRecoveryMistyped // also: the code typed back is another one
	CodeRecoveryExpired    = "recovery.expired"            // no code was made, or the program was started again since
	CodeRecoveryWrong      = "recovery.wrong_code"         // the code is not this office's
	CodeInvitationMissing  = "invitation.not_found"        //
	CodeInvitationDecided  = "invitation.decided"          // nobody waits behind it any more
	CodeInvitationTooMany  = "invitation.too_many"         // argument max
	CodeInvitationForeign  = "invitation.foreign"          // who answered is not who invited
	CodeDeviceMissing      = "device.not_found"            //
	CodeDeviceIsHost       = "device.is_host"              // the host cannot be revoked
	CodeHostUnreachable    = "host.unreachable"            // no connection to the host
	CodeHostSuperseded     = "host.superseded"             // another computer is the host now
	CodeCallTooLarge       = "host.call_too_large"         //
	CodeRefusalMissing     = "refusal.not_found"           //
	CodeRefusalNotPossible = "refusal.not_applicable"      // what was refused cannot be written any more
	CodeRefusalAlone       = "refusal.alone"               // … without the person and the prospect that it hangs on
)

// Lease is how long a member may go without contact before it locks.
const Lease = 14 * 24 * time.Hour

// HostDeps are what a Host is handed.
type HostDeps struct {
	Store  *store.Store
	Clock  clock.Clock
	Log    logrus.FieldLogger // ids and codes, never values
	Vault  secret.Vault
	Random io.Reader
	Key    identity.Key // this computer's own

	Name    string // of this computer, for lists
	Version string
	Schema  int    // 0 means that of the file; older ones are for tests
	Sidecar string // path of the file that holds the membership list beside the office's; "" for none

	// Addresses returns where this computer can be reached now, as host:port, and the URL of its relay.
	Addresses func() []string
	// Call answers a member's call as the API would answer that user. nil answers none.
	Call func(ctx context.Context, user, role string, c *wire.Call) *wire.Reply
	// Changed is told of a computer whose session or enrolment has something to say: the transport calls its
	// Wake, but not before Changed has returned. nil is told nothing.
	Changed func(device string)
	// Ended is told, once, that this host has heard of another computer that is the host now: whatever a host does by
	// itself has to stop at once, beside telling members where to go. It may be called inside of a session and must not
	// wait for one. nil is told nothing.
	Ended func()
}

// Host is the office's last word: it knows the office's computers, lets new ones in, settles what they push and answers
// what they pull. It opens no socket and starts no goroutine; a transport hands frames to its sessions. Every method may be
// called from any goroutine.
type Host struct {
	HostDeps
	limits *limits

	mu       sync.Mutex
	started  bool
	schema   int
	root     [32]byte // fingerprint of the office's root key
	office   string
	cert     certificate // of this office's host, which may be another computer
	list     membership  // the newest
	code     identity.Code
	codeBy   string // who asked for code
	sessions map[string]*HostSession
	checked  map[string]time.Time // when a device's check sum was last sent
	movedTo  []string             // addresses of the host that has taken over
	handover Handover

	outside       sync.Mutex // held while the list is written outside of the file
	outsideSerial int64
}

// NewHost returns the host of an open office. Start it before use.
func NewHost(d HostDeps) *Host {
	if d.Addresses == nil {
		d.Addresses = func() []string { return nil }
	}
	if d.Changed == nil {
		d.Changed = func(string) {}
	}
	if d.Ended == nil {
		d.Ended = func() {}
	}
	return &Host{
		HostDeps: d, limits: newLimits(), sessions: map[string]*HostSession{},
		checked: map[string]time.Time{},
	}
}

// Start reads the host's certificate and adopts the newest membership list that the file, the vault or
// the file beside it hold, so that a computer that was revoked stays so after any restore. Starting again reads everything
// anew.
func (h *Host) Start(ctx context.Context) error {
	if err := grantAtFirst(ctx, h.Store); err != nil {
		return err
	}
	info, err := ReadInfo(ctx, h.Store)
	if err != nil && !fault.Has(err, "setup.needed") {
		return err
	}
	schema, err := schemaOf(h.Store.Read())
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.office, h.schema, h.started = info.ID, schema, true
	if h.Schema != 0 {
		h.schema = h.Schema
	}
	h.mu.Unlock()
	if err := h.loadCertificate(ctx); err != nil {
		return err
	}
	return h.loadMembership(ctx)
}

// ready starts the host when nobody has.
func (h *Host) ready(ctx context.Context) error {
	h.mu.Lock()
	started := h.started
	h.mu.Unlock()
	if started {
		return nil
	}
	return h.Start(ctx)
}

func schemaOf(q dbx.Builder) (int, error) {
	var n int
	err := q.NewQuery(`
		SELECT coalesce(max(version_id), 0)
		FROM goose_db_version
		WHERE is_applied = 1`).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("read schema: %w", err)
	}
	return n, nil
}

// DeviceID returns this computer's id.
func (h *Host) DeviceID() string { return h.Key.DeviceID() }

// Prepared reports whether the office has its recovery code, and with it a host that members can verify.
func (h *Host) Prepared() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cert.raw != nil
}

// Superseded reports whether another computer is this office's host now. Then this one serves nobody.
func (h *Host) Superseded() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cert.raw != nil && !h.cert.of(h.Key)
}

// Root returns the fingerprint of the office's root key, once there is one.
func (h *Host) Root() (root [32]byte, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.root, h.cert.raw != nil
}

// rootKey is the fingerprint of Root, zeros while there is none.
func (h *Host) rootKey() [32]byte {
	root, _ := h.Root()
	return root
}

// serving answers why this host serves nobody, nil when it serves.
func (h *Host) serving() error {
	switch {
	case !h.Prepared():
		return farewell(ByeNotHost)
	case h.Superseded():
		return farewell(ByeSupersededHost)
	}
	return nil
}

// Session returns the session of a computer that has just connected; device is the id of the key it has proved to have.
func (h *Host) Session(device string) *HostSession {
	s := &HostSession{h: h, device: device, calls: map[uint64]*callParts{}}
	if to := h.Handover(); to.State == HandoverMoving && to.Device != device {
		s.replaced.Store(true) // by the next host, soon
	}
	return s
}

// enter makes s the device's session in place of an older one.
func (h *Host) enter(s *HostSession) {
	h.mu.Lock()
	old := h.sessions[s.device]
	h.sessions[s.device] = s
	h.mu.Unlock()
	if old != nil && old != s {
		old.replaced.Store(true)
		h.Changed(s.device)
	}
}

func (h *Host) leave(s *HostSession) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sessions[s.device] == s {
		delete(h.sessions, s.device)
	}
}

// Connected returns the computers that have a session, in order.
func (h *Host) Connected() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]string, 0, len(h.sessions))
	for id := range h.sessions {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Concerned returns the connected computers that are to hear of some commits: those whose user sees a row that changed, or
// has gained or lost one. The transport sends each a poke.
func (h *Host) Concerned(ctx context.Context, commits []store.Commit) ([]string, error) {
	connected := h.Connected()
	if len(connected) == 0 {
		return nil, nil
	}
	reach, err := ReadReach(ctx, h.Store, commits)
	if err != nil {
		return nil, err
	}
	var devices []string
	for _, id := range connected {
		a, err := readActor(h.Store.Read(), id)
		if err != nil {
			return nil, err
		}
		entities, _ := reach.For(a.User, a.Role == "admin")
		if len(entities) > 0 {
			devices = append(devices, id)
		}
	}
	return devices, nil
}

// deviceOf is the id of the computer that a certificate names.
func deviceOf(c certificate) string { return identity.DeviceID(c.Host) }

func (h *Host) now() time.Time { return h.Clock.Now().UTC() }

// actor is a computer's user as the file says now.
type actor struct {
	Device  string
	User    string
	Role    string
	Active  bool
	Revoked bool
}

// errUnknownDevice says that no computer of the office has the id.
var errUnknownDevice = errors.New("office: no such device")

func readActor(q dbx.Builder, device string) (actor, error) {
	var rows []struct {
		User    string `db:"user_id"`
		Role    string `db:"role"`
		Active  bool   `db:"active"`
		Revoked bool   `db:"revoked"`
	}
	err := q.NewQuery(`
		SELECT d.user_id, d.revoked_at IS NOT NULL AS revoked, coalesce(u.role, '') AS role,
			coalesce(u.active = 1 AND u.deleted = 0, 0) AS active
		FROM device d
		LEFT JOIN user u ON u.id = d.user_id
		WHERE d.id = {:id}`).Bind(dbx.Params{"id": device}).All(&rows)
	if err != nil {
		return actor{}, fmt.Errorf("read device: %w", err)
	}
	if len(rows) == 0 {
		return actor{}, errUnknownDevice
	}
	r := rows[0]
	return actor{Device: device, User: r.User, Role: r.Role, Active: r.Active, Revoked: r.Revoked}, nil
}

// author is who the store is told has written. Whatever the frame says, a computer writes as its user, in their role.
func (a actor) author() store.Author {
	return store.Author{User: a.User, Role: a.Role, Device: a.Device, Scoped: a.Role != "admin"}
}
