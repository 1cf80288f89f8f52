package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"sitegroup.mx/crm/backend/fault"
)

func TestGuard(t *testing.T) {
	tests := []struct {
		name   string
		method string
		host   string
		header map[string]string
		want   int
	}{
		{"typed into the address bar", "GET", "127.0.0.1:8765", map[string]string{"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200},
		{"by the other name", "GET", "localhost:8765", nil, 200},
		{"over IPv6", "GET", "[::1]:8765", nil, 200},
		{"our page", "POST", "127.0.0.1:8765", map[string]string{"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}, 200},
		{"without a browser", "POST", "127.0.0.1:8765", nil, 200},
		{"link on a foreign page", "GET", "127.0.0.1:8765", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200},
		{"foreign name for this address", "GET", "evil.example.com:8765", nil, 421},
		{"name that starts like ours", "GET", "127.0.0.1.example.com:8765", nil, 421},
		{"without port", "GET", "127.0.0.1", nil, 421},
		{"another port", "GET", "127.0.0.1:80", nil, 421},
		{"no host", "GET", "", nil, 421},
		{"foreign origin", "POST", "127.0.0.1:8765", map[string]string{"Origin": "https://evil.example.com"}, 403},
		{"our address by another scheme", "POST", "127.0.0.1:8765", map[string]string{"Origin": "https://127.0.0.1:8765"}, 403},
		{"another program's port", "POST", "127.0.0.1:8765", map[string]string{"Origin": "http://127.0.0.1:9999"}, 403},
		{"other name than the page's", "POST", "127.0.0.1:8765", map[string]string{"Origin": "http://localhost:8765"}, 403},
		{"sandboxed frame", "POST", "127.0.0.1:8765", map[string]string{"Origin": "null"}, 403},
		{"foreign page's fetch without origin", "GET", "127.0.0.1:8765", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403},
		{"foreign form", "POST", "127.0.0.1:8765", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			reached := false
			g := guard{port: "8765", next: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })}
			r := httptest.NewRequest(tt.method, "/api/me", nil)
			r.Host = tt.host
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			if w.Code != tt.want || reached != (tt.want == 200) {
				t.Errorf("status %d, reached %v, want %d", w.Code, reached, tt.want)
			}
			if tt.want != 200 && !strings.Contains(w.Body.String(), `"code":"access.`) {
				t.Errorf("body %s", w.Body)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Error("a CORS header was sent")
			}
		})
	}
}

func TestCheckLoopback(t *testing.T) {
	tests := []struct{ name, addr, want string }{
		{"usual", "127.0.0.1:8765", ""},
		{"free port", "127.0.0.1:0", ""},
		{"by name", "localhost:8765", ""},
		{"IPv6", "[::1]:8765", ""},
		{"everywhere", "0.0.0.0:8765", "serve.not_loopback"},
		{"everywhere, short", ":8765", "serve.not_loopback"},
		{"office network", "192.168.1.20:8765", "serve.not_loopback"},
		{"a name", "office.example.com:8765", "serve.not_loopback"},
		{"no port", "127.0.0.1", "serve.bad_address"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fault.Code(checkLoopback(tt.addr)); got != tt.want {
				t.Errorf("code %q, want %q", got, tt.want)
			}
		})
	}
}

func get(t *testing.T, s *site, method, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSite_PageHasANonceOfItsOwn(t *testing.T) {
	s := newSite(http.NotFoundHandler(), fstest.MapFS{"index.html": {Data: []byte(`<meta name="csp-nonce" content="__CSP_NONCE__">`)}}, "missing")
	find := regexp.MustCompile(`content="([A-Za-z0-9+/]{22})"`)
	seen := map[string]bool{}
	for _, path := range []string{"/", "/index.html", "/"} {
		r := get(t, s, "GET", path)
		match := find.FindStringSubmatch(body(t, r))
		if match == nil || seen[match[1]] {
			t.Fatalf("%s: nonce %v missing or used before", path, match)
		}
		seen[match[1]] = true
		policy := r.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "style-src 'self' 'nonce-"+match[1]+"'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %s", path, policy)
		}
		if r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept", path)
		}
	}
}

func TestSite_Headers(t *testing.T) {
	api := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "api "+r.URL.Path) })
	files := fstest.MapFS{"index.html": {}, "icon.svg": {Data: []byte("<svg/>")}, "assets/a-1.js": {Data: []byte("1")}}
	tests := []struct {
		name, method, path string
		status             int
		cache, body        string
	}{
		{"api", "POST", "/api/me", 200, "no-store", "api /api/me"},
		{"file with a hash", "GET", "/assets/a-1.js", 200, "max-age=31536000, immutable", "1"},
		{"file without", "GET", "/icon.svg", 200, "no-cache", "<svg/>"},
		{"no such file", "GET", "/nothing.js", 404, "", ""},
		{"outside", "GET", "/../guard.go", 404, "", ""},
		{"page by POST", "POST", "/", 405, "no-store", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := get(t, newSite(api, files, "missing"), tt.method, tt.path)
			if text := body(t, r); r.StatusCode != tt.status || tt.body != "" && text != tt.body {
				t.Errorf("status %d, body %q", r.StatusCode, text)
			}
			if tt.cache != "" && r.Header.Get("Cache-Control") != tt.cache {
				t.Errorf("Cache-Control %q, want %q", r.Header.Get("Cache-Control"), tt.cache)
			}
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"} {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s %q", name, got)
				}
			}
			if tt.status == 200 && !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("policy %q", r.Header.Get("Content-Security-Policy"))
			}
		})
	}
}

func TestSite_SaysWhenTheUIWasNotBuilt(t *testing.T) {
	r := get(t, newSite(http.NotFoundHandler(), fstest.MapFS{}, "constrúyelo"), "GET", "/")
	if text := body(t, r); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "constrúyelo") {
		t.Errorf("status %d, body %q", r.StatusCode, text)
	}
}
