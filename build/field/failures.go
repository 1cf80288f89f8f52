package field

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/pocketbase/dbx"
)

// Failures is what becomes of leads while programs are killed.
type Failures struct {
	Setting Setting
	Rounds  int    // each kills something
	Seed    uint64 // decides what, and when; not how the system's scheduler interleaves it
	Say     func(format string, args ...any)
}

// Toll is what it came to.
type Toll struct {
	Kills      map[string]int
	Accepted   int // leads whose webhook was answered 200
	Calls      int // that were answered 200: some leads are told of twice, as Meta does
	Unanswered int // calls without an answer, or with another one: Meta comes again
	Delivered  int // leads that are in the ledger, and somebody's, and had been accepted
	Lost       int // that were accepted, and are not
	Duplicated int // that are in the ledger, or among the prospects, more than once
	Shown      int // prospects on the seller's computer
	Took       time.Duration
}

// String is the toll in a line.
func (t Toll) String() string {
	var kills []string
	for _, what := range slices.Sorted(maps.Keys(t.Kills)) {
		kills = append(kills, fmt.Sprintf("%s %d", what, t.Kills[what]))
	}
	return fmt.Sprintf("killed: %s; %d leads accepted in %d calls (%d more were not answered), %d delivered, %d lost, %d duplicated, %d on the seller's computer",
		strings.Join(kills, ", "), t.Accepted, t.Calls, t.Unanswered, t.Delivered, t.Lost, t.Duplicated, t.Shown)
}

const (
	tellers     = 6                      // that call at once
	tellPause   = 300 * time.Millisecond // at most, between two calls of one of them
	tellAgain   = 100 * time.Millisecond // after a call that was not answered
	drainWithin = 4 * time.Minute
)

// Run founds an office and kills its relay, its host and its NATS servers at random points while leads come, which nothing
// but webhooks brings in: Meta hides its lists. Then everything may come to rest, and the ledger is compared with what was
// accepted.
func (f Failures) Run(ctx context.Context) (t Toll, err error) {
	o, err := SetUp(ctx, f.Setting)
	if err != nil {
		return t, err
	}
	defer o.Stop()
	if err := o.Meta.HideLists(ctx); err != nil {
		return t, err
	}
	began := time.Now()
	told := &telling{o: o, accepted: map[string]bool{}}
	calling, enough := context.WithCancel(ctx)
	defer enough()
	wait := told.begin(calling, f.Seed)
	t.Kills = map[string]int{}
	for round := 0; round < f.Rounds && err == nil; round++ {
		err = o.strike(ctx, random(f.Seed, round), t.Kills)
		if n := round + 1; n%50 == 0 {
			f.Say("%d of %d rounds, %d leads accepted", n, f.Rounds, told.count())
		}
	}
	enough()
	err = errors.Join(err, wait())
	t.Accepted, t.Calls, t.Unanswered = len(told.accepted), told.calls, told.unanswered
	if err == nil {
		err = o.compare(ctx, told.accepted, &t)
	}
	if err != nil {
		err = errors.Join(err, o.lastWords())
	}
	t.Took = time.Since(began)
	return t, err
}

// random is a source that a seed and a number decide.
func random(seed uint64, n int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(n))) //nolint:gosec // what is killed, and when
}

// telling is Meta's side of the webhooks.
type telling struct {
	o *Office

	mu                sync.Mutex
	accepted          map[string]bool
	next              int
	calls, unanswered int
}

func (t *telling) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.accepted)
}

// begin calls until the context ends. What has begun to be told by then is told to its end before wait returns.
func (t *telling) begin(ctx context.Context, seed uint64) (wait func() error) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: tellers}}
	errs := make(chan error, tellers)
	for n := range tellers {
		rng := random(seed, -1-n)
		go func() {
			var err error
			for ctx.Err() == nil && err == nil {
				err = t.one(context.WithoutCancel(ctx), client, rng)
				time.Sleep(time.Duration(rng.Int64N(int64(tellPause))))
			}
			errs <- err
		}()
	}
	return func() (err error) {
		for range tellers {
			err = errors.Join(err, <-errs)
		}
		return err
	}
}

// one has one to three people fill in the form and tells of them, again until it is answered for; now and then once more.
func (t *telling) one(ctx context.Context, client *http.Client, rng *rand.Rand) error {
	leads := make([]Lead, 1+max(0, rng.IntN(5)-2))
	t.mu.Lock()
	for i := range leads {
		leads[i] = LeadOf(t.next + i)
	}
	t.next += len(leads)
	t.mu.Unlock()
	for _, l := range leads {
		if err := t.o.Meta.Fill(ctx, l); err != nil {
			return err
		}
	}
	times, late := 1, time.Now().Add(2*Patience)
	if rng.IntN(8) == 0 {
		times = 2
	}
	for times > 0 {
		status := t.o.Meta.Tell(ctx, client, t.o.Callback, leads...)
		t.mu.Lock()
		if status == http.StatusOK {
			times--
			t.calls++
			for _, l := range leads {
				t.accepted[l.ID] = true
			}
		} else {
			t.unanswered++
		}
		t.mu.Unlock()
		if status != http.StatusOK {
			if time.Now().After(late) {
				return fmt.Errorf("the relay does not take a webhook: %d", status)
			}
			time.Sleep(tellAgain)
		}
	}
	return nil
}

