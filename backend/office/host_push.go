package office

import (
	"context"
	"errors"
	"time"

	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
)

const (
	pageLimit  = 500    // rows of a page when the member names no number
	mostPage   = 20_000 // rows that a member may ask for at once
	checkEvery = time.Hour
	checkMost  = 2_000 // rows of a page that may carry a check sum: one that fills a replica is not kept waiting for it
)

// push settles transactions of a member. The acknowledgement tells that they are on disk, that this host is too old for some,
// or that the member is to begin again and send all of them anew; how they were settled is told by pages alone.
func (s *HostSession) push(ctx context.Context, p *wire.Push) ([]wire.Frame, error) {
	ops := 0
	for i := range p.Txs {
		tx := &p.Txs[i]
		if len(tx.Ops) == 0 || tx.ID == [16]byte{} {
			return nil, breach(ByeProtocol, "empty transaction")
		}
		for j := range tx.Ops {
			if len(tx.Ops[j].Value) > wire.MaxValue {
				return nil, breach(ByeProtocol, "value of %d bytes", len(tx.Ops[j].Value))
			}
		}
		ops += len(tx.Ops)
	}
	if ops == 0 || ops > wire.MaxOps && len(p.Txs) > 1 { // a larger transaction comes alone, bounded by its frame
		return nil, breach(ByeProtocol, "%d ops in a frame", ops)
	}
	if !takes(s.h.limits.of(s.device).ops, s.h.now(), ops) {
		return nil, slow("too many ops")
	}
	if s.ahead { // what this host has lost comes first, and this with it once more: now it might be refused for good
		return []wire.Frame{frame(&wire.Ack{At: s.h.now().UnixMilli()})}, nil
	}
	ack := &wire.Ack{}
	for i, err := range s.h.Store.PushAs(ctx, s.author, p.Txs, &s.held) {
		switch {
		case err == nil:
		case errors.Is(err, store.ErrUnknown):
			ack.Held = append(ack.Held, p.Txs[i].ID)
		case errors.Is(err, errEnded):
			return s.ended(ctx)
		default:
			return nil, &Farewell{ByeClosing, err}
		}
	}
	ack.At = s.h.now().UnixMilli()
	return []wire.Frame{frame(ack)}, nil
}

// errEnded says that a right has ended while a push waited for the writer.
var errEnded = errors.New("office: the computer may not push any more")

// author is who the computer writes as at this point of the office's history.
func (s *HostSession) author(tx *store.Tx) (store.Author, error) {
	a, err := readActor(tx.Query(), s.device)
	switch {
	case errors.Is(err, errUnknownDevice):
		return store.Author{}, errors.Join(errEnded, err)
	case err != nil:
		return store.Author{}, err
	case a.Revoked, !a.Active:
		return store.Author{}, errEnded
	}
	return a.author(), nil
}

// ended answers a computer whose right has ended: what it hears is what it would hear to any frame.
func (s *HostSession) ended(ctx context.Context) ([]wire.Frame, error) {
	_, out, err := s.actor(ctx)
	if out == nil && err == nil {
		err = &Farewell{ByeClosing, errEnded}
	}
	return out, err
}

// pull answers the next page of the member's rows, or that it has to begin again.
func (s *HostSession) pull(ctx context.Context, a actor, p *wire.Pull) ([]wire.Frame, error) {
	limit := min(p.Limit, mostPage)
	if limit <= 0 {
		limit = pageLimit
	}
	rows, now := s.h.limits.of(s.device).rows, s.h.now()
	if rows.TokensAt(now) < 0 {
		return nil, slow("too many rows")
	}
	s.stands(p.Cursor.Pos)
	if err := s.h.notePos(ctx, s); err != nil {
		return nil, err
	}
	page, err := s.h.Store.Feed(ctx, store.FeedQuery{
		User: a.User, Device: s.device, From: p.Cursor, Limit: limit, Check: limit <= checkMost && s.h.checkDue(s.device),
	})
	var reset *store.ResetError
	if errors.As(err, &reset) {
		s.stands(0)
		return []wire.Frame{frame(&wire.Reset{Reason: reset.Reason})}, nil
	}
	if err != nil {
		return nil, &Farewell{ByeClosing, err}
	}
	s.ahead = false
	rows.ReserveN(now, min(countRows(page), rowsBurst))
	if page.Check != nil {
		s.h.checkSent(s.device)
	}
	chunks, err := s.pages.Encode(page)
	if err != nil {
		return nil, &Farewell{ByeClosing, err}
	}
	out := make([]wire.Frame, len(chunks))
	for i := range chunks {
		out[i] = frame(&chunks[i])
	}
	return out, nil
}

// countRows is what a page weighs.
func countRows(p store.Page) int {
	n := len(p.Outcomes) + len(p.Forget)
	for i := range p.Tables {
		n += len(p.Tables[i].Rows)
	}
	return n
}

// checkDue reports whether a device's next page at the head is to carry the check sum of its scope.
func (h *Host) checkDue(device string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	last, sent := h.checked[device]
	return !sent || h.now().Sub(last) >= checkEvery || h.now().Before(last)
}

func (h *Host) checkSent(device string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checked[device] = h.now()
}
