package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"sitegroup.mx/crm/backend/relay/relayclient"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

const (
	idleHosts  = 10_000
	spareFiles = 500 // that a process needs for other things
	idleSettle = 5 * time.Second
)

// idleMemory measures what a linked host that has nothing to say costs its relay, behind a proxy and with TLS. The hosts are
// in another process.
func idleMemory(ctx context.Context, b *bench) ([]Row, error) {
	hosts := idleHosts
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil && files.Cur < idleHosts+spareFiles {
		hosts = int(files.Cur) - spareFiles //nolint:gosec // fewer than the line above says
	}
	var rows []Row
	for _, secure := range []bool{false, true} {
		name, way := "idle-host-memory", "without TLS, as behind a proxy"
		if secure {
			name, way = "idle-host-memory-tls", "with TLS 1.3"
		}
		dir, err := b.folder(name)
		if err != nil {
			return nil, err
		}
		say("%d idle hosts %s", hosts, way)
		theirs, err := idleBare(ctx, dir, hosts, secure)
		if err != nil {
			return nil, err
		}
		ours, back, err := idleRelay(ctx, dir, hosts, secure)
		if err != nil {
			return nil, err
		}
		how := fmt.Sprintf("resident memory of the process with the relay and %d linked hosts that say nothing but pings, %s, after the collector has given back what is free, less that of the process before, for each host (heap and stacks in use: %.1f KiB); the peer is gorilla's upgrader with its usual buffers and a goroutine that reads", hosts, way, ours.inUse)
		rows = append(rows,
			ratio(name, ours.resident, "KiB", "bare gorilla", theirs.resident, how),
			ratio(strings.Replace(name, "memory", "reconnect", 1), back.Seconds(), "s", "", 0, fmt.Sprintf("from the restart of that relay at the same address until all %d hosts are linked again, their offices known to it; both sides share the machine", hosts)),
		)
	}
	return rows, nil
}

// footprint is in KiB for each connection.
type footprint struct{ resident, inUse float64 }

type base struct {
	resident float64
	inUse    int64
}

func footprintNow() (base, error) {
	in := inUse()
	debug.FreeOSMemory()
	resident, err := residentMemory(os.Getpid())
	return base{resident * 1024, in}, err
}

func (b base) since(n int) (footprint, error) {
	now, err := footprintNow()
	return footprint{(now.resident - b.resident) / float64(n), float64(now.inUse-b.inUse) / 1024 / float64(n)}, err
}

func idleBare(ctx context.Context, dir string, hosts int, secure bool) (footprint, error) {
	certificate, err := certificateIn(dir, secure)
	if err != nil {
		return footprint{}, err
	}
	before, err := footprintNow()
	if err != nil {
		return footprint{}, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return footprint{}, err
	}
	var upgrader websocket.Upgrader
	s := serveOn(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
		}
	}), certificate)
	defer s.Close()
	h, err := holdIdle(ctx, dir, heldIdle{Address: addressOf(l.Addr().String(), secure), Hosts: hosts, Bare: true})
	if err != nil {
		return footprint{}, err
	}
	defer h.end()
	if err := h.all(ctx); err != nil {
		return footprint{}, err
	}
	time.Sleep(idleSettle)
	return before.since(hosts)
}

// idleRelay returns what a host costs, and how long all take to come back.
func idleRelay(ctx context.Context, dir string, hosts int, secure bool) (f footprint, back time.Duration, err error) {
	certificate, err := certificateIn(dir, secure)
	if err != nil {
		return f, 0, err
	}
	before, err := footprintNow()
	if err != nil {
		return f, 0, err
	}
	r, err := serveRelay(ctx, dir, "127.0.0.1:0", certificate)
	if err != nil {
		return f, 0, err
	}
	addr := strings.TrimPrefix(r.address, "http://")
	h, err := holdIdle(ctx, dir, heldIdle{Address: addressOf(addr, secure), Hosts: hosts})
	if err != nil {
		return f, 0, err
	}
	defer h.end()
	if err := h.all(ctx); err != nil {
		return f, 0, err
	}
	time.Sleep(idleSettle)
	if f, err = before.since(hosts); err != nil {
		return f, 0, err
	}
	if err := r.close(); err != nil {
		return f, 0, err
	}
	if err := h.none(ctx); err != nil {
		return f, 0, err
	}
	begun := time.Now()
	if r, err = serveRelay(ctx, dir, addr, certificate); err != nil {
		return f, 0, err
	}
	defer r.close() //nolint:errcheck // the figures are there by then
	err = h.all(ctx)
	return f, time.Since(begun), err
}

