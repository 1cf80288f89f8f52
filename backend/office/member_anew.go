package office

import (
	"context"
	"encoding/json"
	"fmt"
)

// BegunAnew is how often this computer's replica had to be read anew since it joined. A reset is nothing to do about, but who
// looks for a defect wants to know of those that nobody has caused: see store.ResetCheckFailed.
type BegunAnew struct {
	Count  int64  `json:"count"`
	At     int64  `json:"at"`     // the last one, milliseconds since 1970
	Reason string `json:"reason"` // likewise, a constant store.ResetXxx
}

// noteAnew counts a reset.
func (m *Member) noteAnew(ctx context.Context, reason string) error {
	m.mu.Lock()
	m.anew = BegunAnew{Count: m.anew.Count + 1, At: m.now().UnixMilli(), Reason: reason}
	now := m.anew
	m.mu.Unlock()
	text, err := json.Marshal(now)
	if err != nil {
		return fmt.Errorf("note that the replica begins again: %w", err)
	}
	return m.put(ctx, stateAnew, string(text))
}
