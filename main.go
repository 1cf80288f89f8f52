// Command sitegroup-crm keeps a sales office's prospects: the window, the browser surface, and the commands around them.
// It sets nothing and knows nothing; package app puts the program together.
package main

import (
	"os"

	"sitegroup.mx/crm/app"
)

func main() {
	os.Exit(app.Main(os.Args[1:], app.StandardIO()))
}
