package app

import (
	"context"
	"errors"
	"net"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/backend/relay/relayclient"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// ways are how a computer reaches the host, the best first. host tells where the host is, and the fingerprint of the
// office's root key.
func ways(host func(ctx context.Context) (addresses []string, root [32]byte), log logrus.FieldLogger) []link.Dialer {
	return []link.Dialer{
		link.LAN{
			Clock: clock.System{}, Log: log,
			Addresses: func(ctx context.Context) []string {
				all, _ := host(ctx)
				network, _ := office.SplitAddresses(all)
				return network
			},
			Find: func(ctx context.Context) []string {
				_, root := host(ctx)
				return link.Find(ctx, root, log)
			},
		},
		throughRelay{host, log},
	}
}

// throughRelay is the way through the office's relay. It implements link.Dialer.
type throughRelay struct {
	host func(ctx context.Context) (addresses []string, root [32]byte)
	log  logrus.FieldLogger
}

// Name implements link.Dialer.
func (throughRelay) Name() string { return "relay" }

// Dial implements link.Dialer.
func (t throughRelay) Dial(ctx context.Context) (net.Conn, error) {
	all, root := t.host(ctx)
	_, address := office.SplitAddresses(all)
	if address == "" {
		return nil, &link.Problem{Code: link.ProblemNoAddress, Err: errors.New("the office has no relay")}
	}
	c, err := relayclient.Dial(ctx, address, relaywire.OfficeID(root), t.log)
	if err != nil {
		return nil, &link.Problem{Code: link.ProblemUnreachable, Err: err}
	}
	return c, nil
}
