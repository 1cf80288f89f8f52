package natsbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Bounds of a question. After the loss of a server the others need some seconds to agree on what they are without it.
const (
	patience       = 30 * time.Second // for something to be kept or read
	tellPatience   = 5 * time.Second  // for another node to be told: an event is not lost by that
	healthPatience = 3 * time.Second
	firstAnswer    = 2 * time.Second // then the question is put again, and waits for longer, so that slow servers catch up
	longestAnswer  = 4 * time.Second // a server does not say that it is no leader any more: what it was asked is lost
	pauseLeast     = 25 * time.Millisecond
	pauseMost      = time.Second
	dialPause      = 2 * time.Second
)

// minPayload is what a server has to take at once: a body of the largest size and what is said of it.
const minPayload = relaywire.MaxBody + 16<<10

// Redacted is a list of servers as it may be shown: without passwords.
func Redacted(urls string) string {
	all := strings.Split(urls, ",")
	for i, text := range all {
		text = strings.TrimSpace(text)
		if !strings.Contains(text, "://") {
			text = "nats://" + text
		}
		u, err := url.Parse(text)
		if err != nil {
			all[i] = "?" // its error would repeat it
			continue
		}
		if u.User != nil {
			u.User = url.User("xxxxx") // a name alone is a token
		}
		all[i] = u.String()
	}
	return strings.Join(all, ",")
}

// connect connects, and keeps trying until ctx ends. A server that turns us away is not asked again.
func (b *Inbox) connect(ctx context.Context) error {
	options := []nats.Option{
		nats.Name("sitegroup-crm relay " + b.node),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, 500*time.Millisecond),
		nats.ReconnectBufSize(-1), // what was not sent is asked again, and by somebody who still waits
		nats.IgnoreAuthErrorAbort(),
		nats.PingInterval(10 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.Timeout(5 * time.Second),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if !b.isClosing() {
				b.cfg.Log.WithError(err).Warn("the connection with NATS is lost")
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			b.cfg.Log.WithField("server", nc.ConnectedServerName()).Info("connected with NATS again")
			b.awake()
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			b.cfg.Log.WithError(err).Warn("NATS complains")
		}),
	}
	if b.cfg.Credentials != "" {
		options = append(options, nats.UserCredentials(b.cfg.Credentials))
	}
	if b.cfg.CA != "" {
		options = append(options, nats.RootCAs(b.cfg.CA))
	}
	if strings.Contains(Redacted(b.cfg.URLs), "?") {
		return fmt.Errorf("%w: the servers' addresses are not understood", ErrConfig)
	}
	for {
		var err error
		b.nc, err = nats.Connect(b.cfg.URLs, options...)
		if err == nil {
			break
		}
		if !errors.Is(err, nats.ErrNoServers) && !errors.Is(err, nats.ErrTimeout) {
			return fmt.Errorf("connect with NATS: %w", err)
		}
		b.cfg.Log.WithError(err).Warn("NATS is not reached; trying again")
		select {
		case <-ctx.Done():
			return fmt.Errorf("connect with NATS: %w", ctx.Err())
		case <-b.cfg.Clock.After(dialPause):
		}
	}
	if most := b.nc.MaxPayload(); most < minPayload {
		return fmt.Errorf("%w: max_payload is %d bytes, it has to be %d at least (max_payload: 2MB)", ErrConfig, most, minPayload)
	}
	var err error
	b.js, err = jetstream.New(b.nc)
	return err
}

func (b *Inbox) isClosing() bool {
	select {
	case <-b.closing:
		return true
	default:
		return false
	}
}

// again asks until it is answered: a server that is lost only delays. What is asked must bear being asked twice.
func (b *Inbox) again(ctx context.Context, within time.Duration, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	pause := pauseLeast
	for wait := firstAnswer; ; wait = min(wait+time.Second, longestAnswer) {
		if b.isClosing() {
			return errClosed
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		once, stop := context.WithTimeout(ctx, wait)
		err := ask(once)
		stop()
		if err == nil || !passes(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-b.closing:
			return errClosed
		case <-b.cfg.Clock.After(pause):
		}
		pause = min(2*pause, pauseMost)
	}
}

// Codes of the servers' errors, as in errors.json of nats-server.
const (
	codeNoPeers        = 10005
	codeNoResources    = 10023
	codeNotEnabled     = 10039
	codeNoReplicas     = 10074
	codeNotEnabledHere = 10076
	codeNotStored      = 10077
	codeTooManyInMind  = 10167
	codeDoubled        = 10158 // the same message is being stored
	codeConflict       = 10071
	codeConflictToo    = 10164
	codeNoBatches      = 10174
	codeBatchBroken    = 10176 // by a change of leader
)

func apiCode(err error) jetstream.ErrorCode {
	var refused *jetstream.APIError
	if errors.As(err, &refused) {
		return refused.ErrorCode
	}
	return 0
}

// passes reports whether an error is one of a server that is lost, or was, or is just being replaced.
func passes(err error) bool {
	for _, known := range []error{
		context.DeadlineExceeded, nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrReconnectBufExceeded,
		nats.ErrConnectionReconnecting, nats.ErrStaleConnection, jetstream.ErrNoStreamResponse, nats.ErrNoServers,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	var refused *jetstream.APIError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.ErrorCode {
	case codeNoResources, codeNotEnabled, codeNotEnabledHere, codeNotStored:
		return false
	case codeDoubled, codeBatchBroken, codeTooManyInMind:
		return true
	}
	return refused.Code == 503 || refused.Code == 429
}

// publish has a message kept; when it answers, it is on the disks of most servers. A message with an id may be put as often
// as it takes: the servers keep it once.
func (b *Inbox) publish(ctx context.Context, within time.Duration, m *nats.Msg, options ...jetstream.PublishOpt) (seq uint64, err error) {
	options = append(options, jetstream.WithRetryAttempts(0))
	err = b.again(ctx, within, func(ctx context.Context) error {
		ack, err := b.js.PublishMsg(ctx, m, options...)
		if err == nil {
			seq = ack.Sequence
		}
		return err
	})
	return seq, err
}

// checkDisk warns when a server does not wait for its disk. Most accounts may not ask; then nothing is known.
func (b *Inbox) checkDisk(ctx context.Context) {
	answers := b.nc.NewRespInbox()
	sub, err := b.nc.SubscribeSync(answers)
	if err != nil {
		return
	}
	defer sub.Unsubscribe() //nolint:errcheck // nobody speaks there any more
	if err := b.nc.PublishRequest("$SYS.REQ.SERVER.PING.JSZ", answers, nil); err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	heard := 0
	for {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			break
		}
		var said struct {
			Server struct {
				Name string `json:"name"`
			} `json:"server"`
			Data struct {
				Config struct {
					SyncAlways bool `json:"sync_always"`
				} `json:"config"`
				Disabled bool `json:"disabled"`
			} `json:"data"`
		}
		if json.Unmarshal(m.Data, &said) != nil || said.Server.Name == "" {
			continue
		}
		heard++
		if !said.Data.Disabled && !said.Data.Config.SyncAlways {
			b.cfg.Log.WithField("server", said.Server.Name).Warn("this NATS server does not wait for its disk: set jetstream { sync_interval: always }")
		}
	}
	if heard == 0 {
		b.cfg.Log.Info("NATS does not say whether its servers wait for their disks; jetstream { sync_interval: always } has to be set on each")
	}
}
