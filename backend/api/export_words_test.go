package api_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/api/apitest"
)

// The history of exports says which list went, and how it was narrowed: a list or a filter without a word would stand there as its code.
func TestExports_EveryListAndFilterHasAWordInTheHistory(t *testing.T) {
	lists := api.ExportFilters()
	list, _ := reflect.TypeFor[api.ExportRequest]().FieldByName("List")
	asked := strings.Split(list.Tag.Get("enum"), ",")
	slices.Sort(asked)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(lists)), asked); diff != "" {
		t.Errorf("the request's enum (-lists +enum):\n%s", diff)
	}
	for _, language := range []string{"es-MX", "en"} {
		var words struct {
			Audit    struct{ List map[string]string }
			Narrowed struct{ Name map[string]string }
		}
		text, err := os.ReadFile("../../frontend/src/locales/" + language + "/history.json")
		if err == nil {
			err = json.Unmarshal(text, &words)
		}
		if err != nil {
			t.Fatal(err)
		}
		for list, filters := range lists {
			if words.Audit.List[list] == "" {
				t.Errorf("%s: no word for the list %s", language, list)
			}
			for _, name := range filters {
				if words.Narrowed.Name[name] == "" {
					t.Errorf("%s: no word for the filter %s of %s", language, name, list)
				}
			}
		}
	}
}

// How many rows go is known once they have gone. Until then the note says no number, and a file of history has a word for it.
func TestExports_TellHowManyRowsOnceTheyKnow(t *testing.T) {
	o := apitest.New(t)
	o.Prospect("ana", "Marcador Uno", "55 5123 0101", "marcador.uno@example.com")
	o.Do("admin", "POST", "/api/exports", exportOf("prospects", "csv", nil)).OK()
	if got := o.Do("admin", "GET", "/api/history?what=export", nil).Body; strings.Contains(got, `"rows"`) {
		t.Errorf("one that has not been taken tells of rows: %s", got)
	}
	take(t, o, "admin", exportOf("prospects", "csv", nil))
	request := exportOf("history", "csv", object{"what": "export", "change": "changed"})
	request["columns"] = []object{
		{"key": "subject", "title": "De qué", "words": object{"prospects": "Prospectos"}},
		{"key": "field", "title": "Dato"},
		{"key": "from", "title": "Antes", "words": object{"not_yet_known": "aún no se sabe"}},
		{"key": "to", "title": "Después"},
	}
	if file := take(t, o, "admin", request); !strings.Contains(file, "Prospectos,rows,aún no se sabe,1\r\n") || strings.Contains(file, "-1") {
		t.Errorf("the file of history: %q", file)
	}
}
