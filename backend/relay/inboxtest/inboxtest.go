// Package inboxtest is what every relay.Inbox has to do, as tests. It knows none of them.
package inboxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Subject is an implementation.
type Subject struct {
	// Open opens what is kept under a folder of the test's own; the same folder twice, one after the other, is the same inbox
	// again. Whoever opens it closes it.
	Open func(t *testing.T, dir string) relay.Inbox
	// Second opens another node beside the first; nil where there can be only one.
	Second func(t *testing.T, first relay.Inbox) relay.Inbox
}

// Run holds an implementation to what relay.Inbox promises.
func Run(t *testing.T, s Subject) {
	t.Helper()
	tests := []struct {
		name string
		run  func(*testing.T, Subject)
	}{
		{"offices", offices},
		{"a later certificate stays", precedence},
		{"a hook is one office's", taken},
		{"events in order until they are acknowledged", events},
		{"offices do not meet", apart},
		{"quota", quota},
		{"lists are bounded", bounded},
		{"acknowledging twice and too much", acknowledged},
		{"what is old goes", expired},
		{"deletions", deletions},
		{"everything is there after another start", reopened},
		{"many at once", crowd},
		{"signals", signals},
		{"an attendant is replaced", replaced},
		{"nodes", nodes},
		{"closed", closed},
		{"a cancelled caller", cancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
}

var at = time.Date(2026, 11, 28, 15, 4, 5, 0, time.UTC)

func open(t *testing.T, s Subject) relay.Inbox {
	t.Helper()
	in := s.Open(t, t.TempDir())
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	})
	return in
}

// Office is an invented office.
func Office(n int) relay.Office {
	return relay.Office{
		ID: fmt.Sprintf("%064x", n), Device: "device", Serial: 1, SerialAt: 1000, Hook: fmt.Sprintf("hook-%016d", n),
		VerifyToken: "verify-token-0123", Page: fmt.Sprintf("page-%016d", n), Created: at,
		Notice: relaywire.Publish{Version: 3, Updated: "2026-11-28", Office: "Casas Inventadas", Privacy: "Aviso\n\nSegundo", Deletion: "Pide"},
	}
}

func event(n int) relaywire.Event {
	return relaywire.Event{
		Kind: relaywire.KindWebhook, At: at.UnixMilli() + int64(n), Signature: "sha256=00", Body: fmt.Appendf(nil, `{"n":%d,"raw":"\u00e1 %s"}`, n, "\x00\xff"),
	}
}

