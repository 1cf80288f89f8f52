// Package identity holds what proves who is who in an office: the key pair of a computer, the recovery code from which
// the office's root key is derived, the certificate that says which computer is the host, the signed list of members, the
// invitation that brings a new computer in, and the six digits that two people compare.
//
// Everything here is a value: it is made from bytes and randomness that the caller hands over, and verified against the
// fingerprint of the root key and nothing else. The package knows no clock, file, keyring, socket or table, and logs
// nothing. Keys print as their public half; recovery codes and invitations are secrets that only a person may see.
package identity

// Codes of this package's faults. They are final.
const (
	CodeInvitationMalformed = "invitation.malformed"  // no invitation at all
	CodeInvitationNewer     = "invitation.newer"      // of a newer program; argument version
	CodeInvitationMistyped  = "invitation.mistyped"   // an invitation with a wrong or missing character
	CodeRecoveryMalformed   = "recovery.malformed"    // no recovery code: length or characters; arguments group (1 to 7, or 0), have, want
	CodeRecoveryMistyped    = "recovery.mistyped"     // a recovery code with a wrong character; argument group (1 to 7, or 0 when it cannot be told)
	CodeCertificateInvalid  = "certificate.invalid"   // of a host: bytes, signature, root or chain
	CodeMembershipInvalid   = "membership.invalid"    // bytes, signature, or the certificate in it
	CodeConnectionUnproven  = "connection.unverified" // no TLS 1.3 with a key at the other end
)
