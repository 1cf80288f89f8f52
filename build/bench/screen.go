package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"sitegroup.mx/crm/build/field"
)

const (
	screenRate    = 50 // leads a second
	screenSeconds = 40
	screenWarmup  = 5 // seconds more, before them, that do not count
	screenTellers = 32
)

// webhookToScreen measures how long a lead takes from Meta's webhook, once it is answered for, to the seller's screen.
func webhookToScreen(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("screen")
	if err != nil {
		return nil, err
	}
	binary, err := filepath.Abs(b.binary)
	if err != nil {
		return nil, err
	}
	o, err := field.SetUp(ctx, field.Setting{Dir: dir, Program: field.Program{Path: binary}, Nodes: 1})
	if err != nil {
		return nil, err
	}
	defer o.Stop()
	watching, leave := context.WithCancel(ctx)
	defer leave()
	s := &screen{seen: map[string]time.Time{}, from: o.Seller.Client()}
	watched := make(chan error, 1)
	ready := make(chan struct{})
	go func() { watched <- s.watch(watching, ready) }()
	select {
	case <-ready:
	case err := <-watched:
		return nil, err
	}
	say("%d leads a second through relay, host and seller for %d s", screenRate, screenWarmup+screenSeconds)
	accepted, err := announce(ctx, o)
	if err != nil {
		return nil, err
	}
	err = field.Eventually(ctx, "every lead is on the screen", field.Patience, func() (bool, error) { return s.count() >= len(accepted), nil })
	leave()
	if err = errors.Join(err, <-watched); err != nil {
		return nil, err
	}
	var late sample
	for n := screenWarmup * screenRate; n < len(accepted); n++ {
		late = append(late, s.seen[field.LeadOf(n).Name].Sub(accepted[n]))
	}
	how := fmt.Sprintf("signed webhooks of one lead each at %d a second for %d s, from the relay's 200 to the moment at which the answer to GET /api/inbox on the seller's computer holds the prospect; the screen reads it after each server-sent event that concerns it, as the UI does. Relay, host, seller's computer, which reaches its host through the relay's tunnel, and a simulated Meta that answers at once are four processes of the program on this machine, which the sender shares", screenRate, screenSeconds)
	return []Row{
		ratio("webhook-to-screen-p50", late.p50(), "ms", "", 0, how+"; median"),
		ratio("webhook-to-screen-p99", late.p99(), "ms", "", 0, how+"; slowest of a hundred"),
	}, nil
}

// announce has people fill in the form, one after the other at the rate, and returns when each webhook was answered for.
func announce(ctx context.Context, o *field.Office) ([]time.Time, error) {
	accepted := make([]time.Time, screenRate*(screenWarmup+screenSeconds))
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: screenTellers}}
	var group errgroup.Group
	group.SetLimit(screenTellers)
	begun := time.Now()
	for n := range accepted {
		time.Sleep(time.Until(begun.Add(time.Duration(n) * time.Second / screenRate)))
		group.Go(func() error {
			l := field.LeadOf(n)
			if err := o.Meta.Fill(ctx, l); err != nil {
				return err
			}
			status := o.Meta.Tell(ctx, client, o.Callback, l)
			accepted[n] = time.Now()
			if status != http.StatusOK {
				return fmt.Errorf("a webhook is answered %d", status)
			}
			return nil
		})
	}
	return accepted, group.Wait()
}

// screen is the tray on a seller's screen.
type screen struct {
	from field.Client

	mu   sync.Mutex
	seen map[string]time.Time // when a name was there first
}

func (s *screen) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

// watch follows the events of the seller's computer and reads the tray after those that concern it, until the context ends.
// Events that come while it is being read have it read once more.
func (s *screen) watch(ctx context.Context, ready chan<- struct{}) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.from.URL+"/api/events", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.from.Token)
	stream, err := s.from.HTTP.Do(r)
	if err != nil {
		return err
	}
	defer stream.Body.Close()
	if stream.StatusCode != http.StatusOK {
		return fmt.Errorf("events: %s", stream.Status)
	}
	wake := make(chan struct{}, 1)
	var reading errgroup.Group
	reading.Go(func() error {
		for range wake {
			if err := s.read(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
		return nil
	})
	lines := bufio.NewScanner(stream.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		switch line := lines.Text(); {
		case strings.Contains(line, `"type":"hello"`):
			close(ready)
		case strings.Contains(line, `"type":"lead"`), strings.Contains(line, `"type":"changed"`) && strings.Contains(line, `"prospect"`):
			select {
			case wake <- struct{}{}:
			default:
			}
		}
	}
	close(wake)
	err = reading.Wait()
	if ctx.Err() != nil {
		return err
	}
	return errors.Join(err, lines.Err(), errors.New("the stream of events has ended"))
}

// read reads the newest prospects of the tray, as many as the UI does, and the page after it where all of them are new.
func (s *screen) read(ctx context.Context) error {
	for cursor := ""; ; {
		var tray struct {
			Items []struct{ Name string }
			Next  string
		}
		if err := s.from.Must(ctx, "GET", "/api/inbox?limit=50&cursor="+url.QueryEscape(cursor), nil, &tray); err != nil {
			return err
		}
		names := make([]string, len(tray.Items))
		for i := range tray.Items {
			names[i] = tray.Items[i].Name
		}
		if known := s.note(names); known || tray.Next == "" {
			return nil
		}
		cursor = tray.Next
	}
}

// note notes when names are there first, and reports whether one was there before.
func (s *screen) note(names []string) (known bool) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		if _, there := s.seen[name]; there {
			known = true
			continue
		}
		s.seen[name] = now
	}
	return known
}