func put(t *testing.T, in relay.Inbox, o relay.Office) relay.Office {
	t.Helper()
	if err := in.PutOffice(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return o
}

func appended(t *testing.T, in relay.Inbox, office string, e relaywire.Event) relaywire.Event {
	t.Helper()
	var err error
	if e.Seq, err = in.Append(t.Context(), office, e, relay.Quota{}); err != nil {
		t.Fatal(err)
	}
	return e
}

// list lists everything, as a link does.
func list(t *testing.T, in relay.Inbox, office string) (all []relaywire.Event) {
	t.Helper()
	for after := int64(0); ; {
		some, err := in.List(t.Context(), office, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			return all
		}
		all = append(all, some...)
		after = some[len(some)-1].Seq
	}
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func is(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func offices(t *testing.T, s Subject) {
	in := open(t, s)
	for _, find := range []func(context.Context, string) (relay.Office, error){in.Office, in.OfficeByHook, in.OfficeByPage} {
		for _, key := range []string{"nobody", "", "*", ">", "a.b", "%"} {
			_, err := find(t.Context(), key)
			is(t, "an unknown office", err, relay.ErrNotFound)
		}
	}
	put(t, in, Office(1))
	o := put(t, in, Office(2))
	find := func(o relay.Office) {
		t.Helper()
		for name, found := range map[string]func() (relay.Office, error){
			"by id":   func() (relay.Office, error) { return in.Office(t.Context(), o.ID) },
			"by hook": func() (relay.Office, error) { return in.OfficeByHook(t.Context(), o.Hook) },
			"by page": func() (relay.Office, error) { return in.OfficeByPage(t.Context(), o.Page) },
		} {
			got, err := found()
			is(t, name, err, nil)
			same(t, name, o, got)
		}
	}
	find(o)
	was := o.Hook
	o.Hook, o.Serial, o.Notice = "another-hook-0000", 2, relaywire.Publish{}
	put(t, in, o)
	find(o)
	_, err := in.OfficeByHook(t.Context(), was)
	is(t, "the hook before", err, relay.ErrNotFound)
}

func precedence(t *testing.T, s Subject) {
	in := open(t, s)
	o := Office(1)
	o.Serial, o.SerialAt, o.Device = 5, 500, "m"
	put(t, in, o)
	for _, tt := range []struct {
		serial, at int64
		device     string
		want       error
	}{
		{4, 900, "z", relay.ErrSuperseded},
		{5, 499, "z", relay.ErrSuperseded},
		{5, 500, "a", relay.ErrSuperseded},
		{5, 500, "m", nil},
		{5, 500, "n", nil},
		{5, 500, "m", relay.ErrSuperseded},
		{5, 501, "a", nil},
		{6, 1, "a", nil},
	} {
		o.Serial, o.SerialAt, o.Device = tt.serial, tt.at, tt.device
		is(t, fmt.Sprint(tt), in.PutOffice(t.Context(), o), tt.want)
	}
	got, err := in.Office(t.Context(), o.ID)
	is(t, "office", err, nil)
	same(t, "office", o, got)
}

func taken(t *testing.T, s Subject) {
	in := open(t, s)
	one, two := put(t, in, Office(1)), put(t, in, Office(2))
	wrong := two
	wrong.Hook = one.Hook
	is(t, "its hook", in.PutOffice(t.Context(), wrong), relay.ErrTaken)
	wrong = two
	wrong.Page = one.Page
	is(t, "its page", in.PutOffice(t.Context(), wrong), relay.ErrTaken)
	three := Office(3)
	three.Hook = one.Hook
	is(t, "a new office", in.PutOffice(t.Context(), three), relay.ErrTaken)
	for _, o := range []relay.Office{one, two} {
		got, err := in.OfficeByHook(t.Context(), o.Hook)
		is(t, "by hook", err, nil)
		same(t, "by hook", o, got)
	}
	_, err := in.Office(t.Context(), three.ID)
	is(t, "the office that was refused", err, relay.ErrNotFound)
}

func events(t *testing.T, s Subject) {
	in := open(t, s)
	_, err := in.Append(t.Context(), "nobody", event(0), relay.Quota{})
	is(t, "an unknown office", err, relay.ErrNotFound)
	o := put(t, in, Office(1))
	same(t, "an empty inbox", 0, len(list(t, in, o.ID)))
	var want []relaywire.Event
	for n := range 250 {
		e := event(n)
		if n%50 == 7 {
			e = relaywire.Event{Kind: relaywire.KindDeletion, At: e.At, Body: []byte("a.b"), Code: "CODE"}
		}
		want = append(want, appended(t, in, o.ID, e))
	}
	same(t, "events", want, list(t, in, o.ID))
	if !slices.IsSortedFunc(want, func(a, b relaywire.Event) int { return int(a.Seq - b.Seq) }) {
		t.Error("numbers do not grow")
	}
	some, err := in.List(t.Context(), o.ID, want[9].Seq, 5)
	is(t, "list", err, nil)
	same(t, "five after the tenth", want[10:15], some)
	stats, err := in.Stats(t.Context(), o.ID)
	is(t, "stats", err, nil)
	var size int64
	for _, e := range want {
		size += int64(len(e.Body) + len(e.Signature))
	}
	same(t, "stats", relay.Stats{Events: 250, Bytes: size, Oldest: at}, stats)

	is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, want[199].Seq), nil)
	same(t, "what is left", want[200:], list(t, in, o.ID))
	stats, err = in.Stats(t.Context(), o.ID)
	is(t, "stats", err, nil)
	same(t, "stats", int64(50), stats.Events)
	is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, want[249].Seq), nil)
	next := appended(t, in, o.ID, event(300))
	if next.Seq <= want[249].Seq {
		t.Errorf("number %d was used before", next.Seq)
	}
}

