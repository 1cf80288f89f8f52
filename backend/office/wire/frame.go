package wire

import "sitegroup.mx/crm/store"

// Frame is one message.
type Frame struct {
	Type Type
	Body any // a pointer to the struct that Type names
}

// Hello is the first frame of either side, the host's before the member's.
type Hello struct {
	ProtoMin, ProtoMax int          // the protocols that the sender speaks
	Schema             int          // number of the sender's newest migration
	Device             string       // the sender's device id; what counts is the key of the connection
	Version            string       // of the program, for people
	At                 int64        // the sender's wall clock, milliseconds since 1970
	Serial             int64        // of the membership list that the sender has
	Cursor             store.Cursor // how far a member has read
	CredentialAt       int64        // when the password that the sender knows was set, milliseconds since 1970
	Certificate        []byte       // the host's, see identity.VerifyHostCertificate
	Addresses          []string     // of the host, "address:port", and the URL of its relay
	Office             string       // id of the office
	Lease              int64        // how long a member may go on without contact, milliseconds; 0 is the usual
	Name               string       // of the host's computer, for people
}

// Push carries a member's transactions in the order in which they were made, each of them whole.
type Push struct {
	Txs []store.PushedTx
}

// Ack says that a Push was taken: it is on the host's disk, or the host has lost what the member has read and a Reset is to
// come, after which it is pushed again. It settles nothing: a page does.
type Ack struct {
	Held [][16]byte // transactions that this host is too old for
	At   int64      // the host's wall clock, milliseconds since 1970
}

// Pull asks for the next page.
type Pull struct {
	Cursor store.Cursor
	Limit  int // rows; 0 leaves it to the host
}

// PageChunk is a part of an encoded page, see EncodePage and Assembler.
type PageChunk struct {
	Part  int    `cbor:"1,keyasint,omitempty"` // from 0
	Of    int    `cbor:"2,keyasint,omitempty"`
	Bytes []byte `cbor:"3,keyasint,omitempty"`
}

// Reset answers a Pull whose cursor is not of this host's history: begin again.
type Reset struct {
	Reason string `cbor:"1,keyasint,omitempty"` // a constant store.ResetXxx
}

// Poke tells a member to pull.
type Poke struct{}

// Members carries a signed membership list to a side that has an older one.
type Members struct {
	List []byte `cbor:"1,keyasint,omitempty"` // see identity.VerifyMembership
}

// Moved tells that another computer is the host.
type Moved struct {
	Certificate []byte   `cbor:"1,keyasint,omitempty"` // the new host's
	Addresses   []string `cbor:"2,keyasint,omitempty"` // where it was seen; may be empty
}

// Wipe tells a revoked device to delete what it holds.
type Wipe struct{}

// Restarting tells a member to come back later.
type Restarting struct {
	Millis int64 `cbor:"1,keyasint,omitempty"`
}

// Bye ends a connection.
type Bye struct {
	Code string `cbor:"1,keyasint,omitempty"`
	Text string `cbor:"2,keyasint,omitempty"` // for a log; never a value of the office's
}

// Credential carries the password hash of the member's own user. It is a secret: it belongs in no log.
type Credential struct {
	User      string `cbor:"1,keyasint,omitempty"`
	Hash      string `cbor:"2,keyasint,omitempty"` // argon2id, in the usual text form
	ChangedAt int64  `cbor:"3,keyasint,omitempty"` // milliseconds since 1970; the later one counts
}

// Call is a question to the host's API, or a part of one.
type Call struct {
	ID          uint64 `cbor:"1,keyasint,omitempty"` // chosen by the sender, for its connection
	Method      string `cbor:"2,keyasint,omitempty"` // in part 0
	Path        string `cbor:"3,keyasint,omitempty"` // with the query; in part 0
	ContentType string `cbor:"4,keyasint,omitempty"` // in part 0
	Body        []byte `cbor:"5,keyasint,omitempty"`
	Part        int    `cbor:"6,keyasint,omitempty"` // from 0
	Of          int    `cbor:"7,keyasint,omitempty"` // 0 is 1
}

// Reply answers a Call, or is a part of the answer.
type Reply struct {
	ID          uint64 `cbor:"1,keyasint,omitempty"` // of the Call
	Status      int    `cbor:"2,keyasint,omitempty"` // HTTP's
	ContentType string `cbor:"3,keyasint,omitempty"` // in part 0
	Body        []byte `cbor:"4,keyasint,omitempty"`
	Part        int    `cbor:"5,keyasint,omitempty"` // from 0
	Of          int    `cbor:"6,keyasint,omitempty"` // 0 is 1
}

// Enrol shows an invitation's token. It is the only frame of a device that is not one of the office's.
type Enrol struct {
	Token   []byte `cbor:"1,keyasint,omitempty"`
	Name    string `cbor:"2,keyasint,omitempty"` // of the computer, for the administrator's list
	Version string `cbor:"3,keyasint,omitempty"` // of the program
}

// EnrolState tells how an enrolment stands. Everything but State comes with "admitted" only.
type EnrolState struct {
	State       string      `cbor:"1,keyasint,omitempty"` // waiting, admitted, refused, expired, used, busy
	Office      string      `cbor:"2,keyasint,omitempty"` // its name
	OfficeID    string      `cbor:"3,keyasint,omitempty"`
	User        string      `cbor:"4,keyasint,omitempty"` // id of the user whose computer this is now
	UserName    string      `cbor:"5,keyasint,omitempty"`
	Login       string      `cbor:"6,keyasint,omitempty"`
	Certificate []byte      `cbor:"7,keyasint,omitempty"`
	Members     []byte      `cbor:"8,keyasint,omitempty"`
	Credential  *Credential `cbor:"9,keyasint,omitempty"`
	Addresses   []string    `cbor:"10,keyasint,omitempty"`
}
