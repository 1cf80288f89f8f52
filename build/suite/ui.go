//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// uiTests counts what Vitest's JSON reporter says. Its reporter for people wants a newer Node than ours for what fails.
func uiTests(ctx context.Context, r *result) {
	report, err := reportFile("vitest")
	if !r.check("make a folder", err) {
		return
	}
	_, runErr := tool{dir: "frontend", args: []string{"npx", "--no-install", "vitest", "run", "--reporter=json", "--outputFile.json=" + report}}.run(ctx)
	var all struct {
		NumPassedTests int
		TestResults    []struct {
			Name, Status, Message string
			AssertionResults      []struct {
				Status, FullName string
				FailureMessages  []string
			}
		}
	}
	if err := readReport(report, &all); err != nil {
		r.check("vitest", errors.Join(runErr, err))
		return
	}
	r.passed += all.NumPassedTests
	before := len(r.failures)
	for _, file := range all.TestResults {
		inFile := len(r.failures)
		for _, test := range file.AssertionResults {
			if test.Status == "failed" {
				r.check(test.FullName, errors.New(tail(strings.Join(test.FailureMessages, "\n"), 40)))
			}
		}
		if file.Status == "failed" && len(r.failures) == inFile { // it could not be read
			r.check(filepath.Base(file.Name), errors.New(tail(file.Message, 40)))
		}
	}
	if runErr != nil && len(r.failures) == before {
		r.check("vitest", runErr)
	}
}

// browserTests runs Playwright against the program just built. A test that passes only the second time counts as failed.
func browserTests(ctx context.Context, r *result) {
	report, err := reportFile("playwright")
	if !r.check("make a folder", err) {
		return
	}
	binary, err := filepath.Abs(program)
	if !r.check("find the program", err) {
		return
	}
	_, runErr := tool{
		dir: "frontend", env: []string{"SITEGROUP_BIN=" + binary, "PLAYWRIGHT_JSON_OUTPUT_FILE=" + report, "CI=1"},
		args: []string{"npx", "--no-install", "playwright", "test", "--max-failures=8", "--reporter=list,json"},
	}.run(ctx)
	var all struct {
		Suites []specs
		Stats  struct{ Expected, Unexpected, Flaky, Skipped int }
	}
	if err := readReport(report, &all); err != nil {
		r.check("playwright", errors.Join(runErr, err))
		return
	}
	s := all.Stats
	r.passed += s.Expected
	before := len(r.failures)
	for _, file := range all.Suites {
		file.failures(r)
	}
	if runErr != nil || s.Flaky > 0 || s.Skipped > 0 {
		fmt.Printf("  %d failed, %d passed only when repeated, %d skipped\n", s.Unexpected, s.Flaky, s.Skipped)
		if runErr != nil {
			fmt.Println(runErr)
			if len(r.failures) == before {
				r.check("playwright", errors.New("it ended badly"))
			}
		}
	}
}

// specs is a file of Playwright's JSON report, or a group in it.
type specs struct {
	Suites []specs
	Specs  []struct {
		Title, File string
		Tests       []struct {
			Status  string
			Results []struct {
				Errors []struct{ Message string }
			}
		}
	}
}

// failures notes each test that failed, or passed only when repeated.
func (s specs) failures(r *result) {
	for _, inner := range s.Suites {
		inner.failures(r)
	}
	for _, spec := range s.Specs {
		for _, test := range spec.Tests {
			if test.Status != "unexpected" && test.Status != "flaky" {
				continue
			}
			why := test.Status
			for _, result := range test.Results {
				for _, each := range result.Errors {
					why += ", " + strings.Join(strings.Fields(each.Message), " ")
				}
			}
			r.fail(spec.File+" › "+spec.Title, why)
		}
	}
}

// reportFile is where a tool is to write; an old report there is removed.
func reportFile(name string) (string, error) {
	path, err := filepath.Abs(filepath.Join("build", "bin", "reports", name+".json"))
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(path); err != nil {
		return "", err
	}
	return path, os.MkdirAll(filepath.Dir(path), 0o755)
}

func readReport(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read report: %w", err)
	}
	return nil
}
