package natsbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"sitegroup.mx/crm/backend/relay/natsbox"
)

// shared is a server whose system account lets the relay's ask how it is set up.
const shared = `
listen: "127.0.0.1:-1"
max_payload: 2MB
jetstream { store_dir: %q, sync_interval: %s }
accounts {
  SYS {
    users: [{user: "sys", password: "sys"}]
    exports: [{service: "$SYS.REQ.SERVER.PING.JSZ", response_type: stream}]
  }
  RELAY {
    jetstream: enabled
    users: [{user: "relay", password: "relay"}]
    imports: [{service: {account: SYS, subject: "$SYS.REQ.SERVER.PING.JSZ"}}]
  }
}
system_account: SYS
`

// A server that answers before it has written would lose with its power what Meta was told is kept.
func TestOpen_WarnsOfServerThatDoesNotWaitForItsDisk(t *testing.T) {
	for _, waits := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "nats.conf")
		if err := os.WriteFile(path, fmt.Appendf(nil, shared, t.TempDir(), map[bool]string{true: "always", false: "2m"}[waits]), 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := server.ProcessConfigFile(path)
		if err != nil {
			t.Fatal(err)
		}
		o.NoSigs, o.NoLog = true, true
		n, err := server.NewServer(o)
		if err != nil {
			t.Fatal(err)
		}
		n.Start()
		t.Cleanup(func() { n.Shutdown(); n.WaitForShutdown() })
		c := &cluster{}
		cfg, log := c.config("disk", func(cfg *natsbox.Config) { cfg.URLs = "nats://relay:relay@" + n.Addr().String() })
		in, err := natsbox.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
		if log.has("does not say") {
			t.Error("the server was not asked")
		}
		if warned := log.has("does not wait for its disk"); warned == waits {
			t.Errorf("it waits: %v, it was warned of: %v", waits, warned)
		}
	}
}