func apart(t *testing.T, s Subject) {
	in := open(t, s)
	one, two := put(t, in, Office(1)), put(t, in, Office(2))
	var ones, twos []relaywire.Event
	for n := range 20 {
		ones = append(ones, appended(t, in, one.ID, event(n)))
		twos = append(twos, appended(t, in, two.ID, event(100+n)))
	}
	is(t, "acknowledge", in.AckThrough(t.Context(), one.ID, ones[19].Seq+1000), nil)
	same(t, "of the one", 0, len(list(t, in, one.ID)))
	same(t, "of the other", twos, list(t, in, two.ID))
	is(t, "acknowledge for nobody", in.AckThrough(t.Context(), "nobody", 1<<40), nil)
	same(t, "of the other", twos, list(t, in, two.ID))
}

func quota(t *testing.T, s Subject) {
	in := open(t, s)
	o, other := put(t, in, Office(1)), put(t, in, Office(2))
	e := event(1)
	size := int64(len(e.Body) + len(e.Signature))
	try := func(office string, q relay.Quota, want error) {
		t.Helper()
		_, err := in.Append(t.Context(), office, e, q)
		is(t, fmt.Sprint(q), err, want)
	}
	q := relay.Quota{Events: 3}
	for range 3 {
		try(o.ID, q, nil)
	}
	try(o.ID, q, relay.ErrFull)
	try(other.ID, q, nil)
	try(o.ID, relay.Quota{Bytes: 4*size - 1}, relay.ErrFull)
	try(o.ID, relay.Quota{Bytes: 4 * size}, nil)
	first := list(t, in, o.ID)[0]
	is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, first.Seq), nil)
	try(o.ID, relay.Quota{Events: 4, Bytes: 4 * size}, nil)
	try(o.ID, relay.Quota{Events: 4, Bytes: 4 * size}, relay.ErrFull)
	same(t, "events", 4, len(list(t, in, o.ID)))
}

func bounded(t *testing.T, s Subject) {
	in := open(t, s)
	o := put(t, in, Office(1))
	large := event(1)
	large.Body = bytes.Repeat([]byte("x"), relaywire.MaxBody)
	var want []relaywire.Event
	for range 4 {
		want = append(want, appended(t, in, o.ID, large))
	}
	some, err := in.List(t.Context(), o.ID, 0, 100)
	is(t, "list", err, nil)
	if len(some) == 0 || len(some) > 3 {
		t.Errorf("%d MiB were listed at once", len(some))
	}
	same(t, "all of them", len(want), len(list(t, in, o.ID)))
}

func acknowledged(t *testing.T, s Subject) {
	in := open(t, s)
	o := put(t, in, Office(1))
	one, two := appended(t, in, o.ID, event(1)), appended(t, in, o.ID, event(2))
	for _, seq := range []int64{0, -1, one.Seq, one.Seq, one.Seq - 1} {
		is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, seq), nil)
	}
	same(t, "what is left", []relaywire.Event{two}, list(t, in, o.ID))
	is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, two.Seq+1), nil)
	later := appended(t, in, o.ID, event(3))
	same(t, "what came after", []relaywire.Event{later}, list(t, in, o.ID))
}

func expired(t *testing.T, s Subject) {
	in := open(t, s)
	o := put(t, in, Office(1))
	for n := range 300 {
		appended(t, in, o.ID, event(n))
	}
	appended(t, in, o.ID, event(0)) // the clock was put back
	kept := list(t, in, o.ID)[200:300]
	old := relay.Deletion{Code: "OLD", Office: o.ID, State: relaywire.DeletionDone, At: at, Changed: at}
	young := relay.Deletion{Code: "YOUNG", Office: o.ID, State: relaywire.DeletionDone, At: at.Add(time.Hour), Changed: at.Add(time.Hour)}
	is(t, "deletion", in.PutDeletion(t.Context(), old), nil)
	is(t, "deletion", in.PutDeletion(t.Context(), young), nil)
	dropped, err := in.Expire(t.Context(), at.Add(200*time.Millisecond))
	is(t, "expire", err, nil)
	same(t, "dropped", int64(202), dropped) // with the late one and a deletion
	same(t, "what is left", kept, list(t, in, o.ID))
	_, err = in.Deletion(t.Context(), "OLD")
	is(t, "an old deletion", err, relay.ErrNotFound)
	_, err = in.Deletion(t.Context(), "YOUNG")
	is(t, "a young deletion", err, nil)
	stats, err := in.Stats(t.Context(), o.ID)
	is(t, "stats", err, nil)
	same(t, "events", int64(len(kept)), stats.Events)
	_, err = in.Append(t.Context(), o.ID, event(1), relay.Quota{Events: int64(len(kept)) + 1})
	is(t, "there is room again", err, nil)
}

