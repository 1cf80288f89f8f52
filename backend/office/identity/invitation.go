package identity

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"sitegroup.mx/crm/backend/fault"
)

// Invitation is what a new computer needs to find the host, to know it for certain, and to be let in once.
type Invitation struct {
	Version   int      // InvitationVersion
	Office    string   // id of the office
	Root      [32]byte // fingerprint of the office's root key
	Host      string   // the host's device id
	Addresses []string // of the host in its network, "address:port"
	Relay     string   // address of the office's relay; empty when there is none
	Token     [16]byte // good once
	Expires   int64    // milliseconds since 1970
}

// InvitationVersion is the version that this program writes and reads.
const InvitationVersion = 1

// Bounds of an invitation's text. 1,023 symbols, the prefix among them, are what its check digits answer for.
const (
	MaxInvitationText = 2000 // bytes, dashes and spaces included
	maxAddresses      = 8
	maxAddress        = 64  // bytes
	maxRelay          = 128 // bytes
	maxSymbols        = 1000
	textGroup         = 8
)

// Flags at the start of an invitation: how an id is written.
const (
	flagOfficeUUID = 1 << iota
	flagHostHash
)

// Text returns the invitation as one text of upper-case letters, digits and dashes: "SG1-", groups of eight, and six check
// digits at the end. Of the addresses it carries the first eight that are at most 64 bytes long; a relay of more than 128
// bytes, which no relay has, is left out.
func (i Invitation) Text() string {
	data := toSymbols(i.pack())
	sum := check(prefixOf(InvitationVersion), data, finalInvitation)
	var b strings.Builder
	b.WriteString(prefixOf(InvitationVersion))
	for n, v := range append(data, sum[:]...) {
		if n%textGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(symbols[v])
	}
	return b.String()
}

func prefixOf(version int) string { return fmt.Sprintf("SG%c", symbols[version]) }

// pack writes the fields one after the other, short ones with their length before them.
func (i Invitation) pack() []byte {
	var flags byte
	office, host := []byte(i.Office), []byte(i.Host)
	if id, err := uuid.Parse(i.Office); err == nil && id.String() == i.Office {
		office, flags = id[:], flags|flagOfficeUUID
	}
	if sum, err := deviceEncoding.DecodeString(strings.ToUpper(i.Host)); err == nil && len(sum) == 32 &&
		strings.ToLower(deviceEncoding.EncodeToString(sum)) == i.Host {
		host, flags = sum, flags|flagHostHash
	}
	b := []byte{flags}
	b = append(b, i.Root[:]...)
	b = append(b, i.Token[:]...)
	b = binary.AppendVarint(b, i.Expires)
	b = appendShort(b, office[:min(len(office), maxAddress)])
	b = appendShort(b, host[:min(len(host), maxAddress)])
	relay := i.Relay
	if len(relay) > maxRelay {
		relay = ""
	}
	b = appendShort(b, []byte(relay))
	n := 0
	for _, a := range i.Addresses {
		if n < maxAddresses && a != "" && len(a) <= maxAddress && len(b)+1+len(a) <= (maxSymbols-checkSymbols)*5/8 {
			b = appendShort(b, []byte(a))
			n++
		}
	}
	return b
}

func appendShort(b, s []byte) []byte { return append(append(b, byte(len(s))), s...) } //nolint:gosec // at most maxRelay

// ParseInvitation reads an invitation however it was copied: case, spaces, line breaks and dashes do not matter. Faults:
// invitation.malformed, invitation.newer (argument version), invitation.mistyped.
func ParseInvitation(text string) (Invitation, error) {
	version, data, err := invitationSymbols(text)
	if err != nil {
		return Invitation{}, err
	}
	if len(data) < checkSymbols {
		return Invitation{}, fault.New(CodeInvitationMistyped)
	}
	data, sum := data[:len(data)-checkSymbols], [checkSymbols]byte(data[len(data)-checkSymbols:])
	if check(prefixOf(version), data, finalInvitation) != sum {
		return Invitation{}, fault.New(CodeInvitationMistyped)
	}
	if version < InvitationVersion {
		return Invitation{}, fault.New(CodeInvitationMalformed)
	}
	if version > InvitationVersion {
		return Invitation{}, fault.New(CodeInvitationNewer, "version", version)
	}
	b, ok := fromSymbols(data)
	if !ok {
		return Invitation{}, fault.New(CodeInvitationMalformed)
	}
	i, ok := unpack(b)
	if !ok {
		return Invitation{}, fault.New(CodeInvitationMalformed)
	}
	return i, nil
}

// invitationSymbols reads "SG", the version, and the symbols after it.
func invitationSymbols(text string) (version int, data []byte, err error) {
	if len(text) > MaxInvitationText {
		return 0, nil, fault.New(CodeInvitationMalformed)
	}
	place := 0
	for _, r := range text {
		if isFiller(r) {
			continue
		}
		v, ok := symbolOf(r)
		switch {
		case place < 2 && (!ok || symbols[v] != "SG"[place]):
			return 0, nil, fault.New(CodeInvitationMalformed)
		case !ok || len(data) == maxSymbols:
			return 0, nil, fault.New(CodeInvitationMistyped)
		case place == 2:
			version = int(v)
		case place > 2:
			data = append(data, v)
		}
		place++
	}
	if place < 3 {
		return 0, nil, fault.New(CodeInvitationMalformed)
	}
	return version, data, nil
}

// unpack is pack backwards.
func unpack(b []byte) (Invitation, bool) {
	i := Invitation{Version: InvitationVersion}
	if len(b) < 1+len(i.Root)+len(i.Token) || b[0]&^(flagOfficeUUID|flagHostHash) != 0 {
		return i, false
	}
	flags := b[0]
	b = b[1:]
	b = b[copy(i.Root[:], b):]
	b = b[copy(i.Token[:], b):]
	expires, n := binary.Varint(b)
	if n <= 0 {
		return i, false
	}
	i.Expires = expires
	office, b, ok0 := cutShort(b[n:])
	host, b, ok1 := cutShort(b)
	relay, b, ok2 := cutShort(b)
	if !ok0 || !ok1 || !ok2 {
		return i, false
	}
	i.Office, i.Host, i.Relay = string(office), string(host), string(relay)
	if flags&flagOfficeUUID != 0 {
		id, err := uuid.FromBytes(office)
		if err != nil {
			return i, false
		}
		i.Office = id.String()
	}
	if flags&flagHostHash != 0 {
		i.Host = strings.ToLower(deviceEncoding.EncodeToString(host))
	}
	for len(b) > 0 {
		var a []byte
		var ok bool
		if a, b, ok = cutShort(b); !ok || len(a) == 0 || len(i.Addresses) == maxAddresses {
			return i, false
		}
		i.Addresses = append(i.Addresses, string(a))
	}
	return i, utf8.ValidString(i.Office + i.Host + i.Relay + strings.Join(i.Addresses, ""))
}

func cutShort(b []byte) (s, rest []byte, ok bool) {
	if len(b) == 0 || int(b[0]) > len(b)-1 {
		return nil, nil, false
	}
	n := int(b[0])
	return b[1 : 1+n], b[1+n:], true
}
