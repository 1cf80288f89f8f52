// Package wire is the language that an office's computers speak: the frames, their bytes, and the bounds that both sides
// keep to. One frame is one binary websocket message: a byte for the type, a byte of flags, and a body in CBOR with
// integer keys, compressed with zstd when that is worth it. Pages of rows are laid out by column.
//
// Every byte that is decoded here is foreign: whatever comes, decoding ends in a frame or an error, and allocates no more
// than the bounds below allow. The package knows no session, socket, key or rule, and no table of the office's.
package wire

// The protocols that this program speaks. They rise when a frame's meaning changes; a new key in a frame needs no new
// protocol, because what a reader does not know is left out.
const (
	ProtoMin = 1
	ProtoMax = 1
)

// Bounds of what travels, in bytes unless said otherwise.
const (
	MaxFrame = 1 << 20   // a frame as it is sent
	MaxBody  = 4 << 20   // a frame's body after inflating
	MaxOps   = 500       // ops in a Push that holds more than one transaction
	MaxPush  = 256 << 10 // what a sender puts into a Push that holds more than one transaction
	MaxValue = 64 << 10  // an op's value, as JSON
	MaxPage  = 64 << 20  // a page after inflating
	MaxCells = 1 << 21   // values in a page, a row of 40 columns being 40
)

// Type tells what a frame is. The numbers are the protocol's and are never given to anything else.
type Type uint8

// The types of frames, each with the body of the same name.
const (
	TypeHello      Type = 1
	TypePush       Type = 2
	TypePull       Type = 3
	TypePageChunk  Type = 4
	TypeReset      Type = 5
	TypePoke       Type = 6
	TypeMembers    Type = 7
	TypeMoved      Type = 8
	TypeWipe       Type = 9
	TypeRestarting Type = 10
	TypeBye        Type = 11
	TypeCredential Type = 12
	TypeCall       Type = 13
	TypeReply      Type = 14
	TypeEnrol      Type = 15
	TypeEnrolState Type = 16
	TypeAck        Type = 17
)

var typeNames = [...]string{
	TypeHello: "hello", TypePush: "push", TypePull: "pull", TypePageChunk: "page", TypeReset: "reset", TypePoke: "poke",
	TypeMembers: "members", TypeMoved: "moved", TypeWipe: "wipe", TypeRestarting: "restarting", TypeBye: "bye",
	TypeCredential: "credential", TypeCall: "call", TypeReply: "reply", TypeEnrol: "enrol", TypeEnrolState: "enrol_state",
	TypeAck: "ack",
}

// String returns the type's name for logs.
func (t Type) String() string {
	if int(t) < len(typeNames) && typeNames[t] != "" {
		return typeNames[t]
	}
	return "unknown"
}
