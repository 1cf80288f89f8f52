// Package field runs an office as it is in the field: a relay, a host, a seller's computer and a simulated Meta, each a
// process of the real program, and NATS servers where the relay has them. Measurements and tests of processes share it: how
// programs are started, asked and killed, and how an office is founded, joined and connected. It knows the program by its
// command line and its API, and looks into a file only once its program has ended.
package field

import (
	"context"
	"fmt"
	"net"
	"time"
)

// Patience ends what hangs; it never decides whether something is right.
const Patience = time.Minute

// Eventually waits for what programs do by themselves.
func Eventually(ctx context.Context, what string, within time.Duration, so func() (bool, error)) error {
	late := time.After(within)
	for {
		done, err := so()
		if err != nil || done {
			return err
		}
		select {
		case <-late:
			return fmt.Errorf("never: %s", what)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// FreeAddress is one of this computer's that nobody had a moment ago: who comes back has to be where it was.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
