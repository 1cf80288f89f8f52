package office

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"sitegroup.mx/crm/backend/office/wire"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/mutant"
)

func encode64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// push sends transactions that the host has not settled and that were not sent on this connection, as far as the window
// allows.
func (s *MemberSession) push(ctx context.Context) error {
	for len(s.pushed) < pushWindow {
		if s.held {
			if err := s.m.Store.HoldOn(ctx); err != nil {
				return err
			}
		}
		txs, err := s.m.Store.Pending(ctx, s.sent, wire.MaxOps)
		if err != nil {
			return fmt.Errorf("read what is to be sent: %w", err)
		}
		if len(txs) == 0 {
			return nil
		}
		last := txs[len(txs)-1].N
		sendable, err := s.sendable(ctx, txs)
		if err != nil {
			return err
		}
		if len(sendable) == 0 {
			s.sent = last
			continue
		}
		txs = fitting(sendable)
		p := &wire.Push{Txs: make([]store.PushedTx, len(txs))}
		for i := range txs {
			p.Txs[i] = txs[i].PushedTx
		}
		now := s.m.now()
		s.send(p)
		s.sent, s.moved = txs[len(txs)-1].N, now
		s.pushed = append(s.pushed, sentPush{now, txs})
	}
	return nil
}

// sendable sets aside transactions that no frame takes, or with a value that none takes, so that they do not hold up the
// others.
func (s *MemberSession) sendable(ctx context.Context, txs []store.PendingTx) ([]store.PendingTx, error) {
	var fine []store.PendingTx
	var held [][16]byte
	for _, tx := range txs {
		if slices.ContainsFunc(tx.Ops, func(op store.Op) bool { return len(op.Value) > wire.MaxValue }) || tooLarge(tx) {
			held = append(held, tx.ID)
			continue
		}
		fine = append(fine, tx)
	}
	return fine, s.hold(ctx, held)
}

// hold sets transactions aside until the host is newer.
func (s *MemberSession) hold(ctx context.Context, txs [][16]byte) error {
	s.held = s.held || len(txs) > 0
	return s.m.Store.Hold(ctx, txs)
}

// tooLarge reports whether a transaction, which travels whole, is more than a frame takes.
func tooLarge(tx store.PendingTx) bool {
	size := 0
	for i := range tx.Ops {
		size += sizeOf(&tx.Ops[i])
	}
	if size <= wire.MaxPush && len(tx.Ops) <= wire.MaxOps {
		return false
	}
	_, err := wire.Encode(frame(&wire.Push{Txs: []store.PushedTx{tx.PushedTx}}))
	return errors.Is(err, wire.ErrTooLarge) || len(tx.Ops) > mostOps
}

// sizeOf is about how many bytes of a frame an op takes before it is deflated.
func sizeOf(op *store.Op) int {
	return opOverhead + len(op.Value) + len(op.Entity) + len(op.Row) + len(op.Field)
}

// fitting returns as many of the transactions as fit a frame, the first at least.
func fitting(txs []store.PendingTx) []store.PendingTx {
	size := 0
	for i := range txs {
		for j := range txs[i].Ops {
			size += sizeOf(&txs[i].Ops[j])
		}
		if i > 0 && size > wire.MaxPush {
			return txs[:i]
		}
	}
	return txs
}

// ack goes on pushing. It settles nothing: the host may be rolled back before a page tells.
func (s *MemberSession) ack(ctx context.Context, a *wire.Ack) error {
	if s.given > 0 {
		s.given--
		return s.hold(ctx, a.Held)
	}
	if len(s.pushed) == 0 {
		return breach(ByeProtocol, "acknowledgement of nothing")
	}
	p := s.pushed[0]
	s.pushed = s.pushed[1:]
	if err := s.m.noteTime(ctx, p.at, a.At); err != nil {
		return err
	}
	if mutant.On(mutant.SettleOnAck) {
		if err := s.m.Store.SettleSent(ctx, p.txs); err != nil {
			return err
		}
	}
	if err := s.hold(ctx, a.Held); err != nil {
		return err
	}
	if err := s.push(ctx); err != nil {
		return err
	}
	return s.pull(ctx)
}

