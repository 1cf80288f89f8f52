package relay_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

const delivery = `{"object":"page","entry":[{"id":"109876543210987","time":1793631852,"changes":[{"field":"leadgen","value":{"leadgen_id":"1234567890123456","text":"\u00e1 50\u0025 a\/b"}}]}]}`

func TestVerification(t *testing.T) {
	r := start(t)
	_, w := r.link(t, newOffice(t, 1))
	query := func(token, challenge string) string {
		return "/h/" + w.Hook + "?" + url.Values{"hub.mode": {"subscribe"}, "hub.challenge": {challenge}, "hub.verify_token": {token}}.Encode()
	}
	tests := []struct {
		name, path string
		status     int
		body       string
	}{
		{"Meta's own request", query(w.VerifyToken, "1158201444"), 200, "1158201444"},
		{"a wrong token", query("wrong", "1158201444"), 403, ""},
		{"no token", query("", "1158201444"), 403, ""},
		{"a challenge that is markup", query(w.VerifyToken, "<script>alert(1)</script>"), 403, ""},
		{"another hook", strings.Replace(query(w.VerifyToken, "1"), w.Hook, w.Page, 1), 404, ""},
		{"nothing asked", "/h/" + w.Hook, 403, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := r.do("GET", tt.path, "")
			got := text(t, answer)
			if answer.StatusCode != tt.status || tt.body != "" && got != tt.body {
				t.Errorf("%d %q, want %d %q", answer.StatusCode, got, tt.status, tt.body)
			}
			if strings.Contains(got, "script") {
				t.Errorf("the challenge came back: %q", got)
			}
		})
	}
}

// A delivery is kept as it came, because Meta's signature is of these bytes and no others.
func TestWebhook_ReachesTheHostAsReceived(t *testing.T) {
	r := start(t)
	h, w := r.link(t, newOffice(t, 1))
	answer := r.do("POST", "/h/"+w.Hook, delivery, "Content-Type", "application/json", "X-Hub-Signature-256", "sha256=00ff")
	if got := text(t, answer); answer.StatusCode != 200 || got != "" {
		t.Errorf("answered %d %q", answer.StatusCode, got)
	}
	got := h.event()
	if got.Seq == 0 || got.At == 0 {
		t.Errorf("no number or no time: %+v", got)
	}
	want := relaywire.Event{Seq: got.Seq, At: got.At, Kind: relaywire.KindWebhook, Signature: "sha256=00ff", Body: []byte(delivery)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestWebhook_RefusesWhatIsNone(t *testing.T) {
	r := start(t)
	_, w := r.link(t, newOffice(t, 1))
	large := `{"a":"` + strings.Repeat("x", relaywire.MaxBody-8) + `"}`
	if len(large) != relaywire.MaxBody {
		t.Fatal(len(large))
	}
	tests := []struct {
		name, path, body string
		status           int
	}{
		{"the largest", w.Hook, large, 200},
		{"a byte more", w.Hook, large + " ", 413},
		{"nothing", w.Hook, "", 400},
		{"a list", w.Hook, `[{}]`, 400},
		{"half an object", w.Hook, `{"object":"page"`, 400},
		{"two objects", w.Hook, `{} {}`, 400},
		{"bytes", w.Hook, "{\x00\xff}", 400},
		{"nested without end", w.Hook, strings.Repeat(`{"a":`, 100_000), 400},
		{"space around it", w.Hook, " \r\n{}\n", 200},
		{"the dashboard's test", w.Hook, `{"object":"page","entry":[{"id":"0","time":1,"changes":[{"field":"leadgen","value":{"leadgen_id":"444444444444"}}]}]}`, 200},
		{"another hook", w.Page, delivery, 404},
		{"no hook", "short", delivery, 404},
		{"a hook with a path in it", "..%2f..%2fmetrics", delivery, 404},
	}
	kept := 0
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for name, path := range map[string]string{"with a length": "", "without a length": "chunked"} {
				q, err := http.NewRequestWithContext(t.Context(), "POST", r.url+"/h/"+tt.path, strings.NewReader(tt.body))
				if err != nil {
					t.Fatal(err)
				}
				if path != "" {
					q.ContentLength, q.Body = -1, struct{ *bodyOf }{&bodyOf{strings.NewReader(tt.body)}}
				}
				answer, err := r.http.Client().Do(q)
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close() //nolint:errcheck // read or not
				if answer.StatusCode != tt.status {
					t.Errorf("%s: %d, want %d", name, answer.StatusCode, tt.status)
				}
				if answer.StatusCode == 200 {
					kept++
				}
			}
		})
	}
	stats, err := r.in.Stats(t.Context(), newOffice(t, 1).id())
	if err != nil || stats.Events != int64(kept) {
		t.Errorf("%d were answered for, %+v are there: %v", kept, stats, err)
	}
	// It could not be told to the host, and would end its link each time it is delivered.
	foreign := r.do("POST", "/h/"+w.Hook, delivery, "X-Hub-Signature-256", "sha256=\xff\xfe")
	if foreign.StatusCode != 400 {
		t.Errorf("a signature that is no text: %d", foreign.StatusCode)
	}
	long := r.do("POST", "/h/"+w.Hook, delivery, "X-Hub-Signature-256", strings.Repeat("f", 5000))
	if long.StatusCode != 400 {
		t.Errorf("a signature of 5,000 bytes: %d", long.StatusCode)
	}
}

