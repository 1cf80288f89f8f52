package relay

import (
	"errors"
	"time"

	"github.com/gorilla/websocket"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

// wake has somebody write. l.mu is held.
func (l *link) wake() {
	if l.writing || l.over {
		return
	}
	l.writing = l.s.spawn("link writes", l.writes)
}

// take hears a signal. It must not block.
func (l *link) take(s Signal) {
	if s.Replaced {
		l.end(relaywire.Refuse{Code: relaywire.RefusedReplaced})
		return
	}
	var open []byte
	if s.Open != nil {
		var err error
		if open, err = relaywire.Marshal(&relaywire.Frame{Open: s.Open}); err != nil {
			return // a member waits in vain, and comes again
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more = l.more || s.Event
	if open != nil && !l.ending {
		if len(l.control) >= maxControl {
			l.endLocked(relaywire.Refuse{Code: relaywire.RefusedSlow})
			return
		}
		l.control = append(l.control, open)
	}
	if len(l.control) > 0 || len(l.inflight) < relaywire.Window { // else the next acknowledgement does
		l.wake()
	}
}

// ping implements pinged. The ping is written by whoever writes: a host that takes nothing holds nobody up.
func (l *link) ping(time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending {
		return
	}
	l.pinging = true
	l.wake()
}

// drain implements pinged.
func (l *link) drain(after time.Duration) {
	l.end(relaywire.Refuse{Code: relaywire.RefusedDraining, After: int(after.Milliseconds())})
}

// cut implements pinged: it ends the link at once.
func (l *link) cut() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	_ = l.ws.Close() // it may have ended before
}

// end says why the link ends, after what is being written.
func (l *link) end(why relaywire.Refuse) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endLocked(why)
}

func (l *link) endLocked(why relaywire.Refuse) {
	if l.ending {
		return
	}
	l.s.metrics.refused.WithLabelValues(why.Code).Inc()
	l.ending = true
	_ = l.ws.SetReadDeadline(l.s.deps.Clock.Now().Add(l.s.deps.timing.farewell)) // a socket that is closed reads no more anyway
	if b, err := relaywire.Marshal(&relaywire.Frame{Refuse: &why}); err == nil {
		l.control = append(l.control, b)
	}
	l.wake()
}

// next is what is to be written now.
type next struct {
	control      [][]byte
	ping, ending bool
	after        int64
	room         int // for events
}

// toWrite takes what is to be written; when there is nothing, the goroutine that writes ends.
func (l *link) toWrite() (n next, some bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = next{control: l.control, ping: l.pinging, ending: l.ending, after: l.sent}
	if l.more && !l.ending {
		n.room = min(relaywire.Window-len(l.inflight), listedOnce)
	}
	l.control, l.pinging = nil, false
	if n.room > 0 {
		l.more = false // a signal from now on is of something that is not listed
	}
	some = len(n.control) > 0 || n.ping || n.room > 0
	if !some || l.over {
		l.writing = false
		return next{}, false
	}
	return n, true
}

// writes writes until there is nothing to write.
func (l *link) writes() {
	for {
		n, some := l.toWrite()
		if !some {
			return
		}
		if err := l.writeNext(n); err != nil {
			l.cut()
		} else if n.ending {
			_ = l.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), l.s.deps.Clock.Now().Add(l.s.deps.timing.farewell))
		}
	}
}

func (l *link) writeNext(n next) error {
	for _, b := range n.control {
		if err := l.writeBytes(b); err != nil {
			return err
		}
	}
	if n.ping {
		if err := l.ws.WriteControl(websocket.PingMessage, nil, l.s.deps.Clock.Now().Add(l.s.deps.timing.write)); err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			return err
		}
	}
	if n.room <= 0 {
		return nil
	}
	events, err := l.s.deps.Inbox.List(l.s.running, l.office, n.after, n.room)
	if err != nil {
		if l.s.running.Err() == nil {
			l.s.log(l.office).WithError(err).Error("events were not listed")
		}
		return err
	}
	for i := range events {
		b, err := relaywire.Marshal(&relaywire.Frame{Event: &events[i]})
		if err != nil {
			return err
		}
		l.mu.Lock()
		ending := l.ending
		if !ending {
			l.inflight, l.sent, l.more = append(l.inflight, events[i].Seq), events[i].Seq, true
		}
		l.mu.Unlock()
		if ending {
			return nil // the next link gets it
		}
		if err := l.writeBytes(b); err != nil {
			return err
		}
		l.s.metrics.sent.Inc()
	}
	return nil
}

func (l *link) write(f *relaywire.Frame) error {
	b, err := relaywire.Marshal(f)
	if err != nil {
		return err
	}
	return l.writeBytes(b)
}

// writeBytes is called by one goroutine at a time: before the welcome by the one that reads, from then on by the other.
func (l *link) writeBytes(b []byte) error {
	if err := l.ws.SetWriteDeadline(l.s.deps.Clock.Now().Add(l.s.deps.timing.write)); err != nil {
		return err
	}
	return l.ws.WriteMessage(websocket.BinaryMessage, b)
}
