//go:build !race

package processtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sitegroup.mx/crm/build/field"

	"sitegroup.mx/crm/backend/recovery"
)

// succession is a way in which another computer becomes the host. next begins it, or begins it anew; it may fail, because
// what was killed before is still on its way.
type succession struct {
	name string
	next func(ctx context.Context, s *succeeding) error
	dead bool // the host's computer is gone
	bare bool // the next host's computer is new
}

var successions = []succession{
	{"taking over", takeOver, true, false},
	{"handing over", handOver, false, false},
	{"restoring", takeOver, true, true},
}

// succeeding is an office whose host is to be another computer.
type succeeding struct {
	*office
	how          succession
	rng          *rand.Rand
	heir         *computer
	seller, gone *computer
	backup       string
	prospects    [2]string
	plans        int // kills in the middle of it
}

// TestProcesses_TheHostIsAnotherWheneverItIsKilled: whenever the power goes while an office gets another host, there is one
// host at the end, it has what was written before and during it on either side, and who was revoked stays so.
func TestProcesses_TheHostIsAnotherWheneverItIsKilled(t *testing.T) {
	began := time.Now()
	for round := 0; ; round++ {
		var length time.Duration
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			var o *office
			o, length = anOffice(t)
			killAtEnd(t, o)
			how := successions[round%len(successions)]
			s := &succeeding{office: o, how: how, rng: random(o.seed, "succession", round)}
			if err := s.play(t.Context()); err != nil {
				t.Error(errors.Join(fmt.Errorf("seed %d, %s: %w", o.seed, how.name, err), o.lastWords()))
			}
			t.Logf("%s: killed %d times in the middle of it", how.name, s.plans)
		})
		if t.Failed() || round+1 >= len(successions) && time.Since(began) >= length {
			break
		}
	}
}

func (s *succeeding) play(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.succeed(ctx); err != nil {
		return errors.Join(err, s.standing(ctx))
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		return err
	}
	f, err := open(ctx, s.heir)
	if err != nil {
		return err
	}
	if f.Member {
		err = errors.New("the next host is a member")
	}
	return errors.Join(err, whole(f), twice(f), tidy(s.heir), f.Store.Close())
}

// prepare makes an office of a host, an administrator's computer and two sellers', one of which is revoked after the backup.
func (s *succeeding) prepare(ctx context.Context) error {
	if err := s.found(ctx); err != nil {
		return err
	}
	port, err := field.FreeAddress()
	if err != nil {
		return err
	}
	if s.how.dead {
		port = s.host.Args[1] // where the others look for it
	}
	for _, login := range []string{"alma", "ana", "beto"} {
		m, err := s.hire(ctx, login, login == "alma")
		if err != nil {
			return err
		}
		if login == "alma" {
			m.Args = []string{"--sync-listen", port}
		}
		if err := errors.Join(m.Start(ctx), s.join(ctx, m)); err != nil {
			return err
		}
	}
	s.heir, s.seller, s.gone = s.members[0], s.members[1], s.members[2]
	for i := range s.prospects {
		var made struct{ ID string }
		err := s.host.Must(ctx, "POST", "/api/prospects", map[string]any{
			"name": "Persona " + s.ledger.text(), "phones": []string{}, "emails": []string{s.ledger.text() + "@example.com"}, "owner_id": s.seller.UserID,
		}, &made)
		if err != nil {
			return err
		}
		s.prospects[i] = made.ID
	}
	if err := s.backUp(ctx); err != nil {
		return err
	}
	for _, m := range []*computer{s.heir, s.seller} { // after the backup, and settled
		if err := s.shows(ctx, m, s.prospects[1], ""); err != nil {
			return err
		}
	}
	if err := errors.Join(s.set(ctx, s.seller, s.prospects[1], "cold"), s.shows(ctx, s.heir, s.prospects[1], "cold")); err != nil {
		return err
	}
	if err := s.gone.End(syscall.SIGKILL); err != nil {
		return err
	}
	if err := s.revoke(ctx); err != nil {
		return err
	}
	if s.how.dead {
		if err := s.host.End(syscall.SIGKILL); err != nil {
			return err
		}
	}
	// Not sent where the host is gone, and on its way where it is not.
	if err := errors.Join(s.set(ctx, s.heir, s.prospects[0], "hot"), s.set(ctx, s.seller, s.prospects[1], "warm")); err != nil {
		return err
	}
	if !s.how.bare {
		return nil
	}
	s.seller = s.heir // whose edits have to arrive as well
	s.heir, err = newComputer(s.dir, "nuevo", "admin", true, here(), "--sync-listen", port)
	if err != nil {
		return err
	}
	s.members = append(s.members, s.heir)
	return s.heir.Start(ctx)
}