// victim is something that can be killed and started again.
type victim struct {
	name  string
	kill  func() error
	start func(ctx context.Context) error
}

// victims are those of the office; kinds are equally likely, however many there are of one.
func (o *Office) victims() [][]victim {
	host := victim{"host", func() error { return o.Host.End(syscall.SIGKILL) }, o.Host.Start}
	kinds := [][]victim{nil, {host}}
	for _, r := range o.Relays {
		kinds[0] = append(kinds[0], victim{"relay", r.Kill, r.Start})
	}
	if o.nats != nil {
		var servers []victim
		for i := range o.nats.servers {
			servers = append(servers, victim{
				"NATS", func() error { return o.nats.kill(i) },
				func(context.Context) error { return o.nats.launch(i) },
			})
		}
		kinds = append(kinds, servers)
	}
	return kinds
}

// strike kills one, or now and then two at once, after a while, and starts them again after another.
func (o *Office) strike(ctx context.Context, rng *rand.Rand, kills map[string]int) error {
	kinds := o.victims()
	rng.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	var struck []victim
	for _, kind := range kinds[:1+max(0, rng.IntN(5)-3)] {
		struck = append(struck, kind[rng.IntN(len(kind))])
	}
	rest(rng, 100, 2000)
	for _, v := range struck {
		kills[v.name]++
		if err := v.kill(); err != nil {
			return err
		}
		rest(rng, 0, 50)
	}
	rest(rng, 0, 800)
	for _, v := range struck {
		if err := v.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// rest waits for some milliseconds.
func rest(rng *rand.Rand, from, to int) {
	time.Sleep(time.Duration(from+rng.IntN(to-from)) * time.Millisecond)
}

// caughtUp waits until the seller's computer has what the host has: a prospect that the host registers last is on it.
func (o *Office) caughtUp(ctx context.Context) error {
	var last struct{ ID string }
	err := o.Host.Must(ctx, "POST", "/api/prospects", map[string]any{
		"name": "Última", "phones": []string{"5555550100"}, "emails": []string{}, "owner_id": o.Seller.UserID,
	}, &last)
	if err != nil {
		return err
	}
	err = Eventually(ctx, "the seller has every prospect", drainWithin, func() (bool, error) {
		status, _, err := o.Seller.Ask(ctx, "GET", "/api/prospects/"+last.ID, nil, nil)
		return status < 300, err
	})
	if err != nil {
		var standing, link json.RawMessage
		err = errors.Join(err, o.Seller.Must(ctx, "GET", "/api/sync", nil, &standing), o.Host.Must(ctx, "GET", "/api/relay", nil, &link))
		err = fmt.Errorf("%w; the seller's computer stands so: %s; the host's link with the relay: %s; the host:\n%s\nthe seller:\n%s",
			err, standing, link, o.Host.Process.Where(), o.Seller.Process.Where())
	}
	return err
}

// countProspects ends the program, and counts the prospects in its file.
func (c *Computer) countProspects(ctx context.Context) (n int, err error) {
	if err := c.End(syscall.SIGTERM); err != nil {
		return 0, err
	}
	f, err := c.Open(ctx)
	if err != nil {
		return 0, err
	}
	defer f.Store.Close() //nolint:errcheck // it was only read
	ids, err := f.Texts("SELECT id FROM prospect WHERE deleted = 0", nil)
	return len(ids), err
}

// compare waits until everything is at rest, ends the host, and looks into its file.
func (o *Office) compare(ctx context.Context, accepted map[string]bool, t *Toll) error {
	_, late := o.Settled(ctx, len(accepted), drainWithin) // what is missing is counted below
	err := o.caughtUp(ctx)
	if err == nil {
		t.Shown, err = o.Seller.countProspects(ctx)
		t.Shown-- // the last one
	}
	if e := o.Host.End(syscall.SIGTERM); e != nil {
		return errors.Join(late, err, e)
	}
	f, e := o.Host.Open(ctx)
	if e != nil {
		return errors.Join(late, err, e)
	}
	defer f.Store.Close() //nolint:errcheck // it was only read
	settled, e := f.Texts("SELECT lead_id FROM lead WHERE state IN ('registered', 'linked') AND origin = 'webhook'", nil)
	if e != nil {
		return e
	}
	for _, id := range settled {
		if accepted[id] {
			t.Delivered++
		}
	}
	t.Lost = len(accepted) - t.Delivered
	twice, e := f.Texts("SELECT lead_id FROM submission WHERE lead_id <> '' GROUP BY lead_id HAVING count(*) > 1", nil)
	if e != nil {
		return e
	}
	more, e := f.Texts("SELECT name FROM contact WHERE name LIKE {:name} GROUP BY name HAVING count(*) > 1", dbx.Params{"name": "Persona %"})
	t.Duplicated = max(len(twice), len(more))
	return errors.Join(late, err, e)
}
