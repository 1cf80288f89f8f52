package office_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

func TestHost_RecoveryCodeComesFirst(t *testing.T) {
	b := newBareBase(t)
	ctx := t.Context()
	_, err := b.host.Invite(ctx, b.Admin, b.Sellers[0].UserID)
	wantCode(t, "inviting before", err, office.CodeNoRecovery)
	if _, err := b.host.Session(b.host.DeviceID()).Open(ctx); err == nil {
		t.Error("a host without a certificate serves")
	}
	_, err = b.host.NewCode(ctx, b.Sellers[0])
	wantCode(t, "a seller asks for the code", err, account.CodeAdminOnly)
	wantCode(t, "confirming nothing", b.host.ConfirmCode(ctx, b.Admin, "x"), office.CodeRecoveryExpired)
	code, err := b.host.NewCode(ctx, b.Admin)
	must(t, err)
	other := account.Viewer{UserID: "another", Role: account.RoleAdmin}
	wantCode(t, "somebody else's code", b.host.ConfirmCode(ctx, other, string(code)), office.CodeRecoveryExpired)
	another, err := identity.NewCode(chance(9))
	must(t, err)
	wantCode(t, "another code", b.host.ConfirmCode(ctx, b.Admin, string(another)), office.CodeRecoveryMistyped)
	wantCode(t, "rubbish", b.host.ConfirmCode(ctx, b.Admin, "hola"), identity.CodeRecoveryMalformed)
	if b.host.Prepared() {
		t.Fatal("prepared without the code")
	}
	must(t, b.host.ConfirmCode(ctx, b.Admin, " "+strings.ToLower(string(code))+" "))
	_, err = b.host.NewCode(ctx, b.Admin)
	wantCode(t, "a second code", err, office.CodeRecoveryDone)
	b.restart(b.Store)
	if !b.host.Prepared() || b.host.Superseded() {
		t.Error("after a restart the host does not know its certificate")
	}
}

func TestEnrolment_WhatATokenGets(t *testing.T) {
	tests := []struct {
		name   string
		before func(t *testing.T, b *base, i office.Invitation, text identity.Invitation) // after the invitation was made
		token  func(identity.Invitation) []byte
		want   string
	}{
		{"the right one", nil, nil, office.EnrolWaiting},
		{"another one", nil, func(i identity.Invitation) []byte { i.Token[3] ^= 1; return i.Token[:] }, office.EnrolRefused},
		{"a part of it", nil, func(i identity.Invitation) []byte { return i.Token[:15] }, office.EnrolRefused},
		{"none", nil, func(identity.Invitation) []byte { return nil }, office.EnrolRefused},
		{"a day and a second later", func(_ *testing.T, b *base, _ office.Invitation, _ identity.Invitation) {
			b.advance(24*time.Hour + time.Second)
		}, nil, office.EnrolExpired},
		{"a day less a second later", func(_ *testing.T, b *base, _ office.Invitation, _ identity.Invitation) {
			b.advance(24*time.Hour - time.Second)
		}, nil, office.EnrolWaiting},
		{"shown by another computer first", func(_ *testing.T, b *base, _ office.Invitation, text identity.Invitation) {
			b.buy(b.Sellers[0]).show(text)
		}, nil, office.EnrolUsed},
		{"cancelled", func(t *testing.T, b *base, i office.Invitation, _ identity.Invitation) {
			must(t, b.host.Cancel(t.Context(), b.Admin, i.ID))
		}, nil, office.EnrolRefused},
		{"another computer was let in", func(t *testing.T, b *base, i office.Invitation, text identity.Invitation) {
			b.buy(b.Sellers[0]).show(text)
			must(t, b.host.Admit(t.Context(), b.Admin, i.ID))
		}, nil, office.EnrolUsed},
		{"another computer was turned away", func(t *testing.T, b *base, i office.Invitation, text identity.Invitation) {
			b.buy(b.Sellers[0]).show(text)
			must(t, b.host.Refuse(t.Context(), b.Admin, i.ID))
		}, nil, office.EnrolUsed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBase(t)
			i, err := b.host.Invite(t.Context(), b.Admin, b.Sellers[0].UserID)
			must(t, err)
			text, err := identity.ParseInvitation(i.Text)
			must(t, err)
			if tt.before != nil {
				tt.before(t, b, i, text)
			}
			token := text.Token[:]
			if tt.token != nil {
				token = tt.token(text)
			}
			c := b.buy(b.Sellers[0])
			e := b.host.Enrolment(c.key.DeviceID(), "123456")
			out, err := e.Handle(t.Context(), wire.Frame{Type: wire.TypeEnrol, Body: &wire.Enrol{Token: token, Name: "x"}})
			if len(out) != 1 || out[0].Body.(*wire.EnrolState).State != tt.want {
				t.Fatalf("answer %+v, %v, want %q", out, err, tt.want)
			}
			if tt.want != office.EnrolWaiting {
				if b.actions("invitation.misused") == 0 {
					t.Error("the attempt is not in the audit trail")
				}
				if _, err := b.host.Session(c.key.DeviceID()).Open(t.Context()); err == nil {
					t.Error("a computer that was not let in has a session")
				}
			}
		})
	}
}

