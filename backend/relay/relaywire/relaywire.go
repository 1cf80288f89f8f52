// Package relaywire is what a host and its relay say to each other: one CBOR frame in each binary message of a websocket.
// It knows no office, opens no socket and reads no body.
//
// A link begins with the relay's Challenge. The host answers Hello, the relay Welcome, or Refuse and the end. From then on
// the relay sends each Event of the office's inbox, oldest first and at most Window at a time, until the host has Acked it
// after its own durable commit; a new link begins again at the first that was not. Open asks the host to take a member's
// connection: it dials TunnelHostPath with the id, and the relay joins the two. Either side may leave at any time; nothing
// that was acknowledged to Meta is lost by that, and nothing is delivered for good before the host says so.
package relaywire

import (
	"encoding/hex"
	"fmt"

	"sitegroup.mx/crm/backend/canonical"
)

// Paths of a relay. Those of Meta and of people are in package relay.
const (
	HostPath       = "/v1/host"         // websocket: a host's link
	TunnelPath     = "/v1/tunnel/"      // + OfficeID: websocket, a member's end of a tunnel
	TunnelHostPath = "/v1/tunnel-host/" // + Open.ID: websocket, the host's end
)

// AnswerHeader says, on an answer that is no websocket, why: who dials acts on it, and not on the sentence beside it.
const AnswerHeader = "Sitegroup-Relay-Code"

// Codes of AnswerHeader.
const (
	AnswerAbsent   = "absent"   // the office's host is not linked, or did not come in time
	AnswerBusy     = "busy"     // too many, or too often; Retry-After says when to come again
	AnswerGone     = "gone"     // nobody waits under this id any more
	AnswerDraining = "draining" // the relay is stopping; come again at once
)

// Bounds of a link.
const (
	Version       = 1
	MaxFrame      = 2 << 20  // bytes
	MaxBody       = 1 << 20  // bytes of one event's body: 1,000 changes are about 300 KB (meta-lead-ads.md §1.4)
	MaxNotice     = 64 << 10 // bytes of the public texts together
	MaxReason     = 500      // bytes of Outcome.Reason
	Window        = 64       // events that are sent and not acknowledged
	ChallengeSize = 32
)

// OfficeID is how a relay names an office: the fingerprint of its root key in hexadecimal. Who does not know it finds nobody.
func OfficeID(root [32]byte) string { return hex.EncodeToString(root[:]) }

// Frame is one message: exactly one of its fields is set.
type Frame struct {
	// From the relay.
	Challenge *Challenge `cbor:"1,keyasint,omitempty"`
	Welcome   *Welcome   `cbor:"2,keyasint,omitempty"`
	Refuse    *Refuse    `cbor:"3,keyasint,omitempty"`
	Event     *Event     `cbor:"4,keyasint,omitempty"`
	Open      *Open      `cbor:"5,keyasint,omitempty"`
	// From the host.
	Hello   *Hello   `cbor:"16,keyasint,omitempty"`
	Ack     *Ack     `cbor:"17,keyasint,omitempty"`
	Publish *Publish `cbor:"18,keyasint,omitempty"`
	Outcome *Outcome `cbor:"19,keyasint,omitempty"`
}

// Challenge is the relay's first word.
type Challenge struct {
	Version int    `cbor:"1,keyasint"`
	Bytes   []byte `cbor:"2,keyasint"` // ChallengeSize random bytes
	Now     int64  `cbor:"3,keyasint"` // the relay's clock, milliseconds since 1970
}

// Hello is the host's answer. Proof is identity.SignRelayProof of the challenge.
type Hello struct {
	Version   int    `cbor:"1,keyasint"`
	Proof     []byte `cbor:"2,keyasint"`
	Admission string `cbor:"3,keyasint,omitempty"` // the operator's token; only an office that the relay does not know needs it
	// Hook and VerifyToken are those the office has told Meta, for a relay that has lost everything; empty takes the relay's.
	// They are 16 to 128 characters of A-Z, a-z, 0-9, _ and -.
	Hook        string `cbor:"4,keyasint,omitempty"`
	VerifyToken string `cbor:"5,keyasint,omitempty"`
}

// Welcome says what the office is to tell Meta.
type Welcome struct {
	Hook        string `cbor:"1,keyasint"` // of the callback: BaseURL + "/h/" + Hook
	VerifyToken string `cbor:"2,keyasint"`
	Page        string `cbor:"3,keyasint"` // of the public pages: BaseURL + "/o/" + Page
	BaseURL     string `cbor:"4,keyasint"` // "https://relay.example.mx"
	Notice      int64  `cbor:"5,keyasint"` // version of the public texts that the relay has; 0 for none
	Waiting     int64  `cbor:"6,keyasint"` // events in the inbox
	KeptDays    int    `cbor:"7,keyasint"` // for which an event waits for its host
}

