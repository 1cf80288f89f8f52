// Package relayclient is what the office's computers say to a relay: the host's link, over which Meta's webhooks come and
// members knock, and the tunnel through which a member reaches its host. It carries bytes and events; whom to believe and
// what an event means are decided by those whom it hands them to.
//
// An address of a relay is "https://host", with a port where it is not the usual one; without TLS only this computer is
// dialled.
package relayclient

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"sitegroup.mx/crm/backend/fault"
)

// CodeBadAddress is for what is no relay's address.
const CodeBadAddress = "relay.bad_address"

// maxAddress is the longest address that an invitation carries, in bytes.
const maxAddress = 128

// ParseAddress reads a relay's address as a person types it and writes it as it is kept: "relay.example.mx" is
// "https://relay.example.mx". Fault relay.bad_address (field address).
func ParseAddress(text string) (string, error) {
	bad := fault.Invalid("address", CodeBadAddress)
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil || u.Opaque != "" {
		return "", bad
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return "", bad
	}
	host := strings.ToLower(u.Hostname())
	switch port := u.Port(); {
	case port != "" && (u.Scheme != "https" || port != "443"):
		host = net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	address := u.Scheme + "://" + host
	if len(address) > maxAddress || strings.HasSuffix(u.Host, ":") || strings.ContainsAny(host, " \t%") {
		return "", bad
	}
	return address, nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// hostOf is the name under which an address was dialled, as a proof names it: "relay.example.mx", or "127.0.0.1:8090".
func hostOf(address string) string {
	_, host, _ := strings.Cut(address, "://")
	return host
}
