package check_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// emittedItems finds the codes that Salud is given: the first arguments of Health.add.
func emittedItems(t *testing.T) []string {
	t.Helper()
	var codes []string
	parsed(t, func(path, _ string, set *token.FileSet, file *ast.File) {
		if !strings.HasPrefix(path, "backend/intake/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			selector, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || selector.Sel.Name != "add" {
				return true
			}
			if on, ok := selector.X.(*ast.Ident); !ok || on.Name != "h" {
				return true
			}
			code, ok := literal(call.Args[0])
			if !ok {
				t.Errorf("%s: the code of an item is no literal, so nobody can check its sentence", set.Position(call.Pos()))
				return true
			}
			if code != "ok" && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
			return true
		})
	})
	return codes
}

var itemCodes = regexp.MustCompile(`(?s)itemCodes = \[(.*?)\]`)

func TestHealth_NoItemIsShownWithoutItsSentence(t *testing.T) {
	emitted := emittedItems(t)
	if len(emitted) < 8 {
		t.Fatalf("found only %v", emitted)
	}
	list := itemCodes.FindStringSubmatch(read(t, "frontend/src/features/health/health-items.ts"))
	if list == nil {
		t.Fatal("health-items.ts has no itemCodes")
	}
	var known []string
	for line := range strings.Lines(list[1]) {
		if code := strings.Trim(strings.TrimSpace(line), `",`); code != "" {
			known = append(known, code)
		}
	}
	for _, code := range emitted {
		if !slices.Contains(known, code) {
			t.Errorf("health.go emits %s, which health-items.ts does not know", code)
		}
	}
	for _, code := range known {
		if !slices.Contains(emitted, code) {
			t.Errorf("health-items.ts knows %s, which health.go never emits", code)
		}
	}
	for _, language := range locales {
		sentences := sentencesOf(t, language, "health")
		for _, code := range emitted {
			for _, part := range []string{"title", "body"} {
				key := "item." + code + "." + part
				if sentences[key] == "" && sentences[key+"_other"] == "" {
					t.Errorf("%s/health.json has no %s", language, key)
				}
			}
		}
	}
}
