//go:build !race

package processtest

import (
	"os"
	"testing"
	"time"

	"sitegroup.mx/crm/build/field"
)

// TestProcesses_NoWebhookIsLostWhileRelayHostAndNATSAreKilled is a short run of what `make bench ONLY=relay-failures` does
// for longer.
func TestProcesses_NoWebhookIsLostWhileRelayHostAndNATSAreKilled(t *testing.T) {
	seed := number(t, seedEnv, uint64(time.Now().UnixNano())) //nolint:gosec // any number
	for _, storage := range []struct {
		name  string
		nodes int
		nats  bool
	}{{"file", 1, false}, {"NATS", 2, true}} {
		t.Run(storage.name, func(t *testing.T) {
			t.Parallel()
			toll, err := field.Failures{
				Setting: field.Setting{
					Dir: t.TempDir(), Program: field.Program{Path: os.Args[0], Env: []string{roleEnv + "=" + roleProgram}},
					Nodes: storage.nodes, NATS: storage.nats,
				},
				Rounds: failureRounds, Seed: seed, Say: t.Logf,
			}.Run(t.Context())
			t.Logf("seed %d: %s, in %v", seed, toll, toll.Took.Round(time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			if toll.Lost+toll.Duplicated > 0 || toll.Accepted == 0 || toll.Shown != toll.Accepted {
				t.Error("leads are lost, or there more than once")
			}
		})
	}
}

const failureRounds = 5
