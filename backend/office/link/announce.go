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

// Announce answers the local network's questions for the office's host until stop is called. A network without multicast is
// no error: members have the host's addresses.
func Announce(root [32]byte, listening net.Addr, l logrus.FieldLogger) (stop func()) {
	nothing := func() {}
	tcp, ok := listening.(*net.TCPAddr)
	if !ok || tcp.IP.IsLoopback() {
		return nothing
	}
	var ips []net.IP
	for _, address := range LocalAddresses(listening) {
		host, _, err := net.SplitHostPort(address)
		if ip := net.ParseIP(host); err == nil && ip != nil {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nothing
	}
	tag := tagOf(root)
	zone, err := mdns.NewMDNSService(tag, service, "local.", tag+".local.", tcp.Port, ips, nil)
	if err != nil {
		l.WithError(err).Info("the host is not announced on the network")
		return nothing
	}
	server, err := mdns.NewServer(&mdns.Config{Zone: zone, Logger: quietLog()})
	if err != nil {
		l.WithError(err).Info("the host is not announced on the network")
		return nothing
	}
	return func() {
		if err := server.Shutdown(); err != nil {
			l.WithError(err).Debug("announcing ended")
		}
	}
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
