package link

import (
	"context"
	"encoding/hex"
	"io"
	"log"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/mdns"
	"github.com/sirupsen/logrus"
)

// service is what the host is called on the local network (RFC 6763).
const service = "_sitegroup-crm._tcp"

// tagBytes of the root's fingerprint tell one office from another on a network. They name nobody.
const tagBytes = 6

func tagOf(root [32]byte) string { return hex.EncodeToString(root[:tagBytes]) }

// quietLog drops what the mDNS library says: it complains about every packet that is not for it.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }

// Announcer answers the local network's questions for the office's host, with the addresses that this computer has now. A
// network without multicast is no error: members have the host's addresses. The zero value is ready.
type Announcer struct {
	// Start begins to answer for an office's tag; nil is mDNS. It is called again when an address has changed.
	Start func(tag string, port int, ips []net.IP) (stop func(), err error)

	said string // what is being answered
	stop func()
}

// Say begins to answer, or begins anew when the office or an address is another than before. It is cheap to call again and
// again: an address changes without anybody telling.
func (a *Announcer) Say(root [32]byte, listening net.Addr, l logrus.FieldLogger) {
	tcp, ok := listening.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() {
		return
	}
	a.say(tagOf(root), tcp.Port, LocalAddresses(listening), l)
}

func (a *Announcer) say(tag string, port int, addresses []string, l logrus.FieldLogger) {
	said := strings.Join(append([]string{tag}, addresses...), " ")
	if said == a.said {
		return
	}
	a.Stop()
	a.said = said
	var ips []net.IP
	for _, address := range addresses {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err == nil && ip != nil {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return
	}
	start := a.Start
	if start == nil {
		start = answer
	}
	stop, err := start(tag, port, ips)
	if err != nil {
		l.WithError(err).Info("the host is not announced on the network")
		return
	}
	a.stop = stop
}

// Stop answers no more.
func (a *Announcer) Stop() {
	if a.stop != nil {
		a.stop()
	}
	a.said, a.stop = "", nil
}

// answer is Announcer.Start by mDNS.
func answer(tag string, port int, ips []net.IP) (stop func(), err error) {
	zone, err := mdns.NewMDNSService(tag, service, "local.", tag+".local.", port, ips, nil)
	if err != nil {
		return nil, err
	}
	server, err := mdns.NewServer(&mdns.Config{Zone: zone, Logger: quietLog()})
	if err != nil {
		return nil, err
	}
	return func() { _ = server.Shutdown() }, nil // a socket that is closed already
}

const askPatience = 2 * time.Second

// Find asks the local network where the host of an office is.
func Find(ctx context.Context, root [32]byte, l logrus.FieldLogger) []string {
	entries := make(chan *mdns.ServiceEntry, 16)
	asked := make(chan struct{})
	spawn(l, "mdns", func() {
		defer close(asked)
		err := mdns.QueryContext(ctx, &mdns.QueryParam{
			Service: service, Domain: "local", Timeout: askPatience, Entries: entries, DisableIPv6: true, Logger: quietLog(),
		})
		if err != nil {
			l.WithError(err).Debug("the network takes no questions")
		}
	})
	var found []string
	for {
		select {
		case e := <-entries:
			if strings.HasPrefix(e.Name, tagOf(root)+".") && e.AddrV4 != nil && e.Port > 0 {
				found = append(found, net.JoinHostPort(e.AddrV4.String(), strconv.Itoa(e.Port)))
			}
		case <-asked:
			return found
		}
	}
}
