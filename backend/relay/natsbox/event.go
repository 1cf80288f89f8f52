package natsbox

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Headers of an event; its body is the message's. Signature and Code come from strangers: they are escaped.
const (
	kindHeader      = "Sitegroup-Kind"
	atHeader        = "Sitegroup-At"
	signatureHeader = "Sitegroup-Signature"
	codeHeader      = "Sitegroup-Code"
)

// Append implements relay.Inbox. The message has an id: however often it has to be sent, it is kept once.
func (b *Inbox) Append(ctx context.Context, office string, e relaywire.Event, q relay.Quota) (int64, error) {
	known, err := b.isKnown(ctx, office)
	if err != nil {
		return 0, err
	}
	if !known {
		return 0, relay.ErrNotFound
	}
	t, id, size := b.tallyOf(office), b.cfg.Clock.NewID(), int64(len(e.Body)+len(e.Signature))
	if !t.reserve(id, size, q) {
		if _, err := b.correct(ctx, office, t); err != nil {
			return 0, err
		}
		if !t.reserve(id, size, q) {
			return 0, relay.ErrFull
		}
	}
	m := nats.NewMsg(b.eventSubject(office))
	m.Data = e.Body
	m.Header.Set(kindHeader, e.Kind)
	m.Header.Set(atHeader, strconv.FormatInt(e.At, 10))
	m.Header.Set(signatureHeader, url.QueryEscape(e.Signature))
	m.Header.Set(codeHeader, url.QueryEscape(e.Code))
	seq, err := b.publish(ctx, patience, m, jetstream.WithMsgID(id))
	if err != nil {
		t.release(id)
		if apiCode(err) == codeNotStored && strings.Contains(err.Error(), "per subject") {
			return 0, relay.ErrFull
		}
		return 0, fmt.Errorf("append event: %w", err)
	}
	n := int64(seq) //nolint:gosec // it counts from 1
	t.add(id, waiting{n, e.At, size})
	return n, nil
}

// heading reads what is said of an event in its headers.
func heading(h nats.Header) (e relaywire.Event, err error) {
	var errs [3]error
	e.Kind = h.Get(kindHeader)
	e.At, errs[0] = strconv.ParseInt(h.Get(atHeader), 10, 64)
	e.Signature, errs[1] = url.QueryUnescape(h.Get(signatureHeader))
	e.Code, errs[2] = url.QueryUnescape(h.Get(codeHeader))
	if err := errors.Join(errs[:]...); err != nil {
		return e, fmt.Errorf("read event: %w", err)
	}
	return e, nil
}

// next reads the first event of an office from a number on, or nil.
func (b *Inbox) next(ctx context.Context, office string, from uint64) (m *jetstream.RawStreamMsg, err error) {
	err = b.again(ctx, patience, func(ctx context.Context) (err error) {
		m, err = b.inbox.GetMsg(ctx, from, jetstream.WithGetMsgSubject(b.eventSubject(office)))
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	return m, nil
}

// List implements relay.Inbox. It asks the stream's leader for one after the other: no replica that lags behind answers.
func (b *Inbox) List(ctx context.Context, office string, after int64, limit int) (events []relaywire.Event, err error) {
	if !relaywire.IsWord(office) {
		return nil, nil
	}
	after = max(after, 0)
	for size := 0; len(events) < limit && size <= relay.ListBytes; {
		m, err := b.next(ctx, office, uint64(after)+1) //nolint:gosec // it is not negative
		if err != nil {
			return nil, err
		}
		if m == nil {
			break
		}
		e, err := heading(m.Header)
		if err != nil {
			return nil, err
		}
		e.Seq, e.Body = int64(m.Sequence), m.Data //nolint:gosec // it counts from 1
		after = e.Seq
		size += len(e.Body)
		events = append(events, e)
	}
	return events, nil
}

// AckThrough implements relay.Inbox.
func (b *Inbox) AckThrough(ctx context.Context, office string, seq int64) error {
	if seq <= 0 || !relaywire.IsWord(office) {
		return nil
	}
	known, err := b.isKnown(ctx, office)
	if err != nil || !known {
		return err
	}
	if b.tallyOf(office).isThrough(seq) {
		return nil
	}
	return b.drop(ctx, office, seq)
}

// drop drops all of an office's events up to a number, and has the other nodes count them out.
func (b *Inbox) drop(ctx context.Context, office string, through int64) error {
	err := b.again(ctx, patience, func(ctx context.Context) error {
		return b.inbox.Purge(ctx, jetstream.WithPurgeSubject(b.eventSubject(office)), jetstream.WithPurgeSequence(uint64(through)+1)) //nolint:gosec // it is positive
	})
	if err != nil {
		return fmt.Errorf("acknowledge events: %w", err)
	}
	b.tallyOf(office).acknowledged(through)
	_ = b.nc.Publish(b.ackedSubject(office), strconv.AppendInt(nil, through, 10)) // who does not hear it asks before it says that an inbox is full
	return nil
}

// Stats implements relay.Inbox.
func (b *Inbox) Stats(ctx context.Context, office string) (s relay.Stats, err error) {
	known, err := b.isKnown(ctx, office)
	if err != nil || !known {
		return s, err
	}
	t := b.tallyOf(office)
	first, err := b.correct(ctx, office, t)
	if err != nil || first == nil {
		return s, err
	}
	e, err := heading(first.Header)
	if err != nil {
		return s, err
	}
	s.Oldest = time.UnixMilli(e.At).UTC()
	s.Events, s.Bytes = t.sum()
	return s, nil
}

// Expire implements relay.Inbox. Clocks are put right now and then, so that the order of events is not that of their times:
// all are looked at. JetStream would drop them by itself a day later, without a word.
func (b *Inbox) Expire(ctx context.Context, before time.Time) (dropped int64, err error) {
	b.mu.Lock()
	offices := make([]string, 0, len(b.tallies))
	for office := range b.tallies {
		offices = append(offices, office)
	}
	b.mu.Unlock()
	for _, office := range offices {
		n, err := b.expire(ctx, office, before)
		dropped += n
		if err != nil {
			return dropped, err
		}
	}
	n, err := b.expireDeletions(ctx, before)
	return dropped + n, err
}

func (b *Inbox) expire(ctx context.Context, office string, before time.Time) (dropped int64, err error) {
	t := b.tallyOf(office)
	if olds, _ := t.olds(before); len(olds) == 0 {
		return 0, nil
	}
	if _, err := b.correct(ctx, office, t); err != nil {
		return 0, err
	}
	olds, first := t.olds(before)
	if first > 0 {
		if err := b.drop(ctx, office, olds[first-1]); err != nil {
			return 0, err
		}
	}
	for _, seq := range olds[first:] {
		err := b.again(ctx, patience, func(ctx context.Context) error {
			err := b.inbox.DeleteMsg(ctx, uint64(seq)) //nolint:gosec // it counts from 1
			if errors.Is(err, jetstream.ErrMsgNotFound) || errors.Is(err, jetstream.ErrMsgDeleteUnsuccessful) && !passes(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return int64(first), fmt.Errorf("drop old event: %w", err)
		}
		t.gone(seq)
	}
	return int64(len(olds)), nil
}
