package check_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the repository's root, seen from here.
const root = "../.."

// walk calls back for every file of ours whose name ends in one of the endings; paths start at the root.
func walk(t *testing.T, visit func(path, text string), endings ...string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case "node_modules", ".git", "dist", "bin", "test-results", "playwright-report", "wailsjs":
				return filepath.SkipDir
			}
			return nil
		}
		for _, ending := range endings {
			if strings.HasSuffix(path, ending) {
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				visit(filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator))), string(text))
				return nil
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// goPackage is what `go list` says of a package.
type goPackage struct {
	ImportPath, Name, Doc              string
	Imports, TestImports, XTestImports []string
	GoFiles                            []string
}

// packages lists ours, with the imports of every build variant: desktop and the other systems have files of their own.
func packages(t *testing.T) []goPackage {
	t.Helper()
	found := map[string]*goPackage{}
	var order []string
	for _, variant := range []struct{ os, tags string }{
		{"linux", "libsqlite3,sqlite_fts5"},
		{"linux", "desktop,production,webkit2_41,libsqlite3,sqlite_fts5"},
		{"windows", "desktop,production,libsqlite3,sqlite_fts5"},
		{"darwin", "desktop,production,libsqlite3,sqlite_fts5"},
	} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Name,Doc,Imports,TestImports,XTestImports,GoFiles", "-tags", variant.tags, "./...")
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "GOOS="+variant.os, "GOFLAGS=-buildvcs=false")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list for %s: %v", variant.os, err)
		}
		decoder := json.NewDecoder(strings.NewReader(string(out)))
		for decoder.More() {
			var p goPackage
			if err := decoder.Decode(&p); err != nil {
				t.Fatal(err)
			}
			known, ok := found[p.ImportPath]
			if !ok {
				found[p.ImportPath] = &p
				order = append(order, p.ImportPath)
				continue
			}
			known.Imports = append(known.Imports, p.Imports...)
			known.TestImports = append(known.TestImports, p.TestImports...)
			known.XTestImports = append(known.XTestImports, p.XTestImports...)
		}
	}
	if len(order) < 5 {
		t.Fatalf("go list found only %v", order)
	}
	list := make([]goPackage, 0, len(order))
	for _, path := range order {
		list = append(list, *found[path])
	}
	return list
}
