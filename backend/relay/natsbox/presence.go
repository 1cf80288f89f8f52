package natsbox

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Bounds of a node's presence.
const (
	heartbeat   = 20 * time.Second
	nodeKept    = 60 * time.Second // after its last heartbeat
	farewell    = 2 * time.Second
	searches    = 4 // for a node: who subscribes is heard of on the other servers a moment later
	searchPause = 20 * time.Millisecond
)

// attendant is who takes an office's signals on this node. Of two, on whatever nodes, the later one by the number of its
// entry host.<office> attends; everybody hears of these entries in their order.
type attendant struct {
	seq  uint64
	take func(relay.Signal)
}

// telling is what one node says to another.
type telling struct {
	Office string
	Signal relay.Signal
}

var told, absent = []byte("told"), []byte("absent")

// Attend implements relay.Inbox.
func (b *Inbox) Attend(ctx context.Context, office string, take func(relay.Signal)) (stop func(), err error) {
	if !relaywire.IsWord(office) {
		return nil, relay.ErrNotFound
	}
	seq, err := b.put(ctx, "host."+office, b.node, 0)
	if err != nil {
		return nil, err
	}
	a := &attendant{seq, take}
	b.mu.Lock()
	before, late := b.attending[office], b.latest[office] > seq
	if !late {
		b.attending[office], b.latest[office] = a, seq
	}
	b.mu.Unlock()
	switch {
	case late:
		take(relay.Signal{Replaced: true})
	case before != nil:
		before.take(relay.Signal{Replaced: true})
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.attending[office] == a {
			delete(b.attending, office)
		}
	}, nil
}

// overtaken hears that somebody attends to an office.
func (b *Inbox) overtaken(office string, seq uint64) {
	b.mu.Lock()
	b.latest[office] = max(b.latest[office], seq)
	a := b.attending[office]
	if a != nil && a.seq < seq {
		delete(b.attending, office)
	} else {
		a = nil
	}
	b.mu.Unlock()
	if a != nil {
		a.take(relay.Signal{Replaced: true})
	}
}

// tell hands a signal to who attends here.
func (b *Inbox) tell(office string, s relay.Signal) bool {
	b.mu.Lock()
	a := b.attending[office]
	b.mu.Unlock()
	if a == nil {
		return false
	}
	a.take(s)
	return true
}

// awake has the hosts that are linked here look for events: while the connection was lost nobody could tell of one.
func (b *Inbox) awake() {
	b.mu.Lock()
	all := make([]*attendant, 0, len(b.attending))
	for _, a := range b.attending {
		all = append(all, a)
	}
	b.mu.Unlock()
	for _, a := range all {
		a.take(relay.Signal{Event: true})
	}
}

// Signal implements relay.Inbox.
func (b *Inbox) Signal(ctx context.Context, office string, s relay.Signal) error {
	if !relaywire.IsWord(office) {
		return relay.ErrAbsent
	}
	question, err := json.Marshal(telling{office, s})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, tellPatience)
	defer cancel()
	for asked := uint64(0); ; {
		at, err := b.get(ctx, "host."+office)
		if err != nil {
			return err
		}
		var node string
		if !at.there || at.seq == asked || json.Unmarshal(at.value, &node) != nil {
			return relay.ErrAbsent
		}
		asked = at.seq // it may have moved while it was asked
		err = b.ask(ctx, node, office, s, question)
		if !errors.Is(err, relay.ErrAbsent) {
			return err
		}
	}
}

// ask tells the node that an office's host is said to be at.
func (b *Inbox) ask(ctx context.Context, node, office string, s relay.Signal, question []byte) error {
	if node == b.node {
		if !b.tell(office, s) {
			return relay.ErrAbsent
		}
		return nil
	}
	for n := 1; ; n++ {
		var answer *nats.Msg
		err := b.again(ctx, tellPatience, func(ctx context.Context) (err error) {
			answer, err = b.nc.RequestWithContext(ctx, b.nodeSubject(node), question)
			if errors.Is(err, nats.ErrNoResponders) {
				return relay.ErrAbsent
			}
			return err
		})
		if err == nil && string(answer.Data) == string(absent) {
			return relay.ErrAbsent
		}
		if !errors.Is(err, relay.ErrAbsent) || n == searches {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.cfg.Clock.After(searchPause):
		}
	}
}

// enter makes this node one that others find, until leave.
func (b *Inbox) enter(ctx context.Context) error {
	err := b.hear(b.nodeSubject(b.node), func(m *nats.Msg) {
		var t telling
		answer := absent
		if json.Unmarshal(m.Data, &t) == nil && b.tell(t.Office, t.Signal) {
			answer = told
		}
		_ = m.Respond(answer) // who does not hear it asks again
	})
	if err != nil {
		return err
	}
	beat := func(ctx context.Context) error {
		_, err := b.put(ctx, "node."+b.node, b.cfg.Advertise, nodeKept)
		return err
	}
	if err := beat(ctx); err != nil {
		return err
	}
	b.busy.Go(func() {
		for {
			select {
			case <-b.closing:
				return
			case <-b.cfg.Clock.After(heartbeat):
			}
			if err := beat(context.Background()); err != nil && !b.isClosing() {
				b.cfg.Log.WithError(err).Warn("this node is not known to the others")
			}
		}
	})
	return nil
}

// leave lets the others know that this node is gone, as well as it can in a moment.
func (b *Inbox) leave() {
	if b.nc.Status() != nats.CONNECTED {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_ = b.state.Purge(ctx, jetstream.WithPurgeSubject(b.keySubject("node."+b.node))) // it goes by itself in a minute
}

// NodeID implements relay.Inbox.
func (b *Inbox) NodeID() string { return b.node }

// NodeURL implements relay.Inbox.
func (b *Inbox) NodeURL(ctx context.Context, id string) (address string, err error) {
	err = b.read(ctx, "node", id, &address)
	return address, err
}

func (b *Inbox) nodeSubject(node string) string { return b.cfg.Namespace + ".node." + node }
