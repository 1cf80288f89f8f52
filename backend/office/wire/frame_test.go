package wire_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const rowID = "0197a3c0-1111-7222-8333-444455556666"

// frames is one frame of each type, with every key that protocol 1 began with.
func frames() []wire.Frame {
	id := func(b byte) (id [16]byte) { return [16]byte(bytes.Repeat([]byte{b}, 16)) }
	return []wire.Frame{
		{Type: wire.TypeHello, Body: &wire.Hello{
			ProtoMin: 1, ProtoMax: 1, Schema: 6, Device: "device", Version: "1.2.3", At: 1793631904000, Serial: 4,
			Cursor: store.Cursor{Pos: 10, Head: 12, Nonce: -7}, CredentialAt: 1793631000000, Certificate: []byte("certificate"),
			Addresses: []string{"192.0.2.4:7421"}, Office: "office", Lease: 1209600000,
		}},
		{Type: wire.TypePush, Body: &wire.Push{Txs: []store.PushedTx{
			{ID: id(1), BaseRev: 10, Undoes: id(9), Ops: []store.Op{
				{ID: id(2), HLC: 1793631904000 << 16, Entity: "prospect", Row: rowID, Field: "stage_id", Value: json.RawMessage(`"stage"`)},
				{ID: id(3), HLC: 1793631904000<<16 + 1, Entity: "scope", Row: "*", Field: "user", Value: json.RawMessage("1")},
			}},
			{ID: id(4)},
		}}},
		{Type: wire.TypePull, Body: &wire.Pull{Cursor: store.Cursor{Pos: 1, Head: 2, Nonce: 3}, Limit: 500}},
		{Type: wire.TypePageChunk, Body: &wire.PageChunk{Part: 1, Of: 2, Bytes: []byte("part")}},
		{Type: wire.TypeReset, Body: &wire.Reset{Reason: store.ResetPurged}},
		{Type: wire.TypePoke, Body: &wire.Poke{}},
		{Type: wire.TypeMembers, Body: &wire.Members{List: []byte("list")}},
		{Type: wire.TypeMoved, Body: &wire.Moved{Certificate: []byte("certificate"), Addresses: []string{"192.0.2.9:7421"}}},
		{Type: wire.TypeWipe, Body: &wire.Wipe{}},
		{Type: wire.TypeRestarting, Body: &wire.Restarting{Millis: 1500}},
		{Type: wire.TypeBye, Body: &wire.Bye{Code: "slow", Text: "queue full"}},
		{Type: wire.TypeCredential, Body: &wire.Credential{User: "user", Hash: "$argon2id$", ChangedAt: 1793631000000}},
		{Type: wire.TypeCall, Body: &wire.Call{
			ID: 7, Method: "POST", Path: "/api/x", ContentType: "application/json", Body: []byte("{}"), Part: 1, Of: 2,
		}},
		{Type: wire.TypeReply, Body: &wire.Reply{ID: 7, Status: 200, ContentType: "application/json", Body: []byte("{}"), Part: 1, Of: 2}},
		{Type: wire.TypeEnrol, Body: &wire.Enrol{Token: []byte("token"), Name: "Laptop", Version: "1.2.3"}},
		{Type: wire.TypeEnrolState, Body: &wire.EnrolState{
			State: "admitted", Office: "Oficina", OfficeID: "office", User: "user", UserName: "Ana", Login: "ana",
			Certificate: []byte("certificate"), Members: []byte("members"),
			Credential: &wire.Credential{User: "user", Hash: "$argon2id$", ChangedAt: 1}, Addresses: []string{"192.0.2.4:7421"},
		}},
		{Type: wire.TypeAck, Body: &wire.Ack{Held: [][16]byte{id(1), id(2)}, At: 1793631904000}},
	}
}