func deletions(t *testing.T, s Subject) {
	in := open(t, s)
	_, err := in.Deletion(t.Context(), "NONE")
	is(t, "an unknown deletion", err, relay.ErrNotFound)
	d := relay.Deletion{Code: "ABCDEF", Office: Office(1).ID, State: relaywire.DeletionReceived, At: at, Changed: at}
	for range 2 {
		is(t, "put", in.PutDeletion(t.Context(), d), nil)
		got, err := in.Deletion(t.Context(), d.Code)
		is(t, "find", err, nil)
		same(t, "deletion", d, got)
		d.State, d.Reason, d.Changed = relaywire.DeletionRefused, "No hay datos.", at.Add(time.Hour)
	}
}

func reopened(t *testing.T, s Subject) {
	dir := t.TempDir()
	in := s.Open(t, dir)
	o := put(t, in, Office(1))
	d := relay.Deletion{Code: "ABCDEF", Office: o.ID, State: relaywire.DeletionReceived, At: at, Changed: at}
	is(t, "deletion", in.PutDeletion(t.Context(), d), nil)
	var want []relaywire.Event
	for n := range 30 {
		want = append(want, appended(t, in, o.ID, event(n)))
	}
	is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, want[9].Seq), nil)
	is(t, "close", in.Close(), nil)

	in = s.Open(t, dir)
	got, err := in.Office(t.Context(), o.ID)
	is(t, "office", err, nil)
	same(t, "office", o, got)
	same(t, "events", want[10:], list(t, in, o.ID))
	kept, err := in.Deletion(t.Context(), d.Code)
	is(t, "deletion", err, nil)
	same(t, "deletion", d, kept)
	_, err = in.Append(t.Context(), o.ID, event(1), relay.Quota{Events: 20})
	is(t, "the quota is remembered", err, relay.ErrFull)
	is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, want[29].Seq), nil)
	is(t, "close", in.Close(), nil)

	in = s.Open(t, dir)
	if next := appended(t, in, o.ID, event(1)); next.Seq <= want[29].Seq {
		t.Errorf("number %d was used before the start", next.Seq)
	}
	is(t, "close", in.Close(), nil)
}

