package officesim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/store"
)

// backup is a copy of a file, taken during the run.
type backup struct {
	path  string
	edits int // that the ledger held by then
	known int // computers of the office by then
}

// backup is one that is taken now.
func (s *sim) backup(path string) backup { return backup{path, len(s.ledger), len(s.members)} }

// mishap is a fault of a computer.
type mishap struct {
	name string
	do   func(*sim) error
}

var mishaps = []mishap{
	{"clock", (*sim).wrongClock},
	{"copy of the host", (*sim).copyHost},
	{"restored host", (*sim).restoreHost},
	{"copy of a member", (*sim).copyMember},
	{"restored member", (*sim).restoreMember},
	{"restarted member", (*sim).restartMember},
	{"restarted host", (*sim).restartHost},
	{"revoked", (*sim).revoke},
	{"full disk", (*sim).fillDisk},
	{"hand-over", (*sim).handOver},
	{"take-over", (*sim).takeOver},
	{"old host", (*sim).skew},
	{"relapsed member", (*sim).relapse},
	{"rewound host", (*sim).rewind},
}

// apart are mishaps of every third run each. They are drawn apart from the others, so that the other runs are what they were.
var apart = []mishap{
	{"long time", (*sim).growOld},
	{"two hosts", (*sim).twoHosts},
}

// choose draws which faults a run has, so that some meet often in one run and never in another.
func (s *sim) choose() {
	s.hostClock = s.chance(5)
	if s.opts.Calm {
		return
	}
	for i := range mishaps {
		if s.chance(2) {
			s.mishaps = append(s.mishaps, &mishaps[i])
		}
	}
	rng := rand.New(rand.NewPCG(s.opts.Seed, 0xa9e)) //nolint:gosec // repeatable on purpose
	for i := range apart {
		if rng.IntN(3) == 0 {
			s.mishaps = append(s.mishaps, &apart[i])
		}
	}
}

