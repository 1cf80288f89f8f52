package field

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"
)

// NATSEnv holds the settings, in a process that is to be a NATS server: see ServeNATS.
const NATSEnv = "SITEGROUP_TEST_NATS_SERVER"

// NATSServer is an embedded NATS server, with sockets and files as in earnest.
type NATSServer struct {
	Name       string
	Address    string
	Route      string // where the others of its cluster reach it
	Dir        string
	Routes     []string // of all; one alone has no cluster
	MaxPayload int32
}

// NATSServers are the settings of n servers that know each other, with files in dir.
func NATSServers(dir string, n int) ([]NATSServer, error) {
	all := make([]NATSServer, n)
	var routes []string
	for i := range all {
		address, err := FreeAddress()
		if err != nil {
			return nil, err
		}
		route, err := FreeAddress()
		if err != nil {
			return nil, err
		}
		routes = append(routes, "nats://"+route)
		name := fmt.Sprint("s", i)
		all[i] = NATSServer{Name: name, Address: address, Route: route, Dir: filepath.Join(dir, name), MaxPayload: 2 << 20}
	}
	for i := range all {
		all[i].Routes = routes
	}
	return all, nil
}

// NATSURLs are what a relay is told.
func NATSURLs(all []NATSServer) string {
	urls := make([]string, len(all))
	for i, s := range all {
		urls[i] = "nats://" + s.Address
	}
	return strings.Join(urls, ",")
}

// Start starts the server in this process and does not wait until it answers.
func (s NATSServer) Start() (*server.Server, error) {
	at, err := url.Parse("nats://" + s.Address)
	if err != nil {
		return nil, err
	}
	o := &server.Options{
		ServerName: s.Name, Host: at.Hostname(), Port: port(at), NoSigs: true, NoLog: true, MaxPayload: s.MaxPayload,
		JetStream: true, StoreDir: s.Dir, SyncAlways: true, JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 1 << 30,
	}
	if len(s.Routes) > 1 {
		route, err := url.Parse("nats://" + s.Route)
		if err != nil {
			return nil, err
		}
		o.Cluster = server.ClusterOpts{Name: "test", Host: route.Hostname(), Port: port(route)}
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

func port(u *url.URL) (n int) {
	_, _ = fmt.Sscan(u.Port(), &n) // FreeAddress has made it
	return n
}

// ServeNATS is the server that NATSEnv tells of, if it does, until whoever started the process has gone. A program whose
// processes Apart starts calls it first.
func ServeNATS() {
	text := os.Getenv(NATSEnv)
	if text == "" {
		return
	}
	var s NATSServer
	err := json.Unmarshal([]byte(text), &s)
	if err == nil {
		_, err = s.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// Apart starts the server in a process of its own, so that it can be killed as a computer without power would.
func (s NATSServer) Apart() (*Process, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return Program{Path: self, Env: []string{NATSEnv + "=" + string(text)}}.Start("NATS " + s.Name)
}

// natsCluster is three servers, each in a process of its own.
type natsCluster struct {
	servers   []NATSServer
	processes []*Process
}

func startNATS(dir string) (*natsCluster, error) {
	servers, err := NATSServers(dir, 3)
	if err != nil {
		return nil, err
	}
	c := &natsCluster{servers, make([]*Process, len(servers))}
	for i := range servers {
		if err := c.launch(i); err != nil {
			c.stop()
			return nil, err
		}
	}
	return c, nil
}

func (c *natsCluster) launch(i int) (err error) {
	c.processes[i], err = c.servers[i].Apart()
	return err
}

func (c *natsCluster) kill(i int) error { return c.processes[i].End(syscall.SIGKILL) }

func (c *natsCluster) stop() {
	for _, p := range c.processes {
		p.Discard()
	}
}
