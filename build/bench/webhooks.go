package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
)

const (
	hookSenders = 256
	hookSeconds = 5
	hookRounds  = 3
)

// hookBody is a delivery of Meta's with one lead, as long as it comes.
const hookBody = `{"object":"page","entry":[{"id":"153125381133","time":1438292065,"changes":[{"field":"leadgen","value":{` +
	`"leadgen_id":"123123123123","page_id":"123123123","form_id":"12312312312","adgroup_id":"12312312312","ad_id":"12312312312","created_time":1440120384}}]}]}`

// caller makes one delivery durable.
type caller func() error

// durables measures webhooks that are answered for only once they are on disk.
func durables(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("webhooks")
	if err != nil {
		return nil, err
	}
	r, err := serveRelay(ctx, dir, "127.0.0.1:0", nil)
	if err != nil {
		return nil, err
	}
	defer r.close() //nolint:errcheck // the figures are there by then
	hook, err := r.hook(ctx)
	if err != nil {
		return nil, err
	}
	file, err := openAppend(filepath.Join(dir, "bare.log"))
	if err != nil {
		return nil, err
	}
	defer file.close()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	behind := serveOn(plain, file, nil)
	defer behind.Close()
	jet, err := startJet(filepath.Join(dir, "jet"))
	if err != nil {
		return nil, err
	}
	defer jet.close()

	var ours, bare, http, stream []caller
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	for range hookSenders {
		for _, to := range []struct {
			url   string
			calls *[]caller
		}{{hook, &ours}, {"http://" + plain.Addr().String() + "/", &http}} {
			call, c, err := poster(to.url)
			if err != nil {
				return nil, err
			}
			open = append(open, c)
			*to.calls = append(*to.calls, call)
		}
		bare = append(bare, func() error { return file.append([]byte(hookBody)) })
		stream = append(stream, func() error { return jet.publish(ctx) })
	}
	say("durable webhooks: relay, bare append, bare append behind HTTP, JetStream; %d s each, %d times", hookSeconds, hookRounds)
	var rates [4][]float64
	for range hookRounds { // in turns, so that all have the same machine
		for i, calls := range [][]caller{ours, bare, http, stream} {
			rate, err := flood(calls)
			if err != nil {
				return nil, err
			}
			rates[i] = append(rates[i], rate)
		}
	}
	var rate [4]float64
	for i := range rates {
		slices.Sort(rates[i])
		rate[i] = rates[i][len(rates[i])/2]
	}
	half := rate[0] / 2
	say("webhooks at %.0f a second", half)
	late, err := pace(ours, half)
	if err != nil {
		return nil, err
	}
	lateBare, err := pace(bare, half)
	if err != nil {
		return nil, err
	}
	how := fmt.Sprintf("POSTs of %d bytes over %d connections on loopback to a relay whose office is off, each answered 200 after the group commit that holds it; senders and relay share this process; median of %d rounds of %d s", len(hookBody), hookSenders, hookRounds, hookSeconds)
	return []Row{
		ratio("webhook-durable", rate[0], "1/s", "bare grouped fsync append", rate[1], how+"; the peer appends the same bytes to a file from as many goroutines, without HTTP"),
		ratio("webhook-durable-http", rate[0], "1/s", "the same append behind net/http", rate[2], how+"; the peer is a bare net/http handler that appends to a file, with the same senders"),
		ratio("webhook-durable-jetstream", rate[0], "1/s", "JetStream synchronous publish", rate[3], how+"; the peer is one embedded nats-server with SyncAlways, as many publishers over loopback"),
		ratio("webhook-durable-p99", late.p99(), "ms", "bare grouped fsync append", lateBare.p99(), fmt.Sprintf("from the instant at which each was due until it was answered, at half that rate (%.0f a second, bare append at the same), %d s; slowest of a hundred (median %.2f ms)", half, hookSeconds, late.p50())),
	}, nil
}

