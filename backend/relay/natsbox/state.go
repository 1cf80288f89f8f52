package natsbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// The headers of an atomic batch (nats-server's ADR-50), for which the client has no function yet.
const (
	batchID     = "Nats-Batch-Id"
	batchSeq    = "Nats-Batch-Sequence"
	batchCommit = "Nats-Batch-Commit"
)

// A key that was let go leaves a mark, as in every bucket, for as long as somebody may hold its number.
const (
	operation = "KV-Operation"
	released  = "DEL"
	markTTL   = time.Hour
)

var errConflict = errors.New("relay: somebody else was faster")

// entry is what is kept under a key. seq is of the last message, which may be a mark; 0 is none.
type entry struct {
	seq   uint64
	there bool
	value []byte
}

// get reads a key from the leader.
func (b *Inbox) get(ctx context.Context, key string) (e entry, err error) {
	var m *jetstream.RawStreamMsg
	err = b.again(ctx, patience, func(ctx context.Context) (err error) {
		m, err = b.state.GetLastMsgForSubject(ctx, b.keySubject(key))
		return err
	})
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return entry{}, nil
	}
	if err != nil {
		return entry{}, fmt.Errorf("read what is known: %w", err)
	}
	return entry{m.Sequence, m.Header.Get(operation) == "", m.Data}, nil
}

// read reads a key's JSON, or answers relay.ErrNotFound.
func (b *Inbox) read(ctx context.Context, kind, name string, into any) error {
	if !relaywire.IsWord(name) {
		return relay.ErrNotFound
	}
	e, err := b.get(ctx, kind+"."+name)
	switch {
	case err != nil:
		return err
	case !e.there:
		return relay.ErrNotFound
	}
	if err := json.Unmarshal(e.value, into); err != nil {
		return fmt.Errorf("read %s: %w", kind, err)
	}
	return nil
}

// put replaces a key, whatever it was, and returns its number. It goes by itself after ttl; 0 is never.
func (b *Inbox) put(ctx context.Context, key string, value any, ttl time.Duration) (uint64, error) {
	m, err := b.message(key, value)
	if err != nil {
		return 0, err
	}
	options := []jetstream.PublishOpt{jetstream.WithMsgID(nats.NewInbox())}
	if ttl > 0 {
		options = append(options, jetstream.WithMsgTTL(ttl))
	}
	seq, err := b.publish(ctx, patience, m, options...)
	if err != nil {
		return 0, fmt.Errorf("write what is known: %w", err)
	}
	return seq, nil
}

func (b *Inbox) message(key string, value any) (*nats.Msg, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write what is known: %w", err)
	}
	m := nats.NewMsg(b.keySubject(key))
	m.Data = text
	return m, nil
}

// replacing is a message that is kept only if the key is still as it was.
func (b *Inbox) replacing(key string, value any, was uint64) (*nats.Msg, error) {
	m, err := b.message(key, value)
	if err != nil {
		return nil, err
	}
	m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(was, 10))
	return m, nil
}

func (b *Inbox) releasing(key string, was uint64) *nats.Msg {
	m := nats.NewMsg(b.keySubject(key))
	m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(was, 10))
	m.Header.Set(operation, released)
	m.Header.Set(jetstream.MsgTTLHeader, markTTL.String())
	return m
}

// commit keeps all of them or none: errConflict when one of the keys is not as it was any more.
func (b *Inbox) commit(ctx context.Context, all []*nats.Msg) error {
	err := b.again(ctx, patience, func(ctx context.Context) error { return b.commitOnce(ctx, all) })
	switch apiCode(err) {
	case codeConflict, codeConflictToo:
		return errConflict
	case codeNoBatches:
		return fmt.Errorf("%w: version 2.12 or later is needed (%w)", ErrConfig, err)
	}
	if err != nil {
		return fmt.Errorf("write what is known: %w", err)
	}
	return nil
}

func (b *Inbox) commitOnce(ctx context.Context, all []*nats.Msg) error {
	if len(all) == 1 {
		_, err := b.js.PublishMsg(ctx, all[0], jetstream.WithRetryAttempts(0))
		return err
	}
	id := b.cfg.Clock.NewID()
	for i, m := range all {
		m.Header.Set(batchID, id)
		m.Header.Set(batchSeq, strconv.Itoa(i+1))
		if i < len(all)-1 {
			if err := b.nc.PublishMsg(m); err != nil {
				return err
			}
			continue
		}
		m.Header.Set(batchCommit, "1")
		answer, err := b.nc.RequestMsgWithContext(ctx, m)
		if err != nil {
			return err
		}
		var said struct {
			Error *jetstream.APIError `json:"error"`
			Seq   uint64              `json:"seq"`
		}
		if err := json.Unmarshal(answer.Data, &said); err != nil {
			return fmt.Errorf("read NATS's answer: %w", err)
		}
		if said.Error != nil {
			return said.Error
		}
		if said.Seq == 0 {
			return errors.New("relay: NATS has not said that it is kept")
		}
	}
	return nil
}
