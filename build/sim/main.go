//go:build unix

// Command sim plays offices of many computers from seeds, on every core, and says which seeds break an invariant:
//
//	go run ./build/sim -seeds 10000            seeds 1 to 10,000
//	go run ./build/sim -seed 4711              that one, told step by step
//	go run ./build/sim -seeds 0 -seconds 60    as many as fit into a minute
//
// It knows how to count and how to repeat, and nothing of what an office is.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"syscall"
	"time"

	"sitegroup.mx/crm/backend/office/officesim"
)

// failure is a seed that broke something.
type failure struct {
	seed uint64
	err  error
}

// run is everything that is played.
type run struct {
	options officesim.Options
	until   time.Time // zero: no end in time
	last    uint64    // zero: no last seed

	mu       sync.Mutex
	next     uint64
	done     int
	total    officesim.Report
	failures []failure
}

func main() {
	seeds := flag.Uint64("seeds", 1000, "how many seeds; 0 for as many as fit into -seconds")
	seed := flag.Uint64("seed", 0, "play this one alone, told step by step; with -seeds, the first")
	seconds := flag.Int("seconds", 0, "stop after so long; 0 for no end")
	steps := flag.Int("steps", 0, "steps of a seed; 0 for the usual number")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := play(ctx, *seed, *seeds, *seconds, *steps, isSet("seeds"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sim:", err)
		code = 2
	}
	os.Exit(code)
}

// isSet reports whether a flag was given.
func isSet(name string) bool {
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}

// play plays what the flags ask for and returns the exit code.
func play(ctx context.Context, seed, seeds uint64, seconds, steps int, many bool) (code int, err error) {
	debug.SetGCPercent(800) // the live heap is small; memory is SQLite's
	dir, err := os.MkdirTemp(memory(), "sim")
	if err != nil {
		return 2, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r := &run{options: officesim.Options{Steps: steps, Dir: dir}, next: max(seed, 1)}
	if seed != 0 && !many {
		return r.tell(ctx, seed), nil
	}
	if seeds == 0 && seconds == 0 {
		return 2, errors.New("-seeds 0 needs -seconds")
	}
	if seeds > 0 {
		r.last = r.next + seeds - 1
	}
	begun := time.Now()
	if seconds > 0 {
		r.until = begun.Add(time.Duration(seconds) * time.Second)
	}
	r.all(ctx)
	return r.report(time.Since(begun)), nil
}

// memory is where files cost no disk; "" where there is no such place.
func memory() string {
	const place = "/dev/shm"
	if info, err := os.Stat(place); err == nil && info.IsDir() {
		return place
	}
	return ""
}

// all plays seeds on every core until there are none left.
func (r *run) all(ctx context.Context) {
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for seed, ok := r.draw(ctx); ok; seed, ok = r.draw(ctx) {
				r.one(ctx, seed)
			}
		})
	}
	workers.Wait()
}

// draw returns the next seed to be played.
func (r *run) draw(ctx context.Context) (seed uint64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil || r.last > 0 && r.next > r.last || !r.until.IsZero() && time.Now().After(r.until) {
		return 0, false
	}
	r.next++
	return r.next - 1, true
}

func (r *run) one(ctx context.Context, seed uint64) {
	o := r.options
	o.Seed = seed
	report, err := officesim.Run(ctx, o)
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	r.done++
	r.total.Steps += report.Steps
	r.total.Edits += report.Edits
	r.total.Frames += report.Frames
	r.total.Resets += report.Resets
	r.total.Faults += report.Faults
	r.total.Dropped += report.Dropped
	if err != nil {
		r.failures = append(r.failures, failure{seed, err})
		fmt.Printf("seed %d: %v\n  make sim SEED=%d\n", seed, err, seed)
	}
}

// report says what was played. Its code is 1 when a seed failed.
func (r *run) report(took time.Duration) int {
	fmt.Printf("%d seeds, %d steps, %d faults of computers, %d edits, %d frames, %d replicas begun again, %d old things dropped in %v: %.1f seeds/s\n",
		r.done, r.total.Steps, r.total.Faults, r.total.Edits, r.total.Frames, r.total.Resets, r.total.Dropped, took.Round(time.Second),
		float64(r.done)/took.Seconds())
	if len(r.failures) == 0 {
		fmt.Println("every invariant held")
		return 0
	}
	slices.SortFunc(r.failures, func(a, b failure) int { return cmp.Compare(a.seed, b.seed) })
	fmt.Printf("%d failed:\n", len(r.failures))
	for _, f := range r.failures {
		fmt.Printf("  make sim SEED=%d\n", f.seed)
	}
	return 1
}

// tell plays one seed and says what happens.
func (r *run) tell(ctx context.Context, seed uint64) int {
	o := r.options
	o.Seed, o.Trace = seed, func(text string) { fmt.Println(text) }
	report, err := officesim.Run(ctx, o)
	fmt.Printf("seed %d: %d steps, %d edits, %d frames, %d replicas begun again; %016x\n",
		seed, report.Steps, report.Edits, report.Frames, report.Resets, report.Hash)
	if err != nil {
		fmt.Printf("seed %d: %v\n", seed, err)
		return 1
	}
	return 0
}
