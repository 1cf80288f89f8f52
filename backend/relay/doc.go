// Package relay is the public side of an office: it takes Meta's webhooks while the office's computer sleeps, and joins a
// seller at home with the office's host. It holds ids, times and sealed bytes; it has no token and no secret of Meta, so
// the host checks every signature, and TLS runs through its tunnels from end to end.
//
// An office is known by its root key's fingerprint. Its host proves, with the key that the office's certificate names, that
// it is the host; an office that the relay does not know yet needs the operator's admission token as well. A later
// certificate takes precedence over an earlier one, as everywhere.
package relay