// flood has everybody call as fast as they can; calls a second.
func flood(calls []caller) (float64, error) {
	var group errgroup.Group
	counts := make([]int, len(calls))
	begun := time.Now()
	for i, call := range calls {
		group.Go(func() error {
			for time.Since(begun) < hookSeconds*time.Second {
				if err := call(); err != nil {
					return err
				}
				counts[i]++
			}
			return nil
		})
	}
	err := group.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(begun).Seconds(), err
}

// pace calls at a rate, whoever is free; a call that had to wait for somebody is late by that as well.
func pace(calls []caller, rate float64) (sample, error) {
	due := make(chan time.Time, int(rate*hookSeconds)+1) // nobody holds up the clock
	var group errgroup.Group
	var mu sync.Mutex
	var all sample
	for _, call := range calls {
		group.Go(func() error {
			var mine sample
			for at := range due {
				if err := call(); err != nil {
					return err
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
			return nil
		})
	}
	begun := time.Now()
	for n := 0; n < int(rate*hookSeconds); {
		for ; n < int(rate*min(time.Since(begun).Seconds(), hookSeconds)); n++ {
			due <- begun.Add(time.Duration(float64(n) / rate * float64(time.Second)))
		}
		time.Sleep(200 * time.Microsecond)
	}
	close(due)
	err := group.Wait()
	return all, err
}

// poster is a connection that posts the delivery, with as little of its own as can be.
func poster(to string) (caller, net.Conn, error) {
	u, err := url.Parse(to)
	if err != nil {
		return nil, nil, err
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, nil, err
	}
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=%s\r\nContent-Length: %d\r\n\r\n%s",
		u.RequestURI(), u.Host, strings.Repeat("ab", 32), len(hookBody), hookBody)
	in := bufio.NewReader(c)
	return func() error {
		if _, err := c.Write(request); err != nil {
			return err
		}
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("a webhook is answered %s", answer.Status)
		}
		return err
	}, c, nil
}

// appender is a file to which what waits is appended together, and synced.
type appender struct {
	file  *os.File
	queue chan appended
}

type appended struct {
	bytes []byte
	done  chan error
}

func openAppend(path string) (*appender, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	a := &appender{file: f, queue: make(chan appended, hookSenders)}
	go a.write()
	return a, nil
}

func (a *appender) close() {
	close(a.queue)
	_ = a.file.Close() // its folder is deleted with it
}

func (a *appender) append(b []byte) error {
	done := make(chan error, 1)
	a.queue <- appended{b, done}
	return <-done
}

func (a *appender) write() {
	var together bytes.Buffer
	for first := range a.queue {
		waiting := []appended{first}
		for n := len(a.queue); n > 0; n-- {
			waiting = append(waiting, <-a.queue)
		}
		together.Reset()
		for _, w := range waiting {
			together.Write(w.bytes)
		}
		_, err := a.file.Write(together.Bytes())
		if err == nil {
			err = a.file.Sync()
		}
		for _, w := range waiting {
			w.done <- err
		}
	}
}

// ServeHTTP implements http.Handler.
func (a *appender) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = a.append(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, "ok\n") // whoever has gone hears nothing
}

// jet is a NATS server with a stream, and a connection with it.
type jet struct {
	server *server.Server
	conn   *nats.Conn
	stream jetstream.JetStream
}

func startJet(dir string) (*jet, error) {
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: dir, SyncAlways: true, NoLog: true, NoSigs: true,
		JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 4 << 30,
	})
	if err != nil {
		return nil, err
	}
	s.Start()
	j := &jet{server: s}
	if !s.ReadyForConnections(20 * time.Second) {
		j.close()
		return nil, fmt.Errorf("the NATS server does not start")
	}
	if j.conn, err = nats.Connect(s.ClientURL()); err == nil {
		j.stream, err = jetstream.New(j.conn)
	}
	if err == nil {
		_, err = j.stream.CreateStream(context.Background(), jetstream.StreamConfig{Name: "hooks", Subjects: []string{"hooks"}})
	}
	if err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

func (j *jet) publish(ctx context.Context) error {
	_, err := j.stream.Publish(ctx, "hooks", []byte(hookBody))
	return err
}

func (j *jet) close() {
	if j.conn != nil {
		j.conn.Close()
	}
	j.server.Shutdown()
	j.server.WaitForShutdown()
}
