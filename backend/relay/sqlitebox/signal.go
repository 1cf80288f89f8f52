package sqlitebox

import (
	"context"

	"sitegroup.mx/crm/backend/relay"
)

// nodeID is that of the only node there is.
const nodeID = "1"

// attendant is who takes an office's signals.
type attendant struct{ take func(relay.Signal) }

// Attend implements relay.Inbox.
func (b *Inbox) Attend(_ context.Context, office string, take func(relay.Signal)) (stop func(), err error) {
	a := &attendant{take}
	b.mu.Lock()
	before := b.attending[office]
	b.attending[office] = a
	b.mu.Unlock()
	if before != nil {
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

// Signal implements relay.Inbox.
func (b *Inbox) Signal(_ context.Context, office string, s relay.Signal) error {
	b.mu.Lock()
	a := b.attending[office]
	b.mu.Unlock()
	if a == nil {
		return relay.ErrAbsent
	}
	a.take(s)
	return nil
}

// NodeID implements relay.Inbox.
func (b *Inbox) NodeID() string { return nodeID }

// NodeURL implements relay.Inbox: there is no other node.
func (b *Inbox) NodeURL(context.Context, string) (string, error) { return "", relay.ErrNotFound }
