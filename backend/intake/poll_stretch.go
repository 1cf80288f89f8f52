package intake

import (
	"sync"
	"time"
)

// stretchedPollEvery is the pause between two polls of a form whose leads all come by webhook. It is well below staleAfter.
const stretchedPollEvery = 10 * time.Minute

// HookLink is how the host stands with the relay over which webhooks come.
type HookLink struct {
	Used    bool // the office has a relay
	Up      bool
	Since   time.Time // of Up or not
	Problem string    // why it is not
}

// hook is the link, and which pages have shown that their webhooks come.
type hook struct {
	mu   sync.Mutex
	link HookLink
	good map[string]bool // pages of whose leads the last polls found none that a webhook had not told of
}

func (h *hook) state() HookLink {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.link
}

// found notes what a poll has seen of a page: leads that a webhook had told of, and leads that nobody had.
func (h *hook) found(page string, told, missed int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.good == nil {
		h.good = map[string]bool{}
	}
	switch {
	case missed > 0:
		delete(h.good, page)
	case told > 0:
		h.good[page] = true
	}
}

// every is the pause between two polls of a form of the page.
func (h *hook) every(page string, usual time.Duration) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.link.Up && h.good[page] {
		return max(usual, stretchedPollEvery)
	}
	return usual
}

// SetHookLink tells how the host stands with its relay. When the link breaks, polling is as frequent as without one, at once.
func (s *Service) SetHookLink(l HookLink) {
	s.hook.mu.Lock()
	before := s.hook.link
	s.hook.link = l
	s.hook.mu.Unlock()
	if before.Up && !l.Up {
		s.pace.hurry(s.clock.Now().Add(pollEvery))
		nudge(s.wakes.poll)
	}
	if before.Used != l.Used || before.Up != l.Up || before.Problem != l.Problem {
		s.hooks.tellStatus()
	}
}

// hurry brings forward what is planned later than an instant, but for forms that have failed.
func (p *pace) hurry(latest time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for form, at := range p.next {
		if at.After(latest) && p.failures[form] == 0 {
			p.next[form] = latest
		}
	}
}
