//go:build unix

package main

import (
	"encoding/json"
	"slices"
	"testing"
)

// What Playwright writes, without what is not read here.
const playwrightReport = `{"suites": [{"title": "a.spec.ts", "file": "a.spec.ts", "specs": [
	{"title": "goes well", "file": "a.spec.ts", "tests": [{"status": "expected", "results": [{"errors": []}]}]},
	{"title": "goes badly", "file": "a.spec.ts", "tests": [{"status": "unexpected", "results": [{"errors": [{"message": "\u001b[31mError: expected\n  one line\u001b[39m"}]}]}]}
], "suites": [{"title": "in dark", "specs": [
	{"title": "goes well the second time", "file": "a.spec.ts", "tests": [{"status": "flaky", "results": [{"errors": [{"message": "too slow"}]}, {"errors": []}]}]}
]}]}]}`

func TestSpecs_FailuresAreNamedInALine(t *testing.T) {
	var all struct{ Suites []specs }
	if err := json.Unmarshal([]byte(playwrightReport), &all); err != nil {
		t.Fatal(err)
	}
	var r result
	for _, file := range all.Suites {
		file.failures(&r)
	}
	want := []string{
		"a.spec.ts › goes well the second time: flaky, too slow",
		"a.spec.ts › goes badly: unexpected, Error: expected one line",
	}
	if !slices.Equal(r.failures, want) {
		t.Errorf("failures = %q, want %q", r.failures, want)
	}
}
