// Package natsbox is the inbox of a relay of any number of nodes: NATS JetStream keeps the events and what the nodes have to
// know of each other, so that a node of the relay has nothing of its own to lose. It reads no event's body.
//
// Two streams hold everything, in files and on three servers where there are three. One has a subject for each office, in
// which its events wait. The other is a bucket of keys: office.<id>, hook.<name>, page.<name>, host.<id> (the node at which
// the office's host is linked), deletion.<code> and node.<id>. What is read is read from a stream's leader, never from a
// replica that may be behind: an event that was acknowledged is not listed again, and one that was appended is listed.
//
// The servers have to be of version 2.12 or later, with
//
//	max_payload: 2MB                  # an event of relaywire.MaxBody has to fit
//	jetstream { sync_interval: always }
//
// Without it a server writes to its disk every two minutes, and events that were answered for are lost when all
// servers lose their power at once. An account cannot ask for it; where the system account shares its service
// $SYS.REQ.SERVER.PING.JSZ with the relay's, Open does, and warns.
package natsbox

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/relay"
)

// Config says where the servers are. URLs, Advertise, Clock and Log are compulsory.
type Config struct {
	URLs        string // "nats://10.0.0.5:4222,nats://10.0.0.6:4222"; tls:// where they have a certificate. May hold a password
	Credentials string // file of the account's user; empty for none
	CA          string // file of the authorities that the servers' certificates come from; empty for those of the system
	Namespace   string // of streams and subjects, so that two relays may share servers: a-z, 0-9 and -; empty is "sitegroup"
	Advertise   string // where the other nodes reach this one, "http://10.0.0.5:8090"
	Replicas    int    // of everything; 0 is three, or as many as there are servers
	Events      int64  // that wait for one office at most, whatever node they come to; 0 is no bound
	Kept        time.Duration
	Clock       clock.Clock
	Log         logrus.FieldLogger
}

const keptUsual = 90 * 24 * time.Hour

// ErrConfig says that the servers have to be set up in another way before a relay can use them.
var ErrConfig = errors.New("relay: NATS is not set up for a relay")

var errClosed = errors.New("relay: the inbox is closed")

// Inbox is a connection with the servers. It implements relay.Inbox.
type Inbox struct {
	cfg   Config
	node  string
	nc    *nats.Conn
	js    jetstream.JetStream
	inbox jetstream.Stream
	state jetstream.Stream
	busy  sync.WaitGroup
	feeds []jetstream.ConsumeContext

	closing chan struct{}
	close   sync.Once

	mu        sync.Mutex
	tallies   map[string]*tally
	known     map[string]struct{} // offices that were put once
	attending map[string]*attendant
	latest    map[string]uint64 // of an office, the last attendance that was heard of
}

var _ relay.Inbox = (*Inbox)(nil)

var namespaces = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)

// Open connects, for as long as ctx lets it, and creates what is missing. Errors ErrConfig.
func Open(ctx context.Context, cfg Config) (_ *Inbox, err error) {
	if cfg.Namespace == "" {
		cfg.Namespace = "sitegroup"
	}
	if !namespaces.MatchString(cfg.Namespace) {
		return nil, fmt.Errorf("%w: the namespace is of a-z, 0-9 and -", ErrConfig)
	}
	if cfg.Kept == 0 {
		cfg.Kept = keptUsual
	}
	b := &Inbox{
		cfg: cfg, node: strings.ReplaceAll(cfg.Clock.NewID(), "-", ""), closing: make(chan struct{}),
		tallies: map[string]*tally{}, known: map[string]struct{}{}, attending: map[string]*attendant{}, latest: map[string]uint64{},
	}
	defer func() {
		if err != nil {
			b.shut()
			err = fmt.Errorf("open inbox: %w", err)
		}
	}()
	if err := b.connect(ctx); err != nil {
		return nil, err
	}
	for err = b.streams(ctx); err != nil; err = b.streams(ctx) {
		if !passes(err) || ctx.Err() != nil {
			return nil, err
		}
		b.cfg.Log.WithError(err).Warn("JetStream is not ready; trying again") // servers that start take their time to agree
	}
	b.checkDisk(ctx)
	if err := b.follow(ctx); err != nil {
		return nil, err
	}
	if err := b.enter(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

// Healthy implements relay.Inbox: it has something kept.
func (b *Inbox) Healthy(ctx context.Context) error {
	m := nats.NewMsg(b.cfg.Namespace + ".inbox.probe")
	m.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject) // one is enough
	_, err := b.publish(ctx, healthPatience, m)
	return err
}

// Close implements relay.Inbox.
func (b *Inbox) Close() error {
	b.close.Do(func() {
		b.leave()
		b.shut()
	})
	return nil
}

func (b *Inbox) shut() {
	select {
	case <-b.closing:
	default:
		close(b.closing)
	}
	for _, f := range b.feeds {
		f.Stop()
	}
	if b.nc != nil {
		b.nc.Close()
	}
	b.busy.Wait()
}
