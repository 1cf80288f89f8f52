package relaywire_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

var frames = []*relaywire.Frame{
	{Challenge: &relaywire.Challenge{Version: 1, Bytes: bytes.Repeat([]byte{7}, 32), Now: 1793631852000}},
	{Welcome: &relaywire.Welcome{Hook: "h", VerifyToken: "v", Page: "p", BaseURL: "https://relay.example.mx", Notice: 3, Waiting: 4, KeptDays: 90}},
	{Refuse: &relaywire.Refuse{Code: relaywire.RefusedDraining, After: 1500}},
	{Event: &relaywire.Event{Seq: 9, Kind: relaywire.KindWebhook, At: 1, Signature: "sha256=00", Body: []byte("{\"a\":\"\x00\"}")}},
	{Open: &relaywire.Open{ID: "1.00", From: "203.0.113.7"}},
	{Hello: &relaywire.Hello{Version: 1, Proof: []byte{1, 2}, Admission: "a"}},
	{Ack: &relaywire.Ack{Through: 9}},
	{Publish: &relaywire.Publish{Version: 1, Updated: "2026-11-28", Office: "Casas Inventadas", Privacy: "Aviso", Deletion: "Pide"}},
	{Outcome: &relaywire.Outcome{Code: "C", State: relaywire.DeletionDone}},
}

func TestFrame_ComesBack(t *testing.T) {
	for _, f := range frames {
		b, err := relaywire.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := relaywire.Unmarshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// The largest delivery has to fit into a frame, and a frame into what a host reads.
func TestFrame_LargestEventFits(t *testing.T) {
	b, err := relaywire.Marshal(&relaywire.Frame{Event: &relaywire.Event{Seq: 1 << 62, Kind: relaywire.KindWebhook, Body: make([]byte, relaywire.MaxBody)}})
	if err != nil || len(b) > relaywire.MaxFrame {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestUnmarshal_Refuses(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
	}{
		{"nothing", nil},
		{"no field", []byte{0xa0}},
		{"two fields", []byte{0xa2, 0x11, 0xa1, 0x01, 0x01, 0x03, 0xa1, 0x01, 0x61, 0x78}},
		{"an unknown field alone", []byte{0xa1, 0x18, 0x63, 0x01}},
		{"the same key twice", []byte{0xa2, 0x11, 0xa1, 0x01, 0x01, 0x11, 0xa1, 0x01, 0x02}},
		{"something behind it", []byte{0xa1, 0x11, 0xa1, 0x01, 0x01, 0x00}},
		{"a length that is not there", []byte{0xa1, 0x04, 0xa1, 0x05, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		{"without end", []byte{0xbf, 0x11, 0xa1, 0x01, 0x01, 0xff}},
		{"too large", make([]byte, relaywire.MaxFrame+1)},
		{"nested", bytes.Repeat([]byte{0x81}, 1000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if f, err := relaywire.Unmarshal(tt.in); err == nil {
				t.Errorf("it was read as %+v", f)
			}
		})
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, frame := range frames {
		b, err := relaywire.Marshal(frame)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		frame, err := relaywire.Unmarshal(in)
		if err != nil {
			return
		}
		b, err := relaywire.Marshal(frame)
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", frame, err)
		}
		again, err := relaywire.Unmarshal(b)
		if err != nil {
			t.Fatalf("%x does not come back: %v", b, err)
		}
		if diff := cmp.Diff(frame, again); diff != "" {
			t.Fatalf("(-first +second):\n%s", diff)
		}
	})
}