func TestEnrolment_WaitsForAnAdministrator(t *testing.T) {
	b := newBase(t)
	ctx, ana := t.Context(), b.Sellers[0]
	c := b.buy(ana)
	i, err := b.host.Invite(ctx, b.Admin, ana.UserID)
	must(t, err)
	text, err := identity.ParseInvitation(i.Text)
	must(t, err)
	e := b.host.Enrolment(c.key.DeviceID(), "135790")
	hello := wire.Frame{Type: wire.TypeEnrol, Body: &wire.Enrol{Token: text.Token[:], Name: "  Portátil\x00 de Ana " + strings.Repeat("x", 200), Version: "1"}}
	_, err = e.Handle(ctx, hello)
	must(t, err)
	if out, err := e.Wake(ctx); len(out) != 0 || err != nil {
		t.Fatalf("before a decision: %v, %v", out, err)
	}
	list, err := b.host.Invitations(ctx, b.Admin)
	must(t, err)
	got := list[0]
	if got.State != office.InvitationWaiting || got.Digits != "135790" || !strings.HasPrefix(got.DeviceName, "Portátil de Ana x") ||
		len([]rune(got.DeviceName)) > 60 || got.Text != "" || got.QRSVG != "" {
		t.Errorf("the waiting invitation = %+v", got)
	}
	// Its connection breaks and it comes again: the digits of the one before are nobody's any more.
	again := b.host.Enrolment(c.key.DeviceID(), "246802")
	_, err = again.Handle(ctx, hello)
	must(t, err)
	out, err := e.Wake(ctx)
	if len(out) != 1 || out[0].Body.(*wire.EnrolState).State != office.EnrolRefused {
		t.Errorf("with other digits than are shown now: %v, %v", out, err)
	}
	if out, err := again.Wake(ctx); len(out) != 0 || err != nil {
		t.Errorf("with the digits that are shown: %v, %v", out, err)
	}
	e = again
	wantCode(t, "a seller admits", b.host.Admit(ctx, ana, i.ID), account.CodeAdminOnly)
	wantCode(t, "an unknown invitation", b.host.Admit(ctx, b.Admin, "x"), office.CodeInvitationMissing)
	must(t, b.host.Admit(ctx, b.Admin, i.ID))
	wantCode(t, "admitting again", b.host.Admit(ctx, b.Admin, i.ID), office.CodeInvitationDecided)
	wantCode(t, "cancelling what is decided", b.host.Cancel(ctx, b.Admin, i.ID), office.CodeInvitationDecided)
	if len(b.told) == 0 || b.told[len(b.told)-1] != c.key.DeviceID() {
		t.Errorf("the transport was told of %v", b.told)
	}
	out, err = e.Wake(ctx)
	must(t, err)
	state := out[0].Body.(*wire.EnrolState)
	if state.State != office.EnrolAdmitted || state.Office != "Casa" || state.UserName != ana.Name || state.User != ana.UserID {
		t.Errorf("admitted: %+v", state)
	}
	if _, err := e.Handle(ctx, hello); err == nil {
		t.Error("one connection may show a token twice")
	}
	// The answer was lost: the same key gets it again.
	if lost := c.show(text); lost.State != office.EnrolAdmitted {
		t.Errorf("showing the token once more = %q", lost.State)
	}
	foreign := text
	foreign.Root[0] ^= 1
	wantCode(t, "joining another root", office.Join(ctx, c.store, foreign, c.key.DeviceID(), state), office.CodeInvitationForeign)
	stranger := b.buy(ana)
	wantCode(t, "joining as another device", office.Join(ctx, c.store, text, stranger.key.DeviceID(), state), office.CodeInvitationForeign)
	c.join(text, state)
	c.connect()
	c.same()
	must(t, b.host.Revoke(ctx, b.Admin, c.key.DeviceID()))
	if lost := c.show(text); lost.State != office.EnrolRefused || lost.Credential != nil {
		t.Errorf("once it is revoked its token is answered with %q", lost.State)
	}
}

func TestEnrolment_TokenIsNowhere(t *testing.T) {
	b := newBase(t)
	i, err := b.host.Invite(t.Context(), b.Admin, b.Sellers[0].UserID)
	must(t, err)
	text, err := identity.ParseInvitation(i.Text)
	must(t, err)
	n := count(t, b.Store, `
		SELECT (SELECT count(*) FROM invitation WHERE instr(hex(token_hash), {:t}) OR instr(id, {:t})) +
			(SELECT count(*) FROM audit WHERE instr(detail, {:t}))`, "t", strings.ToUpper(hex.EncodeToString(text.Token[:])))
	if n != 0 {
		t.Error("the token itself is in the file")
	}
}

