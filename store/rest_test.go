package store_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// TestRest_TheLogIsMovedInAQuietMoment: whoever writes much later does not have to wait for what was written before.
func TestRest_TheLogIsMovedInAQuietMoment(t *testing.T) {
	quiet := make(chan time.Time)
	var path string
	s := storetest.Open(t, func(o *store.Options) {
		o.After = func(time.Duration) <-chan time.Time { return quiet }
		path = o.Path
	})
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := size()
	contact(t, s, "c1", strings.Repeat("larga ", 50_000))
	quiet <- time.Time{}
	if grown := size() - before; grown != 0 {
		t.Errorf("the file grew by %d bytes while somebody wrote", grown)
	}
	quiet <- time.Time{}
	contact(t, s, "c2", "Eva") // answered once the moment before has been used
	if grown := size() - before; grown < 300_000 {
		t.Errorf("after a quiet moment the file has grown by %d bytes", grown)
	}
}
