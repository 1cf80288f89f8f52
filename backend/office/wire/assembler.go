package wire

import (
	"fmt"

	"sitegroup.mx/crm/store"
)

// Assembler puts the chunks of pages together, in the order in which they come. The zero Assembler is ready; it is one
// connection's and not for several goroutines.
type Assembler struct {
	of, next int
	bytes    []byte
	known    known
}

// Add takes the next chunk and returns the page when it was the last one, otherwise nil. After an error, which wraps
// ErrMalformed or ErrTooLarge, the assembler is empty again; the connection is not worth keeping.
func (a *Assembler) Add(c PageChunk) (*store.Page, error) {
	page, err := a.add(c)
	if page != nil {
		*a = Assembler{known: a.known}
	}
	if err != nil {
		*a = Assembler{}
		return nil, fmt.Errorf("assemble page: %w", err)
	}
	return page, nil
}

func (a *Assembler) add(c PageChunk) (*store.Page, error) {
	if c.Part != a.next || c.Of <= c.Part || c.Of > MaxPage/chunkBytes+1 || a.of != 0 && c.Of != a.of {
		return nil, fmt.Errorf("part %d of %d after %d of %d: %w", c.Part, c.Of, a.next-1, a.of, ErrMalformed)
	}
	if len(c.Bytes) == 0 || len(c.Bytes) > MaxFrame || len(a.bytes)+len(c.Bytes) > MaxPage {
		return nil, fmt.Errorf("%d bytes after %d: %w", len(c.Bytes), len(a.bytes), ErrTooLarge)
	}
	a.of = c.Of
	a.next++
	if c.Of == 1 {
		a.bytes = c.Bytes
	} else {
		a.bytes = append(a.bytes, c.Bytes...)
	}
	if a.next < a.of {
		return nil, nil
	}
	raw, err := inflate(pageInflater, a.bytes)
	if err != nil {
		return nil, err
	}
	return pageIn(raw, &a.known)
}