// pushAnew gives up what was sent on this connection, so that it is sent again.
func (s *MemberSession) pushAnew() {
	s.given += len(s.pushed)
	s.sent, s.pushed, s.moved = 0, nil, s.m.now()
}

// pull asks for the next page, or, while pages are on their way, has it asked for when they have come.
func (s *MemberSession) pull(context.Context) error {
	if len(s.asked) > 0 {
		s.again = true
		return nil
	}
	s.again = false
	s.ask(s.cursor)
	return nil
}

func (s *MemberSession) ask(from store.Cursor) {
	s.asked = append(s.asked, sentPull{s.m.now(), from})
	limit := s.m.PageLimit
	if s.filling {
		limit = s.m.FillLimit
	}
	s.send(&wire.Pull{Cursor: from, Limit: limit})
}

// chunk puts a page together. The next one is asked for before this one is written, so that the host reads while the
// member writes; a page that does not begin where the replica stands by then is ignored.
func (s *MemberSession) chunk(ctx context.Context, c *wire.PageChunk) error {
	page, err := s.pages.Add(*c)
	if err != nil {
		return &Farewell{ByeProtocol, &breachError{"malformed page"}}
	}
	if page == nil {
		return nil
	}
	now := s.m.now()
	s.pulled = now
	if len(s.asked) > 0 {
		asked := s.asked[0]
		s.asked = s.asked[1:]
		if err := s.m.noteTime(ctx, asked.at, page.At); err != nil {
			return err
		}
	}
	if page.From == s.cursor && page.More && len(s.asked) < pullWindow {
		s.ask(page.To)
		if s.early != nil {
			s.early(s.take()...)
		}
	}
	return s.apply(ctx, page)
}

func (s *MemberSession) apply(ctx context.Context, page *store.Page) error {
	applied, err := s.m.Store.ApplyPage(ctx, *page)
	var differs *store.ResetError
	if errors.As(err, &differs) {
		if s.m.Log != nil {
			s.m.Log.WithError(err).Warn("replica begins again")
		}
		return s.reset(ctx, differs.Reason)
	}
	if err != nil {
		return err
	}
	if applied {
		s.cursor, s.filling = page.To, s.filling && page.More
	} else if err := s.stand(ctx); err != nil {
		return err
	}
	if len(page.Outcomes) > 0 {
		s.moved = s.m.now()
	}
	if err := s.m.noteContact(ctx, page.At, 0); err != nil {
		return err
	}
	if len(s.asked) == 0 && (s.again || !applied || page.More) {
		return s.pull(ctx)
	}
	return nil
}

// stand looks where the replica is now: the session before this one may have written its last page after this one began.
func (s *MemberSession) stand(ctx context.Context) error {
	r, err := s.m.Store.Replica(ctx)
	if err != nil {
		return err
	}
	s.cursor, s.filling = r.Cursor, r.Filling
	return nil
}

// longestReason is how much is believed of why a host has a replica begin again.
const longestReason = 64

// resetAsked begins again because the host says so, unless what was asked has been overtaken by another reset.
func (s *MemberSession) resetAsked(ctx context.Context, r *wire.Reset) error {
	if len(s.asked) == 0 {
		return breach(ByeProtocol, "reset without a pull")
	}
	asked := s.asked[0]
	s.asked = s.asked[1:]
	if asked.from == s.cursor {
		reason := cut(r.Reason, longestReason)
		if s.m.Log != nil {
			s.m.Log.WithField("reason", reason).Info("replica begins again, as the host asks")
		}
		return s.reset(ctx, reason)
	}
	if len(s.asked) == 0 {
		return s.pull(ctx)
	}
	return nil
}

// reset empties the replica and begins again. What was sent is sent once more: the host that settled it may be gone. The pull
// goes first, because a host that has lost something settles nothing of a member before it knows that it has begun again.
func (s *MemberSession) reset(ctx context.Context, reason string) error {
	if err := errors.Join(s.m.Store.Reset(ctx), s.m.noteAnew(ctx, reason)); err != nil {
		return err
	}
	s.cursor, s.again, s.filling = store.Cursor{}, false, true
	s.pushAnew()
	s.ask(s.cursor)
	return s.push(ctx)
}
