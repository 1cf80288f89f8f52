package field

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// admission is the operator's token of every relay.
const admission = "FICHA-INVENTADA-DE-LA-PRUEBA"

// Relay is one node of a relay, whether its program runs or not.
type Relay struct {
	name    string
	address string
	args    []string
	program Program
	process *Process
}

// NewRelay returns a node with a folder of its own in dir, which calls itself url; "" is where it answers itself. Events are
// kept in a file of its own, or in the NATS servers at nats.
func NewRelay(dir, name, url, nats string, p Program) (*Relay, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	r := &Relay{name: name, address: address, program: p}
	folder := filepath.Join(dir, name)
	tokens := filepath.Join(dir, name+"-admission.txt")
	if err := os.WriteFile(tokens, []byte(admission+"\n"), 0o600); err != nil {
		return nil, err
	}
	if url == "" {
		url = r.URL()
	}
	r.args = []string{"relay", "--data", folder, "--url", url, "--addr", address, "--admission-file", tokens, "--language", "en"}
	if nats != "" {
		r.args = append(r.args, "--nats", nats, "--advertise", r.URL())
	}
	return r, nil
}

// URL is where the node answers.
func (r *Relay) URL() string { return "http://" + r.address }

// Launch starts the node and does not wait until it answers.
func (r *Relay) Launch() (err error) {
	r.process, err = r.program.Start(r.name, r.args...)
	return err
}

// Start starts the node and waits until it takes webhooks.
func (r *Relay) Start(ctx context.Context) error {
	if err := r.Launch(); err != nil {
		return err
	}
	return r.Ready(ctx)
}

// Ready waits until the node takes webhooks.
func (r *Relay) Ready(ctx context.Context) error {
	err := Eventually(ctx, r.name+" takes webhooks", Patience, func() (bool, error) {
		select {
		case <-r.process.ended:
			return false, fmt.Errorf("%s ended by itself", r.name)
		default:
		}
		return isHealthy(ctx, r.URL()), nil
	})
	if err != nil {
		err = fmt.Errorf("%w; it said:\n%s", err, r.process.Out)
	}
	return err
}

func isHealthy(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return false
	}
	_ = answer.Body.Close() // its status says everything
	return answer.StatusCode == http.StatusOK
}

// Kill ends the node as a failure of the power would end its program.
func (r *Relay) Kill() error { return r.process.End(syscall.SIGKILL) }

// Stop ends the node, if it runs.
func (r *Relay) Stop() { r.process.Discard() }
