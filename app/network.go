package app

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/backend/recovery"
	"sitegroup.mx/crm/store"
)

// usualPort is where a host listens for the office's computers unless somebody chooses another one.
const usualPort = 8766

// Keys of setting.
const (
	settingNetwork = "network.enabled"
	settingPort    = "network.port"
)

// network is an office's connection with its other computers. It implements api.Network.
type network struct {
	o      *openOffice
	fixed  string // address that a flag names; "" leaves it to the setting
	around surroundings

	configuring sync.Mutex // held while listening begins or ends

	mu        sync.Mutex
	server    *link.Server
	announcer link.Announcer
	client    *link.Client
	problem   string
	commits   []store.Commit // nobody was told of yet
	told      chan struct{}
}

func newNetwork(o *openOffice) *network {
	return &network{o: o, fixed: o.syncListen, told: make(chan struct{}, 1)}
}

// computerName is what this computer is called in lists.
func computerName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// beHost makes the open file the office itself.
func (o *openOffice) beHost(ctx context.Context, key []byte) error {
	n := o.network
	o.Host = office.NewHost(office.HostDeps{
		Store: o.Store, Clock: o.clock, Log: o.log.WithField("part", "office"), Vault: o.vault, Random: cryptorand.Reader, Key: o.key,
		Name: computerName(), Version: version, Sidecar: o.membersFile(), Addresses: n.reachable,
		Call: func(ctx context.Context, user, role string, c *wire.Call) *wire.Reply {
			if n.around.answer == nil {
				return nil
			}
			return n.around.answer(ctx, user, role, c)
		},
		Changed: n.changed, Ended: n.ended,
	})
	if err := o.Host.Start(ctx); err != nil {
		return err
	}
	info, err := office.ReadInfo(ctx, o.Store)
	if err != nil && !fault.Has(err, "setup.needed") {
		return err
	}
	o.Backups = recovery.New(recovery.Deps{
		Store: o.Store, Key: key, Dir: o.backupDir(), Office: info.ID, Device: o.installation.Device, Version: version, Clock: o.clock,
		Log: o.log.WithField("part", "recovery"), Recipients: o.Host.BackupRecipients,
	})
	return nil
}

// beMember makes the open file a replica.
func (o *openOffice) beMember(ctx context.Context) error {
	n := o.network
	o.Member = office.NewMember(office.MemberDeps{
		Store: o.Store, Clock: o.clock, Log: o.log.WithField("part", "office"), Device: o.installation.Device, Version: version, Wake: n.wake,
	})
	n.client = link.NewClient(link.ClientDeps{
		Member: o.Member, Key: o.key, Clock: clock.System{}, Log: o.log.WithField("part", "network"), Random: rand.Float64, OnStatus: n.tell,
		Dialers: ways(func(ctx context.Context) (addresses []string, root [32]byte) {
			_, addresses, err := o.Member.Host(ctx)
			if err == nil {
				root, err = o.Member.Root(ctx)
			}
			if err != nil {
				o.log.WithError(err).Warn("the host's addresses cannot be read")
			}
			return addresses, root
		}, o.log.WithField("part", "network")),
	})
	err := o.Member.Start(ctx)
	if fault.Has(err, office.CodeNotJoined) { // office.Join comes after the file is open
		return nil
	}
	return err
}

// wake has a member send what was written here.
func (n *network) wake() { n.client.Wake() }

// tell has pages read anew how this computer stands.
func (n *network) tell() {
	if n.around.changed != nil {
		n.around.changed()
	}
}

// stayConnected keeps a member connected until ctx ends, or the host has wiped it.
func (n *network) stayConnected(ctx context.Context) {
	stop := n.o.Store.OnCommit(func(c store.Commit) {
		n.client.Wake()
		n.tell()
		if slices.ContainsFunc(c.Ops, func(op store.Op) bool { return op.Entity == store.EntityReplica }) {
			n.o.crew.start("former offices", ctx.Done(), func() { n.o.dropFormer(ctx) })
		}
	})
	defer stop()
	n.client.Run(ctx)
	if wiped, err := n.o.Member.IsWiped(context.WithoutCancel(ctx)); err == nil && wiped && ctx.Err() == nil && n.around.wiped != nil {
		n.around.wiped()
	}
}

