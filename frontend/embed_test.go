package frontend_test

import (
	"encoding/json"
	"io/fs"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/frontend"
)

func TestDist_HoldsItsPlace(t *testing.T) {
	// Before the first build the tree is there, with nothing but its place holder.
	if _, err := fs.Stat(frontend.Dist(), ".gitkeep"); err != nil {
		t.Fatal(err)
	}
}

func TestLocales_SameFilesInBothLanguages(t *testing.T) {
	spanish, english := names(t, "es-MX"), names(t, "en")
	if diff := cmp.Diff(spanish, english); diff != "" {
		t.Errorf("languages differ (-es-MX +en):\n%s", diff)
	}
}

func TestLocales_ErrorsAreFlatSentences(t *testing.T) {
	for _, language := range []string{"es-MX", "en"} {
		t.Run(language, func(t *testing.T) {
			raw, err := fs.ReadFile(frontend.Locales(), path.Join(language, "errors.json"))
			if err != nil {
				t.Fatal(err)
			}
			var sentences map[string]string
			if err := json.Unmarshal(raw, &sentences); err != nil {
				t.Fatalf("read errors.json: %v", err)
			}
			if sentences["internal"] == "" {
				t.Error("the sentence for internal is missing")
			}
		})
	}
}

// names lists a language's files.
func names(t *testing.T, language string) []string {
	t.Helper()
	entries, err := fs.ReadDir(frontend.Locales(), language)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}
