package wire

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

const (
	compressFrom = 4 << 10 // bytes of a body
	zstdWindow   = 8 << 20
)

// The coders are made once and shared: EncodeAll and DecodeAll may be called by many at a time and start no goroutines.
var (
	deflater = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithWindowSize(zstdWindow))
	})
	bodyInflater = inflaterOf(MaxBody)
	pageInflater = inflaterOf(MaxPage)
)

func inflaterOf(bound uint64) func() (*zstd.Decoder, error) {
	return sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(bound), zstd.WithDecoderMaxWindow(zstdWindow))
	})
}

func deflate(b []byte) ([]byte, error) {
	z, err := deflater()
	if err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	return z.EncodeAll(b, nil), nil
}

// inflate answers ErrMalformed for what is no zstd, or inflates to more than the decoder's bound.
func inflate(of func() (*zstd.Decoder, error), b []byte) ([]byte, error) {
	z, err := of()
	if err != nil {
		return nil, fmt.Errorf("prepare zstd: %w", err)
	}
	out, err := z.DecodeAll(b, nil)
	if err != nil {
		return nil, fmt.Errorf("inflate: %w: %w", ErrMalformed, err)
	}
	return out, nil
}