func addressOf(addr string, secure bool) string {
	if secure {
		return "https://" + addr
	}
	return "http://" + addr
}

const certificateName = "relay.pem" // in the measurement's folder; the hosts trust it

// certificateIn makes a certificate for this computer's loopback, nil without TLS.
func certificateIn(dir string, secure bool) (*tls.Certificate, error) {
	if !secure {
		return nil, nil //nolint:nilnil // that is how a relay is told that there is none
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	if err != nil {
		return nil, err
	}
	plan := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(cryptorand.Reader, plan, plan, key.Public(), key)
	if err != nil {
		return nil, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, os.WriteFile(filepath.Join(dir, certificateName), text, 0o600)
}

// heldIdle is what the process that holds idle hosts is told.
type heldIdle struct {
	Address string // of the relay
	Hosts   int
	Bare    bool // websockets without a word
}

// holder is the process that holds them.
type holder struct {
	process *exec.Cmd
	linked  chan int // how many are, each time that it changes
}

func holdIdle(ctx context.Context, dir string, what heldIdle) (*holder, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal(held{Idle: &what})
	if err != nil {
		return nil, err
	}
	h := &holder{process: exec.CommandContext(ctx, self, "-hold"), linked: make(chan int, 1)} //nolint:gosec // this program
	h.process.Env = append(os.Environ(), "SSL_CERT_FILE="+filepath.Join(dir, certificateName))
	h.process.Stdin, h.process.Stderr = bytes.NewReader(told), os.Stderr
	out, err := h.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := h.process.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(h.linked)
		for {
			var n int
			if _, err := fmt.Fscan(out, &n); err != nil {
				return
			}
			h.linked <- n
		}
	}()
	return h, nil
}

func (h *holder) all(ctx context.Context) error {
	return h.wait(ctx, func(n, of int) bool { return n == of })
}

func (h *holder) none(ctx context.Context) error {
	return h.wait(ctx, func(n, _ int) bool { return n == 0 })
}

// wait reads pairs of how many are linked and of how many there are.
func (h *holder) wait(ctx context.Context, is func(n, of int) bool) error {
	late := time.After(5 * time.Minute)
	var pair []int
	for {
		select {
		case n, ok := <-h.linked:
			if !ok {
				return fmt.Errorf("the process that holds connections has ended")
			}
			if pair = append(pair, n); len(pair) < 2 {
				continue
			}
			if is(pair[0], pair[1]) {
				return nil
			}
			pair = nil
		case <-late:
			return fmt.Errorf("hosts are not where they should be, the last: %v", pair)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (h *holder) end() {
	_ = h.process.Process.Kill() // it only waits
	for range h.linked {         // until its output ends
	}
	_ = h.process.Wait()
}

const dialAtOnce = 32

// hold opens the connections, says ten times a second how many stand if that has changed, and goes on until it is killed.
func (w *heldIdle) hold() error {
	var linked atomic.Int64
	var group errgroup.Group
	group.SetLimit(dialAtOnce)
	go func() {
		for last := int64(-1); ; time.Sleep(100 * time.Millisecond) {
			if n := linked.Load(); n != last {
				fmt.Println(n, w.Hosts)
				last = n
			}
		}
	}()
	for range w.Hosts {
		group.Go(func() error {
			if w.Bare {
				ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.Address, "http"), nil)
				if err == nil {
					linked.Add(1)
					go func() { _, _, _ = ws.ReadMessage() }() // it never comes
				}
				return err
			}
			return w.host(&linked)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	select {}
}

// host runs an office's host and returns once it is linked for the first time.
func (w *heldIdle) host(linked *atomic.Int64) error {
	o, err := newRelayOffice()
	if err != nil {
		return err
	}
	var c *relayclient.Client
	var up atomic.Bool
	first := make(chan struct{}, 1)
	c = o.client(relayclient.Deps{
		Address:   w.Address,
		OnWelcome: func(relaywire.Welcome) {},
		OnStatus: func() {
			if is := c.Status().State == relayclient.StateLinked; up.Swap(is) != is {
				if !is {
					linked.Add(-1)
					return
				}
				linked.Add(1)
				select {
				case first <- struct{}{}:
				default:
				}
			}
		},
	})
	go c.Run(context.Background())
	<-first
	return nil
}
