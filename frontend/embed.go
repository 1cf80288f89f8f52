// Package frontend carries the built user interface and its sentences inside the binary.
//
// It knows nothing of HTTP, windows or languages: it hands out two file trees. Dist holds what
// `npm run build` wrote; before the first build it holds only .gitkeep, and whoever serves it must
// say so in words. Locales holds the sentence files, one folder a language, which the commands
// read so that a fault reads the same in the terminal as on screen.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed src/locales/es-MX/*.json src/locales/en/*.json
var locales embed.FS

// Dist returns the built UI with index.html at its root, or a tree without index.html when the UI
// was not built.
func Dist() fs.FS { return sub(dist, "dist") }

// Locales returns the sentence files as <language>/<namespace>.json, for example
// es-MX/errors.json, whose keys are fault codes.
func Locales() fs.FS { return sub(locales, "src/locales") }

// sub panics on a bad name: both names are embed patterns of this file, checked by the compiler.
func sub(tree embed.FS, name string) fs.FS {
	part, err := fs.Sub(tree, name)
	if err != nil {
		panic("frontend: " + err.Error())
	}
	return part
}
