package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/fault"
)

// Bounds of a look at a relay.
const (
	relayPatience   = 10 * time.Second
	certificateSoon = 14 * 24 * time.Hour // renewals come a month before the end
	clockMayDiffer  = 30 * time.Second
)

// lookAtRelay looks at a relay from outside, as an office and Meta see it: name, certificate, answer, clock.
func (c *command) lookAtRelay(ctx context.Context, address string) ([]finding, error) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fault.New("relay.bad_url", "url", address)
	}
	ctx, cancel := context.WithTimeout(ctx, relayPatience)
	defer cancel()
	unwell := fault.New("relay.unwell", "url", u.String())
	addresses, err := net.DefaultResolver.LookupHost(ctx, u.Hostname())
	if err != nil {
		return []finding{{"doctor.relayName", findingBad, err.Error()}}, unwell
	}
	findings := []finding{{"doctor.relayName", findingOK, u.Hostname() + " → " + strings.Join(addresses, ", ")}}
	certificate, ok := c.lookAtCertificate(ctx, u)
	findings = append(findings, certificate)
	if ok {
		var more []finding
		more, ok = c.lookAtAnswer(ctx, u)
		findings = append(findings, more...)
	}
	if !ok {
		return findings, unwell
	}
	return findings, nil
}

// lookAtCertificate dials as a stranger does, who trusts what this computer trusts.
func (c *command) lookAtCertificate(ctx context.Context, u *url.URL) (finding, bool) {
	if u.Scheme == "http" {
		return finding{"doctor.relayCertificate", findingNote, c.say.say("doctor.relayCertificateNone")}, true
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	conn, err := (&tls.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return finding{"doctor.relayCertificate", findingBad, err.Error()}, false
	}
	defer conn.Close() //nolint:errcheck // nothing was said
	until := conn.(*tls.Conn).ConnectionState().PeerCertificates[0].NotAfter
	left := time.Until(until)
	days := int(left / (24 * time.Hour))
	if left < certificateSoon {
		return finding{"doctor.relayCertificate", findingNote, c.say.say("doctor.relayCertificateSoon", "days", days)}, true
	}
	return finding{"doctor.relayCertificate", findingOK, c.say.say("doctor.relayCertificateGood", "until", until.Format(time.DateOnly), "days", days)}, true
}

// lookAtAnswer asks whether it takes webhooks, and how its clock stands.
func (c *command) lookAtAnswer(ctx context.Context, u *url.URL) ([]finding, bool) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("healthz").String(), nil)
	if err != nil {
		return []finding{{"doctor.relayConnection", findingBad, err.Error()}}, false
	}
	asked := time.Now()
	answer, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	if err != nil {
		return []finding{{"doctor.relayConnection", findingBad, err.Error()}}, false
	}
	defer answer.Body.Close() //nolint:errcheck // read as far as it is shown
	took := time.Since(asked)
	text, err := io.ReadAll(io.LimitReader(answer.Body, 200))
	if err != nil {
		return []finding{{"doctor.relayConnection", findingBad, err.Error()}}, false
	}
	findings := []finding{{"doctor.relayConnection", findingOK, fmt.Sprintf("%d ms", took.Milliseconds())}}
	switch {
	case answer.Header.Get("Sitegroup-Relay") == "":
		return append(findings, finding{"doctor.relayHealth", findingBad, c.say.say("doctor.relayOther")}), false
	case answer.StatusCode != http.StatusOK:
		said := c.say.say("doctor.relayHealthBad", "status", answer.StatusCode, "text", strings.TrimSpace(string(text)))
		return append(findings, finding{"doctor.relayHealth", findingBad, said}), false
	}
	findings = append(findings, finding{"doctor.relayHealth", findingOK, c.say.say("doctor.relayHealthGood")})
	its, err := strconv.ParseInt(answer.Header.Get("Sitegroup-Relay"), 10, 64)
	if err != nil {
		return append(findings, finding{"doctor.relayClock", findingBad, err.Error()}), false
	}
	differs := time.UnixMilli(its).Sub(asked.Add(took / 2))
	clock := finding{"doctor.relayClock", findingOK, c.say.say("doctor.relayClockGood", "seconds", fmt.Sprintf("%.1f", differs.Seconds()))}
	if differs.Abs() > clockMayDiffer {
		clock.state = findingBad
		return append(findings, clock), false
	}
	return append(findings, clock), true
}
