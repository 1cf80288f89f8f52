package identity

import (
	"crypto/ed25519"
	"fmt"
)

// HandoverRequest is what the computer that is to be the next host asks the present one for. Only the computer that an
// administrator has chosen can have signed it: whoever else may speak with the host does not get the office's file.
type HandoverRequest struct {
	ID     string `cbor:"1,keyasint"` // of the hand-over, as the host has made it
	Device string `cbor:"2,keyasint"` // who asks
	// Recipient is whom the file is to be sealed for (age); of the first request.
	Recipient string `cbor:"3,keyasint,omitempty"`
	// Addresses are where the next host will be found, and Digest the SHA-256 of the file that it has verified; of the last.
	Addresses []string `cbor:"4,keyasint,omitempty"`
	Digest    []byte   `cbor:"5,keyasint,omitempty"`
	// Key is the public half of the key that signs.
	Key []byte `cbor:"6,keyasint"`
}

const (
	labelHandover = "sitegroup-crm handover request v1"
	mostHandover  = 16 << 10
)

// SignHandoverRequest signs with the asking computer's key.
func SignHandoverRequest(r HandoverRequest, k Key) ([]byte, error) {
	r.Device, r.Key = k.DeviceID(), k.Public()
	return k.sign(labelHandover, r)
}

// VerifyHandoverRequest reads a request that a device has signed.
func VerifyHandoverRequest(raw []byte, device string) (HandoverRequest, error) {
	var r HandoverRequest
	s, err := open(raw, mostHandover, &r)
	if err == nil && (len(r.Key) != ed25519.PublicKeySize || r.Device != device || DeviceID(r.Key) != device) {
		err = errSignature
	}
	if err == nil {
		err = s.by(r.Key, labelHandover)
	}
	if err != nil {
		return HandoverRequest{}, fmt.Errorf("read handover request: %w", err)
	}
	return r, nil
}