// The bytes of protocol 1 never change: an office updates its computers one after the other.
func TestEncode_BytesOfProtocol1(t *testing.T) {
	for _, f := range frames() {
		t.Run(f.Type.String(), func(t *testing.T) {
			b, err := wire.Encode(f)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", "protocol1", f.Type.String()+".hex")
			if *update {
				if err := os.WriteFile(path, []byte(hex.EncodeToString(b)+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(path) //nolint:gosec // a file of this folder
			if err != nil {
				t.Fatal(err)
			}
			want, err := hex.DecodeString(strings.TrimSpace(string(golden)))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(b, want) {
				t.Errorf("bytes differ\n got %x\nwant %x", b, want)
			}
			got, err := wire.Decode(want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(f, got, cmpopts.IgnoreUnexported(store.Op{})); diff != "" {
				t.Errorf("decoded frame (-want +got):\n%s", diff)
			}
		})
	}
}

// A key that came later travels as well, and is left out where there is nothing to say: the bytes stay what they were.
func TestEncode_KeysThatCameLater(t *testing.T) {
	f := wire.Frame{Type: wire.TypeHello, Body: &wire.Hello{ProtoMin: 1, ProtoMax: 1, Name: "Recepción"}}
	b, err := wire.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := wire.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got); diff != "" {
		t.Errorf("decoded frame (-want +got):\n%s", diff)
	}
}

func TestEncode_CompressesLongBodies(t *testing.T) {
	f := wire.Frame{Type: wire.TypeReply, Body: &wire.Reply{Status: 200, Body: bytes.Repeat([]byte("prospecto "), 5000)}}
	b, err := wire.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	if b[1] != 1 || len(b) > 1000 {
		t.Errorf("50,000 bytes that repeat became %d, flags %d", len(b), b[1])
	}
	got, err := wire.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, got); diff != "" {
		t.Errorf("decoded frame (-want +got):\n%s", diff)
	}
}

func TestEncode_Refuses(t *testing.T) {
	noise := make([]byte, wire.MaxFrame)
	state := uint32(1)
	for i := range noise {
		state = state*1664525 + 1013904223
		noise[i] = byte(state >> 24)
	}
	tests := []struct {
		name string
		f    wire.Frame
		want error
	}{
		{"a type that is none", wire.Frame{Type: 99, Body: &wire.Poke{}}, wire.ErrUnknown},
		{"another type's body", wire.Frame{Type: wire.TypePoke, Body: &wire.Wipe{}}, wire.ErrUnknown},
		{"a struct instead of a pointer", wire.Frame{Type: wire.TypePoke, Body: wire.Poke{}}, wire.ErrUnknown},
		{"no body", wire.Frame{Type: wire.TypePoke}, wire.ErrUnknown},
		{"more than a frame", wire.Frame{Type: wire.TypeReply, Body: &wire.Reply{Body: noise}}, wire.ErrTooLarge},
		{"more than a body", wire.Frame{Type: wire.TypeReply, Body: &wire.Reply{Body: make([]byte, wire.MaxBody)}}, wire.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := wire.Encode(tt.f); !errors.Is(err, tt.want) {
				t.Errorf("Encode = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestEncode_RefusesValuesThatCannotTravel(t *testing.T) {
	tests := []struct {
		name   string
		op     store.Op
		reason string
	}{
		{"too long", store.Op{Value: bytes.Repeat([]byte("1"), wire.MaxValue+1)}, wire.ReasonTooLong},
		{"value is no text", store.Op{Value: []byte("\"\xff\"")}, wire.ReasonNotText},
		{"row is no text", store.Op{Row: "\xff"}, wire.ReasonNotText},
		{"field is no text", store.Op{Field: "\xff"}, wire.ReasonNotText},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.op.ID = [16]byte{7}
			_, err := wire.Encode(wire.Frame{Type: wire.TypePush, Body: &wire.Push{Txs: []store.PushedTx{{ID: [16]byte{5}, Ops: []store.Op{tt.op}}}}})
			var refused *wire.ValueError
			if !errors.As(err, &refused) {
				t.Fatalf("Encode = %v, want a ValueError", err)
			}
			if refused.Reason != tt.reason || refused.Op != tt.op.ID || refused.Tx != [16]byte{5} {
				t.Errorf("ValueError = %+v, want reason %s of op 7 in transaction 5", refused, tt.reason)
			}
		})
	}
}

func TestDecode_Refuses(t *testing.T) {
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// One transaction, one op, whose value is one byte too long.
	long := append(unhex("0200a10181a20150"+strings.Repeat("05", 16)+"0481a20150"+strings.Repeat("07", 16)+"075a00010001"),
		bytes.Repeat([]byte("1"), wire.MaxValue+1)...)
	tests := []struct {
		name string
		b    []byte
		want error
	}{
		{"nothing", nil, wire.ErrMalformed},
		{"no flags", unhex("06"), wire.ErrMalformed},
		{"no body", unhex("0600"), wire.ErrMalformed},
		{"a type that is none", unhex("6300a0"), wire.ErrUnknown},
		{"a flag that is none", unhex("0602a0"), wire.ErrMalformed},
		{"no zstd", unhex("0601a0"), wire.ErrMalformed},
		{"a key twice", unhex("0a00a201010102"), wire.ErrMalformed},
		{"a map without its length", unhex("0600bfff"), wire.ErrMalformed},
		{"a tag", unhex("0a00a101c101"), wire.ErrMalformed},
		{"bytes after the body", unhex("0600a000"), wire.ErrMalformed},
		{"text that is none", unhex("0500a10161ff"), wire.ErrMalformed},
		{"an array of a length that is a lie", unhex("0200a1019affffffff"), wire.ErrMalformed},
		{"a cursor of two numbers", unhex("0300a101820102"), wire.ErrMalformed},
		{"an id of one byte", unhex("0200a10181a1014101"), wire.ErrMalformed},
		{"half an id held", unhex("1100a10148" + strings.Repeat("00", 8)), wire.ErrMalformed},
		{"more than a frame", append(unhex("0600"), make([]byte, wire.MaxFrame)...), wire.ErrTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if f, err := wire.Decode(tt.b); !errors.Is(err, tt.want) {
				t.Errorf("Decode = %v, %v, want %v", f, err, tt.want)
			}
		})
	}
	var refused *wire.ValueError
	if _, err := wire.Decode(long); !errors.As(err, &refused) || refused.Reason != wire.ReasonTooLong || refused.Op[0] != 7 {
		t.Errorf("Decode of a long value = %v, want a ValueError of op 7", err)
	}
}

// A newer program may add keys; this one leaves them out.
func TestDecode_LeavesOutUnknownKeys(t *testing.T) {
	f, err := wire.Decode([]byte{byte(wire.TypeRestarting), 0, 0xa2, 0x01, 0x05, 0x18, 0x63, 0x61, 'x'})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&wire.Restarting{Millis: 5}, f.Body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// A few bytes of zstd may say that they become gigabytes.
func TestDecode_BoundsWhatItInflates(t *testing.T) {
	body := []byte{0xa1, 0x04, 0x5a, 0x00, 0x3f, 0xff, 0xf0}
	f := wire.Frame{Type: wire.TypeReply, Body: &wire.Reply{Body: make([]byte, wire.MaxBody-len(body)-8)}}
	b, err := wire.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wire.Decode(b); err != nil {
		t.Fatalf("a body at the bound: %v", err)
	}
	var twice []byte
	twice = append(twice, b...)
	twice = append(twice, b[2:]...) // two zstd frames are one text, of twice the bound
	if _, err := wire.Decode(twice); !errors.Is(err, wire.ErrMalformed) {
		t.Errorf("Decode of a body beyond the bound = %v, want ErrMalformed", err)
	}
}

func TestNegotiate(t *testing.T) {
	tests := []struct {
		name       string
		a, b       wire.Hello
		want       int
		wantFailed bool
	}{
		{"the same", wire.Hello{ProtoMin: 1, ProtoMax: 1}, wire.Hello{ProtoMin: 1, ProtoMax: 1}, 1, false},
		{"the highest of both", wire.Hello{ProtoMin: 1, ProtoMax: 3}, wire.Hello{ProtoMin: 2, ProtoMax: 5}, 3, false},
		{"too old", wire.Hello{ProtoMin: 1, ProtoMax: 1}, wire.Hello{ProtoMin: 2, ProtoMax: 4}, 0, true},
		{"too new", wire.Hello{ProtoMin: 2, ProtoMax: 4}, wire.Hello{ProtoMin: 1, ProtoMax: 1}, 0, true},
		{"upside down", wire.Hello{ProtoMin: 3, ProtoMax: 1}, wire.Hello{ProtoMin: 1, ProtoMax: 3}, 0, true},
		{"nothing said", wire.Hello{}, wire.Hello{}, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := wire.Negotiate(tt.a, tt.b)
			if got != tt.want || errors.Is(err, wire.ErrVersion) != tt.wantFailed {
				t.Errorf("Negotiate = %d, %v, want %d", got, err, tt.want)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, fr := range frames() {
		b, err := wire.Encode(fr)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fr, err := wire.Decode(b)
		if err != nil {
			return
		}
		again, err := wire.Encode(fr)
		if err != nil {
			t.Fatalf("encode what was decoded: %v", err)
		}
		back, err := wire.Decode(again)
		if err != nil {
			t.Fatalf("decode what was encoded: %v", err)
		}
		if third, err := wire.Encode(back); err != nil || !bytes.Equal(again, third) {
			t.Errorf("encoded again: %x, %v, want %x", third, err, again)
		}
	})
}
