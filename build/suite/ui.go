//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// uiTests counts what Vitest's JSON reporter says.
func uiTests(ctx context.Context, r *result) {
	report, err := reportFile("vitest")
	if !r.check("make a folder", err) {
		return
	}
	_, runErr := tool{dir: "frontend", args: []string{"npx", "--no-install", "vitest", "run", "--reporter=default", "--reporter=json", "--outputFile.json=" + report}}.run(ctx)
	var counts struct{ NumPassedTests, NumFailedTests int }
	if err := readReport(report, &counts); err != nil {
		r.check("vitest", errors.Join(runErr, err))
		return
	}
	r.passed += counts.NumPassedTests
	r.failed += counts.NumFailedTests
	if runErr != nil {
		fmt.Println(runErr)
		if counts.NumFailedTests == 0 {
			r.check("vitest", errors.New("it ended badly"))
		}
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
	var counts struct {
		Stats struct{ Expected, Unexpected, Flaky, Skipped int }
	}
	if err := readReport(report, &counts); err != nil {
		r.check("playwright", errors.Join(runErr, err))
		return
	}
	s := counts.Stats
	r.passed += s.Expected
	r.failed += s.Unexpected + s.Flaky
	if runErr != nil || s.Flaky > 0 || s.Skipped > 0 {
		fmt.Printf("  %d failed, %d passed only when repeated, %d skipped\n", s.Unexpected, s.Flaky, s.Skipped)
		if runErr != nil {
			fmt.Println(runErr)
			if s.Unexpected == 0 {
				r.check("playwright", errors.New("it ended badly"))
			}
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
