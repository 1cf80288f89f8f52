package graphsim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/meta"
)

// Config is how a simulator starts. The zero value works.
type Config struct {
	// Clock decides ages, expiry, blocks and deliveries; the machine's clock when nil.
	Clock clock.Clock
	// Seed makes every choice repeatable.
	Seed uint64
	// Log receives faults of the simulator itself; nil is silent.
	Log logrus.FieldLogger
	// HTTP sends webhooks; a client with 10 s for each call when nil.
	HTTP *http.Client
	// WithoutControl leaves out /_control/.
	WithoutControl bool
}

// Limits are the sizes Meta does not publish.
type Limits struct {
	// MaxPage is the largest limit of a list; above it comes 500 with code 1.
	MaxPage int `json:"max_page"`
	// MaxDepth is after how many leads a cursor is refused; 0 is never.
	MaxDepth int `json:"max_depth"`
	// EmptyPageEvery makes every n-th page of a list come empty with a next one; 0 is never.
	EmptyPageEvery int `json:"empty_page_every"`
}

// Sim is a simulated Graph API. All methods may be called at any time from any goroutine.
type Sim struct {
	clock   clock.Clock
	log     logrus.FieldLogger
	http    *http.Client
	control bool

	mu        sync.Mutex
	random    *rand.Rand
	serial    uint64
	limits    Limits
	apps      map[meta.ID]*App
	appOrder  []meta.ID
	pages     map[meta.ID]*page
	pageList  []meta.ID
	forms     map[meta.ID]*form
	formList  []meta.ID
	leads     map[meta.ID]*lead
	tokens    map[meta.Token]*token
	datasets  map[meta.ID]int
	faults    []*Fault
	calls     []Call
	listed    int
	appUse    bucket
	appBudget int
	hooks     outbox
	demo      *demoState

	server *http.Server
	url    string
	done   chan struct{}
	ended  sync.Once
	work   sync.WaitGroup
}

// New returns a simulator with no apps, pages or leads.
func New(cfg Config) *Sim {
	s := &Sim{
		clock: cfg.Clock, log: cfg.Log, http: cfg.HTTP, control: !cfg.WithoutControl,
		random: rand.New(rand.NewPCG(cfg.Seed, 0x6c656164)), //nolint:gosec // repeatable on purpose
		limits: Limits{MaxPage: 1000},
		apps:   map[meta.ID]*App{}, pages: map[meta.ID]*page{}, forms: map[meta.ID]*form{}, leads: map[meta.ID]*lead{},
		tokens: map[meta.Token]*token{}, datasets: map[meta.ID]int{}, done: make(chan struct{}),
	}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		s.log = silent
	}
	if s.http == nil {
		s.http = &http.Client{Timeout: 10 * time.Second}
	}
	s.hooks.options = DeliveryOptions{MinDelay: time.Second, MaxDelay: 180 * time.Second, BatchUpTo: 1}
	s.hooks.wake = make(chan struct{}, 1)
	return s
}

// Start listens on a free port of 127.0.0.1 and returns the base URL. It also starts sending webhooks as they fall due.
func (s *Sim) Start() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for the simulated Graph API: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		_ = listener.Close()
		return s.url, nil
	}
	s.url = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	server := s.server
	s.background("serve", func() {
		if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.WithError(err).Error("simulated graph api stopped")
		}
	})
	s.background("deliver", s.deliverLoop)
	return s.url, nil
}

// URL returns the base URL; empty before Start.
func (s *Sim) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Close stops the server and the deliveries and waits for both.
func (s *Sim) Close() error {
	s.ended.Do(func() { close(s.done) })
	s.mu.Lock()
	server := s.server
	s.mu.Unlock()
	var err error
	if server != nil {
		err = server.Close()
	}
	s.work.Wait()
	if err != nil {
		return fmt.Errorf("close the simulated Graph API: %w", err)
	}
	return nil
}

// background runs f until it returns. A panic is logged and ends f alone.
func (s *Sim) background(name string, f func()) {
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		defer func() {
			if p := recover(); p != nil {
				s.log.WithFields(logrus.Fields{"part": name, "stack": string(debug.Stack())}).Error("simulator part panicked")
			}
		}()
		f()
	}()
}

// SetLimits replaces the sizes. A MaxPage of 0 keeps the present one.
func (s *Sim) SetLimits(l Limits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.MaxPage == 0 {
		l.MaxPage = s.limits.MaxPage
	}
	s.limits = l
}

// Call is a request the simulator got, as tests want to see it: never with a token.
type Call struct {
	// Edge is the name of the route: lead, leads, leadgen_forms, batch …
	Edge   string  `json:"edge"`
	Method string  `json:"method"`
	Object meta.ID `json:"object"`
	// Query is the request's parameters without token and proof.
	Query  map[string]string `json:"query"`
	Status int               `json:"status"`
	// Proof and Bearer tell how the call was made.
	Proof  bool `json:"proof"`
	Bearer bool `json:"bearer"`
}

// Calls returns what was asked so far, oldest first, at most the last 10000.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// ForgetCalls empties the list of calls.
func (s *Sim) ForgetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

func (s *Sim) record(c Call) {
	if len(s.calls) >= 10000 {
		s.calls = s.calls[1:]
	}
	s.calls = append(s.calls, c)
}

// newID returns the next id of a family: base plus a serial number.
func (s *Sim) newID(base uint64) meta.ID {
	s.serial++
	return meta.ID(fmt.Sprint(base + s.serial))
}

// hang blocks until the caller gives up or the simulator closes.
func (s *Sim) hang(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-s.done:
	}
}
