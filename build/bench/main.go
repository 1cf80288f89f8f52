// Command bench measures the program side by side with peers, in one run on one machine, prints a table and writes
// results.json. It lives in a module of its own so that peers stay out of the program's go.mod.
//
//	make bench                    everything
//	make bench ONLY=search-1m     one row (and its suffixed rows), or several with commas
//	make bench ONLY=relay-failures ROUNDS=1000 SEED=7
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"

	"sitegroup.mx/crm/build/field"
)

// Row is one line of results.json. Ratio is Value over PeerValue, measured in the same run; a further peer is a further row
// with a suffixed name. How says in a sentence what was measured.
type Row struct {
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Peer      string  `json:"peer"`
	PeerValue float64 `json:"peer_value"`
	Ratio     float64 `json:"ratio"`
	How       string  `json:"how"`
}

// suite is a measurement that yields one or more rows named after it.
type suite struct {
	names []string
	run   func(ctx context.Context, b *bench) ([]Row, error)
}

// bench holds what suites share.
type bench struct {
	dir    string
	binary string
	only   string
	rows   int
	rounds int
	seed   uint64
}

func main() {
	field.ServeNATS()
	only := flag.String("only", "", "measure only these rows, a list with commas")
	rows := flag.Int("rows", 1_000_000, "prospects in the large office")
	binary := flag.String("binary", "../bin/sitegroup-crm-headless", "the program, for start and memory")
	rounds := flag.Int("rounds", 60, "in which something is killed, with each storage of the relay")
	seed := flag.Uint64("seed", 1, "of what is killed, and when")
	out := flag.String("out", "results.json", "where the results go")
	holds := flag.Bool("hold", false, "hold connections that the standard input names; a measurement starts it")
	flag.Parse()
	if *holds {
		if err := hold(); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, &bench{binary: *binary, only: *only, rows: *rows, rounds: *rounds, seed: *seed}, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, b *bench, out string) (err error) {
	if b.dir, err = os.MkdirTemp("", "sitegroup-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	var results []Row
	for _, s := range []suite{
		{[]string{"lead-register"}, leadRegister},
		{[]string{"list-1m", "search-1m"}, listsAndSearch},
		{[]string{"agenda-week"}, agendaWeek},
		{[]string{"bulk-500", "palette-1m"}, bulkAndPalette},
		{[]string{"board-5k"}, boardOfThousands},
		{[]string{"history-1m"}, historyOfMany},
		{[]string{"dashboard-1m"}, dashboards},
		{[]string{"screens-1m", "changes-1m"}, everyday},
		{[]string{"scroll-100k", "board-scroll-5k", "keystroke-to-paint", "keystroke-to-results"}, chromiumFigures},
		{[]string{"start-100k", "memory-100k"}, startAndMemory},
		{[]string{"apply-edits"}, applyEdits},
		{[]string{"edit-ack", "reconnect-25x2000"}, pushes},
		{[]string{"bootstrap-10k", "wire-per-prospect", "edit-to-screen-p99"}, replicas},
		{[]string{"member-memory"}, memberMemory},
		{[]string{"webhook-durable"}, durables},
		{[]string{"idle-host"}, idleMemory},
		{[]string{"tunnel"}, tunnels},
		{[]string{"webhook-to-screen"}, webhookToScreen},
		{[]string{"relay-failures"}, relayFailures},
	} {
		if !slices.ContainsFunc(s.names, func(name string) bool { return asked(name, b.only) }) {
			continue
		}
		rows, err := s.run(ctx, b)
		if err != nil {
			return fmt.Errorf("measure %s: %w", strings.Join(s.names, ", "), err)
		}
		if err := b.sweep(); err != nil {
			return err
		}
		for _, r := range rows {
			if asked(r.Name, b.only) {
				results = append(results, r)
			}
		}
	}
	if len(results) == 0 {
		return fmt.Errorf("there is no row named %q", b.only)
	}
	show(results)
	return save(out, results, b.only != "")
}

// asked reports whether a row belongs to those that only names, in a list with commas; an empty list names all.
func asked(name, only string) bool {
	for one := range strings.SplitSeq(only, ",") {
		if strings.HasPrefix(name, one) || strings.HasPrefix(one, name) {
			return true
		}
	}
	return false
}

func ratio(name string, value float64, unit, peer string, peerValue float64, how string) Row {
	r := Row{Name: name, Value: value, Unit: unit, Peer: peer, PeerValue: peerValue, How: how}
	if peerValue > 0 {
		r.Ratio = value / peerValue
	}
	return r
}

func show(rows []Row) {
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "name\tvalue\tunit\tpeer\tpeer value\tratio")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%.2f\t%s\t%s\t%.2f\t%.2f\n", r.Name, r.Value, r.Unit, r.Peer, r.PeerValue, r.Ratio)
	}
	w.Flush()
}

// save writes the results; a run of one row replaces only that row in an earlier file.
func save(path string, rows []Row, merge bool) error {
	if merge {
		var old []Row
		if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &old) == nil {
			rows = mergeRows(old, rows)
		}
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

func mergeRows(old, fresh []Row) []Row {
	at := make(map[string]int, len(old))
	for i, r := range old {
		at[r.Name] = i
	}
	for _, r := range fresh {
		if i, ok := at[r.Name]; ok {
			old[i] = r
			continue
		}
		old = append(old, r)
	}
	return old
}
