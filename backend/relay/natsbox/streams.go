package natsbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Bounds of the streams.
const (
	usualReplicas = 3
	// leeway is for how long JetStream keeps an event beyond Kept: relay.Inbox.Expire drops it before, and counts it.
	leeway = 24 * time.Hour
	// doubles is for how long the servers know a message that they have kept; longer than anybody goes on asking.
	doubles = 2 * time.Minute
	// gathering is for how long a cluster that starts is given to find its servers.
	gathering = 10 * time.Second
)

// streams opens the two streams, or creates them.
func (b *Inbox) streams(ctx context.Context) (err error) {
	inbox := jetstream.StreamConfig{
		Name: b.cfg.Namespace + "-inbox", Description: "Events that wait for their offices' hosts",
		Subjects: []string{b.eventSubject("*"), b.cfg.Namespace + ".inbox.probe"},
		Discard:  jetstream.DiscardNew, MaxMsgsPerSubject: -1, MaxAge: b.cfg.Kept + leeway, Duplicates: doubles,
		Storage: jetstream.FileStorage, AllowRollup: true,
	}
	if b.cfg.Events > 0 {
		inbox.MaxMsgsPerSubject, inbox.DiscardNewPerSubject = b.cfg.Events, true
	}
	// A bucket, as `nats kv` knows them, of which nothing is read from a replica.
	state := jetstream.StreamConfig{
		Name: "KV_" + b.bucket(), Description: "What a relay's nodes know together",
		Subjects: []string{b.keySubject(">")},
		Discard:  jetstream.DiscardNew, MaxMsgsPerSubject: 1, Duplicates: doubles,
		Storage: jetstream.FileStorage, AllowRollup: true, DenyDelete: true, AllowMsgTTL: true, AllowAtomicPublish: true,
	}
	if b.inbox, err = b.ensure(ctx, inbox); err != nil {
		return err
	}
	b.state, err = b.ensure(ctx, state)
	return err
}

func (b *Inbox) bucket() string { return b.cfg.Namespace + "-state" }

func (b *Inbox) keySubject(key string) string { return "$KV." + b.bucket() + "." + key }

func (b *Inbox) eventSubject(office string) string { return b.cfg.Namespace + ".inbox.event." + office }

// ensure opens a stream as it is to be. One that has as many replicas as were asked for never gets fewer.
func (b *Inbox) ensure(ctx context.Context, cfg jetstream.StreamConfig) (jetstream.Stream, error) {
	tries := []int{b.cfg.Replicas}
	if b.cfg.Replicas == 0 {
		tries = []int{usualReplicas, 2, 1}
	}
	var has int
	err := b.again(ctx, patience, func(ctx context.Context) error {
		stream, err := b.js.Stream(ctx, cfg.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			has = 0
			return nil
		}
		if err == nil {
			has = stream.CachedInfo().Config.Replicas
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find stream %s: %w", cfg.Name, err)
	}
	if b.cfg.Replicas == 0 && has > 0 {
		tries = slices.DeleteFunc(tries, func(n int) bool { return n < has })
		if has > usualReplicas {
			tries = []int{has}
		}
	}
	began := b.cfg.Clock.Now()
	for i := 0; ; {
		var stream jetstream.Stream
		cfg.Replicas = tries[i]
		err := b.again(ctx, patience, func(ctx context.Context) (err error) {
			if has > 0 {
				stream, err = b.js.UpdateStream(ctx, cfg)
			} else {
				stream, err = b.js.CreateStream(ctx, cfg)
			}
			return err
		})
		switch {
		case err == nil:
			if cfg.Replicas < usualReplicas {
				b.cfg.Log.WithField("stream", cfg.Name).WithField("replicas", cfg.Replicas).Warn("events are on fewer than three servers: they are as safe as those")
			}
			return stream, nil
		case errors.Is(err, jetstream.ErrStreamNameAlreadyInUse): // another node was faster, with other settings
			has = cfg.Replicas
			continue
		case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
			return nil, fmt.Errorf("%w: JetStream is not enabled (%w)", ErrConfig, err)
		}
		code := apiCode(err)
		if code != codeNoPeers && code != codeNoReplicas && code != codeNoResources {
			return nil, fmt.Errorf("prepare stream %s: %w", cfg.Name, err)
		}
		if code != codeNoReplicas && b.cfg.Clock.Now().Sub(began) < gathering {
			select {
			case <-ctx.Done():
				return nil, fmt.Errorf("prepare stream %s: %w", cfg.Name, ctx.Err())
			case <-b.cfg.Clock.After(pauseMost):
			}
			continue
		}
		if i++; i == len(tries) {
			return nil, fmt.Errorf("prepare stream %s: %w", cfg.Name, err)
		}
	}
}
