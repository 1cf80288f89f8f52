//go:build !desktop

package app

import (
	"context"

	"sitegroup.mx/crm/backend/fault"
)

// hasWindow tells that this build has none: it needs neither GTK nor WebKit, and neither do the tests.
const hasWindow = false

func (*command) showWindow(context.Context, place, bool) error { return fault.New("window.missing") }
