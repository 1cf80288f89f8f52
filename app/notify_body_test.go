package app_test

import (
	"testing"

	"sitegroup.mx/crm/app"
)

func TestNoticeBody_NamesAreNoMarkup(t *testing.T) {
	const typed = `<a href="https://example.com">Ana</a> & Hijos · Terrenos`
	for system, want := range map[string]string{
		"linux": `&lt;a href="https://example.com"&gt;Ana&lt;/a&gt; &amp; Hijos · Terrenos`, "windows": typed, "darwin": typed,
	} {
		if got := app.NoticeBody(system, typed); got != want {
			t.Errorf("%s: %s", system, got)
		}
	}
}