// crowd has many append, list and acknowledge at once: each event is listed once and in the order of its number.
func crowd(t *testing.T, s Subject) {
	in := open(t, s)
	o := put(t, in, Office(1))
	const writers, each = 16, 40
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for n := range each {
				e := event(n)
				e.Body = fmt.Appendf(nil, `{"w":%d,"n":%d}`, w, n)
				if _, err := in.Append(context.Background(), o.ID, e, relay.Quota{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	seen := map[string]int{}
	for over := false; !over || len(list(t, in, o.ID)) > 0; {
		select {
		case <-done:
			over = true
		default:
		}
		events, err := in.List(t.Context(), o.ID, 0, 50)
		is(t, "list", err, nil)
		for _, e := range events {
			seen[string(e.Body)]++
		}
		if len(events) > 0 {
			is(t, "acknowledge", in.AckThrough(t.Context(), o.ID, events[len(events)-1].Seq), nil)
		}
	}
	same(t, "different events", writers*each, len(seen))
	for body, n := range seen {
		if n != 1 {
			t.Errorf("%s was listed %d times", body, n)
		}
	}
}

// taking collects signals.
func taking() (take func(relay.Signal), took func() relay.Signal) {
	c := make(chan relay.Signal, 100)
	return func(s relay.Signal) { c <- s }, func() relay.Signal {
		select {
		case s := <-c:
			return s
		case <-time.After(10 * time.Second):
			return relay.Signal{}
		}
	}
}

func attend(t *testing.T, in relay.Inbox, office string) (took func() relay.Signal, stop func()) {
	t.Helper()
	take, took := taking()
	stop, err := in.Attend(t.Context(), office, take)
	if err != nil {
		t.Fatal(err)
	}
	return took, stop
}

func signals(t *testing.T, s Subject) {
	in := open(t, s)
	from := in
	if s.Second != nil {
		from = s.Second(t, in)
		defer func() { is(t, "close", from.Close(), nil) }()
	}
	o, other := put(t, in, Office(1)), put(t, in, Office(2))
	is(t, "nobody attends", from.Signal(t.Context(), o.ID, relay.Signal{Event: true}), relay.ErrAbsent)
	took, stop := attend(t, in, o.ID)
	for _, want := range []relay.Signal{
		{Event: true},
		{Open: &relaywire.Open{ID: in.NodeID() + "." + strings.Repeat("a", 32), From: "203.0.113.7"}},
	} {
		is(t, "signal", from.Signal(t.Context(), o.ID, want), nil)
		same(t, "signal", want, took())
	}
	is(t, "another office", from.Signal(t.Context(), other.ID, relay.Signal{Event: true}), relay.ErrAbsent)
	stop()
	stop()
	is(t, "nobody attends any more", from.Signal(t.Context(), o.ID, relay.Signal{Event: true}), relay.ErrAbsent)
}

func replaced(t *testing.T, s Subject) {
	in := open(t, s)
	second := in
	if s.Second != nil {
		second = s.Second(t, in)
		defer func() { is(t, "close", second.Close(), nil) }()
	}
	o := put(t, in, Office(1))
	first, stopFirst := attend(t, in, o.ID)
	later, stopLater := attend(t, second, o.ID)
	same(t, "the first hears", relay.Signal{Replaced: true}, first())
	stopFirst() // late, and nothing to the second
	is(t, "signal", in.Signal(t.Context(), o.ID, relay.Signal{Event: true}), nil)
	same(t, "the second hears", relay.Signal{Event: true}, later())
	stopLater()
	is(t, "nobody attends any more", in.Signal(t.Context(), o.ID, relay.Signal{Event: true}), relay.ErrAbsent)
}

func nodes(t *testing.T, s Subject) {
	in := open(t, s)
	if id := in.NodeID(); id == "" || strings.ContainsAny(id, "./? ") {
		t.Errorf("the node is named %q", id)
	}
	_, err := in.NodeURL(t.Context(), "nobody")
	is(t, "an unknown node", err, relay.ErrNotFound)
	is(t, "healthy", in.Healthy(t.Context()), nil)
	if s.Second == nil {
		return
	}
	second := s.Second(t, in)
	defer func() { is(t, "close", second.Close(), nil) }()
	if second.NodeID() == in.NodeID() {
		t.Error("two nodes have one name")
	}
	address, err := in.NodeURL(t.Context(), second.NodeID())
	is(t, "the other node", err, nil)
	if !strings.HasPrefix(address, "http") {
		t.Errorf("the other node is at %q", address)
	}
}

func closed(t *testing.T, s Subject) {
	in := s.Open(t, t.TempDir())
	o := put(t, in, Office(1))
	is(t, "close", in.Close(), nil)
	is(t, "close again", in.Close(), nil)
	if _, err := in.Append(t.Context(), o.ID, event(1), relay.Quota{}); err == nil {
		t.Error("a closed inbox has taken an event")
	}
	if err := in.Healthy(t.Context()); err == nil {
		t.Error("a closed inbox is healthy")
	}
}

// cancelled holds that an event whose caller has gone is there whole or not at all, and that those after it are unhurt.
func cancelled(t *testing.T, s Subject) {
	in := open(t, s)
	o := put(t, in, Office(1))
	kept := 0
	for n := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		if n%2 == 0 {
			cancel()
		}
		if _, err := in.Append(ctx, o.ID, event(n), relay.Quota{}); err == nil {
			kept++
		}
		cancel()
	}
	got := len(list(t, in, o.ID))
	if got < kept || got > 50 || kept < 25 {
		t.Errorf("%d were answered for, %d are there", kept, got)
	}
}