func TestEnrolment_Limits(t *testing.T) {
	b := newBase(t)
	i, err := b.host.Invite(t.Context(), b.Admin, b.Sellers[0].UserID)
	must(t, err)
	text, err := identity.ParseInvitation(i.Text)
	must(t, err)
	c := b.buy(b.Sellers[0])
	from := func(n int) string { return fmt.Sprint("192.0.2.", 10+n) }
	for n := range 20 {
		if got := c.showFrom(text, from(n)).State; got != office.EnrolWaiting {
			t.Fatalf("attempt %d = %q", n, got)
		}
	}
	if got := c.showFrom(text, from(20)).State; got != office.EnrolRefused {
		t.Errorf("a token was shown more than 20 times: %q", got)
	}
	var got string
	for n := range 40 {
		got = c.showFrom(text, from(n)).State
	}
	if got != office.EnrolBusy {
		t.Errorf("after a flood the host answers %q", got)
	}
	b.advance(time.Minute)
	if got := c.show(text).State; got != office.EnrolRefused {
		t.Errorf("a minute later the host answers %q", got)
	}
}

// TestEnrolment_AStrangerKeepsNobodyOut: one address that tries tokens must not use up what the others may try, nor fill
// the audit.
func TestEnrolment_AStrangerKeepsNobodyOut(t *testing.T) {
	b := newBase(t)
	i, err := b.host.Invite(t.Context(), b.Admin, b.Sellers[0].UserID)
	must(t, err)
	text, err := identity.ParseInvitation(i.Text)
	must(t, err)
	guess := text
	guess.Token[0]++
	stranger, c := b.buy(b.Sellers[0]), b.buy(b.Sellers[0])
	answers := map[string]int{}
	for range 200 {
		answers[stranger.showFrom(guess, "192.0.2.66").State]++
	}
	if answers[office.EnrolBusy] != 190 || answers[office.EnrolRefused] != 10 {
		t.Errorf("the stranger was answered %v", answers)
	}
	if n := b.actions("invitation.misused"); n != 3 {
		t.Errorf("%d lines of it in the audit", n)
	}
	if got := c.showFrom(text, "192.0.2.7").State; got != office.EnrolWaiting {
		t.Errorf("who was invited is answered %q", got)
	}
	for n := range 2000 { // more addresses than are remembered
		stranger.showFrom(guess, fmt.Sprint("198.51.", n/250, ".", n%250))
	}
	b.advance(time.Minute)
	if got := c.showFrom(text, "192.0.2.7").State; got != office.EnrolWaiting {
		t.Errorf("after a flood from everywhere who was invited is answered %q", got)
	}
}

func TestEnrolment_NotForWhoIsSwitchedOff(t *testing.T) {
	b := newBase(t)
	ctx, ana := t.Context(), b.Sellers[0]
	i, err := b.host.Invite(ctx, b.Admin, ana.UserID)
	must(t, err)
	text, err := identity.ParseInvitation(i.Text)
	must(t, err)
	c := b.buy(ana)
	c.show(text)
	b.SetUser(ana.UserID, store.Row{"active": false})
	wantCode(t, "admitting", b.host.Admit(ctx, b.Admin, i.ID), account.CodeUserNotFound)
	_, err = b.host.Invite(ctx, b.Admin, ana.UserID)
	wantCode(t, "inviting", err, account.CodeUserNotFound)
}

// backup copies the host's file as it is now.
func (b *base) backup() string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "backup.db")
	must(b.t, b.deps.Store.BackupTo(b.t.Context(), path))
	return path
}

// restore starts the host over a copy.
func (b *base) restore(path string) {
	b.t.Helper()
	st, err := store.Open(b.t.Context(), b.storeOptions(path))
	must(b.t, err)
	b.t.Cleanup(func() { _ = st.Close() })
	b.Store = st
	b.restart(st)
}

