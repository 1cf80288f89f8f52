package wire

import "fmt"

// Negotiate returns the highest protocol that both sides speak. It answers ErrVersion when there is none, or when a side
// names no range at all.
func Negotiate(a, b Hello) (int, error) {
	if a.ProtoMin > a.ProtoMax || b.ProtoMin > b.ProtoMax || a.ProtoMin < 1 || b.ProtoMin < 1 {
		return 0, fmt.Errorf("negotiate %d–%d with %d–%d: %w", a.ProtoMin, a.ProtoMax, b.ProtoMin, b.ProtoMax, ErrVersion)
	}
	common := min(a.ProtoMax, b.ProtoMax)
	if common < max(a.ProtoMin, b.ProtoMin) {
		return 0, fmt.Errorf("negotiate %d–%d with %d–%d: %w", a.ProtoMin, a.ProtoMax, b.ProtoMin, b.ProtoMax, ErrVersion)
	}
	return common, nil
}
