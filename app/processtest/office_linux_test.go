package processtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sitegroup.mx/crm/app/apptest"
)

// office is a host and its members.
type office struct {
	dir     string
	seed    uint64
	wire    *wire // nil where computers share the loopback
	host    *computer
	members []*computer
	code    string // recovery code
	say     func(format string, args ...any)
	ledger  ledger
	counts  counts
}

// syncPort is where a host listens that has a network of its own.
const syncPort = 8766

// setUp makes the office and brings its members in: an administrator and two sellers.
func (o *office) setUp(ctx context.Context) error {
	if err := o.found(ctx); err != nil {
		return err
	}
	for _, login := range []string{"alma", "ana", "beto"} {
		m, err := o.hire(ctx, login, login == "alma")
		if err == nil {
			err = m.start()
		}
		if err == nil {
			err = o.join(ctx, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// found starts the host and makes an office of it that computers can join.
func (o *office) found(ctx context.Context) (err error) {
	if o.host, err = o.place("host", "admin", true, 0); err != nil {
		return err
	}
	if err := o.host.start(); err != nil {
		return err
	}
	var session struct{ Token string }
	err = o.host.must(ctx, "POST", "/api/setup", map[string]any{
		"office_name": "Oficina de prueba", "timezone": "America/Mexico_City", "language": "es-MX",
		"admin": map[string]string{"name": "Ada Admin", "login": "admin", "password": apptest.Password},
	}, &session)
	if err != nil {
		return err
	}
	o.host.sign(session.Token)
	var made struct{ Code string }
	if err := o.host.must(ctx, "POST", "/api/recovery/code", nil, &made); err != nil {
		return err
	}
	o.code = made.Code
	return o.host.must(ctx, "POST", "/api/recovery/code/confirm", map[string]string{"code": strings.ToLower(made.Code)}, nil)
}

// hire makes a user and gives them a computer on which nothing is yet.
func (o *office) hire(ctx context.Context, login string, admin bool) (*computer, error) {
	m, err := o.place(login, login, admin, len(o.members)+1)
	if err != nil {
		return nil, err
	}
	o.members = append(o.members, m)
	role := "seller"
	if admin {
		role = "admin"
	}
	var user struct{ ID string }
	err = o.host.must(ctx, "POST", "/api/users", map[string]string{"login": login, "name": "Persona " + login, "role": role, "password": apptest.Password}, &user)
	m.userID = user.ID
	return m, err
}

// place puts a computer where it is going to live.
func (o *office) place(name, login string, admin bool, n int) (*computer, error) {
	p := here()
	a := addressOf(n)
	listen := net.JoinHostPort(net.IP(a[:]).String(), strconv.Itoa(syncPort))
	var err error
	switch {
	case o.wire != nil:
		if p, err = apart(o.wire, a); err != nil {
			return nil, err
		}
	case n == 0:
		if listen, err = freePort(); err != nil {
			return nil, err
		}
	}
	var args []string
	if n == 0 {
		args = []string{"--sync-listen", listen}
	}
	return newComputer(o.dir, name, login, admin, p, args...)
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// join brings a new computer in, as its user and the administrator do it.
func (o *office) join(ctx context.Context, m *computer) error {
	var invitation struct{ ID, Text string }
	if err := o.host.must(ctx, "POST", "/api/devices/invitations", map[string]string{"user_id": m.userID}, &invitation); err != nil {
		return err
	}
	if err := m.must(ctx, "POST", "/api/setup/join", map[string]string{"invitation": invitation.Text, "device_name": "Portátil de " + m.login}, nil); err != nil {
		return err
	}
	var here struct{ State, Digits, Problem string }
	looksLike := func(so func() bool) error {
		return eventually(ctx, "joining of "+m.name, patience, func() (bool, error) {
			if err := m.must(ctx, "GET", "/api/setup/join", nil, &here); err != nil {
				return false, err
			}
			if here.Problem != "" {
				return false, fmt.Errorf("joining failed: %s", here.Problem)
			}
			return so(), nil
		})
	}
	if err := looksLike(func() bool { return here.Digits != "" }); err != nil {
		return err
	}
	if err := o.host.must(ctx, "POST", "/api/devices/invitations/"+invitation.ID+"/admit", nil, nil); err != nil {
		return err
	}
	if err := looksLike(func() bool { return here.State == "ready" }); err != nil {
		return err
	}
	return m.signIn(ctx)
}

func (o *office) all() []*computer { return append([]*computer{o.host}, o.members...) }

// end ends every program.
func (o *office) end(signal syscall.Signal) error {
	var err error
	for _, c := range o.all() {
		err = errors.Join(err, c.thaw(), c.end(signal))
	}
	return err
}

// eventually waits for what programs do by themselves.
func eventually(ctx context.Context, what string, within time.Duration, so func() (bool, error)) error {
	late := time.After(within)
	for {
		done, err := so()
		if err != nil || done {
			return err
		}
		select {
		case <-late:
			return fmt.Errorf("never: %s", what)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}
