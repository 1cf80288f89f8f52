package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"sitegroup.mx/crm/build/field"
)

// relayFailures kills relay, host and NATS servers while leads come, with each of the relay's storages.
func relayFailures(ctx context.Context, b *bench) ([]Row, error) {
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, storage := range []struct {
		name, what string
		nodes      int
		nats       bool
	}{
		{"file", "one relay with its file", 1, false},
		{"nats", "two nodes of a relay behind a balancer, with three NATS servers", 2, true},
	} {
		name := "relay-failures-" + storage.name
		if !asked(name, b.only) {
			continue
		}
		dir, err := b.folder(name)
		if err != nil {
			return nil, err
		}
		say("%s: %d rounds, seed %d", storage.what, b.rounds, b.seed)
		toll, err := field.Failures{
			Setting: field.Setting{Dir: dir, Program: field.Program{Path: binary}, Nodes: storage.nodes, NATS: storage.nats},
			Rounds:  b.rounds, Seed: b.seed, Say: say,
		}.Run(ctx)
		say("%s", toll)
		if err != nil {
			return nil, err
		}
		how := fmt.Sprintf("%d rounds in %v, seed %d, each of which kills one or two at random points while about %d leads a second come: %s, host and seller's computer; %s. Lists of leads are hidden, so that nothing but webhooks brings a lead; all are processes on this machine",
			b.rounds, toll.Took.Round(time.Second), b.seed, int(float64(toll.Accepted)/toll.Took.Seconds()), storage.what, toll)
		rows = append(rows,
			ratio(name+"-lost", float64(toll.Lost), "leads", "leads accepted", float64(toll.Accepted), strings.ToUpper(how[:1])+how[1:]),
			ratio(name+"-duplicated", float64(toll.Duplicated), "leads", "leads delivered", float64(toll.Delivered), "in that run, in the ledger or among the prospects more than once"),
		)
	}
	return rows, nil
}
