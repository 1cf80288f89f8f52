package check_test

import (
	"path"
	"strings"
	"testing"
)

const module = "sitegroup.mx/crm"

// rule is one arrow that must not be drawn. Patterns are those of path.Match over the import path without the module's
// name; a trailing /... takes in what lies below, and "*" alone is everybody.
type rule struct {
	from   string
	except []string // of from
	not    []string // what it must not import
	but    []string // of not
	reason string
}

var ours = []string{"app/...", "backend/...", "frontend", "store/..."}

var rules = []rule{
	{from: "*", except: []string{".", "app/..."}, not: []string{"app/..."}, reason: "app puts the program together; nobody builds on it but main"},
	{from: ".", not: ours, but: []string{"app"}, reason: "main hands over to app and knows nothing else"},
	{from: "store/...", except: []string{"store/storetest"}, not: []string{"backend/...", "app/...", "frontend"}, reason: "store knows no business rule"},
	{from: "backend/fault", not: ours, reason: "a leaf: everybody may use it, so it uses nobody"},
	{from: "backend/clock", not: ours, reason: "a leaf"},
	{from: "backend/canonical", not: ours, reason: "a leaf"},
	{from: "store/hlc", not: ours, reason: "a leaf"},
	{from: "backend/secret", not: ours, but: []string{"backend/fault"}, reason: "it keeps bytes and knows nothing of what they open"},
	{from: "backend/meta/...", not: ours, but: []string{"backend/fault", "backend/clock", "backend/meta/..."}, reason: "meta speaks with Meta and knows nothing of the office's data"},
	{from: "backend/meta", not: []string{"backend/meta/graphsim"}, reason: "the product does not know its simulator"},
	{from: "backend/relay/...", not: ours, but: []string{"backend/fault", "backend/clock", "backend/meta", "backend/canonical", "backend/office/identity", "backend/relay/..."}, reason: "the relay is blind"},
	{from: "backend/crm", not: []string{"backend/intake", "backend/privacy", "backend/office", "backend/meta/..."}, reason: "intake registers through crm, never the reverse"},
	{from: "backend/account", not: []string{"backend/crm", "backend/intake", "backend/privacy", "backend/office", "backend/meta/..."}, reason: "everybody is handed a Viewer, so account comes first"},
	{from: "backend/privacy", not: []string{"backend/intake"}, reason: "intake registers; privacy must work without it"},
	{from: "backend/*", except: []string{"backend/api"}, not: []string{"backend/api/..."}, reason: "domain packages do not know how they are shown"},
	{from: "backend/account", not: []string{"net/http"}, reason: "a domain package does not speak HTTP"},
	{from: "backend/crm", not: []string{"net/http"}, reason: "a domain package does not speak HTTP"},
	{from: "backend/intake", not: []string{"net/http"}, reason: "a domain package does not speak HTTP; it asks meta"},
	{from: "backend/privacy", not: []string{"net/http"}, reason: "a domain package does not speak HTTP"},
	{from: "store/...", not: []string{"net/http"}, reason: "a file is not a service"},
	{from: "frontend", not: ours, reason: "two file trees, nothing more"},
	{from: "*", except: []string{"app/..."}, not: []string{"github.com/wailsapp/wails/..."}, reason: "only app has a window"},
	{from: "*", except: []string{"app/..."}, not: []string{"github.com/spf13/..."}, reason: "only app has commands"},
	{from: "*", except: []string{"app/..."}, not: []string{"gopkg.in/natefinch/lumberjack.v2"}, reason: "only app has a log file"},
	{from: "*", except: []string{"backend/api/..."}, not: []string{"github.com/danielgtaylor/huma/..."}, reason: "only api describes the API"},
	{from: "*", except: []string{"store/...", "backend/relay/..."}, not: []string{"github.com/mattn/go-sqlite3"}, reason: "only store opens SQLite, and the relay its inbox"},
	{from: "*", except: []string{"backend/relay/natsbox", "build/field"}, not: []string{"github.com/nats-io/..."}, reason: "only natsbox speaks with NATS, and build/field plays its servers"},
	{from: "*", except: []string{"store/..."}, not: []string{"github.com/pressly/goose/..."}, reason: "only store migrates"},
	{from: "*", except: []string{"backend/secret/..."}, not: []string{"github.com/zalando/go-keyring"}, reason: "only secret opens the keyring"},
	{from: "*", except: []string{"backend/canonical", "backend/office/wire"}, not: []string{"github.com/fxamacker/cbor/..."}, reason: "only canonical says how CBOR is written; wire keeps parts of it unread"},
	{from: "*", not: []string{"github.com/stretchr/testify/..."}, reason: "go-cmp says what differs, and one way is enough"},
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		from := short(p.ImportPath)
		for _, r := range rules {
			if !matches(from, r.from) || matchesAny(from, r.except) {
				continue
			}
			for _, imported := range p.Imports {
				if to := short(imported); matchesAny(to, r.not) && !matchesAny(to, r.but) && !within(to, r.from) {
					t.Errorf("%s imports %s: %s", from, to, r.reason)
				}
			}
		}
	}
}