func TestMembership_RevokedStaysRevoked(t *testing.T) {
	tests := []struct {
		name string
		lose func(b *base) // what the disk took with it
		told bool          // another member comes first, and tells
	}{
		{"the keyring knows", func(b *base) { _ = os.Remove(b.deps.Sidecar) }, false},
		{"the file beside knows", func(b *base) { b.vault.kept = map[string][]byte{} }, false},
		{"only another member knows", func(b *base) {
			_ = os.Remove(b.deps.Sidecar)
			b.vault.kept = map[string][]byte{}
		}, true},
		{"the keyring was being written", func(b *base) {
			for name := range b.vault.kept {
				b.vault.kept[name] = b.vault.kept[name][:len(b.vault.kept[name])/2]
				break
			}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBase(t)
			stolen, other := b.enrol(b.Sellers[0]), b.enrol(b.Sellers[1])
			stolen.connect()
			old := b.backup()
			late := b.enrol(b.Sellers[1])
			must(t, b.host.Revoke(t.Context(), b.Admin, stolen.key.DeviceID()))
			other.connect()
			tt.lose(b)
			b.restore(old)
			if tt.told {
				other.connect()
			}
			stolen.connect()
			if !stolen.wiped {
				t.Error("after the restore the stolen computer is a member again")
			}
			late.connect()
			if late.bye != "" {
				t.Errorf("who was let in after the backup is turned away: %s", late.bye)
			}
			if n := count(t, b.Store, "SELECT max(serial) FROM membership"); n < 5 {
				t.Errorf("the newest list has serial %d", n)
			}
		})
	}
}

// TestMembership_FitsEveryKeyring: a list that is larger than what a keyring keeps comes back whole from its parts.
func TestMembership_FitsEveryKeyring(t *testing.T) {
	b := newBase(t)
	stolen := b.enrol(b.Sellers[0])
	for n := range 25 {
		key, err := identity.NewKey(chance(b.seed + 500 + uint64(n)))
		must(t, err)
		i, err := b.host.Invite(t.Context(), b.Admin, b.Sellers[1].UserID)
		must(t, err)
		text, err := identity.ParseInvitation(i.Text)
		must(t, err)
		e := b.host.Enrolment(key.DeviceID(), "123456")
		_, err = e.Handle(t.Context(), wire.Frame{Type: wire.TypeEnrol, Body: &wire.Enrol{Token: text.Token[:]}})
		must(t, err)
		must(t, b.host.Admit(t.Context(), b.Admin, i.ID))
		b.advance(time.Minute)
	}
	old := b.backup()
	must(t, b.host.Revoke(t.Context(), b.Admin, stolen.key.DeviceID()))
	parts := 0
	for name, value := range b.vault.kept {
		if parts++; len(value) > 1890 {
			t.Errorf("%s has %d bytes", name, len(value))
		}
	}
	if parts < 4 {
		t.Fatalf("two lists of 27 computers in %d parts: the test proves nothing", parts)
	}
	must(t, os.Remove(b.deps.Sidecar))
	b.restore(old)
	stolen.connect()
	if !stolen.wiped {
		t.Error("after the restore the stolen computer is a member again")
	}
}

// TestMembership_AFormerHostAddsNobody: the list of a host before says who was revoked, and lets nobody in.
func TestMembership_AFormerHostAddsNobody(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	old := b.backup()
	late := b.enrol(b.Sellers[1])
	c.connect()
	if papers, err := c.Papers(t.Context()); err != nil || !bytes.Contains(papers[0], []byte(late.key.DeviceID())) {
		t.Fatal("the member's list does not have who came late")
	}
	key, err := identity.NewKey(chance(6))
	must(t, err)
	b.deps.Key, b.deps.Vault, b.deps.Sidecar = key, newVault(), ""
	b.restore(old)
	must(t, b.host.TakeOver(t.Context(), b.Admin.UserID, b.code))
	c.connect()
	if late.connect(); late.bye != office.ByeUnknownDevice {
		t.Errorf("who was let in by the host before, after the backup, is told %q", late.bye)
	}
}

func TestMembership_BadListsChangeNothing(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	c.connect()
	papers, err := c.Papers(t.Context())
	must(t, err)
	forged := slices.Clone(papers[0]) // with another computer in it, and the signature of the list without it
	at := bytes.Index(forged, []byte(c.key.DeviceID()))
	if at < 0 {
		t.Fatal("the list does not name its computers")
	}
	forged[at] ^= 1
	_, err = c.raw(&wire.Members{List: forged}, wire.TypeMembers)
	wantBye(t, "a list signed by nobody", err, office.ByeProtocol)
	if n := count(t, b.Store, "SELECT count(*) FROM device WHERE revoked_at IS NOT NULL"); n != 0 {
		t.Error("a forged list has revoked a computer")
	}
	c.connect()
	_, err = c.down.Handle(t.Context(), wire.Frame{Type: wire.TypeMembers, Body: &wire.Members{List: forged}})
	wantBye(t, "a host's list signed by nobody", err, office.ByeProtocol)
	must(t, os.WriteFile(b.deps.Sidecar, forged, 0o600))
	b.restart(b.Store)
	if n := count(t, b.Store, "SELECT count(*) FROM device WHERE revoked_at IS NOT NULL"); n != 0 {
		t.Error("a forged file beside the office's has revoked a computer")
	}
}
