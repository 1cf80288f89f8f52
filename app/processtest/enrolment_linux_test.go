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
)

// TestProcesses_JoiningAndWipingSurviveKills brings a computer in and wipes it again, over and over, while it is killed at
// any point, and the host now and then. Whatever was interrupted goes on, or can be begun anew; nothing of a revoked
// computer's replica stays.
func TestProcesses_JoiningAndWipingSurviveKills(t *testing.T) {
	o, seconds := newOffice(t)
	if o == nil {
		return
	}
	began := time.Now()
	least := 3
	if seconds > 0 {
		least = 1
	}
	err := o.found(t.Context())
	var m *computer
	if err == nil {
		m, err = o.hire(t.Context(), "ana", false)
	}
	for n := 0; n < prospectsToJoin && err == nil; n++ {
		err = o.host.Must(t.Context(), "POST", "/api/prospects", map[string]any{
			"name": "Persona " + o.ledger.text(), "phones": []string{fmt.Sprintf("55%08d", n)}, "emails": []string{}, "note": o.ledger.text(), "owner_id": m.UserID,
		}, nil)
	}
	rounds := 0
	for ; err == nil && (rounds < least || time.Since(began) < seconds); rounds++ {
		err = o.comeAndGo(t.Context(), m, random(o.seed, "joining", rounds))
	}
	if err == nil {
		err = o.countDevices(t.Context())
	}
	if err != nil {
		t.Error(errors.Join(fmt.Errorf("seed %d, round %d: %w", o.seed, rounds, err), o.lastWords()))
	}
	t.Logf("seed %d: %d computers came and went in %v; %s", o.seed, rounds, time.Since(began).Round(time.Second), o.figures())
}

const prospectsToJoin = 150

// comeAndGo has a new computer join and be revoked.
func (o *office) comeAndGo(ctx context.Context, m *computer, rng *rand.Rand) error {
	if err := m.Start(ctx); err != nil {
		return err
	}
	if err := o.joinUnderFire(ctx, m, rng); err != nil {
		return err
	}
	var state struct {
		OfficeName string `json:"office_name"`
	}
	err := field.Eventually(ctx, "the office's name is on the new computer", field.Patience, func() (bool, error) {
		err := m.Must(ctx, "GET", "/api/setup", nil, &state)
		return state.OfficeName != "", err
	})
	if err != nil {
		return err
	}
	if err := m.SignIn(ctx); err != nil {
		return err
	}
	var list struct{ Total int }
	err = field.Eventually(ctx, "everything is on the new computer", healing, func() (bool, error) {
		err := m.Must(ctx, "GET", "/api/prospects?limit=1", nil, &list)
		return list.Total == prospectsToJoin, err
	})
	if err != nil {
		return errors.Join(err, fmt.Errorf("it has %d of %d prospects", list.Total, prospectsToJoin), o.standing(ctx))
	}
	return o.wipeUnderFire(ctx, m, rng)
}

// joinUnderFire joins until the computer is a member.
func (o *office) joinUnderFire(ctx context.Context, m *computer, rng *rand.Rand) error {
	for attempt := range 20 {
		joining := make(chan error, 1)
		trying, give := context.WithCancel(ctx)
		go func() { joining <- o.join(trying, m) }()
		struck := attempt < 4 && rng.IntN(5) > 0
		if struck {
			pause(ctx, rng, 1, 700)
			give()
			<-joining
			if err := o.strike(ctx, m, rng); err != nil {
				return err
			}
		} else if err := <-joining; err != nil {
			give()
			return err
		}
		give()
		var state struct{ State string }
		if err := m.Must(ctx, "GET", "/api/setup", nil, &state); err != nil {
			return err
		}
		if state.State == "ready" {
			return nil
		}
	}
	return errors.New("a computer does not become a member")
}

// strike kills the computer, and sometimes the host, and starts them again.
func (o *office) strike(ctx context.Context, m *computer, rng *rand.Rand) error {
	o.counts.add("kill of the member", 1)
	if rng.IntN(4) == 0 {
		o.counts.add("kill of the host", 1)
		if err := kill(ctx, o, o.host, rng); err != nil {
			return err
		}
	}
	return kill(ctx, o, m, rng)
}

// device is one of the office's computers as the administrator sees it.
type device struct {
	ID, State string
	UserID    string `json:"user_id"`
}

func (o *office) devices(ctx context.Context) ([]device, error) {
	var list struct{ Devices []device }
	err := o.host.Must(ctx, "GET", "/api/devices", nil, &list)
	return list.Devices, err
}

// countDevices counts in which state the host believes computers to be. One that was killed between emptying itself and
// saying so stays revoked; none is still let in.
func (o *office) countDevices(ctx context.Context) error {
	list, err := o.devices(ctx)
	for _, d := range list {
		o.counts.add("computers "+d.State, 1)
		if d.UserID == o.members[0].UserID && d.State != "revoked" && d.State != "wiped" {
			err = fmt.Errorf("a computer that was revoked is %s", d.State)
		}
	}
	return err
}

// wipeUnderFire revokes the computer and looks that nothing stays on it.
func (o *office) wipeUnderFire(ctx context.Context, m *computer, rng *rand.Rand) error {
	list, err := o.devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range list { // those of attempts that were cut short as well
		if d.UserID == m.UserID && d.State != "revoked" && d.State != "wiped" {
			if err := o.host.Must(ctx, "POST", "/api/devices/"+d.ID+"/revoke", nil, nil); err != nil {
				return err
			}
		}
	}
	for range 3 {
		pause(ctx, rng, 1, 120)
		if err := o.strike(ctx, m, rng); err != nil {
			return err
		}
	}
	if err := o.emptied(ctx, m); err != nil {
		return err
	}
	return m.End(syscall.SIGKILL)
}

// emptied waits until nothing is left of the office on a computer.
func (o *office) emptied(ctx context.Context, m *computer) error {
	err := field.Eventually(ctx, "nothing is left on a revoked computer", healing, func() (bool, error) {
		files, err := filepath.Glob(filepath.Join(m.Folder(), "office*"))
		if err != nil {
			return false, err
		}
		keys, err := os.ReadFile(m.KeyFile())
		return err == nil && len(files) == 0 && !strings.Contains(string(keys), "-key/"), err
	})
	if err != nil {
		return errors.Join(err, o.standing(ctx))
	}
	return nil
}
