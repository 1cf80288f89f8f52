package link_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// flood opens connections of nobody's until the test ends, some silent, some with a key of their own, and reports how many.
func flood(t *testing.T, addr string, n int) {
	t.Helper()
	certificate, err := newKey(t).Certificate(time.Now())
	must(t, err)
	for i := range n {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			continue // the host takes no more: as good
		}
		t.Cleanup(func() { _ = c.Close() })
		if i%2 == 1 {
			secure := tls.Client(c, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{certificate}})
			must(t, secure.SetDeadline(time.Now().Add(5*time.Second)))
			_ = secure.Handshake() // who is pushed out has none
		}
	}
}

// TestServer_StrangersKeepNobodyOut: whoever holds connections open, with or without a key, must not keep the office's own
// computers from the host, nor somebody who was invited.
func TestServer_StrangersKeepNobodyOut(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	eventually(t, "it is connected", func() bool { return c.client.Status().Connected })
	since := c.client.Status().Since
	flood(t, b.server.Addr().String(), 600)
	id := b.of(b.Sellers[0])
	eventually(t, "what is new arrives", func() bool {
		for _, p := range prospects(t, c.store) {
			if p[:len(id)] == id {
				return true
			}
		}
		return false
	})
	if now := c.client.Status(); now.Since != since {
		t.Error("the flood ended a connection of the office")
	}
	other := b.enrol(b.Sellers[1])
	eventually(t, "somebody who was invited is connected", func() bool { return other.client.Status().Connected })
}

// TestServer_AComputerThatComesTooOften: a program that connects in a loop is kept out after a while.
func TestServer_AComputerThatComesTooOften(t *testing.T) {
	b := newBase(t)
	c := b.enrol(b.Sellers[0])
	eventually(t, "it is connected", func() bool { return c.client.Status().Connected })
	c.stop()
	certificate, err := c.key.Certificate(time.Now())
	must(t, err)
	d := websocket.Dialer{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{certificate}}}
	refused := 0
	for range 60 {
		ws, answer, err := d.Dial("wss://"+b.server.Addr().String()+"/v1/session", nil)
		switch {
		case err == nil:
			must(t, ws.Close())
		case answer != nil && answer.StatusCode == http.StatusTooManyRequests:
			refused++
		default:
			t.Fatal(err)
		}
	}
	if refused < 20 {
		t.Errorf("%d of 60 connections were refused", refused)
	}
}
