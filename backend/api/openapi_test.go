package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

var update = flag.Bool("update", false, "write openapi.json")

// TestOpenAPI_IsCommitted holds openapi.json to the routes. Run with -update, then build/apigen, after changing one.
func TestOpenAPI_IsCommitted(t *testing.T) {
	text, err := json.MarshalIndent(apitest.New(t).API.OpenAPI(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile("openapi.json", text, 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, text) {
		t.Error("openapi.json is stale: run go test ./backend/api -run OpenAPI -update")
	}
}
