package app

import (
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"sitegroup.mx/crm/backend/fault"
)

// guard lets through only what a browser on this computer asks of our own page. Checking Host keeps out a foreign page
// whose name was pointed at 127.0.0.1 (DNS rebinding); checking Origin and Sec-Fetch-Site keeps out foreign pages that know
// the port. There is no CORS header anywhere.
type guard struct {
	next http.Handler
	port string
}

// ServeHTTP implements http.Handler.
func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !g.ours(r.Host):
		writeProblem(w, http.StatusMisdirectedRequest, "access.host")
	case !g.sameOrigin(r):
		writeProblem(w, http.StatusForbidden, "access.origin")
	default:
		g.next.ServeHTTP(w, r)
	}
}

// ours reports whether host is a name of this computer's loopback with our port.
func (g guard) ours(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil || port != g.port {
		return false
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.IsLoopback()
}

func (g guard) sameOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		// Following a link to us is fine; anything a foreign page does by itself is not.
		if r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			return false
		}
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && u.Host == r.Host
}

// writeProblem answers as the API does (RFC 9457), for what never reaches it.
func writeProblem(w http.ResponseWriter, status int, code string) {
	body, err := json.Marshal(map[string]any{"status": status, "title": http.StatusText(status), "code": code})
	if err != nil { // a map of texts and a number always encodes
		panic("encode problem: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader who left is nobody's problem
}

// checkLoopback refuses addresses that other computers can reach: what is served there is not encrypted.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fault.Invalid("addr", "serve.bad_address", "addr", addr)
	}
	if ip, err := netip.ParseAddr(host); (err != nil || !ip.IsLoopback()) && host != "localhost" {
		return fault.Invalid("addr", "serve.not_loopback", "addr", addr)
	}
	return nil
}
