package natsbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// asServer is set where this program is to be a NATS server, so that a test can kill it as a computer without power would.
const asServer = "SITEGROUP_TEST_NATS_SERVER"

func TestMain(m *testing.M) {
	if settings := os.Getenv(asServer); settings != "" {
		serve(settings)
		return
	}
	os.Exit(m.Run())
}

// settings are those of one server.
type settings struct {
	Name            string
	Port, RoutePort int
	Dir             string
	Routes          []string
	MaxPayload      int32
}

func (s settings) start() (*server.Server, error) {
	o := &server.Options{
		ServerName: s.Name, Host: "127.0.0.1", Port: s.Port, NoSigs: true, NoLog: true, MaxPayload: s.MaxPayload,
		JetStream: true, StoreDir: s.Dir, SyncAlways: true, JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 1 << 30,
	}
	if len(s.Routes) > 1 {
		o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: s.RoutePort}
		for _, r := range s.Routes {
			u, err := url.Parse(r)
			if err != nil {
				return nil, err
			}
			o.Routes = append(o.Routes, u)
		}
	}
	n, err := server.NewServer(o)
	if err != nil {
		return nil, err
	}
	go n.Start()
	return n, nil
}

// serve is a server until whoever started it is gone.
func serve(text string) {
	var s settings
	err := json.Unmarshal([]byte(text), &s)
	if err == nil {
		_, err = s.start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// cluster is some NATS servers with sockets and files as in earnest: in this process, or each in one of its own.
type cluster struct {
	t     testing.TB
	apart bool
	of    []settings
	here  []*server.Server
	there []*exec.Cmd
}

func newCluster(t testing.TB, n int, apart bool, change ...func(*settings)) *cluster {
	t.Helper()
	c := &cluster{t: t, apart: apart, of: make([]settings, n), here: make([]*server.Server, n), there: make([]*exec.Cmd, n)}
	dir := t.TempDir()
	ports := freePorts(t, 2*n)
	var routes []string
	for i := range n {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[n+i]))
	}
	for i := range n {
		c.of[i] = settings{fmt.Sprint("s", i), ports[i], ports[n+i], filepath.Join(dir, fmt.Sprint("s", i)), routes, 2 << 20}
		for _, ch := range change {
			ch(&c.of[i])
		}
	}
	t.Cleanup(func() {
		for i := range n {
			c.stop(i)
		}
	})
	for i := range n {
		c.start(i)
	}
	for _, s := range c.of {
		until(t, "the server listens", func() bool {
			conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
			if err == nil {
				_ = conn.Close() // only to find out
			}
			return err == nil
		})
	}
	return c
}

// freePorts are ports that nobody had a moment ago: a server that comes back has to be where it was.
func freePorts(t testing.TB, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // only its number is wanted
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}

func (c *cluster) start(i int) {
	c.t.Helper()
	if !c.apart {
		var err error
		if c.here[i], err = c.of[i].start(); err != nil {
			c.t.Fatal(err)
		}
		return
	}
	text, err := json.Marshal(c.of[i])
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0]) //nolint:gosec // it is this program
	cmd.Env = append(os.Environ(), asServer+"="+string(text))
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // it ends with this process
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.there[i] = cmd
}

// stop stops a server; one of another process without a chance to write anything.
func (c *cluster) stop(i int) {
	if s := c.here[i]; s != nil {
		s.Shutdown()
		s.WaitForShutdown()
		c.here[i] = nil
	}
	if p := c.there[i]; p != nil {
		_ = p.Process.Kill()
		_ = p.Wait() // it was killed
		c.there[i] = nil
	}
}

func (c *cluster) urls() string {
	var all []string
	for _, s := range c.of {
		all = append(all, fmt.Sprintf("nats://127.0.0.1:%d", s.Port))
	}
	return strings.Join(all, ",")
}

// until waits for something that another goroutine does.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
