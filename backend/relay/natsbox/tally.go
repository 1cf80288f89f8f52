package natsbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitegroup.mx/crm/backend/relay"
)

// catchUp is for how long a node that starts waits for the count of what waits.
const catchUp = 10 * time.Second

// tally is what this node believes to wait for one office. JetStream counts neither the bytes of a subject nor by the quota
// of a caller; so every node hears, in the order of their numbers and without the bodies, of all events, and counts. It is
// exact but for what another node appended or dropped in the last moment; the number of events is bounded by the stream as
// well, for all nodes together (Config.Events).
type tally struct {
	mu       sync.Mutex
	waiting  []waiting // by seq
	bytes    int64
	through  int64            // acknowledged; what comes later with a lower number is not counted
	inflight map[string]int64 // bytes of what is being appended, by the id of the message
	reserved int64            // bytes of inflight
}

type waiting struct {
	seq, at, size int64
}

// tallyOf returns an office's tally, or makes one.
func (b *Inbox) tallyOf(office string) *tally {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tallies[office]
	if t == nil {
		t = &tally{inflight: map[string]int64{}}
		b.tallies[office] = t
	}
	return t
}

// reserve counts what is about to be appended, if there is room.
func (t *tally) reserve(id string, size int64, q relay.Quota) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.Events > 0 && int64(len(t.waiting)+len(t.inflight)) >= q.Events || q.Bytes > 0 && t.bytes+t.reserved+size > q.Bytes {
		return false
	}
	t.inflight[id] = size
	t.reserved += size
	return true
}

// release forgets what was about to be appended.
func (t *tally) release(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.releaseLocked(id)
}

func (t *tally) releaseLocked(id string) {
	t.reserved -= t.inflight[id]
	delete(t.inflight, id)
}

// add counts an event that is kept; again is nothing.
func (t *tally) add(id string, w waiting) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.releaseLocked(id)
	at, there := t.find(w.seq)
	if there || w.seq <= t.through {
		return
	}
	t.waiting = slices.Insert(t.waiting, at, w)
	t.bytes += w.size
}

func (t *tally) find(seq int64) (int, bool) {
	return slices.BinarySearchFunc(t.waiting, seq, func(w waiting, seq int64) int { return cmp.Compare(w.seq, seq) })
}

// acknowledged counts out all up to a number.
func (t *tally) acknowledged(through int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.through = max(t.through, through)
	n, _ := t.find(through + 1)
	for _, w := range t.waiting[:n] {
		t.bytes -= w.size
	}
	t.waiting = slices.Delete(t.waiting, 0, n)
}

// gone counts out one.
func (t *tally) gone(seq int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i, there := t.find(seq); there {
		t.bytes -= t.waiting[i].size
		t.waiting = slices.Delete(t.waiting, i, i+1)
	}
}

func (t *tally) last() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		return 0
	}
	return t.waiting[len(t.waiting)-1].seq
}

func (t *tally) isThrough(seq int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return seq <= t.through
}

func (t *tally) sum() (events, bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int64(len(t.waiting)), t.bytes
}

// olds are those that were received before an instant, and how many of them are the first of all.
func (t *tally) olds(before time.Time) (olds []int64, first int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, w := range t.waiting {
		if w.at >= before.UnixMilli() {
			continue
		}
		if first == i {
			first++
		}
		olds = append(olds, w.seq)
	}
	return olds, first
}

// correct drops from the tally what other nodes have acknowledged without our hearing of it, and returns the first event
// that waits, or nil.
func (b *Inbox) correct(ctx context.Context, office string, t *tally) (*jetstream.RawStreamMsg, error) {
	last := t.last()
	m, err := b.next(ctx, office, 1)
	switch {
	case err != nil:
		return nil, err
	case m != nil:
		t.acknowledged(int64(m.Sequence) - 1) //nolint:gosec // it counts from 1
	default:
		t.acknowledged(last)
	}
	return m, nil
}

// follow begins to count. It returns once everything that waited is counted.
func (b *Inbox) follow(ctx context.Context) error {
	if err := b.hear(b.ackedSubject("*"), func(m *nats.Msg) {
		if seq, err := strconv.ParseInt(string(m.Data), 10, 64); err == nil {
			b.tallyOf(last(m.Subject)).acknowledged(seq)
		}
	}); err != nil {
		return err
	}
	done := make(chan struct{})
	var once sync.Once
	events, err := b.feed(ctx, b.inbox, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{b.eventSubject("*")}, DeliverPolicy: jetstream.DeliverAllPolicy, HeadersOnly: true,
	}, func(m jetstream.Msg, meta *jetstream.MsgMetadata) {
		b.count(m, int64(meta.Sequence.Stream)) //nolint:gosec // it counts from 1
		if meta.NumPending == 0 {
			once.Do(func() { close(done) })
		}
	})
	if err != nil {
		return err
	}
	for end := b.cfg.Clock.After(catchUp); ; {
		info, err := events.Info(ctx)
		if err == nil && info.NumPending == 0 && info.Delivered.Consumer == 0 {
			break // there was nothing
		}
		select {
		case <-done:
		case <-end: // what waited was acknowledged meanwhile, or it is very much: quotas are right a little later
		case <-ctx.Done():
			return ctx.Err()
		case <-b.cfg.Clock.After(pauseMost):
			continue
		}
		break
	}
	_, err = b.feed(ctx, b.state, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{b.keySubject("host.*")}, DeliverPolicy: jetstream.DeliverNewPolicy, HeadersOnly: true,
	}, func(m jetstream.Msg, meta *jetstream.MsgMetadata) {
		b.overtaken(last(m.Subject()), meta.Sequence.Stream)
	})
	return err
}

// feed hands on what a stream gets, in order and without gaps, whatever server is lost.
func (b *Inbox) feed(ctx context.Context, s jetstream.Stream, cfg jetstream.OrderedConsumerConfig, take func(jetstream.Msg, *jetstream.MsgMetadata)) (c jetstream.Consumer, err error) {
	err = b.again(ctx, patience, func(ctx context.Context) (err error) {
		c, err = s.OrderedConsumer(ctx, cfg)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("follow stream: %w", err)
	}
	consuming, err := c.Consume(func(m jetstream.Msg) {
		if meta, err := m.Metadata(); err == nil {
			take(m, meta)
		}
	}, jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		if !b.isClosing() {
			b.cfg.Log.WithError(err).Debug("a stream is followed again")
		}
	}))
	if err != nil {
		return nil, fmt.Errorf("follow stream: %w", err)
	}
	b.feeds = append(b.feeds, consuming)
	return c, nil
}

// count counts an event that somebody has appended, and wakes its office's host if that is linked here: should the signal
// have been lost, it is heard of all the same.
func (b *Inbox) count(m jetstream.Msg, seq int64) {
	office, h := last(m.Subject()), m.Headers()
	size, err := strconv.ParseInt(h.Get(nats.MsgSize), 10, 64)
	if err != nil {
		return
	}
	e, err := heading(h)
	if err != nil {
		return
	}
	b.tallyOf(office).add(h.Get(jetstream.MsgIDHeader), waiting{seq, e.At, size + int64(len(e.Signature))})
	b.tell(office, relay.Signal{Event: true})
}

func (b *Inbox) hear(subject string, take func(*nats.Msg)) error {
	if _, err := b.nc.Subscribe(subject, take); err != nil {
		return fmt.Errorf("subscribe to other nodes: %w", err)
	}
	return nil
}

func (b *Inbox) ackedSubject(office string) string { return b.cfg.Namespace + ".acked." + office }

func last(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }
