package office

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// MemberDeps are what a Member is handed.
type MemberDeps struct {
	Store  *store.Store // opened with Options.Member
	Clock  clock.Clock
	Log    logrus.FieldLogger // ids and codes, never values
	Device string             // this computer's id

	Version   string
	Schema    int // 0 means that of the file; older ones are for tests
	PageLimit int // rows of a page to ask for, 0 means 1000
	// FillLimit is the same while the replica is being filled; 0 means PageLimit, and 20,000 where that is 0 too. A page costs
	// the writing of every index page that it touches.
	FillLimit int

	// Wake asks the transport to call the session's Wake soon. nil asks nobody.
	Wake func()
	// Wiped is called once the replica is empty because the host has revoked this computer: the file and its keys are to
	// be deleted. It must not wait for the session. nil calls nobody.
	Wiped func()
}

// Member is this computer's part in an office whose host is another one: it sends what was written here, and keeps the
// replica as the host has it. It opens no socket and starts no goroutine; a transport hands frames to its session. Every
// method may be called from any goroutine.
type Member struct {
	MemberDeps

	mu       sync.Mutex
	loaded   bool
	schema   int
	root     [32]byte
	office   string
	user     string
	cert     certificate
	list     membership
	contact  contact
	offset   time.Duration
	problem  string // code of the last farewell, "" after a hello
	wiped    bool
	seen     hostSeen
	anew     BegunAnew
	calls    map[uint64]*pendingCall
	nextCall uint64
	session  *MemberSession
}

// contact is when the host was last heard of, by both clocks: either may be set right later.
type contact struct {
	Here int64 `json:"here"` // milliseconds since 1970
	Host int64 `json:"host"`
	Life int64 `json:"life"` // milliseconds for which it is good
	// Barred says that the host has switched the user off.
	Barred bool `json:"barred,omitempty"`
}

// hostSeen is what the host says of itself.
type hostSeen struct {
	device, name, version string
	schema                int64
	addresses             []string
}

// MemberStatus is what a member knows of its standing with the host. How it is connected is the transport's to know.
type MemberStatus struct {
	Office, User string // ids
	Host         string // device id
	HostName     string // of that computer, as it has last said
	HostVersion  string
	Addresses    []string // of the host, as last told
	Problem      string   // a constant ByeXxx, "" for none
	UpdateNeeded bool     // this program is too old, or too new, for the host
	Wiped        bool
	Locked       bool
	LastContact  time.Time // by this computer's clock; zero before the first
	LeaseUntil   time.Time // likewise
	ClockSkew    time.Duration
	BegunAnew    BegunAnew
}

// NewMember returns the member of an open replica.
func NewMember(d MemberDeps) *Member {
	if d.Wake == nil {
		d.Wake = func() {}
	}
	if d.Wiped == nil {
		d.Wiped = func() {}
	}
	if d.FillLimit <= 0 {
		if d.FillLimit = d.PageLimit; d.PageLimit <= 0 {
			d.FillLimit = mostPage
		}
	}
	if d.PageLimit <= 0 {
		d.PageLimit = 2 * pageLimit
	}
	return &Member{MemberDeps: d, calls: map[uint64]*pendingCall{}}
}

// Start reads what Join and later contacts have kept. Fault member.not_joined.
func (m *Member) Start(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.load(ctx)
}

// CodeNotJoined is for a file that is no member's.
const CodeNotJoined = "member.not_joined"

func (m *Member) load(ctx context.Context) error {
	if m.loaded {
		return nil
	}
	root, raw, err := readRoot(ctx, m.Store)
	if err != nil {
		return err
	}
	if raw == nil {
		return fault.New(CodeNotJoined)
	}
	m.root = root
	texts := map[string]*string{stateOfficeID: &m.office, stateUser: &m.user}
	var contactText, offset, wiped, members, addresses, schema, anew string
	for key, into := range map[string]*string{
		stateContact: &contactText, stateOffset: &offset, stateWiped: &wiped, stateMembers: &members,
		stateAddresses: &addresses, stateHostSchema: &schema, stateHostName: &m.seen.name, stateAnew: &anew,
	} {
		texts[key] = into
	}
	for key, into := range texts {
		if *into, err = m.Store.State(ctx, key); err != nil {
			return err
		}
	}
	if m.cert, err = readCertificate(raw, root, m.office); err != nil {
		return err
	}
	if err := m.read(contactText, offset, members, addresses, schema); err != nil {
		return err
	}
	if anew != "" {
		if err := json.Unmarshal([]byte(anew), &m.anew); err != nil {
			return fmt.Errorf("read how often the replica began again: %w", err)
		}
	}
	if m.schema, err = schemaOf(m.Store.Read()); err != nil {
		return err
	}
	if m.Schema != 0 {
		m.schema = m.Schema
	}
	m.wiped, m.loaded = wiped != "", true
	m.Store.SetClockOffset(m.offset)
	return nil
}

