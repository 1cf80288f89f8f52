package relay_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
	"sitegroup.mx/crm/backend/relay/sqlitebox"
)

// TestMain runs this test's program a second time as a relay that can be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("RELAY_TEST_DIR"); dir != "" {
		if err := victim(dir, os.Getenv("RELAY_TEST_ADDR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func victim(dir, addr string) error {
	log := logrus.New()
	log.SetOutput(io.Discard)
	in, err := sqlitebox.Open(context.Background(), filepath.Join(dir, "relay.db"), log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	limits := relay.DefaultLimits()
	limits.Webhooks, limits.Requests, limits.Hellos = relay.Rate{}, relay.Rate{}, relay.Rate{}
	s, err := relay.New(relay.Deps{Inbox: in, BaseURL: "http://" + listener.Addr().String(), Admission: []string{token}, Limits: limits, Clock: clock.System{}, Log: log})
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	return http.Serve(listener, s) //nolint:gosec // of a test, to be killed
}

// process starts a relay of its own process; kill ends it as a power cut would end the program.
func process(t *testing.T, dir, addr string) (url string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self)
	c.Env = append(os.Environ(), "RELAY_TEST_DIR="+dir, "RELAY_TEST_ADDR="+addr)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the relay did not start: %v", err)
	}
	return "http://" + strings.TrimSpace(line), sync.OnceFunc(func() {
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()         // with the signal
	})
}

// Meta never sends again what it was told is kept. A relay that is killed in the middle of everything must have it.
func TestKill_NothingAcknowledgedIsLost(t *testing.T) {
	const rounds, senders = 8, 12
	dir, o := t.TempDir(), newOffice(t, 1)
	addr := "127.0.0.1:0"
	var mu sync.Mutex
	answered, delivered := map[string]bool{}, map[string]int{}
	hook := ""
	for round := range rounds {
		url, kill := process(t, dir, addr)
		defer kill()
		addr = strings.TrimPrefix(url, "http://")
		r := &rig{t: t, url: url, http: &httptest.Server{}}
		h, w := r.link(t, o)
		if hook != "" && w.Hook != hook {
			t.Fatal("the office has another hook")
		}
		hook = w.Hook
		over := make(chan struct{})
		go func() { // the host takes some and acknowledges them, until it is cut off
			defer close(over)
			for {
				f, err := h.read()
				if err != nil || f.Event == nil {
					return
				}
				mu.Lock()
				delivered[string(f.Event.Body)]++
				mu.Unlock()
				b, err := relaywire.Marshal(&relaywire.Frame{Ack: &relaywire.Ack{Through: f.Event.Seq}})
				if err != nil || h.ws.WriteMessage(2, b) != nil {
					return
				}
			}
		}()
		var all sync.WaitGroup
		enough := make(chan struct{}, 1)
		for n := range senders {
			all.Go(func() {
				for i := 0; ; i++ {
					body := fmt.Sprintf(`{"round":%d,"sender":%d,"n":%d}`, round, n, i)
					answer, err := http.Post(url+"/h/"+hook, "application/json", strings.NewReader(body))
					if err != nil {
						return // killed
					}
					_ = answer.Body.Close()
					if answer.StatusCode == 200 {
						mu.Lock()
						answered[body] = true
						count := len(answered)
						mu.Unlock()
						if count > (round+1)*150 {
							select {
							case enough <- struct{}{}:
							default:
							}
						}
					}
				}
			})
		}
		select {
		case <-enough:
		case <-time.After(patience):
			t.Fatal("too few were answered")
		}
		kill()
		all.Wait()
		<-over
	}
	url, kill := process(t, dir, addr)
	defer kill()
	r := &rig{t: t, url: url, http: &httptest.Server{}}
	h, w := r.link(t, o)
	for range w.Waiting {
		e := h.event()
		delivered[string(e.Body)]++
		h.ack(e.Seq)
	}
	lost := 0
	for body := range answered {
		if delivered[body] == 0 {
			lost++
		}
	}
	again := 0
	for _, n := range delivered {
		if n > 1 {
			again++
		}
	}
	t.Logf("%d kills: %d answered for, %d delivered, %d of them again, %d lost", rounds, len(answered), len(delivered), again, lost)
	if lost > 0 {
		t.Errorf("%d deliveries were answered for and are lost", lost)
	}
}