// bodyOf hides the length of what it reads.
type bodyOf struct{ r *strings.Reader }

func (b *bodyOf) Read(p []byte) (int, error) { return b.r.Read(p) }
func (b *bodyOf) Close() error               { return nil }

func TestWebhook_FullInboxIsSaidSo(t *testing.T) {
	r := start(t, func(d *relay.Deps) { d.Limits.Inbox.Events = 2 })
	h, w := r.link(t, newOffice(t, 1))
	var statuses []int
	for range 4 {
		answer := r.do("POST", "/h/"+w.Hook, delivery)
		statuses = append(statuses, answer.StatusCode)
		if answer.StatusCode == 503 && answer.Header.Get("Retry-After") == "" {
			t.Error("nobody says when to come again")
		}
	}
	if diff := cmp.Diff([]int{200, 200, 503, 503}, statuses); diff != "" {
		t.Error(diff)
	}
	first, second := h.event(), h.event()
	h.ack(first.Seq)
	h.ack(second.Seq)
	r.until("the inbox is empty", func() bool { return r.stats(newOffice(t, 1)).Events == 0 })
	if answer := r.do("POST", "/h/"+w.Hook, delivery); answer.StatusCode != 200 {
		t.Errorf("with room again: %d", answer.StatusCode)
	}
}

// One office or one address that sends without end must not take the relay from the others.
func TestWebhook_FloodsAreTurnedAway(t *testing.T) {
	r := start(t, func(d *relay.Deps) {
		d.Limits.Webhooks = relay.Rate{PerSecond: 0.001, Burst: 3}
		d.Limits.Requests = relay.Rate{PerSecond: 0.001, Burst: 20}
	})
	_, one := r.link(t, newOffice(t, 1))
	_, two := r.link(t, newOffice(t, 2))
	post := func(hook, from string) (status int) {
		answer := r.do("POST", "/h/"+hook, delivery, "X-Forwarded-For", "198.51.100.1, "+from)
		if answer.StatusCode == 429 && (answer.Header.Get("Retry-After") == "" || answer.Header.Get(relaywire.AnswerHeader) != relaywire.AnswerBusy) {
			t.Error("a limit does not say that it is one")
		}
		return answer.StatusCode
	}
	var statuses []int
	for range 4 {
		statuses = append(statuses, post(one.Hook, "203.0.113.1"))
	}
	statuses = append(statuses, post(two.Hook, "203.0.113.1"))
	if diff := cmp.Diff([]int{200, 200, 200, 429, 200}, statuses); diff != "" {
		t.Errorf("of one office (-want +got):\n%s", diff)
	}
	for range 20 {
		post("nobody-has-this-hook", "2001:db8::1")
	}
	if got := post(two.Hook, "2001:db8::2"); got != 429 {
		t.Errorf("a neighbour of who floods: %d", got)
	}
	if got := post(two.Hook, "203.0.113.2"); got != 200 {
		t.Errorf("somebody else: %d", got)
	}
}

