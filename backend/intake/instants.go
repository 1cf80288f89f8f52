package intake

import (
	"sync"
	"time"
)

// instants remembers when something was last done for a page, while the program runs.
type instants struct {
	mu sync.Mutex
	at map[string]time.Time
}

// within reports whether it was done less than d ago. A time in the future was noted by a clock that was wrong.
func (i *instants) within(page string, now time.Time, d time.Duration) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	last, ok := i.at[page]
	since := now.Sub(last)
	return ok && since >= 0 && since < d
}

func (i *instants) note(page string, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.at == nil {
		i.at = map[string]time.Time{}
	}
	i.at[page] = now
}
