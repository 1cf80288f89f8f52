package app

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/sqlitebox"
)

// relayOptions are the relay's own flags.
type relayOptions struct {
	url, addr, metricsAddr, admissionFile string
	acme                                  bool
	acmeEmail, acmeHTTP, acmeDirectory    string
	cert, certKey                         string
	proxies                               []string
	quotaEvents, quotaMiB                 int64
	keepDays, maxConnections              int
	officeRate, addressRate               float64
	nats                                  natsOptions
}

const (
	// ofOneAddress is how many connections an address may have open: a large office behind one router has that many computers.
	ofOneAddress = 512

	// The port for ACME's questions is as public. What is open there is not left for the relay itself.
	asideConnections  = 1000
	asideOfOneAddress = 20
	asidePatience     = 30 * time.Second
)

func (c *command) relayCommand() *cobra.Command {
	var o relayOptions
	cmd := c.command("relay", "relay", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return c.relay(cmd.Context(), o) })
	usual := relay.DefaultLimits()
	set := cmd.Flags()
	c.text(set, &o.url, "url", "")
	c.text(set, &o.addr, "addr", "")
	set.BoolVar(&o.acme, "acme", false, c.usage("acme"))
	c.text(set, &o.acmeEmail, "acme-email", "")
	c.text(set, &o.acmeHTTP, "acme-http", ":80")
	c.text(set, &o.acmeDirectory, "acme-directory", "")
	c.text(set, &o.cert, "cert", "")
	c.text(set, &o.certKey, "cert-key", "")
	set.StringSliceVar(&o.proxies, "trusted-proxy", []string{"127.0.0.0/8", "::1/128"}, c.usage("trusted-proxy"))
	c.text(set, &o.admissionFile, "admission-file", "")
	c.text(set, &o.metricsAddr, "metrics-addr", "")
	set.Int64Var(&o.quotaEvents, "quota-events", usual.Inbox.Events, c.usage("quota-events"))
	set.Int64Var(&o.quotaMiB, "quota-mib", usual.Inbox.Bytes>>20, c.usage("quota-mib"))
	set.IntVar(&o.keepDays, "keep-days", int(relay.KeptUsual/(24*time.Hour)), c.usage("keep-days"))
	set.Float64Var(&o.officeRate, "office-rate", usual.Webhooks.PerSecond, c.usage("office-rate"))
	set.Float64Var(&o.addressRate, "address-rate", usual.Requests.PerSecond, c.usage("address-rate"))
	set.IntVar(&o.maxConnections, "max-connections", 25_000, c.usage("max-connections"))
	c.natsFlags(set, &o.nats)
	return cmd
}

// relay runs the public side until ctx ends, and then lets everybody go in order.
func (c *command) relay(ctx context.Context, o relayOptions) (err error) {
	f, err := c.relayFolder()
	if err != nil {
		return err
	}
	level, err := logrus.ParseLevel(c.logLevel)
	if err != nil {
		return fmt.Errorf("read log level: %w", err)
	}
	// A server's log belongs to whoever started it: systemd or the container.
	log := newLog(c.Err, level, io.Discard)
	d, err := o.deps(log)
	if err != nil {
		return err
	}
	certificates, err := o.certificates(filepath.Join(string(f), "acme"), log)
	if err != nil {
		return err
	}
	if d.Admission, err = c.admission(f, o); err != nil {
		return err
	}
	if d.Inbox, err = o.openInbox(ctx, f, d, log); err != nil {
		return err
	}
	defer closing(&err, d.Inbox.Close)
	s, err := relay.New(d)
	if err != nil {
		return err
	}
	defer closing(&err, s.Close)
	log.WithField("version", version).Info("relay started")
	return c.serveRelay(ctx, s, o, certificates, log)
}

// relayFolder is where the inbox is; nobody but the relay looks into it.
func (c *command) relayFolder() (folder, error) {
	f, err := chooseFolder(c.data, c.Env)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return "", fault.Wrap(fmt.Errorf("make data folder: %w", err), "data.folder", "path", string(f))
	}
	return f, nil
}

// openInbox chooses where events are kept: in a file of this node's own, or where all nodes of the relay find them.
func (o relayOptions) openInbox(ctx context.Context, f folder, d relay.Deps, log logrus.FieldLogger) (relay.Inbox, error) {
	if o.nats.urls != "" {
		return o.nats.open(ctx, d, log)
	}
	path := filepath.Join(string(f), "relay.db")
	in, err := sqlitebox.Open(ctx, path, log.WithField("part", "inbox"))
	if errors.Is(err, sqlitebox.ErrInUse) {
		return nil, fault.Wrap(err, "relay.inbox_in_use", "path", string(f))
	}
	if err != nil {
		return nil, fault.Wrap(err, "relay.inbox", "path", path)
	}
	return in, nil
}

