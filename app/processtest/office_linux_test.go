package processtest

import (
	"context"
	"errors"
	"net"
	"strconv"
	"syscall"

	"sitegroup.mx/crm/build/field"
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
			err = m.Start(ctx)
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
	if err := o.host.Start(ctx); err != nil {
		return err
	}
	o.code, err = o.host.Found(ctx)
	return err
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
	m.UserID, err = o.host.Hire(ctx, login, role)
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
		if listen, err = field.FreeAddress(); err != nil {
			return nil, err
		}
	}
	var args []string
	if n == 0 {
		args = []string{"--sync-listen", listen}
	}
	return newComputer(o.dir, name, login, admin, p, args...)
}

// join brings a new computer in, as its user and the administrator do it.
func (o *office) join(ctx context.Context, m *computer) error { return m.Join(ctx, o.host.Computer) }

func (o *office) all() []*computer { return append([]*computer{o.host}, o.members...) }

// end ends every program.
func (o *office) end(signal syscall.Signal) error {
	var err error
	for _, c := range o.all() {
		err = errors.Join(err, c.Thaw(), c.End(signal))
	}
	return err
}