// serve lets the office's computers connect where that is wanted, and tells them of what is written, until ctx ends.
func (n *network) serve(ctx context.Context) {
	stop := n.o.Store.OnCommit(n.committed)
	defer stop()
	if err := n.listenAnew(ctx); err != nil {
		n.o.log.WithError(err).Warn("the office's computers cannot connect")
	}
	defer func() {
		if err := n.close(); err != nil {
			n.o.log.WithError(err).Warn("connections did not end in order")
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.told:
			n.poke(ctx)
		case <-clock.System{}.After(lookEvery):
			n.listenAgain(ctx)
			n.mu.Lock()
			n.announce()
			n.mu.Unlock()
		}
	}
}

// committed takes a note for the next poke. It runs in the store's own goroutine.
func (n *network) committed(c store.Commit) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == nil {
		return
	}
	n.commits = append(n.commits, c)
	select {
	case n.told <- struct{}{}:
	default:
	}
}

// poke tells the computers that are concerned that something has changed.
func (n *network) poke(ctx context.Context) {
	n.mu.Lock()
	commits, server := n.commits, n.server
	n.commits = nil
	n.mu.Unlock()
	if server == nil || len(commits) == 0 {
		return
	}
	devices, err := n.o.Host.Concerned(ctx, commits)
	if err != nil {
		n.o.log.WithError(err).Warn("who is concerned by a change is not known; all are told")
		devices = n.o.Host.Connected()
	}
	server.Poke(devices...)
}

// changed is office.HostDeps.Changed.
func (n *network) changed(device string) {
	n.mu.Lock()
	server := n.server
	n.mu.Unlock()
	if server != nil {
		server.Changed(device)
	}
	n.tell()
}

// ended is office.HostDeps.Ended: nothing comes in here any more, and pages say why.
func (n *network) ended() {
	r := n.o.handover.intake
	r.stopSoon()
	n.o.relay.stopSoon()
	if r != nil {
		n.o.crew.start("end of intake", r.ctx.Done(), func() {
			r.end()
			n.o.retire(r.ctx)
			n.o.log.Warn("another computer is the host of this office now: nothing comes in here any more")
		})
	}
	n.tell()
}

// listenAnew ends what is served and listens as the setting says.
func (n *network) listenAnew(ctx context.Context) error {
	n.configuring.Lock()
	defer n.configuring.Unlock()
	s, err := n.setting(ctx)
	if err != nil {
		return err
	}
	return errors.Join(n.close(), n.listen(context.WithoutCancel(ctx), s))
}

// serverDeps is what every server of this host needs.
func (n *network) serverDeps() link.ServerDeps {
	return link.ServerDeps{
		Host: n.o.Host, Key: n.o.key, Clock: clock.System{}, Log: n.o.log.WithField("part", "network"), OnConnections: n.tell,
	}
}

// address is where a host listens in the network.
func (n *network) address(s api.NetworkSetting) string {
	if n.fixed != "" {
		return n.fixed
	}
	return net.JoinHostPort("", strconv.Itoa(s.Port))
}

// listen begins to serve the office's computers: over the network where the setting says so, and through the relay where
// there is one, also when the network's port is taken. The lock of configuring is held.
func (n *network) listen(ctx context.Context, s api.NetworkSetting) error {
	var server *link.Server
	var err error
	problem := ""
	if s.Enabled {
		if server, err = link.Listen(ctx, n.address(s), n.serverDeps()); err != nil {
			problem = link.CodePortTaken
		}
	}
	if server == nil && n.o.relay.address() != "" {
		var e error
		server, e = link.Serve(ctx, n.serverDeps())
		err = errors.Join(err, e)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.problem, n.server = problem, server
	n.announce()
	return err
}

// listenAgain tries the network's port once more where it was taken. Connections through the relay are cut only once it is free.
func (n *network) listenAgain(ctx context.Context) {
	n.configuring.Lock()
	defer n.configuring.Unlock()
	n.mu.Lock()
	before, taken := n.server, n.problem != ""
	n.mu.Unlock()
	if !taken {
		return
	}
	s, err := n.setting(ctx)
	if err != nil || !s.Enabled {
		return
	}
	server, err := link.Listen(ctx, n.address(s), n.serverDeps())
	if err != nil {
		return // said when it began, and in Salud for as long as it lasts
	}
	n.mu.Lock()
	n.problem, n.server = "", server
	n.announce()
	n.mu.Unlock()
	n.o.log.Info("the port was free at last: the office's computers can connect")
	if before != nil {
		if err := before.Close(); err != nil {
			n.o.log.WithError(err).Warn("connections did not end in order")
		}
	}
	n.tell()
}

// serving is the server while there is one.
func (n *network) serving() *link.Server {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.server
}

// relayChanged has the office's computers come again, and be told of another relay.
func (n *network) relayChanged(ctx context.Context) {
	if err := n.listenAnew(ctx); err != nil {
		n.o.log.WithError(err).Warn("the office's computers are not served anew")
	}
}

// lookEvery is how often it is seen whether the network has to be told something else, an address that comes and goes with the
// cable or the one that the recovery code makes known, and whether a port that was taken is free.
const lookEvery = 5 * time.Second

// announce tells the network where this computer is. The lock is held.
func (n *network) announce() {
	if root, known := n.o.Host.Root(); known && n.server != nil {
		n.announcer.Say(root, n.server.Addr(), n.o.log.WithField("part", "network"))
	}
}

// close stops listening.
func (n *network) close() error {
	n.mu.Lock()
	server := n.server
	n.server, n.commits = nil, nil
	n.announcer.Stop()
	n.mu.Unlock()
	if server == nil {
		return nil
	}
	return server.Close()
}

// addresses are where this computer can be reached now.
func (n *network) addresses() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == nil || n.server.Addr() == nil {
		return []string{}
	}
	return link.LocalAddresses(n.server.Addr())
}

