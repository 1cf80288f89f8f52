package relay_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

func TestLink_TellsTheOfficeWhatToTellMeta(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	_, w := r.link(t, o)
	if len(w.Hook) < 26 || len(w.VerifyToken) < 26 || len(w.Page) < 26 || w.Hook == w.Page || w.BaseURL != r.url || w.KeptDays != 90 || w.Waiting != 0 {
		t.Errorf("welcome %+v", w)
	}
	// Known from now on: no token is needed, and all stays as Meta was told.
	_, again := r.link(t, o, func(h *relaywire.Hello) { h.Admission = "" })
	if diff := cmp.Diff(w, again); diff != "" {
		t.Errorf("welcome (-first +second):\n%s", diff)
	}
	_, other := r.link(t, newOffice(t, 2))
	if other.Hook == w.Hook || other.VerifyToken == w.VerifyToken || other.Page == w.Page {
		t.Error("two offices have the same")
	}
	// A relay that has lost everything takes what Meta was told.
	_, own := r.link(t, newOffice(t, 3), func(h *relaywire.Hello) { h.Hook, h.VerifyToken = "the-hook-that-meta-has", "the-hook-that-meta-has" })
	if own.Hook != "the-hook-that-meta-has" || own.VerifyToken != "the-hook-that-meta-has" {
		t.Errorf("welcome %+v", own)
	}
	if answer := r.do("POST", "/h/the-hook-that-meta-has", delivery); answer.StatusCode != 200 {
		t.Errorf("its webhook: %d", answer.StatusCode)
	}
}

func TestLink_Refuses(t *testing.T) {
	r := start(t)
	one := newOffice(t, 1)
	_, w := r.link(t, one)
	moved := one.takenOver(9)
	stranger := newOffice(t, 5)
	forged := *one // its own key, and the certificate of the host
	forged.key = newKey(t, 77)
	tests := []struct {
		name   string
		office *office
		change func(*relaywire.Hello, *host)
		code   string
	}{
		{"an unknown office without a token", stranger, func(h *relaywire.Hello, _ *host) { h.Admission = "" }, relaywire.RefusedAdmission},
		{"with a wrong token", stranger, func(h *relaywire.Hello, _ *host) { h.Admission = token[:len(token)-1] }, relaywire.RefusedAdmission},
		{"another version", one, func(h *relaywire.Hello, _ *host) { h.Version = 2 }, relaywire.RefusedVersion},
		{"no proof", one, func(h *relaywire.Hello, _ *host) { h.Proof = nil }, relaywire.RefusedProof},
		{"a bit of the proof", one, func(h *relaywire.Hello, _ *host) { h.Proof[len(h.Proof)-1] ^= 1 }, relaywire.RefusedProof},
		{"a key that is not the certificate's", &forged, func(*relaywire.Hello, *host) {}, relaywire.RefusedProof},
		{"a proof for another relay", one, func(h *relaywire.Hello, k *host) { h.Proof = one.proof(k.challenge, "other.example.mx") }, relaywire.RefusedProof},
		{"a proof of another challenge", one, func(h *relaywire.Hello, _ *host) {
			h.Proof = one.proof(make([]byte, 32), strings.TrimPrefix(r.url, "http://"))
		}, relaywire.RefusedProof},
		{"a root of somebody else", one, func(h *relaywire.Hello, k *host) {
			root := stranger.fingerprint()
			p, err := identity.SignRelayProof(identity.RelayProof{Challenge: k.challenge, Relay: strings.TrimPrefix(r.url, "http://"), Certificate: one.cert, Root: root[:]}, one.key)
			if err != nil {
				t.Fatal(err)
			}
			h.Proof = p
		}, relaywire.RefusedProof},
		{"another office's hook", stranger, func(h *relaywire.Hello, _ *host) { h.Hook = w.Hook }, relaywire.RefusedHook},
		{"a hook that is none", stranger, func(h *relaywire.Hello, _ *host) { h.Hook = "../../healthz/....." }, relaywire.RefusedProtocol},
		{"a short hook", stranger, func(h *relaywire.Hello, _ *host) { h.Hook = "abc" }, relaywire.RefusedProtocol},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := r.knock(t)
			say := hello(tt.office, k)
			tt.change(say, k)
			k.say(&relaywire.Frame{Hello: say})
			if got := k.refused(); got.Code != tt.code {
				t.Errorf("refused with %q, want %q", got.Code, tt.code)
			}
		})
	}
	if _, err := r.in.Office(t.Context(), stranger.id()); err == nil {
		t.Error("who was refused is known now")
	}
	// After a take-over the host before is refused, also when it was linked first.
	r.link(t, moved)
	if got := r.greet(t, one).refused(); got.Code != relaywire.RefusedSuperseded {
		t.Errorf("an earlier host: %+v", got)
	}
	kept, err := r.in.Office(t.Context(), one.id())
	if err != nil || kept.Serial != 2 || kept.Hook != w.Hook {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

// A proof that somebody has listened to is worth nothing over another link.
func TestLink_ReplayedProof(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	first := r.knock(t)
	said := hello(o, first)
	first.say(&relaywire.Frame{Hello: said})
	if first.next().Welcome == nil {
		t.Fatal("not welcome")
	}
	second := r.knock(t)
	second.say(&relaywire.Frame{Hello: said})
	if got := second.refused(); got.Code != relaywire.RefusedProof {
		t.Errorf("refused with %q", got.Code)
	}
	first.alive() // and the true one stays
}

// alive checks that the other side still answers.
func (h *host) alive() {
	h.t.Helper()
	pong := make(chan struct{}, 1)
	h.ws.SetPongHandler(func(string) error { pong <- struct{}{}; return nil })
	if err := h.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience)); err != nil {
		h.t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() {
		_, err := h.read()
		over <- err
	}()
	select {
	case <-pong:
	case err := <-over:
		h.t.Fatalf("the link is over: %v", err)
	case <-time.After(patience):
		h.t.Fatal("no pong")
	}
}

