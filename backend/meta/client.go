package meta

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
)

const (
	// DefaultVersion is the Graph API version of every call; usable until 2028-07-29 (Meta, Graph API changelog).
	DefaultVersion = "v25.0"
	// DefaultBaseURL is where the Graph API answers.
	DefaultBaseURL = "https://graph.facebook.com"
	// callTimeout ends a call that gets no complete answer.
	callTimeout = 30 * time.Second
	// maxAnswer is the largest answer read, in bytes. A page of 100 leads is some 150 kB.
	maxAnswer = 8 << 20
)

// Config is what a Client needs. Only Clock is compulsory.
type Config struct {
	// BaseURL defaults to DefaultBaseURL. Without TLS only loopback addresses are accepted.
	BaseURL string
	// Version defaults to DefaultVersion.
	Version string
	// AppID and AppSecret are those of the office's own app. With a secret every call carries appsecret_proof.
	AppID     ID
	AppSecret Secret
	// HTTP defaults to a client with 30 s for each call. Its redirect policy is replaced: redirects are never followed.
	HTTP *http.Client
	// Clock decides pauses.
	Clock clock.Clock
	// Log receives one debug line a call; nil is silent.
	Log logrus.FieldLogger
}

// Client calls the Graph API. It is safe for use by many goroutines.
type Client struct {
	base    string
	version string
	appID   ID
	secret  Secret
	http    *http.Client
	clock   clock.Clock
	log     logrus.FieldLogger

	mu     sync.Mutex
	app    *meter
	meters map[[32]byte]*meter
	behind time.Duration // see ClockBehind
	timed  bool
}

