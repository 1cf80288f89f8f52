//go:build mutants

package officesim_test

import (
	"errors"
	"slices"
	"testing"

	"sitegroup.mx/crm/backend/office/officesim"
	"sitegroup.mx/crm/store/mutant"
)

// mostSeeds is how many seeds a breach may go unnoticed.
const mostSeeds = 600

// known are seeds that notice a breach, each of which is tried before all others. A change of what is played makes some of them
// blind: then the others are tried in turn, and the log says which one it was.
var known = map[mutant.Rule]uint64{
	mutant.ResetKeepsRows: 2, mutant.ForgetOnceSent: 5, mutant.NoNonce: 2, mutant.SettleOnAck: 7, mutant.PageWithoutFrom: 22,
	mutant.MembershipInDatabaseOnly: 2, mutant.NonceOfPos: 9, mutant.NoClockCorrection: 6, mutant.StrayStaysStray: 304,
	mutant.MoveWithoutRegrant: 29, mutant.OwnRowsForAll: 4, mutant.UndoIsAnEdit: 32,
}

// seedsFor lists the seeds in the order in which they are tried.
func seedsFor(rule mutant.Rule) []uint64 {
	seeds := []uint64{}
	if seed := known[rule]; seed != 0 {
		seeds = append(seeds, seed)
	}
	for seed := uint64(1); seed <= mostSeeds; seed++ {
		if seed != known[rule] {
			seeds = append(seeds, seed)
		}
	}
	return seeds
}

// TestMutants_AreCaught breaks each rule of replication in turn: a rule whose breach no invariant notices is one that
// nobody tests.
func TestMutants_AreCaught(t *testing.T) {
	dir := memory(t)
	if _, err := officesim.Run(t.Context(), officesim.Options{Seed: 1, Dir: dir}); err != nil { // also makes the plan, unbroken
		t.Fatal(err)
	}
	var rules []mutant.Rule
	for r := range mutant.Names {
		rules = append(rules, r)
	}
	slices.Sort(rules)
	if len(rules) != 20 {
		t.Fatalf("there are %d rules", len(rules))
	}
	for _, rule := range rules {
		t.Run(mutant.Names[rule], func(t *testing.T) {
			mutant.Break(rule)
			defer mutant.Break(mutant.None)
			for _, seed := range seedsFor(rule) {
				_, err := officesim.Run(t.Context(), officesim.Options{Seed: seed, Dir: dir})
				var v *officesim.Violation
				if errors.As(err, &v) {
					t.Logf("seed %d: %.200v", seed, err)
					mutant.Break(mutant.None)
					if _, err := officesim.Run(t.Context(), officesim.Options{Seed: seed, Dir: dir}); err != nil {
						t.Errorf("seed %d fails with no rule broken: %v", seed, err)
					}
					return
				}
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
			t.Errorf("in %d seeds no invariant notices", mostSeeds)
		})
	}
}
