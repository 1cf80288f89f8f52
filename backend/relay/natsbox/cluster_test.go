package natsbox_test

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"sitegroup.mx/crm/build/field"
)

func TestMain(m *testing.M) {
	field.ServeNATS()
	os.Exit(m.Run())
}

// cluster is some NATS servers with sockets and files as in earnest: in this process, or each in one of its own.
type cluster struct {
	t     testing.TB
	apart bool
	of    []field.NATSServer
	here  []*server.Server
	there []*field.Process
}

func newCluster(t testing.TB, n int, apart bool, change ...func(*field.NATSServer)) *cluster {
	t.Helper()
	of, err := field.NATSServers(t.TempDir(), n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range of {
		for _, ch := range change {
			ch(&of[i])
		}
	}
	c := &cluster{t: t, apart: apart, of: of, here: make([]*server.Server, n), there: make([]*field.Process, n)}
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
			conn, err := net.Dial("tcp", s.Address)
			if err == nil {
				_ = conn.Close() // only to find out
			}
			return err == nil
		})
	}
	return c
}

func (c *cluster) start(i int) {
	c.t.Helper()
	var err error
	if c.apart {
		c.there[i], err = c.of[i].Apart()
	} else {
		c.here[i], err = c.of[i].Start()
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// stop stops a server; one of another process without a chance to write anything.
func (c *cluster) stop(i int) {
	if s := c.here[i]; s != nil {
		s.Shutdown()
		s.WaitForShutdown()
		c.here[i] = nil
	}
	c.there[i].Discard()
	c.there[i] = nil
}

func (c *cluster) urls() string { return field.NATSURLs(c.of) }

// until waits for something that another goroutine does.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