// deps reads what the flags say of the relay itself.
func (o relayOptions) deps(log logrus.FieldLogger) (relay.Deps, error) {
	bad := func(flag, text string) (relay.Deps, error) {
		return relay.Deps{}, fault.New("relay.bad_setting", "flag", flag, "text", text)
	}
	base, _, err := relay.ParseURL(strings.TrimSuffix(o.url, "/"))
	if err != nil {
		return relay.Deps{}, fault.Wrap(err, "relay.bad_url", "url", o.url)
	}
	d := relay.Deps{BaseURL: base, Limits: relay.DefaultLimits(), Clock: clock.System{}, Log: log.WithField("part", "relay")}
	for _, text := range o.proxies {
		p, err := netip.ParsePrefix(text)
		if a, e := netip.ParseAddr(text); err != nil && e == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return bad("trusted-proxy", text)
		}
		d.Proxies = append(d.Proxies, p.Masked())
	}
	switch {
	case o.quotaEvents < 1:
		return bad("quota-events", fmt.Sprint(o.quotaEvents))
	case o.quotaMiB < 1:
		return bad("quota-mib", fmt.Sprint(o.quotaMiB))
	case o.keepDays < 1:
		return bad("keep-days", fmt.Sprint(o.keepDays))
	case o.officeRate < 0:
		return bad("office-rate", fmt.Sprint(o.officeRate))
	case o.addressRate < 0:
		return bad("address-rate", fmt.Sprint(o.addressRate))
	}
	d.Limits.Inbox = relay.Quota{Events: o.quotaEvents, Bytes: o.quotaMiB << 20}
	d.Limits.Kept = time.Duration(o.keepDays) * 24 * time.Hour
	d.Limits.Webhooks, d.Limits.Requests = rateOf(o.officeRate, 10), rateOf(o.addressRate, 5)
	return d, nil
}

// rateOf is a rate that lets some seconds of it come at once.
func rateOf(perSecond float64, seconds int) relay.Rate {
	if perSecond == 0 {
		return relay.Rate{}
	}
	return relay.Rate{PerSecond: perSecond, Burst: max(1, int(perSecond*float64(seconds)))}
}

// admission reads the operator's tokens. Where there is no file yet, one is made and its token said, this once.
func (c *command) admission(f folder, o relayOptions) ([]string, error) {
	path := o.admissionFile
	if path == "" {
		path = filepath.Join(string(f), "admission.txt")
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		token := rand.Text()
		if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
			return nil, fault.Wrap(fmt.Errorf("make admission file: %w", err), "relay.admission_file", "path", path)
		}
		fmt.Fprintf(c.Out, "%s\n\n    %s\n\n", c.say.say("relay.admission", "path", path), token)
		return []string{token}, nil
	}
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("read admission file: %w", err), "relay.admission_file", "path", path)
	}
	var tokens []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			tokens = append(tokens, line)
		}
	}
	return tokens, nil
}

// serveRelay answers until ctx ends. Hosts are sent elsewhere first, while webhooks are still taken.
func (c *command) serveRelay(ctx context.Context, s *relay.Server, o relayOptions, t *tlsSource, log logrus.FieldLogger) error {
	work := crew{log: log}
	addr := o.addr
	if addr == "" {
		addr = "127.0.0.1:8090" // behind a proxy of this computer
		if t != nil {
			addr = ":443"
		}
	}
	public, err := listenRelay(ctx, addr)
	if err != nil {
		return err
	}
	servers := []*http.Server{relayServer(s, log)}
	listeners := []net.Listener{s.Gate(public, o.maxConnections, ofOneAddress)}
	if t != nil {
		listeners[0] = tls.NewListener(listeners[0], t.config)
	}
	for _, more := range []struct {
		addr    string
		handler http.Handler
	}{{o.metricsAddr, s.Metrics()}, {t.challengeAddr(o), t.challenges()}} {
		if more.addr == "" {
			continue
		}
		l, err := listenRelay(ctx, more.addr)
		if err != nil {
			return errors.Join(err, closeAll(listeners))
		}
		aside := relayServer(more.handler, log)
		aside.ReadTimeout, aside.WriteTimeout = asidePatience, asidePatience
		servers, listeners = append(servers, aside), append(listeners, s.Gate(l, asideConnections, asideOfOneAddress))
	}
	ended := make(chan error, len(servers))
	for i := range servers {
		work.start("relay", ctx.Done(), func() { ended <- servers[i].Serve(listeners[i]) })
	}
	work.aside("certificate", func() { t.fetch(log) }) // ACME may take minutes
	fmt.Fprintln(c.Out, c.say.say("relay.ready", "url", o.url, "address", public.Addr()))
	select {
	case err = <-ended:
	case <-ctx.Done():
		log.Info("relay is stopping")
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if e := s.Drain(patience); e != nil {
		log.WithError(e).Warn("some connections are cut off")
	}
	// A host that does not leave costs no webhook the time to be answered.
	patience, cancelled := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancelled()
	for _, h := range servers {
		if e := h.Shutdown(patience); e != nil {
			_ = h.Close() // whoever did not end in time is cut off
		}
	}
	work.wait()
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the relay: %w", err)
	}
	return nil
}

func closeAll(listeners []net.Listener) error {
	var err error
	for _, l := range listeners {
		err = errors.Join(err, l.Close())
	}
	return err
}

func listenRelay(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("listen: %w", err), "serve.port_taken", "addr", addr)
	}
	return l, nil
}

// relayServer leaves a body's and an answer's time to the handler.
func relayServer(handler http.Handler, log logrus.FieldLogger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: quiet(log),
	}
}