func (s *succeeding) backUp(ctx context.Context) error {
	folder := filepath.Join(s.dir, "copies")
	var made struct{ Name string }
	err := errors.Join(
		os.Mkdir(folder, 0o700),
		s.host.Must(ctx, "PUT", "/api/recovery/folder", map[string]string{"path": folder}, nil),
		s.host.Must(ctx, "POST", "/api/recovery/backup", nil, &made),
	)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(filepath.Join(folder, made.Name))
	s.backup = filepath.Join(s.dir, made.Name) // the folder's old ones are dropped
	return errors.Join(err, os.WriteFile(s.backup, content, 0o600))
}

func (s *succeeding) set(ctx context.Context, c *computer, prospect, temperature string) error {
	return c.Must(ctx, "PATCH", "/api/prospects/"+prospect, map[string]string{"temperature": temperature}, nil)
}

// shows waits until a computer has a prospect with a temperature.
func (s *succeeding) shows(ctx context.Context, c *computer, prospect, temperature string) error {
	what := fmt.Sprintf("%s shows %s as %q", c.Name, prospect, temperature)
	return field.Eventually(ctx, what, healing, func() (bool, error) {
		var detail struct{ Temperature string }
		status, _, err := c.Ask(ctx, "GET", "/api/prospects/"+prospect, nil, &detail)
		return status < 300 && detail.Temperature == temperature, err
	})
}

// deviceOf is the id of a user's computer.
func (s *succeeding) deviceOf(ctx context.Context, m *computer) (string, error) {
	list, err := s.devices(ctx)
	for _, d := range list {
		if d.UserID == m.UserID {
			return d.ID, err
		}
	}
	return "", errors.Join(err, fmt.Errorf("the host does not know %s", m.Name))
}

// revoke cuts beto's computer off, and waits until the administrator's one knows it.
func (s *succeeding) revoke(ctx context.Context) error {
	id, err := s.deviceOf(ctx, s.gone)
	if err != nil {
		return err
	}
	if err := s.host.Must(ctx, "POST", "/api/devices/"+id+"/revoke", nil, nil); err != nil {
		return err
	}
	return field.Eventually(ctx, "the administrator's computer knows who was revoked", field.Patience, func() (bool, error) { return s.revoked(ctx, s.heir) })
}

// revoked reports whether a computer believes beto's to be revoked.
func (s *succeeding) revoked(ctx context.Context, c *computer) (bool, error) {
	var list struct{ Devices []device }
	status, _, err := c.Ask(ctx, "GET", "/api/devices", nil, &list)
	if err != nil || status >= 300 {
		return false, err
	}
	revoked := false
	for _, d := range list.Devices {
		if d.UserID == s.gone.UserID {
			revoked = d.State == "revoked" || d.State == "wiped"
		}
	}
	return revoked, nil
}

// mostStrikes is how often the power goes during one succession.
const mostStrikes = 5

// succeed begins the succession and has the power go, again and again, and in the end lets it be.
func (s *succeeding) succeed(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		is, err := s.isHost(ctx)
		if is || err != nil {
			return err
		}
		if attempt == 3*mostStrikes {
			return errors.New("the next host does not become it")
		}
		if err := s.how.next(ctx, s); err != nil {
			s.say("%s: %v", s.how.name, err)
		}
		if attempt >= mostStrikes {
			if err := s.ended(ctx); err != nil {
				s.say("%s: %v", s.how.name, err)
			}
			continue
		}
		s.reach(ctx, s.rng.IntN(len(recovery.Steps)))
		pause(ctx, s.rng, 0, 40)
		if err := s.strike(ctx); err != nil {
			return err
		}
	}
}

