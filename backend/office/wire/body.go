package wire

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// The bodies below are written otherwise than they are used: cursors and ids as what they are, not as structs and text.

type helloBody struct {
	ProtoMin     int      `cbor:"1,keyasint,omitempty"`
	ProtoMax     int      `cbor:"2,keyasint,omitempty"`
	Schema       int      `cbor:"3,keyasint,omitempty"`
	Device       string   `cbor:"4,keyasint,omitempty"`
	Version      string   `cbor:"5,keyasint,omitempty"`
	At           int64    `cbor:"6,keyasint,omitempty"`
	Serial       int64    `cbor:"7,keyasint,omitempty"`
	Cursor       []int64  `cbor:"8,keyasint,omitempty"`
	CredentialAt int64    `cbor:"9,keyasint,omitempty"`
	Certificate  []byte   `cbor:"10,keyasint,omitempty"`
	Addresses    []string `cbor:"11,keyasint,omitempty"`
	Office       string   `cbor:"12,keyasint,omitempty"`
	Lease        int64    `cbor:"13,keyasint,omitempty"`
	Name         string   `cbor:"14,keyasint,omitempty"`
}

func helloOut(h *Hello) helloBody {
	return helloBody{
		ProtoMin: h.ProtoMin, ProtoMax: h.ProtoMax, Schema: h.Schema, Device: h.Device, Version: h.Version, At: h.At,
		Serial: h.Serial, Cursor: cursorOut(h.Cursor), CredentialAt: h.CredentialAt, Certificate: h.Certificate,
		Addresses: h.Addresses, Office: h.Office, Lease: h.Lease, Name: h.Name,
	}
}

func (in *helloBody) into(h *Hello) error {
	c, err := cursorIn(in.Cursor)
	*h = Hello{
		ProtoMin: in.ProtoMin, ProtoMax: in.ProtoMax, Schema: in.Schema, Device: in.Device, Version: in.Version, At: in.At,
		Serial: in.Serial, Cursor: c, CredentialAt: in.CredentialAt, Certificate: in.Certificate,
		Addresses: in.Addresses, Office: in.Office, Lease: in.Lease, Name: in.Name,
	}
	return err
}

type pullBody struct {
	Cursor []int64 `cbor:"1,keyasint,omitempty"`
	Limit  int     `cbor:"2,keyasint,omitempty"`
}

type ackBody struct {
	Held []byte `cbor:"1,keyasint,omitempty"` // ids of 16 bytes, one after the other
	At   int64  `cbor:"2,keyasint,omitempty"`
}

func ackOut(a *Ack) ackBody {
	out := ackBody{At: a.At}
	for i := range a.Held {
		out.Held = append(out.Held, a.Held[i][:]...)
	}
	return out
}

func (in *ackBody) into(a *Ack) error {
	a.At = in.At
	if len(in.Held)%16 != 0 {
		return fmt.Errorf("read ids of %d bytes: %w", len(in.Held), ErrMalformed)
	}
	for at := 0; at < len(in.Held); at += 16 {
		a.Held = append(a.Held, [16]byte(in.Held[at:]))
	}
	return nil
}

type pushBody struct {
	Txs []txBody `cbor:"1,keyasint,omitempty"`
}

type txBody struct {
	ID      []byte          `cbor:"1,keyasint,omitempty"`
	BaseRev int64           `cbor:"2,keyasint,omitempty"`
	Undoes  []byte          `cbor:"3,keyasint,omitempty"`
	Ops     cbor.RawMessage `cbor:"4,keyasint,omitempty"`
}

type opBody struct {
	ID     []byte `cbor:"1,keyasint,omitempty"`
	HLC    int64  `cbor:"2,keyasint,omitempty"`
	Entity string `cbor:"3,keyasint,omitempty"`
	Row    string `cbor:"4,keyasint,omitempty"`
	RowID  []byte `cbor:"5,keyasint,omitempty"` // the row's id when it is a UUID in its usual form, instead of Row
	Field  string `cbor:"6,keyasint,omitempty"`
	Value  []byte `cbor:"7,keyasint,omitempty"` // JSON
}
