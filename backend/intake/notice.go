package intake

import (
	"maps"
	"slices"
	"sync"
)

// hooks are the listeners of a Service.
type hooks struct {
	mu     sync.Mutex
	next   int
	leads  map[int]func(LeadNotice)
	files  map[int]func(id string)
	status map[int]func()
}

// OnLead calls fn after the commit of every lead that was settled, held or failed. fn runs in the goroutine that wrote and
// must not block. cancel ends it.
func (s *Service) OnLead(fn func(LeadNotice)) (cancel func()) {
	return listen(&s.hooks, &s.hooks.leads, fn)
}

// OnImport calls fn with the import's id whenever an import got further. fn must not block. cancel ends it.
func (s *Service) OnImport(fn func(id string)) (cancel func()) {
	return listen(&s.hooks, &s.hooks.files, fn)
}

// OnStatus calls fn whenever the connection, a page or a form changed, or got a problem or lost it. fn must not block.
// cancel ends it.
func (s *Service) OnStatus(fn func()) (cancel func()) {
	return listen(&s.hooks, &s.hooks.status, fn)
}

func listen[F any](h *hooks, list *map[int]F, fn F) (cancel func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if *list == nil {
		*list = map[int]F{}
	}
	h.next++
	key := h.next
	(*list)[key] = fn
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(*list, key)
	}
}

// listeners copies a list, oldest first, so that a listener may cancel itself.
func listeners[F any](h *hooks, list *map[int]F) []F {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]F, 0, len(*list))
	for _, key := range slices.Sorted(maps.Keys(*list)) {
		out = append(out, (*list)[key])
	}
	return out
}

func (h *hooks) tellLead(n LeadNotice) {
	for _, fn := range listeners(h, &h.leads) {
		fn(n)
	}
}

func (h *hooks) tellImport(id string) {
	for _, fn := range listeners(h, &h.files) {
		fn(id)
	}
}

func (h *hooks) tellStatus() {
	for _, fn := range listeners(h, &h.status) {
		fn()
	}
}
