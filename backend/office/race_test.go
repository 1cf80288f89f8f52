package office_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

// askedClock tells when it is first asked after it was armed.
type askedClock struct {
	clock.Clock
	mu    sync.Mutex
	asked chan struct{}
}

func (c *askedClock) arm() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = make(chan struct{})
	return c.asked
}

func (c *askedClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked != nil {
		close(c.asked)
		c.asked = nil
	}
	return c.Clock.Now()
}

// TestHostile_PushQueuedBehindTheEndOfARight: the host has let a frame in and is about to settle it when the commit lands
// that ends what the frame came by. Nothing of it may be applied after that.
func TestHostile_PushQueuedBehindTheEndOfARight(t *testing.T) {
	exec := func(query string) func(*base, *computer, *store.Tx) error {
		return func(_ *base, c *computer, tx *store.Tx) error {
			_, err := tx.Exec(query, dbx.Params{"id": c.key.DeviceID()})
			return err
		}
	}
	user := func(row store.Row) func(*base, *computer, *store.Tx) error {
		return func(_ *base, c *computer, tx *store.Tx) error { return tx.Set("user", c.user.UserID, row) }
	}
	tests := []struct {
		name string
		ends func(*base, *computer, *store.Tx) error
		want string // how the op is settled
		bye  string
	}{
		{"revoked", exec("UPDATE device SET revoked_at = '2026-11-02T15:00:00.000Z' WHERE id = {:id}"), "0 lines", ""},
		{"removed", exec("DELETE FROM device WHERE id = {:id}"), "0 lines", office.ByeUnknownDevice},
		{"switched off", user(store.Row{"active": false}), "0 lines", office.ByeUserInactive},
		{"demoted", user(store.Row{"role": "seller"}), "refused ", ""},
	}
	for _, tt := range tests {
		for _, ops := range []int{1, 60, 450} { // in company, alone, and in several commits
			t.Run(fmt.Sprintf("%s, %d ops", tt.name, ops), func(t *testing.T) {
				b := newBase(t)
				id := b.of(b.Sellers[1])
				c := b.enrol(b.Admin)
				slow := &askedClock{Clock: b.Clock}
				b.deps.Clock = slow
				b.restart(b.Store)
				c.connect()
				var txs []store.PushedTx
				for i := range ops {
					txs = append(txs, c.tx(c.op("prospect", id, "temperature", []string{"hot", "cold"}[i%2])))
				}
				began, admitted, ended := make(chan struct{}), make(chan (<-chan struct{}), 1), make(chan error, 1)
				go func() {
					_, err := b.Store.Write(t.Context(), store.System, func(tx *store.Tx) error {
						close(began)
						<-<-admitted
						return tt.ends(b, c, tx)
					})
					ended <- err
				}()
				<-began
				admitted <- slow.arm()
				out, err := c.raw(&wire.Push{Txs: txs}, wire.TypePush)
				must(t, <-ended)
				for _, i := range []int{0, ops - 1} {
					if got := b.outcome(txs[i].Ops[0]); !strings.HasPrefix(got, tt.want) {
						t.Errorf("op %d is settled as %q, want %q", i, got, tt.want)
					}
				}
				wiped := slices.ContainsFunc(out, func(f wire.Frame) bool { return f.Type == wire.TypeWipe })
				if wiped != (tt.name == "revoked") {
					t.Errorf("told to wipe itself: %v", wiped)
				}
				if tt.bye != "" {
					wantBye(t, "the push", err, tt.bye)
				} else {
					must(t, err)
				}
			})
		}
	}
}
