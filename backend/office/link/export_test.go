package link

import (
	"testing"
	"time"
)

// LookEvery has clients look whether their computer has slept more often than real ones do, until the test ends.
func LookEvery(t testing.TB, d time.Duration) {
	former := awake
	awake = d
	t.Cleanup(func() { awake = former })
}

// LookForBetterEvery has clients look for a better way more often than real ones do, until the test ends.
func LookForBetterEvery(t testing.TB, d time.Duration) {
	former := betterEvery
	betterEvery = d
	t.Cleanup(func() { betterEvery = former })
}
