package intake

import (
	"sync"
	"time"
)

// wakes ends the naps of loops.
type wakes struct{ poll, work, files, check chan struct{} }

func (w *wakes) init() {
	for _, ch := range []*chan struct{}{&w.poll, &w.work, &w.files, &w.check} {
		*ch = make(chan struct{}, 1)
	}
}

// nudge wakes a loop; one that is awake looks once more.
func nudge(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// hooks are the listeners of a Service.
type hooks struct {
	mu     sync.Mutex
	next   int
	leads  map[int]func(LeadNotice)
	files  map[int]func(id string)
	status map[int]func()
}

// running are the imports under way, by id.
type running struct {
	mu   sync.Mutex
	stop map[string]func()
}

// link is the live connection.
type link struct{ mu sync.Mutex }

var _ = time.Second
