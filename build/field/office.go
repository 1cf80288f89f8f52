package field

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Setting is how an office is set up.
type Setting struct {
	Dir     string
	Program Program
	Nodes   int  // of the relay
	NATS    bool // the nodes keep what they share in three NATS servers
}

// Office is an office behind a relay: nobody listens on its network, and its host, its seller and Meta meet at the relay.
type Office struct {
	Meta     *Meta
	Relays   []*Relay
	Host     *Computer
	Seller   *Computer
	Callback string // that Meta calls

	nats  *natsCluster
	front *balancer
}

// SetUp founds the office, connects it with its relay and with Meta, and has a seller join from outside.
func SetUp(ctx context.Context, s Setting) (_ *Office, err error) {
	o := &Office{}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.lastWords())
			o.Stop()
		}
	}()
	if o.Meta, err = StartMeta(ctx, s.Program); err != nil {
		return nil, err
	}
	url, err := o.startRelay(ctx, s)
	if err != nil {
		return nil, err
	}
	if o.Host, err = NewComputer(s.Dir, "host", "admin", s.Program, nil); err != nil {
		return nil, err
	}
	if err = o.Host.Start(ctx); err != nil {
		return nil, err
	}
	if _, err = o.Host.Found(ctx); err != nil {
		return nil, err
	}
	if err = o.connect(ctx, url); err != nil {
		return nil, err
	}
	if o.Seller, err = NewComputer(s.Dir, "ana", "ana", s.Program, nil); err != nil {
		return nil, err
	}
	if o.Seller.UserID, err = o.Host.Hire(ctx, "ana", "seller"); err != nil {
		return nil, err
	}
	if err = o.Seller.Start(ctx); err != nil {
		return nil, err
	}
	return o, o.Seller.Join(ctx, o.Host)
}

// startRelay starts the relay's nodes and returns where the relay is.
func (o *Office) startRelay(ctx context.Context, s Setting) (url string, err error) {
	nats := ""
	if s.NATS {
		if o.nats, err = startNATS(s.Dir); err != nil {
			return "", err
		}
		nats = NATSURLs(o.nats.servers)
	}
	if s.Nodes > 1 {
		if o.front, err = newBalancer(); err != nil {
			return "", err
		}
		url = o.front.url()
	}
	var urls []string
	for n := range s.Nodes {
		r, err := NewRelay(s.Dir, fmt.Sprint("relay ", n+1), url, nats, s.Program)
		if err != nil {
			return "", err
		}
		o.Relays = append(o.Relays, r)
		urls = append(urls, r.URL())
	}
	for _, r := range o.Relays {
		if err := r.Start(ctx); err != nil {
			return "", err
		}
	}
	if o.front == nil {
		return urls[0], nil
	}
	o.front.serve(urls...)
	return url, nil
}

// connect connects the office with Meta, and has Meta call it by its relay.
func (o *Office) connect(ctx context.Context, relay string) error {
	var status struct{ Pages []struct{ ID string } }
	err := o.Host.Must(ctx, "PUT", "/api/meta/connection", map[string]string{
		"app_id": o.Meta.AppID, "app_secret": o.Meta.AppSecret, "token": o.Meta.Token, "base_url": o.Meta.URL,
	}, &status)
	if err != nil {
		return err
	}
	for _, page := range status.Pages {
		if err := o.Host.Must(ctx, "PATCH", "/api/meta/pages/"+page.ID, map[string]bool{"active": true}, nil); err != nil {
			return err
		}
	}
	var state struct {
		State, Problem string
		CallbackURL    string `json:"callback_url"`
	}
	if err := o.Host.Must(ctx, "PUT", "/api/relay", map[string]string{"address": relay, "admission": admission}, &state); err != nil {
		return err
	}
	if state.State != "linked" {
		return fmt.Errorf("the office is not linked with its relay: %s %s", state.State, state.Problem)
	}
	o.Callback = state.CallbackURL
	return o.Host.Must(ctx, "POST", "/api/relay/subscribe", nil, nil)
}

// Settled waits until the host has nothing more to do with leads, and returns how many have become somebody's.
func (o *Office) Settled(ctx context.Context, want int, within time.Duration) (n int, err error) {
	err = Eventually(ctx, fmt.Sprintf("%d leads are in the ledger", want), within, func() (bool, error) {
		var list struct {
			Counts struct{ Received, Fetched, Registered, Linked, Failed, Held int }
		}
		err := o.Host.Must(ctx, "GET", "/api/leads?limit=1", nil, &list)
		c := list.Counts
		n = c.Registered + c.Linked
		return n >= want && c.Received+c.Fetched+c.Failed+c.Held == 0, err
	})
	return n, err
}

// Computers are the host's and the seller's.
func (o *Office) Computers() (all []*Computer) {
	for _, c := range []*Computer{o.Host, o.Seller} {
		if c != nil {
			all = append(all, c)
		}
	}
	return all
}

// Stop ends everything that runs.
func (o *Office) Stop() {
	for _, c := range o.Computers() {
		_ = c.End(syscall.SIGKILL) // it may have ended by itself
	}
	for _, r := range o.Relays {
		r.Stop()
	}
	if o.front != nil {
		o.front.close()
	}
	if o.nats != nil {
		o.nats.stop()
	}
	if o.Meta != nil {
		o.Meta.Stop()
	}
}

// lastWords are what programs have said, for a run that has failed.
func (o *Office) lastWords() (err error) {
	for _, c := range o.Computers() {
		err = errors.Join(err, c.LastWords())
	}
	for _, r := range o.Relays {
		if r.process != nil {
			err = errors.Join(err, fmt.Errorf("%s said:\n%s", r.name, tail(r.process.Out.String())))
		}
	}
	return err
}
