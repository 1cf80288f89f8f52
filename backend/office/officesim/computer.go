package officesim

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/store"
)

// host is the computer that has the last word.
type host struct {
	*office.Host
	deps   office.HostDeps
	store  *store.Store
	clock  *clock.Fake
	crm    *crm.Service
	vault  *vault
	seen   int64 // commit up to which grants were noted
	copies []backup
}

// member is a computer with a replica.
type member struct {
	*office.Member
	name   string
	key    identity.Key
	user   account.Viewer
	path   string
	store  *store.Store
	clock  *clock.Fake
	crm    *crm.Service
	limit  int
	wiped  bool
	gone   bool        // revoked
	sound  bool        // has learned the host's time since its clock was last set
	fast   bool        // its clock was set ahead
	ahead  bool        // has written in the future, and goes on from there
	late   *store.Page // of a former connection, still being written
	link   link
	copies []backup
	revs   map[string]int64 // of rows seen, since the replica last began
}

// open sets the office up as it was planned.
func (s *sim) open() error {
	path := s.path("host")
	sidecar := s.dir + "/office.members"
	if err := errors.Join(os.WriteFile(path, s.plan.file, 0o600), os.WriteFile(sidecar, s.plan.sidecar, 0o600)); err != nil {
		return err
	}
	h := &host{clock: clock.NewFake(start, s.rng.Uint64()), vault: &vault{maps.Clone(s.plan.vault)}}
	s.host = h
	h.deps = office.HostDeps{
		Clock: h.clock, Log: silent(), Vault: h.vault, Random: chaos(s.rng.Uint64()), Key: s.plan.key, Version: "1.0.0", Sidecar: sidecar,
		Addresses: func() []string { return []string{"192.0.2.10:47300"} },
	}
	if err := s.openHost(path); err != nil {
		return err
	}
	limit := s.opts.PageLimit
	if limit == 0 {
		limit = pick(s, []int{2, 3, 4, 5, 20, 1000})
	}
	for i, p := range s.plan.members {
		m := &member{
			name: fmt.Sprintf("%s-%d", p.user.Name, i), key: p.key, user: p.user, path: s.path("member"),
			clock: clock.NewFake(start, s.rng.Uint64()), limit: limit, sound: true,
		}
		s.members = append(s.members, m)
		if err := os.WriteFile(m.path, p.file, 0o600); err != nil {
			return err
		}
		if err := s.openMember(m); err != nil {
			return err
		}
	}
	return nil
}

// openHost starts the host's program over a file.
func (s *sim) openHost(path string) error {
	h := s.host
	st, err := store.Open(s.ctx, store.Options{
		Path: path, Key: fileKey(), Device: h.deps.Key.DeviceID(), Now: h.clock.Now, NewID: h.clock.NewID, Decide: office.Decide,
		Follow: s.follow, Readers: 1,
	})
	if err != nil {
		return fmt.Errorf("open the host: %w", err)
	}
	h.store, h.deps.Store = st, st
	h.crm = crm.New(st, h.clock, silent())
	h.Host = office.NewHost(h.deps)
	if err := h.Start(s.ctx); err != nil {
		return fmt.Errorf("start the host: %w", err)
	}
	h.seen = 0
	return s.noteGrants()
}

// openMember starts a member's program over its file.
func (s *sim) openMember(m *member) error {
	if err := s.openFile(m); err != nil {
		return err
	}
	if err := m.Start(s.ctx); err != nil {
		return fmt.Errorf("start %s: %w", m.name, err)
	}
	return nil
}

// openFile opens a member's file, which may have joined no office yet.
func (s *sim) openFile(m *member) error {
	st, err := store.Open(s.ctx, store.Options{
		Path: m.path, Key: fileKey(), Device: m.key.DeviceID(), Now: m.clock.Now, NewID: m.clock.NewID, Decide: office.Decide,
		Member: true, Readers: 1,
	})
	if err != nil {
		return fmt.Errorf("open %s: %w", m.name, err)
	}
	m.store = st
	m.crm = crm.New(st, m.clock, silent())
	m.revs, m.late = map[string]int64{}, nil
	m.Member = office.NewMember(office.MemberDeps{
		Store: st, Clock: m.clock, Log: s.listen(m), Device: m.key.DeviceID(), Version: "1.0.0", PageLimit: m.limit,
		Wiped: func() { m.wiped = true },
	})
	return nil
}

// noteGrants keeps what was granted by now, whatever a restored file will have forgotten.
func (s *sim) noteGrants() error {
	var rows []struct {
		User string `db:"user_id"`
		Root string `db:"root_id"`
		Rev  int64  `db:"granted_rev"`
	}
	err := s.host.store.Read().NewQuery(`
		SELECT user_id, root_id, granted_rev
		FROM scope
		WHERE granted_rev > {:rev}`).Bind(map[string]any{"rev": s.host.seen}).All(&rows)
	if err != nil {
		return fmt.Errorf("read grants: %w", err)
	}
	for _, r := range rows {
		s.granted[grant{r.User, r.Root}] = true
		s.host.seen = max(s.host.seen, r.Rev)
	}
	return nil
}

// longTime is enough for whatever was sent and never settled to be sent again.
const longTime = 90 * time.Second
