package check_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// Sizes above which a file or a function needs a reason in the tables below. The aim is half of that.
const (
	maxFile      = 600
	maxFunction  = 100
	maxTest      = 160 // a test's table is data
	maxComponent = 350
)

// longer lists what may be longer, and why. Keys are a file, or a file and a function.
var longer = map[string]string{
	"frontend/src/shared/api/schema.d.ts": "generated",
}

// parsed calls back for every Go file of ours.
func parsed(t *testing.T, visit func(path, text string, set *token.FileSet, file *ast.File)) {
	t.Helper()
	set := token.NewFileSet()
	walk(t, func(path, text string) {
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		visit(path, text, set, file)
	}, ".go")
}

func TestSizes_Go(t *testing.T) {
	var functions, long int
	parsed(t, func(path, text string, set *token.FileSet, file *ast.File) {
		if lines := strings.Count(text, "\n"); lines > maxFile && longer[path] == "" {
			t.Errorf("%s has %d lines, more than %d", path, lines, maxFile)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
			limit := maxFunction
			if strings.HasSuffix(path, "_test.go") {
				limit = maxTest
			}
			if lines > limit && longer[path+" "+f.Name.Name] == "" {
				t.Errorf("%s: %s has %d lines, more than %d", path, f.Name.Name, lines, limit)
			}
			if !strings.HasSuffix(path, "_test.go") {
				functions++
				if lines > 40 {
					long++
				}
			}
		}
	})
	if long*10 > functions {
		t.Errorf("%d of %d functions are longer than 40 lines; at most a tenth may be", long, functions)
	}
}

func TestSizes_UI(t *testing.T) {
	walk(t, func(path, text string) {
		limit := maxFile
		if strings.HasSuffix(path, ".tsx") {
			limit = maxComponent
		}
		if lines := strings.Count(text, "\n"); lines > limit && longer[path] == "" {
			t.Errorf("%s has %d lines, more than %d", path, lines, limit)
		}
	}, ".ts", ".tsx", ".css")
}

// outside are the calls that only some packages may make: everybody else is handed a clock, a logger, random bytes.
var outside = []struct {
	call    *regexp.Regexp
	allowed []string
	reason  string
}{
	{regexp.MustCompile(`^time\.(Now|Since|Until|After|Sleep|Tick|NewTimer|NewTicker|AfterFunc)$`), []string{"app/", "backend/clock/", "build/"}, "time comes from clock"},
	{regexp.MustCompile(`^os\.(Getenv|LookupEnv|Environ)$`), []string{"app/", "build/"}, "the environment is app's"},
	{regexp.MustCompile(`^logrus\.(StandardLogger|Info|Warn|Error|Debug|Fatal|Panic|Print|WithField|WithFields|WithError)(f|ln)?$`), nil, "a logger is handed in"},
	{regexp.MustCompile(`^log\.(Print|Fatal|Panic)(f|ln)?$`), nil, "a logger is handed in"},
	{regexp.MustCompile(`^fmt\.Print(f|ln)?$`), []string{"build/"}, "packages print nothing; commands use the streams they are handed"},
	{regexp.MustCompile(`^os\.Exit$`), []string{"main.go", "build/"}, "only main ends the process"},
}

func TestSource_OutsideWorldIsHandedIn(t *testing.T) {
	parsed(t, func(path, _ string, set *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "test/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := selector.X.(*ast.Ident)
			if !ok || pkg.Obj != nil { // a variable of that name
				return true
			}
			call := pkg.Name + "." + selector.Sel.Name
			for _, o := range outside {
				if o.call.MatchString(call) && !startsWithAny(path, o.allowed) {
					t.Errorf("%s: %s: %s", set.Position(n.Pos()), call, o.reason)
				}
			}
			return true
		})
	})
}

// TestSource_BackgroundWorkIsLookedAfter holds that whoever starts a goroutine recovers in the same file, so that a panic
// ends as a line in the log and not as the end of the program.
func TestSource_BackgroundWorkIsLookedAfter(t *testing.T) {
	parsed(t, func(path, _ string, set *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "test/") || strings.HasPrefix(path, "build/") {
			return
		}
		var starts []token.Pos
		recovers := false
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				starts = append(starts, n.Pos())
			case *ast.Ident:
				recovers = recovers || n.Name == "recover"
			}
			return true
		})
		for _, pos := range starts {
			if !recovers {
				t.Errorf("%s: a goroutine starts and nobody recovers", set.Position(pos))
			}
		}
	})
}

// unwanted are words that must not be in any text of ours.
var unwanted = []struct {
	find   *regexp.Regexp
	reason string
}{
	{regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`), "finish it"},
	{regexp.MustCompile(`\bt\.Skip|\b(it|test|describe)\.(skip|only|todo)\b`), "a test runs or does not exist"},
	{regexp.MustCompile(`(^|[\s"'(=])/(work|home|root|Users)/[a-z]`), "a path of one machine"},
	{regexp.MustCompile(`https?://(registry|proxy|deb)\.`), "a registry's address"},
	{regexp.MustCompile(`fmt\.Errorf\("[^"]*%v[^"]*",.*\berr\)`), "wrap errors with %w"},
	{regexp.MustCompile(`(errors\.New|fmt\.Errorf)\("(failed|unable|error) `), "say what was being done, not that it failed"},
	{regexp.MustCompile(`\bSELECT \*`), "name the columns"},
}

func TestSource_NothingUnwanted(t *testing.T) {
	walk(t, func(path, text string) {
		for i, line := range strings.Split(text, "\n") {
			for _, u := range unwanted {
				if strings.HasPrefix(path, "build/check/") || (strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "build/bench/")) && u.reason == "name the columns" {
					continue
				}
				if u.find.MatchString(line) {
					t.Errorf("%s:%d: %s: %s", path, i+1, u.reason, strings.TrimSpace(line))
				}
			}
		}
	}, ".go", ".ts", ".tsx", ".css", ".sql", ".md", ".sh", ".json", ".mod", "Makefile", ".yml", ".yaml")
}

func startsWithAny(path string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
