package field

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"sync"
)

// Output keeps what a program prints and lets others wait for a piece of it.
type Output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	moved chan struct{} // closed when there is more
	ended bool
}

// NewOutput returns one in which nothing is yet.
func NewOutput() *Output { return &Output{moved: make(chan struct{})} }

// Write implements io.Writer.
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(b)
	o.move()
	return len(b), nil
}

// Close says that nothing more comes.
func (o *Output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
	o.move()
	return nil
}

func (o *Output) move() {
	close(o.moved)
	o.moved = make(chan struct{})
}

// String is everything so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Format implements fmt.Formatter, so that messages show the text.
func (o *Output) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// errEnded is a program that has ended without saying what was waited for.
var errEnded = errors.New("it has ended")

// Find waits for a whole line with a match, and returns the match.
func (o *Output) Find(ctx context.Context, want *regexp.Regexp) (string, error) {
	for {
		o.mu.Lock()
		match, ended, moved := o.find(want), o.ended, o.moved
		o.mu.Unlock()
		switch {
		case match != "":
			return match, nil
		case ended:
			return "", fmt.Errorf("%w without %v and said:\n%s", errEnded, want, o)
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return "", fmt.Errorf("it does not say %v: %w; it said:\n%s", want, ctx.Err(), o)
		}
	}
}

// find looks at the lines that are whole. o.mu is held.
func (o *Output) find(want *regexp.Regexp) string {
	whole := o.text.Bytes()
	whole = whole[:bytes.LastIndexByte(whole, '\n')+1]
	for line := range bytes.Lines(whole) {
		if match := want.Find(bytes.TrimRight(line, "\n")); match != nil {
			return string(match)
		}
	}
	return ""
}
