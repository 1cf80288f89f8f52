package relay_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office/identity"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
	"sitegroup.mx/crm/backend/relay/sqlitebox"
)

const token = "operators-token-of-tests"

// rig is a relay with an inbox in a file, on a socket of this computer.
type rig struct {
	*relay.Server
	t    testing.TB
	in   relay.Inbox
	http *httptest.Server
	url  string
	log  *bytes.Buffer // read once nothing runs any more
	dir  string
	name string // under which it is dialled, if not its own

	clock  clock.Clock
	logger *logrus.Logger
}

func start(t testing.TB, change ...func(*relay.Deps)) *rig { return startIn(t, t.TempDir(), change...) }

func startIn(t testing.TB, dir string, change ...func(*relay.Deps)) *rig {
	t.Helper()
	r := &rig{t: t, log: &bytes.Buffer{}, dir: dir}
	log := logrus.New()
	log.SetOutput(r.log)
	log.SetLevel(logrus.DebugLevel)
	var err error
	if r.in, err = sqlitebox.Open(t.Context(), filepath.Join(dir, "relay.db"), log); err != nil {
		t.Fatal(err)
	}
	r.http = httptest.NewUnstartedServer(nil)
	r.url = "http://" + r.http.Listener.Addr().String()
	d := relay.Deps{
		Inbox: r.in, BaseURL: r.url, Admission: []string{"another-token-of-tests", token}, Limits: relay.DefaultLimits(),
		Clock: clock.System{}, Log: log, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	for _, c := range change {
		c(&d)
	}
	r.clock, r.logger = d.Clock, log
	if r.Server, err = relay.New(d); err != nil {
		t.Fatal(err)
	}
	r.http.Config.Handler = r.Server
	r.http.Config.ErrorLog = nil
	r.http.Start()
	t.Cleanup(r.stop)
	return r
}

func (r *rig) stop() {
	if r.Server == nil {
		return
	}
	if err := r.Server.Close(); err != nil {
		r.t.Error(err)
	}
	r.http.Close()
	if err := r.in.Close(); err != nil {
		r.t.Error(err)
	}
	r.Server = nil
}

func seeded(seed uint64) io.Reader {
	return rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64(nil, seed)))
}

// office is an invented office: its root key, and its host's with the certificate.
type office struct {
	t         testing.TB
	root, key identity.Key
	cert      []byte
	serial    int64
}

func newKey(t testing.TB, seed uint64) identity.Key {
	t.Helper()
	k, err := identity.NewKey(seeded(seed))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newOffice(t testing.TB, seed uint64) *office {
	o := &office{t: t, root: newKey(t, seed), key: newKey(t, seed+1_000_000), serial: 1}
	o.certify()
	return o
}

func (o *office) certify() {
	o.t.Helper()
	var err error
	o.cert, err = identity.SignHostCertificate(identity.HostCertificate{
		Office: "casas", Serial: o.serial, Host: o.key.Public(), Root: o.root.Public(), At: 1000 * o.serial, SignedBy: identity.SignedByRoot,
	}, o.root)
	if err != nil {
		o.t.Fatal(err)
	}
}

// takenOver is the office after another computer has become its host.
func (o *office) takenOver(seed uint64) *office {
	next := *o
	next.key, next.serial = newKey(o.t, seed), o.serial+1
	next.certify()
	return &next
}

func (o *office) fingerprint() [32]byte { return identity.Fingerprint(o.root.Public()) }
func (o *office) id() string            { return relaywire.OfficeID(o.fingerprint()) }

func (o *office) proof(challenge []byte, relayHost string) []byte {
	o.t.Helper()
	root := o.fingerprint()
	b, err := identity.SignRelayProof(identity.RelayProof{Challenge: challenge, Relay: relayHost, Certificate: o.cert, Root: root[:]}, o.key)
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

// host is the host's end of a link, as plain as can be.
type host struct {
	t         testing.TB
	ws        *websocket.Conn
	name      string // of the relay, for the proof
	challenge []byte
}

const patience = 20 * time.Second

func dialWS(t testing.TB, url, path string, header http.Header) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	d := websocket.Dialer{HandshakeTimeout: patience, NetDialContext: (&net.Dialer{}).DialContext}
	ws, answer, err := d.Dial("ws"+strings.TrimPrefix(url, "http")+path, header)
	if err == nil {
		t.Cleanup(func() { _ = ws.Close() })
	}
	return ws, answer, err
}

// knock opens a link as far as the challenge.
func (r *rig) knock(t testing.TB) *host {
	t.Helper()
	ws, _, err := dialWS(t, r.url, relaywire.HostPath, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, ws: ws, name: strings.TrimPrefix(r.url, "http://")}
	if r.name != "" {
		h.name = r.name
	}
	f := h.next()
	if f.Challenge == nil || len(f.Challenge.Bytes) != relaywire.ChallengeSize {
		t.Fatalf("the first word is %+v", f)
	}
	h.challenge = f.Challenge.Bytes
	return h
}

func (h *host) say(f *relaywire.Frame) {
	h.t.Helper()
	b, err := relaywire.Marshal(f)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) ack(seq int64) { h.say(&relaywire.Frame{Ack: &relaywire.Ack{Through: seq}}) }

func (h *host) read() (*relaywire.Frame, error) {
	if err := h.ws.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	_, b, err := h.ws.ReadMessage()
	if err != nil {
		return nil, err
	}
	return relaywire.Unmarshal(b)
}

func (h *host) next() *relaywire.Frame {
	h.t.Helper()
	f, err := h.read()
	if err != nil {
		h.t.Fatal(err)
	}
	return f
}

func (h *host) event() relaywire.Event {
	h.t.Helper()
	f := h.next()
	if f.Event == nil {
		h.t.Fatalf("%+v, want an event", f)
	}
	return *f.Event
}

// refused reads what the relay says at the end, and that it is the end.
func (h *host) refused() relaywire.Refuse {
	h.t.Helper()
	for {
		f, err := h.read()
		if err != nil {
			h.t.Fatalf("the link ended without a word: %v", err)
		}
		if f.Refuse != nil {
			if _, err := h.read(); err == nil {
				h.t.Error("something came after the refusal")
			}
			return *f.Refuse
		}
	}
}

func hello(o *office, h *host) *relaywire.Hello {
	return &relaywire.Hello{Version: relaywire.Version, Proof: o.proof(h.challenge, h.name), Admission: token}
}

// greet links an office; the change is to its hello.
func (r *rig) greet(t testing.TB, o *office, change ...func(*relaywire.Hello)) *host {
	t.Helper()
	h := r.knock(t)
	say := hello(o, h)
	for _, c := range change {
		c(say)
	}
	h.say(&relaywire.Frame{Hello: say})
	return h
}

func (r *rig) link(t testing.TB, o *office, change ...func(*relaywire.Hello)) (*host, relaywire.Welcome) {
	t.Helper()
	h := r.greet(t, o, change...)
	f := h.next()
	if f.Welcome == nil {
		t.Fatalf("%+v, want a welcome", f)
	}
	return h, *f.Welcome
}

func (r *rig) do(method, path, body string, header ...string) *http.Response {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	answer, err := r.http.Client().Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func text(t testing.TB, answer *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (r *rig) stats(o *office) relay.Stats {
	r.t.Helper()
	s, err := r.in.Stats(r.t.Context(), o.id())
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

// until waits for something that another goroutine does.
func (r *rig) until(what string, is func() bool) {
	r.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("never: %s", what)
		}
	}
}

func decode(t testing.TB, answer *http.Response, into any) {
	t.Helper()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
