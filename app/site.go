package app

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io/fs"
	"net/http"
	"strings"
)

// noncePlace is what frontend/index.html holds where the nonce of a response belongs.
const noncePlace = "__CSP_NONCE__"

// site serves the built UI and hands /api/ over to the API, with the headers that keep a page from doing anything else.
// The window and the browser get the same ones.
type site struct {
	api   http.Handler
	files fs.FS
	serve http.Handler
	// missing is said instead of the page when the UI was not built.
	missing string
}

func newSite(api http.Handler, files fs.FS, missing string) *site {
	return &site{api: api, files: files, serve: http.FileServerFS(files), missing: missing}
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/api/"):
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		s.api.ServeHTTP(w, r)
	case path == "/" || path == "/index.html":
		s.page(w, r)
	case strings.HasSuffix(path, "/"): // no folder is listed
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		http.NotFound(w, r)
	default:
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-cache")
		if strings.HasPrefix(path, "/assets/") { // their names hold a hash of their content
			h.Set("Cache-Control", "max-age=31536000, immutable")
		}
		s.serve.ServeHTTP(w, r)
	}
}

// page sends index.html with a nonce of its own, which the UI's library puts on the styles it adds.
func (s *site) page(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	page, err := fs.ReadFile(s.files, "index.html")
	if err != nil {
		h.Set("Content-Security-Policy", contentPolicy(""))
		http.Error(w, s.missing, http.StatusServiceUnavailable)
		return
	}
	nonce := newNonce()
	h.Set("Content-Security-Policy", contentPolicy(nonce))
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(bytes.ReplaceAll(page, []byte(noncePlace), []byte(nonce))) // a reader who left is nobody's problem
}

// contentPolicy lets the page load its own files, speak with its own API, and nothing more (W3C, Content Security Policy
// Level 3). Images may be data: because the UI's library draws some of its marks that way.
func contentPolicy(nonce string) string {
	style := "'self'"
	if nonce != "" {
		style += " 'nonce-" + nonce + "'"
	}
	return "default-src 'none'; script-src 'self'; style-src " + style + "; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return base64.RawStdEncoding.EncodeToString(b[:])
}
