package relay

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sitegroup.mx/crm/backend/relay/relaywire"
)

//go:embed pages
var pages embed.FS

// page is one kind of page, and policy what a browser may do with all of them: nothing but show them.
type page struct{ template *template.Template }

var (
	style       = must(pages.ReadFile("pages/style.css"))
	pagePolicy  = policy()
	textPage    = parsePage("text")
	requestPage = parsePage("deletion")
	absentPage  = parsePage("absent")
	welcomePage = parsePage("front")
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // a file of the program itself
	}
	return v
}

func parsePage(name string) page {
	return page{must(template.ParseFS(pages, "pages/frame.html", "pages/"+name+".html"))}
}

func policy() string {
	sum := sha256.Sum256(style)
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// show writes a page. Data are the page's own, Title is set for all.
func (s *Server) show(w http.ResponseWriter, p page, status int, kept time.Duration, data map[string]any) {
	data["Style"] = template.CSS(style) //nolint:gosec // a file of the program itself
	var b bytes.Buffer
	if err := p.template.ExecuteTemplate(&b, "page", data); err != nil {
		s.deps.Log.WithError(err).Error("a page was not written")
		answer(w, http.StatusInternalServerError, "", "the page could not be written", 0)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "interest-cohort=()")
	if strings.HasPrefix(s.deps.BaseURL, "https://") {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if kept > 0 {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(kept.Seconds())))
	} else {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever has gone reads nothing
}

// Titles of the pages that an office publishes, and where they are.
const (
	privacyTitle     = "Aviso de privacidad"
	eliminationTitle = "Cómo pedir que se eliminen tus datos"
)

func (s *Server) privacyPage(w http.ResponseWriter, r *http.Request) {
	s.textPage(w, r, func(n relaywire.Publish) (title, text, other, otherTitle, otherText string) {
		return privacyTitle, n.Privacy, "eliminacion", eliminationTitle, n.Deletion
	})
}

func (s *Server) eliminationPage(w http.ResponseWriter, r *http.Request) {
	s.textPage(w, r, func(n relaywire.Publish) (title, text, other, otherTitle, otherText string) {
		return eliminationTitle, n.Deletion, "privacidad", privacyTitle, n.Privacy
	})
}

// textPage shows one of the two texts that an office has published.
func (s *Server) textPage(w http.ResponseWriter, r *http.Request, of func(relaywire.Publish) (title, text, other, otherTitle, otherText string)) {
	name := r.PathValue("page")
	var o Office
	err := ErrNotFound
	if relaywire.IsName(name) {
		o, err = s.deps.Inbox.OfficeByPage(r.Context(), name)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		s.deps.Log.WithError(err).Error("an office was not found out")
		answer(w, http.StatusServiceUnavailable, "", "the page could not be read", 30)
		return
	}
	title, text, other, otherTitle, otherText := of(o.Notice)
	if err != nil || strings.TrimSpace(text) == "" {
		s.absent(w)
		return
	}
	if strings.TrimSpace(otherText) == "" {
		other = ""
	}
	updated, err := time.Parse(time.DateOnly, o.Notice.Updated)
	if err != nil {
		updated = o.Created
	}
	s.show(w, textPage, http.StatusOK, 5*time.Minute, map[string]any{
		"Title": title, "Office": o.Notice.Office, "Version": versionText(o.Notice.Version), "Updated": updated.Format(time.DateOnly),
		"UpdatedText": longDate(updated), "Paragraphs": paragraphs(text), "Other": other, "OtherTitle": otherTitle,
	})
}

// deletionPage shows what became of a deletion request.
func (s *Server) deletionPage(w http.ResponseWriter, r *http.Request) {
	code := r.PathValue("code")
	var d Deletion
	err := ErrNotFound
	if relaywire.IsName(code) {
		d, err = s.deps.Inbox.Deletion(r.Context(), code)
	}
	if errors.Is(err, ErrNotFound) {
		s.absent(w)
		return
	}
	var o Office
	if err == nil {
		o, err = s.deps.Inbox.Office(r.Context(), d.Office)
	}
	if err != nil {
		s.deps.Log.WithError(err).Error("a deletion request was not read")
		answer(w, http.StatusServiceUnavailable, "", "the page could not be read", 30)
		return
	}
	s.show(w, requestPage, http.StatusOK, 0, map[string]any{
		"Title": "Solicitud de eliminación de datos", "Office": o.Notice.Office, "State": d.State, "Reason": d.Reason, "Code": d.Code,
		"At": d.At.Format(time.DateOnly), "AtText": longDate(d.At), "Changed": d.Changed.Format(time.DateOnly), "ChangedText": longDate(d.Changed),
	})
}

func (s *Server) absent(w http.ResponseWriter) {
	s.show(w, absentPage, http.StatusNotFound, 0, map[string]any{"Title": "Aquí no hay nada"})
}

func (s *Server) frontPage(w http.ResponseWriter, _ *http.Request) {
	s.show(w, welcomePage, http.StatusOK, 5*time.Minute, map[string]any{"Title": "Relevo de SITEGROUP CRM"})
}

// versionText writes the version of a text. Offices take the instant at which they publish, in milliseconds, which nobody reads.
func versionText(version int64) string {
	if version < firstInstant {
		return strconv.FormatInt(version, 10)
	}
	return time.UnixMilli(version).UTC().Format("2006.01.02-150405")
}

const firstInstant = 1_000_000_000_000 // of 2001: below it a version is a count

// paragraphs are what is between blank lines.
func paragraphs(text string) (all []string) {
	for _, p := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

var months = [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}

// longDate writes a date as the notice's law and its readers expect it: 28 de noviembre de 2026.
func longDate(t time.Time) string {
	return fmt.Sprintf("%d de %s de %d", t.Day(), months[t.Month()-1], t.Year())
}
