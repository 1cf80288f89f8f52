package check_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocuments_CommandsExist holds every `make x` of the documents to the Makefile.
func TestDocuments_CommandsExist(t *testing.T) {
	targets := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets[match[1]] = true
	}
	if !targets["test"] || !targets["demo"] {
		t.Fatalf("the Makefile has no test or demo: %v", targets)
	}
	called := regexp.MustCompile("(?m)(?:`|^ {4}|^)make ([a-z-]+)")
	walk(t, func(path, text string) {
		for _, match := range called.FindAllStringSubmatch(text, -1) {
			if !targets[match[1]] {
				t.Errorf("%s: make %s does not exist", path, match[1])
			}
		}
	}, ".md")
}

func TestDocuments_LinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`(?:\]\(|src="|srcset="|href=")([^)"#\s]+)`)
	walk(t, func(path, text string) {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[1], ":") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(path), match[1])); err != nil {
				t.Errorf("%s: %s leads nowhere", path, match[1])
			}
		}
	}, ".md")
}

func TestMakefile_DocumentsFewTargets(t *testing.T) {
	documented := regexp.MustCompile(`(?m)^[a-z-]+:.*## `).FindAllString(read(t, "Makefile"), -1)
	if n := len(documented); n < 5 || n > 15 {
		t.Errorf("%d targets are documented", n)
	}
}

// TestLockFiles_AreWhole holds that `npm ci` accepts them on every system: npm leaves out optional packages that the
// registry at hand did not have, and then refuses its own file.
func TestLockFiles_AreWhole(t *testing.T) {
	files := 0
	walk(t, func(path, text string) {
		files++
		var lock struct {
			Packages map[string]struct {
				Resolved             string            `json:"resolved"`
				OptionalDependencies map[string]string `json:"optionalDependencies"`
			} `json:"packages"`
		}
		if err := json.Unmarshal([]byte(text), &lock); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for name, p := range lock.Packages {
			if p.Resolved != "" {
				t.Errorf("%s: %s names the registry it came from", path, name)
			}
			for optional := range p.OptionalDependencies {
				_, top := lock.Packages["node_modules/"+optional]
				_, nested := lock.Packages[name+"/node_modules/"+optional]
				if !top && !nested {
					t.Errorf("%s: %s of %s has no entry", path, optional, name)
				}
			}
		}
	}, "package-lock.json")
	if files == 0 {
		t.Error("no lock file was found")
	}
}