// mishap lets something go wrong, if this run has anything to go wrong.
func (s *sim) mishap() error {
	if len(s.mishaps) == 0 {
		return nil
	}
	f := pick(s, s.mishaps)
	s.say("fault: %s", f.name)
	s.report.Faults++
	if err := f.do(s); err != nil && !errors.Is(err, store.ErrDiskFull) {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return nil
}

// someone draws a member that still belongs to the office, nil when there is none.
func (s *sim) someone() *member {
	list := s.living()
	if len(list) == 0 {
		return nil
	}
	return pick(s, list)
}

// wrongClock sets a computer's clock to another time, or right again.
func (s *sim) wrongClock() error {
	skew := pick(s, []time.Duration{0, time.Hour, -time.Hour, -time.Hour, year, -5 * year})
	if s.hostClock && s.chance(3) {
		s.host.clock.Set(s.now.Add(skew))
		s.say("the host's clock is %v off", skew)
		return nil
	}
	m := s.someone()
	if m == nil {
		return nil
	}
	s.cut(m)
	m.clock.Set(s.now.Add(skew))
	m.sound, m.fast = false, skew > 0
	s.say("the clock of %s is %v off", m.name, skew)
	return nil
}

const year = 365 * 24 * time.Hour

func (s *sim) copyHost() error {
	b := s.backup(s.path("backup"))
	if err := s.host.store.BackupTo(s.ctx, b.path); err != nil {
		return err
	}
	s.host.copies = append(s.host.copies, b)
	return nil
}

// restoreHost brings the host's file back from before, and tells nobody.
func (s *sim) restoreHost() error {
	if len(s.host.copies) == 0 {
		return s.copyHost()
	}
	return s.bringHostBack(pick(s, s.host.copies))
}

func (s *sim) bringHostBack(b backup) error {
	s.cutAll()
	if err := s.host.store.Close(); err != nil {
		return err
	}
	s.lose(nil, b.edits)
	s.rewound = s.now
	return s.openCopy(b)
}

// openCopy starts the host on a copy of its file.
func (s *sim) openCopy(b backup) error {
	path := s.path("host")
	if err := copyFile(b.path, path); err != nil {
		return err
	}
	return s.openHost(path)
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

// lose notes that a computer has forgotten what was done on it since.
func (s *sim) lose(by *member, since int) {
	for _, e := range s.ledger[since:] {
		if e.by == by {
			e.lost = true
		}
	}
}

func (s *sim) cutAll() {
	for _, m := range s.members {
		s.cut(m)
	}
}

func (s *sim) copyMember() error {
	m := s.someone()
	if m == nil {
		return nil
	}
	b := s.backup(s.path("copy"))
	if err := m.store.BackupTo(s.ctx, b.path); err != nil {
		return err
	}
	m.copies = append(m.copies, b)
	return nil
}

// restoreMember brings a member's file back from before. Who has stolen a computer may do that too.
func (s *sim) restoreMember() error {
	var list []*member
	for _, m := range s.members {
		if len(m.copies) > 0 {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		return s.copyMember()
	}
	m := pick(s, list)
	return s.bringBack(m, pick(s, m.copies))
}

func (s *sim) bringBack(m *member, b backup) error {
	s.cut(m)
	if err := m.store.Close(); err != nil {
		return err
	}
	s.lose(m, b.edits)
	m.path, m.wiped, m.sound = s.path("member"), false, false // what it knew of the host's time may be wrong by now
	if err := copyFile(b.path, m.path); err != nil {
		return err
	}
	return s.openMember(m)
}

func (s *sim) restartMember() error {
	m := s.someone()
	if m == nil {
		return nil
	}
	s.cut(m)
	if err := m.store.Close(); err != nil {
		return err
	}
	return s.openMember(m)
}

func (s *sim) restartHost() error {
	s.cutAll()
	if err := s.host.store.Close(); err != nil {
		return err
	}
	return s.openHost(s.host.store.Path())
}

// revoke ends a computer's membership; its user may be given another one.
func (s *sim) revoke() error {
	if len(s.living()) < 3 {
		return s.replace()
	}
	m := s.someone()
	if err := s.host.Revoke(s.ctx, s.plan.admin, m.key.DeviceID()); err != nil {
		return err
	}
	s.say("%s is revoked", m.name)
	m.gone = true
	if s.chance(2) {
		return s.replace()
	}
	return nil
}

// replace lets a new computer in for a user who has none.
func (s *sim) replace() error {
	has := map[string]bool{}
	for _, m := range s.living() {
		has[m.user.UserID] = true
	}
	for _, p := range s.plan.members {
		if !has[p.user.UserID] {
			return s.buy(p)
		}
	}
	return nil
}

func (s *sim) buy(p planned) error {
	key, err := identity.NewKey(chaos(s.rng.Uint64()))
	if err != nil {
		return err
	}
	m := &member{
		name: fmt.Sprintf("%s-%d", p.user.Name, len(s.members)), key: key, user: p.user, path: s.path("member"),
		clock: clock.NewFake(s.now, s.rng.Uint64()), limit: s.members[0].limit, sound: true,
	}
	if err := os.WriteFile(m.path, s.plan.blank, 0o600); err != nil {
		return err
	}
	if err := s.openFile(m); err != nil {
		return err
	}
	later := func() { s.advance(time.Minute) }
	if err := admit(s.ctx, s.host.Host, s.plan.admin, m.user, m.key, m.store, later); err != nil {
		return errors.Join(err, m.store.Close())
	}
	s.members = append(s.members, m)
	return m.Start(s.ctx)
}

// fillDisk leaves little room on a computer's disk, or makes room again.
func (s *sim) fillDisk() error {
	st := s.host.store
	if m := s.someone(); m != nil && s.chance(2) {
		st = m.store
	}
	if s.full[st] {
		delete(s.full, st)
		return st.SetQuota(s.ctx, 0)
	}
	stats, err := st.Stats(s.ctx)
	if err != nil {
		return err
	}
	s.full[st] = true
	return st.SetQuota(s.ctx, stats.Pages+int64(s.rng.IntN(4)))
}

// makeRoom makes room on every disk.
func (s *sim) makeRoom() error {
	var errs []error
	if s.full[s.host.store] {
		errs = append(errs, s.host.store.SetQuota(s.ctx, 0))
	}
	for _, m := range s.members {
		if s.full[m.store] {
			errs = append(errs, m.store.SetQuota(s.ctx, 0))
		}
	}
	clear(s.full)
	return errors.Join(errs...)
}

// newHost gets another computer for the host: with a key, a keyring and a folder of its own.
func (s *sim) newHost() error {
	key, err := identity.NewKey(chaos(s.rng.Uint64()))
	if err != nil {
		return err
	}
	h := s.host
	h.deps.Key, h.deps.Random, h.vault = key, chaos(s.rng.Uint64()), newVault()
	h.deps.Vault, h.deps.Sidecar = h.vault, s.path("office")+".members"
	return nil
}

// handOver makes another computer the host, as planned.
func (s *sim) handOver() error {
	next := *s.host
	old := s.host
	s.host = &next
	if err := s.newHost(); err != nil {
		return err
	}
	b := s.backup(s.path("moving"))
	err := old.store.BackupTo(s.ctx, b.path)
	if err != nil {
		s.host = old
		return err
	}
	cert, err := old.HandOver(s.ctx, s.plan.admin, next.deps.Key.Public(), []string{"192.0.2.20:47300"})
	if err != nil {
		s.host = old
		return err
	}
	for _, m := range s.members { // who is connected is told where to go
		if m.link.up != nil {
			out, err := m.link.up.Wake(s.ctx)
			if err := s.fromHost(m, out, err); err != nil {
				return err
			}
		}
		m.link.up = nil
	}
	if err := errors.Join(old.store.Close(), s.openCopy(b)); err != nil {
		return err
	}
	return s.host.Accept(s.ctx, s.plan.admin.UserID, cert)
}

// takeOver makes another computer the host because the host's is gone: with a copy of its file, the recovery code and what
// a member knows of who belongs to the office.
func (s *sim) takeOver() error {
	if len(s.host.copies) == 0 {
		return s.copyHost()
	}
	var papers [][]byte
	for _, m := range s.living() {
		if err := errors.Join(s.connect(m), s.drain(m)); err != nil {
			return err
		}
		if m.link.up == nil || m.link.down == nil {
			continue
		}
		var err error
		if papers, err = m.Papers(s.ctx); err != nil {
			return err
		}
		break
	}
	if len(papers) == 0 {
		return nil
	}
	b := pick(s, s.host.copies)
	s.cutAll()
	if err := errors.Join(s.host.store.Close(), s.newHost()); err != nil {
		return err
	}
	s.lose(nil, b.edits)
	s.rewound = s.now
	if err := s.openCopy(b); err != nil {
		return err
	}
	return s.host.TakeOver(s.ctx, s.plan.admin.UserID, s.plan.code, papers...)
}

// skew has the host run a version that does not know prospects' temperatures, or brings it up to date.
func (s *sim) skew() error {
	s.cutAll()
	s.host.deps.Schema = oldSchema - s.host.deps.Schema
	s.host.Host = office.NewHost(s.host.deps)
	return s.host.Start(s.ctx)
}

const oldSchema = 3

// living are the members that still belong to the office.
func (s *sim) living() []*member {
	return slices.DeleteFunc(slices.Clone(s.members), func(m *member) bool { return m.gone })
}