func TestLink_EventsInOrderAtMostAWindow(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, w := r.link(t, o)
	_ = h.ws.Close() // all wait when it comes back
	const all = 3*relaywire.Window + 5
	for n := range all {
		if answer := r.do("POST", "/h/"+w.Hook, fmt.Sprintf(`{"n":%d}`, n)); answer.StatusCode != 200 {
			t.Fatal(answer.StatusCode)
		}
	}
	h, _ = r.link(t, o)
	var last int64
	for n := range relaywire.Window {
		e := h.event()
		if string(e.Body) != fmt.Sprintf(`{"n":%d}`, n) || e.Seq <= last {
			t.Fatalf("event %d is %s with number %d after %d", n, e.Body, e.Seq, last)
		}
		last = e.Seq
	}
	sent := func() bool { return r.metric(fmt.Sprintf("events_sent_total %d", relaywire.Window)) }
	r.until("a window was sent", sent)
	if time.Sleep(50 * time.Millisecond); !sent() {
		t.Error("more than a window was sent")
	}
	for n := relaywire.Window; n < all; n++ {
		h.ack(last)
		e := h.event()
		if string(e.Body) != fmt.Sprintf(`{"n":%d}`, n) {
			t.Fatalf("event %d is %s", n, e.Body)
		}
		last = e.Seq
	}
	h.ack(last)
	r.until("all is acknowledged", func() bool { return r.stats(o).Events == 0 })
}

// What the host has not acknowledged comes again over the next link, and nothing else.
func TestLink_LostAcknowledgementsBringEventsAgain(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, w := r.link(t, o)
	for n := range 10 {
		r.do("POST", "/h/"+w.Hook, fmt.Sprintf(`{"n":%d}`, n))
	}
	var seqs []int64
	for range 10 {
		seqs = append(seqs, h.event().Seq)
	}
	h.ack(seqs[3])
	r.until("four are acknowledged", func() bool { return r.stats(o).Events == 6 })
	if err := h.ws.NetConn().Close(); err != nil { // without a word
		t.Fatal(err)
	}
	h, w = r.link(t, o)
	if w.Waiting != 6 {
		t.Errorf("%d wait", w.Waiting)
	}
	for n := 4; n < 10; n++ {
		if e := h.event(); e.Seq != seqs[n] || string(e.Body) != fmt.Sprintf(`{"n":%d}`, n) {
			t.Errorf("event %d is %s", n, e.Body)
		}
	}
}

