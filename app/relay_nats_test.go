package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

func TestRelay_KeepsNothingHereWithNATS(t *testing.T) {
	n, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true, MaxPayload: 2 << 20,
		Username: "relevo", Password: "de-prueba", JetStream: true, StoreDir: t.TempDir(), SyncAlways: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Start()
	defer func() { n.Shutdown(); n.WaitForShutdown() }()
	dir := t.TempDir()
	address := "nats://relevo:de-prueba@" + n.Addr().String()
	r := startRelay(t, dir, "--url", "http://127.0.0.1", "--nats", address, "--advertise", "http://127.0.0.1:1")
	if code, said := doctor("http://" + r.addr); code != 0 {
		t.Errorf("doctor: %d %s", code, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "relay.db")); !os.IsNotExist(err) {
		t.Errorf("there is an inbox of this node's own: %v", err)
	}
	if code := r.stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
}
