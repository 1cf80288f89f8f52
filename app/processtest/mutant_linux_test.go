//go:build mutants

package processtest

import (
	"os"

	"sitegroup.mx/crm/store/mutant"
)

// With the build tag "mutants", SITEGROUP_TEST_MUTANT breaks a rule of replication in every program and shows that the test
// notices:
//
//	SITEGROUP_TEST_MUTANT=forget-once-sent go test -tags "mutants libsqlite3 sqlite_fts5" ./app/processtest
func init() {
	for rule, name := range mutant.Names {
		if name == os.Getenv("SITEGROUP_TEST_MUTANT") {
			mutant.Break(rule)
		}
	}
}
