package office_test

import (
	"testing"
	"time"

	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

func TestMember_LocksAfterTheLease(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	c.connect()
	at := c.clock.Now()
	tests := []struct {
		name string
		at   time.Time
		want bool
	}{
		{"at once", at, false},
		{"after two weeks less a second", at.Add(office.Lease - time.Second), false},
		{"after two weeks and a second", at.Add(office.Lease + time.Second), true},
		{"the clock was set back a little", at.Add(-time.Hour), false},
		{"the clock was set back by months", at.Add(-2000 * time.Hour), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := c.Locked(tt.at); got != tt.want {
				t.Errorf("locked = %v, want %v", got, tt.want)
			}
		})
	}
	b.advance(office.Lease+time.Hour, c)
	c.connect()
	if c.Locked(c.clock.Now()) {
		t.Error("still locked after contact")
	}
}

// TestMember_ItsClockIsSetRightAfterTheContact: what was a year ahead at the contact and is right now stands near the contact by
// the host's clock.
func TestMember_ItsClockIsSetRightAfterTheContact(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	right := c.clock.Now()
	c.clock.Advance(365 * 24 * time.Hour)
	c.connect()
	for now, want := range map[time.Time]bool{
		c.clock.Now(): false, right.Add(time.Hour): false, right.Add(office.Lease + time.Hour): true,
	} {
		if got := c.Locked(now); got != want {
			t.Errorf("at %v it is locked: %v", now, got)
		}
	}
}

// TestMember_HowLongAContactIsGood: the host may say less than two weeks, and no more.
func TestMember_HowLongAContactIsGood(t *testing.T) {
	for said, want := range map[time.Duration]time.Duration{
		0: office.Lease, 24 * time.Hour: 24 * time.Hour, 365 * 24 * time.Hour: office.Lease, -time.Hour: office.Lease,
	} {
		b := newBase(t)
		c := b.enrol(b.Sellers[0])
		c.up, c.down = b.host.Session(c.key.DeviceID()), c.Session(b.host.DeviceID())
		out, err := c.up.Open(t.Context())
		must(t, err)
		out[0].Body.(*wire.Hello).Lease = said.Milliseconds()
		c.fromHost(out, nil)
		c.settle()
		at := c.clock.Now()
		if c.Locked(at.Add(want-time.Second)) || !c.Locked(at.Add(want+time.Second)) {
			t.Errorf("a host that says %v: not locked after %v", said, want)
		}
	}
}

// TestMember_LocksWhenItsUserIsSwitchedOff: who was let go does not read on until the lease is over.
func TestMember_LocksWhenItsUserIsSwitchedOff(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	c.connect()
	b.SetUser(b.Sellers[0].UserID, store.Row{"active": false})
	c.connect()
	if c.bye != office.ByeUserInactive || !c.Locked(c.clock.Now()) {
		t.Errorf("farewell %q, locked %v", c.bye, c.Locked(c.clock.Now()))
	}
	c.start()
	must(t, c.Start(t.Context()))
	if !c.Locked(c.clock.Now()) {
		t.Error("a restart opens what is locked")
	}
	b.SetUser(b.Sellers[0].UserID, store.Row{"active": true})
	c.connect()
	if c.Locked(c.clock.Now()) {
		t.Error("still locked after the user is back")
	}
}