// Codes of Refuse.
const (
	RefusedVersion    = "version"    // the relay speaks another
	RefusedProof      = "proof"      // who it says it is, it is not
	RefusedAdmission  = "admission"  // an unknown office without the operator's token
	RefusedSuperseded = "superseded" // the office has a later host
	RefusedHook       = "hook"       // another office has it
	RefusedBusy       = "busy"       // too many offices, or too often
	RefusedReplaced   = "replaced"   // the host has come again over another link
	RefusedDraining   = "draining"   // the relay is stopping; come again at once
	RefusedProtocol   = "protocol"   // the host has said something that has no meaning here
	RefusedSlow       = "slow"       // the host takes nothing
)

// Refuse ends a link.
type Refuse struct {
	Code  string `cbor:"1,keyasint"`
	After int    `cbor:"2,keyasint,omitempty"` // milliseconds to wait before coming again
}

// Kinds of Event.
const (
	KindWebhook  = "webhook"  // Meta's POST to the callback
	KindDeletion = "deletion" // Meta's signed_request to the data-deletion callback
)

// Event is one thing of the inbox, as it was received. The relay has not checked its signature: it has no secret.
type Event struct {
	Seq       int64  `cbor:"1,keyasint"` // grows within an office; not every number is used
	Kind      string `cbor:"2,keyasint"`
	At        int64  `cbor:"3,keyasint"` // when the relay received it, milliseconds since 1970
	Signature string `cbor:"4,keyasint,omitempty"`
	Body      []byte `cbor:"5,keyasint"`           // the raw body; of a deletion its signed_request
	Code      string `cbor:"6,keyasint,omitempty"` // confirmation code of a deletion
}

// Open asks the host to dial TunnelHostPath + ID within Patience.
type Open struct {
	ID   string `cbor:"1,keyasint"`
	From string `cbor:"2,keyasint"` // address of the member, for limits on strangers; no port
}

// OpenPatience is for how long, in milliseconds, a member's connection waits for its host.
const OpenPatience = 10_000

// Ack says that every event up to Through is on the host's disk.
type Ack struct {
	Through int64 `cbor:"1,keyasint"`
}

// Publish replaces the office's public texts. They are plain text; a blank line begins a paragraph.
type Publish struct {
	Version  int64  `cbor:"1,keyasint"`
	Updated  string `cbor:"2,keyasint"` // YYYY-MM-DD
	Office   string `cbor:"3,keyasint"` // name of the business
	Privacy  string `cbor:"4,keyasint"` // privacy notice
	Deletion string `cbor:"5,keyasint"` // how to ask for deletion
}

// States of a deletion request.
const (
	DeletionReceived = "received"
	DeletionDone     = "done"
	DeletionRefused  = "refused"
)

// Outcome is what became of a deletion request. Reason is a sentence for whoever asked; it names nobody.
type Outcome struct {
	Code   string `cbor:"1,keyasint"`
	State  string `cbor:"2,keyasint"`
	Reason string `cbor:"3,keyasint,omitempty"`
}

var codec = canonical.New(canonical.Limits{Depth: 8, Elements: 1 << 10, Pairs: 64})

// Marshal writes a frame.
func Marshal(f *Frame) ([]byte, error) {
	b, err := codec.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write frame: %w", err)
	}
	return b, nil
}

// Unmarshal reads a frame of at most MaxFrame bytes with exactly one field.
func Unmarshal(b []byte) (*Frame, error) {
	if len(b) > MaxFrame {
		return nil, fmt.Errorf("read frame: %d bytes", len(b))
	}
	var f Frame
	if err := codec.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("read frame: %w", err)
	}
	if n := f.fields(); n != 1 {
		return nil, fmt.Errorf("read frame: %d fields", n)
	}
	return &f, nil
}

func (f *Frame) fields() (n int) {
	for _, set := range [...]bool{
		f.Challenge != nil, f.Welcome != nil, f.Refuse != nil, f.Event != nil, f.Open != nil,
		f.Hello != nil, f.Ack != nil, f.Publish != nil, f.Outcome != nil,
	} {
		if set {
			n++
		}
	}
	return n
}

// IsName reports whether a text may be a hook, a verify token or the name of pages: it is put into addresses as it is.
func IsName(text string) bool { return len(text) >= 16 && IsWord(text) }

// IsWord reports whether a text of at most 128 characters needs no escaping in an address, a subject or a key.
func IsWord(text string) bool {
	if text == "" || len(text) > 128 {
		return false
	}
	for _, c := range []byte(text) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
