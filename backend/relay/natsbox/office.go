package natsbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// PutOffice implements relay.Inbox. The office and the two names that point to it change at once or not at all, and only if
// all of them are as they were read.
func (b *Inbox) PutOffice(ctx context.Context, o relay.Office) error {
	for _, name := range []string{o.ID, o.Hook, o.Page} {
		if !relaywire.IsWord(name) {
			return errors.New("put office: not a name")
		}
	}
	for {
		all, err := b.changes(ctx, o)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return nil
		}
		err = b.commit(ctx, all)
		if err == nil {
			b.mu.Lock()
			b.known[o.ID] = struct{}{}
			b.mu.Unlock()
		}
		if !errors.Is(err, errConflict) {
			return err
		}
	}
}

// changes are what makes of what is kept what is to be. There are none where that is the same: every link puts its office.
func (b *Inbox) changes(ctx context.Context, o relay.Office) (all []*nats.Msg, err error) {
	key := "office." + o.ID
	kept, err := b.get(ctx, key)
	if err != nil {
		return nil, err
	}
	var was relay.Office
	if kept.there {
		if err := json.Unmarshal(kept.value, &was); err != nil {
			return nil, fmt.Errorf("read office: %w", err)
		}
		if o.Before(was) {
			return nil, relay.ErrSuperseded
		}
	}
	for _, name := range [][2]string{{"hook." + o.Hook, "hook." + was.Hook}, {"page." + o.Page, "page." + was.Page}} {
		taken, err := b.get(ctx, name[0])
		if err != nil {
			return nil, err
		}
		owner := ""
		if taken.there {
			if err := json.Unmarshal(taken.value, &owner); err != nil {
				return nil, fmt.Errorf("read office: %w", err)
			}
			if owner != o.ID {
				return nil, relay.ErrTaken
			}
		} else {
			m, err := b.replacing(name[0], o.ID, taken.seq)
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
		if !kept.there || name[0] == name[1] {
			continue
		}
		before, err := b.get(ctx, name[1])
		if err != nil {
			return nil, err
		}
		if before.there {
			all = append(all, b.releasing(name[1], before.seq))
		}
	}
	if o.Created.Equal(was.Created) {
		was.Created = o.Created
	}
	if len(all) == 0 && kept.there && o == was {
		return nil, nil
	}
	m, err := b.replacing(key, o, kept.seq)
	return append(all, m), err
}

// Office implements relay.Inbox.
func (b *Inbox) Office(ctx context.Context, id string) (o relay.Office, err error) {
	err = b.read(ctx, "office", id, &o)
	return o, err
}

// OfficeByHook implements relay.Inbox.
func (b *Inbox) OfficeByHook(ctx context.Context, hook string) (relay.Office, error) {
	o, err := b.pointed(ctx, "hook", hook)
	if err == nil && o.Hook != hook {
		err = relay.ErrNotFound // it was changed just now
	}
	return o, err
}

// OfficeByPage implements relay.Inbox.
func (b *Inbox) OfficeByPage(ctx context.Context, page string) (relay.Office, error) {
	o, err := b.pointed(ctx, "page", page)
	if err == nil && o.Page != page {
		err = relay.ErrNotFound
	}
	return o, err
}

func (b *Inbox) pointed(ctx context.Context, kind, name string) (relay.Office, error) {
	var id string
	if err := b.read(ctx, kind, name, &id); err != nil {
		return relay.Office{}, err
	}
	return b.Office(ctx, id)
}

// isKnown reports whether the office was ever put. No office is ever forgotten.
func (b *Inbox) isKnown(ctx context.Context, office string) (bool, error) {
	b.mu.Lock()
	_, ok := b.known[office]
	b.mu.Unlock()
	if ok || !relaywire.IsWord(office) {
		return ok, nil
	}
	e, err := b.get(ctx, "office."+office)
	if err == nil && e.there {
		b.mu.Lock()
		b.known[office] = struct{}{}
		b.mu.Unlock()
	}
	return e.there, err
}

// PutDeletion implements relay.Inbox.
func (b *Inbox) PutDeletion(ctx context.Context, d relay.Deletion) error {
	if !relaywire.IsWord(d.Code) {
		return errors.New("put deletion request: not a code")
	}
	_, err := b.put(ctx, "deletion."+d.Code, d, b.cfg.Kept+leeway)
	return err
}

// Deletion implements relay.Inbox.
func (b *Inbox) Deletion(ctx context.Context, code string) (d relay.Deletion, err error) {
	err = b.read(ctx, "deletion", code, &d)
	return d, err
}

// expireDeletions drops those received before an instant. There are few: Meta sends one for a person who asks for it.
func (b *Inbox) expireDeletions(ctx context.Context, before time.Time) (dropped int64, err error) {
	var info *jetstream.StreamInfo
	err = b.again(ctx, patience, func(ctx context.Context) (err error) {
		info, err = b.state.Info(ctx, jetstream.WithSubjectFilter(b.keySubject("deletion.*")))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("list deletion requests: %w", err)
	}
	for subject := range info.State.Subjects {
		d, err := b.Deletion(ctx, last(subject))
		if errors.Is(err, relay.ErrNotFound) || err == nil && !d.At.Before(before) {
			continue
		}
		if err == nil {
			err = b.again(ctx, patience, func(ctx context.Context) error { return b.state.Purge(ctx, jetstream.WithPurgeSubject(subject)) })
		}
		if err != nil {
			return dropped, fmt.Errorf("drop deletion request: %w", err)
		}
		dropped++
	}
	return dropped, nil
}