// NewClient returns a Client. It makes no call.
func NewClient(cfg Config) *Client {
	c := &Client{
		base: strings.TrimRight(cfg.BaseURL, "/"), version: cfg.Version,
		appID: cfg.AppID, secret: cfg.AppSecret, clock: cfg.Clock, log: cfg.Log,
		app: &meter{}, meters: map[[32]byte]*meter{},
	}
	if c.base == "" {
		c.base = DefaultBaseURL
	}
	if c.version == "" {
		c.version = DefaultVersion
	}
	if c.log == nil {
		silent := logrus.New()
		silent.SetOutput(io.Discard)
		c.log = silent
	}
	client := http.Client{Timeout: callTimeout}
	if cfg.HTTP != nil {
		client = *cfg.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http = &client
	return c
}

// Version returns the Graph API version the client calls.
func (c *Client) Version() string { return c.version }

// AppID returns the app the client speaks for; empty when it was not configured.
func (c *Client) AppID() ID { return c.appID }

// appToken is the app's own token: id and secret joined (Meta, Access tokens). Empty without a secret.
func (c *Client) appToken() Token {
	if c.secret == "" || c.appID == "" {
		return ""
	}
	return Token(string(c.appID) + "|" + string(c.secret))
}

// call is one request.
type call struct {
	op     string // verb phrase for errors and logs
	method string // GET when empty
	path   string // "/me"; ids in it have been checked
	query  url.Values
	form   url.Values // body of a POST
	token  Token
	hide   []string // further secrets of this call, for redaction
	mixed  bool     // a batch, whose own success says nothing about its items
}

// fetch makes the call and decodes the answer into v, which may be nil.
func (c *Client) fetch(ctx context.Context, k call, v any) error {
	body, err := c.do(ctx, k)
	if err != nil {
		return err
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(body, v); err != nil {
		return failure(k.op, ClassRetry, AdviceUnexpected, "answer of an unknown shape").with("code", 0)
	}
	return nil
}

// do makes the call and returns the body of a good answer. Every other outcome is an *Error.
func (c *Client) do(ctx context.Context, k call) ([]byte, error) {
	if left := c.Pace(k.token).blockedFor(c.clock.Now()); left > 0 {
		return nil, throttled(k.op, left)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := c.request(ctx, k)
	if err != nil {
		return nil, err
	}
	started := c.clock.Now()
	status, header, body, err := c.send(req, k)
	fields := logrus.Fields{"call": k.op, "status": status, "ms": c.clock.Now().Sub(started).Milliseconds()}
	if err == nil {
		c.compareClocks(header, started)
		usage := parseUsage(header)
		err = c.judge(k, status, body)
		c.note(k, usage, err)
		fields["usage"] = math.Round(usage.percent())
	}
	var failed *Error
	if errors.As(err, &failed) {
		fields["code"], fields["subcode"], fields["trace"] = failed.Code, failed.Subcode, failed.TraceID
		fields["advice"] = failed.Advice
	}
	c.log.WithFields(fields).Debug("graph call ended")
	return body, err
}

// slowAnswer is how long an answer may take for its date to say anything about the clock.
const slowAnswer = 10 * time.Second

// compareClocks reads Meta's time from the Date of an answer (RFC 9110, section 6.6.1; whole seconds).
func (c *Client) compareClocks(header http.Header, asked time.Time) {
	now := c.clock.Now()
	date, err := http.ParseTime(header.Get("Date"))
	if took := now.Sub(asked); err != nil || took < 0 || took > slowAnswer {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.behind, c.timed = date.Sub(now), true
}

// ClockBehind is how far this computer's clock is behind Meta's, negative when it is ahead, as the last answer told; ok is
// false before there was one.
func (c *Client) ClockBehind() (d time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.behind, c.timed
}

// request builds the HTTP request: token in the header, proof beside the parameters.
func (c *Client) request(ctx context.Context, k call) (*http.Request, error) {
	if err := checkAddress(k.op, c.base); err != nil {
		return nil, err
	}
	query := url.Values{}
	for name, values := range k.query {
		query[name] = values
	}
	if c.secret != "" && k.token != "" {
		query.Set("appsecret_proof", k.token.Proof(c.secret))
	}
	address := c.base + "/" + c.version + k.path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var body io.Reader
	if k.form != nil {
		body = strings.NewReader(k.form.Encode())
	}
	method := k.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil { // its text holds the address, and with it the proof
		return nil, failure(k.op, ClassBug, AdviceBadAddress, "address cannot be parsed")
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if k.token != "" {
		req.Header.Set("Authorization", "Bearer "+string(k.token))
	}
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// checkAddress refuses to send a token over plain HTTP, except to this machine.
func checkAddress(op, base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return failure(op, ClassBug, AdviceBadAddress, "address cannot be parsed")
	}
	if u.Scheme == "https" {
		return nil
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return failure(op, ClassBug, AdviceBadAddress, "address has no TLS")
}

// send does the exchange. A missing or incomplete answer is an *Error.
func (c *Client) send(req *http.Request, k call) (int, http.Header, []byte, error) {
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, nil, c.unreachable(req.Context(), k, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return res.StatusCode, nil, nil, c.unreachable(req.Context(), k, err)
	}
	if len(body) > maxAnswer {
		e := failure(k.op, ClassRetry, AdviceTooLarge, fmt.Sprintf("answer over %d MiB", maxAnswer>>20))
		e.HTTPStatus = res.StatusCode
		return res.StatusCode, nil, nil, e
	}
	return res.StatusCode, res.Header, body, nil
}

// unreachable turns a network failure into an Error without the address, which net/http puts into its texts.
func (c *Client) unreachable(ctx context.Context, k call, err error) *Error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	e := failure(k.op, ClassRetry, AdviceNotReachable, c.redactor(k).clean(err.Error()))
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		e.Advice, e.cause = fault.CodeCancelled, context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		e.cause = context.DeadlineExceeded
	}
	return e
}

// judge looks for an error in an answer, whatever its status.
func (c *Client) judge(k call, status int, body []byte) error {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || !json.Valid(body) {
		e := failure(k.op, ClassRetry, AdviceNotJSON, fmt.Sprintf("%d bytes that are not JSON", len(body)))
		e.HTTPStatus = status
		return e
	}
	w, found := findError(body)
	if !found && status < 300 {
		return nil
	}
	return newError(k.op, status, w, c.redactor(k))
}

// findError returns the error object of an answer. Batch answers are lists and have none of their own.
func findError(body []byte) (wireError, bool) {
	var envelope struct {
		Error json.RawMessage `json:"error"`
	}
	if body[0] != '{' || json.Unmarshal(body, &envelope) != nil || envelope.Error == nil || string(envelope.Error) == "null" {
		return wireError{}, false
	}
	var w wireError
	if json.Unmarshal(envelope.Error, &w) != nil {
		w = wireError{Message: string(envelope.Error)}
	}
	return w, true
}

func (c *Client) redactor(k call) redactor {
	known := append(redactor{string(k.token), string(c.secret), string(c.appToken())}, k.hide...)
	if c.secret != "" && k.token != "" {
		known = append(known, k.token.Proof(c.secret))
	}
	return known
}

// with adds an argument of the sentence.
func (e *Error) with(name string, value any) *Error {
	args := map[string]any{name: value}
	for n, v := range e.Args {
		args[n] = v
	}
	e.Args = args
	return e
}

// needIDs refuses ids that cannot be Meta's before they become part of an address.
func needIDs(op string, ids ...ID) error {
	for _, id := range ids {
		if !id.Valid() {
			return failure(op, ClassBug, AdviceBadID, "an id is not made of digits")
		}
	}
	return nil
}
