package api_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/api/apitest"
	"sitegroup.mx/crm/backend/clock"
)

// TestMain runs the tests and, when all of them ran, wants every operation to have worked in at least one.
func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" {
		if left := apitest.Unanswered(api.New(api.Deps{Clock: clock.System{}}).OpenAPI()); len(left) > 0 {
			fmt.Printf("no test has had a good answer from %v\n", left)
			code = 1
		}
	}
	os.Exit(code)
}