func TestImports_DomainMeetsWithoutCycles(t *testing.T) {
	// The order in which domain packages may know each other: each only those before it.
	order := map[string]int{}
	for i, name := range []string{"backend/account", "backend/crm", "backend/privacy", "backend/office", "backend/intake", "backend/api"} {
		order[name] = i + 1
	}
	for _, p := range packages(t) {
		from := short(p.ImportPath)
		for _, imported := range p.Imports {
			if to := short(imported); order[from] > 0 && order[to] > order[from] {
				t.Errorf("%s imports %s, which comes after it", from, to)
			}
		}
	}
}

func TestImports_TestHelpersStayInTests(t *testing.T) {
	for _, p := range packages(t) {
		if isTestHelper(p.ImportPath) {
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module) && isTestHelper(imported) || imported == "testing" {
				t.Errorf("%s imports %s outside of its tests", short(p.ImportPath), short(imported))
			}
		}
	}
}

func TestPackages_SayWhatTheyAreFor(t *testing.T) {
	for _, p := range packages(t) {
		switch {
		case p.Name == "main" && !strings.HasPrefix(p.Doc, "Command "):
			// Programs under build describe themselves by their own name.
			if !strings.HasPrefix(short(p.ImportPath), "build/") || p.Doc == "" {
				t.Errorf("%s has no comment that starts with Command", short(p.ImportPath))
			}
		case p.Name != "main" && !strings.HasPrefix(p.Doc, "Package "+p.Name+" ") && len(p.GoFiles) > 0:
			t.Errorf("%s has no package comment", short(p.ImportPath))
		}
	}
}

func isTestHelper(importPath string) bool { return strings.HasSuffix(importPath, "test") }

func short(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// within reports whether an import stays inside the tree that the rule is about.
func within(to, from string) bool { return strings.HasSuffix(from, "/...") && matches(to, from) }

func matchesAny(name string, patterns []string) bool {
	for _, pattern := range patterns {
		if matches(name, pattern) {
			return true
		}
	}
	return false
}

func matches(name, pattern string) bool {
	if pattern == "*" {
		return true
	}
	if tree, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == tree || strings.HasPrefix(name, tree+"/")
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

func TestMatches(t *testing.T) {
	tests := []struct {
		name, importPath, pattern string
		want                      bool
	}{
		{"itself", "store", "store/...", true},
		{"below", "store/hlc", "store/...", true},
		{"another with the same start", "storefront", "store/...", false},
		{"one level", "backend/crm", "backend/*", true},
		{"two levels", "backend/meta/graphsim", "backend/*", false},
		{"everybody", "anything/at/all", "*", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := matches(tt.importPath, tt.pattern); got != tt.want {
				t.Errorf("matches(%q, %q) = %v", tt.importPath, tt.pattern, got)
			}
		})
	}
}
