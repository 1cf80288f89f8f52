package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/api/apitest"
	"sitegroup.mx/crm/backend/clock"
)

var update = flag.Bool("update", false, "write openapi.json")

// TestOpenAPI_IsCommitted holds openapi.json to the routes. `make generate` writes it, and the UI's types from it.
func TestOpenAPI_IsCommitted(t *testing.T) {
	text, err := json.MarshalIndent(api.New(api.Deps{Clock: clock.System{}}).OpenAPI(), "", "  ")
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
		t.Error("openapi.json is stale: run make generate")
	}
}

func TestOpenAPI_IsServed(t *testing.T) {
	o := apitest.New(t)
	got := o.Do("", "GET", "/api/openapi.json", nil)
	var served, committed any
	got.Decode(&served)
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &committed); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(served)    // what was just read encodes again
	b, _ := json.Marshal(committed) // likewise
	if !bytes.Equal(a, b) {
		t.Error("another description is served than is committed")
	}
}
