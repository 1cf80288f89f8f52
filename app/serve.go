package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/fault"
)

// farewell is how long running requests may take to end once the program is told to.
const farewell = 5 * time.Second

// server shows the program to browsers on this computer.
type server struct {
	listener net.Listener
	http     *http.Server
	over     context.CancelFunc
}

// takeAddress listens on an address of this computer; port 0 takes a free one. It answers serve.not_loopback,
// serve.bad_address or serve.port_taken.
func takeAddress(ctx context.Context, addr string) (net.Listener, error) {
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("listen: %w", err), "serve.port_taken", "addr", addr)
	}
	return listener, nil
}

// newServer answers with handler on the listener once it runs.
func newServer(ctx context.Context, listener net.Listener, handler http.Handler, log logrus.FieldLogger) *server {
	port := listener.Addr().(*net.TCPAddr).Port
	// Streams of events end with this context; requests do when they are answered.
	running, over := context.WithCancel(context.WithoutCancel(ctx))
	return &server{listener: listener, over: over, http: &http.Server{
		Handler:           guard{next: handler, port: strconv.Itoa(port)},
		BaseContext:       func(net.Listener) context.Context { return running },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          quiet(log),
	}}
}

// address is what a browser has to open.
func (s *server) address() string { return "http://" + s.listener.Addr().String() + "/" }

// run serves until ctx is done, and then lets running requests end.
func (s *server) run(ctx context.Context, c *crew) error {
	ended := make(chan error, 1)
	c.start("http", ctx.Done(), func() { ended <- s.http.Serve(s.listener) })
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	s.over()
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if stopErr := s.http.Shutdown(patience); stopErr != nil {
		_ = s.http.Close() // whoever did not end in time is cut off
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
