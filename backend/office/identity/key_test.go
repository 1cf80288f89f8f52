package identity_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office/identity"
)

var now = time.Date(2026, 11, 2, 15, 4, 5, 0, time.UTC)

// testKey makes the same key every time.
func testKey(t testing.TB, seed byte) identity.Key {
	t.Helper()
	k, err := identity.NewKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKey_ComesBackFromItsSeed(t *testing.T) {
	k := testKey(t, 1)
	again, err := identity.ParseKey(k.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	if !again.Public().Equal(k.Public()) || again.DeviceID() != k.DeviceID() {
		t.Error("the key that was read is another one")
	}
	if id := k.DeviceID(); len(id) != 52 || id != strings.ToLower(id) || id == testKey(t, 2).DeviceID() {
		t.Errorf("DeviceID = %q, want 52 lower-case characters of this key alone", id)
	}
	for _, bad := range [][]byte{nil, make([]byte, 31), make([]byte, 64)} {
		if _, err := identity.ParseKey(bad); err == nil {
			t.Errorf("ParseKey took %d bytes", len(bad))
		}
	}
	if _, err := identity.NewKey(strings.NewReader("short")); err == nil {
		t.Error("NewKey took too little randomness")
	}
}

func TestKey_NeverPrintsItsSeed(t *testing.T) {
	k := testKey(t, 0xab)
	seed := hex.EncodeToString(k.Marshal())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		for _, text := range []string{fmt.Sprintf(verb, k), fmt.Sprintf(verb, struct{ Key identity.Key }{k})} {
			if strings.Contains(text, seed[:16]) || strings.Contains(text, "171") || !strings.Contains(text, k.DeviceID()) {
				t.Errorf("%s prints %s", verb, text)
			}
		}
	}
}

func TestKey_ZeroKeyDoesNothing(t *testing.T) {
	var k identity.Key
	if !k.IsZero() || k.Public() != nil || k.Marshal() != nil {
		t.Error("the zero Key has something")
	}
	if _, err := k.Certificate(now); err == nil {
		t.Error("the zero Key made a certificate")
	}
}

// connect returns the two ends of a TLS connection over the loopback.
func connect(t *testing.T, server, client identity.Key, most uint16) (ofServer, ofClient tls.ConnectionState) {
	t.Helper()
	config := func(k identity.Key) *tls.Config {
		cert, err := k.Certificate(now)
		if err != nil {
			t.Fatal(err)
		}
		return &tls.Config{
			Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: most,
			InsecureSkipVerify: true, //nolint:gosec // the keys are compared below
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	type end struct {
		state tls.ConnectionState
		err   error
	}
	served := make(chan end, 1)
	serverConfig := config(server)
	go func() {
		raw, err := l.Accept()
		if err != nil {
			served <- end{err: err}
			return
		}
		defer raw.Close()
		conn := tls.Server(raw, serverConfig)
		err = conn.HandshakeContext(context.Background())
		served <- end{conn.ConnectionState(), err}
	}()
	raw, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	conn := tls.Client(raw, config(client))
	if err := conn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := <-served
	if other.err != nil {
		t.Fatal(other.err)
	}
	return other.state, conn.ConnectionState()
}

func TestDigits_BothEndsShowTheSame(t *testing.T) {
	host, member := testKey(t, 1), testKey(t, 2)
	seen := map[string]bool{}
	for range 4 {
		atHost, atMember := connect(t, host, member, 0)
		a, err := identity.Digits(atHost)
		if err != nil {
			t.Fatal(err)
		}
		b, err := identity.Digits(atMember)
		if err != nil {
			t.Fatal(err)
		}
		if a != b || len(a) != 6 || strings.Trim(a, "0123456789") != "" {
			t.Errorf("digits %q and %q, want the same six", a, b)
		}
		seen[a] = true
		for _, tt := range []struct {
			state tls.ConnectionState
			want  ed25519.PublicKey
		}{{atHost, member.Public()}, {atMember, host.Public()}} {
			if peer, err := identity.PeerKey(tt.state); err != nil || !peer.Equal(tt.want) {
				t.Errorf("PeerKey = %x, %v, want %x", peer, err, tt.want)
			}
		}
	}
	if len(seen) < 2 {
		t.Errorf("four connections all show %v", seen)
	}
}

func TestDigits_OnlyOfTLS13(t *testing.T) {
	old, _ := connect(t, testKey(t, 1), testKey(t, 2), tls.VersionTLS12)
	for name, state := range map[string]tls.ConnectionState{"TLS 1.2": old, "nothing": {}} {
		if d, err := identity.Digits(state); !fault.Has(err, identity.CodeConnectionUnproven) {
			t.Errorf("Digits of %s = %q, %v", name, d, err)
		}
		if k, err := identity.PeerKey(state); !fault.Has(err, identity.CodeConnectionUnproven) {
			t.Errorf("PeerKey of %s = %x, %v", name, k, err)
		}
	}
}