func (m *Member) read(contactText, offset, members, addresses, schema string) error {
	if contactText != "" {
		if err := json.Unmarshal([]byte(contactText), &m.contact); err != nil {
			return fmt.Errorf("read last contact: %w", err)
		}
	}
	if addresses != "" {
		if err := json.Unmarshal([]byte(addresses), &m.seen.addresses); err != nil {
			return fmt.Errorf("read addresses: %w", err)
		}
	}
	for text, into := range map[*string]func(int64){
		&offset: func(n int64) { m.offset = time.Duration(n) * time.Millisecond },
		&schema: func(n int64) { m.seen.schema = n },
	} {
		if *text == "" {
			continue
		}
		n, err := strconv.ParseInt(*text, 10, 64)
		if err != nil {
			return fmt.Errorf("read the replica's state: %w", err)
		}
		into(n)
	}
	if members != "" {
		raw, err := base64.StdEncoding.DecodeString(members)
		if err != nil {
			return fmt.Errorf("read membership: %w", err)
		}
		if m.list, err = readMembership(raw, m.root, m.office); err != nil {
			return err
		}
	}
	m.seen.device = deviceOf(m.cert)
	return nil
}

func (m *Member) now() time.Time { return m.Clock.Now().UTC() }

// Status returns the member's standing.
func (m *Member) Status(ctx context.Context) (MemberStatus, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.load(ctx); err != nil {
		return MemberStatus{}, err
	}
	s := MemberStatus{
		Office: m.office, User: m.user, Host: m.seen.device, HostName: m.seen.name, HostVersion: m.seen.version, Addresses: m.seen.addresses,
		Problem: m.problem, UpdateNeeded: m.problem == ByeVersion, Wiped: m.wiped, Locked: m.contact.over(m.now()),
		ClockSkew: m.offset, BegunAnew: m.anew,
	}
	if m.contact.Here != 0 {
		s.LastContact = time.UnixMilli(m.contact.Here).UTC()
		s.LeaseUntil = s.LastContact.Add(m.contact.life())
	}
	return s, nil
}

// Host returns the id of the computer that is the host and where it was last: whom to dial.
func (m *Member) Host(ctx context.Context) (device string, addresses []string, err error) {
	s, err := m.Status(ctx)
	return s.Host, s.Addresses, err
}

// Root returns the fingerprint of the office's root key.
func (m *Member) Root(ctx context.Context) (root [32]byte, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	err = m.load(ctx)
	return m.root, err
}

// IsWiped reports whether the host has revoked this computer. Its file is to be deleted.
func (m *Member) IsWiped(ctx context.Context) (bool, error) {
	s, err := m.Status(ctx)
	return s.Wiped, err
}

// put writes small texts of the replica in one transaction.
func (m *Member) put(ctx context.Context, pairs ...string) error {
	_, err := m.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.PutState(pairs[i], pairs[i+1]); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// Session returns the session of a connection that has just been made; host is the device id of the key that whoever
// answered has proved to have. There is one at a time: an older one ends.
func (m *Member) Session(host string) *MemberSession {
	s := &MemberSession{m: m, host: host, begun: m.now()}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.session != nil {
		m.session.replaced.Store(true)
	}
	m.session = s
	return s
}

// say notes how the last session ended.
func (m *Member) say(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var f *Farewell
	if errors.As(err, &f) && f.Code != ByeClosing && f.Code != ByeBusy {
		m.problem = f.Code
	}
}

// newest returns the newest membership list.
func (m *Member) newest() membership {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.list
}

// Papers returns what this computer holds with a signature, for one that is to take over as host: the membership list, and
// the certificate of the host that it follows, which may be a later one than the list's.
func (m *Member) Papers(ctx context.Context) (papers [][]byte, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.load(ctx); err != nil {
		return nil, err
	}
	for _, raw := range [][]byte{m.list.raw, m.cert.raw} {
		if raw != nil {
			papers = append(papers, raw)
		}
	}
	return papers, nil
}
