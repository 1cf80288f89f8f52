package identity

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"

	"sitegroup.mx/crm/backend/fault"
)

// digitsLabel names this use of the connection's secret (RFC 5705, RFC 8446 section 7.5).
const digitsLabel = "EXPORTER-sitegroup-crm-six-digits"

// Digits returns six digits that both ends of a TLS 1.3 connection derive alike, and that two connections share by chance
// alone. Fault connection.unverified.
func Digits(cs tls.ConnectionState) (string, error) {
	if cs.Version != tls.VersionTLS13 || !cs.HandshakeComplete {
		return "", fault.New(CodeConnectionUnproven)
	}
	secret, err := cs.ExportKeyingMaterial(digitsLabel, nil, 8)
	if err != nil {
		return "", fault.Wrap(fmt.Errorf("derive digits: %w", err), CodeConnectionUnproven)
	}
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(secret)%1_000_000), nil
}
