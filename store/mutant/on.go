//go:build mutants

package mutant

import "sync/atomic"

var broken atomic.Int64

// On reports whether the rule is broken.
func On(r Rule) bool { return Rule(broken.Load()) == r }

// Break breaks one rule and mends the others; None mends all.
func Break(r Rule) { broken.Store(int64(r)) }
