package app

import "strings"

// noticeBody writes a text as the body of a notification on this system. The desktops of Linux read bodies as markup
// (Desktop Notifications Specification): what a stranger typed into a form must come out as it was typed, without links
// and pictures.
func noticeBody(system, text string) string {
	if system == "windows" || system == "darwin" {
		return text
	}
	return markupEscapes.Replace(text)
}

var markupEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
