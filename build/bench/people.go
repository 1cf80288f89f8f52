package main

import (
	"sort"
	"strings"
	"time"
)

// person is an invented prospect, the same for every peer that holds it.
type person struct {
	n                                                        int
	seller, name, phone, email, notes, stage, status, leadAt string
}

// keystrokes is what a seller types to find somebody: a surname letter by letter from the second on, then the last digits
// of the phone.
func keystrokes(p person) []string {
	words := strings.Fields(strings.ToLower(p.name))
	surname := []rune(words[min(1, len(words)-1)])
	var typed []string
	for i := 2; i <= len(surname); i++ {
		typed = append(typed, string(surname[:i]))
	}
	last := p.phone[len(p.phone)-4:]
	return append(typed, string(surname)+" "+last[:3], string(surname)+" "+last)
}

// sample keeps how long calls took.
type sample []time.Duration

// measure adds the duration of fn.
func (s *sample) measure(fn func() error) error {
	begin := time.Now()
	err := fn()
	*s = append(*s, time.Since(begin))
	return err
}

// p99 returns the 99th percentile in milliseconds.
func (s sample) p99() float64 {
	sorted := append(sample(nil), s...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	i := min(len(sorted)*99/100, len(sorted)-1)
	return float64(sorted[i].Microseconds()) / 1000
}

// sum is how long all calls took together.
func (s sample) sum() (total time.Duration) {
	for _, d := range s {
		total += d
	}
	return total
}

// p50 returns the median in milliseconds.
func (s sample) p50() float64 {
	sorted := append(sample(nil), s...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	return float64(sorted[len(sorted)/2].Microseconds()) / 1000
}
