package check_test

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sitegroup.mx/crm/backend/meta"
)

var locales = []string{"es-MX", "en"}

// sentencesOf flattens a language's file to dotted keys.
func sentencesOf(t *testing.T, language, file string) map[string]string {
	t.Helper()
	var tree map[string]any
	if err := json.Unmarshal([]byte(read(t, filepath.Join("frontend/src/locales", language, file+".json"))), &tree); err != nil {
		t.Fatalf("%s/%s.json: %v", language, file, err)
	}
	flat := map[string]string{}
	flatten(flat, "", tree)
	return flat
}

func flatten(into map[string]string, prefix string, tree map[string]any) {
	for key, value := range tree {
		switch v := value.(type) {
		case string:
			into[prefix+key] = v
		case map[string]any:
			flatten(into, prefix+key+".", v)
		}
	}
}

// inside are codes that never reach a person: programmer errors of the simulator.
var inside = []string{"graphsim."}

var codeShape = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)*$`)

// usedCodes finds the codes given to fault's constructors, and those written as constants named Code….
func usedCodes(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{}
	parsed(t, func(path, _ string, set *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "backend/fault/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok { // const CodeX = "…"
				for i, name := range spec.Names {
					if strings.HasPrefix(name.Name, "Code") && i < len(spec.Values) {
						if code, ok := literal(spec.Values[i]); ok {
							used[code] = set.Position(spec.Pos()).String()
						}
					}
				}
				return true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			selector, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := selector.X.(*ast.Ident)
			if !ok || pkg.Name != "fault" {
				return true
			}
			place := map[string]int{"New": 0, "Invalid": 1, "Wrap": 1}
			i, ok := place[selector.Sel.Name]
			if !ok || len(call.Args) <= i {
				return true
			}
			if code, ok := literal(call.Args[i]); ok {
				used[code] = set.Position(call.Pos()).String()
			}
			return true
		})
	})
	for _, code := range meta.Advices() {
		used[code] = "meta.Advices"
	}
	return used
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

func TestSentences_EveryCodeHasOne(t *testing.T) {
	used := usedCodes(t)
	if len(used) < 30 {
		t.Fatalf("only %d codes were found: %v", len(used), used)
	}
	for _, language := range locales {
		known := sentencesOf(t, language, "errors")
		metaSentences := sentencesOf(t, language, "meta")
		for code, where := range used {
			if !codeShape.MatchString(code) {
				t.Errorf("%s: %q is no code", where, code)
			}
			if known[code] == "" && metaSentences["errors."+code] == "" && !startsWithAny(code, inside) {
				t.Errorf("%s: %s has no sentence in %s", where, code, language)
			}
		}
	}
}

func TestSentences_LanguagesAgree(t *testing.T) {
	place := regexp.MustCompile(`\{\{\s*(\w+)`)
	places := func(text string) []string {
		var names []string
		for _, match := range place.FindAllStringSubmatch(text, -1) {
			names = append(names, match[1])
		}
		slices.Sort(names)
		return names
	}
	for _, file := range []string{"terminal", "errors", "meta"} {
		spanish, english := sentencesOf(t, "es-MX", file), sentencesOf(t, "en", file)
		for key, text := range spanish {
			other, ok := english[key]
			if !ok {
				t.Errorf("%s: %s is missing in English", file, key)
				continue
			}
			if !slices.Equal(places(text), places(other)) {
				t.Errorf("%s: %s asks for other values in English", file, key)
			}
		}
		for key := range english {
			if _, ok := spanish[key]; !ok {
				t.Errorf("%s: %s is missing in Spanish", file, key)
			}
		}
	}
}

// TestSentences_TerminalKeysAreUsed holds the commands' sentences to what the commands say, both ways.
func TestSentences_TerminalKeysAreUsed(t *testing.T) {
	known := sentencesOf(t, "es-MX", "terminal")
	var source strings.Builder
	walk(t, func(path, text string) {
		if strings.HasPrefix(path, "app/") && !strings.HasSuffix(path, "_test.go") {
			source.WriteString(text)
		}
	}, ".go")
	text := source.String()
	for key := range known {
		said := strings.Contains(text, strconv.Quote(key))
		if prefix, name, ok := strings.Cut(key, "."); ok && !said {
			// Words of commands and flags are put together: "serve"+".short", "flag."+name.
			said = (name == "short" || name == "long" || prefix == "flag") && strings.Contains(text, `"`+strings.TrimPrefix(key, "flag.")) ||
				(name == "short" || name == "long") && strings.Contains(text, strconv.Quote(prefix))
		}
		if !said {
			t.Errorf("no command says %s", key)
		}
	}
	for _, match := range regexp.MustCompile(`\.say\("([a-zA-Z.]+)"`).FindAllStringSubmatch(text, -1) {
		if known[match[1]] == "" && !strings.HasSuffix(match[1], ".") {
			t.Errorf("a command says %s, which has no sentence", match[1])
		}
	}
}
