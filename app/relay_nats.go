package app

import (
	"context"
	"net/url"

	"github.com/sirupsen/logrus"
	"github.com/spf13/pflag"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/natsbox"
)

// natsOptions say where a relay of several nodes keeps what they share.
type natsOptions struct {
	urls, credentials, ca, advertise string
	replicas                         int
}

func (c *command) natsFlags(set *pflag.FlagSet, o *natsOptions) {
	c.text(set, &o.urls, "nats", "")
	c.text(set, &o.credentials, "nats-credentials", "")
	c.text(set, &o.ca, "nats-ca", "")
	set.IntVar(&o.replicas, "nats-replicas", 0, c.usage("nats-replicas"))
	c.text(set, &o.advertise, "advertise", "")
}

// open waits for the servers for as long as ctx lets it.
func (o natsOptions) open(ctx context.Context, d relay.Deps, log logrus.FieldLogger) (relay.Inbox, error) {
	u, err := url.Parse(o.advertise)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return nil, fault.New("relay.bad_setting", "flag", "advertise", "text", o.advertise)
	}
	if o.replicas < 0 || o.replicas > 5 {
		return nil, fault.New("relay.bad_setting", "flag", "nats-replicas", "text", o.replicas)
	}
	in, err := natsbox.Open(ctx, natsbox.Config{
		URLs: o.urls, Credentials: o.credentials, CA: o.ca, Advertise: o.advertise, Replicas: o.replicas,
		Events: d.Limits.Inbox.Events, Kept: d.Limits.Kept, Clock: d.Clock, Log: log.WithField("part", "inbox"),
	})
	if err != nil {
		return nil, fault.Wrap(err, "relay.nats", "reason", err)
	}
	return in, nil
}