func TestWebhook_BodiesAreBounded(t *testing.T) {
	r := start(t, func(d *relay.Deps) { d.Limits.Bodies = 1000 })
	_, w := r.link(t, newOffice(t, 1))
	if answer := r.do("POST", "/h/"+w.Hook, `{"a":"`+strings.Repeat("x", 2000)+`"}`); answer.StatusCode != 503 {
		t.Errorf("more than there is room for: %d", answer.StatusCode)
	}
	for range 10 { // more than there is room for at once
		if answer := r.do("POST", "/h/"+w.Hook, delivery); answer.StatusCode != 200 {
			t.Fatalf("after it: %d", answer.StatusCode)
		}
	}
}

// What nobody fetches is kept for as long as Meta keeps the lead, and no longer.
func TestWebhook_WaitsForNinetyDays(t *testing.T) {
	dir, o := t.TempDir(), newOffice(t, 1)
	r := startIn(t, dir)
	r.link(t, o)
	const day = 24 * time.Hour
	for _, age := range []time.Duration{91 * day, 89 * day, 0} {
		e := relaywire.Event{Kind: relaywire.KindWebhook, At: time.Now().Add(-age).UnixMilli(), Body: []byte(age.String())}
		if _, err := r.in.Append(t.Context(), o.id(), e, relay.Quota{}); err != nil {
			t.Fatal(err)
		}
	}
	r.stop()
	r = startIn(t, dir)
	r.until("the oldest is dropped", func() bool { return r.stats(o).Events == 2 })
	h, w := r.link(t, o)
	if w.KeptDays != 90 {
		t.Errorf("the office is told that events are kept for %d days", w.KeptDays)
	}
	if got := string(h.event().Body); got != (89 * day).String() {
		t.Errorf("the oldest that is left came %s ago", got)
	}
	r.until("it is counted", func() bool { return r.metric("events_expired_total 1") })
}

