package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
)

type badge struct{ Name, Role string }

func TestLog_HidesSecretsAndPeople(t *testing.T) {
	tests := []struct {
		name    string
		message string
		fields  logrus.Fields
		secrets []string
	}{
		{"token in a message", "called with EAAGm0PX4ZCpsBAOZCxample123", nil, []string{"EAAGm0PX4ZC"}},
		{"token in an address", "", logrus.Fields{"url": "https://example.com/v25.0/me?access_token=abc.def&limit=1"}, []string{"abc.def"}},
		{"proof in an address", "", logrus.Fields{"url": "/me?appsecret_proof=9f86d081"}, []string{"9f86d081"}},
		{"client secret in a form", "", logrus.Fields{"form": "client_secret=s3cr3t&x=1"}, []string{"s3cr3t"}},
		{"bearer header", "", logrus.Fields{"header": "Authorization: Bearer abc123.xyz"}, []string{"abc123"}},
		{"token in JSON", "", logrus.Fields{"answer": `{"access_token":"abc123"}`, "reason": `got {"access_token": "abc124"}`}, []string{"abc123", "abc124"}},
		{"password in a text", "password: hunter2", nil, []string{"hunter2"}},
		{"e-mail", "mail to ana.lopez@example.com bounced", nil, []string{"ana.lopez"}},
		{"encoded e-mail", "", logrus.Fields{"url": "/x?who=ana%40example.com"}, []string{"ana%40"}},
		{"phone with country", "called +52 55 5555 0123", nil, []string{"5555", "0123"}},
		{"phone with mobile prefix", "called +5215555550123", nil, []string{"5555550123"}},
		{"phone with an exit code", "called 005215512345678", nil, []string{"5512345678"}},
		{"national phone", "", logrus.Fields{"reason": "no such number 5555550123"}, []string{"5555550123"}},
		{"spaced phone", "", logrus.Fields{"reason": "(55) 5555-0123"}, []string{"5555-0123"}},
		{"dotted phone", "", logrus.Fields{"reason": "55.5555.0123"}, []string{"5555.0123"}},
		{"encoded phone", "", logrus.Fields{"url": "/x?p=%2B525555550123"}, []string{"5555550123"}},
		{"phone in pairs", "called 55 12 34 56 78", nil, []string{"34 56"}},
		{"phone in dashes", "called 55-12-34-56-78", nil, []string{"34-56"}},
		{"phone in brackets", "called (55)12345678", nil, []string{"12345678"}},
		{"phone with an old prefix", "called 0445512345678 and 00525512345678", nil, []string{"12345678"}},
		{"two phones", "llamar a 5512345678 5587654321", nil, []string{"5512345678", "5587654321"}},
		{"two spaced phones", "llamar a 55 1234 5678 55 8765 4321", nil, []string{"1234", "8765"}},
		{"phone behind an id", "lead 123456789012345 5512345678", nil, []string{"5512345678"}},
		{"phone before an id", "5512345678 12345678901234567", nil, []string{"5512345678"}},
		{"phone between ids", "12345678901234567 55-1234-5678 12345678901234567", nil, []string{"1234-5678"}},
		{"plain password", "password: swordfish", nil, []string{"swordfish"}},
		{"password of words", "password: correct horse battery", nil, []string{"correct"}},
		{"token in a sentence", "the token: abc123 is wrong", nil, []string{"abc123"}},
		{"accented e-mail", "mail to josé@ejemplo.mx and maría.núñez@correo.mx", nil, []string{"josé", "maría", "núñez", "ejemplo"}},
		{"app token", "as 1234567890123456|0123456789abcdef0123456789abcdef", nil, []string{"0123456789abcdef"}},
		{"app secret", "secret 0123456789abcdef0123456789abcdef", nil, []string{"0123456789abcdef"}},
		{"name by its field", "", logrus.Fields{"name": "Ana López", "contact_name": "Ana López"}, []string{"Ana"}},
		{"login by its field", "", logrus.Fields{"login": "alopez"}, []string{"alopez"}},
		{"answers by their field", "", logrus.Fields{"answers": []string{"quiero una casa"}}, []string{"casa"}},
		{"search by its field", "", logrus.Fields{"q": "ana lopez"}, []string{"ana"}},
		{"key bytes by their field", "", logrus.Fields{"key": []byte("0123456789abcdef")}, []string{"0123456789abcdef"}},
		{"error's text", "", logrus.Fields{logrus.ErrorKey: fmt.Errorf("read: %w", errors.New("ana@example.com is taken"))}, []string{"ana@"}},
		{"member of a struct", "", logrus.Fields{"row": badge{"Ana López", "seller"}}, []string{"Ana"}},
		{"member deep in a map", "", logrus.Fields{"row": map[string]any{"list": []any{map[string]any{"phone": "x12"}}}}, []string{"x12"}},
		{"raw JSON", "", logrus.Fields{"op": json.RawMessage(`{"email":"x","state":"ana@example.com"}`)}, []string{"ana@"}},
		{"bytes", "", logrus.Fields{"line": []byte("ana@example.com")}, []string{"ana@"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var file, terminal bytes.Buffer
			newLog(&file, logrus.DebugLevel, &terminal).WithFields(tt.fields).Warn(tt.message)
			for where, text := range map[string]string{"file": file.String(), "terminal": terminal.String()} {
				if text == "" {
					t.Fatalf("nothing was written to the %s", where)
				}
				for _, secret := range tt.secrets {
					if strings.Contains(text, secret) {
						t.Errorf("the %s shows %q: %s", where, secret, text)
					}
				}
			}
		})
	}
}

