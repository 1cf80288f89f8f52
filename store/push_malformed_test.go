package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/storetest"
)

// TestPush_MalformedRowsDoNotStopAComputer: what is refused before anything was tried went into the log with no revision, so its
// maker never heard of it; and the next of that kind, or the same one sent again, failed whatever came with it, for ever.
func TestPush_MalformedRowsDoNotStopAComputer(t *testing.T) {
	const size = 5
	n := byte(0)
	one := func(row string) store.PushedTx {
		n++
		op := foreign(n, hlc.At(storetest.Start)+hlc.Time(n)<<20, "contact", row, "", `{"name":"x","created_at":"2026"}`)
		return store.PushedTx{ID: op.TxID, Ops: []store.Op{op}}
	}
	for at := range size {
		for _, solo := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d of %d, alone %v", at, size, solo), func(t *testing.T) {
				p := newPair(t, nil)
				n = 0
				for round := range 3 {
					var txs []store.PushedTx
					for i := range size {
						row := fmt.Sprintf("c%d-%d", round, i)
						if i == at {
							row += strings.Repeat("x", 73-len(row))
						}
						txs = append(txs, one(row))
					}
					if solo { // many ops have a transaction of the file to themselves
						txs[at].Ops = slices.Repeat(txs[at].Ops, 60)
						for i := range txs[at].Ops {
							txs[at].Ops[i].ID[0], txs[at].Ops[i].ID[1] = byte(i+1), byte(round+1)
						}
					}
					for sent := range 2 {
						if err := errors.Join(p.host.PushAll(t.Context(), p.as, txs)...); err != nil {
							t.Fatalf("round %d, sent %d times before: %v", round, sent, err)
						}
					}
					if err := errors.Join(p.host.PushAll(t.Context(), p.as, txs[at:at+1])...); err != nil {
						t.Fatalf("round %d, alone: %v", round, err)
					}
				}
				if got := value(t, p.host.Read(), "SELECT count(*) FROM contact WHERE id LIKE 'c%-%'"); got != fmt.Sprint(3*(size-1)) {
					t.Errorf("%s contacts are there", got)
				}
				got := value(t, p.host.Read(), "SELECT count(DISTINCT tx_id) || ' ' || min(rev > 0 AND outcome_rev > 0) FROM op_log WHERE outcome = 3 AND row_id = 'malformed-73'")
				if got != "3 1" {
					t.Errorf("refused, with a revision: %s", got)
				}
				if got := value(t, p.host.Read(), "SELECT count(*) FROM commits WHERE rev < 1"); got != "0" {
					t.Errorf("%s commits have no revision", got)
				}
			})
		}
	}
}