// reachable is office.HostDeps.Addresses.
func (n *network) reachable() []string { return n.withRelay(n.addresses(), n.o.relay.address()) }

// withRelay adds the relay's address to those in the network.
func (n *network) withRelay(addresses []string, relay string) []string {
	if relay == "" {
		return addresses
	}
	return append(addresses, relay)
}

// Connection implements api.Network.
func (n *network) Connection() link.Status {
	if n.client == nil {
		return link.Status{}
	}
	return n.client.Status()
}

// State implements api.Network.
func (n *network) State(ctx context.Context) (api.NetworkState, error) {
	s, err := n.setting(ctx)
	if err != nil {
		return api.NetworkState{}, err
	}
	n.mu.Lock()
	problem := n.problem
	n.mu.Unlock()
	return api.NetworkState{Enabled: s.Enabled, Port: s.Port, Addresses: n.addresses(), Problem: problem, Fixed: n.fixed != ""}, nil
}

// Configure implements api.Network.
func (n *network) Configure(ctx context.Context, s api.NetworkSetting) (api.NetworkState, error) {
	if n.fixed != "" {
		return api.NetworkState{}, fault.New("network.fixed")
	}
	n.configuring.Lock()
	defer n.configuring.Unlock()
	if err := n.keepSetting(ctx, s); err != nil {
		return api.NetworkState{}, err
	}
	err := n.close()
	err = errors.Join(err, n.listen(context.WithoutCancel(ctx), s))
	if err != nil {
		return api.NetworkState{}, err
	}
	return n.State(ctx)
}

func (n *network) keepSetting(ctx context.Context, s api.NetworkSetting) error {
	_, err := n.o.Store.Write(ctx, store.System, func(tx *store.Tx) error {
		for k, v := range map[string]string{settingNetwork: strconv.FormatBool(s.Enabled), settingPort: strconv.Itoa(s.Port)} {
			_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, {:v}) ON CONFLICT (k) DO UPDATE SET v = excluded.v", dbx.Params{"k": k, "v": v})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep network setting: %w", err)
	}
	return nil
}

// setting is whether the office's computers may connect, and where.
func (n *network) setting(ctx context.Context) (api.NetworkSetting, error) {
	s := api.NetworkSetting{Port: usualPort}
	if n.fixed != "" {
		_, port, err := net.SplitHostPort(n.fixed)
		if err != nil {
			return s, fault.Invalid("sync-listen", "serve.bad_address", "addr", n.fixed)
		}
		s.Enabled = true
		s.Port, err = strconv.Atoi(port)
		if err != nil {
			return s, fault.Invalid("sync-listen", "serve.bad_address", "addr", n.fixed)
		}
		return s, nil
	}
	var rows []struct {
		K string `db:"k"`
		V string `db:"v"`
	}
	err := n.o.Store.Read().NewQuery("SELECT k, v FROM setting WHERE k IN ({:enabled}, {:port})").
		Bind(dbx.Params{"enabled": settingNetwork, "port": settingPort}).WithContext(ctx).All(&rows)
	if err != nil {
		return s, fmt.Errorf("read network setting: %w", err)
	}
	for _, r := range rows {
		if r.K == settingNetwork {
			s.Enabled = r.V == "true"
		} else if port, err := strconv.Atoi(r.V); err == nil {
			s.Port = port
		}
	}
	return s, nil
}