// strike kills the next host, or the present one, or both.
func (s *succeeding) strike(ctx context.Context) error {
	struck := []*computer{s.heir}
	if !s.how.dead {
		switch s.rng.IntN(3) {
		case 0:
			struck = []*computer{s.host}
		case 1:
			struck = append(struck, s.host)
		}
	}
	for _, c := range struck {
		if err := c.End(syscall.SIGKILL); err != nil {
			return err
		}
	}
	left, err := filepath.Glob(filepath.Join(s.heir.Folder(), "office.db.restore*"))
	if err != nil {
		return err
	}
	if len(left) > 0 {
		s.plans++
	}
	pause(ctx, s.rng, 1, 300)
	for _, c := range struck {
		if s.rng.IntN(2) == 0 { // once more, while it ends what was cut short
			err := c.Launch()
			pause(ctx, s.rng, 1, 200)
			if err := errors.Join(err, c.End(syscall.SIGKILL)); err != nil {
				return err
			}
		}
		if err := c.Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// isHost reports whether the next host has become it, as soon as its program shows an office, or has none to show.
func (s *succeeding) isHost(ctx context.Context) (is bool, err error) {
	last := ""
	err = field.Eventually(ctx, "there is an office on "+s.heir.Name, healing, func() (bool, error) {
		var setup, work struct{ State string }
		err := errors.Join(s.heir.Must(ctx, "GET", "/api/setup/restore", nil, &work), s.heir.Must(ctx, "GET", "/api/setup", nil, &setup))
		if err != nil || setup.State == "new" && s.how.bare && work.State != "running" {
			return true, err
		}
		var session struct{ Token string }
		var state syncState
		status, code, err := s.heir.Ask(ctx, "POST", "/api/session", map[string]string{"login": s.heir.Login, "password": field.Password}, &session)
		if err == nil && status < 300 {
			s.heir.Sign(session.Token)
			status, code, err = s.heir.Ask(ctx, "GET", "/api/sync", nil, &state)
		}
		is, last = state.Role == "host" && state.State != "stopped", fmt.Sprint(setup.State, work.State, code)
		return status < 300, err
	})
	if err != nil {
		return false, fmt.Errorf("%w: %s", err, last)
	}
	return is, nil
}

// reach waits until a step of what was begun has been reached, or it has ended.
func (s *succeeding) reach(ctx context.Context, step int) {
	for ctx.Err() == nil {
		var state struct {
			State string
			Step  int
		}
		err := s.heir.Must(ctx, "GET", "/api/setup/restore", nil, &state)
		if err != nil || state.State != "running" || state.Step >= step {
			s.say("killed at step %d, %s", state.Step, state.State)
			return
		}
	}
}

// ended waits until what was begun has ended, well or not.
func (s *succeeding) ended(ctx context.Context) error {
	var state struct{ State, Problem string }
	err := field.Eventually(ctx, s.how.name+" ends", healing, func() (bool, error) {
		err := s.heir.Must(ctx, "GET", "/api/setup/restore", nil, &state)
		return state.State != "running", err
	})
	if err == nil && state.Problem != "" {
		err = errors.New(state.Problem)
	}
	return err
}

// takeOver restores the backup on the next host.
func takeOver(ctx context.Context, s *succeeding) error {
	return s.heir.Must(ctx, "POST", "/api/setup/restore", map[string]string{"path": s.backup, "code": s.code}, nil)
}

// handOver has the host offer itself and the next host accept.
func handOver(ctx context.Context, s *succeeding) error {
	id, err := s.deviceOf(ctx, s.heir)
	if err != nil {
		return s.named(ctx, err)
	}
	if err := s.host.Must(ctx, "DELETE", "/api/handover", nil, nil); err != nil { // one that was cut short
		return s.named(ctx, err)
	}
	err = field.Eventually(ctx, "the next host can be chosen", field.Patience, func() (bool, error) {
		status, _, err := s.host.Ask(ctx, "POST", "/api/handover", map[string]string{"device_id": id}, nil)
		return status < 300, err
	})
	if err != nil {
		return s.named(ctx, err)
	}
	return s.heir.Must(ctx, "POST", "/api/handover/take", nil, nil)
}

// named waits until the next host is it, where the present one has named it and serves nobody any more.
func (s *succeeding) named(ctx context.Context, why error) error {
	if !strings.Contains(why.Error(), "host.superseded") {
		return why
	}
	return field.Eventually(ctx, "who was named is the host", healing, func() (bool, error) { return s.isHost(ctx) })
}

// look holds that everything that was written is on the next host, and that who was revoked stays so.
func (s *succeeding) look(ctx context.Context) error {
	if err := errors.Join(s.shows(ctx, s.heir, s.prospects[0], "hot"), s.shows(ctx, s.heir, s.prospects[1], "warm")); err != nil {
		return errors.Join(err, s.standing(ctx))
	}
	err := field.Eventually(ctx, "the next host knows who was revoked", healing, func() (bool, error) { return s.revoked(ctx, s.heir) })
	if err != nil || !s.how.dead {
		return err
	}
	if err := s.gone.Start(ctx); err != nil {
		return err
	}
	return s.emptied(ctx, s.gone)
}

// tidy: neither a replica nor its keys are left of what the computer was before.
func tidy(c *computer) error {
	left, err := filepath.Glob(filepath.Join(c.Folder(), "office.db.*"))
	for _, path := range left {
		if !strings.HasSuffix(path, ".lock") {
			err = errors.Join(err, fmt.Errorf("%s is left", filepath.Base(path)))
		}
	}
	keys, readErr := os.ReadFile(c.KeyFile())
	if n := strings.Count(string(keys), "database-key/"); n != 1 {
		err = errors.Join(err, fmt.Errorf("%d keys are left", n))
	}
	return errors.Join(err, readErr)
}