func TestLog_KeepsWhatIsNeeded(t *testing.T) {
	var file bytes.Buffer
	log := newLog(&file, logrus.InfoLevel, io.Discard)
	fields := logrus.Fields{
		"lead_id": "12345678901234567", "form_id": "123456789012345", "prospect_id": "019ab7c2-6f00-7c31-9b61-0d8f5a1b2c3d",
		"ms": 12, "at": "2026-11-02T15:04:05.000Z", "state": "registered", "code": 190, "pause": 3 * time.Second,
	}
	log.WithFields(fields).Info("lead registered")
	for key, want := range fields {
		if s, ok := want.(string); ok && !strings.Contains(file.String(), fmt.Sprintf("%q:%q", key, s)) {
			t.Errorf("%s was lost: %s", key, file.String())
		}
	}
	if strings.Contains(file.String(), hidden) {
		t.Errorf("something was hidden: %s", file.String())
	}
}

func TestLog_KeepsIDsAndReasons(t *testing.T) {
	for _, text := range []string{
		"lead 123456789012345",
		"lead 12345678901234567 of form 123456789012345",
		"secret: not found",
		"read token: open /data/keys.json: permission denied",
		"keep the admission token: secret.unavailable_here: no keyring",
		"keep the session token: session.expired",
		"change password: account.wrong_password",
		"change password: context deadline exceeded",
	} {
		if clean := redactText(text); clean != text {
			t.Errorf("%q became %q", text, clean)
		}
	}
	if clean := redactText("lead 123456789012345 5512345678 failed"); clean != "lead 123456789012345 [hidden] failed" {
		t.Errorf("a phone behind an id: %q", clean)
	}
}

func TestLog_TerminalGetsWarningsOnly(t *testing.T) {
	var file, terminal bytes.Buffer
	log := newLog(&file, logrus.InfoLevel, &terminal)
	log.Info("office opened")
	log.Debug("graph call ended")
	if terminal.Len() != 0 || !strings.Contains(file.String(), "office opened") || strings.Contains(file.String(), "graph call") {
		t.Errorf("terminal %q, file %q", terminal.String(), file.String())
	}
}

func TestCrew_PanicIsLoggedAndWorkStartsAgain(t *testing.T) {
	var file bytes.Buffer
	c := crew{log: newLog(&file, logrus.InfoLevel, io.Discard)}
	over := make(chan struct{})
	c.start("test", over, func() {
		close(over)
		panic("token=abcdef")
	})
	c.wait()
	for _, want := range []string{"background work panicked", "redact_test.go"} {
		if !strings.Contains(file.String(), want) {
			t.Errorf("%q is missing in %s", want, file.String())
		}
	}
	if strings.Contains(file.String(), "abcdef") {
		t.Errorf("the reason was not cleaned: %s", file.String())
	}
}