func TestLink_LaterOneReplacesIt(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	first, w := r.link(t, o)
	second, _ := r.link(t, o)
	if got := first.refused(); got.Code != relaywire.RefusedReplaced {
		t.Errorf("the first hears %+v", got)
	}
	r.do("POST", "/h/"+w.Hook, delivery)
	second.event()
	// The first one's end is nothing to the second.
	r.until("one is linked", func() bool {
		return strings.Contains(text(t, r.do("GET", "/metrics", "")), "sitegroup_relay_hosts 1\n")
	})
	r.do("POST", "/h/"+w.Hook, delivery)
	second.event()
}

func TestLink_WhatHasNoMeaningEndsIt(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	_, w := r.link(t, o)
	raw := func(b []byte) func(*host) {
		return func(h *host) {
			if err := h.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	say := func(f *relaywire.Frame) func(*host) { return func(h *host) { h.say(f) } }
	tests := []struct {
		name string
		say  func(*host)
	}{
		{"bytes", raw([]byte("hola"))},
		{"nothing", raw(nil)},
		{"a frame without a field", raw([]byte{0xa0})},
		{"text", func(h *host) {
			if err := h.ws.WriteMessage(websocket.TextMessage, []byte("{}")); err != nil {
				t.Fatal(err)
			}
		}},
		{"the relay's own words", say(&relaywire.Frame{Welcome: &relaywire.Welcome{}})},
		{"an event", say(&relaywire.Frame{Event: &relaywire.Event{Seq: 1}})},
		{"an acknowledgement of what was not sent", say(&relaywire.Frame{Ack: &relaywire.Ack{Through: 1 << 40}})},
		{"hello again", say(&relaywire.Frame{Hello: &relaywire.Hello{}})},
		{"texts without a date", say(&relaywire.Frame{Publish: &relaywire.Publish{Version: 1}})},
		{"an outcome that is none", say(&relaywire.Frame{Outcome: &relaywire.Outcome{Code: "x", State: "lost"}})},
		{"a long reason", say(&relaywire.Frame{Outcome: &relaywire.Outcome{Code: "x", State: relaywire.DeletionDone, Reason: strings.Repeat("x", relaywire.MaxReason+1)}})},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, _ := r.link(t, newOffice(t, uint64(100+i)))
			tt.say(h)
			if got := h.refused(); got.Code != relaywire.RefusedProtocol {
				t.Errorf("refused with %q", got.Code)
			}
		})
	}
	large, _ := r.link(t, newOffice(t, 99))
	_ = large.ws.WriteMessage(websocket.BinaryMessage, make([]byte, relaywire.MaxFrame)) // it may be cut off half-way
	if f, err := large.read(); err == nil {
		t.Errorf("more than a host has to say: %+v", f)
	}
	h := r.knock(t)
	h.say(&relaywire.Frame{Ack: &relaywire.Ack{Through: 1}})
	if got := h.refused(); got.Code != relaywire.RefusedProtocol {
		t.Errorf("before hello: refused with %q", got.Code)
	}
	if answer := r.do("POST", "/h/"+w.Hook, delivery); answer.StatusCode != 200 {
		t.Errorf("afterwards: %d", answer.StatusCode)
	}
}

// A page that somebody of the office has open in a browser must not speak for it.
func TestLink_NoBrowsers(t *testing.T) {
	r := start(t)
	for _, path := range []string{relaywire.HostPath, relaywire.TunnelHostPath + "1." + strings.Repeat("0", 32)} {
		_, answer, err := dialWS(t, r.url, path, http.Header{"Origin": {r.url}})
		if err == nil || answer.StatusCode != 403 && answer.StatusCode != 404 {
			t.Errorf("%s: %v %v", path, answer, err)
		}
	}
	if answer := r.do("GET", relaywire.HostPath, ""); answer.StatusCode != 400 {
		t.Errorf("no websocket: %d", answer.StatusCode)
	}
}

func TestLink_TooOften(t *testing.T) {
	r := start(t, func(d *relay.Deps) { d.Limits.Hellos = relay.Rate{PerSecond: 0.001, Burst: 2} })
	o := newOffice(t, 1)
	r.link(t, o)
	second, _ := r.link(t, o)
	if got := r.greet(t, o).refused(); got.Code != relaywire.RefusedBusy || got.After == 0 {
		t.Errorf("refused with %+v", got)
	}
	r.link(t, newOffice(t, 2))
	second.alive()
}