func FuzzWebhook(f *testing.F) {
	f.Add([]byte(delivery), "sha256=00")
	f.Add([]byte(`{"a":[1,2,{"b":null}]}`), "")
	f.Add([]byte("{\xff"), "x")
	f.Add(bytes.Repeat([]byte("["), 1000), "")
	r := start(f)
	h, w := r.link(f, newOffice(f, 1))
	_ = h.ws.Close() // the events are looked at in the inbox
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		q, err := http.NewRequestWithContext(t.Context(), "POST", r.url+"/h/"+w.Hook, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		q.Header["X-Hub-Signature-256"] = []string{signature}
		answer, err := r.http.Client().Do(q)
		if err != nil {
			return // no header that can be sent
		}
		defer answer.Body.Close() //nolint:errcheck // nothing is in it
		id := newOffice(t, 1).id()
		events, err := r.in.List(t.Context(), id, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case answer.StatusCode == 200 && (len(events) != 1 || !bytes.Equal(events[0].Body, body)):
			t.Errorf("%q was answered for and %d events are there", body, len(events))
		case answer.StatusCode != 200 && len(events) != 0:
			t.Errorf("%q was refused and is there", body)
		}
		for _, e := range events {
			if err := r.in.AckThrough(t.Context(), id, e.Seq); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestDeletion(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, w := r.link(t, o)
	h.say(&relaywire.Frame{Publish: &relaywire.Publish{Version: 1, Updated: "2026-11-28", Office: "Casas <Inventadas>", Privacy: "Aviso", Deletion: "Pide"}})
	signed := strings.Repeat("a", 43) + "." + strings.Repeat("b", 100)
	form := url.Values{"signed_request": {signed}}.Encode()
	answer := r.do("POST", "/h/"+w.Hook+"/deletion", form, "Content-Type", "application/x-www-form-urlencoded")
	var said struct {
		URL  string `json:"url"`
		Code string `json:"confirmation_code"`
	}
	decode(t, answer, &said)
	if answer.StatusCode != 200 || said.URL != r.url+"/d/"+said.Code || len(said.Code) < 20 {
		t.Fatalf("%d %+v", answer.StatusCode, said)
	}
	e := h.event()
	want := relaywire.Event{Seq: e.Seq, At: e.At, Kind: relaywire.KindDeletion, Body: []byte(signed), Code: said.Code}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	page := func(wants ...string) {
		t.Helper()
		answer := r.do("GET", "/d/"+said.Code, "")
		got := text(t, answer)
		for _, want := range append(wants, said.Code, "Casas &lt;Inventadas&gt;") {
			if !strings.Contains(got, want) {
				t.Errorf("the page does not say %q:\n%s", want, got)
			}
		}
		if answer.StatusCode != 200 || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v", answer.StatusCode, answer.Header)
		}
	}
	r.until("published", func() bool { return strings.Contains(text(t, r.do("GET", "/d/"+said.Code, "")), "Inventadas") })
	page("Recibida", "Received")

	// Another office says something of it, and is not heard.
	other, _ := r.link(t, newOffice(t, 2))
	other.say(&relaywire.Frame{Outcome: &relaywire.Outcome{Code: said.Code, State: relaywire.DeletionDone}})
	other.say(&relaywire.Frame{Publish: &relaywire.Publish{Version: 9, Updated: "2026-11-28", Office: "Otra", Privacy: "Aviso", Deletion: "Pide"}})
	r.until("it was heard", func() bool {
		kept, err := r.in.Office(t.Context(), newOffice(t, 2).id())
		return err == nil && kept.Notice.Version == 9
	})
	page("Recibida", "Received")

	h.say(&relaywire.Frame{Outcome: &relaywire.Outcome{Code: said.Code, State: relaywire.DeletionRefused, Reason: "No hay <b>datos</b>."}})
	r.until("heard", func() bool {
		d, err := r.in.Deletion(t.Context(), said.Code)
		return err == nil && d.State == relaywire.DeletionRefused
	})
	page("No procede", "Not granted", "No hay &lt;b&gt;datos&lt;/b&gt;.")

	for name, body := range map[string]string{
		"nothing": "", "another field": "x=1", "no parts": "signed_request=abc", "not base64url": "signed_request=a.b%3Cc",
		"too long": "signed_request=a." + strings.Repeat("b", 17<<10), "one part": "signed_request=a.",
	} {
		if answer := r.do("POST", "/h/"+w.Hook+"/deletion", body); answer.StatusCode != 400 {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
	if answer := r.do("POST", "/h/"+w.Hook+"/deletion", strings.Repeat("x", 100<<10)); answer.StatusCode != 413 {
		t.Errorf("100 KiB: %d", answer.StatusCode)
	}
	if answer := r.do("GET", "/d/AAAAAAAAAAAAAAAAAAAAAAAAAA", ""); answer.StatusCode != 404 {
		t.Errorf("an unknown code: %d", answer.StatusCode)
	}
}

func TestPages(t *testing.T) {
	r := start(t)
	h, w := r.link(t, newOffice(t, 1))
	path := "/o/" + w.Page
	for _, absent := range []string{path + "/privacidad", path + "/eliminacion", "/o/" + w.Hook + "/privacidad", "/o/x/privacidad"} {
		answer := r.do("GET", absent, "")
		if got := text(t, answer); answer.StatusCode != 404 || !strings.Contains(got, "todavía no ha publicado") {
			t.Errorf("%s: %d %s", absent, answer.StatusCode, got)
		}
	}
	p := relaywire.Publish{Version: 7, Updated: "2026-11-28", Office: "Casas & Más", Privacy: "Uno\r\n\r\n<script>dos</script>\n\n\n\ntres", Deletion: "Escríbenos"}
	h.say(&relaywire.Frame{Publish: &p})
	r.until("published", func() bool { return r.do("GET", path+"/privacidad", "").StatusCode == 200 })
	answer := r.do("GET", path+"/privacidad", "")
	got := text(t, answer)
	for _, want := range []string{
		`<html lang="es-MX">`, "Casas &amp; Más", "Aviso de privacidad", ">28 de noviembre de 2026</time>", "Actualizado:", "Versión 7", "<p>Uno</p>",
		"<p>&lt;script&gt;dos&lt;/script&gt;</p>", "<p>tres</p>", `href="eliminacion"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q:\n%s", want, got)
		}
	}
	policy := answer.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "style-src 'sha256-") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if got := text(t, r.do("GET", path+"/eliminacion", "")); !strings.Contains(got, "<p>Escríbenos</p>") {
		t.Error(got)
	}
	later := p
	later.Version = 1795951427034
	h.say(&relaywire.Frame{Publish: &later})
	r.until("an instant as a version is one to read", func() bool {
		return strings.Contains(text(t, r.do("GET", path+"/privacidad", "")), "Versión 2026.11.29-112347")
	})
	h.say(&relaywire.Frame{Publish: &p})
	r.until("published again", func() bool { return strings.Contains(text(t, r.do("GET", path+"/privacidad", "")), "Versión 7") })
	again, welcome := r.link(t, newOffice(t, 1))
	if welcome.Notice != 7 || welcome.Page != w.Page {
		t.Errorf("welcome %+v", welcome)
	}
	p.Privacy = strings.Repeat("x", relaywire.MaxNotice)
	again.say(&relaywire.Frame{Publish: &p})
	if got := again.refused(); got.Code != relaywire.RefusedProtocol {
		t.Errorf("texts without end: %+v", got)
	}
	if answer := r.do("GET", "/", ""); answer.StatusCode != 200 || !strings.Contains(text(t, answer), "Relevo") {
		t.Errorf("front page: %d", answer.StatusCode)
	}
	if answer := r.do("GET", "/admin.php", ""); answer.StatusCode != 404 {
		t.Errorf("something else: %d", answer.StatusCode)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	r := start(t)
	_, w := r.link(t, newOffice(t, 1))
	r.do("POST", "/h/"+w.Hook, delivery)
	if answer := r.do("GET", "/healthz", ""); answer.StatusCode != 200 || answer.Header.Get("Date") == "" || text(t, answer) != "ok\n" {
		t.Errorf("healthz: %d", answer.StatusCode)
	}
	answer := r.do("GET", "/metrics", "")
	got := text(t, answer)
	for _, want := range []string{"sitegroup_relay_hosts 1", `sitegroup_relay_webhooks_total{result="kept"} 1`, "go_goroutines"} {
		if !strings.Contains(got, want) {
			t.Errorf("metrics do not say %q:\n%s", want, got)
		}
	}
	for _, secret := range []string{w.Hook, w.VerifyToken, newOffice(t, 1).id()} {
		if strings.Contains(got, secret) {
			t.Errorf("metrics say %q", secret)
		}
	}
	if answer := r.do("GET", "/metrics", "", "X-Forwarded-For", "203.0.113.1"); answer.StatusCode != 404 {
		t.Errorf("metrics for a stranger: %d", answer.StatusCode)
	}
	if err := r.in.Close(); err != nil {
		t.Fatal(err)
	}
	if answer := r.do("POST", "/h/"+w.Hook, delivery); answer.StatusCode != 503 {
		t.Errorf("without an inbox: %d", answer.StatusCode)
	}
}

// What is in the log may be read by whoever looks after the server.
func TestLog_HoldsNoSecrets(t *testing.T) {
	r := start(t)
	o := newOffice(t, 1)
	h, w := r.link(t, o)
	signed := url.Values{"signed_request": {"abcdefgh.ijklmnop"}}.Encode()
	r.do("POST", "/h/"+w.Hook, delivery, "X-Hub-Signature-256", "sha256=0123456789abcdef")
	r.do("POST", "/h/"+w.Hook+"/deletion", signed)
	h.event()
	code := h.event()
	r.do("GET", "/d/"+code.Code, "")
	r.greet(t, newOffice(t, 2), func(h *relaywire.Hello) { h.Admission = "wrong-token-wrong-token" }).refused()
	r.greet(t, o, func(h *relaywire.Hello) { h.Proof[40] ^= 1 }).refused()
	r.do("GET", fmt.Sprintf("/h/%s?hub.mode=subscribe&hub.challenge=1&hub.verify_token=%s", w.Hook, w.VerifyToken), "")
	said := r.log
	r.stop()
	if said.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	for name, secret := range map[string]string{
		"hook": w.Hook, "verify token": w.VerifyToken, "page": w.Page, "office": o.id(), "body": "1234567890123456", "signature": "0123456789abcdef",
		"signed request": "ijklmnop", "code": code.Code, "token": token, "wrong token": "wrong-token",
	} {
		if strings.Contains(said.String(), secret) {
			t.Errorf("the log holds the %s:\n%s", name, said)
		}
	}
}
