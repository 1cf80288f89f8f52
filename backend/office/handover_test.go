package office_test

import (
	"testing"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
)

// asks is a request as a computer signs it.
func asks(t *testing.T, k identity.Key, r identity.HandoverRequest) []byte {
	t.Helper()
	raw, err := identity.SignHandoverRequest(r, k)
	must(t, err)
	return raw
}

// While the office moves the host takes nothing of anybody but the computer that it goes to, and afterwards sends everybody
// there, whoever comes late too.
func TestHandover_NothingIsTakenMeanwhile(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id := b.of(b.Sellers[0])
	seller, late, admin := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1]), b.enrol(b.Admin)
	_, err := b.host.OfferHandover(ctx, b.Admin, admin.key.DeviceID())
	wantCode(t, "a computer that is not connected", err, office.CodeHandoverAway)
	seller.connect()
	admin.connect()
	_, err = b.host.OfferHandover(ctx, b.Admin, seller.key.DeviceID())
	wantCode(t, "a seller's computer", err, office.CodeHandoverNotAdmin)
	_, err = b.host.OfferHandover(ctx, b.Sellers[0], admin.key.DeviceID())
	wantCode(t, "a seller", err, "access.admin_only")
	_, err = b.host.OfferHandover(ctx, b.Admin, b.deps.Key.DeviceID())
	wantCode(t, "the host itself", err, office.CodeDeviceMissing)
	offer, err := b.host.OfferHandover(ctx, b.Admin, admin.key.DeviceID())
	must(t, err)

	r := identity.HandoverRequest{ID: offer.ID, Recipient: "age1"}
	for what, raw := range map[string][]byte{
		"a colleague's signature": asks(t, seller.key, r),
		"another hand-over":       asks(t, admin.key, identity.HandoverRequest{ID: "00", Recipient: "age1"}),
		"nobody to seal for":      asks(t, admin.key, identity.HandoverRequest{ID: offer.ID}),
		"no request":              []byte("x"),
	} {
		_, err := b.host.BeginHandover(ctx, raw)
		wantCode(t, what, err, office.CodeHandoverMissing)
	}
	_, err = b.host.BeginHandover(ctx, asks(t, admin.key, r))
	must(t, err)
	head, err := b.Store.Head(ctx)
	must(t, err)
	seller.temperature(id, crm.TemperatureHot)
	seller.wake()
	seller.connect()
	if now, err := b.Store.Head(ctx); err != nil || now != head {
		t.Errorf("something was taken after the copy: %v, %v, %v", head, now, err)
	}
	if seller.bye != office.ByeBusy {
		t.Errorf("a colleague is told %q", seller.bye)
	}
	admin.connect() // its connection broke; that writes nothing which counts
	if admin.bye != "" {
		t.Errorf("the next host is told %q", admin.bye)
	}

	last := identity.HandoverRequest{ID: offer.ID, Digest: []byte{1}, Addresses: []string{"192.0.2.77:47300"}}
	_, err = b.host.FinishHandover(ctx, asks(t, seller.key, last), head, []byte{1})
	wantCode(t, "a colleague ends it", err, office.CodeHandoverMissing)
	_, err = b.host.FinishHandover(ctx, asks(t, admin.key, last), head, []byte{2})
	wantCode(t, "another copy", err, office.CodeHandoverMissing)
	behind := head
	behind.Pos--
	_, err = b.host.FinishHandover(ctx, asks(t, admin.key, last), behind, []byte{1})
	wantCode(t, "a copy that is not whole", err, office.CodeHandoverChanged)
	_, err = b.host.FinishHandover(ctx, asks(t, admin.key, last), head, []byte{1})
	must(t, err)
	if !b.host.Superseded() {
		t.Fatal("the former host goes on")
	}
	admin.wake()
	if raw, err := admin.Appointment(ctx); err != nil || raw == nil {
		t.Errorf("the next host is not told: %v", err)
	}
	again := office.NewHost(b.deps) // after another start
	must(t, again.Start(ctx))
	b.host = again
	late.connect()
	device, addresses, err := late.Host(ctx)
	must(t, err)
	if device != admin.key.DeviceID() || len(addresses) != 1 || addresses[0] != "192.0.2.77:47300" {
		t.Errorf("who comes late is sent to %s at %v", device, addresses)
	}
}

// TestHandover_WhoWasRevokedIsSentOnAndWiped: a computer that was off when it was revoked and when the office moved knows the
// former host alone, which cannot have it wiped any more.
func TestHandover_WhoWasRevokedIsSentOnAndWiped(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	b.of(b.Sellers[0])
	gone := b.enrol(b.Sellers[0])
	gone.connect()
	gone.cut()
	must(t, b.host.Revoke(ctx, b.Admin, gone.key.DeviceID()))
	next, err := identity.NewKey(chance(7))
	must(t, err)
	copied := b.backup()
	cert, err := b.host.HandOver(ctx, b.Admin, next.Public(), []string{"192.0.2.77:47300"})
	must(t, err)
	gone.connect()
	device, addresses, err := gone.Host(ctx)
	must(t, err)
	if device != next.DeviceID() || len(addresses) != 1 || addresses[0] != "192.0.2.77:47300" {
		t.Fatalf("who was revoked is sent to %s at %v", device, addresses)
	}
	b.deps.Key = next
	b.restore(copied)
	must(t, b.host.Accept(ctx, b.Admin.UserID, cert))
	if gone.connect(); !gone.wiped {
		t.Errorf("it is not wiped: %s", gone.bye)
	}
	if out, err := b.host.Session("nobody").Open(ctx); err == nil || len(out) != 0 {
		t.Errorf("a stranger is told %v", out)
	}
}

func TestHandover_TakenBack(t *testing.T) {
	b := newBase(t)
	ctx := t.Context()
	id := b.of(b.Sellers[0])
	seller, admin := b.enrol(b.Sellers[0]), b.enrol(b.Admin)
	seller.connect()
	admin.connect()
	offer, err := b.host.OfferHandover(ctx, b.Admin, admin.key.DeviceID())
	must(t, err)
	_, err = b.host.BeginHandover(ctx, asks(t, admin.key, identity.HandoverRequest{ID: offer.ID, Recipient: "age1"}))
	must(t, err)
	must(t, b.host.CancelHandover(ctx, b.Admin))
	seller.connect()
	seller.temperature(id, crm.TemperatureHot)
	seller.wake()
	seller.same()
	head, err := b.Store.Head(ctx)
	must(t, err)
	_, err = b.host.FinishHandover(ctx, asks(t, admin.key, identity.HandoverRequest{ID: offer.ID}), head, nil)
	wantCode(t, "ending what was taken back", err, office.CodeHandoverMissing)
}