// A host that publishes without end would have every node write for it alone.
func TestLink_TellsTooOften(t *testing.T) {
	r := start(t, func(d *relay.Deps) { d.Limits.Tells = relay.Rate{PerSecond: 0.001, Burst: 2} })
	o := newOffice(t, 1)
	h, _ := r.link(t, o)
	for version := range int64(3) {
		h.say(&relaywire.Frame{Publish: &relaywire.Publish{Version: version + 1, Updated: "2026-11-28", Privacy: "Aviso", Deletion: "Pide"}})
	}
	if got := h.refused(); got.Code != relaywire.RefusedProtocol {
		t.Errorf("refused with %q", got.Code)
	}
	if kept, err := r.in.Office(t.Context(), o.id()); err != nil || kept.Notice.Version != 2 {
		t.Errorf("version %d is kept: %v", kept.Notice.Version, err)
	}
}

func TestLink_TooMany(t *testing.T) {
	r := start(t, func(d *relay.Deps) { d.Limits.Links = 2 })
	r.link(t, newOffice(t, 1))
	r.link(t, newOffice(t, 2))
	_, answer, err := dialWS(t, r.url, relaywire.HostPath, nil)
	if err == nil || answer.StatusCode != 503 || answer.Header.Get(relaywire.AnswerHeader) != relaywire.AnswerBusy {
		t.Errorf("a third host: %v %v", answer, err)
	}
}

// A host that reads nothing must cost neither memory nor the others' time.
func TestLink_WhoTakesNothingIsLetGo(t *testing.T) {
	r := start(t, func(d *relay.Deps) { d.Limits.Webhooks = relay.Rate{} })
	slow, quick := newOffice(t, 1), newOffice(t, 2)
	stuck, w := r.link(t, slow)
	_ = stuck // never read from again
	h, quickW := r.link(t, quick)
	large := `{"a":"` + strings.Repeat("x", 512<<10) + `"}`
	for range 30 { // more than the sockets' buffers hold
		if answer := r.do("POST", "/h/"+w.Hook, large); answer.StatusCode != 200 {
			t.Fatal(answer.StatusCode)
		}
	}
	for range 3 {
		r.do("POST", "/h/"+quickW.Hook, delivery)
		h.ack(h.event().Seq)
	}
	// Members knock, and nobody tells the host.
	for n := range 200 {
		err := r.in.Signal(t.Context(), slow.id(), relay.Signal{Open: &relaywire.Open{ID: fmt.Sprint("1.", n)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	r.until("it is refused", func() bool {
		return strings.Contains(text(t, r.do("GET", "/metrics", "")), `sitegroup_relay_links_refused_total{code="slow"} 1`)
	})
	if got := r.stats(slow).Events; got != 30 {
		t.Errorf("%d events are left of 30", got)
	}
	again, _ := r.link(t, slow)
	for range 30 {
		again.ack(again.event().Seq)
	}
}

func TestDrain_SendsHostsElsewhereAndLosesNothing(t *testing.T) {
	r := start(t)
	var hosts []*host
	var hooks []string
	for n := range 5 {
		h, w := r.link(t, newOffice(t, uint64(n)))
		hosts, hooks = append(hosts, h), append(hooks, w.Hook)
	}
	drained := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	go func() { drained <- r.Drain(ctx) }()
	for _, h := range hosts {
		if got := h.refused(); got.Code != relaywire.RefusedDraining {
			t.Errorf("refused with %q", got.Code)
		}
	}
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if answer := r.do("GET", "/healthz", ""); answer.StatusCode != 503 {
		t.Errorf("healthz while draining: %d", answer.StatusCode)
	}
	for _, hook := range hooks {
		if answer := r.do("POST", "/h/"+hook, delivery); answer.StatusCode != 200 {
			t.Errorf("a webhook while draining: %d", answer.StatusCode)
		}
	}
	_, answer, err := dialWS(t, r.url, relaywire.HostPath, nil)
	if err == nil || answer.Header.Get(relaywire.AnswerHeader) != relaywire.AnswerDraining {
		t.Errorf("a host that comes again here: %v %v", answer, err)
	}
	r.stop()
	later := startIn(t, r.dir)
	for n := range 5 {
		h, _ := later.link(t, newOffice(t, uint64(n)))
		h.event()
	}
}
